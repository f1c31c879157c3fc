"""The review for programs: what changed, the pack in every format, the filled-in workbook, evidence and goals."""

from __future__ import annotations

from typing import Annotated

from fastapi import File, Query, UploadFile
from fastapi.responses import Response

from listening import journey, pipeline
from listening.store import reads
from listening.types import Evidence, Goal, MapChange, Review, RoundTrip
from listening.web.api import sent, shapes
from listening.web.looking import look, newest_day
from listening.web.packs import FORMATS, as_file
from listening.web.visit import Here

router = shapes.calls(tag="review")
KINDS = {kind.partition(";")[0]: dict[str, str]() for _, _, kind in FORMATS.values()}


@router.get("/reviews")
def reviews(visit: Here) -> list[Review]:
    """List the stamped reviews of the map."""
    return reads.reviews(visit.store, visit.journey.id)


@router.get("/changes")
def changes(visit: Here, since: sent.Day | None = None, until: sent.Day | None = None) -> shapes.Changes:
    """Show what became of the pain points since the last review, or in a period, against as many days before."""
    end = until or newest_day(visit)
    start, due = pipeline.review_period(visit.store, visit.settings, since=since, until=end)
    told = visit.count(pipeline.told_in, visit.settings.night.timezone, start, end)
    found = pipeline.compare(visit.store, visit.settings, since=start, until=end, told=told)
    return shapes.Changes(start, end, due, list[MapChange](found.changes))


@router.get(
    "/pack/{ending}", response_class=Response, responses={200: {"content": {kind: {} for *_, kind in FORMATS.values()}}}
)
def pack(visit: Here, ending: str, since: sent.Day | None = None, until: sent.Day | None = None) -> Response:
    """Give the review pack as html, xlsx, pdf, csv or json; the quarter up to today where no period is given."""
    return as_file(visit, ending, since, until)


@router.post("/pack/workbook")
def workbook(visit: Here, file: Annotated[UploadFile, File()], dry_run: Annotated[bool, Query()] = False) -> RoundTrip:
    """Take a filled-in workbook back: its edits are applied, conflicts and refused cells are told."""
    trip = journey.fill_in(visit.store, visit.settings, file.file.read(), who=visit.who, now=visit.now, dry_run=dry_run)
    visit.thing, visit.detail = "workbook", "only looked at" if dry_run else f"{len(trip.edits)} applied"
    return trip


@router.get("/evidence")
def evidence(  # noqa: PLR0917 - FastAPI gives them by name
    visit: Here,
    point: Annotated[str, Query(max_length=100)] = "",
    stage: Annotated[str, Query(max_length=100)] = "",
    touchpoint: Annotated[str, Query(max_length=100)] = "",
    since: sent.Day | None = None,
    until: sent.Day | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> shapes.EvidencePage:
    """List the passages behind a number, the newest first; the last quarter where no period is given."""
    days = {"since": since, "until": until}
    lens = look(visit, {name: day.isoformat() for name, day in days.items() if day}).lens
    asked = reads.Asked(point=point, stage=stage, touchpoint=touchpoint)
    count, found = reads.evidence(visit.store, asked, lens, limit=limit, offset=offset)
    return shapes.EvidencePage(count, list[Evidence](found))


@router.get("/goals")
def goals(visit: Here) -> list[Goal]:
    """List the goals of the map's pain points."""
    return reads.goals(visit.store, visit.journey.id)
