"""Reddit by key: whole trees, each id once, also after a kill; searches, late comments, and the API's bad days."""

from __future__ import annotations

import gzip
import json
import re
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from killed_crawl import MOMENT, lived, stored_ids
from reddit_fake import FakeReddit, block, visit
from sources_site import NOW, Call, Kept, Reply, site

DAY = timedelta(days=1)


# --- whole trees


def test_a_tree_of_1500_comments_comes_whole_each_id_once() -> None:
    fake = FakeReddit()
    fake.tree("aa", 1500)
    with site(fake) as it:
        kept = Kept().night(block(it.url, late_comments=False))
    assert set(kept.posts) == set(fake.things)
    assert kept.yielded == 1501
    assert sum(path.startswith("/comments/aa/_/") for path in fake.asked) > 10  # deep branches, asked for one by one
    assert fake.asked.count("/api/morechildren/") > 5


def test_a_tree_goes_on_where_a_killed_run_was() -> None:
    fake = FakeReddit()
    fake.tree("aa", 700)
    with site(fake) as it:
        conf = block(it.url, late_comments=False)
        whole, calls = Kept().night(conf), len(fake.asked)
        for stop_after in (1, 2, 5, 9):
            fake.asked.clear()
            kept = Kept().night(conf, stop_after=stop_after)
            before, _ = kept.yielded, fake.asked.clear()
            kept.night(conf)
            assert before < 701
            assert before + kept.yielded == whole.yielded
            assert kept.posts == whole.posts
            assert len(fake.asked) < calls + 3


def test_threads_that_are_done_are_not_read_again_after_a_kill() -> None:
    fake = FakeReddit()
    for number in range(6):
        fake.tree(f"b{number}", 8, days=9 - number)
    with site(fake) as it:
        kept = Kept().night(block(it.url), stop_after=4)
        fake.asked.clear()
        kept.night(block(it.url))
        assert [path for path in fake.asked if re.fullmatch("/comments/b./", path)] == [
            "/comments/b4/",
            "/comments/b5/",
        ]
        assert set(kept.posts) == set(fake.things)
        fake.asked.clear()
        kept.night(block(it.url, overlap_days=0), NOW + DAY)
    assert fake.asked == ["/r/it/new", "/r/it/comments/"]


def test_killed_for_good_in_the_middle_of_a_tree(sqlite_url: str) -> None:
    """SIGKILL right before, and right after, a portion is written; the next run ends as if nothing had been."""
    fake = FakeReddit()
    fake.tree("aa", 700)
    with site(fake) as it:
        conf = block(it.url)
        for kill_at in (2, 5, 6):
            assert lived(sqlite_url, conf, kill_at) == -signal.SIGKILL
        assert lived(sqlite_url, conf, None) == 0
    assert stored_ids(sqlite_url) == sorted(fake.things)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'reddit.db'}"


@pytest.fixture
def recorded(shared: Path) -> tuple[dict[tuple[str, str], str], str]:
    """Reddit's own answers for a thread of 1,500 comments, by path and what was asked; and its first page."""
    path = shared / "fixtures/reddit_praw_cassettes/TestCommentForest.test_replace__all_large.json.gz"
    talks = [
        (t["request"], t["response"]["body"]["string"])
        for t in json.loads(gzip.decompress(path.read_bytes()))["interactions"]
    ]
    tree = next(body for request, body in talks if "/comments/" in request["uri"])
    served: dict[tuple[str, str], str] = {}
    for request, body in talks:
        served.setdefault((urlsplit(request["uri"]).path.rstrip("/"), _children(request["body"])), body)
    return served, json.dumps(json.loads(tree)[0])


def test_a_recorded_tree_is_whole_in_the_store_after_kills(
    recorded: tuple[dict[tuple[str, str], str], str], sqlite_url: str
) -> None:
    """SIGKILL at two moments between two statements or before a commit: every id served once, and no other."""
    served, listing = recorded
    asked: list[tuple[str, str]] = []
    ids = {thing for body in (listing, *served.values()) for thing in _with_words(json.loads(body))}

    def answer(call: Call) -> Reply:
        asked.append((call.path.rstrip("/"), _children(call.body)))
        return Reply(listing if call.path.endswith("/new") else served.get(asked[-1], "{}"))

    with site(answer) as it:
        conf = block(it.url, backlog_days=9000, late_comments=False)
        for kill_at in (40, 80):
            assert lived(sqlite_url, conf, kill_at, each=MOMENT) == -signal.SIGKILL
        assert lived(sqlite_url, conf, None) == 0
    assert stored_ids(sqlite_url) == sorted(ids)
    assert len(ids) > 1390
    assert set(served) <= set(asked)


def _with_words(found: object) -> Iterator[str]:
    """The full name of every submission and comment in an answer that still has its words."""
    parts = found if isinstance(found, list) else list(found.values()) if isinstance(found, dict) else []
    if isinstance(found, dict) and found.get("kind") in ("t1", "t3"):
        words = found["data"].get("selftext", found["data"].get("body")) or ""
        if words.strip() not in ("[deleted]", "[removed]"):
            yield found["data"]["name"]
    for part in parts:
        yield from _with_words(part)


def _children(body: str | None) -> str:
    return ",".join(sorted(parse_qs(body or "").get("children", [""])[0].split(",")))


# --- what a post becomes


def test_posts_and_comments_are_told_whole() -> None:
    fake = FakeReddit()
    link = fake.post("aa", text="It **drips**.")
    fake.comment("c1", link, edited=(NOW - 2 * DAY).timestamp(), score=-3)
    with site(fake) as it:
        kept = Kept().night(block(it.url))
    post, comment = kept.posts["t3_aa"], kept.posts["t1_c1"]
    assert (post.title, post.author, post.likes, post.body, post.thread) == (
        "Title aa",
        "aaa",
        5,
        "It **drips**.",
        link,
    )
    assert (comment.title, comment.thread, comment.reply_to, comment.likes) == ("", link, link, 0)
    assert comment.edited_at == NOW - 2 * DAY
    assert post.url == f"{it.url}/r/it/comments/aa/_/"


def test_what_is_deleted_or_removed_is_never_taken_and_told_as_gone() -> None:
    fake = FakeReddit()
    link = fake.post("aa", text="[removed]")
    for key, text in (("c1", "[deleted]"), ("c2", " [Removed] "), ("c3", "fine"), ("c4", "[ Removed by Reddit ]")):
        fake.comment(key, link, text=text)
    fake.comment("c5", link, removed_by_category="moderator", text="still here")
    fake.comment("c6", link, author="[deleted]", text="account gone")
    with site(fake) as it:
        batches = list(visit(block(it.url), []))
    assert {post.native_id: post.author for batch in batches for post in batch.posts} == {"t1_c3": "ac3", "t1_c6": None}
    assert {one for batch in batches for one in batch.gone} == {link, "t1_c1", "t1_c2", "t1_c4", "t1_c5"}


def test_late_and_edited_comments_are_met_without_reading_old_threads() -> None:
    fake = FakeReddit()
    link = fake.post("aa", days=30)
    with site(fake) as it:
        kept = Kept().night(block(it.url))
        fake.comment("late", link, NOW + timedelta(hours=2))
        fake.asked.clear()
        kept.night(block(it.url), NOW + DAY)
    assert "t1_late" in kept.posts
    assert "/comments/aa/" not in fake.asked


def test_a_search_brings_whole_threads_and_watches_them() -> None:
    fake = FakeReddit()
    link = fake.post("aa", days=6, place="bikes", text="my brindlewheel drips")
    fake.post("bb", days=6, place="bikes", text="other")
    fake.comment("c1", link)
    with site(fake) as it:
        conf = block(it.url, search=("brindlewheel",))
        kept = Kept().night(conf)
        assert set(kept.posts) == {link, "t1_c1"}
        fake.asked.clear()
        kept.night(conf, NOW + 5 * DAY)
        assert fake.asked == ["/r/all/search/"]  # nothing new in it
        fake.comment("c2", link, NOW + 5 * DAY)
        kept.night(conf, NOW + 6 * DAY)
        assert "t1_c2" in kept.posts
    assert kept.memory.cursor.count("?brindlewheel") == 2


def test_a_list_that_ends_before_the_last_visit_is_told() -> None:
    fake = FakeReddit()
    for number in range(1005):
        fake.post(f"n{number}", days=2 + number / 1000)
    with site(fake) as it:
        kept = Kept().night(block(it.url, late_comments=False, backlog_days=90))
    assert len(kept.posts) == 1000
    assert re.search(r"r/it: .* only its newest 1000; what was written between .* was not seen", kept.warnings[0])
