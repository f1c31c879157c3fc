"""Mind: how the goals stand tonight, and who has to be reminded of a review or of a day that comes near."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b

from listening.goals import METRICS, WINDOW, measure
from listening.outputs import wording
from listening.pipeline.nights import night_of
from listening.reviewing import next_review
from listening.settings import Settings
from listening.store import Store, reads, writes
from listening.types import Alert, Goal, Lens, Measure, Owner

log = logging.getLogger(__name__)
SOON = timedelta(days=7)  # so long before a day its owner hears of it
CLOSED = ("wont", "holds")


@dataclass(frozen=True, slots=True)
class Minded:
    """How many goals were measured, and how many reminders were queued."""

    goals: int = 0
    reminders: int = 0


def mind(store: Store, settings: Settings, *, now: datetime) -> Minded:
    """Keep the map's version, measure every goal, and queue reminders; run twice a night it changes nothing."""
    night = night_of(settings, now)
    text, note = settings.map_file.read_text(encoding="utf-8"), f"as it was found in {settings.map_file.name}"
    writes.keep_map_version(store, settings.journey.id, text, who="listening", note=note, now=now)
    measured = _measure(store, settings, reads.goals(store, settings.journey.id), night)
    writes.keep_goal_nights(store, measured)
    queued = _remind(store, settings, night, now)
    log.info("minded", extra={"goals": len(measured), "reminders": queued})
    return Minded(len(measured), queued)


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


def _remind(store: Store, settings: Settings, night: date, now: datetime) -> int:
    """Queue what is due: a mail a thing and day, never twice."""
    journey = settings.journey
    owners = {one.id: one for one in journey.owners}
    queued = 0
    for owner, subject, note, point, key in [*_review(store, settings, night), *_days(store, settings, night)]:
        reader = owners.get(owner) or owners.get(journey.fallback_owner)
        if reader is not None:
            queued += _queue(store, settings, reader, subject=subject, note=note, point=point, key=key, now=now)
    return queued


def _review(store: Store, settings: Settings, night: date) -> list[tuple[str, str, str, str, str]]:
    journey = settings.journey
    first = min(reads.first_nights(store).values(), default=None)
    due = next_review(reads.reviews(store, journey.id), first, journey.review_months)
    if due is None or night < due - SOON:
        return []
    when = _when(due, night)
    note = (
        f"The review of {journey.name} {when}: every {journey.review_months} months. The page Reviews shows what is "
        "new, grown, shrunk, resolved, back and merged since the last one; stamp it there when you are done."
    )
    return [(journey.fallback_owner, f"Review of {journey.name} {when}", note, "", f"review\0{due}\0{night > due}")]


def _days(store: Store, settings: Settings, night: date) -> list[tuple[str, str, str, str, str]]:
    found = []
    for point in reads.points(store, map_id=settings.journey.id):
        if point.due is None or point.status in CLOSED or not point.due - SOON <= night:
            continue
        when = _when(point.due, night)
        note = f"{point.name} ({point.id}) {when}; its status is {point.status}."
        key = f"due\0{point.id}\0{point.due}\0{night > point.due}"
        found.append((point.owner, f"Due: {point.name}", note, point.id, key))
    return found


def _when(due: date, night: date) -> str:
    return f"{'is' if night <= due else 'was'} due on {wording.day(due)}"


def _queue(
    store: Store, settings: Settings, owner: Owner, *, subject: str, note: str, point: str, key: str, now: datetime
) -> int:
    name = blake2b(f"{settings.journey.id}\0{owner.id}\0{key}".encode(), digest_size=8).hexdigest()
    alert = Alert(f"no-{name}", owner, now.date(), (), subject=subject, note=note, about=point, map=settings.journey.id)
    return writes.queue_alerts(store, [alert], map_id=f"{settings.journey.id}#{name}", now=now)
