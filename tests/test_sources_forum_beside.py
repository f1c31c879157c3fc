"""What the twelfth and thirteenth set taught: what stands beside the talk, above it, and around a lone post."""

from __future__ import annotations

import pytest
from fresh_world import read
from test_sources_forum_fresh import POST, ROWS, SAID, filled, told

LONG = "It drips all night, and nobody of those whom I called knows what to do about it, nor where I could ask."
TEASER = (
    '<li><a href="/t/{1}">Why does tap {1} drip?</a> <b class="author">{0}</b> <time>{1} June 2026 10:00</time></li>'
)
RAIL = filled(TEASER, (("Zed", 1, ""), ("Yves", 2, "")))
OPENING = (
    '<h1>T</h1><div class="q"><b class="user-name">Ann</b> <i class="when">3 May 2026 10:00</i></div><div>%s</div>'
)
ANSWER = (
    '<div class="answer" id="a4"><b class="user-name">Bob</b> <i class="when">4 May 2026 10:00</i>'
    '<p class="answer-text">Not mine, so far.</p></div>'
)


@pytest.mark.parametrize(
    "beside",
    [
        f'<div class="related-threads"><ul>{RAIL}</ul></div>',
        f"<aside><ul>{RAIL}</ul></aside>",
        f"<div><h3>Ähnliche Themen</h3><ul>{RAIL}</ul></div>",
        f"<div><div>Similar Topics</div><ul>{RAIL}</ul></div>",
    ],
)
def test_threads_beside_a_lone_post_are_no_posts(beside: str) -> None:
    page = f"<h1>T</h1>{POST.format('Ann', 3, LONG)}{beside}"
    assert told(page) == [("Ann", LONG)]


def test_what_each_post_calls_its_sidebar_is_a_part_of_it() -> None:
    side = '<aside class="sidebar"><b class="author">{0}</b> <a href="/pm/{1}">Send a mail</a> '
    side += '<a href="/all/{1}">See all</a></aside>'
    page = filled(POST.replace('<b class="author">{0}</b>', side))
    assert [post.author for post in read(f"<h1>T</h1>{page}")] == ["Ann", "Bob", "Cy"]


def test_a_thread_with_a_list_of_others_below_is_still_a_thread() -> None:
    rows = filled("<tr><td><a href='/t/{1}'>Why does tap {1} drip?</a></td><td>{0}</td><td>2026-06-0{1}</td></tr>")
    page = f"<h1>T</h1>{POST.format('Ann', 3, LONG)}<table>{rows}</table>"
    assert told(page) == [("Ann", LONG)]


def test_the_opening_post_may_have_its_head_in_one_box_and_its_words_in_the_next() -> None:
    answer = ANSWER.replace("a4", "a{1}").replace("Bob", "{0}").replace("4 May", "{1} May")
    answers = filled(answer.replace("Not mine, so far.", "{2}"))
    page = f"<main>{OPENING % LONG}<div>{answers}</div></main>"
    assert [post.author for post in read(page)] == ["Ann", "Ann", "Bob", "Cy"]


def test_a_question_and_its_only_answer_are_two_posts() -> None:
    question = f'<div class="q"><b class="user-name">Ann</b> <i class="asked">3 May 2026 10:00</i><p>{LONG}</p></div>'
    page = f'<h1>T</h1><div class="page">{question}<div class="answers">{ANSWER}</div></div>'
    assert told(page) == [("Ann", LONG), ("Bob", "Not mine, so far.")]


def test_the_head_of_a_page_and_its_only_post_are_no_two_posts() -> None:
    head = "<div><p>Case 77, the tap</p><p>Opened <span title='2026-05-01 09:00'>2 months ago</span></p></div>"
    page = f"<h1>T</h1><main>{head}{POST.format('Ann', 3, LONG)}</main>"
    assert told(page) == [("Ann", LONG)]


@pytest.mark.parametrize(
    "note",
    ["Edited by {0}, {1} May 2026 11:00", "Bearbeitet am {1}.05.2026", "Изменено {1}.05.2026", "[编辑] 2026-05-0{1}"],
)
def test_a_note_that_a_post_was_changed_is_no_word_of_it(note: str) -> None:
    page = filled(POST.replace("{2}", f"{{2}} <em>{note}</em>"))
    assert told(f"<h1>T</h1>{page}") == SAID


def test_the_person_whom_a_text_answers_is_no_word_of_it() -> None:
    page = filled(POST.replace("{2}", '<a href="#c{1}">Somebody else</a> {2}'))
    assert told(f"<h1>T</h1>{page}") == SAID


def test_a_head_of_labels_above_the_words_names_who_writes() -> None:
    labels = (("Subject", "Re: T"), ("From", "{0}"), ("Groups", "alt.taps"), ("Date", "{1} May 2026 10:00"))
    head = f"<div class=h>{'<br>'.join(f'<b>{label}: </b>{shown}' for label, shown in labels)}</div>"
    page = filled(f"<a name={{1}}></a>{head}<div class=w><pre>{{2}}</pre></div><hr>")
    assert told(f"<h1>T</h1>{page}") == SAID


def test_a_date_that_is_the_same_in_all_posts_is_none_of_theirs() -> None:
    page = filled(POST.replace("<time>", "<dl><dt>Seen</dt><dd>30 June 2026</dd></dl><time>"))
    assert [post.created_at.day for post in read(f"<h1>T</h1>{page}") if post.created_at] == [3, 4, 5]


def test_a_question_and_its_answer_share_the_class_of_their_words_and_no_more() -> None:
    post = '<div class="{0}-box" id="p{1}"><p class="by"><b class="author">{0}</b> <time>{1} May 2026 10:00</time></p>'
    page = filled(post + '<h2>{0}: T</h2><div class="{0}-words post-content">{2}</div><p>Vote</p></div>')
    assert told(f"<h1>T</h1>{page}") == SAID


def test_the_cell_of_who_writes_is_no_text_though_its_row_has_a_class() -> None:
    who = "<td><b>{0}</b><br><i>Member<br>Posts: {1}<br>Lives in: {0}ville</i></td>"
    row = f"<tr class=a>{who}<td><i>Written on: 0{{1}}.05.2026, 10:00</i><hr>{{2}}</td></tr>"
    page = filled(row, (*ROWS[:2], ("Cy", 5, LONG)))
    assert told(f"<h1>T</h1><table>{page}</table>") == [*SAID[:2], ("Cy", LONG)]


def test_a_text_may_be_called_by_a_control_on_it() -> None:
    words = '<div class="text show-control">{2}</div><div class="actions text-small">{1} of 9 found this helpful.</div>'
    assert told(f"<h1>T</h1>{filled(POST.replace('{2}', words))}") == SAID


def test_lines_of_a_text_in_elements_of_their_own_are_apart_in_preformatted_text_too() -> None:
    page = filled(POST.replace("{2}", "<pre><div>{2}<br>Yes</div></pre>"))
    assert told(f"<h1>T</h1>{page}") == [(author, f"{said} Yes") for author, said in SAID]


def test_what_stands_below_the_last_post_in_places_unlike_those_of_posts_is_no_part_of_it() -> None:
    head = "<div class=h><b class=author>{0}</b> <i>{1} May 2026 10:00</i></div><div class=w>{2}</div>"
    page = f"<h1>T</h1><div>{filled(head)}<p class=pages>Pages: 1</p><center>Made by a program</center></div>"
    assert told(page) == SAID


def test_the_entry_of_a_blog_is_none_of_its_comments_though_built_alike() -> None:
    inner = '<div class="inner"><b class="author">{0}</b> <time>{1} May 2026 10:00</time><div class="t">{2}</div></div>'
    page = f'<div class="entry">{inner.format("Zed", 1, LONG)}</div><div id="comments">{filled(inner)}</div>'
    assert told(f"<h1>T</h1><main>{page}</main>") == SAID


def test_the_name_of_a_site_is_nobodys_name() -> None:
    page = f"<title>T - Tap Club</title><h1>T</h1><p><a href='/'><b>Tap Club</b></a> <i>3 May 2026 10:00</i> {LONG}</p>"
    assert [post.author for post in read(page)] == [None]


def test_a_head_and_the_words_below_it_are_a_lone_post() -> None:
    more = "in a list of ours, with a lot more than is of use to anybody"
    head = f"<div class='item-head'><b class='author'>Ann</b> <i>3 May 2026 10:00</i> {more}</div>"
    assert told(f"<h1>T</h1><div>{head}<div class='item-text'>{LONG}</div></div>") == [("Ann", LONG)]


@pytest.mark.parametrize("lead", ["Inviato il", "Publié le", "Veröffentlicht am", "Posted on"])
def test_what_leads_to_the_date_of_a_lone_post_is_nobodys_name(lead: str) -> None:
    page = f"<h1>T</h1><div><p>{lead} 3.5.2026 10:00</p><div>{LONG}</div></div>"
    assert [post.author for post in read(page)] == [None]


def test_who_started_a_thread_and_when_is_no_post_above_the_first() -> None:
    head = '<div class="by"><b class="author">Ann</b> <time>3 May 2026 10:00</time>'
    head += " began this in the talk about the taps there</div>"
    page = f"<main><div><h1>My tap drips at night</h1>{head}</div><section>{filled(POST)}</section></main>"
    assert told(page) == SAID
