"""Layouts of the sets after the fifth, measured before any rule was made for them, and what each rule since is for."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from typing import Any

import pytest
from forum_scores import CASES
from fresh_world import fresh_page, read, tally
from selectolax.lexbor import LexborHTMLParser
from test_sources_forum_fresh import POST, ROWS, SAID, filled, told, words
from unmet_threads import UNMET_THREADS
from wild_world import Tally

from listening.sources.forum.kinds import kind_of

SETS = tuple(f"unmet_{letter}" for letter in "fghijklm")


_SPURIOUS = {"unmet_j": 0.0115}  # a layout's own question, which its table counts as none of the posts


def layouts(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((CASES / f"{name}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SETS)
def test_layouts_of_a_set_are_read(name: str) -> None:
    total = Tally()
    for case in layouts(name).values():
        for written in UNMET_THREADS.values():
            total += tally(case, written, fresh_page(case, written))
    assert min(total.share(kind) for kind in ("found", "authors", "dates")) >= 0.99
    assert total.share("texts") >= (0.96 if name == "unmet_i" else 0.99)
    assert total.share("spurious") <= _SPURIOUS.get(name, 0.01)


DAYS = [datetime(2026, 5, day, 10, tzinfo=UTC) for _, day, _ in ROWS]


def test_a_head_row_and_its_row_of_words_are_a_post_though_a_table_holds_several() -> None:
    """The history below is a box too, and both together look like two posts."""
    head = "<tr><th>msg{1}</th><th>Author: {0} (x)</th><th>Date: 2026-05-0{1} 10:00</th></tr>"
    row = f"{head}<tr><td colspan=3>{{2}}</td></tr>"
    history = (
        "<table><tr><th>History</th></tr><tr><td>2026-06-01 09:00</td><td>ann</td><td>set status</td></tr></table>"
    )
    page = f"<h1>T</h1><table><tr><th>Messages</th></tr>{filled(row)}</table>{history}"
    assert told(page) == SAID


def test_a_term_and_what_is_said_of_it_are_a_post_and_the_name_may_stand_behind_the_date() -> None:
    row = '<dt id="c{1}">Le {1} mai 2026, 10:00 par {0}</dt><dd><p>{2}</p></dd>'
    assert told(f"<div><h1>T</h1><dl>{filled(row)}</dl></div>") == SAID


@pytest.mark.parametrize("odd", ["Ann!", "Who am I?", 'Ann "the" Boss'])
def test_a_name_may_look_odd_where_most_look_like_names(odd: str) -> None:
    rows = ((odd, 2, "Mine has done so for years."), *ROWS)
    page = filled(POST.replace('class="author"', 'class="x1"'), rows)
    assert [post.author for post in read(f"<h1>T</h1>{page}")] == [odd, "Ann", "Bob", "Cy"]


def test_a_badge_beside_a_name_is_no_part_of_it() -> None:
    first = '<span class="x"><i>OP</i> <em>{0}</em></span>'
    head = '<div class="p" id="p{1}"><div>%s <span class="w">{1} May 2026 10:00</span></div><p class="t">{2}</p></div>'
    page = (head % first).format(*ROWS[0]) + filled(head % '<span class="x">{0}</span>', ROWS[1:])
    assert told(f"<h1>T</h1>{page}") == SAID


def test_counts_that_differ_are_no_names() -> None:
    post = (
        '<x-post id="p{1}"><div class="who"><h3 class="user--name"><span>{0}</span></h3></div><div class="in"><span>'
        "{1} likes</span><p>{2}</p><footer><time>{1} May 2026 10:00</time></footer></div></x-post>"
    )
    assert told(f"<h1>T</h1>{filled(post)}") == SAID


@pytest.mark.parametrize("shown", ["<b>10:00am</b> On <b>May {1}, 2026</b>", "<b>10:00</b> <i>{1}.05.2026</i>"])
def test_a_time_and_a_day_in_elements_of_their_own_are_one_moment(shown: str) -> None:
    page = filled(POST.replace("<time>{1} May 2026 10:00</time>", f"<span>{shown}</span>"))
    assert [post.created_at for post in read(f"<h1>T</h1>{page}")] == DAYS


def test_the_line_over_a_post_is_nobodys_word() -> None:
    row = '<a name="{1}"></a><b>{0}</b> wrote on <i>May {1}, 2026 at 10:00</i> from Leeds:<p>{2}<p><hr>'
    assert told(f"<body><h1>T</h1><hr>{filled(row)}</body>") == SAID


@pytest.mark.parametrize("user", ["User", "Участник", "%D0%A3%D1%87%D0%B0%D1%81%D1%82%D0%BD%D0%B8%D0%BA", "利用者"])
def test_a_text_that_its_author_signs_ends_in_his_name_and_the_moment(user: str) -> None:
    signed = f'<a href="/wiki/{user}:x">{{0}}</a> (<a href="/t">talk</a>) 10:00, {{1}} May 2026 (UTC)'
    row = f"<dl><dd>{{2}} — {signed}</dd></dl>"
    found = read(f"<h1>T</h1><div>{filled(row)}</div>")
    assert [post.author for post in found] == ["Ann", "Bob", "Cy"]
    assert [post.created_at for post in found] == DAYS
    assert [words(post).startswith(said) for post, (_, _, said) in zip(found, ROWS, strict=True)] == [True] * 3


def test_what_all_posts_say_weighs_nothing_where_the_text_is_sought() -> None:
    foot = "<div class='q'><b>{1} people found this helpful</b><p>Did you find this helpful? Tell us, please!</p></div>"
    answer = "<div class='z'><i>The maker</i> <u>June 2, 2026</u><p>We are sorry to hear that.</p></div>"
    post = (
        '<div class="c" id="c{1}"><b class="author">{0}</b> <i>{1} May 2026 10:00</i><div class="k">{2}</div>%s</div>'
    )
    page = filled(post % foot, ROWS[:2]) + (post % (foot + answer)).format(*ROWS[2])
    assert told(f"<h1>T</h1>{page}") == SAID


def test_people_of_two_words_make_no_list_of_threads() -> None:
    said = '<td><a href="#c{1}">{1} May 2026 10:00, no. {1}:</a><p>{2}</p></td>'
    post = f'<tr>{said}<td><a href="/users/{{0}}">{{0}} Roe</a></td></tr>'
    found = read(f"<h1>T</h1><table>{filled(post)}</table>")
    assert [post.author for post in found] == ["Ann Roe", "Bob Roe", "Cy Roe"]


def test_of_a_question_and_its_only_answer_the_dated_one_with_a_name_is_the_post() -> None:
    said = "It drips all night, and nobody of those whom I called knows what to do about it, nor where to ask. "
    page = (
        "<div><h1>T</h1><div><span>Feb 20, 2026</span></div><p>Please make it stop. That is all.</p><ul><li>"
        f'<div>{said * 2}</div><div><b class="author">Ann</b> said on <i>3 May 2026 10:00</i></div></li></ul></div>'
    )
    assert told(page) == [("Ann", (said * 2).strip())]


def test_the_time_that_it_is_now_is_no_date_of_a_post() -> None:
    page = filled(POST) + "<div>It is now 1 July 2026 10:30</div>"
    assert [post.created_at for post in read(f"<h1>T</h1>{page}")] == DAYS


def test_a_day_in_a_place_called_after_changes_and_comments_is_the_comments() -> None:
    page = filled(
        POST.replace("<time>{1} May 2026 10:00</time>", '<a class="last-modified comment-date">{1} May 2026 10:00</a>')
    )
    assert [post.created_at for post in read(f"<h1>T</h1>{page}")] == DAYS


def test_cells_without_a_class_differ_by_their_column() -> None:
    page = LexborHTMLParser("<table><tr><td><i>1</i></td><td><i>2</i></td></tr><tr><td><i>3</i></td></tr></table>")
    first, second, below = (kind_of(one) for one in page.css("i"))
    assert first == below != second


def test_a_link_that_holds_a_name_and_more_is_no_title() -> None:
    link = '<a href="/a/{0}"><span class="user-name">{0}</span><span>{0}@v.example</span></a>'
    post = POST.replace('<b class="author">{0}</b>', link)
    assert told(f"<h1>T</h1>{filled(post)}") == SAID


def test_the_dates_of_changes_count_where_a_page_shows_no_others() -> None:
    page = f"<h1>T</h1>{filled(POST.replace('<time>', '<time class=edittime>'))}"
    assert [post.created_at for post in read(page)] == DAYS


def test_texts_that_the_program_sets_as_quotes_are_kept_though_each_person_has_a_class() -> None:
    post = (
        '<li class="note of_{0} with_words"><span><a class="author">{0}</a> said:</span><blockquote>{2}</blockquote>'
        '<span class="when">{1} May 2026 10:00</span></li>'
    )
    assert told(f"<h1>T</h1><ol>{filled(post)}</ol>") == SAID
