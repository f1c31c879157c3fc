"""A pain point's days as a night sees them: by source, by day, and what is only worked out when asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from stories import day

from listening.emergence.chance import weigh, weigh_by_chance
from listening.emergence.past import Past, look, remember
from listening.types import DayCount

ROWS = [
    DayCount(day(0), "yard", 0),
    DayCount(day(1), "yard", 30, frozenset("ab")),
    DayCount(day(1), "board", 1, frozenset("cde")),
    DayCount(day(2), "board", 7),
    DayCount(day(9), "yard", 5),
]


@pytest.fixture
def past() -> Past:
    return remember(ROWS[::-1], day(8))


def test_days_are_counted_over_all_sources_and_somebody_who_tells_was_seen(past: Past) -> None:
    assert past.sight.by_day == {day(0): 0, day(1): 33, day(2): 7}
    assert past.seen(day(1), day(2)) == 40


def test_a_source_is_known_since_it_showed_something(past: Past) -> None:
    assert past.sight.known_since == {"yard": day(1), "board": day(1)}


def test_of_some_sources_it_is_what_they_alone_would_tell(past: Past) -> None:
    alone = past.of({"board", "nowhere"})
    assert alone == remember([row for row in ROWS if row.source == "board"], day(8))
    assert past.of({"board"}).people() == 3
    assert past.of({"yard", "board"}) is past


def test_what_was_looked_at_once_serves_every_pain_point_of_a_night() -> None:
    seen = look(ROWS[::-1], day(9))
    told = [replace(row, people=frozenset("a")) if row.seen else row for row in seen.rows]
    past = remember(told, day(9), seen)
    assert past.sight is seen
    assert past == replace(remember(told, day(9)), sight=seen)
    assert not any(row.people for row in seen.rows)


def test_who_tells_where_nothing_was_seen_still_counts_as_seen() -> None:
    seen = look(ROWS, day(9))
    assert seen.by_day[day(1)] == 31
    assert remember(sorted(ROWS, key=lambda row: (row.day, row.source)), day(9), seen).sight.by_day[day(1)] == 33


def test_other_days_than_were_looked_at_are_refused() -> None:
    with pytest.raises(ValueError, match="look at the same ones"):
        remember(ROWS[:-1], day(9), look(ROWS, day(9)))


def test_the_interval_lies_around_what_is_expected() -> None:
    own, chance = weigh(9, 100, 20, 1_000, 30.0), weigh_by_chance(3, 7)
    assert own.low < own.expected < own.high
    assert (own.low, own.high) == own.find_interval()
    assert (chance.low, chance.high) == (0.0, 1.0)
