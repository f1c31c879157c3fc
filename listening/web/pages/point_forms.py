"""The small forms of a pain point's page: each is one verb of the day."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from listening import journey, pipeline
from listening.errors import InputError
from listening.outputs.wording import day, status
from listening.store import reads
from listening.web.days import read_day
from listening.web.pages.inbox import names
from listening.web.rendering import go
from listening.web.visit import Here

router = APIRouter()
PATH = "/pain-points/{point}"
Text = Annotated[str, Form()]


def _back(request: Request, point: str, said: str) -> Response:
    return go(request, f"/pain-points/{point}", said=said)


def a_day(text: str) -> date | None:
    """Read a day from a form, None where none was given. Raises `InputError`."""
    if not text.strip():
        return None
    if (day := read_day(text.strip())) is None:
        raise InputError(f"{text[:40]!r} is no day", "write it like 2026-03-31")
    return day


def a_rating(text: str) -> int | None:
    """Read a rating from a form, None where none was given. Raises `InputError`."""
    if not text.strip():
        return None
    if not text.strip().isdecimal():
        raise InputError(f"{text!r} is no rating", "rate from 1 to 5")
    return int(text)


@router.post(PATH + "/assign")
def assign(request: Request, visit: Here, point: str, owner: Text = "") -> Response:
    """Give it to somebody, or take it from everybody."""
    if owner:
        journey.assign_many(visit.store, visit.settings, [point], owner, who=visit.who, now=visit.now)
        return _back(request, point, f"Given to {names(visit).get(owner, owner)}.")
    journey.unassign(visit.store, point, who=visit.who, now=visit.now)
    return _back(request, point, "Nobody owns it now; it stands in the inbox.")


@router.post(PATH + "/rate")
def rate(
    request: Request, visit: Here, point: str, importance: Text = "", cost: Text = "", ease: Text = ""
) -> Response:
    """Rate it."""
    journey.rate(
        visit.store,
        point,
        importance=a_rating(importance),
        cost=a_rating(cost),
        ease=a_rating(ease),
        who=visit.who,
        now=visit.now,
    )
    return _back(request, point, "Rated.")


@router.post(PATH + "/status")
def set_status(request: Request, visit: Here, point: str, to: Text = "") -> Response:
    """Say how it goes with it."""
    journey.set_status(visit.store, point, to, who=visit.who, now=visit.now)
    return _back(request, point, f"Its status is now: {status(to)}.")


@router.post(PATH + "/due")
def set_due(request: Request, visit: Here, point: str, due: Text = "") -> Response:
    """Set its day."""
    when = a_day(due)
    journey.set_due(visit.store, point, when, who=visit.who, now=visit.now)
    return _back(request, point, f"Due on {day(when)}." if when else "It has no day now.")


@router.post(PATH + "/rename")
def rename(request: Request, visit: Here, point: str, name: Text = "") -> Response:
    """Give it a person's name."""
    journey.rename(visit.store, point, name[:200], who=visit.who, now=visit.now)
    return _back(request, point, "Renamed; no machine changes it again.")


@router.post(PATH + "/place")
def place(request: Request, visit: Here, point: str, to: Text = "") -> Response:
    """Put it somewhere else on the map; `to` is "stage" or "stage/touchpoint"."""
    stage, _, touchpoint = to.partition("/")
    journey.place(visit.store, visit.settings, point, stage, touchpoint or None, who=visit.who, now=visit.now)
    return _back(request, point, f"It stands at {names(visit).get(touchpoint or stage, stage)} now.")


@router.post(PATH + "/mute")
def mute(request: Request, visit: Here, point: str, days: Annotated[int, Form()] = 14) -> Response:
    """Hear nothing of it for some days."""
    until = journey.mute_for(visit.store, point, days, who=visit.who, now=visit.now)
    return _back(request, point, f"Muted until {day(until)}; it is counted on.")


@router.post(PATH + "/resolve")
def resolve(request: Request, visit: Here, point: str, on: Text = "") -> Response:
    """Say that it was mended on a day: from then it is watched."""
    when = a_day(on) or visit.now.date()
    journey.resolve(visit.store, point, on=when, who=visit.who, now=visit.now)
    return _back(request, point, f"Watched since {day(when)}: you hear of it when it comes back.")


@router.post(PATH + "/acknowledge")
def acknowledge(request: Request, visit: Here, point: str) -> Response:
    """Say that one knows of it: it speaks again only when it has grown."""
    journey.acknowledge(visit.store, point, who=visit.who, now=visit.now)
    return _back(request, point, "Noted: you hear of it again only when it has grown.")


@router.post(PATH + "/no-pain")
def no_pain(request: Request, visit: Here, point: str) -> Response:
    """Say that it is no pain: it is shown no more."""
    journey.no_pain(visit.store, point, who=visit.who, now=visit.now)
    return _back(request, point, "No pain: it is shown no more. The history below can undo it.")


@router.post(PATH + "/ticket")
def ticket(request: Request, visit: Here, point: str) -> Response:
    """Make its ticket where the team works, or find the one that it has."""
    made = pipeline.order_ticket(visit.store, visit.settings, point, who=visit.who, now=visit.now)
    told = f"Ticket {made.ticket.key} stands in {made.system}." if made else "The ticket waits in the outbox."
    return _back(request, point, told)


@router.post(PATH + "/reopen")
def reopen(request: Request, visit: Here, point: str) -> Response:
    """Open it again and end its mute."""
    journey.reopen(visit.store, point, who=visit.who, now=visit.now)
    return _back(request, point, "Open again.")


@router.post(PATH + "/comment")
def comment(request: Request, visit: Here, point: str, text: Text = "") -> Response:
    """Say something about it; each @owner gets a mail."""
    asked = journey.comment(visit.store, visit.settings, point, text, who=visit.who, now=visit.now)
    mail = f" A mail goes to {', '.join(names(visit)[one] for one in asked)}." if asked else ""
    known = {one.id.casefold() for one in visit.journey.owners}
    lost = [f"@{one}" for one in journey.mentioned(text) if one not in known]
    nobody = f" Nobody on the map is called {', '.join(lost)}, so no mail goes there." if lost else ""
    return _back(request, point, f"Said.{mail}{nobody}")


@router.post(PATH + "/move")
def move(request: Request, visit: Here, point: str, passage: Text = "") -> Response:
    """Say that a passage does not belong here."""
    journey.move(visit.store, passage, point, who=visit.who, now=visit.now)
    visit.board.counted.clear()
    return _back(request, point, "Taken out; it is placed anew tonight, never here again.")


@router.post(PATH + "/undo")
def undo(request: Request, visit: Here, point: str, key: Text = "") -> Response:
    """Take a change back by its line in the history."""
    if key not in {one.key for one in reads.history(visit.store, point)}:
        raise InputError("this change is not one of this pain point's", "choose one in its history")
    touched = journey.undo(visit.store, key, who=visit.who, now=visit.now)
    visit.board.counted.clear()
    return _back(request, point if point in touched or not touched else touched[0], "Undone.")
