"""The review of the map: when it is due, what changed since the last one, and the stamp."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from listening import journey, pipeline
from listening.store import reads
from listening.web.days import read_day
from listening.web.looking import newest_day
from listening.web.pages.inbox import names
from listening.web.pages.point_forms import a_day
from listening.web.rendering import go, render
from listening.web.visit import Here

router = APIRouter()
MOST = 25  # of a kind on the page; all stand in the workbook
KINDS = (
    ("new", "New", "Nobody had told these before"),
    ("grown", "Grown", "More people per post seen than chance would bring"),
    ("back", "Back again", "Said to be mended, and told again"),
    ("resolved", "Resolved", "Said to be mended in this period"),
    ("shrunk", "Shrunk", "Fewer people per post seen than chance would bring"),
    ("merged", "Merged", "Now part of another pain point"),
)


@router.get("/reviews")
def page(request: Request, visit: Here, since: str = "", until: str = "") -> Response:
    """Show the review that is due, or the one of a period that somebody chose."""
    today = newest_day(visit)
    end = read_day(until) or today
    start, due = pipeline.review_period(visit.store, visit.settings, since=read_day(since), until=end)
    told = visit.count(pipeline.told_in, visit.settings.night.timezone, start, end)
    found = pipeline.compare(visit.store, visit.settings, since=start, until=end, told=told)
    sections = [(*words, [one for one in found.changes if one.kind == words[0]]) for words in KINDS]
    shown = {one.pain_point_id for *_, changed in sections for one in changed[:MOST]}
    return render(
        request,
        "reviews.html",
        title="Reviews",
        found=found,
        past=found.since - timedelta(days=1),
        due=due,
        today=today,
        soon=today + timedelta(days=7),
        reviews=reads.reviews(visit.store, visit.journey.id),
        names=names(visit),
        sections=sections,
        points=reads.cards_of(visit.store, shown),
        most=MOST,
    )


@router.post("/reviews")
def stamp(
    request: Request,
    visit: Here,
    since: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
) -> Response:
    """Stamp a period as reviewed."""
    end = a_day(until) or newest_day(visit)
    start = a_day(since) or end
    journey.stamp_review(
        visit.store, visit.settings, since=start, until=end, note=note[:1000], who=visit.who, now=visit.now
    )
    return go(request, "/reviews", said=f"Reviewed: {start} to {end}.")
