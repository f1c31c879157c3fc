"""A pain point's days as one night knows them: people who come anew, and what could be seen of each source."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate
from math import inf, sqrt
from operator import attrgetter

from listening.types import DayCount

AGAIN = timedelta(days=14)  # after which the same person's words count as a new arrival
USUAL = timedelta(days=28)  # what a source gave in so many days before it fell silent
SILENT_NIGHTS = 3  # a source must have given nothing for so many nights to be silent ...
SILENT_POSTS = 8.0  # ... in which so many posts were expected
KNOWN_LUMPS = 8  # so many people must have come before we can say how lumpily they come
LOUD_FROM = 5  # days on which somebody must have told it to be loud
_IN_ORDER = attrgetter("day", "source", "backlog")


@dataclass(frozen=True)
class Seen:
    """What could be seen up to tonight: `rows` by day and source. A night asks the same of it for each pain point."""

    rows: tuple[DayCount, ...]
    _parts: dict[frozenset[str], Seen] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _before(self) -> tuple[list[date], list[int]]:
        """The day of each row, and the posts seen before each: a night asks for dozens of windows."""
        counts = [_count(row) if row.people else row.seen for row in self.rows]
        return [row.day for row in self.rows], list(accumulate(counts, initial=0))

    @cached_property
    def by_day(self) -> dict[date, int]:
        """The posts seen on each day, of all sources together."""
        found: dict[date, int] = defaultdict(int)
        for row in self.rows:
            found[row.day] += _count(row) if row.people else row.seen
        return found

    @cached_property
    def known_since(self) -> dict[str, date]:
        """The first day on which each source showed anything."""
        found: dict[str, date] = {}
        for row in self.rows:
            if row.seen and row.source not in found:
                found[row.source] = row.day
        return found

    @cached_property
    def sources(self) -> frozenset[str]:
        """All sources that showed anything or tell anything."""
        return frozenset(row.source for row in self.rows)

    def count(self, since: date, until: date) -> int:
        """Count the posts seen in `since..until`, both days included."""
        days, before = self._before
        return before[bisect_right(days, until)] - before[bisect_left(days, since)] if since <= until else 0

    def of(self, sources: Collection[str]) -> Seen:
        """Return what these sources alone showed."""
        part = frozenset(sources)
        if part not in self._parts:
            self._parts[part] = Seen(tuple([row for row in self.rows if row.source in part]))
        return self._parts[part]


def look(days: Iterable[DayCount], night: date) -> Seen:
    """Return what could be seen on these days up to `night`, in any order, whoever told anything."""
    rows = sorted([row for row in days if row.day <= night], key=_IN_ORDER)
    return Seen(tuple([replace(row, people=frozenset()) if row.people else row for row in rows]))


@dataclass(frozen=True)
class Past:
    """A pain point's days as judged tonight: who came up to tonight as (day, person, source, backlog), by day ...

    ... and what could be seen meanwhile.
    """

    night: date
    arrivals: tuple[tuple[date, str, str, bool], ...]
    sight: Seen

    @property
    def rows(self) -> tuple[DayCount, ...]:
        """Return what could be seen, by day and source."""
        return self.sight.rows

    @property
    def first_told(self) -> date:
        """Return the day of the first person."""
        return self.arrivals[0][0]

    @cached_property
    def told_days(self) -> list[date]:
        """The day of each arrival."""
        return [arrival[0] for arrival in self.arrivals]

    def fresh(self, since: date) -> list[tuple[date, str, str, bool]]:
        """Arrivals on or after `since` that are no backlog."""
        return [one for one in self.arrivals[bisect_left(self.told_days, since) :] if not one[3]]

    def told_before(self, day: date) -> int:
        """Count the arrivals before a day, backlog too."""
        return bisect_left(self.told_days, day)

    def people(self, since: date = date.min) -> int:
        """Different people on or after `since`, backlog left out."""
        return len({person for _, person, _, _ in self.fresh(since)})

    def seen(self, since: date, until: date) -> int:
        """Count the posts seen in `since..until`, both days included."""
        return self.sight.count(since, until)

    def window(self, nights: int) -> date:
        """Return the first of the last so many nights."""
        return self.night - timedelta(days=nights - 1)

    def of(self, sources: Collection[str]) -> Past:
        """Return the past as these sources alone tell it."""
        if self.sight.sources.issubset(sources):
            return self
        mine = tuple(arrival for arrival in self.arrivals if arrival[2] in sources)
        return Past(self.night, mine, self.sight.of(sources))


def _count(row: DayCount) -> int:
    """Count what a row let us see: somebody who tells it was seen."""
    return max(row.seen, len(row.people))


def remember(days: Sequence[DayCount], night: date, seen: Seen | None = None) -> Past:
    """Return the days up to `night` in order, with who came anew; loud authors are left out.

    `seen` is what `look` made of the same days, which then are in order and end with `night` (ValueError where they are
    others): what is the same for all pain points is worked out once.
    """
    if seen is not None and len(seen.rows) != len(days):
        raise ValueError(f"{len(days)} days, but {len(seen.rows)} were looked at -> look at the same ones")
    rows = days if seen is not None else sorted([row for row in days if row.day <= night], key=_IN_ORDER)
    told = [row for row in rows if row.people]
    if seen is None or any(len(row.people) > row.seen for row in told):
        seen = Seen(tuple(rows))
    loud = _find_loud(told)
    last_told: dict[str, date] = {}
    arrivals = []
    for row in told:
        for person in sorted(row.people - loud) if loud or len(row.people) > 1 else row.people:
            if person not in last_told or row.day - last_told[person] >= AGAIN:
                last_told[person] = row.day
                arrivals.append((row.day, person, row.source, row.backlog))
    return Past(night, tuple(arrivals), seen)


def _find_loud(rows: Sequence[DayCount]) -> set[str]:
    """Find who tells it more often than all others together: counted, three bystanders would make it a pain of four."""
    if len(rows) < LOUD_FROM:
        return set()
    told = Counter(person for row in rows for person in row.people)
    return {person for person, days in told.items() if days >= LOUD_FROM and 2 * days > told.total()}


def lumps(past: Past, until: date, nights: int) -> float:
    """How lumpily people came up to a night: the size of a negative binomial for so many nights.

    The variance of the nights against their mean (index of dispersion); only what is surely more than chance counts.
    """
    seen = {day: count for day, count in past.sight.by_day.items() if day <= until}
    came = Counter(day for day, _, _, _ in past.arrivals if day <= until)
    told, posts, days = came.total(), sum(seen.values()), len(seen)
    if told < KNOWN_LUMPS or days <= 1:
        return inf
    expected = {day: max(told * count / posts, 1e-9) for day, count in seen.items() if count}
    index = sum([(came.get(day, 0) - mean) ** 2 / mean for day, mean in expected.items()]) / (len(expected) - 1)
    unsure = 2 * sqrt((2 + days / told) / days)
    return nights * told / days / (index - unsure - 1) if index - unsure > 1 else inf


def missed(past: Past, silent_from: date, until: date) -> float:
    """People expected in a silence, source by source, so that a source that was down is not taken for quiet."""
    told: dict[str, int] = defaultdict(int)
    seen: dict[str, int] = defaultdict(int)
    blind: dict[str, int] = defaultdict(int)
    for day, _, source, _ in past.arrivals:
        told[source] += day <= silent_from
    for row in past.rows:
        if row.day <= silent_from:
            seen[row.source] += _count(row)
        elif silent_from < row.day < until:
            blind[row.source] += row.seen
    return sum(count * blind[source] / max(1, seen[source]) for source, count in told.items())


def silent_sources(rows: Iterable[DayCount], night: date) -> dict[str, date]:
    """Return the sources that give nothing any more, and since when: so much was expected meanwhile that it is no lull.

    What is expected follows from the four weeks before the source's last post.
    """
    days: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        if row.seen and row.day <= night:
            days[row.source][row.day] += row.seen
    found = {}
    for source, seen in days.items():
        last = max(seen)
        posts = sum(count for day, count in seen.items() if day > last - USUAL)
        known = min(USUAL.days, (last - min(seen)).days + 1)
        nights = (night - last).days
        if nights >= SILENT_NIGHTS and posts / known * nights >= SILENT_POSTS:
            found[source] = last + timedelta(days=1)
    return found
