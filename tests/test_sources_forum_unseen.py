"""Programs that no table of ours knows, in the shape of their own templates: posts, authors, dates and texts."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from typing import Any

import pytest
from forum_scores import CASES
from test_sources_forum_engines import FIRST, POSTS, opened, page, read

from listening.documents.clean import clean
from listening.types import BodyFormat

CASE: dict[str, dict[str, Any]] = tomllib.loads((CASES / "unseen.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CASE)
def test_a_page_of_a_program_without_a_table_gives_its_posts(name: str) -> None:
    found = read(page(CASE[name]))
    assert opened(page(CASE[name])).engine == ""
    assert found.read_by in ("blocks", "microdata", "json-ld")
    assert [post.author for post in found.posts] == [post[1] for post in POSTS]
    assert [post.created_at for post in found.posts] == [FIRST + timedelta(days=post[2]) for post in POSTS]
    texts = [clean(post.html, BodyFormat.HTML)[0] for post in found.posts]
    assert texts == [post[3].replace("<b>", "").replace("</b>", "") for post in POSTS]
    assert len({post.id for post in found.posts}) == len(POSTS)
    if "{id}" in CASE[name]["post"] and not CASE[name].get("hashed"):  # an edit of a post keeps its number
        assert [post.id.endswith(str(told[0])) for post, told in zip(found.posts, POSTS, strict=True)] == [True] * 3


def test_bold_words_of_a_page_without_names_make_no_posts_of_a_table_of_figures() -> None:
    row = "<tr><td><b>Model {0}</b></td><td>since {0} May 2026</td><td>7 km</td></tr>"
    rows = "".join(row.format(at) for at in range(1, 9))
    assert read(f"<html><body><h1>Prices</h1><table>{rows}</table></body></html>").posts == ()


def test_answers_that_stand_in_what_they_answer_are_no_words_of_it() -> None:
    named = '<div class="c" id="c{0}"><b class="author">Ann {0}</b> <time>2024-01-0{0} 10:00</time>'
    post = named + " words of number {0} here "
    one, two, three, four = (post.format(at) for at in range(1, 5))
    found = read(f"<html><body>{one}{two}{three}</div></div>{four}</div></div></body></html>")
    texts = [clean(each.html, BodyFormat.HTML)[0] for each in found.posts]
    assert texts == [f"words of number {at} here" for at in range(1, 5)]
    assert [each.reply_to for each in found.posts] == [None, "c1", "c2", "c1"]
