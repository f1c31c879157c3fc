"""The sentences whose right answers we know and never train on: by them a model is let in or kept out."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from listening.errors import ModelError
from listening.types import NO_STAGE, PAINS, SENTIMENTS, SIGNALS

GOLD_PER_HUNDRED = 18
WILD = (
    "d",
    "e",
)  # rows drawn at random within their source; rows f were drawn for rare labels: not the shares of the wild


class Line(TypedDict):
    """One line of the labelled files, as written in their guide."""

    id: str
    text: str
    pain: str
    signals: list[str]
    stage: str
    sentiment: str


@dataclass(frozen=True, slots=True)
class Case:
    """A text and what people heard in it. `may_train` says whether its licence lets it into shipped weights."""

    id: str
    text: str
    pain: str
    signals: frozenset[str]
    stage: str
    sentiment: str
    may_train: bool = False
    source: str = ""


def read_cases(path: Path) -> list[Case]:
    """Read a labelled JSONL file, or one that ends with .gz; ModelError names the line that is not a case."""
    cases = []
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                cases.append(as_case(json.loads(line)))
            except (ValueError, KeyError, TypeError) as error:
                raise ModelError(f"{path.name} line {number}: {error}", "mend the labelled case") from error
    return cases


def as_case(row: Line) -> Case:
    """Turn one JSON object into a case; raises ValueError for a label that is none of ours."""
    stages = ("discover", "choose", "buy", "start", "use", "help", "stay", NO_STAGE)
    for label, known in ((row["pain"], PAINS), (row["stage"], stages), (row["sentiment"], SENTIMENTS)):
        if label not in known:
            raise ValueError(f"unknown label {label!r}")
    if unknown := set(row["signals"]) - set(SIGNALS):
        raise ValueError(f"unknown signals {sorted(unknown)}")
    return Case(
        row["id"],
        row["text"],
        row["pain"],
        frozenset(row["signals"]),
        row["stage"],
        row["sentiment"],
        may_train=bool(row.get("train", False)),
        source=str(row.get("source", "")),
    )


def shared_gold(shared: Path) -> list[Case]:
    """Give the held-out part of `journey_pain`: 18 in 100 of the rows drawn from the wild, stratified."""
    return held_out(read_cases(shared / "data" / "journey_pain" / "dev.jsonl"))


def held_out(cases: Iterable[Case]) -> list[Case]:
    """Choose the gold rows: within each pain and stage, those whose hashed id comes first. Order of `cases` is kept."""
    wild = [case for case in cases if case.id.startswith(WILD)]
    strata: dict[tuple[str, str], list[Case]] = {}
    for case in wild:
        strata.setdefault((case.pain, case.stage), []).append(case)
    chosen = {case.id for rows in strata.values() for case in first_by_hash(rows)}
    return [case for case in wild if case.id in chosen]


def first_by_hash(rows: Sequence[Case]) -> list[Case]:
    """Give the share of `rows` that is held out: the same rows whatever their order."""
    ordered = sorted(rows, key=lambda case: hashlib.blake2b(b"gold:" + case.id.encode()).digest())
    return ordered[: round(len(rows) * GOLD_PER_HUNDRED / 100)]


def fingerprint(cases: Iterable[Case]) -> str:
    """Hash the gold itself (texts and labels, any order): a floor holds for this gold and no other."""
    lines = sorted(
        json.dumps([c.id, c.text, c.pain, sorted(c.signals), c.stage, c.sentiment], ensure_ascii=True) for c in cases
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
