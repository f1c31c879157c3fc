"""What is kept for a minute: numbers once, for who asks the same, and anew after a change."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from listening.errors import StoreError
from listening.web.counting import FRESH, MOST, STALE, Counted
from listening.web.serving import set_aside

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)


def test_counts_once_a_minute_and_anew_after_it_or_a_change() -> None:
    counted, asked = Counted(), list[int]()

    def count() -> int:
        asked.append(1)
        return len(asked)

    assert [counted.get("map", NOW, count), counted.get("map", NOW + FRESH / 2, count)] == [1, 1]
    assert counted.get("inbox", NOW, count) == 2
    assert counted.get("map", NOW + STALE, count) == 3
    counted.clear()
    assert counted.get("map", NOW + STALE, count) == 4


def test_what_is_a_little_old_is_shown_once_more_while_it_is_counted_behind() -> None:
    waiting: list[Callable[[], None]] = []
    counted = Counted(waiting.append)
    assert counted.get("map", NOW, lambda: "old") == "old"
    assert [counted.get("map", NOW + FRESH, lambda: "new") for _ in range(2)] == ["old", "old"]
    assert len(waiting) == 1  # one counts, however many ask
    waiting.pop()()
    assert counted.get("map", NOW + FRESH, lambda: "newer") == "new"


def test_a_change_is_not_undone_by_what_was_counted_behind() -> None:
    waiting: list[Callable[[], None]] = []
    counted = Counted(waiting.append)
    counted.get("map", NOW, lambda: "old")
    counted.get("map", NOW + FRESH, lambda: "before the change")
    counted.clear()
    waiting.pop()()
    assert counted.get("map", NOW + FRESH, lambda: "after it") == "after it"


def test_what_fails_behind_is_told_to_who_waits_for_it() -> None:
    counted = Counted(lambda work: work())
    counted.get("map", NOW, lambda: "old")

    def broken() -> str:
        raise StoreError("the database does not answer", "try again")

    assert counted.get("map", NOW + FRESH, broken) == "old"
    with pytest.raises(StoreError):
        counted.get("map", NOW + STALE, broken)


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


def test_what_the_board_is_made_of_is_set_aside_from_collection_and_new_rubbish_is_not() -> None:
    class Ring:
        def __init__(self) -> None:
            self.me = self

    set_aside()
    assert gc.get_freeze_count() > 0
    ring = weakref.ref(Ring())
    gc.collect()
    assert ring() is None
