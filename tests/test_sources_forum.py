from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from selectolax.lexbor import LexborNode
from sources_fakes import FakeBoard, FakeReddit
from sources_site import NOW, SECRETS, Kept, Reply, config, site

from listening.errors import NotConfigured, SourceBroken, SourceRefused, SourceUnavailable
from listening.sources import KINDS, open_source
from listening.sources.forum import engines, pages
from listening.sources.forum.engines import ENGINES
from listening.types import Memory, PostKind

DAY = timedelta(days=1)


# --- classic forums


def board() -> FakeBoard:
    def talk(first: int, count: int, days: float) -> list[tuple[int, datetime, str, str]]:
        start = NOW - days * DAY
        return [
            (first + n, start + n * timedelta(hours=2), f"user{n}", f"<b>text</b> {first + n}") for n in range(count)
        ]

    return FakeBoard({1: talk(10, 7, 3), 2: talk(20, 2, 10), 3: talk(30, 1, 40), 4: talk(40, 4, 50)})


def test_forum_boards_threads_and_pages_are_walked() -> None:
    with site(board()) as it:
        kept = Kept().night(config("forum", it.url + "/viewforum.php?f=1", engine="phpbb"))
    assert set(kept.posts) == {str(n) for n in [*range(10, 17), 20, 21, 30, *range(40, 44)]}
    first, third = kept.posts["10"], kept.posts["12"]
    assert (first.title, third.title, first.thread, first.views) == ("Topic 1", "", "t1", 1234)
    assert (first.author, first.created_at, first.date_from) == ("user0", NOW - 3 * DAY, "text")
    assert "<b>text</b> 10" in first.body
    assert "sig" not in first.body
    assert first.url == f"{it.url}/viewtopic.php?f=1&t=1#p10"
    assert not kept.warnings


def test_forum_asks_once_a_night_which_program_made_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def engine_of(root: LexborNode | None) -> str:
        asked.append(engines.engine_of(root))
        return asked[-1]

    monkeypatch.setattr(pages, "engine_of", engine_of)
    with site(board()) as it:
        declared, told = (
            Kept().night(config("forum", it.url + "/viewforum.php?f=1", **options))
            for options in ({"engine": "phpbb"}, dict[str, str]())
        )
    assert declared.posts == told.posts
    assert asked == ["phpbb"]


@pytest.mark.parametrize("spelt", ["14/3/2026", "14&#47;3&#47;2026", "&#49;4/3/2026", "14&sol;3/2026", "on 14.3.2026"])
def test_a_date_in_numbers_tells_the_order_of_the_others_however_the_source_spells_it(spelt: str) -> None:
    signed = '<p class="author"><b class="username">Ann</b> {1}</p>'
    row = f'<div class="post" id="p{{0}}">{signed}<div class="content">Hi</div></div>'
    page = "".join(row.format(number, shown) for number, shown in enumerate((spelt, "2/4/2026"), 1))
    how = pages.Reading(ENGINES["phpbb"], (), NOW + 365 * DAY, engine="phpbb")
    found = pages.read_page(page.encode(), "http://f.example/", "", how)
    assert [post.created_at and (post.created_at.day, post.created_at.month) for post in found.posts] == [
        (14, 3),
        (2, 4),
    ]


def test_forum_second_night_opens_only_threads_with_news() -> None:
    fake = board()
    with site(fake) as it:
        conf = config("forum", it.url + "/viewforum.php?f=1", engine="phpbb")
        kept = Kept().night(conf)
        it.calls.clear()
        fake.topics[3].append((31, NOW + timedelta(hours=2), "late", "again"))
        kept.night(conf, NOW + DAY)
    assert "31" in kept.posts
    opened_threads = {call.query["t"][0] for call in it.calls if "t" in call.query}
    assert opened_threads == {"1", "3"}


@pytest.mark.parametrize("stop_after", range(1, 7))
def test_forum_killed_run_loses_nothing(stop_after: int) -> None:
    with site(board()) as it:
        conf = config("forum", it.url + "/viewforum.php?f=1", engine="phpbb")
        kept = Kept().night(conf, stop_after=stop_after)
        kept.night(conf)
    assert len(kept.posts) == 14


def test_forum_by_own_selectors_without_an_engine() -> None:
    pages = {
        "/list": Reply("<base href='/deep/'><div class=t><a href='one'>One</a></div>"),
        "/deep/one": Reply(
            "<h1>One</h1><div class=m data-n=5><i>ann</i><s>02.03.2026 14:05</s><p>café</p></div>"
            "<div class=m><i>bob</i><p>no number</p></div>",
            headers={"Content-Type": "text/html; charset=utf-8"},
        ),
    }
    own = {
        "thread_row": "div.t", "thread_link": "a @href", "post": "div.m", "post_id": "@data-n", "author": "i",
        "date": "s", "body": "p", "title": "h1",
    }  # fmt: skip
    with site(pages) as it:
        conf = config(
            "forum", it.url + "/list", selectors=own, date_formats=("%d.%m.%Y %H:%M",), timezone="Europe/Berlin"
        )
        kept = Kept().night(conf)
        kept.night(conf)
    first, second = kept.posts.values()
    assert (first.native_id, first.title, first.created_at) == ("5", "One", datetime(2026, 3, 2, 13, 5, tzinfo=UTC))
    assert first.body == "<div>café</div>"
    assert (second.author, second.created_at, second.date_from) == ("bob", None, "none")


@pytest.mark.parametrize(
    ("page", "error", "words"),
    [
        ("<title>Sign in</title><input type=password>", SourceRefused, "login.*Sign in"),
        ("<title>New look</title><p>hello", SourceBroken, "no threads.*New look"),
    ],
)
def test_forum_without_threads_says_why(page: str, error: type[Exception], words: str) -> None:
    with site({"/f": Reply(page)}) as it, pytest.raises(error, match=words):
        Kept().night(config("forum", it.url + "/f", engine="phpbb"))


def test_forum_thread_without_posts_is_a_warning() -> None:
    row = "<ul class=topics><li class=row><a class=topictitle href=/t?t=4>x</a></li></ul>"
    with site({"/f": Reply(row), "/t": Reply("<title>Odd</title>")}) as it:
        kept = Kept().night(config("forum", it.url + "/f", engine="phpbb"))
    assert "shows no posts (page titled 'Odd')" in kept.warnings[0]


# --- Reddit


def subreddit() -> FakeReddit:
    def at(days: float) -> datetime:
        return NOW - days * DAY

    return FakeReddit(
        {
            "aa": (at(20), "old text", [("c1", at(19), "first"), ("c2", at(1), "late one")]),
            "bb": (at(2), "", [("c3", at(2), "[deleted]")]),
            "cc": (at(1), "[removed]", []),
        }
    )


def test_reddit_posts_and_whole_trees_come_without_deleted_ones() -> None:
    with site(subreddit()) as it:
        kept = Kept().night(config("reddit", "", subreddits=("it",), base_url=it.url))
    assert set(kept.posts) == {"t3_aa", "t1_c1", "t1_c2", "t3_bb"}
    post, comment = kept.posts["t3_aa"], kept.posts["t1_c2"]
    assert (post.title, post.author, post.likes, post.kind) == ("Title aa", "aaa", 5, PostKind.REDDIT)
    assert (comment.title, comment.thread, comment.reply_to) == ("", "t3_aa", "t3_aa")
    assert post.url == f"{it.url}/r/it/comments/aa/"
    assert kept.posts["t3_bb"].title == "Title bb"


def test_reddit_next_night_is_short_and_meets_late_comments() -> None:
    fake = subreddit()
    with site(fake) as it:
        conf = config("reddit", "", subreddits=("it",), base_url=it.url)
        kept = Kept().night(conf)
        fake.things["aa"][2].append(("c9", NOW + timedelta(hours=1), "very late"))
        it.calls.clear()
        kept.night(conf, NOW + DAY)
    assert "t1_c9" in kept.posts
    assert not any(path.startswith("/comments/aa") for path in it.paths())


def test_reddit_without_key_is_off_and_says_so() -> None:
    with pytest.raises(NotConfigured, match="REDDIT_CLIENT_SECRET"):
        open_source(
            config("reddit", "", subreddits=("it",)), now=NOW, memory=Memory(), secrets={"REDDIT_CLIENT_ID": "x"}
        )


@pytest.mark.parametrize(
    ("fail", "error"),
    [
        ([Reply(status=500)] * 9, SourceUnavailable),
        ([Reply(status=429, headers={"retry-after": "900"})], SourceUnavailable),
        ([Reply(status=403)], SourceRefused),
    ],
)
def test_reddit_trouble_is_translated(
    fail: list[Reply], error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prawcore.sessions.time.sleep", lambda _: None)
    fake = replace(subreddit(), fail=list(fail))
    with site(fake) as it, pytest.raises(error):
        Kept().night(config("reddit", "", subreddits=("it",), base_url=it.url))


def test_reddit_429_is_waited_for_and_one_lost_subreddit_loses_only_itself() -> None:
    waited: list[float] = []
    fake = replace(subreddit(), fail=[Reply(status=429, headers={"retry-after": "5"})])
    with site(fake) as it:
        conf = config("reddit", "", subreddits=("it", "gone"), base_url=it.url)
        source = KINDS["reddit"](conf, now=NOW, memory=Memory(), secrets=SECRETS, sleep=waited.append)
        batches = list(source.batches())
    assert waited == [5.0]
    assert sum(len(batch.posts) for batch in batches) == 4
    assert ["r/gone" in text for batch in batches for text in batch.warnings] == [True]
