"""The inbox: what is new, rising or back and belongs to nobody yet; giving it away takes one click."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from listening import journey
from listening.errors import InputError
from listening.outputs.wording import count
from listening.store import reads
from listening.types import Emergence, Lens, Owner, PainPoint, PointCard, Spot
from listening.web.looking import look, newest_day
from listening.web.pictures import square
from listening.web.rendering import go, local, render
from listening.web.visit import Here, Visit

router = APIRouter()
ORDER = ("back", "new", "rising", "slow_burn", "")
KINDS = {"": "News", "new": "New", "rising": "Rising", "back": "Back again", "all": "All without an owner"}
SAME = {"rising": ("rising", "slow_burn")}
NEWS = timedelta(days=28)  # older news than this is the map's, not the inbox's
PAGE = 40
MUTE_DAYS = 14
TREND_WEEKS = 12


@router.get("/inbox")
def page(request: Request, visit: Here, kind: str = "", muted: bool = False) -> Response:
    """Show what nobody owns and what is news in it."""
    newest = newest_day(visit)
    news = reads.latest_news(visit.store, visit.journey.id, since=newest - NEWS)
    unowned = reads.spots(visit.store, visit.journey.id, states=("open", "came_back"), unowned=True)
    quiet = {one.id for one in unowned if one.muted_until and one.muted_until >= newest}
    here = [one for one in unowned if (one.id in quiet) == muted]
    chosen = [one for one in here if _wanted(kind, news.get(one.id), muted=muted)]
    lens = Lens(newest - NEWS + timedelta(days=1), newest, visit.settings.night.timezone)
    cards = _cards(visit, chosen, news, lens)
    waiting = max(0, len(chosen) - PAGE)
    return render(
        request,
        "inbox.html",
        title="Inbox",
        cards=cards,
        more=waiting,
        kind=kind if kind in KINDS else "",
        kinds=KINDS,
        muted=muted,
        quiet=len(quiet),
        owners=visit.journey.owners,
        nearest={card.point.id: nearest_owner(visit, card.point) for card in cards},
        may_change={card.point.id: visit.own("point", card.point.id) for card in cards},
        dots=square(
            reads.rated_points(visit.store, visit.journey.id, states=("open", "came_back", "planned", "doing"))
        ),
        names=names(visit),
        back=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
    )


def _cards(visit: Visit, points: Sequence[Spot], news: dict[str, Emergence], lens: Lens) -> list[PointCard]:
    """Return the news first: back again, new, rising; each the latest first, then the most people."""
    people = visit.count(reads.point_people, lens)
    ranked = sorted(points, key=lambda one: _rank(one, news.get(one.id), people.get(one.id, 0)))
    shown = [one.id for one in ranked[:PAGE]]
    trends = reads.weekly_people(visit.store, shown, lens.until, zone=lens.zone)
    quiet = reads.unspoken_shares(visit.store, shown)
    points_of = reads.cards_of(visit.store, shown)
    return [
        PointCard(
            points_of[one],
            people.get(one, 0),
            trends[one],
            news[one].kind if one in news else "",
            news[one].sentence if one in news else "",
            news[one].night if one in news else None,
            quiet.get(one, 0.0),
        )
        for one in shown
        if one in points_of
    ]


def _wanted(kind: str, found: Emergence | None, *, muted: bool) -> bool:
    """Say whether a pain point belongs on a tab: its kind of news, any news, or all."""
    if kind == "all" or muted:
        return True
    return found is not None and (not kind or found.kind in SAME.get(kind, (kind,)))


def _rank(point: Spot, found: Emergence | None, people: int) -> tuple[int, int, int, str]:
    night = -found.night.toordinal() if found else 0
    return ORDER.index(found.kind if found else ""), night, -people, point.id


def nearest_owner(visit: Visit, point: PainPoint) -> Owner | None:
    """Return who most likely should have it: the touchpoint's owner, the stage's, else who gets what nobody owns."""
    touchpoint = next((one.owner for one in visit.journey.touchpoints if one.id == point.touchpoint), "")
    stage = next((one.owner for one in visit.journey.stages if one.id == point.stage), "")
    wanted = touchpoint or stage or visit.journey.fallback_owner
    return next((one for one in visit.journey.owners if one.id == wanted), None)


def names(visit: Visit) -> dict[str, str]:
    """Return id -> name of the map's stages, touchpoints and owners."""
    found = {one.id: one.name for one in visit.journey.owners}
    found |= {one.id: one.name for one in visit.journey.touchpoints}
    return found | {one.id: one.name for one in visit.journey.stages}


@router.post("/inbox")
def change(
    request: Request,
    visit: Here,
    point: Annotated[list[str] | None, Form()] = None,
    owner: Annotated[str, Form()] = "",
    do: Annotated[str, Form()] = "assign",
    back: Annotated[str, Form()] = "/inbox",
) -> Response:
    """Give several pain points to somebody, or mute them. A row's own button says "assign:POINT:OWNER"."""
    verb, _, rest = do.partition(":")
    chosen = list(dict.fromkeys(point or []))
    if rest:
        one, _, owner_of_row = rest.partition(":")
        chosen, owner = [one], owner_of_row or owner
    if not chosen:
        raise InputError("nothing was chosen", "tick the pain points first")
    visit.must_own("point", *chosen)
    if verb == "mute":
        for one in chosen:
            journey.mute_for(visit.store, one, MUTE_DAYS, who=visit.who, now=visit.now)
        return go(request, local(back), said=f"Muted {count(len(chosen), 'pain point')} for {MUTE_DAYS} days.")
    journey.assign_many(visit.store, visit.settings, chosen, owner, who=visit.who, now=visit.now)
    return go(
        request, local(back), said=f"Gave {count(len(chosen), 'pain point')} to {names(visit).get(owner, owner)}."
    )


@router.get("/pain-points")
def every(request: Request, visit: Here, stage: str = "", touchpoint: str = "", page: int = 1) -> Response:
    """Show all pain points through the map's filters."""
    looking = look(visit, request.query_params)
    lens = looking.lens
    states = (lens.status,) if lens.status else reads.OPEN
    found = reads.spots(visit.store, visit.journey.id, states=states, owner=lens.owner, persona=lens.persona)
    found = [
        one for one in found if (not stage or one.stage == stage) and (not touchpoint or one.touchpoint == touchpoint)
    ]
    people = visit.count(reads.point_people, lens)
    found.sort(key=lambda one: (-people.get(one.id, 0), one.id))
    first = max(0, page - 1) * PAGE
    shown = [one.id for one in found[first : first + PAGE]]
    points = reads.cards_of(visit.store, shown)
    trends = visit.count(reads.weekly_people, tuple(shown), lens.until, TREND_WEEKS, lens.zone)
    news = reads.latest_news(visit.store, visit.journey.id, since=lens.since)
    cards = [
        PointCard(points[one], people.get(one, 0), trends[one], news[one].kind if one in news else "")
        for one in shown
        if one in points
    ]
    return render(
        request,
        "points.html",
        title="Pain points",
        cards=cards,
        looking=looking,
        stage=stage,
        touchpoint=touchpoint,
        names=names(visit),
        page=max(1, page),
        pages=max(1, -(-len(found) // PAGE)),
        total=len(found),
        crumbs=[("Map", looking.link("/map"))],
    )
