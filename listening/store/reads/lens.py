"""Looks at what was heard through a lens: a period, a source, outside or inside; how many spoke, and how they felt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from math import sqrt
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from listening.store.engine import Store
from listening.store.reads.days import heard_by, within
from listening.store.reads.moods import T_QUANTILES
from listening.store.reads.points import heard, in_points
from listening.store.rows import who
from listening.store.statements import in_slices
from listening.store.tables import documents, memberships, signals
from listening.types import JourneyMap, Lens, StageMood

PAINFUL = 0.5  # of P(spoken) + P(unspoken): a passage that rather hurts


def seen_through(store: Store, lens: Lens) -> sa.ColumnElement[bool]:
    """Return the condition that a document is in the lens and heard by the map in hand; near copies never are."""
    parts = [within(lens.since, lens.until, lens.zone), documents.c.near_of.is_(None), heard_by(store)]
    if lens.source:
        parts.append(documents.c.source == lens.source)
    if lens.inside is not None:
        parts.append(documents.c.inside.is_(lens.inside))
    return sa.and_(*parts)


def moods(store: Store, journey: JourneyMap, lens: Lens) -> list[StageMood]:
    """Return each stage's mood in the order of the map, as `stage_moods` does, through the lens."""
    mood = sa.func.avg(signals.c.mood).label("mood")
    each = sa.select(signals.c.stage, mood).select_from(heard).where(seen_through(store, lens))
    one = each.group_by(signals.c.stage, who).subquery()
    many = sa.select(one.c.stage, sa.func.count(), sa.func.avg(one.c.mood), sa.func.avg(one.c.mood * one.c.mood))
    with store.reading() as connection:
        found = {row[0]: (row[1], row[2], row[3]) for row in connection.execute(many.group_by(one.c.stage))}
    return [
        StageMood(stage.id, stage.name, stage.assumed_emotion, *_interval(*found.get(stage.id, (0, 0.0, 0.0))))
        for stage in journey.stages
    ]


def _interval(count: int, mean: float, squares: float) -> tuple[float | None, float | None, float | None, int]:
    """Return mean, low and high (95 %) and how many people; one person alone gives the whole scale."""
    if not count:
        return None, None, None, 0
    if count == 1:
        return mean, -1.0, 1.0, 1
    spread = sqrt(max(0.0, squares - mean * mean) * count / (count - 1))
    half = (T_QUANTILES[count - 2] if count - 2 < len(T_QUANTILES) else 1.96) * spread / sqrt(count)
    return mean, max(-1.0, mean - half), min(1.0, mean + half), count


def voices(store: Store, lens: Lens) -> dict[str, tuple[int, int]]:
    """Return for each touchpoint how many people spoke of it in the lens, and how many of them told pain."""
    hurt = sa.case((signals.c.pain_label != "none", who))
    told = sa.select(signals.c.touchpoint, sa.func.count(sa.distinct(who)), sa.func.count(sa.distinct(hurt)))
    told = told.select_from(heard).where(seen_through(store, lens), signals.c.touchpoint.is_not(None))
    with store.reading() as connection:
        return {row[0]: (row[1], row[2]) for row in connection.execute(told.group_by(signals.c.touchpoint))}


def week_starts(until: date, weeks: int) -> list[date]:
    """Return the first days of the weeks that end with `until`, oldest first."""
    return [until - timedelta(days=7 * (weeks - n) - 1) for n in range(weeks)]


def _moment(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def touchpoint_weeks(store: Store, lens: Lens, weeks: int = 12) -> dict[str, tuple[int, ...]]:
    """Return for each touchpoint the distinct people with pain a week, oldest first; the last ends with the lens."""
    starts = week_starts(lens.until, weeks)
    wide = Lens(starts[0], lens.until, lens.zone, lens.source, lens.inside)
    edges = [_moment(one, lens.zone) for one in starts[1:]]
    week = sa.case(*((documents.c.created_at < edge, n) for n, edge in enumerate(edges)), else_=weeks - 1).label("week")
    told = sa.select(signals.c.touchpoint, week, sa.func.count(sa.distinct(who))).select_from(heard)
    told = told.where(seen_through(store, wide), signals.c.touchpoint.is_not(None), signals.c.pain_label != "none")
    found: dict[str, list[int]] = defaultdict(lambda: [0] * weeks)
    with store.reading() as connection:
        for touchpoint, number, people in connection.execute(told.group_by(signals.c.touchpoint, week)):
            found[touchpoint][number] = people
    return {one: tuple(row) for one, row in found.items()}


def point_people(store: Store, lens: Lens, point_ids: Collection[str] | None = None) -> dict[str, int]:
    """Return how many distinct people told each pain point in the lens; the silent ones are left out."""
    found: dict[str, int] = {}
    point = memberships.c.pain_point_id
    told = sa.select(point, sa.func.count(sa.distinct(who))).select_from(in_points).where(seen_through(store, lens))
    with store.reading() as connection:
        for part in _parts(point_ids):
            mine = told if part is None else told.where(point.in_(part))
            found.update({row[0]: row[1] for row in connection.execute(mine.group_by(point))})
    return found


def _parts(ids: Collection[str] | None) -> Iterator[Sequence[str] | None]:
    if ids is None:
        yield None
    else:
        yield from in_slices(sorted(set(ids)))


def seen(store: Store, lens: Lens) -> int:
    """Return how many posts are in the lens."""
    counted = sa.select(sa.func.count()).select_from(documents).where(seen_through(store, lens))
    with store.reading() as connection:
        return connection.scalar(counted) or 0


def seen_by_week(store: Store, lens: Lens, weeks: int) -> list[int]:
    """Return how many posts we could see in each of the weeks that end with the lens, oldest first."""
    starts = week_starts(lens.until, weeks)
    counts = []
    for start in starts:
        week = Lens(start, start + timedelta(days=6), lens.zone, lens.source, lens.inside)
        counted = sa.select(sa.func.count()).select_from(documents).where(seen_through(store, week))
        counts.append(counted.scalar_subquery())
    with store.reading() as connection:
        return list(connection.execute(sa.select(*counts)).one())
