"""Which pain points are news: counted in different people, against their own past and against what we could see.

A person counts once a fortnight, however often they write (an *arrival*). What is expected comes from the pain point's
own past: arrivals per post seen, with a gamma prior, so that a source that was down, a busy weekday or a new forum is
no news by itself. Days before we first looked at a source (`backlog`) are that past and never news.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import log10

from listening.emergence.chance import RARE, Chance, say, sentence, weigh, weigh_by_chance
from listening.emergence.fix import find_returning
from listening.emergence.past import Past, Seen, lumps, missed, remember
from listening.types import DayCount, Emergence

LATELY = 7  # nights in which the first people of a new pain must come
FRESH_FOR = timedelta(days=21)  # a pain first told longer ago is not new any more
PAST = timedelta(days=120)  # how far back the baseline reaches
LEARN = timedelta(days=14)  # a source must have been seen this long before a rise can be told on it
WINDOWS = {2: 1.0, 3: 3.0, 7: 5.0}  # nights over which a rise is looked for; the longer ones must be surer by as much
QUIET = timedelta(days=7)  # after an alert, at least this long without another
LONG_QUIET = timedelta(days=28)  # then the same kind may speak again without a doubling
STEEPER = 2.0  # a rise this much less likely (as -log10) than the last one is worth a word of its own
SILENCE = timedelta(days=28)  # without anybody, though posts were seen: the pain had gone
KNOWN_BY = 3  # so many people must have told it before the silence
GONE = 4.0  # so many people had to be expected in the silence for it to mean something
BACK_WITHIN = timedelta(days=21)  # the people who come back must come within this time
ALIKE = 4  # so many windows that begin one person apart are one look
LEAST_BURNING = 3  # so many of its people must be in the window of a slow burn
BURNS = 42  # nights over which a slow burn is looked for, at most
SELDOM = 31.0  # nights between two people of a pain that hardly anybody tells
RARELY = 14.0  # nights between two silences that end
# what each kind may take of a night's budget of false alerts, set with bench/emergence.py
SPENT = {"rising": 0.25, "slow_burn": 0.05, "back": 0.15}


@dataclass(frozen=True, slots=True)
class Cut:
    """What a sensitivity asks for: least people of each kind, how unlikely a rise must be (as -log10) at least ...

    ... and the false alerts a night that all pain points together may make.
    """

    new: int
    rising: int
    slow: int
    back: int
    surprise: float
    budget: float

    def bar(self, kind: str, among: int, nights: float = 1.0) -> float:
        """How unlikely (as -log10) it must be, so that `among` pain points together keep this kind's budget.

        `nights` lie between two chances that one of them has.
        """
        return log10(max(1, among) / (self.budget * SPENT[kind] * nights))


SENSITIVITIES: Mapping[str, Cut] = {
    "low": Cut(new=5, rising=5, slow=6, back=4, surprise=4.5, budget=1 / 150),
    "medium": Cut(new=3, rising=4, slow=4, back=3, surprise=3.5, budget=1 / 30),
    "high": Cut(new=3, rising=3, slow=3, back=2, surprise=2.8, budget=1 / 8),
}


def may_burn(days: Sequence[DayCount], *, night: date, sensitivity: str) -> bool:
    """Say whether so many people told it that it may be a slow burn: what cannot be one costs no budget (Tarone)."""
    told = [row.people for row in days if row.people and row.day <= night and not row.backlog]
    return len(frozenset().union(*told)) >= SENSITIVITIES[sensitivity].slow


def judge(
    days: Sequence[DayCount],
    *,
    pain_point_id: str,
    night: date,
    born: date,
    resolved_on: date | None,
    last: Emergence | None,
    people_at_last: int,
    sensitivity: str = "medium",
    among: int = 1,
    untold: int | None = None,
    acknowledged: bool = False,
    seen: Seen | None = None,
) -> Emergence | None:
    """Say whether this pain point is news on `night`, and why in one sentence; None where it is not.

    `days` are all rows of the pain point in any order: one a source and day, also days on which nobody told it, because
    those are what makes the others surprising. `last` is its latest alert, `people_at_last` the different people known
    then. `sensitivity` is low, medium or high (ValueError otherwise). `among` so many pain points are judged this
    night: the more, the more surprising a rise must be, so that all of them together keep the night's budget of false
    alerts; `untold` of them never spoke and have the people for a slow burn (all, where it is not said). Of one that
    its owner has `acknowledged`, only more people are news. Rows after `night` are ignored. `seen` is what `look` made
    of these days, in order and up to `night`: the same for all pain points of a night, it is worked out once.
    """
    if sensitivity not in SENSITIVITIES:
        raise ValueError(f"sensitivity {sensitivity!r} -> say one of {', '.join(SENSITIVITIES)}")
    cut = SENSITIVITIES[sensitivity]
    past = remember(days, night, seen)
    if night < born or not past.fresh(date.min):
        return None
    found = _find_back(past, cut, resolved_on, last, among)
    if found is None and last is None:
        found = _find_new(past, cut) or _find_slow_burn(past, cut, among if untold is None else untold)
    if found is None and (last is None or past.night - last.night >= QUIET):
        found = _find_rise(past, cut, among)
        found = found if found and _has_changed(past, found[2], last, people_at_last, acknowledged) else None
    return _tell(found, pain_point_id, night) if found else None


_Found = tuple[str, int, Chance, str]


def _tell(found: _Found, pain_point_id: str, night: date) -> Emergence:
    kind, people, chance, sentence = found
    return Emergence(
        pain_point_id=pain_point_id,
        night=night,
        kind=kind,
        people=people,
        expected=round(chance.expected, 2),
        low=round(chance.low, 2),
        high=round(chance.high, 2),
        surprise=round(chance.surprise, 2),
        sentence=sentence,
    )


def _find_new(past: Past, cut: Cut) -> _Found | None:
    """First told lately, by enough different people within a few nights."""
    people = past.people(past.window(LATELY))
    if past.night - past.first_told > FRESH_FOR or people < cut.new:
        return None
    first = max(past.first_told, past.window(LATELY))
    nights = (past.night - first).days + 1
    seen = past.seen(first, past.night)
    chance = weigh(people, seen, 0, past.seen(past.night - PAST, first - timedelta(days=1)), seen / nights)
    return "new", people, chance, sentence(people, nights, chance, seen, f"new: first told on {say(past.first_told)}")


def _find_slow_burn(past: Past, cut: Cut, untold: int) -> _Found | None:
    """One here, one there: by now too many different people for chance, and for what was told before them.

    Looked for from each arrival of the last weeks on, as CUSUM charts do; the first of them only opens the window. The
    more of them there are, the more often one looks.
    """
    found: list[tuple[float, _Found]] = []
    everyone, lately = past.people(), past.fresh(past.window(BURNS))
    looks = max(1.0, len(lately) / ALIKE)
    for start, people in _people_since(lately):
        if people < LEAST_BURNING or everyone < cut.slow:
            break
        chance = _weigh_window(past, start, people, lambda rests: cut.bar("slow_burn", untold, rests / looks))
        if chance is not None:
            nights = (past.night - start).days + 1
            pace = f"about one every {every(nights / people)}, first told on {say(past.first_told)}"
            said = sentence(people, nights, chance, past.seen(start, past.night), f"slow burn: {pace}")
            found.append((chance.surprise, ("slow_burn", people, chance, said)))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _people_since(arrivals: Sequence[tuple[date, str, str, bool]]) -> list[tuple[date, int]]:
    """Count the different people from each day of these arrivals (by day) on, the first day first."""
    people: set[str] = set()
    since: dict[date, int] = {}
    for day, person, _, _ in reversed(arrivals):
        people.add(person)
        since[day] = len(people)
    return list(reversed(since.items()))


def every(nights: float) -> str:
    """Say how often: "night", "3 nights"."""
    return "night" if round(nights) <= 1 else f"{round(nights)} nights"


def _weigh_window(past: Past, start: date, people: int, bar: Callable[[float], float]) -> Chance | None:
    """Weigh who came after the first one of `start` against chance and against their own past.

    None where either explains them: `bar` says how surprising they must be, given the nights between two chances of a
    false alert. There is one chance with each person.
    """
    seen, until = past.seen(start, past.night), start - timedelta(days=1)
    told, before = past.told_before(start), past.seen(date.min, until)
    a_night = seen / ((past.night - start).days + 1)
    needed, own = bar(min(SELDOM, before / max(1.0, a_night) / told) if told else SELDOM), None
    if told:
        own = weigh(people - 1, seen, told, before, a_night)
        if own.surprise < needed:  # nearly always
            return None
    rare = weigh(people - 1, seen, told, before, a_night, prior=RARE)
    least = rare if own is None else min(rare, own, key=lambda one: one.surprise)
    return least if least.surprise >= needed else None


def _has_changed(past: Past, chance: Chance, last: Emergence | None, people_at_last: int, acknowledged: bool) -> bool:
    """After a rise it speaks of a rise again only when people have doubled, it is far steeper, or a month has gone."""
    if last is None or last.kind != "rising" or (past.night - last.night >= LONG_QUIET and not acknowledged):
        return True
    return past.people() >= 2 * max(1, people_at_last) or chance.surprise >= last.surprise + STEEPER


def _find_rise(past: Past, cut: Cut, among: int) -> _Found | None:
    """More people in the last nights than its own past explains, on sources that we have known for a while."""
    found: list[tuple[float, _Found]] = []
    for nights, surer in WINDOWS.items():
        since = past.window(nights)
        known = _known_sources(past, since)
        people = len({person for _, person, source, _ in past.fresh(since) if source in known})
        if people < cut.rising:
            continue
        before = since - timedelta(days=1)
        side = past.of(known)
        told = side.told_before(since) - side.told_before(past.night - PAST)
        seen = side.seen(since, past.night)
        lumpy = lumps(side, before, nights)
        chance = weigh(people, seen, told, side.seen(past.night - PAST, before), seen / nights, lumps=lumpy)
        if chance.surprise >= max(cut.surprise, cut.bar("rising", among) + log10(surer)):
            said = sentence(people, nights, chance, seen, f"rising: first told on {say(past.first_told)}")
            found.append((chance.surprise, ("rising", people, chance, said)))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _known_sources(past: Past, since: date) -> set[str]:
    """Find the sources whose posts we know for long enough before `since`, by backlog too."""
    return {source for source, first in past.sight.known_since.items() if first <= since - LEARN}


def _find_back(past: Past, cut: Cut, resolved_on: date | None, last: Emergence | None, among: int) -> _Found | None:
    """Told again by enough people after it was resolved, or after a silence in which we could have heard it."""
    if resolved_on is not None:
        return _find_after_fix(past, cut, resolved_on, last)
    gap = _find_return(past, 10 ** -cut.bar("back", among, RARELY))
    if gap is None or (last is not None and last.night >= gap[0]):
        return None
    since, why = gap
    people = past.people(since)
    if people < cut.back:
        return None
    nights = (past.night - since).days + 1
    chance = weigh_by_chance(people, nights)
    return "back", people, chance, sentence(people, nights, chance, past.seen(since, past.night), f"back: {why}")


def _find_after_fix(past: Past, cut: Cut, resolved_on: date, last: Emergence | None) -> _Found | None:
    """Told again at half the rate before the fix or more; said once a fix."""
    said = last is not None and last.kind == "back" and last.night > resolved_on
    found = None if said else find_returning(past, resolved_on, cut.back)
    if found is None:
        return None
    since, people, expected = found
    nights = (past.night - since).days + 1
    chance = weigh_by_chance(people, nights)
    why = f"back: said to be fixed on {say(resolved_on)}, {expected:.1f} came in as much before"
    return "back", people, chance, sentence(people, nights, chance, past.seen(since, past.night), why)


def _find_return(past: Past, rare: float) -> tuple[date, str] | None:
    """Find the day of the first person after a silence, and what was before; None without a return."""
    told = [a[0] for a in past.arrivals]
    for earlier, later in zip(reversed(told[:-1]), reversed(told[1:]), strict=True):
        if past.night - later > BACK_WITHIN:
            return None
        known = bisect_right(told, earlier)
        if later - earlier >= SILENCE and known >= KNOWN_BY:
            gone = missed(past, earlier, later)
            held = f"nobody between {say(earlier)} and {say(later)}, where {gone:.1f} were expected"
            surely = gone >= GONE and (1 + gone / known) ** -known <= rare  # gamma-Poisson: nobody came by chance
            return (later, held) if surely else None
    return None
