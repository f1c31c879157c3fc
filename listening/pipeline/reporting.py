"""Report: what a review of the map needs, from the store alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from listening.pipeline.caring import examine_sources
from listening.pipeline.measuring import measure_points
from listening.pipeline.nights import night_of
from listening.pipeline.watching import judge_fixes
from listening.settings import Settings
from listening.store import Store, reads
from listening.types import Report

QUARTER = timedelta(days=91)


def make_report(store: Store, settings: Settings, *, since: date | None, until: date | None, now: datetime) -> Report:
    """The report of one map for `since..until`, both included; without dates the quarter up to `now`."""
    until = until or night_of(settings, now)
    since = since or until - QUARTER + timedelta(days=1)
    zone, journey = settings.night.timezone, settings.journey
    counts = reads.counts(store)
    crawls = reads.crawls(store)
    rows = reads.point_rows(store, journey.id, since, until, zone)
    found = measure_points(store, settings, [one.id for one in rows], since=since, until=until)
    mended = judge_fixes(store, settings, [one.id for one in rows], night=until)
    fixes = {one: verdict.sentence for one, verdict in mended.items()}
    latest = {one.source: one for one in crawls if one.night <= until}
    return Report(
        map=journey.id,
        map_name=journey.name,
        since=since,
        until=until,
        made_at=now,
        moods=tuple(reads.stage_moods(store, journey, since, until, zone)),
        touchpoints=tuple(reads.touchpoint_rows(store, journey, since, until, zone)),
        pain_points=tuple(replace(one, measures=found[one.id], fix=fixes.get(one.id, "")) for one in rows),
        sources=tuple(latest[name] for name in sorted(latest)),
        documents=counts.documents,
        people=counts.people,
        health=examine_sources(store, settings, night=until),
    )
