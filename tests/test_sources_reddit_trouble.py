"""Reddit by key on its bad days, our manners there, and which of the three ways is taken."""

from __future__ import annotations

import re

import pytest
from reddit_fake import TOKEN_DIES, FakeReddit, block, visit
from sources_site import NOW, SECRETS, Kept, Reply, site

from listening.errors import NotConfigured, SourceBroken, SourceRefused, SourceUnavailable
from listening.sources import KINDS, reddit_ways, way
from listening.sources.reddit_posts import fullname_of
from listening.sources.reddit_wire import CALLS_A_MINUTE, Pace
from listening.types import Memory, Post, SourceConfig


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """PRAW's own short waits take no time."""
    monkeypatch.setattr("prawcore.sessions.time.sleep", lambda _: None)


# --- bad days


def busy(seconds: str | None) -> Reply:
    return Reply(status=429, headers={"retry-after": seconds} if seconds else {})


@pytest.mark.parametrize(
    ("bad", "waits"),
    [
        ([busy("5")], [5.0]),
        ([busy(None)], [60.0]),
        ([busy("Thu, 01 Jan 1970 00:00:00 GMT")], [60.0]),
        ([busy("7"), busy("9")], [7.0, 9.0]),
        ([Reply(status=503)] * 3, [5.0]),
        ([Reply(status=500)] * 6, [5.0, 10.0]),
        ([Reply(reset=True)] * 3, [5.0]),
        ([TOKEN_DIES], []),
        ([Reply(status=401)], []),
    ],
)
def test_waits_and_goes_on(bad: list[Reply], waits: list[float]) -> None:
    fake = FakeReddit()
    fake.tree("aa", 9)
    fake.bad = list(bad)
    waited: list[float] = []
    with site(fake) as it:
        posts = [post for batch in visit(block(it.url), waited) for post in batch.posts]
    assert {post.native_id for post in posts} == set(fake.things)
    assert waited == waits
    assert fake.tokens == (2 if bad[0].status == 401 else 1)


def test_a_429_in_the_middle_of_a_tree_costs_one_request() -> None:
    fake = FakeReddit()
    fake.tree("aa", 200)
    waited: list[float] = []
    posts: list[Post] = []
    with site(fake) as it:
        for batch in visit(block(it.url, late_comments=False), waited):
            posts += batch.posts
            fake.bad += [busy("3")] if len(waited) == 0 else []
        asked = len(fake.asked)
        fake.asked.clear()
        list(visit(block(it.url, late_comments=False), []))
    assert {post.native_id for post in posts} == set(fake.things)
    assert len(posts) == 201
    assert asked == len(fake.asked) + len(waited) > 10


@pytest.mark.parametrize(
    ("bad", "tokens", "error", "words"),
    [
        ([busy("900")], [], SourceUnavailable, "wait 900 s"),
        ([busy("1")] * 3, [], SourceUnavailable, "status 429, 3 tries"),
        ([Reply(status=500)] * 9, [], SourceUnavailable, "status 500, 3 tries"),
        ([Reply(reset=True)] * 9, [], SourceUnavailable, "ConnectionError"),
        ([Reply(status=401)] * 3, [], SourceRefused, "refuses the key"),
        ([], [Reply(status=401)], SourceRefused, "refuses the key"),
        ([], [Reply('{"error": "invalid_grant"}')], SourceRefused, "refuses the key"),
        ([], [Reply(status=503)] * 9, SourceUnavailable, "status 503"),
        ([Reply("<html>")], [], SourceBroken, "cannot be read"),
        ([Reply("[" * 100_000)], [], SourceBroken, "cannot be read"),
        ([Reply('{"kind": "Listing", "data": {"children": [{"kind": "t3", "data": {}}]}}')], [], SourceBroken, "read"),
        ([Reply("NaN")], [], SourceBroken, "cannot be read"),
    ],
)
def test_trouble_is_named(bad: list[Reply], tokens: list[Reply], error: type[Exception], words: str) -> None:
    fake = FakeReddit(bad=list(bad), bad_tokens=list(tokens))
    fake.post("aa")
    with site(fake) as it, pytest.raises(error, match=words):
        list(visit(block(it.url), []))


@pytest.mark.parametrize("status", [403, 404, 451, 302])
def test_a_lost_subreddit_loses_only_itself(status: int) -> None:
    fake = FakeReddit(bad=[Reply(status=status)])
    fake.post("aa")
    with site(fake) as it:
        batches = list(visit(block(it.url, subreddits=("gone", "it")), []))
        assert [post.native_id for batch in batches for post in batch.posts] == ["t3_aa"]
        assert ["r/gone" in text for batch in batches for text in batch.warnings] == [True]
        fake.bad = [Reply(status=status)]
        with pytest.raises(SourceRefused, match="r/gone"):
            list(visit(block(it.url, subreddits=("gone",)), []))


def test_a_thread_that_is_no_more_loses_only_its_comments() -> None:
    fake = FakeReddit()
    fake.post("aa", days=2, num_comments=3)
    fake.tree("bb", 4)
    with site(lambda call: Reply(status=404) if call.path == "/comments/aa/" else fake(call)) as it:
        kept = Kept().night(block(it.url, late_comments=False))
    assert set(kept.posts) == set(fake.things)
    assert "a thread in r/it" in kept.warnings[0]


# --- manners


def test_never_more_than_a_hundred_requests_a_minute() -> None:
    now, starts = [0.0], list[float]()

    def sleep(seconds: float) -> None:
        now[0] += seconds

    pace = Pace()
    for number in range(10_000):
        with pace.turn(60 / CALLS_A_MINUTE, lambda: now[0], sleep):
            starts.append(now[0])
            now[0] += 0.9 if number % 7 == 0 else 0.01
    assert all(late - early >= 59.999 for early, late in zip(starts, starts[CALLS_A_MINUTE:], strict=False))


def test_pauses_are_left_out_only_at_the_operators_own_address() -> None:
    fake = FakeReddit()
    fake.post("aa")
    waited: list[float] = []
    with site(fake) as it:
        own = block(it.url)
        strange = SourceConfig("it", "reddit", gap=0.0, options=own.options)
        polite = SourceConfig("it", "reddit", allow_hosts=("127.0.0.1",), options=own.options)
        list(visit(own, waited))
        assert waited == []
        list(visit(strange, waited))
        list(visit(polite, waited))
    assert len(waited) == 2 + 3  # the first request of all waits for none
    assert all(0 < seconds <= 60 / CALLS_A_MINUTE for seconds in waited)


def test_we_say_who_we_are_in_reddits_form() -> None:
    fake = FakeReddit()
    with site(fake) as it:
        list(visit(block(it.url), [], {**SECRETS, "REDDIT_USER": "ann"}))
        agents = {call.headers["User-Agent"] for call in it.calls}
        unauthorised = [call.path for call in it.calls if "Authorization" not in call.headers]
    assert all(re.match(r"\w+:listening:v[\d.]+\S* \(by /u/ann\)", agent) for agent in agents)
    assert unauthorised == []


# --- which way


@pytest.mark.parametrize(
    ("secrets", "name", "words"),
    [
        (SECRETS, "key", "deletions"),
        ({**SECRETS, "REDDIT_USER": "ann", "REDDIT_RSS_TOKEN": "x"}, "key", "deletions"),
        ({"REDDIT_USER": "ann", "REDDIT_RSS_TOKEN": "x"}, "feed", "REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET not set"),
        ({"REDDIT_CLIENT_ID": "x"}, "archive", "REDDIT_CLIENT_SECRET not set, nor REDDIT_USER and REDDIT_RSS_TOKEN"),
        ({"REDDIT_RSS_TOKEN": "x"}, "archive", "nor REDDIT_USER:"),
        ({}, "archive", "only archives that you import"),
    ],
)
def test_the_best_way_is_taken_and_told(secrets: dict[str, str], name: str, words: str) -> None:
    found = way(secrets)
    assert (found.name, words in found.why) == (name, True)
    assert ("reddit.com/prefs/apps" in found.mend) == (name != "key")


def test_without_key_and_token_reddit_is_off_and_says_so() -> None:
    with pytest.raises(NotConfigured, match=r"(?s)REDDIT_CLIENT_SECRET.*listening import"):
        KINDS["reddit"](block(""), now=NOW, memory=Memory(), secrets={"REDDIT_CLIENT_ID": "x"})
    assert reddit_ways.reddit_agent({}, "").startswith(("linux:", "darwin:", "win32:"))


@pytest.mark.parametrize(
    ("native", "url", "name"),
    [
        ("t3_abc", "", "t3_abc"),
        ("t1_abc", "https://elsewhere.example", "t1_abc"),
        ("abc", "https://www.reddit.com/r/x/comments/1Ab/title/", "t3_1ab"),
        ("abc", "https://old.reddit.com/r/x/comments/1ab/title/c9z/?context=3", "t1_c9z"),
        ("abc", "https://www.reddit.com/user/x/comments/1ab/", "t3_1ab"),
        ("abc", "https://www.reddit.com/comments/1ab/_/c9z", "t1_c9z"),
        ("17", "https://example.org/comments/1ab", ""),
        ("t9_x", "", ""),
    ],
)
def test_the_name_at_reddit_of_a_stored_post(native: str, url: str, name: str) -> None:
    assert fullname_of(native, url) == name
