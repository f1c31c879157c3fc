"""Sight: which touchpoints cannot be heard any more, and which are seen again; who owns them is told of it once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from listening.emergence import judge_sight, silent_sources
from listening.settings import Settings
from listening.store import Store, reads, writes
from listening.types import Sight, SightItem

WEEKS = timedelta(days=56)  # so far back people spoke of a touchpoint that is known
LOOK_BACK = timedelta(days=90)  # in which a source fell silent


def watch_sight(store: Store, settings: Settings, *, night: date) -> tuple[Sight, ...]:
    """Judge every touchpoint of the map, and keep what changed."""
    journey, zone = settings.journey, settings.night.timezone
    last = {one.touchpoint: one for one in reads.sights(store, journey.id) if one.night < night}
    blind = [one for one in last.values() if one.kind == "blind"]
    days = reads.seen_days(store, night - LOOK_BACK, night, zone)
    speaking = {row.source for row in days}
    silent = silent_sources(days, night)
    silent |= {source: one.since for one in blind for source in one.sources if source not in speaking}
    if not silent and not blind:
        return ()
    since = {night - WEEKS, *(one.since - WEEKS for one in blind)}
    spoke = {start: reads.speakers(store, start, night, zone) for start in since}
    found = []
    for touchpoint in journey.touchpoints:
        before = last.get(touchpoint.id)
        start = before.since - WEEKS if before is not None and before.kind == "blind" else night - WEEKS
        people = spoke[start].get(touchpoint.id, {})
        changed = judge_sight(touchpoint.id, night=night, spoke=people, silent=silent, last=before)
        found += [changed] if changed is not None else []
    writes.keep_sights(store, found, map_id=journey.id)
    return tuple(found)


def told_as(settings: Settings, touchpoint: str) -> str:
    """Return under which name the store remembers what was told of a touchpoint of the map in hand."""
    return f"touchpoint {touchpoint}" if settings.on_first else f"touchpoint {settings.journey.id}/{touchpoint}"


def sight_items(settings: Settings, sights: Iterable[Sight]) -> tuple[SightItem, ...]:
    """Return them as a mail names them; touchpoints that left the map are passed over."""
    journey, places = settings.journey, settings.called
    stages = {one.id: one.name for one in journey.stages}
    known = {one.id: one for one in journey.touchpoints}
    return tuple(
        SightItem(
            one,
            known[one.touchpoint].name,
            stages.get(known[one.touchpoint].stage, ""),
            *places,
            told_as(settings, one.touchpoint),
        )
        for one in sorted(sights, key=lambda one: (one.kind, one.touchpoint))
        if one.touchpoint in known
    )
