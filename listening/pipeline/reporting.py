"""Report: what a review of the map needs, from the store alone; a day that is over is told the same for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from listening.pipeline.caring import examine_sources
from listening.pipeline.comparing import compare
from listening.pipeline.measuring import measure_points
from listening.pipeline.nights import night_of
from listening.pipeline.watching import judge_fixes
from listening.settings import Settings
from listening.store import Store, reads, writes
from listening.types import PainPointRow, Report

QUARTER = timedelta(days=91)


def make_report(
    store: Store, settings: Settings, *, since: date | None, until: date | None, now: datetime, anew: bool = False
) -> Report:
    """The report of one map for `since..until`, both included; without dates the quarter up to `now`.

    Once `until` is over, the first report of it is kept and given again, whatever is learnt or changed later; `anew`
    makes it from the store of today and keeps that. What people asked us to forget takes the kept one with it.
    """
    today = night_of(settings, now)
    until = until or today
    since = since or until - QUARTER + timedelta(days=1)
    over = until < today
    kept = reads.pack(store, settings.journey.id, since, until) if over and not anew else None
    if kept is not None:
        return kept
    made = _make(store, settings, since, until, now)
    if over and made.documents:
        writes.keep_pack(store, made, now=now)
    return made


def _make(store: Store, settings: Settings, since: date, until: date, now: datetime) -> Report:
    zone, journey = settings.night.timezone, settings.journey
    rows = reads.point_rows(store, journey.id, since, until, zone)
    found = measure_points(store, settings, [one.id for one in rows], since=since, until=until)
    mended = judge_fixes(store, settings, [one.id for one in rows], night=until)
    fixes = {one: verdict.sentence for one, verdict in mended.items()}
    crawls, ears = reads.crawls(store), settings.ears
    latest = {one.source: one for one in crawls if one.night <= until and ears.hears(one.source)}
    documents, people = reads.heard_in(store, since, until, zone)
    return Report(
        map=journey.id,
        map_name=journey.name,
        since=since,
        until=until,
        made_at=min(now, _end_of(until, zone)),
        moods=tuple(reads.stage_moods(store, journey, since, until, zone)),
        touchpoints=tuple(reads.touchpoint_rows(store, journey, since, until, zone)),
        pain_points=tuple(
            replace(one, measures=found[one.id], fix=fixes.get(one.id, ""))
            for one in _with_plans(store, journey.id, rows)
        ),
        sources=tuple(latest[name] for name in sorted(latest)),
        documents=documents,
        people=people,
        health=examine_sources(store, settings, night=until, only=settings.heard),
        owners=journey.owners,
        changes=compare(store, settings, since=since, until=until).changes,
        board=settings.alerts.base_url,
    )


def _with_plans(store: Store, map_id: str, rows: Sequence[PainPointRow]) -> list[PainPointRow]:
    """Return the rows with the words of their goals and their last comments."""
    goals = {one.pain_point_id: one.specific for one in reads.goals(store, map_id)}
    notes = reads.notes_of(store, [row.id for row in rows])
    return [replace(row, goal=goals.get(row.id, ""), notes=notes.get(row.id, "")) for row in rows]


def _end_of(day: date, zone: str) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
