"""Lays a report out as the journey map: a column a stage, in it the touchpoints, in them their pains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from listening.types import PainPointRow, Report, StageMood, TouchpointRow

NOWHERE = "Fits no stage"
NARROWEST, WIDEST = 0.8, 2.0  # times the usual width


@dataclass(frozen=True, slots=True)
class Place:
    """A touchpoint with the pains that were told there."""

    row: TouchpointRow
    pains: tuple[PainPointRow, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A stage: how people feel in it, its touchpoints, and the pains that belong to none of these (`loose`)."""

    stage: str
    name: str
    mood: StageMood | None
    places: tuple[Place, ...]
    loose: tuple[PainPointRow, ...]

    @property
    def lines(self) -> int:
        """About how many lines it is tall, where all columns are as wide."""
        return 3 * (len(self.pains) + len(self.places))

    @property
    def pains(self) -> tuple[PainPointRow, ...]:
        """All pains of the stage, touchpoint by touchpoint."""
        return (*(pain for place in self.places for pain in place.pains), *self.loose)


def columns(report: Report) -> list[Column]:
    """Return the stages in the map's order; pains and touchpoints of no known stage stand in a last column, if any."""
    known = {mood.stage for mood in report.moods}
    pains: dict[tuple[str, str], list[PainPointRow]] = defaultdict(list)
    places: dict[str, list[TouchpointRow]] = defaultdict(list)
    for place in report.touchpoints:
        places[place.stage if place.stage in known else ""].append(place)
    homes = {(place.stage, place.id) for place in report.touchpoints}
    for pain in report.pain_points:
        home = pain.touchpoint if (pain.stage, pain.touchpoint) in homes else ""
        pains[pain.stage if pain.stage in known else "", home].append(pain)
    found = [(mood.stage, mood.name, mood) for mood in report.moods]
    rest = [("", NOWHERE, None)] if places[""] or pains["", ""] else []
    return [
        Column(
            stage,
            name,
            mood,
            tuple(Place(place, tuple(pains[stage, place.id])) for place in places[stage]),
            tuple(pains[stage, ""]),
        )
        for stage, name, mood in [*found, *rest]
    ]


def widths(found: Sequence[Column]) -> list[float]:
    """Return how wide each column is on paper, in percent: one that holds much is wider, so that one page holds all."""
    usual = sum(one.lines for one in found) / max(len(found), 1) or 1.0
    weights = [min(max(one.lines, NARROWEST * usual), WIDEST * usual) for one in found]
    return [round(100 * weight / sum(weights), 1) for weight in weights]


def titles(rows: Iterable[StageMood | TouchpointRow]) -> dict[str, str]:
    """Return id -> name of stages or touchpoints, to say "Repair" where a pain only knows "fix_bike"."""
    return {row.stage if isinstance(row, StageMood) else row.id: row.name for row in rows}
