"""Layouts of the wild, with what stands around and between posts there, and what each rule is there for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from fresh_world import FRESH, LATE, NOW, THREADS, fresh_page, read, tally
from wild_world import Tally, renamed

from listening.documents.clean import clean
from listening.sources.dates import find_moment
from listening.sources.forum.pages import FoundPost
from listening.types import BodyFormat

ROWS = (("Ann", 3, "It drips all night."), ("Bob", 4, "Mine does not, so far."), ("Cy", 5, "Call them again, says I."))


def words(post: FoundPost) -> str:
    return " ".join(clean(post.html, BodyFormat.HTML)[0].split())


def told(page: str) -> list[tuple[str | None, str]]:
    return [(post.author, words(post)) for post in read(page)]


def filled(template: str, rows: tuple[tuple[str, int, str], ...] = ROWS) -> str:
    return "".join(template.format(*row) for row in rows)


SAID = [(author, said) for author, _, said in ROWS]


@pytest.mark.parametrize(("change", "authors"), [(str, 0.95), (renamed, 0.93)], ids=["as it is", "classes renamed"])
def test_layouts_of_the_wild_are_read(change: Callable[[str], str], authors: float) -> None:
    total = Tally()
    for case in (*FRESH.values(), *LATE.values()):
        for written in THREADS.values():
            total += tally(case, written, change(fresh_page(case, written)))
    assert total.share("found") >= 0.96
    assert total.share("authors") >= authors
    assert total.share("dates") >= 0.955
    assert total.share("texts") >= 0.935
    assert total.share("spurious") <= 0.02


@pytest.mark.parametrize(
    "shown",
    [
        "9 มีนาคม 2569 เวลา 09:41 น.",
        "9 มี.ค. 69 09:41",
        "9 मार्च 2026 को 09:41",
        "9 במרץ 2026, 09:41",
        "۱۸ اسفند ۱۴۰۴، ساعت ۰۹:۴۱",
        "1404/12/18 09:41",
        "9 آذار 2026 - 09:41",
        "9. ožujka 2026. u 09:41",
    ],
)
def test_dates_of_other_calendars_and_scripts_are_the_days_that_they_mean(shown: str) -> None:
    assert find_moment(shown, now=NOW) == datetime(2026, 3, 9, 9, 41, tzinfo=UTC)


@pytest.mark.parametrize(
    "shown",
    [
        *("3 วันที่แล้ว", "לפני 3 ימים", "منذ 3 أيام", "۳ روز پیش", "3 ngày trước", "3 दिन पहले", "преди 3 дни"),
        "prije 3 dana",
    ],
)
def test_days_ago_are_days_ago_in_more_tongues(shown: str) -> None:
    assert find_moment(shown, now=NOW) == datetime(2026, 6, 28, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "western"), [("1403/12/30", (2025, 3, 20)), ("1404/01/01", (2025, 3, 21)), ("1399/12/30", (2021, 3, 20))]
)
def test_a_persian_year_that_leaps_has_a_day_more(day: str, western: tuple[int, int, int]) -> None:
    assert find_moment(day, now=NOW) == datetime(*western, tzinfo=UTC)


def test_elements_that_a_site_made_itself_tell_author_and_date_by_their_attributes() -> None:
    post = '<x-post post-id="7{1}" author="{0}" created="2026-05-0{1}T10:00:00Z"><div slot="body">{2}</div></x-post>'
    found = read(f"<x-page><h1>T</h1>{filled(post)}</x-page>")
    assert [(post.author, words(post)) for post in found] == SAID
    assert [post.id for post in found] == ["73", "74", "75"]
    assert [post.created_at for post in found] == [datetime(2026, 5, day, 10, tzinfo=UTC) for _, day, _ in ROWS]


def test_an_epoch_is_a_date_whatever_its_attribute_is_called() -> None:
    post = '<div class="a"><div class="b">{0}</div><i data-ts="177780240{1}"></i><div class="c">{2}</div></div>'
    assert [post.created_at for post in read(f"<h1>T</h1>{filled(post)}")] == [
        datetime(2026, 5, 3, 10, 0, second, tzinfo=UTC) for _, second, _ in ROWS
    ]


POST = (
    '<div class="post" id="p{1}"><p class="by"><b class="author">{0}</b> <time>{1} May 2026 10:00</time></p>'
    '<div class="words">{2}</div></div>'
)


def test_what_happens_between_posts_is_none() -> None:
    event = '<div class="post"><b class="author">Keeper</b> closed this <time>6 May 2026 10:00</time></div>'
    rows = (*ROWS, ("Dee", 6, "Mine is back from repair since today."))
    page = event.join(POST.format(*row) for row in rows[:2]) + filled(POST, rows[2:])
    assert told(f"<h1>T</h1>{page}") == [(author, said) for author, _, said in rows]


def test_the_best_answer_on_top_is_told_once_and_the_question_is_kept() -> None:
    frame = POST.replace('class="post" id="p{1}"', 'class="{3}"')
    rows = [
        (author, day, f"{said} That has been so since the last update, and nobody knows why.")
        for author, day, said in ROWS
    ]
    best, question = frame.format(*rows[2], "best"), frame.format(*rows[0], "question")
    found = told(f"<h1>T</h1>{best}{question}{filled(POST, tuple(rows[1:]))}")
    assert found == [(author, said) for author, _, said in rows]


def test_a_line_that_names_whom_a_post_answers_is_nobodys_word() -> None:
    answers = '<p class="ref">na odpowiedz do {0} #{1}</p>'
    rows = ((0, "", ROWS[0]), (1, answers.format("Ann", 1), ROWS[1]), (2, answers.format("Bob", 2), ROWS[2]))
    page = "".join(POST.format(author, day, lead + said) for _, lead, (author, day, said) in rows)
    assert told(f"<h1>T</h1>{page}") == SAID


def test_a_copy_that_is_kept_for_the_quote_button_is_no_post() -> None:
    copy = '<div style="display:none"><blockquote>Quote from {0} on {1} May 2026 10:00 {2}</blockquote></div>'
    assert told(f"<h1>T</h1>{filled(POST.replace('{2}', copy + '{2}'))}") == SAID


def test_a_name_beside_a_date_in_a_link_is_a_name() -> None:
    foot = '<p class="foot">Posted by: {0} | <a href="#c{1}">{1} May 2026 10:00</a></p>'
    post = f'<div class="comment" id="c{{1}}"><p>{{2}}</p>{foot}</div>'
    assert told(f"<h1>T</h1>{filled(post)}") == SAID


def test_a_label_for_those_who_listen_is_no_part_of_a_name() -> None:
    label = '<a class="author"><span class="visually-hidden">Profile of user: </span>{0}</a>'
    post = POST.replace('<b class="author">{0}</b>', label)
    assert told(f"<h1>T</h1>{filled(post)}") == SAID


def test_the_foot_of_a_lone_post_and_a_form_around_it_are_no_reason_to_lose_it() -> None:
    said = "It drips all night, and nobody of those whom I called knows what to do about it, nor where to ask."
    foot = '<footer><a class="author">Ann</a> <time>3 May 2026 10:00</time></footer>'
    post = f'<li class="c"><div>{said}</div>{foot}</li>'
    page = f'<form action="x"><input type="hidden" name="s"><h1>T</h1><ul>{post}</ul></form>'
    assert told(page) == [("Ann", said)]


def test_two_posts_that_share_a_word_in_bold_keep_it() -> None:
    first, second = "The {}red{} one of them drips all night long.", "And my {}red{} one does not, so far as I see."
    rows = tuple((name, day, said.format("<b>", "</b>")) for name, day, said in (("Ann", 3, first), ("Bob", 4, second)))
    assert [said for _, said in told(f"<h1>T</h1>{filled(POST, rows)}")] == [
        first.format("", ""),
        second.format("", ""),
    ]
