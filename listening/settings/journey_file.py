"""Reads `journey.toml`: the customer's journey with its stages, touchpoints, personas and owners."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from listening.settings.checks import Mistakes, fill
from listening.types import JourneyMap, Owner, Persona, Stage, Touchpoint

MOST_PERSONAS = 3
DIGESTS = ("daily", "weekly")
CHANNELS = ("mail", "webhook", "apprise")
T = TypeVar("T")


def read_journey(table: Mapping[str, Any], mistakes: list[str], file: str = "journey.toml") -> JourneyMap | None:
    """The map, or None with every mistake noted: unknown owners and stages, doubled ids, a fourth persona."""
    notes = Mistakes(file)
    parts = {
        "owners": _rows(Owner, table, "owners", notes),
        "stages": _rows(Stage, table, "stages", notes),
        "touchpoints": _rows(Touchpoint, table, "touchpoints", notes),
        "personas": _rows(Persona, table, "personas", notes),
    }
    head = {k: v for k, v in table.items() if k not in parts}
    journey = fill(JourneyMap, head, "journey", notes, **parts)
    if journey is not None:
        _check(journey, notes)
    mistakes.extend(notes.found)
    return journey if not notes.found else None


def _rows(cls: type[T], table: Mapping[str, Any], key: str, notes: Mistakes) -> tuple[T, ...]:
    rows = table.get(key, [])
    if not isinstance(rows, list):
        notes.add(key, f"should be written as [[{key}]] blocks")
        return ()
    made = [fill(cls, row, f"{key}.{row.get('id', n + 1)}", notes) for n, row in enumerate(rows)]
    return tuple(m for m in made if m is not None)


def _check(journey: JourneyMap, notes: Mistakes) -> None:
    owners, stages = {o.id for o in journey.owners}, {s.id for s in journey.stages}
    for where, ids in (("owners", journey.owners), ("stages", journey.stages), ("touchpoints", journey.touchpoints)):
        _no_doubles(where, (i.id for i in ids), notes)
    if not stages:
        notes.add("stages", "a journey needs at least one [[stages]] block")
    for touchpoint in journey.touchpoints:
        if touchpoint.stage not in stages:
            notes.unknown(f"touchpoints.{touchpoint.id}.stage", touchpoint.stage, stages)
    named = [(f"stages.{s.id}", s.owner) for s in journey.stages]
    named += [(f"touchpoints.{t.id}", t.owner) for t in journey.touchpoints]
    for where, named_owner in [*named, ("fallback_owner", journey.fallback_owner)]:
        if named_owner and named_owner not in owners:
            notes.unknown(f"{where}.owner", named_owner, owners)
    for owner in journey.owners:
        _check_owner(owner, stages, notes)
    if len(journey.personas) > MOST_PERSONAS:
        notes.add(
            "personas",
            f"{len(journey.personas)} personas: a map that is drawn for everybody helps nobody; keep three at most",
        )


def _check_owner(owner: Owner, stages: set[str], notes: Mistakes) -> None:
    """Note what an owner cannot want: another digest or sensitivity, or a stage that the map does not have."""
    where = f"owners.{owner.id}"
    for key, said, allowed in (
        ("digest", owner.digest, DIGESTS),
        ("sensitivity", owner.sensitivity, ("", "low", "medium", "high")),
    ):
        if said not in allowed:
            notes.add(f"{where}.{key}", f"should be one of {', '.join(filter(None, allowed))}, is {said!r}")
    for stage in sorted(set(owner.follows) - stages):
        notes.unknown(f"{where}.follows", stage, stages)
    _check_channels(owner, where, notes)


def _check_channels(owner: Owner, where: str, notes: Mistakes) -> None:
    """Note a channel of no kind, or without its address."""
    for channel in owner.channels:
        kind, _, address = channel.partition(" ")
        if kind not in CHANNELS or bool(address.strip()) == (kind == "mail"):
            notes.add(f"{where}.channels", f"{channel!r} should be mail, 'webhook ADDRESS' or 'apprise ADDRESS'")


def _no_doubles(where: str, ids: Iterable[str], notes: Mistakes) -> None:
    for double, count in Counter(ids).items():
        if count > 1:
            notes.add(f"{where}.{double}", f"stands {count} times; ids are unique")
