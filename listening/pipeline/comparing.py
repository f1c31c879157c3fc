"""Compare: what became of a map's pain points since the last review, and when the next one is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from listening.reviewing import Told, changes, next_review, period
from listening.settings import Settings
from listening.store import Store, reads
from listening.types import MapChange


@dataclass(frozen=True, slots=True)
class Compared:
    """What became of the pain points in `since..until`, held against the days from `before` on."""

    since: date
    until: date
    before: date
    changes: tuple[MapChange, ...]


def told_in(store: Store, zone: str, since: date, until: date) -> Told:
    """Return how many people told each pain point in `since..until` and in as many days before; numbers only."""
    start, end = _before(since, until)
    return Told(
        now=reads.people_of(store, since, until, zone),
        before=reads.people_of(store, start, end, zone),
        seen_now=reads.heard_in(store, since, until, zone, outside_only=True)[0],
        seen_before=reads.heard_in(store, start, end, zone, outside_only=True)[0],
    )


def compare(store: Store, settings: Settings, *, since: date, until: date, told: Told | None = None) -> Compared:
    """Return what became of the pain points in `since..until`, against as many days before: for board and pack.

    `told` is what `told_in` counted of this period, where somebody has it at hand.
    """
    map_id, zone = settings.journey.id, settings.night.timezone
    every = {one.id: one for one in reads.stands(store, map_id)}
    mine = [one for one in every.values() if one.born <= until and not one.merged_into and one.status != "no_pain"]
    told = told or told_in(store, zone, since, until)
    first, last = _start_of(since, zone), _start_of(until + timedelta(days=1), zone)
    lines = [one for one in reads.ledger_between(store, first, last) if one.pain_point_id in every]
    news = [one for one in reads.emergences_between(store, since, until) if one.pain_point_id in every]
    names = {one.id: one.name for one in every.values()}
    start, _ = _before(since, until)
    return Compared(since, until, start, changes(mine, told, since, lines=lines, emergences=news, names=names))


def review_period(store: Store, settings: Settings, *, since: date | None, until: date) -> tuple[date, date | None]:
    """Return the first day of the review that ends with `until`, and when the next one is due (None: no night yet).

    Without `since` the period begins after the last stamped review, or the map's review months back.
    """
    months = settings.journey.review_months
    kept = reads.reviews(store, settings.journey.id)
    first = min(reads.first_nights(store).values(), default=None)
    return min(since or period(kept, until, months)[0], until), next_review(kept, first, months)


def _before(since: date, until: date) -> tuple[date, date]:
    return since - (until - since) - timedelta(days=1), since - timedelta(days=1)


def _start_of(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
