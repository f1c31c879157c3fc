"""Nights: when each ran, how it ended, and what each source brought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated, Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from listening.errors import NotFound
from listening.outputs.wording import day
from listening.pipeline import STEPS, next_night
from listening.store import Night, NightStep, reads
from listening.types import Crawl
from listening.web.pages.search import PAGE, named
from listening.web.rendering import render
from listening.web.visit import Here

router = APIRouter()
SHOWN = 30


@dataclass(frozen=True, slots=True)
class NightRow:
    """One night as the list shows it."""

    night: Night
    visits: tuple[Crawl, ...]

    @property
    def new(self) -> int:
        """Count the new posts."""
        return sum(one.new for one in self.visits)

    @property
    def failed(self) -> int:
        """Count the sources that could not be read."""
        return sum(one.state == "failed" for one in self.visits)


@router.get("/nights")
def nights(request: Request, visit: Here, page: Annotated[int, Query(ge=1, le=100_000)] = 1) -> Response:
    """Show the nights, the newest first."""
    found = reads.nights(visit.store)[::-1]
    shown = found[(page - 1) * SHOWN : page * SHOWN]
    visits: dict[date, list[Crawl]] = defaultdict(list)
    if shown:
        for one in reads.crawls_between(visit.store, shown[-1].date, shown[0].date):
            visits[one.night].append(one)
    rows = [NightRow(one, tuple(visits[one.date])) for one in shown]
    zone = ZoneInfo(visit.settings.night.timezone)
    due = next_night(visit.settings, visit.now)
    return render(
        request,
        "nights.html",
        title="Nights",
        rows=rows,
        total=len(found),
        page=page,
        last=max(1, -(-len(found) // SHOWN)),
        due=due.astimezone(zone) if due else None,
        prefect=visit.settings.web.prefect_url,
    )


@router.get("/nights/{night}")
def night(request: Request, visit: Here, night: date) -> Response:
    """Show one night: every source's visit, what emerged, and which mails it made."""
    found = next((one for one in reads.nights(visit.store) if one.date == night), None)
    visits = reads.crawls(visit.store, night)
    if found is None and not visits:
        raise NotFound(f"no night {night}", "see the list of nights")
    emerged = reads.emergences(visit.store, night=night)
    names = {one.id: one.name for one in reads.points_by_id(visit.store, [one.pain_point_id for one in emerged])}
    return render(
        request,
        "night.html",
        title=f"Night to {night}",
        crumbs=[("Nights", "/nights")],
        date=night,
        night=found,
        visits=visits,
        steps=_in_order(reads.steps(visit.store, night)),
        does=STEPS,
        known={one.name for one in visit.settings.sources},
        owners={one.id: one.name for journey in visit.settings.maps[::-1] for one in journey.owners},
        emerged=emerged,
        names=names,
        mails=reads.alerts_of_night(visit.store, night),
        prefect=visit.settings.web.prefect_url,
    )


def _in_order(steps: Iterable[NightStep]) -> list[NightStep]:
    order = list(STEPS)
    return sorted(steps, key=lambda one: order.index(one.step) if one.step in order else len(order))


@router.get("/nights/{night}/posts")
def night_posts(
    request: Request,
    visit: Here,
    night: date,
    kind: Literal["seen", "new", "changed"] = "seen",
    source: str = "",
    page: Annotated[int, Query(ge=1, le=5_000)] = 1,
) -> Response:
    """Show the posts that a night's visits met, the newest first: what a number of the nights was made from."""
    visits = [one for one in reads.crawls(visit.store, night) if source in ("", one.source)]
    if not visits:
        raise NotFound(f"no visit of {source or 'any source'} on the night to {night}", "see the list of nights")
    zone, before = visit.settings.night.timezone, (page - 1) * PAGE
    count, found = reads.met(visit.store, night, kind, source=source, zone=zone, limit=PAGE, offset=before)
    here = partial(_posts_of, night, source)
    return render(
        request,
        "night_posts.html",
        title="The posts of a night",
        crumbs=[("Nights", "/nights"), (f"Night to {day(night)}", f"/nights/{night}")],
        night=night,
        kind=kind,
        source=source,
        count=count,
        counted=sum(getattr(one, kind) for one in visits),
        found=found,
        told=named(visit, {one for hit in found for one in hit.pain_points}),
        here=here,
        next=partial(here, kind),
        page=page,
        pages=max(1, -(-count // PAGE)),
    )


def _posts_of(night: date, source: str, kind: str, page: int) -> str:
    asked = {"kind": kind, **({"source": source} if source else {}), **({"page": page} if page > 1 else {})}
    return f"/nights/{night}/posts?{urlencode(asked)}"
