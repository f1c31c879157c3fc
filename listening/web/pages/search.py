"""Finding things: full-text search, and the posts behind every number."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from fastapi import APIRouter, Request
from fastapi.responses import Response

from listening.outputs.wording import day
from listening.store import reads
from listening.types import JourneyMap
from listening.web.days import FIRST, read_day
from listening.web.looking import SIDES, look
from listening.web.pages.inbox import names
from listening.web.pictures import marked
from listening.web.rendering import render
from listening.web.visit import Here, Visit

router = APIRouter()
PAGE = 20
KEPT = (
    "point",
    "also",
    "stage",
    "touchpoint",
    "painful",
    "unspoken",
    "signal",
    "joined",
    "teller",
)  # what a filter leaves as it is


@router.get("/search")
def search(request: Request, visit: Here, q: str = "", page: int = 1) -> Response:
    """Find pain points and posts that hold all the words."""
    page = max(1, min(page, 500))
    points, posts = reads.search(visit.store, q[:200], map_id=visit.journey.id, limit=PAGE, offset=(page - 1) * PAGE)
    return render(
        request,
        "search.html",
        title=f"Search: {q[:60]}" if q else "Search",
        q=q[:200],
        points=points,
        posts=posts,
        page=page,
        full=max(len(points), len(posts)) == PAGE,
        told=named(visit, {one for hit in posts for one in hit.pain_points}),
        pieces=lambda text: _pieces(text, q[:200]),
    )


def _pieces(text: str, query: str) -> list[tuple[str, str]]:
    """Return a text in pieces, each with "asked" where it is what was searched for."""
    return marked(text, [(start, end, "asked") for start, end in reads.held_in(text, query)])


@router.get("/evidence")
def evidence(request: Request, visit: Here, page: int = 1) -> Response:
    """Show the passages that a number was made from, newest first."""
    query = request.query_params
    asked = reads.Asked(
        point=query.get("point", ""),
        also=query.get("also", ""),
        stage=query.get("stage", ""),
        touchpoint=query.get("touchpoint", ""),
        painful=query.get("painful", "") == "1",
        unspoken=query.get("unspoken", "") == "1",
        signal=query.get("signal", ""),
        joined=read_day(query.get("joined", "")),
        **_told_by(visit.journey, query.get("teller", "")),
    )
    since = query.get("since")
    looking = look(visit, {**query, "since": FIRST.isoformat()} if since == "" else query)
    page = max(1, min(page, 5000))
    count, found = reads.evidence(visit.store, asked, looking.lens, limit=PAGE, offset=(page - 1) * PAGE)
    kept = {key: query[key] for key in KEPT if key in query}
    return render(
        request,
        "evidence.html",
        title="Evidence",
        about=_about(visit, asked, query.get("teller", "")),
        kept=kept,
        looking=looking,
        sides=SIDES,
        count=count,
        found=found,
        marked=marked,
        page=page,
        pages=max(1, -(-count // PAGE)),
        names=names(visit),
        told=named(visit, {one.pain_point_id for one in found}),
        crumbs=[("Map", looking.link("/map"))],
    )


def _told_by(journey: JourneyMap, teller: str) -> dict[str, tuple[str, ...]]:
    """Return the phrases by which a persona is known, and those of the others: who says both is nobody's."""
    if teller not in {one.id for one in journey.personas}:
        return {}
    mine = {one.id: tuple(phrase for phrase in one.examples if phrase.strip()) for one in journey.personas}
    others = tuple(phrase for one, phrases in mine.items() if one != teller for phrase in phrases)
    return {"said": mine[teller], "unsaid": tuple(one for one in others if one not in mine[teller])}


def named(visit: Visit, ids: Collection[str]) -> Mapping[str, str]:
    """Return the names of these pain points."""
    return {one: card.name for one, card in reads.cards_of(visit.store, ids).items()}


def _about(visit: Visit, asked: reads.Asked, teller: str) -> str:
    """Say in words which posts these are."""
    called = names(visit)
    parts = ["unspoken pain" if asked.unspoken else "pain" if asked.painful else "all that was heard"]
    if asked.point:
        both = [reads.point(visit.store, one).name or one for one in (asked.point, asked.also) if one]
        parts = [f"what was told of {' or '.join(f'“{one}”' for one in both)}"]
    for place in (asked.touchpoint, asked.stage):
        if place:
            parts.append(f"at {called.get(place, place)}")
    if asked.said:
        parts.append(f"by {next(one.name for one in visit.journey.personas if one.id == teller)}")
    if asked.joined:
        parts.append(f"that came to it on the night to {day(asked.joined)}")
    if asked.signal:
        parts.append(f"with the signal {asked.signal.replace('_', ' ')}")
    return " ".join(parts)
