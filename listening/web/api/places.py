"""Sources, nights and mails for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Query

from listening import journey
from listening.errors import NotFound
from listening.pipeline import add_source, examine_sources, look, look_at, night_of
from listening.settings import pseudonym_key, source_block
from listening.store import AlertRow, NightStep, reads
from listening.types import Alert, Document, Emergence, Health, Hit, SourceConfig
from listening.web.api import sent, shapes
from listening.web.visit import Here

router = shapes.calls(tag="sources, nights and mails")
STATES = "^(queued|claimed|sent|dead)?$"


@dataclass(frozen=True, slots=True)
class Met:
    """How many posts the visits of a night met, and some of them with the beginning of their words."""

    count: int
    posts: list[Hit]


@router.get("/sources")
def list_sources(visit: Here) -> list[shapes.Source]:
    """List the places and how they fare."""
    fares = examine_sources(visit.store, visit.settings, night=night_of(visit.settings, visit.now))
    first = visit.settings.maps[0].id
    return [_source(one, health, one.map or first) for one, health in zip(visit.settings.sources, fares, strict=True)]


@router.post("/sources/look")
def look_there(visit: Here, given: sent.Address) -> shapes.Seen:
    """Find out what an address is, and what a source there would bring; nothing is kept."""
    key = pseudonym_key(visit.settings)
    found = look_at(visit.settings, given.url, key=key, now=visit.now, name=given.name)
    posts = _posts(found.looked.documents)
    visit.thing = given.url
    return shapes.Seen(found.what, found.source.name, found.block, posts, found.looked.warnings)


@router.post("/sources", status_code=201)
def add(visit: Here, given: sent.Address) -> shapes.Done:
    """Look, and write the block into sources.toml."""
    key = pseudonym_key(visit.settings)
    found = look_at(visit.settings, given.url, key=key, now=visit.now, name=given.name)
    add_source(visit.settings, found)
    visit.thing, visit.detail = found.source.name, given.url
    return shapes.Done(done=True, said=f"{given.url} is {found.what}", id=found.source.name)


@router.post("/sources/{source}/check")
def check(visit: Here, source: str) -> shapes.Seen:
    """Visit a place now; nothing is kept."""
    known = visit.settings.source(source)
    if known is None:
        raise NotFound(f"no source {source!r}", "list the sources")
    looked = look(visit.settings, known, key=pseudonym_key(visit.settings), now=visit.now)
    return shapes.Seen(known.kind, known.name, source_block(known), _posts(looked.documents), looked.warnings)


@router.get("/nights")
def list_nights(visit: Here, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> list[shapes.NightShape]:
    """List the nights, the newest first."""
    found = reads.nights(visit.store)[::-1][:limit]
    return [shapes.NightShape(one.date, one.state, one.started, one.finished, one.note) for one in found]


@router.get("/nights/{night}/news")
def news(visit: Here, night: sent.Day) -> list[Emergence]:
    """List what emerged on a night."""
    return reads.emergences(visit.store, night=night)


@router.get("/nights/{night}/steps")
def steps(visit: Here, night: sent.Day) -> list[NightStep]:
    """List how the steps of a night went: how long each took, and what stopped it."""
    return reads.steps(visit.store, night)


@router.get("/nights/{night}/visits")
def visits(visit: Here, night: sent.Day) -> list[shapes.Visit]:
    """List what each source brought on a night."""
    return [shapes.visit_of(one) for one in reads.crawls(visit.store, night)]


@router.get("/nights/{night}/posts")
def night_posts(
    visit: Here,
    night: sent.Day,
    *,
    kind: Literal["seen", "new", "changed"] = "seen",
    source: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Met:
    """List the posts that a night's visits met, the newest first; what is gone since is not among them."""
    zone = visit.settings.night.timezone
    return Met(*reads.met(visit.store, night, kind, source=source, zone=zone, limit=limit, offset=offset))


@router.get("/alerts")
def list_alerts(
    visit: Here,
    state: Annotated[str, Query(pattern=STATES)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> list[AlertRow]:
    """List the mails, the newest night first."""
    return reads.alert_page(visit.store, state=state, map_id=visit.settings.called[0], limit=limit, offset=offset)[0]


@router.get("/alerts/{alert}")
def show_alert(visit: Here, alert: str) -> Alert:
    """Show one mail: what it told, with its quotes."""
    return reads.alert(visit.store, alert)


@router.post("/alerts/{alert}/retry")
def retry(visit: Here, alert: str) -> shapes.Done:
    """Put a mail back into the outbox; `done` is false where it is under way or was sent."""
    return shapes.Done(done=journey.retry(visit.store, alert, now=visit.now))


def _source(one: SourceConfig, health: Health, feeds: str) -> shapes.Source:
    return shapes.Source(
        name=one.name,
        kind=one.kind,
        url=one.url,
        enabled=one.enabled,
        state=health.state,
        last_success=health.last_success,
        new=health.new,
        usual=health.usual,
        errors=dict(health.errors),
        warnings=health.warnings,
        notes=health.notes,
        map=feeds,
    )


def _posts(documents: tuple[Document, ...]) -> list[shapes.Words]:
    return [shapes.Words(one.text, one.source, one.url, one.created_at, one.likes) for one in documents]
