"""Real pages of many engines against what a person read there; the pages lie in the shared data"
", the cases hold none."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

import pytest
from forum_scores import Score, Told, pages, score
from selectolax.lexbor import LexborHTMLParser

from listening.sources.dates import find_date
from listening.sources.forum.blocks import posts_by_blocks
from listening.sources.forum.engines import engine_of
from listening.sources.forum.pages import FoundPage, Reading, decode, read_page
from listening.sources.forum.survey import Survey

pytestmark = pytest.mark.shared
NOW = datetime(2026, 1, 1, tzinfo=UTC)
CASES = list(pages())


@cache
def body(shared: Path, name: str) -> bytes:
    return (shared / f"fixtures/forum_html/{name}.html").read_bytes()


@cache
def read(shared: Path, name: str) -> FoundPage:
    return read_page(body(shared, name), "http://x.example/f/", "", Reading((), (), NOW))


@pytest.mark.parametrize(("name", "told"), CASES, ids=[name for name, _ in CASES])
def test_a_threads_page_gives_its_posts(shared: Path, name: str, told: list[Told]) -> None:
    found, spurious, authors, dates, f1 = score(read(shared, name).posts, told).shares()
    assert (found, spurious) == (1, 0)
    assert authors >= 0.98
    assert dates >= 0.95
    assert f1 >= 0.95


def test_all_pages_together_reach_the_figures(shared: Path) -> None:
    total = Score()
    for name, told in CASES:
        total += score(read(shared, name).posts, told)
    found, spurious, authors, dates, f1 = total.shares()
    assert found >= 0.98
    assert spurious < 0.01
    assert authors >= 0.98
    assert dates >= 0.95
    assert f1 >= 0.95


def test_pages_of_an_engine_that_we_do_not_know_are_read_by_what_repeats(shared: Path) -> None:
    """Every page as if its engine had no selectors: what pages of unknown make may come to."""
    total = Score()
    for name, told in CASES:
        if len(told) > 1:
            root = LexborHTMLParser(decode(body(shared, name))).root
            total += score(posts_by_blocks(Survey(root, partial(find_date, now=NOW))), told)
    found, spurious, authors, dates, f1 = total.shares()
    assert found >= 0.9
    assert spurious < 0.02
    assert authors >= 0.9
    assert dates >= 0.9
    assert f1 >= 0.9


# page -> engine, threads, of which dated, boards, a part of the next page's address
LISTS = [
    ("autopager_194_vbulletin4_listing", "vbulletin", 32, 32, 0, "index2.html"),
    ("autopager_29_vanilla_listing", "vanilla", 31, 25, 0, "/p2"),
    ("autopager_30_vanilla_listing", "vanilla", 30, 29, 0, "/p7"),
    ("autopager_31_vanilla_listing", "vanilla", 10, 0, 0, ""),
    ("autopager_43_bbpress_listing", "bbpress", 30, 30, 20, "/page/2/"),
    ("autopager_44_bbpress_listing", "bbpress", 30, 30, 20, "/page/3/"),
    ("autopager_61_vbulletin4_listing", "vbulletin", 23, 23, 0, "index2.html"),
    ("autopager_63_phpbb_listing", "phpbb", 25, 23, 0, "f26-25.html"),
    ("autopager_72_vbulletin4_listing", "vbulletin", 33, 33, 0, "-102.html"),
    ("autopager_78_vbulletin4_listing", "vbulletin", 83, 0, 0, "page=2"),
    ("formasaurus_forums.mazdaworld.org-1_vbulletin4", "vbulletin", 34, 34, 0, "index2.html"),
    ("autopager_189_smf_index", "smf", 0, 0, 10, ""),
    ("formasaurus_guerrillagardening.org-0_smf", "smf", 0, 0, 59, ""),
    ("autopager_89_mybb_index", "mybb", 0, 0, 55, ""),
    ("autopager_70_vbulletin4_index", "vbulletin", 0, 0, 74, ""),
    ("formasaurus_forums.macrumors.com-0_vbulletin3", "vbulletin", 0, 0, 73, ""),
    ("formasaurus_forums.debian.net-0_phpbb", "phpbb", 0, 0, 13, ""),
]


@pytest.mark.parametrize(("name", "engine", "threads", "dated", "boards", "following"), LISTS)
def test_lists_of_threads_and_boards(  # noqa: PLR0917 -- a row of the table
    shared: Path, name: str, engine: str, threads: int, dated: int, boards: int, following: str
) -> None:
    found = read(shared, name)
    assert engine_of(LexborHTMLParser(decode(body(shared, name))).root) == engine
    assert (len(found.threads), sum(t.activity is not None for t in found.threads)) == (threads, dated)
    assert len(found.boards) == boards
    assert following in found.next_page
    assert bool(following) == bool(found.next_page)
    assert not found.posts


# page -> how many of its posts have a page of their own, answer another, and are liked
DETAILS = [
    ("autopager_2_xenforo1_thread", 20, 17, 7),
    ("nettally_xenforo1_thread", 25, 18, 0),
    ("nettally_vbulletin3_thread", 20, 12, 0),
    ("nettally_vbulletin4_thread", 10, 5, 0),
    ("nettally_phpbb_thread", 25, 7, 0),
    ("trafilatura_villagersandheroes.com.forums.patchnotes", 9, 3, 9),
    ("trafilatura_german.stackexchange.com.ausgeraubt", 7, 14, 66),
    ("perceval_askbot_question", 0, 5, 17),
]


@pytest.mark.parametrize(("name", "permalinks", "answers", "likes"), DETAILS)
def test_permalinks_answers_and_likes(shared: Path, name: str, permalinks: int, answers: int, likes: int) -> None:
    posts = read(shared, name).posts
    assert sum(bool(post.url) for post in posts) == permalinks
    assert sum(bool(post.reply_to) for post in posts) == answers
    assert sum(post.likes for post in posts) == likes


def test_the_accepted_answer_is_told(shared: Path) -> None:
    posts = read(shared, "trafilatura_german.stackexchange.com.ausgeraubt").posts
    assert [post.id for post in posts if post.accepted] == ["10381"]


def test_every_saved_page_holds_something_or_is_named(shared: Path) -> None:
    for path in sorted((shared / "fixtures/forum_html").glob("*.html")):
        found = read(shared, path.stem)
        assert found.posts or found.threads or found.boards or found.obstacle, path.name


def test_engines_are_recognised_by_the_names_in_the_manifest(shared: Path) -> None:
    ours = (
        "phpbb",
        "vbulletin",
        "xenforo",
        "smf",
        "mybb",
        "vanilla",
        "bbpress",
        "forumotion",
        "askbot",
        "stackexchange",
    )
    wrong = []
    for path in sorted((shared / "fixtures/forum_html").glob("*.html")):
        said = next((name for name in ours if name in path.stem), "")
        if said and "mazdaworld" not in path.stem:
            told = engine_of(LexborHTMLParser(decode(path.read_bytes())).root)
            wrong += [(path.stem, told)] if told != said else []
    assert wrong == []
