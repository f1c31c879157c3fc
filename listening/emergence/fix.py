"""Whether a fix holds: people per post seen before and after it, source by source, so that an outage is no success."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from listening.emergence.chance import count, say
from listening.emergence.past import Past, remember, silent_sources
from listening.types import DayCount, FixVerdict, Interval

BEFORE = timedelta(days=56)  # so long before the fix is what it is measured against
GRACE = timedelta(days=3)  # those who write right after a fix still tell of the time before
TOLD_BY = 3  # so many people must have told it before, else nothing can be compared
SOONEST = 14  # nights after the fix before it can be said to hold
LATEST = 60  # nights after which "too early" is no answer any more
HALVED = 0.5  # a fix holds where the rate is surely under this share of the one before; at this share it is back
WINDOWS = (7, 14, 21)  # nights in which the people who come back must come
COVERED = 0.75  # so much of what told it before must still be seen


@dataclass(frozen=True, slots=True)
class _Sides:
    """What was told and seen before the fix and since."""

    told: int
    came: int
    seen_before: int
    seen_since: int
    expected: float
    coverage: float
    nights: int


def judge_fix(
    days: Sequence[DayCount], *, pain_point_id: str, resolved_on: date, night: date, returning: int = 3
) -> FixVerdict:
    """Say on `night` how the fix of `resolved_on` fares; see `judge` for `days`.

    came_back: `returning` people in a few nights, at half the rate before or more. cannot_tell: what told it before can
    not be seen enough now, or hardly anybody told it before. holds: the rate is surely less than half. Else too_early.
    """
    past = remember(days, night)
    sides = _weigh_sides(past, resolved_on)
    ratio = _ratio(sides)
    kind, why = _decide(past, sides, ratio, resolved_on, returning)
    since = f"{count(sides.came)} since {say(resolved_on + GRACE)}"
    return FixVerdict(
        pain_point_id=pain_point_id,
        night=night,
        kind=kind,
        resolved_on=resolved_on,
        before=_rate(sides.told, sides.seen_before),
        after=_rate(sides.came, sides.seen_since),
        people_before=sides.told,
        people_after=sides.came,
        expected=round(sides.expected, 2),
        ratio=ratio,
        coverage=round(sides.coverage, 3),
        sentence=f"{why}: fixed on {say(resolved_on)}; {since}{_compare(sides, ratio)}",
    )


def find_returning(past: Past, resolved_on: date, returning: int) -> tuple[date, int, float] | None:
    """Return since when so many people came again at half the rate before or more, how many, and how many expected."""
    for nights in WINDOWS:
        since = max(resolved_on + GRACE, past.window(nights))
        people, expected = past.people(since), _sides_since(past, resolved_on, since).expected
        if people >= returning and people >= HALVED * expected:
            first = min(day for day, _, _, _ in past.fresh(since))
            return first, people, expected
    return None


def _decide(past: Past, sides: _Sides, ratio: Interval | None, resolved_on: date, returning: int) -> tuple[str, str]:
    if find_returning(past, resolved_on, returning):
        return "came_back", "came back"
    if sides.told < TOLD_BY:
        return "cannot_tell", f"cannot tell, only {count(sides.told)} told it in the eight weeks before"
    if sides.nights >= 1 and (blind := _blind(past, resolved_on, sides)):
        return "cannot_tell", f"cannot tell, {blind}"
    if sides.nights >= SOONEST and ratio is not None and ratio.high < HALVED:
        return "holds", "holds"
    if sides.nights >= LATEST:
        return "cannot_tell", "cannot tell, fewer may be chance"
    return "too_early", "too early"


def _blind(past: Past, resolved_on: date, sides: _Sides) -> str:
    """Say what cannot be seen of what told it before; "" where enough can."""
    told = Counter(a[2] for a in past.arrivals if resolved_on - BEFORE <= a[0] < resolved_on)
    silent = sorted(silent_sources(past.rows, past.night) & told.keys())
    if silent and sum(told[one] for one in silent) > (1 - COVERED) * sides.told:
        return f"nothing comes from {', '.join(silent)}"
    return (
        f"only {round(100 * sides.coverage)} % of what told it before was seen since"
        if sides.coverage < COVERED
        else ""
    )


def _weigh_sides(past: Past, resolved_on: date) -> _Sides:
    return _sides_since(past, resolved_on, resolved_on + GRACE)


def _sides_since(past: Past, resolved_on: date, since: date) -> _Sides:
    """Compare the weeks before the fix with what came on or after `since`, each source at its own rate."""
    start = resolved_on - BEFORE
    told = Counter(source for day, _, source, _ in past.arrivals if start <= day < resolved_on)
    before: dict[str, int] = defaultdict(int)
    after: dict[str, int] = defaultdict(int)
    for row in past.rows:
        if start <= row.day < resolved_on:
            before[row.source] += max(row.seen, len(row.people))
        elif row.day >= since:
            after[row.source] += max(row.seen, len(row.people))
    first = min((row.day for row in past.rows if row.day >= start), default=resolved_on)
    nights, nights_before = (past.night - since).days + 1, max(1, (resolved_on - max(first, start)).days)
    share = {one: after[one] / max(1, before[one]) for one in told}
    stays = {one: min(1.0, share[one] * nights_before / max(1, nights)) for one in told}
    return _Sides(
        told=told.total(),
        came=past.people(since),
        seen_before=sum(before.values()),
        seen_since=sum(after.values()),
        expected=sum(people * share[one] for one, people in told.items()),
        coverage=sum(people * stays[one] for one, people in told.items()) / max(1, told.total()),
        nights=max(0, nights),
    )


def _ratio(sides: _Sides) -> Interval | None:
    """Rate after against rate before: of all people, how many came after is binomial (Jeffreys' interval)."""
    from scipy.special import betaincinv  # noqa: PLC0415 -- slow to import, needed only when something was mended

    if not sides.told or sides.expected <= 0:
        return None
    odds = sides.told / sides.expected
    came, told = sides.came + 0.5, sides.told + 0.5
    low, high = (float(betaincinv(came, told, q)) for q in (0.025, 0.975))
    return Interval(sides.came / sides.expected, low / (1 - low) * odds, high / (1 - high) * odds)


def _rate(people: int, seen: int) -> Interval:
    """People per 1,000 posts, with the gamma interval of a count."""
    from scipy.special import gammaincinv  # noqa: PLC0415 -- as above

    scale = 1000 / max(1, seen)
    low = float(gammaincinv(people, 0.025)) if people else 0.0
    return Interval(people * scale, low * scale, float(gammaincinv(people + 1, 0.975)) * scale)


def _compare(sides: _Sides, ratio: Interval | None) -> str:
    if ratio is None:
        return ""
    shares = f"{ratio.value:.0%} of it ({ratio.low:.0%} to {ratio.high:.0%})".replace("%", " %")
    return f", where {sides.expected:.1f} were expected at the rate before: {shares}"
