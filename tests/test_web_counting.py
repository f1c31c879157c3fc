"""What is kept for a minute: numbers once, for who asks the same, and anew after a change."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from listening.web.counting import FRESH, MOST, Counted

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)


def test_counts_once_a_minute_and_anew_after_it_or_a_change() -> None:
    counted, asked = Counted(), list[int]()

    def count() -> int:
        asked.append(1)
        return len(asked)

    assert [counted.get("map", NOW, count), counted.get("map", NOW + FRESH / 2, count)] == [1, 1]
    assert counted.get("inbox", NOW, count) == 2
    assert counted.get("map", NOW + FRESH, count) == 3
    counted.clear()
    assert counted.get("map", NOW + FRESH, count) == 4


def test_a_clock_that_was_set_back_counts_anew() -> None:
    counted = Counted()
    assert counted.get("map", NOW, lambda: "old") == "old"
    assert counted.get("map", NOW - timedelta(hours=1), lambda: "new") == "new"


def test_two_at_once_wait_for_one_count() -> None:
    counted, asked, start = Counted(), list[int](), threading.Barrier(4)

    def ask() -> None:
        start.wait()
        counted.get("map", NOW, lambda: asked.append(1))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert asked == [1]


def test_only_so_many_lenses_are_kept() -> None:
    counted = Counted()
    for number in range(MOST + 5):
        counted.get(number, NOW, lambda: 0)
    assert len(counted.found) == len(counted.locks) == MOST
