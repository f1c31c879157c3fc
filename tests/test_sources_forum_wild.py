"""Layouts that no rule was written for: how well all of them together are read, and what each rule is there for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from layouts_world import Written, page_of
from wild_world import NOW, THREADS, WILD, Tally, bare, page_with, renamed, tally

from listening.documents.clean import clean
from listening.sources.forum.pages import FoundPost, Reading, read_page
from listening.types import BodyFormat


def posts(page: str) -> tuple[FoundPost, ...]:
    return read_page(page.encode(), "https://m.example/t/1", "text/html; charset=utf-8", Reading((), (), NOW)).posts


def words(post: FoundPost) -> str:
    return " ".join(clean(post.html, BodyFormat.HTML)[0].split())


@pytest.mark.parametrize(
    ("change", "found", "authors", "dates", "texts"),
    [(str, 0.99, 0.99, 0.99, 0.98), (renamed, 0.985, 0.965, 0.97, 0.975), (bare, 0.98, 0.955, 0.96, 0.96)],
    ids=["as it is", "classes renamed", "without classes"],
)
def test_layouts_that_nobody_wrote_a_rule_for_are_read(
    change: Callable[[str], str], found: float, authors: float, dates: float, texts: float
) -> None:
    total = Tally()
    for name, case in WILD.items():
        for thread, written in THREADS.items():
            total += tally(case, written, change(page_with(name, thread)))
    assert total.share("found") >= found
    assert total.share("authors") >= authors
    assert total.share("dates") >= dates
    assert total.share("texts") >= texts
    assert total.share("f1") >= texts
    assert total.share("spurious") <= 0.01


def test_a_page_that_shows_its_posts_twice_gives_each_once() -> None:
    """Without JavaScript and for it, side by side: a look that reads whom a post quotes lost count of them."""
    case = WILD["flarum_fork_nojs"]
    found = posts(page_of(case, THREADS["seven"]))
    assert [post.author for post in found] == [one.author for one in THREADS["seven"]]


LINE = (
    '<div class="a"><div class="b"><div class="c">{0}</div><div class="d">{1}</div></div><div class="e">{2}</div></div>'
)


@pytest.mark.parametrize("name", ["x3n0", "lurker42", "MAX 2000", "Member7", "2cool"])
def test_a_number_in_a_name_makes_no_date_of_it(name: str) -> None:
    rows = [(name, "3 May 2026 10:00", "It drips again."), ("Ann", "4 May 2026 11:00", "Mine does not drip at all.")]
    found = posts("<h1>T</h1>" + "".join(LINE.format(*row) for row in rows))
    assert [post.author for post in found] == [name, "Ann"]


def test_a_rank_beside_a_date_is_no_label_of_it() -> None:
    rows = [(f"N{at}r", "Mitglied", f"It drips for the {at}th time.") for at in range(3)]
    line = LINE.replace("</div></div><div", '</div></div><div class="w">{3}</div><div')
    page = "".join(line.format(*row, f"{at + 3} May 2026 10:00") for at, row in enumerate(rows))
    assert [post.created_at for post in posts(page)] == [datetime(2026, 5, at + 3, 10, tzinfo=UTC) for at in range(3)]


def test_what_every_post_shows_is_nobodys_word() -> None:
    rows = [("Ann", 3, "It drips."), ("Bob", 4, "Mine too, since the update."), ("Cy", 5, "Call them.")]
    page = "".join(
        LINE.format(name, f"{day} May 2026 10:0{day}", f"<p>{said}</p><p>IP: 10.0.0.{day} logged</p>")
        for name, day, said in rows
    )
    assert [words(post) for post in posts(page)] == [said for _, _, said in rows]


def test_posts_that_differ_by_a_number_alone_are_their_authors_words() -> None:
    page = "".join(LINE.format(f"N{at}r", f"{at} May 2026 10:00", f"it drips {at}") for at in range(1, 5))
    assert [words(post) for post in posts(page)] == [f"it drips {at}" for at in range(1, 5)]


def test_what_repeats_a_post_above_is_a_quote_of_it_in_any_tongue_and_class() -> None:
    first = "The tap in our kitchen drips since the last update, and nobody calls back."
    quote = f"<div><b>Ann</b> skrev detta:<div>{first}</div></div>"
    rows = [("Ann", 3, first), ("Bob", 4, f"{quote}Mine does too."), ("Cy", 5, f"{quote}I gave up on it.")]
    page = "".join(LINE.format(name, f"{day} May 2026 10:0{day}", said) for name, day, said in rows)
    found = posts(page)
    assert [words(post) for post in found] == [first, "Mine does too.", "I gave up on it."]
    assert [post.reply_to for post in found] == [None, found[0].id, found[0].id]


def test_a_post_that_says_again_what_its_author_said_answers_nobody() -> None:
    line = "Riding a bicycle through the whole of Norway since 1999, rain or shine."
    rows = [
        ("Ann", 3, "It drips."),
        ("Bob", 4, f"Mine does not.<div>{line}</div>"),
        ("Bob", 5, f"Nor now.<i>{line}</i>"),
    ]
    found = posts("".join(LINE.format(name, f"{day} May 2026 10:0{day}", said) for name, day, said in rows))
    assert [post.reply_to for post in found] == [None, None, None]
    assert words(found[2]) == "Nor now."


def test_one_who_only_repeats_a_post_keeps_it() -> None:
    first = "The tap in our kitchen drips since the last update, and nobody calls back."
    rows = [("Ann", 3, first), ("Bob", 4, f"<p>{first}</p>"), ("Cy", 5, "I gave up on it.")]
    found = posts("".join(LINE.format(name, f"{day} May 2026 10:0{day}", said) for name, day, said in rows))
    assert words(found[1]) == first


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("Edith says:", "Edith"),
        ("Edith schrieb:", "Edith"),
        ("Answer by Edith", "Edith"),
        ("Edith @edith@m.example", "Edith"),
        ("Edith님의 댓글", "Edith"),
        ("Simon Says", "Simon Says"),
    ],
)
def test_a_name_is_told_without_what_a_program_puts_around_it(shown: str, name: str) -> None:
    page = '<div class="comment"><p class="author">{}</p><time>{} May 2026 10:00</time><p>Number {} said so.</p></div>'
    found = posts("".join(page.format(who, day, day) for day, who in ((3, shown), (4, "Bob"))))
    assert [post.author for post in found] == [name, "Bob"]


def test_a_date_that_all_share_and_one_label_make_no_posts() -> None:
    case = WILD["trustpilot_like"]
    thread = (*THREADS["two"], Written(520, "Xaver", 30, "Nie wieder, und das seit dem ersten Tag."))
    found = posts(page_of(case, thread))
    assert [post.author for post in found] == [one.author for one in thread]
    assert [post.created_at for post in found] == [one.moment for one in thread]


def test_rows_with_labels_make_posts_of_as_many_rows_as_their_labels_say() -> None:
    labels = ("Skrivet av", "Datum", "Inlägg")
    row = "".join(f"<tr><th>{label}</th><td>{{{at}}}</td></tr>" for at, label in enumerate(labels))
    rows = [("Ann", 3, "It drips."), ("Bob", 4, "Mine too, since the update."), ("Cy", 5, "Call them.")]
    page = "".join(row.format(name, f"2026-05-0{day} kl. 10:0{day}", said) for name, day, said in rows)
    found = posts(f"<h1>T</h1><table>{page}</table>")
    assert [(post.author, words(post)) for post in found] == [(name, said) for name, _, said in rows]
    assert [post.created_at for post in found] == [datetime(2026, 5, day, 10, day, tzinfo=UTC) for _, day, _ in rows]


def test_a_text_in_a_place_called_after_its_user_is_a_text() -> None:
    head = '<p><b class="fn">{0}</b> {1} May 2026 10:00</p>'
    line = f'<li class="c" id="c{{1}}">{head}<div class="user_generated">{{2}}</div></li>'
    rows = [("Ann", 3, "It drips all night."), ("Bob", 4, "Mine does not, so far."), ("Cy", 5, "Call them again.")]
    found = posts("<ul>" + "".join(line.format(*row) for row in rows) + "</ul>")
    assert [words(post) for post in found] == [said for _, _, said in rows]
