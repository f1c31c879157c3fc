"""Real pages, feeds and recordings: each ends with posts, or with a reason that can be read."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sources_site import Call, Kept, Reply, config, site

from listening.errors import InputError
from listening.sources import import_file
from listening.sources.forum.engines import ENGINES
from listening.sources.forum.pages import FoundPage, Reading, open_page, read_page
from listening.types import PostKind

pytestmark = pytest.mark.shared
NOW = datetime(2026, 1, 1, tzinfo=UTC)

# file, engine -> posts, dated posts, first author, first date, a part of the next page's address
THREADS = [
    ("nettally_phpbb_thread", "phpbb", 25, 25, "Jakob", "2019-05-26T16:34", "start=50"),
    ("nettally_vbulletin3_thread", "vbulletin", 20, 20, "Shirohige", "2016-02-01T02:21", "page=153"),
    ("nettally_vbulletin4_thread", "vbulletin", 10, 10, "Rainmaker", "2016-06-15T15:03", "/page2"),
    ("nettally_xenforo1_thread", "xenforo", 25, 25, "TheBleachDoctor", "2014-10-30T22:48", "page-55"),
    ("formasaurus_forums.oneplus.net-0_xenforo1", "xenforo", 20, 20, "faridd", "2014-10-29T18:28", "page-2"),
    ("formasaurus_forum.xentax.com-0_phpbb", "phpbb", 6, 6, "iTzCorky", "2014-06-11T11:28", ""),
    ("autopager_62_vbulletin4_thread", "vbulletin", 9, 9, "JBL", "2005-04-09T18:46", ""),
    ("trafilatura_villagersandheroes.com.forums.patchnotes", "xenforo", 9, 9, "Tiberius", "2020-09-18T15:56", ""),
]
# file, engine -> threads, of which dated, and boards
LISTS = [
    ("autopager_63_phpbb_listing", "phpbb", 25, 23, 0),
    ("autopager_61_vbulletin4_listing", "vbulletin", 23, 23, 0),
    ("autopager_72_vbulletin4_listing", "vbulletin", 33, 33, 0),
    ("formasaurus_forums.mazdaworld.org-1_vbulletin4", "vbulletin", 34, 34, 0),
    ("formasaurus_forums.debian.net-0_phpbb", "phpbb", 0, 0, 13),
    ("formasaurus_forums.mtbr.com-0_vbulletin4", "vbulletin", 0, 0, 143),
]


def page(shared: Path, name: str, engine: str) -> FoundPage:
    how = Reading(ENGINES[engine], (), NOW)
    return read_page((shared / f"fixtures/forum_html/{name}.html").read_bytes(), "http://x.example/f/", "", how)


@pytest.mark.parametrize(("name", "engine", "count", "dated", "author", "date", "following"), THREADS)
def test_saved_threads(  # noqa: PLR0917 -- a row of the table
    shared: Path, name: str, engine: str, count: int, dated: int, author: str, date: str, following: str
) -> None:
    found = page(shared, name, engine)
    assert len(found.posts) == len({post.id for post in found.posts}) == count
    assert sum(post.created_at is not None for post in found.posts) == dated
    assert all(post.author and post.id.isdigit() and post.html for post in found.posts)
    assert (found.posts[0].author, found.posts[0].created_at.isoformat()[:16]) == (author, date)
    assert following in found.next_page
    assert bool(found.next_page) == bool(following)


@pytest.mark.parametrize(("name", "engine", "threads", "dated", "boards"), LISTS)
def test_saved_lists(  # noqa: PLR0917 -- a row of the table
    shared: Path, name: str, engine: str, threads: int, dated: int, boards: int
) -> None:
    found = page(shared, name, engine)
    assert (len(found.threads), sum(t.activity is not None for t in found.threads)) == (threads, dated)
    assert len(found.boards) == boards
    assert len({thread.key for thread in found.threads}) == threads


def test_every_saved_page_is_read_or_named(shared: Path) -> None:
    """Whatever the engine: threads, boards or posts, or the page's title for the operator."""
    silent = []
    for path in sorted((shared / "fixtures/forum_html").glob("*.html")):
        opened = open_page(path.read_bytes(), "http://x.example/f/", "")
        for engine in ENGINES:
            found = opened.read(Reading(ENGINES[engine], (), NOW))
            if not (found.posts or found.threads or found.boards or found.title or found.obstacle):
                silent.append((path.name, engine))
    assert silent == []


def test_discourse_recordings(shared: Path) -> None:
    folder = shared / "fixtures/discourse_json/perceval"
    topics = json.loads((folder / "discourse_topics.json").read_text())["topic_list"]
    long = json.loads((folder / "discourse_topic_1148.json").read_text())
    rest = [dict(long["post_stream"]["posts"][0], id=n, post_number=n) for n in long["post_stream"]["stream"]]

    def answer(call: Call) -> Reply:
        if call.path == "/latest.json":
            return Reply(json.dumps({"topic_list": dict(topics, more_topics_url=None)}))
        if call.path.endswith("posts.json"):
            wanted = {int(number) for number in call.query["post_ids[]"]}
            return Reply(json.dumps({"post_stream": {"posts": [post for post in rest if post["id"] in wanted]}}))
        number = call.path.split("/")[2].removesuffix(".json")
        path = folder / f"discourse_topic_{number}.json"
        return Reply(path.read_bytes()) if path.exists() else Reply(status=404)

    with site(answer) as it:
        kept = Kept().night(config("discourse", it.url, backlog_days=3650), datetime(2016, 6, 1, tzinfo=UTC))
    saved = [json.loads(path.read_text())["post_stream"] for path in folder.glob("discourse_topic_114*.json")]
    assert kept.yielded == sum(len(stream["stream"]) for stream in saved) == 24
    assert all(post.author and post.created_at and post.body for post in kept.posts.values())


RECORDINGS = [
    "TestCommentForest.test_replace__all",
    "TestSubmission.test_comments",
    "TestCommentForest.test_replace__all_large",
]


@pytest.mark.parametrize("name", RECORDINGS)
def test_reddit_recordings_come_whole(shared: Path, name: str) -> None:
    raw = gzip.decompress((shared / f"fixtures/reddit_praw_cassettes/{name}.json.gz").read_bytes())
    talks = [(t["request"], t["response"]["body"]["string"]) for t in json.loads(raw)["interactions"]]
    tree = next(body for request, body in talks if "/comments/" in request["uri"])
    listing = json.dumps(json.loads(tree)[0])
    queue: dict[tuple[str, str], list[str]] = {}
    for request, body in talks:
        queue.setdefault((urlsplit(request["uri"]).path.rstrip("/"), _children(request["body"])), []).append(body)

    def answer(call: Call) -> Reply:
        headers = {"Content-Type": "application/json"}
        if call.path.endswith("/new"):
            return Reply(listing, headers=headers)
        waiting = queue.get((call.path.rstrip("/"), _children(call.body)))
        return Reply(waiting[0], headers=headers) if waiting else Reply(status=404)

    with site(answer) as it:
        conf = config("reddit", "", subreddits=("it",), base_url=it.url, backlog_days=9000, late_comments=False)
        kept = Kept().night(conf, NOW)
    bodies = [body for request, body in talks if "access_token" not in request["uri"]]
    served = {thing["name"] for body in bodies for thing in _things(json.loads(body))}
    assert set(kept.posts) == served
    assert len(kept.posts) == kept.yielded >= 3
    assert kept.warnings == []
    assert not any(post.body in ("[deleted]", "[removed]") for post in kept.posts.values())


def _children(body: str | None) -> str:
    """The ids that a "more" call asks for: PRAW's order may differ from the recording's."""
    parts = dict(part.partition("=")[::2] for part in (body or "").split("&"))
    return ",".join(sorted(parts.get("children", "").replace("%2C", ",").split(",")))


def _things(found: object) -> Iterator[dict[str, Any]]:
    """Every submission and comment in a recorded answer that still has its words."""
    if isinstance(found, list):
        for part in found:
            yield from _things(part)
    elif isinstance(found, dict):
        data = found.get("data")
        words = data.get("selftext", data.get("body")) if isinstance(data, dict) else None
        if found.get("kind") in ("t1", "t3") and (words or "").strip() not in ("[deleted]", "[removed]"):
            yield data
        for part in found.values():
            yield from _things(part)


def test_archive_of_reddit_posts_is_read_whole(shared: Path) -> None:
    path = shared / "data/reddit_posts_2013/dev_posts.jsonl.gz"
    found = list(import_file(path, source="reddit-2013", kind=PostKind.REDDIT))
    posts = [post for post in found if not isinstance(post, InputError)]
    assert len(posts) == len(found) > 8000
    assert all(post.title and post.created_at and post.url for post in posts)
