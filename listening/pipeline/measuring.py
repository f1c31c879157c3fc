"""Measure: what pain points add up to, from the members that are stored now, so that a deleted post counts no more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta

from listening.measures import measure
from listening.settings import Settings
from listening.store import Store, reads
from listening.types import Interval, Measures, Telling

LATELY = timedelta(days=28)
NIGHTS = timedelta(days=365)


def measure_points(
    store: Store, settings: Settings, point_ids: Collection[str], *, until: date, since: date | None = None
) -> dict[str, Measures]:
    """Return the measures of these pain points for `since..until`; without `since` the four weeks to `until`."""
    since = since or until - LATELY + timedelta(days=1)
    zone = settings.night.timezone
    told = reads.tellings(store, point_ids, since, until, zone, then=True)
    seen = reads.exposure(store, since, until, zone, then=True)
    return {one: measure(told[one], seen, since=since, until=until) for one in told}


def measure_nights(
    store: Store, settings: Settings, *, until: date, since: date | None = None
) -> Iterator[Mapping[str, str | int | float | None]]:
    """Yield a row for each pain point and day on which somebody told it, a year back unless `since` says.

    night, pain_point_id, people, people_inside, posts, reach, sentiment, sentiment_low, sentiment_high, exposure,
    unspoken_index, unspoken_low, unspoken_high (empty: unknown), signals and sources (name:people, most first)
    """
    since, zone = since or until - NIGHTS, settings.night.timezone
    ids = [one.id for one in reads.points(store, map_id=settings.journey.id)]
    told = reads.tellings(store, ids, since, until, zone)
    by_night: dict[date, dict[str, list[Telling]]] = defaultdict(lambda: defaultdict(list))
    for point, each in told.items():
        for one in each:
            by_night[one.day][point].append(one)
    for night, mine in sorted(by_night.items()):
        seen = reads.exposure(store, night, night, zone)
        for point in sorted(mine):
            yield _row(point, night, measure(mine[point], seen, since=night, until=night))


def _row(point: str, night: date, found: Measures) -> Mapping[str, str | int | float | None]:
    return {
        "night": night.isoformat(),
        "pain_point_id": point,
        "people": found.people,
        "people_inside": found.people_inside,
        "posts": found.posts,
        "reach": found.reach,
        **_cells("sentiment", "sentiment", found.sentiment),
        "exposure": found.exposure,
        **_cells("unspoken_index", "unspoken", found.unspoken_index),
        "signals": " ".join(f"{name}:{people}" for name, people in found.signals),
        "sources": " ".join(f"{name}:{people}" for name, people in found.sources),
    }


def _cells(name: str, short: str, found: Interval | None) -> dict[str, float | None]:
    numbers = (None, None, None) if found is None else (found.value, found.low, found.high)
    cells = zip((name, f"{short}_low", f"{short}_high"), numbers, strict=True)
    return {key: None if number is None else round(number, 3) for key, number in cells}
