"""What a pain point was counted by, and that it is news."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class DayCount:
    """What one source let us see on one day: `seen` documents, and the `people` among them who told this pain."""

    day: date
    source: str
    seen: int
    people: frozenset[str] = frozenset()
    backlog: bool = False  # written before we first looked at this source: history, never news


@dataclass(frozen=True, slots=True)
class Emergence:
    """That a pain point is new, rising, burning slowly or back, with the numbers that say so in one sentence."""

    pain_point_id: str
    night: date
    kind: str  # "new" | "rising" | "slow_burn" | "back"
    people: int
    expected: float
    low: float
    high: float
    surprise: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Sight:
    """That a touchpoint went blind (nothing comes from where people spoke of it), or that it is seen again."""

    touchpoint: str
    night: date
    kind: str  # "blind" | "seen_again"
    since: date
    sources: tuple[str, ...]  # that fell silent, or that can be read again
    sentence: str
