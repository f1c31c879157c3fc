"""How surprising so many people are: the gamma-Poisson arithmetic, and the sentence that tells its numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from math import log10

BY_CHANCE = 1 / 60  # people a night that a pain point may get by a misreading
OWN = (0.5, 2.0)  # of a pain with a past: arrivals that we pretend to have seen before, in so many nights' posts
RARE = (1.0, 1 / BY_CHANCE)  # of a pain that hardly anybody told: about one by chance, perhaps several times as many
STEADIEST = 100.0  # people come in threads, not one by one: no baseline is believed to be steadier than this


@dataclass(frozen=True, slots=True)
class Chance:
    """How many people are expected in what was seen, with an interval of 95 %, and -log10 P(as many as came).

    The interval is worked out when it is asked for: a night weighs thousands of times what it tells a few times.
    """

    expected: float
    surprise: float
    find_interval: Callable[[], tuple[float, float]] = field(repr=False, compare=False)

    @property
    def low(self) -> float:
        """So many at least."""
        return self.find_interval()[0]

    @property
    def high(self) -> float:
        """So many at most."""
        return self.find_interval()[1]


def weigh(
    people: int,
    seen: int,
    told: int,
    seen_before: int,
    a_night: float,
    *,
    prior: tuple[float, float] = OWN,
    lumps: float = STEADIEST,
) -> Chance:
    """Gamma-Poisson: the rate per post from the past, what it lets expect tonight, and how unlikely `people` is.

    `lumps` is the size of a negative binomial: the smaller, the more they come in threads.
    """
    from scipy.special import betainc  # noqa: PLC0415 -- slow to import, needed only when people came

    shape = told + prior[0]
    posts = seen_before + prior[1] * max(1.0, a_night)
    share = max(1, seen) / posts  # tonight's posts in units of the past's
    lumps = min(shape, lumps, STEADIEST)
    spread = shape * share / (lumps + shape * share)
    chance = float(betainc(people, lumps, spread)) if people else 1.0
    return Chance(shape * share, -log10(max(chance, 1e-300)), partial(_find_interval, shape, share))


def _find_interval(shape: float, share: float) -> tuple[float, float]:
    from scipy.special import gammaincinv  # noqa: PLC0415 -- as above

    return float(gammaincinv(shape, 0.025)) * share, float(gammaincinv(shape, 0.975)) * share


def weigh_by_chance(people: int, nights: int) -> Chance:
    """Against the few people that any pain point gets by misreadings: for pains without a past of their own."""
    from scipy.special import gammainc, pdtri  # noqa: PLC0415 -- slow to import, needed only when people came

    expected = nights * BY_CHANCE
    high = float(next(k for k in range(people + nights + 2) if float(pdtri(k, 0.975)) >= expected))
    return Chance(expected, -log10(max(float(gammainc(people, expected)), 1e-300)), lambda: (0.0, high))


def sentence(people: int, nights: int, chance: Chance, seen: int, why: str) -> str:
    """Tell the numbers and the reason in one sentence."""
    expected = f"{chance.expected:.1f} expected ({chance.low:.1f} to {chance.high:.1f})"
    when = f"{nights} {'night' if nights == 1 else 'nights'}"
    return f"{count(people)} in {when}, {expected} from {seen:,} posts seen; {why}"


def count(people: int) -> str:
    """Say how many people: "1 person", "7 people"."""
    return f"{people} {'person' if people == 1 else 'people'}"


def say(day: date) -> str:
    """Say a day of which the year is known: "3 March"."""
    return f"{day.day} {day:%B}"
