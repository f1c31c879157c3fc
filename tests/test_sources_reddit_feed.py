"""Reddit without a key, by the feeds of the operator's own token; and no trace of the token anywhere."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from reddit_fake import FakeReddit
from sources_site import NOW, SECRETS, Kept, Reply, config, site

from listening.errors import SourceError, SourceRefused, SourceUnavailable
from listening.sources import hosts, open_source
from listening.types import Batch, BodyFormat, Memory, PostKind, SourceConfig

OWN = {"REDDIT_USER": "ann", "REDDIT_RSS_TOKEN": "secrettoken"}
DAY = timedelta(days=1)


def block(url: str, **options: Any) -> SourceConfig:  # noqa: ANN401 -- any option
    return config("reddit", "", base_url=url, **({} if "search" in options else {"subreddits": ("it",)}) | options)


def night(kept: Kept, conf: SourceConfig, secrets: dict[str, str], nights: int = 0) -> list[Batch]:
    """One night after the ones before; the batches, kept."""
    hosts._NIGHTS.clear()  # a port may be given twice
    source = open_source(conf, now=NOW + nights * DAY, memory=kept.memory, secrets=secrets)
    batches = list(source.batches())
    for batch in batches:
        kept.keep(batch)
    return batches


def test_posts_and_comments_come_with_the_ids_that_a_key_would_give() -> None:
    fake = FakeReddit()
    link = fake.post("aa", text="The cover drips & drips.")
    fake.comment("c1", link, text="Mine too.")
    fake.comment("c2", link, text="[deleted]", author="[deleted]")
    with site(fake) as it:
        kept = Kept()
        batches = night(kept, block(it.url), OWN)
        by_feed = dict(kept.posts)
        night(kept, block(it.url), SECRETS)
    assert set(by_feed) == set(kept.posts) == {"t3_aa", "t1_c1"}
    assert [one for batch in batches for one in batch.gone] == ["t1_c2"]
    post, comment = by_feed["t3_aa"], by_feed["t1_c1"]
    assert (post.kind, post.format, post.title, post.author) == (PostKind.REDDIT, BodyFormat.HTML, "Title aa", "aaa")
    assert "drips &amp; drips" in post.body
    assert "submitted by" not in post.body
    assert (comment.title, comment.author, comment.thread) == ("", "ac1", link)
    assert (post.created_at, post.date_from) == (NOW - DAY, "feed")


def test_pages_until_the_last_visit_and_no_further() -> None:
    fake = FakeReddit()
    for number in range(250):
        fake.post(f"n{number}", days=1 + number / 10)
    with site(fake) as it:
        kept = Kept()
        night(kept, block(it.url, late_comments=False), OWN)
        assert len(kept.posts) == 250
        assert len(fake.asked) == 3 + 1  # the last one is empty
        fake.asked.clear()
        fake.post("new", days=-1)
        night(kept, block(it.url, late_comments=False), OWN, nights=2)
    assert "t3_new" in kept.posts
    assert len(fake.asked) == 1
    assert kept.warnings == []


def test_a_feed_that_ends_too_early_is_told() -> None:
    fake = FakeReddit()
    for number in range(1100):
        fake.post(f"n{number}", days=1 + number / 1000)
    with site(fake) as it:
        kept = Kept()
        night(kept, block(it.url, late_comments=False), OWN)
    assert len(kept.posts) == 1000
    assert "does not reach back to our last visit" in kept.warnings[0]


def test_a_search_is_a_feed_too() -> None:
    fake = FakeReddit()
    fake.post("aa", text="a brindlewheel", place="bikes")
    fake.post("bb", place="bikes")
    with site(fake) as it:
        kept = Kept()
        night(kept, block(it.url, search=("brindlewheel",)), OWN)
    assert set(kept.posts) == {"t3_aa"}


def test_robots_is_not_asked_for_feeds_that_were_given_to_us() -> None:
    fake = FakeReddit()
    fake.post("aa")
    with site(fake, robots=Reply("User-agent: *\nDisallow: /")) as it:
        kept = Kept()
        night(kept, block(it.url), OWN)
        assert it.robots_asked == 0
    assert set(kept.posts) == {"t3_aa"}


def test_a_lost_subreddit_loses_only_itself() -> None:
    fake = FakeReddit(bad=[Reply(status=404)])
    fake.post("aa")
    with site(fake) as it:
        kept = Kept()
        night(kept, block(it.url, subreddits=("gone", "it")), OWN)
        assert set(kept.posts) == {"t3_aa"}
        assert "r/gone" in kept.warnings[0]
        fake.bad = [Reply(status=302, headers={"Location": "/subreddits/search"})]
        with pytest.raises(SourceRefused, match="r/gone"):
            night(Kept(), block(it.url, subreddits=("gone",)), OWN)


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ([Reply(status=401)], SourceRefused),
        ([Reply(status=403)], SourceRefused),
        ([Reply(status=500)] * 3, SourceUnavailable),
        ([Reply(status=429, headers={"Retry-After": "9999"})], SourceUnavailable),
        ([Reply(status=418)], SourceError),
        ([Reply("<html><title>Log in</title></html>")], SourceError),
        ([Reply(reset=True)] * 3, SourceUnavailable),
    ],
)
def test_no_error_log_or_memory_holds_the_token(
    bad: list[Reply], error: type[SourceError], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    caplog.set_level(logging.DEBUG)
    fake = FakeReddit(bad=list(bad))
    fake.post("aa")
    with site(fake) as it:
        with pytest.raises(error) as caught:
            night(Kept(), block(it.url), OWN)
        kept = Kept()
        fake.bad = []
        batches = night(kept, block(it.url), OWN)
    said = [str(caught.value), repr(caught.value), caplog.text, repr(batches), repr(caught.value.__context__ or "")]
    assert kept.posts
    assert [text for text in said[:4] if "secrettoken" in text] == []
    assert caught.value.__cause__ is None


def test_the_cursor_of_one_way_serves_the_other() -> None:
    fake = FakeReddit()
    fake.tree("aa", 40, days=20)
    with site(fake) as it:
        kept = Kept()
        night(kept, block(it.url), OWN)
        fake.asked.clear()
        night(kept, block(it.url), SECRETS, nights=1)
        assert fake.asked == ["/r/it/new", "/r/it/comments/"]
        assert Memory(kept.memory.cursor).cursor.count('"it"') == 1
