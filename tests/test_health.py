"""How a source fares: tables of nights, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from listening.health import emptied, ill_this_week, in_one_line, judge
from listening.types import Crawl, Health

NIGHT = date(2026, 3, 30)


def visits(*new: int, pages: Sequence[tuple[int, int]] = (), **last: object) -> list[Crawl]:
    """One good visit a night with so many new posts, the last one tonight; `pages` are (pages, posts on them)."""
    count = len(new)
    made = []
    for number, posts in enumerate(new):
        opened, shown = pages[number] if pages else (0, 0)
        night = NIGHT - timedelta(days=count - 1 - number)
        made.append(Crawl("yard", night, "done", seen=posts, new=posts, pages=opened, shown=shown))
    made[-1] = Crawl(**{**{name: getattr(made[-1], name) for name in made[-1].__slots__}, **last})  # type: ignore[arg-type]  # a table of fields
    return made


def said(found: Sequence[Crawl]) -> tuple[str, ...]:
    return judge("yard", found, night=NIGHT).warnings


# --- far fewer posts than usual


@pytest.mark.parametrize(
    ("new", "warns"),
    [
        ([40] * 28 + [7], True),  # under a fifth of 40
        ([40] * 28 + [8], False),  # a fifth is not under it
        ([40] * 28 + [0], True),
        ([40] * 7 + [0], True),
        ([40] * 6 + [0], False),  # too few nights say what is usual
        ([40] * 14 + [0] * 15, True),
        ([40] * 28 + [0] * 60, True),  # its median has died with it: the nights before the silence speak
        ([0] * 28 + [1] + [0] * 40, False),  # it never said much
        ([40] * 28 + [0] * 40 + [1], False),
        ([400, *([40] * 27), 9], False),  # the first visit brought the backlog: the median does not mind
        ([2] * 28 + [0], False),  # a quiet source may have a silent night
        ([2] * 22 + [0] * 7, True),  # but not a silent week
        ([2] * 22 + [1, 0, 1, 0, 1, 0, 0], False),  # 3 in a week is above a fifth of 14
        ([0] * 29, False),
        ([40] * 29, False),
    ],
)
def test_under_a_fifth_of_its_own_median_is_told(new: list[int], warns: bool) -> None:
    found = judge("yard", visits(*new), night=NIGHT)
    assert (found.state, bool(found.warnings)) == (("ill", True) if warns else ("well", False))


def test_the_sentence_has_both_figures() -> None:
    assert said(visits(*[40] * 28, 7)) == ("7 new posts, usually 40 a night; look at its page",)
    assert said(visits(*[40] * 28, 1)) == ("1 new post, usually 40 a night; look at its page",)
    assert said(visits(*[40] * 28, *[0] * 60)) == (
        "no new post in 60 nights, before that 40 a night; look at its page",
    )
    assert said(visits(*[2] * 22, *[0] * 7)) == ("0 new posts in 7 nights, usually 2 a night; look at its page",)


def test_only_the_last_28_days_say_what_is_usual() -> None:
    assert judge("yard", visits(*[400] * 30, *[10] * 28, 9), night=NIGHT).usual == 10


def test_nights_that_failed_do_not_count_and_later_ones_are_not_known_yet() -> None:
    made = visits(*[40] * 28, 39)
    failed = [
        Crawl("yard", one.night, "failed", error="503", error_kind="source-unavailable") if n % 2 else one
        for n, one in enumerate(made)
    ]
    found = judge("yard", failed, night=NIGHT)
    assert (found.usual, found.errors, found.state) == (40, {"source-unavailable": 14}, "well")
    assert judge("yard", made, night=NIGHT - timedelta(days=20)).usual == 40
    assert judge("yard", made, night=NIGHT - timedelta(days=40)).state == "new"


# --- pages that show nothing


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ([(1, 40), (1, 0)], "0 posts from a page that had 40 -> open it: its layout may have changed"),
        ([(3, 120), (3, 0)], "0 posts from 3 pages that had 40 -> open it: its layout may have changed"),
        ([(2, 30)] * 8 + [(2, 4)], "2 posts a page, usually 15 -> open one: its layout may have changed"),
        ([(2, 30)] * 6 + [(2, 4)], ""),  # too few nights
        ([(2, 30)] * 8 + [(2, 6)], ""),
        ([(1, 40), (0, 0)], ""),  # nothing had changed, so no page was opened
        ([(1, 0), (1, 0)], ""),  # it never had any
        ([(0, 0), (1, 0)], ""),
    ],
)
def test_an_empty_page_that_was_full_is_told(pages: list[tuple[int, int]], expected: str) -> None:
    assert said(visits(*[1] * len(pages), pages=pages)) == ((expected,) if expected else ())


def test_a_page_of_a_thread_that_is_empty_all_at_once() -> None:
    assert emptied("https://yard.test/t/1", 40).startswith("0 posts from a page that had 40: https://yard.test/t/1 ->")


# --- the rest of what is known


def test_a_source_without_visits_is_new() -> None:
    found = judge("yard", [], night=NIGHT, notes=["robots.txt is obeyed"])
    assert found == Health("yard", "new", notes=("robots.txt is obeyed",))
    assert in_one_line(found) == "never visited; robots.txt is obeyed"


@pytest.mark.parametrize("state", ["failed", "off"])
def test_a_source_that_failed_or_is_off_says_why(state: str) -> None:
    found = judge("yard", visits(5, 5, 0, state=state, error="no key", error_kind="x"), night=NIGHT)
    assert (found.state, found.warnings) == (state, ("2026-03-30: no key",))
    assert found.last_success == NIGHT - timedelta(days=1)


def test_a_source_that_nobody_visits_any_more_is_ill() -> None:
    found = judge("yard", visits(*[5] * 10), night=NIGHT + timedelta(days=3))
    assert found.warnings == ("not visited for 3 nights -> is the schedule running?",)
    assert judge("yard", visits(*[5] * 10), night=NIGHT + timedelta(days=1)).state == "well"
    long_ago = judge("yard", visits(*[5] * 10), night=NIGHT + timedelta(days=90))
    assert (long_ago.state, long_ago.last_success, long_ago.usual) == ("ill", NIGHT, None)


def test_any_order_gives_the_same() -> None:
    made = visits(*range(40, 60), 3, pages=[(2, 30)] * 21)
    assert judge("yard", made[::-1], night=NIGHT) == judge("yard", made, night=NIGHT)


def test_one_line_for_the_list() -> None:
    made = visits(*[40] * 10, 3, pages=[(2, 30)] * 11)
    made[3] = Crawl("yard", made[3].night, "failed", error="503", error_kind="source-unavailable")
    assert in_one_line(judge("yard", made, night=NIGHT, notes=["robots.txt is obeyed", "terms: §4 allows"])) == (
        "last success 2026-03-30; 3 new (usually 40); 15 posts a page (usually 15); "
        "errors in 4 weeks: 1 source-unavailable; 3 new posts, usually 40 a night; look at its page; "
        "robots.txt is obeyed; terms: §4 allows"
    )


# --- the week


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ([], "yard: no good visit this week (last: never); it was never tried"),
        (
            [*visits(5)[:0], Crawl("yard", NIGHT, "failed", error="yard.test says 503")],
            "yard: no good visit this week (last: never); yard.test says 503",
        ),
        (visits(*[30] * 13, *[1] * 7), "yard: 7 new posts in 7 nights, usually 30 a night; look at its page"),
        (
            visits(*[1] * 8, pages=[(1, 40)] * 7 + [(1, 0)]),
            "yard: 0 posts from a page that had 40 -> open it: its layout may have changed",
        ),
        (visits(*[30] * 20), ""),
        (visits(*[30] * 5, 0, state="off", error="no key"), ""),
    ],
)
def test_what_the_week_says(made: list[Crawl], expected: str) -> None:
    assert ill_this_week("yard", made, night=NIGHT) == ((expected,) if expected else ())
