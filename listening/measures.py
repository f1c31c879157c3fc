"""Measures a pain point: people apart from posts and reach, how they feel, and how many of them never told the company.

Importance is a plain sum whose parts are said: a map owner can check it by hand, and overrule it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from math import sqrt

from listening.types import Exposure, Interval, Measures, Telling

MANY = (3, 10, 30)  # people: each step counts one
TURNING_AWAY = ("switching", "resignation", "dead_end")
TURNED = 1 / 3  # so large a share of the people turns away
UPSET = -0.25  # how people feel on average, at the upper end of its interval
UNHEARD = 0.5  # the unspoken index, at the lower end of its interval
HIGHEST = 5
Z = 1.96  # the normal's 97.5 %


def measure(tellings: Sequence[Telling], exposure: Exposure, *, since: date, until: date) -> Measures:
    """Return what these tellings (any order) add up to in `since..until`; those outside the period are left out.

    `exposure` counts the posts that could be seen in the same period.
    """
    told = [one for one in tellings if since <= one.day <= until]
    outside = {one.person for one in told if not one.inside}
    inside = {one.person for one in told if one.inside}
    feeling = _feel(told)
    signals = _count((one.person, signal) for one in told for signal in one.signals)
    index = _index(len(outside), len(inside), exposure)
    importance, formula = _weigh(len(outside), len(outside | inside), feeling, dict(signals), index)
    return Measures(
        since=since,
        until=until,
        people=len(outside),
        people_inside=len(inside),
        posts=len({one.document_id for one in told}),
        reach=sum({one.document_id: one.reach for one in told}.values()),
        sentiment=feeling,
        unspoken_share=sum(one.unspoken for one in told) / len(told) if told else 0.0,
        signals=signals,
        sources=_count((one.person, one.source) for one in told),
        exposure=exposure.posts,
        unspoken_index=index,
        importance=importance,
        formula=formula,
    )


def share(part: int, whole: int) -> Interval:
    """Return a share with Wilson's interval of 95 %; `whole` is at least 1."""
    value, square = part / whole, Z * Z
    middle = (value + square / (2 * whole)) / (1 + square / whole)
    half = Z / (1 + square / whole) * sqrt(value * (1 - value) / whole + square / (4 * whole * whole))
    return Interval(value, max(0.0, middle - half), min(1.0, middle + half))


def per_thousand(people: int, posts: int) -> Interval:
    """Return people per 1,000 posts that could be seen, with the gamma interval of a count."""
    from scipy.special import gammaincinv  # noqa: PLC0415 -- slow to import, needed only here

    scale = 1000 / max(1, posts, people)
    low = float(gammaincinv(people, 0.025)) if people else 0.0
    return Interval(people * scale, low * scale, float(gammaincinv(people + 1, 0.975)) * scale)


def _index(outside: int, inside: int, exposure: Exposure) -> Interval | None:
    """Share of people who told it only where the company does not listen; None where it gave nothing to compare."""
    return share(outside, outside + inside) if exposure.inside and outside + inside else None


def _count(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, int], ...]:
    """Count the different people of each word, most first."""
    counts = Counter(word for _, word in set(pairs))
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _feel(told: Sequence[Telling]) -> Interval | None:
    """Average per person, then over people, with Student's interval; one person alone may mean anything."""
    by_person: dict[str, list[float]] = defaultdict(list)
    for one in told:
        by_person[one.person].append(one.mood)
    moods = [sum(each) / len(each) for _, each in sorted(by_person.items())]
    if not moods:
        return None
    count, mean = len(moods), sum(moods) / len(moods)
    if count == 1:
        return Interval(mean, -1.0, 1.0)
    from scipy.special import stdtrit  # noqa: PLC0415 -- slow to import, needed only here

    spread = sqrt(sum((mood - mean) ** 2 for mood in moods) / (count - 1))
    half = float(stdtrit(count - 1, 0.975)) * spread / sqrt(count)
    return Interval(mean, max(-1.0, mean - half), min(1.0, mean + half))


def _weigh(
    outside: int, everyone: int, feeling: Interval | None, signals: dict[str, int], index: Interval | None
) -> tuple[int, str]:
    """Add up the importance, and say how."""
    breadth = sum(everyone >= step for step in MANY)
    away = max((signals.get(one, 0) for one in TURNING_AWAY), default=0)
    turning = int(everyone >= MANY[0] and away >= TURNED * everyone)
    upset = int(feeling is not None and feeling.high <= UPSET)
    unheard = int(index is not None and index.low >= UNHEARD)
    total = min(HIGHEST, 1 + breadth + turning + upset + unheard)
    steps = ", ".join(str(step) for step in MANY)
    parts = [
        "1",
        f"{breadth} for {everyone} {'person' if everyone == 1 else 'people'} (1 each from {steps})",
        f"{turning} for {away} who turn away (1 from a third)",
        f"{upset} for how they feel (1 where surely under {UPSET})".replace("-", "\N{MINUS SIGN}"),
        f"{unheard} for {outside} who told only others (1 where surely more than half)",
    ]
    return total, f"{total} = {' + '.join(parts)}" + (f", at most {HIGHEST}" if total == HIGHEST else "")
