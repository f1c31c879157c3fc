"""Goals and reviews as arithmetic: figures with intervals, what a goal lacks, how it stands, what a review lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from store_nouns import pain_point

from listening.goals import METRICS, measure, missing, progress
from listening.reviewing import months_later, next_review, period
from listening.types import Goal, Measure, Review

TODAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, tzinfo=UTC)
BASE = Measure(8.0, 6.0, 10.5, 32, TODAY)
GOAL = Goal(
    *("pp-1", "Nobody waits at home for a bicycle", "people_week", 2.0, date(2026, 6, 30), "buy", 4, BASE, "ann", NOW),
    attainable_by="ann",
    attainable_at=NOW,
)
POINT = pain_point(importance=4)


def at(value: float, low: float, high: float) -> Measure:
    return Measure(value, low, high, 1, TODAY)


class TestMeasure:
    def test_people_a_week_with_the_exact_interval_of_a_count(self) -> None:
        found = measure("people_week", people=8, seen=400, passages=9, unspoken=3, on=TODAY)
        assert found is not None
        assert (found.value, found.people) == (2.0, 8)
        assert (round(found.low * 4, 2), round(found.high * 4, 2)) == (3.45, 15.76)  # Garwood's table for 8

    def test_nobody_is_a_figure_too_where_something_was_seen(self) -> None:
        found = measure("people_week", people=0, seen=10, passages=0, unspoken=0, on=TODAY)
        assert found is not None
        assert (found.value, found.low, round(found.high * 4, 2)) == (0.0, 0.0, 3.69)

    def test_per_thousand_posts_does_not_change_with_what_could_be_seen(self) -> None:
        few = measure("people_per_1000", people=5, seen=500, passages=5, unspoken=0, on=TODAY)
        many = measure("people_per_1000", people=10, seen=1000, passages=5, unspoken=0, on=TODAY)
        assert few is not None
        assert many is not None
        assert few.value == many.value == 10.0

    def test_the_unspoken_share_in_percent(self) -> None:
        found = measure("unspoken_share", people=3, seen=9, passages=4, unspoken=1, on=TODAY)
        assert found is not None
        assert (found.value, round(found.low, 1), round(found.high, 1)) == (25.0, 4.6, 69.9)

    @pytest.mark.parametrize("metric", [*METRICS, "wishes"])
    def test_what_could_not_be_seen_is_no_figure(self, metric: str) -> None:
        assert measure(metric, people=0, seen=0, passages=0, unspoken=0, on=TODAY) is None


class TestMissing:
    def test_nothing_where_it_is_smart(self) -> None:
        assert missing(GOAL, POINT, TODAY) == ()

    @pytest.mark.parametrize(
        ("change", "letter"),
        [
            ({"specific": "Better"}, "Specific"),
            ({"metric": ""}, "Measurable: choose"),
            ({"baseline": None}, "Measurable: there is no baseline"),
            ({"target": None}, "Measurable: give a target"),
            ({"target": 9.0}, "Measurable: the target is no better"),
            ({"target": 7.0}, "Measurable: the target lies within"),
            ({"attainable_by": ""}, "Attainable"),
            ({"stage": ""}, "Relevant: link"),
            ({"due": None}, "Timely: set"),
        ],
    )
    def test_says_the_one_thing_that_is_missing(self, change: dict[str, object], letter: str) -> None:
        found = missing(replace(GOAL, **change), POINT, TODAY)  # type: ignore[arg-type]  # a table of fields
        assert len(found) == 1
        assert found[0].startswith(letter)

    def test_an_unrated_pain_point_and_a_past_day(self) -> None:
        assert missing(GOAL, pain_point(), TODAY) == ("Relevant: rate the pain point's importance",)
        late = replace(GOAL, due=TODAY, attainable_by="")
        assert missing(late, POINT, TODAY)[-1] == "Timely: the day has passed"


class TestProgress:
    @pytest.mark.parametrize(
        ("now", "state", "share", "words"),
        [
            (at(8, 6, 10), "on the way", 0.0, "0 % of the way"),
            (at(5, 4, 5.5), "on the way", 0.5, "50 % of the way"),
            (at(2, 1, 3), "reached", 1.0, "100 % of the way"),
            (at(1, 0.2, 7), "reached", 7 / 6, "may be chance"),
            (at(14, 11, 17), "on the way", -1.0, "grown worse"),
        ],
    )
    def test_between_start_and_target(self, now: Measure, state: str, share: float, words: str) -> None:
        found = progress(GOAL, now, TODAY)
        assert (found.state, round(found.share or 0, 4)) == (state, round(share, 4))
        assert words in found.sentence

    def test_after_its_day_it_is_missed_or_reached(self) -> None:
        assert progress(GOAL, at(5, 4, 6), date(2026, 7, 1)).state == "missed"
        assert progress(GOAL, at(2, 1, 3), date(2026, 7, 1)).state == "reached"

    def test_unmeasured_ones_say_so(self) -> None:
        assert progress(GOAL, None, TODAY).state == "unknown"
        assert progress(replace(GOAL, target=None), at(1, 1, 1), TODAY).state == "not started"


class TestWhen:
    @pytest.mark.parametrize(
        ("day", "months", "then"),
        [
            (date(2026, 1, 31), 1, date(2026, 2, 28)),
            (date(2026, 11, 15), 3, date(2027, 2, 15)),
            (date(2026, 3, 10), -3, date(2025, 12, 10)),
        ],
    )
    def test_months_later(self, day: date, months: int, then: date) -> None:
        assert months_later(day, months) == then

    def test_the_next_review_follows_the_last_stamp_else_the_first_night(self) -> None:
        stamped = Review("m", date(2026, 1, 1), date(2026, 1, 31), "ann", NOW)
        opened = Review("m", date(2026, 2, 1), date(2026, 2, 28), "", None)
        assert next_review([stamped, opened], date(2025, 1, 1), 3) == date(2026, 4, 30)
        assert next_review([], date(2026, 1, 5), 3) == date(2026, 4, 5)
        assert next_review([], None, 3) is None
        assert period([stamped], TODAY, 3) == (date(2026, 2, 1), TODAY)
        assert period([], TODAY, 3) == (date(2025, 12, 11), TODAY)
