"""What a blog's pages offer: their feeds and the comments below an article."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from sources_site import NOW

from listening.errors import SourceBroken
from listening.sources.discovery import find_feeds
from listening.sources.feed_comments import read_comments
from listening.sources.feed_entries import words
from listening.sources.feed_parser import comments_of, feeds_of

CASES = Path(__file__).with_name("cases") / "feeds"
PAGE = "http://blog.example/posts/today"


def cases(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((CASES / name).read_text(encoding="utf-8"))["page"]
    return found


@pytest.mark.parametrize("case", cases("discovery.toml"), ids=lambda case: case["html"][:40])
def test_feeds_of_a_page(case: dict[str, Any]) -> None:
    found = find_feeds(case["html"].encode(), PAGE)
    assert [("#" if feed.comments else "") + ("" if feed.sure else "?") + feed.url for feed in found] == case["feeds"]


@pytest.mark.parametrize("case", cases("comments.toml"), ids=lambda case: case["name"])
def test_comments_of_a_page(case: dict[str, Any]) -> None:
    found = read_comments(case["html"].encode(), "", now=NOW)
    shown = [
        [one.id, one.parent, one.author, one.created_at.date().isoformat() if one.created_at else "", words(one.body)]
        for one in found
    ]
    assert shown == case["comments"]


def test_comments_within_comments_are_each_read_once() -> None:
    start = "".join(f"<li id=comment-{n}><b class=fn>A{n}</b><p class=comment-text>word{n}</p><ul>" for n in range(100))
    found = read_comments(f"<div id=comments><ul>{start}".encode(), "", now=NOW)
    assert [(one.parent, words(one.body)) for one in found[:3]] == [("", "word0"), ("0", "word1"), ("1", "word2")]
    assert len(found) == 100


def test_page_that_keeps_the_parser_busy_is_given_up() -> None:
    body = b"<div id=comment-1>" * 400_000  # parsing takes a time with the square of the depth
    with pytest.raises(SourceBroken, match=f"page at {PAGE} could not be read within 1 s"):
        comments_of(body, PAGE, "", 1, now=NOW)
    with pytest.raises(SourceBroken, match=f"page at {PAGE} could not be read within 1 s"):
        feeds_of(body, PAGE, "", 1)


def test_page_is_read_in_the_child_as_here() -> None:
    for case in cases("comments.toml"):
        body = case["html"].encode()
        assert comments_of(body, PAGE, "", 10, now=NOW) == read_comments(body, "", now=NOW)
    for case in cases("discovery.toml"):
        assert feeds_of(case["html"].encode(), PAGE, "", 10) == find_feeds(case["html"].encode(), PAGE)


def test_pages_say_their_alphabet_or_show_it() -> None:
    said = "Kaffee l\u00e4uft \u2013 Preis: 5 \u20ac"
    page = f"<div id='comment-1'><b class='fn'>J\u00fcrgen</b><p class='comment-text'>{said}</p></div>"
    for body, kind in (
        ("<meta charset='windows-1252'>" + page, ""),
        (page, "text/html; charset=windows-1252"),
        (page, "text/html; charset=iso-8859-1"),
        (page, ""),
    ):
        found = read_comments(body.encode("cp1252"), kind, now=NOW)
        assert (found[0].author, words(found[0].body)) == ("J\u00fcrgen", said)
