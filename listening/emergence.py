"""Which pain points are news: counted in different people, against their own past and against what we could see.

A person counts once a fortnight, however often they write (an *arrival*). What is expected comes from the pain point's
own past: arrivals per post seen, with a gamma prior, so that a source that was down, a busy weekday or a new forum is
no news by itself. Days before we first looked at a source (`backlog`) are that past and never news.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import log10

from listening.types import DayCount, Emergence

AGAIN = timedelta(days=14)  # after which the same person's words count as a new arrival
LATELY = 7  # nights in which the first people of a new pain must come
FRESH_FOR = timedelta(days=21)  # a pain first told longer ago is not new any more
PAST = timedelta(days=120)  # how far back the baseline reaches
LEARN = timedelta(days=14)  # a source must have been seen this long before a rise can be told on it
WINDOWS = (2, 3, 7)  # nights over which a rise is looked for
QUIET = timedelta(days=7)  # after an alert, at least this long without another
LONG_QUIET = timedelta(days=28)  # then the same kind may speak again without a doubling
STEEPER = 2.0  # a rise this much less likely (as -log10) than the last one is worth a word of its own
SILENCE = timedelta(days=28)  # without anybody, though posts were seen: the pain had gone
KNOWN_BY = 3  # so many people must have told it before the silence
GONE = 4.0  # so many people had to be expected in the silence for it to mean something
BACK_WITHIN = timedelta(days=21)  # the people who come back must come within this time
GRACE = timedelta(days=3)  # those who write right after a fix still tell of the time before
STIR = timedelta(days=30)  # a slow burn must have been told within this time
BY_CHANCE = 1 / 60  # people a night that a pain point may get by a misreading
PRIOR = 0.5  # arrivals that we pretend to have seen before ...
PRIOR_NIGHTS = 2  # ... in about so many nights' posts
LOUD_FROM = 5  # days on which somebody must have told it to be loud
LUMPY = 40.0  # people come in threads, not one by one: the baseline is never believed to be steadier than this


@dataclass(frozen=True, slots=True)
class _Cut:
    """What a sensitivity asks for: least people of each kind, and how unlikely a rise must be (as -log10)."""

    new: int
    rising: int
    slow: int
    back: int
    surprise: float


SENSITIVITIES: Mapping[str, _Cut] = {
    "low": _Cut(new=5, rising=5, slow=6, back=4, surprise=5.0),
    "medium": _Cut(new=3, rising=4, slow=4, back=3, surprise=3.7),
    "high": _Cut(new=3, rising=3, slow=3, back=2, surprise=3.0),
}


@dataclass(frozen=True, slots=True)
class _Past:
    """A pain point's days as judged tonight: rows up to tonight, arrivals as (day, person, source, backlog)."""

    night: date
    rows: tuple[DayCount, ...]
    arrivals: tuple[tuple[date, str, str, bool], ...]

    @property
    def first_told(self) -> date:
        return self.arrivals[0][0]

    def fresh(self, since: date) -> list[tuple[date, str, str, bool]]:
        """Arrivals on or after `since` that are no backlog."""
        return [arrival for arrival in self.arrivals if arrival[0] >= since and not arrival[3]]

    def people(self, since: date = date.min) -> int:
        """Different people on or after `since`, backlog left out."""
        return len({person for _, person, _, _ in self.fresh(since)})

    def seen(self, since: date, until: date) -> int:
        """Count the posts seen in `since..until`, both days included."""
        return sum(max(r.seen, len(r.people)) for r in self.rows if since <= r.day <= until)

    def window(self, nights: int) -> date:
        return self.night - timedelta(days=nights - 1)


@dataclass(frozen=True, slots=True)
class _Chance:
    """How many people are expected in what was seen, with an interval of 95 %, and -log10 P(as many as came)."""

    expected: float
    low: float
    high: float
    surprise: float


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
) -> Emergence | None:
    """Say whether this pain point is news on `night`, and why in one sentence; None where it is not.

    `days` are all rows of the pain point in any order: one a source and day, also days on which nobody told it, because
    those are what makes the others surprising. `last` is its latest alert, `people_at_last` the different people known
    then. `sensitivity` is low, medium or high (ValueError otherwise). Rows after `night` are ignored.
    """
    if sensitivity not in SENSITIVITIES:
        raise ValueError(f"sensitivity {sensitivity!r} -> say one of {', '.join(SENSITIVITIES)}")
    cut = SENSITIVITIES[sensitivity]
    past = _remember(days, night)
    if night < born or not past.fresh(date.min):
        return None
    found = _find_back(past, cut, resolved_on, last)
    if found is None and last is None:
        found = _find_new(past, cut) or _find_slow_burn(past, cut)
    if found is None and (last is None or past.night - last.night >= QUIET):
        found = _find_rise(past, cut)
        found = found if found and _has_changed(past, found[2], last, people_at_last) else None
    return _tell(found, pain_point_id, night) if found else None


_Found = tuple[str, int, _Chance, str]


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


def _remember(days: Sequence[DayCount], night: date) -> _Past:
    rows = sorted((r for r in days if r.day <= night), key=lambda r: (r.day, r.source, r.backlog))
    loud = _find_loud(rows)
    last_told: dict[str, date] = {}
    arrivals = []
    for row in rows:
        for person in sorted(row.people - loud):
            if person not in last_told or row.day - last_told[person] >= AGAIN:
                last_told[person] = row.day
                arrivals.append((row.day, person, row.source, row.backlog))
    return _Past(night, tuple(rows), tuple(arrivals))


def _find_loud(rows: Sequence[DayCount]) -> set[str]:
    """Find who tells it more often than all others together: counted, three bystanders would make it a pain of four."""
    told = Counter(person for row in rows for person in row.people)
    return {person for person, days in told.items() if days >= LOUD_FROM and 2 * days > told.total()}


def _find_new(past: _Past, cut: _Cut) -> _Found | None:
    """First told lately, by enough different people within a few nights."""
    people = past.people(past.window(LATELY))
    if past.night - past.first_told > FRESH_FOR or people < cut.new:
        return None
    first = max(past.first_told, past.window(LATELY))
    nights = (past.night - first).days + 1
    seen = past.seen(first, past.night)
    chance = _weigh(people, seen, 0, past.seen(past.night - PAST, first - timedelta(days=1)), seen / nights)
    return "new", people, chance, _sentence(people, nights, chance, seen, f"new: first told on {_say(past.first_told)}")


def _find_slow_burn(past: _Past, cut: _Cut) -> _Found | None:
    """One here, one there: never many at once, but by now too many different people to be chance."""
    people = past.people()
    arrivals = past.fresh(date.min)
    if people < cut.slow or past.night - arrivals[-1][0] > STIR:
        return None
    nights = (past.night - arrivals[0][0]).days + 1
    chance = _weigh_by_chance(people, nights)
    seen = past.seen(arrivals[0][0], past.night)
    told = f"about one every {max(1, round(nights / people))} nights, first told on {_say(past.first_told)}"
    return "slow_burn", people, chance, _sentence(people, nights, chance, seen, f"slow burn: {told}")


def _has_changed(past: _Past, chance: _Chance, last: Emergence | None, people_at_last: int) -> bool:
    """After a rise it speaks of a rise again only when people have doubled, it is far steeper, or a month has gone."""
    if last is None or last.kind != "rising" or past.night - last.night >= LONG_QUIET:
        return True
    return past.people() >= 2 * max(1, people_at_last) or chance.surprise >= last.surprise + STEEPER


def _find_rise(past: _Past, cut: _Cut) -> _Found | None:
    """More people in the last nights than its own past explains, on sources that we have known for a while."""
    found: list[tuple[float, _Found]] = []
    for nights in WINDOWS:
        since = past.window(nights)
        known = _known_sources(past, since)
        people = len({person for _, person, source, _ in past.fresh(since) if source in known})
        if people < cut.rising:
            continue
        before = since - timedelta(days=1)
        rows = [r for r in past.rows if r.source in known]
        side = _Past(past.night, tuple(rows), tuple(a for a in past.arrivals if a[2] in known))
        told = len([a for a in side.arrivals if past.night - PAST <= a[0] <= before])
        seen = side.seen(since, past.night)
        chance = _weigh(people, seen, told, side.seen(past.night - PAST, before), seen / nights)
        if chance.surprise >= cut.surprise:
            sentence = _sentence(people, nights, chance, seen, f"rising: first told on {_say(past.first_told)}")
            found.append((chance.surprise, ("rising", people, chance, sentence)))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _known_sources(past: _Past, since: date) -> set[str]:
    """Find the sources whose posts we know for long enough before `since`, by backlog too."""
    return {r.source for r in past.rows if r.seen and r.day <= since - LEARN}


def _find_back(past: _Past, cut: _Cut, resolved_on: date | None, last: Emergence | None) -> _Found | None:
    """Told again by enough people after it was resolved, or after a silence in which we could have heard it."""
    gap = _find_return(past, resolved_on)
    said = last is not None and last.kind == "back" and (resolved_on is None or last.night > resolved_on)
    if gap is None or (last is not None and last.night >= gap[0]) or (said and resolved_on is not None):
        return None
    since, why, expected = gap
    people = past.people(since)
    if people < cut.back:
        return None
    nights = (past.night - since).days + 1
    seen = past.seen(since, past.night)
    chance = _weigh_by_chance(people, nights)
    return "back", people, chance, _sentence(people, nights, chance, seen, f"back: {why}{expected}")


def _find_return(past: _Past, resolved_on: date | None) -> tuple[date, str, str] | None:
    """Find the day of the first person after the fix or the silence, and what was before; None without a return."""
    if resolved_on is not None:
        after = [a[0] for a in past.fresh(max(resolved_on + GRACE, past.night - BACK_WITHIN))]
        return (after[0], f"said to be fixed on {_say(resolved_on)}", "") if after else None
    told = [a[0] for a in past.arrivals]
    for earlier, later in zip(reversed(told[:-1]), reversed(told[1:]), strict=True):
        if past.night - later > BACK_WITHIN:
            return None
        if later - earlier >= SILENCE and len([day for day in told if day <= earlier]) >= KNOWN_BY:
            missed = _missed(past, earlier, later)
            held = f"nobody from {_say(earlier)} to {_say(later)}"
            return (later, held, f", where {missed:.1f} were expected") if missed >= GONE else None
    return None


def _missed(past: _Past, silent_from: date, until: date) -> float:
    """People expected in a silence, source by source, so that a source that was down is not taken for quiet."""
    told: dict[str, int] = defaultdict(int)
    seen: dict[str, int] = defaultdict(int)
    blind: dict[str, int] = defaultdict(int)
    for day, _, source, _ in past.arrivals:
        told[source] += day <= silent_from
    for row in past.rows:
        if row.day <= silent_from:
            seen[row.source] += max(row.seen, len(row.people))
        elif silent_from < row.day < until:
            blind[row.source] += row.seen
    return sum(count * blind[source] / max(1, seen[source]) for source, count in told.items())


def _weigh(people: int, seen: int, told: int, seen_before: int, a_night: float) -> _Chance:
    """Gamma-Poisson: the rate per post from the past, what it lets expect tonight, and how unlikely `people` is."""
    from scipy.special import betainc, gammaincinv  # noqa: PLC0415 -- slow to import, needed only when people came

    shape = told + PRIOR
    posts = seen_before + PRIOR_NIGHTS * max(1.0, a_night)
    share = max(1, seen) / posts  # tonight's posts in units of the past's
    low, high = (float(gammaincinv(shape, q)) * share for q in (0.025, 0.975))
    lumps = min(shape, LUMPY)
    spread = shape * share / (lumps + shape * share)
    chance = float(betainc(people, lumps, spread)) if people else 1.0
    return _Chance(shape * share, low, high, -log10(max(chance, 1e-300)))


def _weigh_by_chance(people: int, nights: int) -> _Chance:
    """Against the few people that any pain point gets by misreadings: for pains without a past of their own."""
    from scipy.special import gammainc, pdtri  # noqa: PLC0415 -- slow to import, needed only when people came

    expected = nights * BY_CHANCE
    high = next(k for k in range(people + nights + 2) if float(pdtri(k, 0.975)) >= expected)
    return _Chance(expected, 0.0, float(high), -log10(max(float(gammainc(people, expected)), 1e-300)))


def _sentence(people: int, nights: int, chance: _Chance, seen: int, why: str) -> str:
    expected = f"{chance.expected:.1f} expected ({chance.low:.1f} to {chance.high:.1f})"
    who, when = f"{people} {'person' if people == 1 else 'people'}", f"{nights} {'night' if nights == 1 else 'nights'}"
    return f"{who} in {when}, {expected} from {seen:,} posts seen; {why}"


def _say(day: date) -> str:
    return f"{day.day} {day:%B}"
