"""The map, its reviews, search and counts, for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query
from fastapi.responses import PlainTextResponse

from listening import journey
from listening.store import Counts, reads
from listening.types import Hit, JourneyMap, User
from listening.web.api import sent, shapes
from listening.web.visit import Here

router = shapes.calls(tag="map")


@dataclass(frozen=True, slots=True)
class Found:
    """What holds the words: ids of pain points and of posts, and each with the words around the first match."""

    pain_points: list[str]
    posts: list[str]
    hits: list[Hit]


@router.get("/map")
def journey_map(visit: Here) -> JourneyMap:
    """Show the map: stages in order, touchpoints, personas and owners."""
    return visit.journey


@router.get("/map/journey.toml", response_class=PlainTextResponse)
def map_text(visit: Here) -> PlainTextResponse:
    """Show the map as a journey.toml."""
    return PlainTextResponse(journey.map_text(visit.settings))


@router.post("/map")
def import_map(visit: Here, given: sent.MapText) -> shapes.Done:
    """Put another journey.toml in the map's place; the old one stays as a version."""
    journey.import_map(visit.store, visit.settings, given.text, who=visit.who, now=visit.now, note=given.note)
    return shapes.Done(done=True)


@router.get("/search")
def search(
    visit: Here,
    q: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Found:
    """Find pain points and posts that hold all the words."""
    points, posts = reads.search(visit.store, q, map_id=visit.journey.id, limit=limit, offset=offset)
    return Found([one.id for one in points], [one.id for one in posts], [*points, *posts])


@router.post("/reviews")
def stamp_review(visit: Here, given: sent.ReviewStamp) -> shapes.Done:
    """Say that the map was reviewed for a period."""
    period = {"since": given.since, "until": given.until}
    journey.stamp_review(visit.store, visit.settings, **period, note=given.note, who=visit.who, now=visit.now)
    return shapes.Done(done=True)


@router.get("/counts")
def counts(visit: Here) -> Counts:
    """Count what is stored."""
    return reads.counts(visit.store)


@router.get("/me")
def me(visit: Here) -> User:
    """Say whose key this is."""
    return reads.person(visit.store, visit.who)
