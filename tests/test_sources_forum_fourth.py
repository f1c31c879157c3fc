"""What the fourth set of layouts taught: mails, answers in quotes, posts shown twice, posts beside a login."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fresh_world import FIFTH, FOURTH, NOW, THREADS, fresh_page, read, tally
from test_sources_forum_fresh import POST, ROWS, SAID, filled, told, words
from wild_world import Tally, renamed

from listening.sources.forum.pages import Reading, read_page

DAYS = [datetime(2026, 5, day, 10, tzinfo=UTC) for _, day, _ in ROWS]


@pytest.mark.parametrize("change", [str, renamed], ids=["as it is", "classes renamed"])
def test_layouts_of_the_fourth_and_fifth_set_are_read(change: type[str]) -> None:
    total = Tally()
    for case in (*FOURTH.values(), *FIFTH.values()):
        for written in THREADS.values():
            total += tally(case, written, change(fresh_page(case, written)))
    assert min(total.share(name) for name in ("found", "authors", "dates", "texts")) >= 0.98
    assert total.share("spurious") <= 0.02


MAIL = (
    '<pre id="m{1}"><b>Subject: <a href="?t">Re: drips</a>\nFrom: <a href="?a">{0} &lt;x () mail ! example&gt;</a>\n'
    "Date: 2026-05-0{1} 10:00:00\nMessage-ID: &lt;9{1}@v.example&gt;</b>\n\n[Download message]\n\n{2}\n</pre><hr>"
)


def test_each_preformatted_mail_is_a_post() -> None:
    found = read(f"<h1>T</h1>{filled(MAIL)}")
    assert [(post.author, words(post)) for post in found] == SAID
    assert [post.created_at for post in found] == DAYS
    assert [post.anchor for post in found] == ["m3", "m4", "m5"]


def test_a_mail_answers_whom_it_quotes_and_leaves_out_what() -> None:
    said = "Ann wrote:\n&gt; It drips all night.\n&gt; Yes.\n\nNot mine."
    found = read(f"<h1>T</h1>{MAIL.format(*ROWS[0])}{MAIL.format('Bob', 4, said)}")
    assert words(found[1]) == "Not mine."
    assert found[1].reply_to == found[0].id


@pytest.mark.parametrize(
    "sender", ["Ann @ 2026-05-03 09:00 UTC", "ann at v.example (Ann)", '"Ann" &lt;a@v.example&gt;']
)
def test_a_lone_mail_is_a_post_however_it_names_its_sender(sender: str) -> None:
    page = f"<h1>T</h1><pre>From: {sender}\nDate: 3 May 2026 10:00\n\n{ROWS[0][2]} It has done so since May.</pre>"
    assert [post.author for post in read(page)] == ["Ann"]


def test_the_head_of_a_mail_that_somebody_shows_in_a_post_makes_no_mail_of_it() -> None:
    shown = "<pre>From: Help &lt;h@v.example&gt;\nDate: 1 May 2026 08:00\n\nWe are sorry.</pre>"
    long = "They wrote me this and nothing else, and that was after a whole week of waiting for any word of theirs."
    rows = ((author, day, f"{said} {long} {shown}") for author, day, said in ROWS)
    assert [post.author for post in read(f"<h1>T</h1>{filled(POST, tuple(rows))}")] == ["Ann", "Bob", "Cy"]


def test_answers_that_stand_in_a_quote_of_the_program_are_posts() -> None:
    post = '<div class="c" id="c{1}"><a class="author">{0}</a> <time>{1} May 2026 10:00</time><p class="w">{2}</p>'
    page = '<blockquote class="r">'.join(post.format(*row) for row in ROWS) + "</blockquote></div>" * 2 + "</div>"
    assert told(f"<h1>T</h1>{page}") == SAID


def test_items_without_any_class_are_posts_however_deep_they_stand() -> None:
    item = "<li>({0}, <i>{1} May 2026, 10:00</i>)<blockquote>{2}</blockquote>"
    page = "<ol>" + "<ol>".join(item.format(*row) for row in ROWS) + "</li></ol>" * 3
    assert told(f"<h1>T</h1>{page}") == SAID


def test_posts_that_a_page_shows_open_and_folded_up_are_told_once() -> None:
    head = '<p class="h"><a class="author" href="/users/{0}">{0}</a> said - <time>{1} May 2026 10:00</time>'
    folded = f'<div class="w">{head} {{2}}</p></div>'
    post = f'<div id="c-{{1}}"><div class="w">{head}</p><div class="b">{{2}}</div></div>{folded}</div>'
    rows = [(author, day, f"{said} It has been so since the update of last week.") for author, day, said in ROWS]
    assert told(f"<h1>T</h1>{filled(post, tuple(rows))}") == [(author, said) for author, _, said in rows]


def test_an_attribute_completes_the_day_that_is_shown() -> None:
    shown = '<i data-content="2026-05-0{1} 10:00:00 UTC">0{1}/05/2026</i>'
    post = POST.replace("<time>{1} May 2026 10:00</time>", shown)
    assert [post.created_at for post in read(f"<h1>T</h1>{filled(post)}")] == DAYS


LOGIN = '<form><input name="u"><input type="password"></form><p>You must log in to reply.</p>'


def test_a_lone_post_beside_a_login_is_read_and_a_wall_that_names_somebody_is_none() -> None:
    said = "It drips all night, and nobody of those whom I called knows what to do about it, nor where to ask."
    assert told(f"<h1>T</h1>{POST.format('Ann', 3, said)}{LOGIN}") == [("Ann", said)]
    wall = f"<h1>T</h1>{POST.format('Ann', 3, 'You must be logged in to see this thread, ' + said)}{LOGIN}"
    how = Reading((), (), NOW, in_thread=True)
    found = read_page(wall.encode(), "https://v.example/t/7", "text/html", how)
    assert found.posts == ()
    assert found.obstacle is not None
    assert found.obstacle.name == "login wall"


def test_a_list_that_a_quote_repeats_stays_its_authors() -> None:
    listed = "I tried:<ul><li>a new map</li><li>a dry cloth</li></ul>"
    quote = f'<div class="q"><b>Ann:</b> {listed}</div>'
    rows = (("Ann", 3, listed), ("Bob", 4, f"{quote}And did it help at all?"))
    assert [said for _, said in told(f"<h1>T</h1>{filled(POST, rows)}")] == [
        "I tried: a new map a dry cloth",
        "And did it help at all?",
    ]
