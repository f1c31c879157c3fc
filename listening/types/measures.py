"""What a pain point measures: the tellings it is counted by, and what they add up to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the interval that holds the true one with 95 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Telling:
    """One passage that tells a pain: who, where and when, how they felt (-1..1), and how far the post reached.

    `inside` where the company itself received it. `person` is the pseudonym, or the document's id where there is none.
    """

    document_id: str
    person: str
    source: str
    inside: bool
    day: date
    reach: int
    mood: float
    unspoken: bool
    signals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exposure:
    """How many posts could be seen in a period: by outside source, and those that the company received itself."""

    outside: tuple[tuple[str, int], ...] = ()
    inside: int = 0

    @property
    def posts(self) -> int:
        """All posts seen outside."""
        return sum(count for _, count in self.outside)


@dataclass(frozen=True, slots=True)
class Measures:
    """What the people of a pain point add up to in `since..until`. People are distinct authors, never posts.

    `people` told it outside, `people_inside` to the company itself. `reach` adds up views (or likes, where those are
    more) of the posts: silent witnesses, shown beside the people and never counted among them. `sentiment` (-1..1) is
    first averaged per person. `signals` and `sources` say how many people each, most first. `exposure` counts the posts
    that could be seen outside. `unspoken_index` is the share of people outside among all; None is "unknown": nobody
    told it, or the company gave no own data to compare. `importance` (1..5) follows from these by `formula`.
    """

    since: date
    until: date
    people: int
    people_inside: int
    posts: int
    reach: int
    sentiment: Interval | None
    unspoken_share: float
    signals: tuple[tuple[str, int], ...]
    sources: tuple[tuple[str, int], ...]
    exposure: int
    unspoken_index: Interval | None
    importance: int
    formula: str
