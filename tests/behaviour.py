"""Sentences by template that ask one thing of the reader each, and how often it gives another answer than it must."""

from __future__ import annotations

import json
import random
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from listening.signals import Reader, summarise
from listening.types import Text

ROOT = Path(__file__).resolve().parent.parent
CASES: dict[str, Any] = tomllib.loads((ROOT / "tests" / "cases" / "behaviour.toml").read_text(encoding="utf-8"))
MANY, ALIKE = 240, 60  # sentences of a kind of [[mft]], families of one of [[same]]; drawn by seed where there are more
OWN = 500  # sentences of our own posts
SHORT = range(30, 161)  # characters of a sentence of a post

Change = Callable[[str, random.Random], str]


@dataclass(frozen=True, slots=True)
class Heard:
    """What the reader says of a sentence: its tone, and whether it hurts."""

    tone: str
    pain: bool


def hear(reader: Reader, texts: Sequence[str]) -> list[Heard]:
    """Give the labels of some sentences, each read as a document."""
    told = map(summarise, reader.read([Text(str(n), text) for n, text in enumerate(texts)]))
    return [
        Heard(
            max(one.sentiment, key=lambda tone: one.sentiment[tone]), max(one.pain, key=lambda p: one.pain[p]) != "none"
        )
        for one in told
    ]


def filled(say: Sequence[str], slots: Mapping[str, Sequence[str]], many: int) -> list[str]:
    """Give about so many sentences of some templates, as many of each."""
    chance, texts = random.Random(11), list[str]()  # noqa: S311 - chance, no secret
    for template in say:
        names = [name for name in dict.fromkeys(re.findall(r"{(\w+)}", template)) if name in slots]
        ways = [dict(zip(names, way, strict=True)) for way in product(*(slots[name] for name in names))]
        drawn = chance.sample(ways, min(len(ways), -(-many // len(say))))
        texts += [template.format_map({"swap": "{swap}", **way}) for way in drawn]
    return [text[0].upper() + text[1:] for text in texts]


def plain_cases(kind: Mapping[str, Any]) -> list[str]:
    """Give the sentences of a kind of [[mft]]."""
    return filled(kind["say"], CASES["slots"], MANY)


def is_wrong(kind: Mapping[str, Any], heard: Heard) -> bool:
    """Whether the reader fails what the kind wants."""
    tone = heard.tone == kind["want"].removeprefix("not ")
    as_wanted = not tone if kind["want"].startswith("not ") else tone
    return not as_wanted or heard.pain != kind.get("pain", heard.pain)


def families(kind: Mapping[str, Any]) -> list[list[str]]:
    """Give the sentences of a kind of [[same]], those that must be heard alike together."""
    each = filled(kind["say"], {**CASES["slots"], **CASES["same_slots"]}, ALIKE)
    families = [[one.replace("{swap}", word) for word in kind["swap"]] for one in each]
    return [[text.replace("A American", "An American") for text in family] for family in families]


@cache
def own_sentences() -> tuple[str, ...]:
    """Give sentences as people write them, of our own gold and the demo's posts."""
    texts = [json.loads(line)["text"] for line in (ROOT / "data/gold/reader.jsonl").read_text().splitlines()]
    for name in ("yard", "board", "reddit"):
        lines = (ROOT / "data" / "sample" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        texts += [json.loads(line)["text"] for line in lines]
    parts = dict.fromkeys(one for text in texts for one in re.split(r"(?<=[.!?])\s+", text) if len(one) in SHORT)
    return tuple(random.Random(5).sample(list(parts), OWN))  # noqa: S311 - chance, no secret
