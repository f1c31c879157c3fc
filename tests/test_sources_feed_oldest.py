"""RSS before 2.0: without ids, mostly without dates and authors, once without any text."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sources_site import Kept, Reply, Site, config, site

CASES = Path(__file__).parent / "cases" / "feeds"
OLDEST: dict[str, dict[str, Any]] = tomllib.loads((CASES / "oldest_rss.toml").read_text(encoding="utf-8"))


def feed(case: dict[str, Any], it: Site) -> str:
    items = "".join(case["item"].replace("{n}", str(n)).replace("{url}", f"{it.url}/p/{n}") for n in (1, 2))
    return str(case["around"]).replace("{items}", items)


@pytest.mark.parametrize("version", OLDEST)
def test_the_oldest_kinds_of_rss_give_their_posts_each_once_however_often_they_are_read(version: str) -> None:
    case = OLDEST[version]
    with site(lambda _: Reply(feed(case, it), headers={"Content-Type": "text/xml"})) as it:
        conf = config("feed", it.url + "/feed", full_text="never")
        kept = Kept().night(conf)
        first = dict(kept.posts)
        assert kept.night(conf).yielded == 0
    assert kept.posts == first
    for number, post in enumerate(first.values(), 1):
        assert (post.url, post.body) == (f"{it.url}/p/{number}", case.get("words", "").replace("{n}", str(number)))
        assert post.title == (f"Post {number}" if "Post" in case["item"] else "")
        assert (post.author or "") == case.get("author", "")
        when = datetime(2026, 3, 2, 10, number, tzinfo=UTC) if "dated" in case else None
        assert (post.created_at, post.date_from) == (when, "feed" if when else "none")
    assert len(first) == 2
