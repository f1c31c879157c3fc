"""Mind: how the goals stand tonight; and the map's version, where its file changed."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta

from listening.goals import METRICS, WINDOW, measure
from listening.pipeline.nights import night_of
from listening.settings import Settings
from listening.store import Store, reads, writes
from listening.types import Goal, Lens, Measure

log = logging.getLogger(__name__)


def mind(store: Store, settings: Settings, *, now: datetime) -> int:
    """Keep the map's version and measure every goal; returns how many. Run twice a night it changes nothing."""
    night = night_of(settings, now)
    text, note = settings.map_file.read_text(encoding="utf-8"), f"as it was found in {settings.map_file.name}"
    writes.keep_map_version(store, settings.journey.id, text, who="listening", note=note, now=now)
    measured = _measure(store, settings, reads.goals(store, settings.journey.id), night)
    writes.keep_goal_nights(store, measured)
    log.info("minded", extra={"goals": len(measured)})
    return len(measured)


def _measure(store: Store, settings: Settings, goals: list[Goal], night: date) -> dict[tuple[str, str], Measure]:
    lens = Lens(night - WINDOW + timedelta(days=1), night, settings.night.timezone, inside=False)
    found: dict[tuple[str, str], Measure] = {}
    for goal in goals:
        if goal.metric not in METRICS:
            continue
        told = reads.tally(store, goal.pain_point_id, lens)
        one = measure(
            goal.metric,
            people=told.people,
            seen=told.seen,
            passages=told.passages,
            unspoken=told.unspoken,
            on=night,
        )
        if one is not None:
            found[goal.pain_point_id, goal.metric] = one
    return found
