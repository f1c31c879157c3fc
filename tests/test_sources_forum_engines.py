"""Each engine's page in the shape of its own templates: posts, authors, dates, own words, answers, likes, next page."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from forum_scores import CASES
from selectolax.lexbor import LexborHTMLParser

from listening.documents.clean import clean
from listening.sources.dates import find_date
from listening.sources.forum.blocks import posts_by_blocks
from listening.sources.forum.pages import FoundPage, OpenPage, Reading, open_page
from listening.sources.forum.survey import Survey
from listening.types import BodyFormat

NOW = datetime(2026, 7, 1, tzinfo=UTC)
FIRST = datetime(2026, 5, 4, 8, 7, tzinfo=UTC)
# id, author, days after the first, text, whom it quotes
POSTS = [
    (1201, "Ann Weber", 0, "The hinge broke after two weeks and nobody answers my mails.", 0),
    (1207, "bob_77", 8, "Same here, I glued it myself in the end.", 1201),
    (1213, "Ann Weber", 10, "Glue, really? <b>That</b> is what we pay for?", 1207),
]
CASE: dict[str, dict[str, Any]] = tomllib.loads((CASES / "engines.toml").read_text(encoding="utf-8"))


def page(case: dict[str, Any]) -> str:
    by_id = {number: (author, text) for number, author, _, text, _ in POSTS}

    def post(number: int, author: str, days: int, text: str, quotes: int) -> str:
        moment = FIRST + timedelta(days=days)
        there = {"qid": str(quotes), "qauthor": by_id[quotes][0], "qtext": by_id[quotes][1]} if quotes else {}
        told = {
            "id": str(number),
            "author": author,
            "iso": moment.isoformat(),
            "epoch": str(int(moment.timestamp())),
            "shown": moment.strftime(case.get("shown", "%Y")),
            "text": text,
            "quote": filled(case["quote"], there) if quotes else "",
        }
        return filled(case["post"], told)

    return filled(case["page"], {"posts": "\n".join(post(*one) for one in POSTS)})


def filled(template: str, told: dict[str, str]) -> str:
    for name, value in told.items():
        template = template.replace("{" + name + "}", value)
    return template


def opened(source: str) -> OpenPage:
    return open_page(source.encode(), "https://m.example/thread", "text/html; charset=utf-8")


def read(source: str) -> FoundPage:
    return opened(source).read(Reading((), (), NOW))


@pytest.mark.parametrize("name", CASE)
def test_an_engines_page_gives_its_posts(name: str) -> None:
    case = CASE[name]
    found = read(page(case))
    ids = [case.get("ids", "{id}").replace("{id}", str(post[0])) for post in POSTS]
    assert [post.id for post in found.posts] == ids
    assert [post.author for post in found.posts] == [post[1] for post in POSTS]
    assert [post.created_at for post in found.posts] == [FIRST + timedelta(days=post[2]) for post in POSTS]
    texts = [clean(post.html, BodyFormat.HTML)[0] for post in found.posts]
    assert texts == [post[3].replace("<b>", "").replace("</b>", "") for post in POSTS]
    assert found.posts[0].likes == case.get("likes", 0)
    if case.get("reply", True):
        assert [post.reply_to for post in found.posts] == [None, ids[0], ids[1]]
    assert found.next_page.startswith("https://m.example/")
    assert found.read_by == opened(page(case)).engine != ""


def test_pages_are_read_by_what_repeats_where_no_engine_is_known() -> None:
    """The same pages by their repeated blocks alone: nearly all posts, authors and dates"
    ", and most texts to the word."""
    found = texts = authors = dates = 0
    for case in CASE.values():
        posts = posts_by_blocks(Survey(LexborHTMLParser(page(case)).root, partial(find_date, now=NOW)))
        words = [clean(post.html, BodyFormat.HTML)[0] for post in posts]
        wanted = [post[3].replace("<b>", "").replace("</b>", "") for post in POSTS]
        found += sum(any(want in word for word in words) for want in wanted)
        texts += sum(want in words for want in wanted)
        authors += sum(post.author == told[1] for post, told in zip(posts, POSTS, strict=False))
        dates += sum(
            post.created_at == FIRST + timedelta(days=told[2]) for post, told in zip(posts, POSTS, strict=False)
        )
    all_ = len(CASE) * len(POSTS)
    assert min(found, authors, dates) >= 0.95 * all_
    assert texts >= 0.85 * all_
