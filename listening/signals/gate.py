"""Lets a model in or keeps it out: every file's hash, and every figure against its floor on the gold it was set for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from listening.errors import ModelError
from listening.signals.encoder import package_folder
from listening.signals.gold import Case, fingerprint, read_cases, shared_gold
from listening.signals.measure import LOWER_IS_BETTER, Figure, Verdict, measure
from listening.signals.public import Sets, measure_public, read_sets
from listening.signals.public import fingerprint as fingerprint_of
from listening.signals.reader import Reader, open_reader
from listening.signals.record import DocumentSummary, summarise
from listening.signals.shelf import faults, read_manifest
from listening.types import DEFAULT_STAGES, JourneyMap, Stage, Text

FLOORS = "floors.json"
OWN, SHARED, PUBLIC = "own", "journey_pain", "public"
STANDARD = JourneyMap("standard", "The default stages", tuple(Stage(stage, stage) for stage in DEFAULT_STAGES))


@dataclass(frozen=True, slots=True)
class GateLine:
    """One thing that was checked: `ok`, and a sentence with the figures."""

    name: str
    ok: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Lowering:
    """That a floor was lowered, from what to what, and why."""

    name: str
    before: float
    after: float
    why: str


@dataclass(frozen=True, slots=True)
class Floors:
    """The floors: gold name -> figure -> floor (a ceiling where lower is better), and the hash of each gold."""

    gold: Mapping[str, str]
    floors: Mapping[str, Mapping[str, float]]
    lowered: tuple[Lowering, ...] = ()


def check(models: Path, shared: Path | None, *, threads: int = 0, public: bool = True) -> list[GateLine]:
    """Check the shelf `models`: hashes, and the figures on our own gold and, where given, on the shared one.

    `public` takes the public sets beside the shared gold too, a minute more. Never raises for a bad model: what is
    wrong is a line that is not `ok`.
    """
    try:
        manifest = read_manifest(models)
        wrong = faults(models, manifest, package_folder())
        if wrong:
            return [GateLine("files", ok=False, sentence=said) for said in wrong]
        lines = [
            GateLine("files", ok=True, sentence=f"{len(manifest.files)} files of {manifest.model} are those measured")
        ]
        floors = read_floors(models / FLOORS)
        reader = open_reader(models, STANDARD, threads=threads)
    except ModelError as error:
        return [GateLine("files", ok=False, sentence=str(error))]
    for name, cases in gold_sets(models, shared).items():
        lines += check_gold(name, cases, floors, reader)
    sets = read_sets(shared / "data") if shared is not None and public else {}
    return [*lines, *(check_public(sets, floors, reader) if sets else ())]


def gold_sets(models: Path, shared: Path | None) -> dict[str, list[Case]]:
    """Give the gold by name: our own cases under data/gold beside the shelf, and the shared ones where they are."""
    own = [case for path in sorted((models.parent / "data" / "gold").glob("*.jsonl")) for case in read_cases(path)]
    sets = {OWN: own} if own else {}
    if shared is not None and (shared / "data" / "journey_pain").is_dir():
        sets[SHARED] = shared_gold(shared)
    return sets


def check_gold(name: str, cases: Sequence[Case], floors: Floors, reader: Reader) -> list[GateLine]:
    """Measure the reader on one gold and hold each figure to its floor."""
    if floors.gold.get(name) != fingerprint(cases):
        return [GateLine(f"{name}", ok=False, sentence=f"the gold {name} is not the one its floors were set for")]
    figures = measure_reader(reader, cases)
    return [hold(f"{name}.{figure}", figures[figure], floor) for figure, floor in sorted(floors.floors[name].items())]


def check_public(sets: Sets, floors: Floors, reader: Reader) -> list[GateLine]:
    """Measure the reader on the public sets and hold each figure to its floor."""
    if floors.gold.get(PUBLIC) != fingerprint_of(sets):
        return [GateLine(PUBLIC, ok=False, sentence="the public sets are not those that their floors were set for")]
    figures = measure_public(reader, sets)
    bounds = floors.floors[PUBLIC].items()
    return [hold(f"{PUBLIC}.{figure}", figures[figure], floor) for figure, floor in sorted(bounds)]


def hashes(models: Path, shared: Path | None) -> dict[str, str]:
    """Give the hash of each gold that is here, by name."""
    told = {name: fingerprint(cases) for name, cases in gold_sets(models, shared).items()}
    sets = read_sets(shared / "data") if shared is not None else {}
    return told | ({PUBLIC: fingerprint_of(sets)} if sets else {})


def hold(name: str, figure: Figure, floor: float) -> GateLine:
    """Compare one figure with its floor."""
    upside_down = name.rpartition(".")[2] in LOWER_IS_BETTER
    ok = figure.value <= floor if upside_down else figure.value >= floor
    bound = "at most" if upside_down else "at least"
    said = f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}], {bound} {floor:.3f}"
    return GateLine(name, ok=ok, sentence=said)


def measure_reader(reader: Reader, cases: Sequence[Case]) -> dict[str, Figure]:
    """Read the gold as documents, as a night would, and count."""
    readings = reader.read([Text(case.id, case.text) for case in cases])
    return measure(cases, [as_verdict(summarise(reading)) for reading in readings])


def as_verdict(summary: DocumentSummary) -> Verdict:
    """Take a document's labels out of its summary."""
    pain, sentiment = summary.pain, summary.sentiment
    return Verdict(
        max(pain, key=lambda label: pain[label]),
        max(summary.stage, key=lambda label: summary.stage[label]),
        max(sentiment, key=lambda label: sentiment[label]),
        frozenset(summary.signals_on),
        max(pain.values()),
        max(sentiment.values()),
    )


def read_floors(path: Path) -> Floors:
    """Read `floors.json`; ModelError where it is missing or broken."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return Floors(told["gold"], told["floors"], tuple(Lowering(**line) for line in told.get("lowered", ())))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path.name} cannot be read: {error}", "restore it from the release") from error


def write_floors(path: Path, floors: Floors) -> None:
    """Write `floors.json`, sorted, so that a change of one floor is one line of a diff."""
    told = {
        "gold": dict(sorted(floors.gold.items())),
        "floors": {name: dict(sorted(figures.items())) for name, figures in sorted(floors.floors.items())},
        "lowered": [asdict(line) for line in floors.lowered],
    }
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def set_floor(floors: Floors, gold: str, figure: str, value: float, *, lower: bool = False, why: str = "") -> Floors:
    """Move one floor; making it easier needs `lower` and a reason, which is kept, else ModelError."""
    before = floors.floors.get(gold, {}).get(figure)
    easier = before is not None and (value > before if figure in LOWER_IS_BETTER else value < before)
    if easier and not (lower and why.strip()):
        raise ModelError(
            f"{gold}.{figure} would be easier: {before} to {value}", "add --lower and --why with the reason"
        )
    moved = {**floors.floors, gold: {**floors.floors.get(gold, {}), figure: value}}
    note = (Lowering(f"{gold}.{figure}", before, value, why.strip()),) if easier and before is not None else ()
    return Floors(floors.gold, moved, (*floors.lowered, *note))


def passed(lines: Iterable[GateLine]) -> bool:
    """Say whether all is well; no lines at all is not."""
    kept = list(lines)
    return bool(kept) and all(line.ok for line in kept)
