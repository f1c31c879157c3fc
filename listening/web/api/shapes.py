"""What programs get: names that stay, nothing of our insides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.security import HTTPBearer

from listening.types import Crawl, Emergence, Evidence, HistoryLine, MapChange, PainPoint, Quote
from listening.web.visit import API

REFUSALS = (400, 401, 403, 404, 409, 413, 422, 429, 503)
WHICH = "The id of the journey map that the call is about; the first map else. A pain point is on its own."
KEY = HTTPBearer(auto_error=False, description="A key from “Password and keys” on the board.")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What went wrong: a stable word, the thing, and the mend."""

    error: str
    thing: str
    mend: str


def which_map(which: Annotated[str, Query(alias="map", description=WHICH)] = "") -> str:
    """Name the journey map that a call is about; the gate puts it in hand."""
    return which


def calls(*, tag: str) -> APIRouter:
    """Return a router of the API, with its refusals documented."""
    refusals: dict[int | str, dict[str, Any]] = {status: {"model": Refusal} for status in REFUSALS}
    return APIRouter(prefix=API, tags=[tag], dependencies=[Depends(KEY), Depends(which_map)], responses=refusals)


# --- what a program gets


@dataclass(frozen=True, slots=True)
class Point:
    """A pain point. `people` are distinct authors, `size` passages, `owner` an owner's id on the map."""

    id: str
    map: str
    name: str
    named_by: str
    stage: str
    touchpoint: str
    status: str
    born: date
    last_seen: date
    people: int
    size: int
    owner: str
    department: str
    importance: int | None
    cost: int | None
    ease: int | None
    muted_until: date | None
    resolved_on: date | None
    merged_into: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Points:
    """A page of pain points, those of most people first, and how many there are."""

    total: int
    pain_points: list[Point]


@dataclass(frozen=True, slots=True)
class Words:
    """What a customer said: redacted, with place and date."""

    text: str
    source: str
    url: str
    created_at: datetime
    likes: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a pain point's history; `key` names it, `undoable` tells whether it can be taken back now."""

    key: str
    undoable: bool
    at: datetime
    who: str
    what: str
    other_id: str
    detail: str


@dataclass(frozen=True, slots=True)
class News:
    """That it emerged on a night, and why we say so."""

    night: date
    kind: str
    people: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of a pain point by its id, for `split` and `move`."""

    id: str
    text: str
    source: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PointInFull:
    """A pain point with its evidence and history."""

    point: Point
    weekly_people: tuple[int, ...]
    quotes: list[Words]
    passages: list[Passage]
    emergences: list[News]
    history: list[Line]


@dataclass(frozen=True, slots=True)
class Source:
    """A place, how it fares, and the journey map that it feeds."""

    name: str
    kind: str
    url: str
    enabled: bool
    state: str
    last_success: date | None
    new: int | None
    usual: float | None
    errors: Mapping[str, int]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    map: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """One night's visit to a source."""

    source: str
    night: date
    state: str
    seen: int
    new: int
    changed: int
    removed: int
    seconds: float
    error: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NightShape:
    """One night, called by the morning that it ended in."""

    night: date
    state: str
    started: datetime
    finished: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What a trial visit brought."""

    what: str
    name: str
    block: str
    posts: list[Words]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the map: who made it, when, and what it changed."""

    number: int
    at: datetime
    who: str
    note: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of the pain points in a period, and when the next review is due."""

    since: date
    until: date
    due: date | None
    changes: list[MapChange]


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """Passages, and how many there are."""

    total: int
    passages: list[Evidence]


@dataclass(frozen=True, slots=True)
class Done:
    """That it was done, and what came of it in a sentence."""

    done: bool
    said: str = ""
    id: str = ""


# --- from our nouns


def point_of(one: PainPoint) -> Point:
    """Return a pain point as programs get it: without its vector."""
    return Point(
        id=one.id,
        map=one.map,
        name=one.name,
        named_by=one.named_by,
        stage=one.stage,
        touchpoint=one.touchpoint or "",
        status=one.status,
        born=one.born,
        last_seen=one.last_seen,
        people=one.people,
        size=one.size,
        owner=one.owner,
        department=one.department,
        importance=one.importance,
        cost=one.cost,
        ease=one.ease,
        muted_until=one.muted_until,
        resolved_on=one.resolved_on,
        merged_into=one.merged_into or "",
        words=one.words,
    )


def words_of(quote: Quote) -> Words:
    """Return a quote without the author's pseudonym."""
    return Words(quote.text, quote.source, quote.url, quote.created_at, quote.likes)


def line_of(line: HistoryLine) -> Line:
    """Return a line of the history."""
    entry = line.entry
    return Line(line.key, line.undoable, entry.at, entry.who, entry.what, entry.other_id, entry.detail)


def news_of(one: Emergence) -> News:
    """Return an emergence."""
    return News(one.night, one.kind, one.people, one.sentence)


def visit_of(one: Crawl) -> Visit:
    """Return a visit."""
    return Visit(
        source=one.source,
        night=one.night,
        state=one.state,
        seen=one.seen,
        new=one.new,
        changed=one.changed,
        removed=one.removed,
        seconds=one.seconds,
        error=one.error,
        warnings=one.warnings,
    )
