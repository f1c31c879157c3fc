"""What the store answers where none of the nouns of `types` fits: counts, rows, what an owner changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict


@dataclass(frozen=True, slots=True)
class Kept:
    """What a batch brought: documents `seen`, how many of them `new`, how many with a `changed` text.

    `removed` were taken back where they came from.
    """

    seen: int = 0
    new: int = 0
    changed: int = 0
    removed: int = 0

    def __add__(self, other: Kept) -> Kept:
        """Add up two batches."""
        return Kept(
            self.seen + other.seen,
            self.new + other.new,
            self.changed + other.changed,
            self.removed + other.removed,
        )


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What an erasure removed; the names of these `pain_points` may be the person's words and want to be made anew."""

    documents: int = 0
    signals: int = 0
    quotes: int = 0
    pain_points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a stored document came from."""

    id: str
    source: str
    native_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Held:
    """That somebody else holds a lease: who, since when, and until when at the latest."""

    holder: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is stored. `pains` are passages whose likeliest label is a pain."""

    documents: int
    signals: int
    pains: int
    pain_points: int
    people: int


@dataclass(frozen=True, slots=True)
class NightStep:
    """How a step of a night went: how long it took, and what stopped it ("" where it came to its end)."""

    step: str
    seconds: float
    error: str = ""


@dataclass(frozen=True, slots=True)
class Night:
    """One night's row: `state` is "running" until it is closed."""

    date: date
    state: str
    started: datetime
    finished: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert in the outbox: `state` is "queued", "claimed", "sent" or "dead".

    A mail of another kind has a `subject` of its own; `tells_of` are the names of what a night's tells of (pain points,
    days that are due, touchpoints that went blind), `ill` is of how many sources it says that they gave too little.
    """

    id: str
    owner: str
    email: str
    map: str
    night: date
    state: str
    tries: int
    next_try: datetime
    last_error: str
    sent_at: datetime | None
    pain_points: tuple[str, ...]
    channel: str = "mail"
    subject: str = ""
    ill: int = 0
    tells_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted of one pain point in a stretch of days: its people, and all posts that we could see.

    `passages` are its own in that stretch, `unspoken` those of them that do not complain aloud.
    """

    people: int
    seen: int
    passages: int
    unspoken: int


class PointChange(TypedDict, total=False):
    """What a person may change of a pain point; what is absent stays, None empties."""

    name: str
    named_by: str
    owner: str
    department: str
    status: str
    importance: int | None
    cost: int | None
    ease: int | None
    muted_until: date | None
    resolved_on: date | None
    due: date | None
    stage: str
    touchpoint: str | None
    placed_by: str
    acknowledged_by: str
    acknowledged_at: datetime | None


class UserChange(TypedDict, total=False):
    """What may change of a person who signs in; what is absent stays. `password` is a hash."""

    role: str
    owner: str
    email: str
    password: str
    subject: str
    disabled_at: datetime | None
    second_factor: datetime | None
