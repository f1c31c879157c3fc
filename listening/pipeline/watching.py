"""Watch: which pain points are news tonight, against their own past and what we could see."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from listening.emergence import judge
from listening.pipeline.nights import night_of
from listening.settings import Settings
from listening.store import Store, reads, writes
from listening.types import DayCount, Emergence, PainPoint

log = logging.getLogger(__name__)
BASELINE = timedelta(days=134)  # what emergence.py looks back on, and a fortnight for the people before it
STIRRED = timedelta(days=8)  # a pain point that nobody told for so long is no news tonight


def watch(store: Store, settings: Settings, *, now: datetime) -> tuple[Emergence, ...]:
    """Judge every pain point that was told lately, and keep what emerged."""
    night = night_of(settings, now)
    points = [p for p in reads.points(store, map_id=settings.journey.id) if p.last_seen >= night - STIRRED]
    if not points:
        return ()
    ids = [point.id for point in points]
    days = reads.day_counts(store, ids, since=night - BASELINE, until=night, zone=settings.night.timezone)
    replayed = {source for source, first in reads.first_nights(store).items() if night < first}
    last = _last_before(reads.emergences(store, ids), night)
    found = [_judge(settings, p, _seen_then(days[p.id], replayed), last.get(p.id), night) for p in points]
    emerged = tuple(one for one in found if one is not None)
    writes.keep_emergences(store, emerged)
    log.info("watched", extra={"pain_points": len(points), "emerged": len(emerged)})
    return emerged


def _judge(
    settings: Settings, point: PainPoint, days: Sequence[DayCount], last: Emergence | None, night: date
) -> Emergence | None:
    told = [row for row in days if last is not None and row.day <= last.night and not row.backlog]
    return judge(
        days,
        pain_point_id=point.id,
        night=night,
        born=point.born,
        resolved_on=point.resolved_on,
        last=last,
        people_at_last=len({person for row in told for person in row.people}),
        sensitivity=settings.alerts.sensitivity,
    )


def _last_before(emergences: Sequence[Emergence], night: date) -> Mapping[str, Emergence]:
    return {one.pain_point_id: one for one in sorted(emergences, key=lambda e: e.night) if one.night < night}


def _seen_then(days: Sequence[DayCount], replayed: set[str]) -> list[DayCount]:
    """The days as that night saw them: an imported archive whose nights are lived again is no backlog."""
    return [replace(row, backlog=False) if row.backlog and row.source in replayed else row for row in days]
