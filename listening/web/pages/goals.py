"""SMART goals: the editor that fills in the baseline and says what is missing, and the list of all goals."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from listening import journey
from listening.errors import InputError
from listening.goals import METRICS, missing, progress
from listening.store import reads
from listening.web.looking import newest_day
from listening.web.pages.inbox import names
from listening.web.pages.point_forms import a_day
from listening.web.rendering import go, render
from listening.web.visit import Here

router = APIRouter()
PATH = "/pain-points/{point}/goal"
Text = Annotated[str, Form()]


@router.get("/goals")
def every(request: Request, visit: Here) -> Response:
    """Show all goals with how they stand, those due first."""
    today = newest_day(visit)
    rows = []
    for goal in reads.goals(visit.store, visit.journey.id):
        point = reads.point(visit.store, goal.pain_point_id)
        series = reads.goal_series(visit.store, goal.pain_point_id, goal.metric)
        rows.append((point, goal, progress(goal, series[-1] if series else None, today), missing(goal, point, today)))
    return render(request, "goals.html", title="Goals", rows=rows, metrics=METRICS, names=names(visit), today=today)


@router.get(PATH)
def page(request: Request, visit: Here, point: str) -> Response:
    """Show the editor, with today's figure of every metric."""
    found, goal, today = reads.point(visit.store, point), reads.goal(visit.store, point), newest_day(visit)
    now = {one: journey.measured_now(visit.store, visit.settings, point, one, now=visit.now) for one in METRICS}
    series = reads.goal_series(visit.store, point, goal.metric) if goal else []
    return render(
        request,
        "goal.html",
        title="Goal",
        crumbs=[(found.name or point, f"/pain-points/{point}")],
        point=found,
        goal=goal,
        lacks=missing(goal, found, today) if goal else (),
        progress=progress(goal, series[-1] if series else None, today) if goal else None,
        series=series,
        metrics=METRICS,
        measured=now,
        names=names(visit),
        stages=visit.journey.stages,
        may=visit.own("point", point),
    )


@router.post(PATH)
def save(
    request: Request,
    visit: Here,
    point: str,
    specific: Text = "",
    metric: Text = "",
    target: Text = "",
    due: Text = "",
    stage: Text = "",
) -> Response:
    """Keep the goal; what it still lacks is said on its page."""
    goal = journey.set_goal(
        visit.store,
        visit.settings,
        point,
        specific=specific[:1000],
        metric=metric,
        target=_number(target),
        due=a_day(due),
        stage=stage,
        who=visit.who,
        now=visit.now,
    )
    lacks = missing(goal, reads.point(visit.store, point), newest_day(visit))
    said = (
        "Kept. It is SMART."
        if not lacks
        else f"Kept. {len(lacks)} {'thing is' if len(lacks) == 1 else 'things are'} missing."
    )
    return go(request, f"/pain-points/{point}/goal", said=said)


def _number(text: str) -> float | None:
    """Read a target, with a point or a comma; None where none was given. Raises `InputError`."""
    plain = text.strip().replace(",", ".")
    if not plain:
        return None
    try:
        found = float(plain)
    except ValueError as error:
        raise InputError(f"{text!r} is no number", "write it like 2.5") from error
    if not 0 <= found < 1e9:  # noqa: PLR2004 - more people than there are; "nan" is no number either
        raise InputError(f"a target of {text}", "give a number from 0 on")
    return found


@router.post(PATH + "/confirm")
def confirm(request: Request, visit: Here, point: str) -> Response:
    """Say as the owner that it can be reached."""
    journey.confirm_goal(visit.store, point, who=visit.who, now=visit.now)
    return go(request, f"/pain-points/{point}/goal", said="Confirmed: it can be reached.")


@router.post(PATH + "/drop")
def drop(request: Request, visit: Here, point: str) -> Response:
    """Take the goal away."""
    journey.drop_goal(visit.store, point, who=visit.who, now=visit.now)
    return go(request, f"/pain-points/{point}", said="The goal is gone; the history keeps its words.")
