"""What the board shows: the map's cells, the inbox, evidence with its marks, the history that can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from listening.types.pain_points import LedgerEntry, PainPoint


@dataclass(frozen=True, slots=True)
class Lens:
    """Through what the board looks: a period (both days included), one source, outside or inside, one persona.

    `inside` is None for both; `status` and `owner` choose pain points, "" for all that are not closed.
    """

    since: date
    until: date
    zone: str = "UTC"
    source: str = ""
    inside: bool | None = None
    status: str = ""
    owner: str = ""
    persona: str = ""


@dataclass(frozen=True, slots=True)
class PointCard:
    """A pain point in a cell or a list: `people` told it in the lens' period, `kind` is its last emergence's or ""."""

    point: PainPoint
    people: int
    trend: tuple[int, ...] = ()
    kind: str = ""
    why: str = ""
    told_on: date | None = None  # the night of which `why` tells
    unspoken: float = 0.0  # share of its passages that do not complain aloud


@dataclass(frozen=True, slots=True)
class Cell:
    """A touchpoint on the board: heard, quiet or blind, its people with pain a week, and its pain points."""

    touchpoint: str
    name: str
    state: str
    people: int
    spoke: int
    trend: tuple[int, ...]
    points: tuple[PointCard, ...]  # those of most people
    owner: str = ""
    more: int = 0  # that stand there besides


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a pain point stands, and no more: what a page ranks by before it reads the few that it shows."""

    id: str
    stage: str
    touchpoint: str
    muted_until: date | None = None


@dataclass(frozen=True, slots=True)
class Stand:
    """How a pain point stands, and no more, for what is told of all; `merged_into` is "" for one that lives."""

    id: str
    name: str
    status: str
    born: date
    merged_into: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage as evidence: the words, the marked stretches of them (start, end, signal), where and when."""

    signal_id: str
    document_id: str
    text: str
    marks: tuple[tuple[int, int, str], ...]
    signals_on: tuple[str, ...]
    unspoken: bool
    source: str
    kind: str
    url: str
    created_at: datetime
    likes: int
    views: int
    stage: str
    touchpoint: str
    mood: float
    pain_point_id: str = ""


@dataclass(frozen=True, slots=True)
class Week:
    """A week of a pain point: distinct people who told it, and the posts that we could see."""

    start: date
    people: int
    seen: int


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a day and belongs on a trend's picture: an outage, a new source, a fix."""

    day: date
    kind: str  # "outage" | "source" | "emerged" | "fixed" | "status"
    words: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A line of the ledger; `key` names it, `undoable` tells whether it can be taken back now."""

    key: str
    entry: LedgerEntry
    undoable: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge or a split would change, before anybody does it; nothing is written."""

    kind: str
    into_id: str
    from_id: str
    passages: int
    people_before: tuple[int, int]
    people_after: tuple[int, int]
    name_after: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """What a search found: a pain point or a post, with the words around the first match."""

    kind: str  # "pain point" | "post"
    id: str
    title: str
    snippet: str
    source: str = ""
    url: str = ""
    created_at: datetime | None = None
    pain_points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MapVersion:
    """One version of a map: its journey.toml as it was, who made it and when."""

    map: str
    number: int
    at: datetime
    who: str
    note: str
    text: str


@dataclass(frozen=True, slots=True)
class Review:
    """A review of a map: its period, and who stamped it as reviewed and when (None while it is open)."""

    map: str
    since: date
    until: date
    reviewed_by: str
    reviewed_at: datetime | None
    note: str = ""
