"""Layouts of programs never seen: every post with author, date, words and number, whom it answers, and a lone one."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from layouts_world import CASE, THEMES, WRITTEN, Written, page_of

from listening.documents.clean import clean
from listening.sources.forum.engines import ENGINES
from listening.sources.forum.pages import FoundPage, FoundPost, Reading, read_page
from listening.types import BodyFormat

NOW = datetime(2026, 7, 1, tzinfo=UTC)
THREAD = "https://m.example/thread/77"
ALIKE = 0.9  # F1 of a post's words


def read(page: str, *, in_thread: bool = False) -> FoundPage:
    how = Reading((), (), NOW, in_thread=in_thread)
    return read_page(page.encode(), THREAD, "text/html; charset=utf-8", how)


def text_f1(found: FoundPost, written: Written) -> float:
    words = Counter(re.findall(r"\w+", clean(found.html, BodyFormat.HTML)[0].casefold()))
    wanted = Counter(written.words)
    return 2 * (words & wanted).total() / (words.total() + wanted.total())


@pytest.mark.parametrize("name", CASE)
def test_every_post_of_a_layout_never_seen_is_read(name: str) -> None:
    case = CASE[name]
    found = read(page_of(case)).posts
    assert [post.author for post in found] == [one.author for one in WRITTEN]
    assert [post.created_at for post in found] == [one.moment for one in WRITTEN]
    assert min(text_f1(post, one) for post, one in zip(found, WRITTEN, strict=True)) >= ALIKE
    assert len({post.id for post in found}) == len(WRITTEN)
    if case.get("ids", True):
        assert [post.id.endswith(str(one.number)) for post, one in zip(found, WRITTEN, strict=True)] == [True] * 7
    if case.get("linked", True):
        assert all(post.anchor or post.url.startswith("https://m.example/") for post in found)
    if case.get("reply"):
        numbers = {one.number: post.id for post, one in zip(found, WRITTEN, strict=True)}
        assert [post.reply_to for post in found] == [numbers.get(one.answers) for one in WRITTEN]


def test_a_thread_of_one_post_is_read_where_the_page_was_reached_as_a_thread() -> None:
    """Nobody answered: the dead end that we look for. Nothing repeats there, so a wrong name is told as none."""
    dated = named = wrong = 0
    for name, case in CASE.items():
        for one in (WRITTEN[0], WRITTEN[2]):
            alone = replace(one, answers=0)
            posts = read(page_of(case, (alone,)), in_thread=True).posts
            right = len(posts) == 1 and posts[0].created_at == one.moment and text_f1(posts[0], one) > 0.8
            dated += right
            named += right and posts[0].author == one.author
            wrong += any(post.author not in (None, one.author) for post in posts)
            assert len(posts) <= 2, name
    assert dated >= 0.9 * 2 * len(CASE)
    assert named >= 0.8 * 2 * len(CASE)
    assert wrong <= 0.05 * 2 * len(CASE)


def test_one_dated_text_counts_only_on_a_page_reached_as_a_thread() -> None:
    page = page_of(CASE["telligent"], (replace(WRITTEN[0], answers=0),))
    assert read(page).posts == ()
    assert len(read(page, in_thread=True).posts) == 1


WALLS = (
    (
        "<title>Log in</title><h1>Log in</h1><p>Ann, 3 May 2026 10:00</p><p>You must be logged in to view this. "
        "It is free, and you need nothing but an address and a password to see what all of us have to say here.</p>"
    ),
    (
        "<title>Board</title><h1>Closed</h1><p><b>Ann</b> 3 May 2026 10:00: forum is currently disabled. Back soon. "
        "as soon as the new disks are in and all of your posts are back from the copy of yesterday.</p>"
    ),
)


@pytest.mark.parametrize("wall", WALLS)
def test_a_wall_is_no_lone_post(wall: str) -> None:
    found = read(wall, in_thread=True)
    assert found.posts == ()
    assert found.obstacle is not None


@pytest.mark.parametrize("author", ["Edith", "Meredith", "Moreau", "homer_j", "next_door", "Hideo", "Sharer"])
def test_names_that_begin_as_a_button_does_are_names(author: str) -> None:
    first, second = replace(WRITTEN[0], author=author), replace(WRITTEN[1], answers=0)
    found = read(page_of(CASE["joomla_comments"], (first, second, WRITTEN[6])))
    assert found.posts[0].author == author
    assert found.posts[0].created_at == first.moment


@pytest.mark.parametrize("told", [True, False], ids=["declared", "found out"])
@pytest.mark.parametrize("name", THEMES)
def test_every_post_of_a_known_program_is_read_in_any_theme_and_tongue(name: str, told: object) -> None:
    """Polls, advertisements, ignored and deleted posts, edit notes, spoilers and signatures are no words of anybody."""
    case = THEMES[name]
    looks = ENGINES[case["engine"]] if told else ()
    how = Reading(looks, (), NOW, engine=case["engine"] if told else "")
    page = read_page(page_of(case).encode(), THREAD, "text/html; charset=utf-8", how)
    found, numbers = page.posts, {one.number: post.id for one, post in zip(WRITTEN, page.posts, strict=True)}
    assert page.read_by == case["engine"]
    assert [post.author for post in found] == [one.author for one in WRITTEN]
    assert [post.created_at for post in found] == [one.moment for one in WRITTEN]
    assert min(text_f1(post, one) for post, one in zip(found, WRITTEN, strict=True)) == 1
    assert [post.id.rpartition("_")[2] for post in found] == [str(one.number) for one in WRITTEN]
    assert [post.reply_to for post in found] == [numbers.get(one.answers) for one in WRITTEN]
    assert {post.likes for post in found} == {case.get("likes", 0)}
    assert all(str(one.number) in post.url for post, one in zip(found, WRITTEN, strict=True))
