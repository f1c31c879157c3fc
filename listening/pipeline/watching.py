"""Watch: which pain points are news tonight, and which fixes hold, against their own past and what we could see."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from listening.emergence import SENSITIVITIES, Seen, judge, judge_fix, look, may_burn
from listening.pipeline.collecting import collect_seldom
from listening.pipeline.nights import night_of
from listening.pipeline.owning import sensitivity_of
from listening.pipeline.sighting import watch_sight
from listening.settings import Settings
from listening.store import PointChange, Store, reads, writes
from listening.types import DayCount, Emergence, FixVerdict, LedgerEntry, PainPoint

log = logging.getLogger(__name__)
BASELINE = timedelta(days=134)  # what the baselines look back on, and a fortnight for the people before it
FIX_BASELINE = timedelta(days=70)  # the eight weeks before a fix, and a fortnight for the people before them
FLOOD, FLOODED = 5, timedelta(days=2)  # posts a person from which on few write much, and since when
STIRRED = timedelta(days=8)  # a pain point that nobody told for so long is no news tonight
WATCHED = ("watch", "holds")  # the statuses of a mended pain point
BECOMES = {"holds": "holds", "came_back": "came_back", "cannot_tell": "watch"}


def watch(store: Store, settings: Settings, *, now: datetime) -> tuple[Emergence, ...]:
    """Judge every pain point that was told lately and every fix, and keep what emerged and what became of the fixes.

    And which touchpoints cannot be seen any more.
    """
    collect_seldom()
    night = night_of(settings, now)
    watch_sight(store, settings, night=night)
    map_id = settings.journey.id
    mended = {one.id: one for one in reads.points(store, map_id=map_id, states=WATCHED) if one.resolved_on}
    stirred = {one.id: one for one in reads.points(store, map_id=map_id, told_since=night - STIRRED)}
    points = sorted((stirred | mended).values(), key=lambda point: (point.born, point.id))
    if not points:
        return ()
    days = _days(store, settings, points, night)
    last = _last_before(reads.emergences(store, days.keys()), night)
    among = len(points), sum(_may_burn(settings, p, days[p.id], night) for p in points if p.id not in last)
    usual = min(days, key=lambda point: len(days[point]))  # of what was mended long ago there are more days
    seen = look(days[usual], night)
    found = [_judge(settings, p, days[p.id], last.get(p.id), night, among, seen) for p in points]
    emerged = _marked(store, settings, [one for one in found if one is not None], night)
    writes.keep_emergences(store, emerged)
    for point in points:
        if point.id in mended:
            _follow(store, point, _judge_fix(settings, point, days[point.id], night), now)
    log.info("watched", extra={"pain_points": len(points), "emerged": len(emerged), "mended": len(mended)})
    return emerged


def _marked(store: Store, settings: Settings, found: Sequence[Emergence], night: date) -> tuple[Emergence, ...]:
    """Say of what emerged where a few accounts wrote much of it: they count as so many people, and may be a crowd."""
    zone, since = settings.night.timezone, night - FLOODED
    wrote = reads.posts_and_people(store, [one.pain_point_id for one in found], since=since, until=night, zone=zone)
    marked = []
    for one in found:
        posts, people = wrote.get(one.pain_point_id, (0, 0))
        few = f"; few accounts wrote much of it: {posts} posts by {people} in {FLOODED.days + 1} days"
        marked.append(replace(one, sentence=one.sentence + few) if people and posts >= FLOOD * people else one)
    return tuple(marked)


def judge_fixes(store: Store, settings: Settings, point_ids: Collection[str], *, night: date) -> dict[str, FixVerdict]:
    """Return how the fixes of these pain points fare; those that were never said to be mended are left out."""
    found = [point for one in sorted(point_ids) if (point := reads.point(store, one)).resolved_on]
    days = _days(store, settings, found, night) if found else {}
    return {point.id: _judge_fix(settings, point, days[point.id], night) for point in found}


def _days(store: Store, settings: Settings, points: Sequence[PainPoint], night: date) -> dict[str, list[DayCount]]:
    """The days as that night saw them; of what was mended long ago also the weeks before the fix."""
    usual = night - BASELINE
    long_ago = {
        one.id: since for one in points if one.resolved_on and (since := one.resolved_on - FIX_BASELINE) < usual
    }
    days = _days_since(store, settings, [one.id for one in points if one.id not in long_ago], usual, night)
    return days | (_days_since(store, settings, long_ago, min(long_ago.values()), night) if long_ago else {})


def _days_since(
    store: Store, settings: Settings, ids: Collection[str], since: date, night: date
) -> dict[str, list[DayCount]]:
    """An imported archive whose nights are lived again is no backlog."""
    days = reads.day_counts(store, ids, since=since, until=night, zone=settings.night.timezone)
    replayed = {source for source, first in reads.first_nights(store).items() if night < first}
    if not replayed:
        return days
    return {
        one: [replace(row, backlog=False) if row.source in replayed else row for row in rows]
        for one, rows in days.items()
    }


def _may_burn(settings: Settings, point: PainPoint, days: Sequence[DayCount], night: date) -> bool:
    return may_burn(days, night=night, sensitivity=sensitivity_of(settings, point))


def _judge(  # noqa: PLR0917 - all of them are needed
    settings: Settings,
    point: PainPoint,
    days: Sequence[DayCount],
    last: Emergence | None,
    night: date,
    among: tuple[int, int],
    seen: Seen,
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
        sensitivity=sensitivity_of(settings, point),
        among=among[0],
        untold=among[1],
        acknowledged=point.acknowledged_at is not None,
        seen=seen if len(days) == len(seen.rows) else None,
    )


def _judge_fix(settings: Settings, point: PainPoint, days: Sequence[DayCount], night: date) -> FixVerdict:
    return judge_fix(
        days,
        pain_point_id=point.id,
        resolved_on=point.resolved_on or night,
        night=night,
        returning=SENSITIVITIES[sensitivity_of(settings, point)].back,
    )


def _follow(store: Store, point: PainPoint, verdict: FixVerdict, now: datetime) -> None:
    """Write what became of a fix, with its line in the history; a verdict that changes nothing leaves none."""
    status = BECOMES.get(verdict.kind, point.status)
    if status == point.status:
        return
    line = LedgerEntry(now, "listening", verdict.kind.replace("_", " "), point.id, detail=verdict.sentence)
    writes.change_point(store, point.id, fields=PointChange(status=status), ledger=line)


def _last_before(emergences: Sequence[Emergence], night: date) -> Mapping[str, Emergence]:
    return {one.pain_point_id: one for one in sorted(emergences, key=lambda e: e.night) if one.night < night}
