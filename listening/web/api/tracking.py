"""How it goes with a pain point, its goal, and taking changes back, for programs."""

from __future__ import annotations

from dataclasses import dataclass

from listening import journey, pipeline
from listening.errors import InputError
from listening.goals import missing
from listening.store import reads
from listening.types import Goal, PointTicket
from listening.web.api import sent, shapes
from listening.web.looking import newest_day
from listening.web.visit import Here

router = shapes.calls(tag="pain points")
PATH = "/pain-points/{point}"


@dataclass(frozen=True, slots=True)
class GoalShape:
    """A pain point's goal, None where it has none, and what it lacks to be a SMART one."""

    goal: Goal | None
    lacks: tuple[str, ...]


@router.post(PATH + "/unassign")
def unassign(visit: Here, point: str) -> shapes.Done:
    """Take it from everybody."""
    journey.unassign(visit.store, point, who=visit.who, now=visit.now)
    return shapes.Done(done=True)


@router.post(PATH + "/acknowledge")
def acknowledge(visit: Here, point: str) -> shapes.Done:
    """Say that one knows of it: it speaks again only when it has grown."""
    journey.acknowledge(visit.store, point, who=visit.who, now=visit.now)
    return shapes.Done(done=True)


@router.post(PATH + "/no-pain")
def no_pain(visit: Here, point: str, given: sent.NoPain) -> shapes.Done:
    """Say that it is no pain at all, or one passage of it; what says the same is taken in and hidden."""
    if given.passage:
        journey.no_pain_passage(visit.store, given.passage, point, who=visit.who, now=visit.now)
    else:
        journey.no_pain(visit.store, point, who=visit.who, now=visit.now)
    return shapes.Done(done=True)


@router.post(PATH + "/ticket")
def ticket(visit: Here, point: str) -> shapes.Done:
    """Make its ticket where the team works, or give the one that it has; `done` is false while it waits."""
    made = pipeline.order_ticket(visit.store, visit.settings, point, who=visit.who, now=visit.now)
    return shapes.Done(done=made is not None, said=made.ticket.url if made else "it waits in the outbox")


@router.get("/tickets")
def tickets(visit: Here) -> list[PointTicket]:
    """List the tickets of pain points, as they stood when they were last asked for."""
    return reads.tickets(visit.store)


@router.post(PATH + "/rate")
def rate(visit: Here, point: str, given: sent.Ratings) -> shapes.Point:
    """Rate it from 1 to 5."""
    rated = given.model_dump()
    journey.rate(visit.store, point, who=visit.who, now=visit.now, **rated)
    return shapes.point_of(reads.point(visit.store, point))


@router.post(PATH + "/status")
def set_status(visit: Here, point: str, given: sent.Status) -> shapes.Point:
    """Say how it goes with it."""
    journey.set_status(visit.store, point, given.status, who=visit.who, now=visit.now)
    return shapes.point_of(reads.point(visit.store, point))


@router.post(PATH + "/due")
def set_due(visit: Here, point: str, given: sent.Due) -> shapes.Done:
    """Set its day, or take it away."""
    journey.set_due(visit.store, point, given.due, who=visit.who, now=visit.now)
    return shapes.Done(done=True)


@router.post(PATH + "/place")
def place(visit: Here, point: str, given: sent.Place) -> shapes.Point:
    """Put it somewhere else on the map."""
    where = (given.stage, given.touchpoint or None)
    journey.place(visit.store, visit.settings, point, *where, who=visit.who, now=visit.now)
    return shapes.point_of(reads.point(visit.store, point))


@router.post(PATH + "/comment")
def comment(visit: Here, point: str, given: sent.Comment) -> shapes.Done:
    """Say something about it; each @owner gets a mail."""
    asked = journey.comment(visit.store, visit.settings, point, given.text, who=visit.who, now=visit.now)
    return shapes.Done(done=True, said=", ".join(asked))


@router.post(PATH + "/undo")
def undo(visit: Here, point: str, given: sent.LedgerKey) -> shapes.Done:
    """Take a change back."""
    if given.key not in {one.key for one in reads.history(visit.store, point)}:
        raise InputError("this change is not one of this pain point's", "choose a key of its history")
    touched = journey.undo(visit.store, given.key, who=visit.who, now=visit.now)
    return shapes.Done(done=True, said=", ".join(touched))


@router.get(PATH + "/goal")
def goal(visit: Here, point: str) -> GoalShape:
    """Show its goal, and what it lacks."""
    found, set_so_far = reads.point(visit.store, point), reads.goal(visit.store, point)
    return GoalShape(set_so_far, tuple(missing(set_so_far, found, newest_day(visit))) if set_so_far else ())


@router.post(PATH + "/goal")
def set_goal(visit: Here, point: str, given: sent.GoalSent) -> Goal:
    """Keep its goal; the baseline is measured now."""
    wanted = given.model_dump()
    return journey.set_goal(visit.store, visit.settings, point, who=visit.who, now=visit.now, **wanted)


@router.post(PATH + "/goal/confirm")
def confirm_goal(visit: Here, point: str) -> shapes.Done:
    """Say that it can be reached."""
    journey.confirm_goal(visit.store, point, who=visit.who, now=visit.now)
    return shapes.Done(done=True)


@router.post(PATH + "/goal/drop")
def drop_goal(visit: Here, point: str) -> shapes.Done:
    """Take it away."""
    journey.drop_goal(visit.store, point, who=visit.who, now=visit.now)
    return shapes.Done(done=True)
