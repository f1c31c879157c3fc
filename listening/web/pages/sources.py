"""Sources: how each place fares, when it is read next, and adding one after a look at what is there."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from listening.errors import ListeningError, NotFound
from listening.pipeline import Look, add_source, examine_sources, look_at, next_night, night_of
from listening.pipeline import look as visit_source
from listening.settings import pseudonym_key, source_block
from listening.store import reads
from listening.types import Health, SourceConfig
from listening.web.rendering import go, render
from listening.web.visit import Here, Visit

router = APIRouter()
VISITS = 14
Text = Annotated[str, Form(max_length=2000)]


@router.get("/sources")
def sources(request: Request, visit: Here) -> Response:
    """Show the places we listen to, those in trouble first."""
    return _show(request, visit)


def _show(request: Request, visit: Visit, *, status: int = 200, wrong: str = "", url: str = "") -> Response:
    fares = {one.source: one for one in _fares(visit)}
    order = ("failed", "ill", "new", "well", "off")
    rows = sorted(((one, fares[one.name]) for one in visit.settings.sources), key=lambda row: order.index(row[1].state))
    due = next_night(visit.settings, visit.now)
    zone = ZoneInfo(visit.settings.night.timezone)
    return render(
        request,
        "sources.html",
        title="Sources",
        status=status,
        rows=rows,
        maps_by_id={one.id: one.name for one in visit.settings.maps},
        due=due.astimezone(zone) if due else None,
        wrong=wrong,
        url=url,
    )


def _fares(visit: Visit) -> tuple[Health, ...]:
    return examine_sources(visit.store, visit.settings, night=night_of(visit.settings, visit.now))


@router.get("/sources/{source}")
def source(request: Request, visit: Here, source: str) -> Response:
    """Show one place: its health, its block, its last visits."""
    return _show_one(request, visit, _known(visit, source))


def _known(visit: Visit, name: str) -> SourceConfig:
    found = visit.settings.source(name)
    if found is None:
        raise NotFound(f"no source {name!r}", "see the list of sources")
    return found


def _show_one(
    request: Request,
    visit: Visit,
    source: SourceConfig,
    *,
    looked: Look | None = None,
    wrong: str = "",
    status: int = 200,
) -> Response:
    health = next(one for one in _fares(visit) if one.source == source.name)
    return render(
        request,
        "source.html",
        title=source.name,
        status=status,
        crumbs=[("Sources", "/sources")],
        source=source,
        health=health,
        block=source_block(source),
        visits=reads.crawls(visit.store, source=source.name)[: -VISITS - 1 : -1],
        looked=looked,
        wrong=wrong,
    )


@router.post("/sources/{source}/check")
def check(request: Request, visit: Here, source: str) -> Response:
    """Visit a place now and show five posts as they would be stored; nothing is kept."""
    found = _known(visit, source)
    try:
        looked = visit_source(visit.settings, found, key=pseudonym_key(visit.settings), now=visit.now)
    except ListeningError as error:
        return _show_one(request, visit, found, wrong=f"{error.thing}: {error.mend}", status=422)
    return _show_one(request, visit, found, looked=looked)


@router.post("/sources/look")
def look(request: Request, visit: Here, url: Text = "") -> Response:
    """Find out what an address is, and show five posts as they would be stored; nothing is kept."""
    visit.thing = url.strip()
    try:
        found = look_at(visit.settings, url.strip(), key=pseudonym_key(visit.settings), now=visit.now)
    except ListeningError as error:
        return _show(request, visit, status=422, wrong=f"{error.thing}. {error.mend}", url=url.strip())
    crumbs = [("Sources", "/sources")]
    return render(request, "source_found.html", title="Is this it?", crumbs=crumbs, found=found, url=url.strip())


@router.post("/sources")
def add(request: Request, visit: Here, url: Text = "", name: Text = "") -> Response:
    """Look once more, and write the block into sources.toml."""
    visit.thing = url.strip()
    try:
        key = pseudonym_key(visit.settings)
        found = look_at(visit.settings, url.strip(), key=key, now=visit.now, name=name.strip())
        add_source(visit.settings, found)
    except ListeningError as error:
        return _show(request, visit, status=422, wrong=f"{error.thing}. {error.mend}", url=url.strip())
    visit.thing, visit.detail = found.source.name, url.strip()
    return go(request, "/sources", said=f"Added {found.source.name}; it is read from the next night on.")
