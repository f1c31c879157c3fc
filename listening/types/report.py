"""What a review of the map needs, made from the store alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from listening.types.journey import Owner
from listening.types.measures import Measures
from listening.types.pain_points import Quote
from listening.types.sources import Crawl, Health


@dataclass(frozen=True, slots=True)
class StageMood:
    """Measured against assumed emotion of a stage: `mean` in -1..1 from `people` distinct authors, None where blind."""

    stage: str
    name: str
    assumed: float | None
    mean: float | None
    low: float | None
    high: float | None
    people: int
    owner: str = ""  # an owner's id


@dataclass(frozen=True, slots=True)
class PainPointRow:
    """A pain point as a report shows it: `importance` is a person's own; without it what `measures` say counts."""

    id: str
    name: str
    stage: str
    touchpoint: str
    status: str
    owner: str
    department: str
    people: int
    people_inside: int
    posts: int
    reach: int
    unspoken_share: float
    first_seen: date
    last_seen: date
    trend: tuple[int, ...]
    sources: tuple[str, ...]
    quotes: tuple[Quote, ...]
    importance: int | None = None
    cost: int | None = None
    ease: int | None = None
    emergences: tuple[str, ...] = ()
    measures: Measures | None = None
    fix: str = ""  # how the last fix fares, in one sentence; "" where none was made
    goal: str = ""
    due: date | None = None
    notes: str = ""

    @property
    def order(self) -> tuple[int, int, int, str]:
        """Sorts those with most people first, then those that most others read: a loud author's posts come last."""
        return -self.people, -self.reach, -self.posts, self.id


@dataclass(frozen=True, slots=True)
class TouchpointRow:
    """A touchpoint as a report shows it: *heard*, *quiet*, or *blind* where no source could have told us."""

    id: str
    name: str
    stage: str
    state: str
    people: int
    pain_points: int


@dataclass(frozen=True, slots=True)
class MapChange:
    """What became of a pain point in the period: `kind` is one of CHANGES, `before` and `after` are people.

    `before` is of the period of the same length before this one; `sentence` says why in plain words.
    """

    kind: str
    pain_point_id: str
    name: str
    before: int
    after: int
    sentence: str


CHANGES = ("new", "grown", "shrunk", "resolved", "back", "merged")


@dataclass(frozen=True, slots=True)
class Report:
    """What a review needs of one map for one period, made from the store alone.

    `made_at` is the moment as of which it tells: the end of `until`, or when it was made where that day is not over.
    `documents` were written in the period, by `people`.
    """

    map: str
    map_name: str
    since: date
    until: date
    made_at: datetime
    moods: tuple[StageMood, ...]
    touchpoints: tuple[TouchpointRow, ...]
    pain_points: tuple[PainPointRow, ...]
    sources: tuple[Crawl, ...]
    documents: int
    people: int
    health: tuple[Health, ...] = ()
    owners: tuple[Owner, ...] = ()
    changes: tuple[MapChange, ...] = ()
    board: str = ""  # the board's address, where one is set: pages link to it
