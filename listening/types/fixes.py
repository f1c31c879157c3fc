"""Whether a mended pain stays away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from listening.types.measures import Interval

VERDICTS = ("holds", "too_early", "came_back", "cannot_tell")


@dataclass(frozen=True, slots=True)
class FixVerdict:
    """How a pain point fares since it was said to be mended on `resolved_on`, judged on `night`.

    `kind` is one of VERDICTS. Rates are people per 1,000 posts seen. `expected` people would have come since the fix at
    the rate before it, in what could be seen of the same sources. `ratio` is the rate after against the rate before
    (None where nothing was told or seen). `coverage` (0..1) is how much of what told it before could still be seen.
    """

    pain_point_id: str
    night: date
    kind: str
    resolved_on: date
    before: Interval
    after: Interval
    people_before: int
    people_after: int
    expected: float
    ratio: Interval | None
    coverage: float
    sentence: str
