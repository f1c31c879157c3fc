"""Goals that are SMART: what can be measured of a pain point, what a goal still lacks, and how it stands.

Pure: what was counted comes in, a figure with the interval that holds it with 95 % goes out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from listening.measures import share
from listening.types import Goal, Measure, PainPoint, Progress

WINDOW = timedelta(days=28)  # four whole weeks, so that no weekday weighs more
WEEKS = 4
FAR = 0.9999  # of the way: rounding must not hide that a goal is reached
SHORTEST = 20  # characters under which a goal says nothing specific


@dataclass(frozen=True, slots=True)
class Metric:
    """A series that the store measures: its name, unit, and whether less is better."""

    id: str
    name: str
    unit: str
    sentence: str
    less: bool = True


METRICS: Mapping[str, Metric] = {
    one.id: one
    for one in (
        Metric("people_week", "People a week", "people a week", "distinct people who told it, a week, over four weeks"),
        Metric(
            "people_per_1000",
            "People per 1,000 posts seen",
            "people per 1,000 posts",
            "the same per posts that we could see: an outage or a new source does not change it",
        ),
        Metric(
            "unspoken_share", "Unspoken share", "%", "passages of it in which nobody complains aloud, of four weeks"
        ),
    )
}


def measure(metric: str, *, people: int, seen: int, passages: int, unspoken: int, on: date) -> Measure | None:
    """Return a metric's figure over the four weeks that end with `on`; None where nothing could be seen."""
    if metric == "people_week":
        low, high = _counted(people)
        return Measure(people / WEEKS, low / WEEKS, high / WEEKS, people, on) if seen else None
    if metric == "people_per_1000":
        low, high = _counted(people)
        each = 1000 / seen if seen else 0.0
        return Measure(people * each, low * each, high * each, people, on) if seen else None
    if metric == "unspoken_share" and passages:
        found = share(unspoken, passages)
        return Measure(100 * found.value, 100 * found.low, 100 * found.high, people, on)
    return None


def _counted(count: int) -> tuple[float, float]:
    """Return the exact interval of a count that came by chance (Garwood)."""
    from scipy.special import gammaincinv  # noqa: PLC0415 -- slow to import, needed only when goals are measured

    low = float(gammaincinv(count, 0.025)) if count else 0.0
    return low, float(gammaincinv(count + 1, 0.975))


def missing(goal: Goal, point: PainPoint, today: date) -> tuple[str, ...]:
    """Return what keeps a goal from being SMART, a sentence each, in the order of the letters; nothing where it is."""
    return (*_not_specific(goal), *_not_measurable(goal), *_not_the_rest(goal, point, today))


def _not_specific(goal: Goal) -> tuple[str, ...]:
    if len(goal.specific.split()) < 3 or len(goal.specific) < SHORTEST:  # noqa: PLR2004 -- a verb, a thing, a place
        return ("Specific: say in a sentence what will be different for customers, and where",)
    return ()


def _not_measurable(goal: Goal) -> tuple[str, ...]:
    if goal.metric not in METRICS:
        return ("Measurable: choose what is counted",)
    found = []
    if goal.baseline is None:
        found.append("Measurable: there is no baseline, because nothing could be seen in the last four weeks")
    if goal.target is None:
        found.append(f"Measurable: give a target in {METRICS[goal.metric].unit}")
    elif goal.baseline is not None and goal.target >= goal.baseline.value:
        found.append("Measurable: the target is no better than today's figure")
    elif goal.baseline is not None and goal.target >= goal.baseline.low:
        found.append("Measurable: the target lies within today's interval; chance alone could reach it")
    return tuple(found)


def _not_the_rest(goal: Goal, point: PainPoint, today: date) -> tuple[str, ...]:
    found = []
    if not goal.attainable_by:
        found.append("Attainable: the owner has not confirmed that it can be reached")
    if not goal.stage or goal.stage == "none":
        found.append("Relevant: link it to a stage of the map")
    if point.importance is None:
        found.append("Relevant: rate the pain point's importance")
    if goal.due is None:
        found.append("Timely: set a day")
    elif goal.due <= today and not goal.attainable_by:
        found.append("Timely: the day has passed")
    return tuple(found)


def progress(goal: Goal, now: Measure | None, today: date) -> Progress:
    """Return how a goal stands by its last measured figure."""
    if goal.baseline is None or goal.target is None or goal.metric not in METRICS:
        return Progress("not started", None, "It cannot be measured yet: see what is missing.", now)
    if now is None:
        return Progress("unknown", None, "Not measured yet: the next night does.", None)
    way = goal.baseline.value - goal.target
    share = (goal.baseline.value - now.value) / way if way else float(now.value <= goal.target)
    late = goal.due is not None and today > goal.due
    state = "reached" if share >= FAR else "missed" if late else "on the way"
    unit = METRICS[goal.metric].unit
    words = (
        f"{now.value:.1f} {unit} ({now.low:.1f} to {now.high:.1f}) now, {goal.baseline.value:.1f} at the start, "
        f"{goal.target:.1f} wanted: {round(100 * max(0.0, min(1.0, share)))} % of the way."
    )
    return Progress(state, share, words + _doubt(goal, now, state), now)


def _doubt(goal: Goal, now: Measure, state: str) -> str:
    """Say where chance alone could have made the figure."""
    if goal.baseline is None or goal.target is None:
        return ""
    if state == "reached" and now.high > goal.baseline.low:
        return " The intervals still overlap: this may be chance."
    if state != "reached" and now.low >= goal.baseline.high:
        return " It has grown worse since."
    return ""
