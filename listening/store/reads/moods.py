"""How customers felt in each stage of the map, and what each touchpoint told: measured on people, never on posts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from math import sqrt

import sqlalchemy as sa

from listening.store.engine import Store
from listening.store.reads.days import heard_by, known_by, within
from listening.store.reads.points import heard
from listening.store.rows import who
from listening.store.tables import documents, pain_points, signals
from listening.types import JourneyMap, StageMood, TouchpointRow

# Student's t at 97.5 % for 1 to 30 degrees of freedom; beyond that the normal 1.96 is close enough.
# fmt: off
T_QUANTILES = (
    12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.10, 2.09,
    2.09, 2.08, 2.07, 2.07, 2.06, 2.06, 2.06, 2.05, 2.05, 2.05, 2.04,
)
# fmt: on


def stage_moods(store: Store, journey: JourneyMap, since: date, until: date, zone: str = "UTC") -> list[StageMood]:
    """Return each stage's mood in the order of the map: P(positive) - P(negative), first per person, then over people.

    The interval holds the mean with 95 %; one person alone gives the whole scale. Near copies are left out.
    `assumed` is the owners' own figure, on their own scale (-2..2).
    """
    mood = sa.func.avg(signals.c.mood)
    each = sa.select(signals.c.stage, mood).select_from(heard).group_by(signals.c.stage, who)
    each = each.where(_period(store, since, until, zone))
    told: dict[str, list[float]] = defaultdict(list)
    with store.reading() as connection:
        for stage, mean in connection.execute(each):
            told[stage].append(float(mean))
    return [
        StageMood(
            stage.id,
            stage.name,
            stage.assumed_emotion,
            *_interval(told[stage.id]),
            people=len(told[stage.id]),
            owner=stage.owner,
        )
        for stage in journey.stages
    ]


def _period(store: Store, since: date, until: date, zone: str) -> sa.ColumnElement[bool]:
    near = documents.c.near_of.is_(None)
    return sa.and_(within(since, until, zone), known_by(until, zone), near, heard_by(store))


def _interval(moods: Sequence[float]) -> tuple[float | None, float | None, float | None]:
    """Return mean, low and high; Nones where nobody spoke."""
    count = len(moods)
    if not count:
        return None, None, None
    ordered = sorted(moods)  # the databases give no order, and floats add up differently in another one
    mean = sum(ordered) / count
    if count == 1:
        return mean, -1.0, 1.0
    spread = sqrt(sum((one - mean) ** 2 for one in ordered) / (count - 1))
    half = (T_QUANTILES[count - 2] if count - 2 < len(T_QUANTILES) else 1.96) * spread / sqrt(count)
    return mean, max(-1.0, mean - half), min(1.0, mean + half)


def touchpoint_rows(
    store: Store, journey: JourneyMap, since: date, until: date, zone: str = "UTC"
) -> list[TouchpointRow]:
    """Return each touchpoint in the order of the map: *heard* where people told pain, *quiet* where they told none.

    *blind* is where nobody at all spoke of it in the period: no news is not good news. `people` told pain there,
    `pain_points` are the map's at this touchpoint, merged ones left out.
    """
    pained = sa.case((signals.c.pain_label != "none", who))
    spoken = sa.select(signals.c.touchpoint, sa.func.count(sa.distinct(pained))).select_from(heard)
    spoken = spoken.where(_period(store, since, until, zone))
    spoken = spoken.group_by(signals.c.touchpoint)
    there = sa.select(pain_points.c.touchpoint, sa.func.count()).group_by(pain_points.c.touchpoint)
    there = there.where(pain_points.c.map == journey.id, pain_points.c.merged_into.is_(None))
    there = there.where(pain_points.c.born <= until)
    with store.reading() as connection:
        people = {row[0]: row[1] for row in connection.execute(spoken)}
        count = {row[0]: row[1] for row in connection.execute(there)}
    return [
        TouchpointRow(
            one.id, one.name, one.stage, _state(people.get(one.id)), people.get(one.id, 0), count.get(one.id, 0)
        )
        for one in journey.touchpoints
    ]


def _state(people: int | None) -> str:
    if people is None:
        return "blind"
    return "heard" if people else "quiet"
