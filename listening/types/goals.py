"""A SMART goal for a pain point, what it is measured by, and how it stands each night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Measure:
    """A measured figure with the interval that holds it with 95 %; `people` is how many it was made from."""

    value: float
    low: float
    high: float
    people: int
    on: date


@dataclass(frozen=True, slots=True)
class Goal:
    """What shall become of a pain point: specific words, a metric with baseline and target, and a day.

    `metric` is a key of `listening.goals.METRICS`, "" while none is chosen. `attainable_by` is who confirmed that it
    can be reached, "" while nobody did. `stage` and `importance` link it to the map. Empty fields are what is missing.
    """

    pain_point_id: str
    specific: str
    metric: str
    target: float | None
    due: date | None
    stage: str
    importance: int | None
    baseline: Measure | None
    set_by: str
    set_at: datetime
    attainable_by: str = ""
    attainable_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How a goal stands: `share` of the way from baseline to target (may pass 1), and one sentence that says so.

    `state` is "not started", "on the way", "reached", "missed" or "unknown".
    """

    state: str
    share: float | None
    sentence: str
    now: Measure | None = None
