"""A pain point's page: what it is, how it goes, who said it, and all that an owner can do about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from listening import journey, pipeline
from listening.goals import METRICS, missing, progress
from listening.store import reads
from listening.types import STATUSES, PainPoint
from listening.web.days import FIRST
from listening.web.looking import look, newest_day
from listening.web.pages.inbox import names
from listening.web.pictures import marked, trend
from listening.web.rendering import go, render
from listening.web.visit import Here, Visit

router = APIRouter()
QUOTES, WEEKS = 8, 26
PATH = "/pain-points/{point}"


@router.get(PATH)
def page(request: Request, visit: Here, point: str) -> Response:
    """Show one pain point; a merged one says where it went."""
    found = reads.point(visit.store, point)
    if found.merged_into:
        return _gone(request, visit, found)
    looking = look(visit, request.query_params, usual="26w")
    at_home = found.map == visit.journey.id  # else its map's file is gone
    seen = visit.count(reads.seen_by_week, looking.lens, WEEKS)
    weeks = reads.point_weeks(visit.store, point, looking.lens, WEEKS, seen=seen)
    days, called = (weeks[0].start, looking.lens.until), {one.id: one.name for one in visit.journey.owners}
    events = reads.events(visit.store, point, *days, zone=looking.lens.zone, names=called)
    wide = look(visit, {"since": FIRST.isoformat()}).lens
    count, quotes = reads.evidence(visit.store, reads.Asked(point=point), wide, limit=QUOTES)
    return render(
        request,
        "point.html",
        title=found.name or point,
        crumbs=[("Map", "/map"), ("Pain points", "/pain-points")],
        point=found,
        picture=trend(weeks, events),
        weeks=weeks,
        measures=pipeline.measure_points(visit.store, visit.settings, [point], until=looking.lens.until)[point],
        mixes=reads.mixes(visit.store, point),
        quotes=quotes,
        count=count,
        marked=marked,
        similar=reads.similar(visit.store, found, among=visit.count(reads.centres, visit.journey.id, found.space)),
        **_history(visit, point),
        emergences=reads.emergences(visit.store, [point])[-3:],
        personas={one.id: one.name for one in visit.journey.personas},
        fix=pipeline.judge_fixes(visit.store, visit.settings, [point], night=newest_day(visit)).get(point)
        if found.resolved_on
        else None,
        **_goal(visit, found),
        metrics=METRICS,
        statuses=STATUSES,
        names=names(visit) if at_home else {},
        owners=visit.journey.owners,
        may=at_home and visit.own("point", point),
        looking=looking,
        month=visit.now.date() + timedelta(days=30),
        ticket=next((one for one in reads.tickets(visit.store) if one.pain_point_id == point), None),
        tickets_on=visit.settings.tickets.place() is not None,
    )


def _history(visit: Visit, point: str) -> dict[str, Any]:
    """What was done to it, and the names of the other pain points that this tells of."""
    lines = reads.history(visit.store, point)
    others = {name for one in lines for name in (one.entry.pain_point_id, one.entry.other_id)} - {point, ""}
    return {"history": lines, "called": {id_: one.name for id_, one in reads.cards_of(visit.store, others).items()}}


def _goal(visit: Visit, point: PainPoint) -> dict[str, Any]:
    """What the page says of its goal: the goal, what it lacks to be SMART, and how far it is."""
    goal = reads.goal(visit.store, point.id)
    if goal is None:
        return {"goal": None, "lacks": (), "progress": None}
    series, today = reads.goal_series(visit.store, point.id, goal.metric), newest_day(visit)
    reached = progress(goal, series[-1] if series else None, today)
    return {"goal": goal, "lacks": missing(goal, point, today), "progress": reached}


def _gone(request: Request, visit: Visit, point: PainPoint) -> Response:
    into = reads.point(visit.store, point.merged_into or "")
    undo = next(
        (one for one in reads.history(visit.store, point.id) if one.entry.what == "merge" and one.undoable), None
    )
    return render(
        request,
        "merged.html",
        title=point.name or point.id,
        point=point,
        into=into,
        undo=undo,
        may=visit.own("point", point.id),
        crumbs=[("Pain points", "/pain-points")],
    )


@router.get(PATH + "/merge")
def merge_preview(request: Request, visit: Here, point: str, into: str = "") -> Response:
    """Show what merging this pain point into another one would change."""
    found, called = reads.point(visit.store, point), names(visit)
    return render(
        request,
        "merge.html",
        title="Merge",
        crumbs=[(found.name or point, f"/pain-points/{point}")],
        point=found,
        into=into,
        other=reads.point(visit.store, into) if into else None,
        preview=journey.preview_merge(visit.store, point, into, called) if into else None,
        similar=reads.similar(visit.store, found, most=12),
        names=called,
    )


@router.post(PATH + "/merge")
def merge(request: Request, visit: Here, point: str, into: Annotated[str, Form()] = "") -> Response:
    """Merge; the other one must be theirs too."""
    into = reads.point(visit.store, into.strip()).id
    visit.must_own("point", into)
    journey.preview_merge(visit.store, point, into)  # refuses what cannot be done
    journey.merge(visit.store, point, into, who=visit.who, now=visit.now)
    visit.board.counted.clear()
    return go(request, f"/pain-points/{into}", said="Merged. The history below can undo it.")


@router.get(PATH + "/split")
def split_preview(
    request: Request, visit: Here, point: str, passage: Annotated[list[str] | None, Query()] = None
) -> Response:
    """Let somebody tick the passages that are another pain, and show what that would change."""
    found = reads.point(visit.store, point)
    wide = look(visit, {"since": FIRST.isoformat()}).lens
    count, quotes = reads.evidence(visit.store, reads.Asked(point=point), wide, limit=200)
    return render(
        request,
        "split.html",
        title="Split",
        crumbs=[(found.name or point, f"/pain-points/{point}")],
        point=found,
        count=count,
        quotes=quotes,
        marked=marked,
        chosen=set(passage or []),
        preview=journey.preview_split(visit.store, point, passage) if passage else None,
    )


@router.post(PATH + "/split")
def split(request: Request, visit: Here, point: str, passage: Annotated[list[str] | None, Form()] = None) -> Response:
    """Split."""
    new = journey.split(visit.store, visit.settings, point, passage or [], who=visit.who, now=visit.now)
    visit.board.counted.clear()
    return go(request, f"/pain-points/{new}", said="Split. This is the new pain point; the history can undo it.")
