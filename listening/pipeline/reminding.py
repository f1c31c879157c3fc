"""Remind: which review, and which day that a pain point was given, comes near or has passed; each is told once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from listening.outputs import wording
from listening.pipeline.owning import heard_by, owner_of
from listening.reviewing import next_review
from listening.settings import Settings
from listening.store import Store, reads
from listening.types import Owner, Reminder

SOON = timedelta(days=7)  # so long before a day its owner hears of it
CLOSED = ("done", "watch", "holds", "wont", "no_pain")


def reminders(store: Store, settings: Settings, *, night: date) -> dict[Owner, list[Reminder]]:
    """Return what is due on the map in hand and was not told, by who hears of it: once when near, once when late."""
    found = [*_review(store, settings, night), *_days(store, settings, night)]
    told = reads.told_of(store, {one.told for _, one in found})
    by_owner: dict[Owner, list[Reminder]] = defaultdict(list)
    for owner, one in found:
        if owner is not None and (one.told, one.kind, one.day) not in told:
            by_owner[owner].append(one)
    return by_owner


def _review(store: Store, settings: Settings, night: date) -> Iterator[tuple[Owner | None, Reminder]]:
    journey = settings.journey
    first = min(reads.first_nights(store).values(), default=None)
    due = next_review(reads.reviews(store, journey.id), first, journey.review_months)
    if due is None or night < due - SOON:
        return
    said = (
        f"{_when(due, night)}, as every {wording.count(journey.review_months, 'month')}: what is new, grown, shrunk, "
        "resolved, back and merged since the last one. Stamp it on that page when you are done."
    )
    told, places = f"review of {journey.id}", settings.called
    yield (
        heard_by(journey, "", "", ""),
        Reminder(_kind(due, night), due, f"Review of {journey.name}", said, told, "", *places),
    )


def _days(store: Store, settings: Settings, night: date) -> Iterator[tuple[Owner | None, Reminder]]:
    for point in reads.points(store, map_id=settings.journey.id):
        if point.due is None or point.status in CLOSED or night < point.due - SOON:
            continue
        said = f"{_when(point.due, night)}; its status is “{wording.status(point.status)}”."
        yield (
            owner_of(settings.journey, point),
            Reminder(
                _kind(point.due, night), point.due, point.name, said, f"day of {point.id}", point.id, *settings.called
            ),
        )


def _kind(due: date, night: date) -> str:
    return "due" if night <= due else "late"


def _when(due: date, night: date) -> str:
    return f"{'Due' if night <= due else 'It was due'} on {wording.day(due)}"
