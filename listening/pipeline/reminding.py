"""Remind: which review, and which day of a pain point or its goal, comes near or has passed; each is told once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from listening.goals import progress
from listening.outputs import wording
from listening.pipeline.owning import heard_by, owner_of
from listening.reviewing import next_review
from listening.settings import Settings
from listening.store import Store, reads
from listening.types import Owner, PainPoint, Reminder

SOON = timedelta(days=7)  # so long before a day its owner hears of it
CLOSED = ("done", "watch", "holds", "wont", "no_pain")


def reminders(store: Store, settings: Settings, *, night: date) -> dict[Owner, list[Reminder]]:
    """Return what is due on the map in hand and was not told, by who hears of it: once when near, once when late."""
    near = reads.points_due(store, map_id=settings.journey.id, by=night + SOON)
    points = [one for one in near if one.status not in CLOSED]
    found = [
        *_review(store, settings, night),
        *_days(settings, points, night),
        *_goals(store, settings, points, night),
    ]
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
        f"{_when(due, night)}, as every {wording.count(journey.review_months, 'month')}. Look at what is new, grown, "
        "shrunk, resolved, back and merged since the last one, and stamp it when you are done."
    )
    told, places = f"review of {journey.id}", settings.called
    yield (
        heard_by(journey, "", "", ""),
        Reminder(_kind(due, night), due, f"Review of {journey.name}", said, told, "", *places),
    )


def _days(settings: Settings, points: Sequence[PainPoint], night: date) -> Iterator[tuple[Owner | None, Reminder]]:
    for point in points:
        if point.due is not None and night >= point.due - SOON:
            said = f"{_when(point.due, night)}; its status is “{wording.status(point.status)}”."
            yield _of(settings, point, "day", point.due, said, night)


def _goals(
    store: Store, settings: Settings, points: Sequence[PainPoint], night: date
) -> Iterator[tuple[Owner | None, Reminder]]:
    """Goals that are due and not reached, with how they stand."""
    goals = {one.pain_point_id: one for one in reads.goals(store, settings.journey.id)}
    for point in points:
        goal = goals.get(point.id)
        if goal is None or goal.due is None or night < goal.due - SOON:
            continue
        series = reads.goal_series(store, point.id, goal.metric)
        stands = progress(goal, series[-1] if series else None, night)
        if stands.state != "reached":
            said = f"{_when(goal.due, night)}: {goal.specific or 'its goal'}. {stands.sentence}"
            yield _of(settings, point, "goal", goal.due, said, night)


def _of(  # noqa: PLR0917 - all of them are needed
    settings: Settings, point: PainPoint, what: str, due: date, said: str, night: date
) -> tuple[Owner | None, Reminder]:
    kind, told = _kind(due, night), f"{what} of {point.id}"
    reminder = Reminder(kind, due, point.name, said, told, point.id, *settings.called)
    return owner_of(settings.journey, point), reminder


def _kind(due: date, night: date) -> str:
    return "due" if night <= due else "late"


def _when(due: date, night: date) -> str:
    return f"{'Due' if night <= due else 'It was due'} on {wording.day(due)}"
