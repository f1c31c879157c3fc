"""Discourse: long threads once and whole, likes, answers, edits and deletions, with a key and without, drift told."""

from __future__ import annotations

import dataclasses
import json
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from killed_crawl import MOMENT, lived, stored_ids
from sources_fakes import FakeDiscourse, stamp
from sources_site import NOW, Call, Kept, Reply, Site, config, opened, site

from listening.errors import SettingsError, SourceBroken, SourceRefused
from listening.sources import open_source
from listening.sources.discourse import key_name
from listening.types import Memory

DAY = timedelta(days=1)


def long_thread() -> FakeDiscourse:
    """1,057 posts, as the longest recorded one; ids are not in a row."""
    start = NOW - 20 * DAY
    return FakeDiscourse({9: [(5000 + 3 * n, start + n * timedelta(minutes=5), f"word {n}") for n in range(1057)]})


def test_a_thread_of_1057_posts_comes_whole_each_post_once() -> None:
    with site(long_thread()) as it:
        kept = Kept().night(config("discourse", it.url))
    assert kept.yielded == len(kept.posts) == 1057
    assert [int(key) for key in kept.posts] == [5000 + 3 * n for n in range(1057)]
    assert kept.posts["5030"].reply_to == "5027"


@pytest.mark.parametrize("stop_after", [1, 2, 26, 52, 53])
def test_a_kill_in_the_middle_of_a_long_thread_neither_loses_nor_doubles_a_post(stop_after: int) -> None:
    with site(long_thread()) as it:
        kept = Kept().night(config("discourse", it.url), stop_after=stop_after)
        first = kept.yielded
        kept.night(config("discourse", it.url))
    assert first == min(20 * stop_after, 1057)
    assert len(kept.posts) == 1057
    if stop_after < 53:
        assert first + kept.yielded == 1057  # it goes on where it was, and asks for nothing twice
    assert all(post.reply_to for post in list(kept.posts.values())[1:20])


def test_a_long_thread_is_whole_in_the_store_after_kills(tmp_path: Path) -> None:
    """SIGKILL at three moments, each between two statements or before a commit; the runs between them go on."""
    url = f"sqlite:///{tmp_path / 'talk.db'}"
    with site(long_thread()) as it:
        conf = config("discourse", it.url)
        for kill_at in (120, 121, 251):
            assert lived(url, conf, kill_at, each=MOMENT) == -signal.SIGKILL
        pages = len(it.calls)
        assert lived(url, conf, None) == 0
        assert len(it.calls) - pages < 54  # it goes on, and does not begin anew
    assert stored_ids(url) == sorted(str(5000 + 3 * n) for n in range(1057))


# --- what a post tells


def one_topic(*posts: dict[str, Any], **topic: Any) -> Site:  # noqa: ANN401 -- any field of Discourse's JSON
    full = [
        {"id": n, "post_number": n, "username": f"u{n}", "cooked": f"<p>text {n}</p>", "created_at": stamp(NOW - DAY)}
        | post
        for n, post in enumerate(posts, start=1)
    ]
    told = {"id": 4, "title": "T", "slug": "t", "views": 70} | topic
    told["post_stream"] = {"posts": full, "stream": [post["id"] for post in full]}
    listing = {"topic_list": {"topics": [{"id": 4, "bumped_at": stamp(NOW - DAY)}]}}

    def answer(call: Call) -> Reply:
        return Reply(json.dumps(listing if "latest" in call.path else told))

    return Site(answer)


def night(it: Site, **options: Any) -> Kept:  # noqa: ANN401 -- any option
    try:
        return Kept().night(config("discourse", it.url, **options))
    finally:
        it.close()


def test_likes_views_answers_and_edits_are_told() -> None:
    likes = {"actions_summary": [{"id": 2, "count": 4}, {"id": 3, "count": 9}]}
    kept = night(
        one_topic(
            {"reads": 3},
            likes | {"accepted_answer": True, "reply_to_post_number": 1},
            {"version": 3, "updated_at": stamp(NOW), "like_count": "6"},
            {"reaction_users_count": 2},
        )
    )
    opening, answer, edited, liked = kept.posts.values()
    assert (opening.title, opening.views, opening.likes, opening.accepted) == ("T", 70, 0, False)
    assert (answer.likes, answer.accepted, answer.reply_to) == (4, True, "1")
    assert (edited.edited_at, edited.likes, answer.edited_at) == (NOW, 6, None)
    assert liked.likes == 2
    assert opening.url.endswith("/t/t/4/1")


def test_the_thread_may_name_its_answer_by_number() -> None:
    kept = night(one_topic({}, {}, {}, accepted_answer={"post_number": 2, "username": "u2"}))
    assert [post.native_id for post in kept.posts.values() if post.accepted] == ["2"]


@pytest.mark.parametrize(
    "taken", [{"hidden": True}, {"deleted_at": stamp(NOW)}, {"user_deleted": True}, {"post_type": 3}, {"post_type": 4}]
)
def test_what_was_taken_back_is_told_and_not_kept(taken: dict[str, Any]) -> None:
    it = one_topic({}, taken, {})
    batches = list(opened(config("discourse", it.url)).batches())
    it.close()
    assert [post.native_id for batch in batches for post in batch.posts] == ["1", "3"]
    assert [one for batch in batches for one in batch.gone] == ["2"]
    assert [one.native_ids for batch in batches for one in batch.standing] == [frozenset({"1", "3"})]
    assert all(one.sure for batch in batches for one in batch.standing)


def test_a_post_that_the_stream_names_and_the_forum_does_not_give_is_gone() -> None:
    fake = FakeDiscourse({3: [(n, NOW - DAY, "x") for n in range(1, 61)]})

    def answer(call: Call) -> Reply:
        reply = fake(call)
        told = json.loads(reply.body)
        if call.path.endswith("posts.json"):
            told["post_stream"]["posts"] = [post for post in told["post_stream"]["posts"] if post["id"] != 44]
        return Reply(json.dumps(told))

    with site(answer) as it:
        batches = list(opened(config("discourse", it.url)).batches())
    assert [one for batch in batches for one in batch.gone] == ["44"]
    assert "44" not in batches[2].standing[0].native_ids


def test_known_threads_are_looked_at_again_in_turn_for_edits_and_deletions() -> None:
    fake = FakeDiscourse({n: [(n, NOW - 90 * DAY, f"text {n}")] for n in range(1, 8)})
    memory = Memory(json.dumps({"until": {"": NOW.isoformat()}}), quoted=("1", "2", "3"), threads=("4", "5", "6", "7"))
    looked: list[str] = []
    with site(fake) as it:
        for number in range(4):
            for batch in opened(config("discourse", it.url, recheck=1), memory, NOW + number * DAY).batches():
                memory = dataclasses.replace(memory, cursor=batch.cursor)
                looked += [post.native_id for post in batch.posts]
    assert set(looked) == {"1", "2", "3", "4", "5", "6", "7"}
    assert len(looked) == 8


# --- lists and categories


def test_one_category_is_asked_for_by_its_path() -> None:
    fake = long_thread()
    fake.topics = {9: fake.topics[9][:3]}
    with site(lambda call: fake(dataclasses.replace(call, path=call.path.replace("/c/support/5/l", "")))) as it:
        kept = Kept().night(config("discourse", it.url, category="/support/5/"))
    assert len(kept.posts) == 3
    assert it.paths()[0] == "/c/support/5/l/latest.json"


def test_a_list_longer_than_we_read_is_told() -> None:
    fake = FakeDiscourse({n: [(n, NOW - DAY, "x")] for n in range(1, 100)})
    with site(fake) as it:
        kept = Kept().night(config("discourse", it.url, max_pages=1))
    assert any("longer than 1 pages" in warning for warning in kept.warnings)


# --- the key


@pytest.mark.parametrize(
    ("options", "headers"),
    [({}, {"User-Api-Key": "k"}), ({"api_username": "reader"}, {"Api-Key": "k", "Api-Username": "reader"})],
)
def test_a_key_travels_in_its_headers(options: dict[str, str], headers: dict[str, str]) -> None:
    it = one_topic({})
    with_key = open_source(
        config("discourse", it.url, **options), now=NOW, memory=Memory(), secrets={key_name("it"): "k"}
    )
    assert [post.native_id for batch in with_key.batches() for post in batch.posts] == ["1"]
    it.close()
    sent = {name.casefold(): value for name, value in it.calls[0].headers.items()}
    assert {name: sent.get(name.casefold()) for name in headers} == headers


def test_another_sources_key_is_not_sent_and_no_key_travels_in_the_open() -> None:
    it = one_topic({})
    list(open_source(config("discourse", it.url), now=NOW, memory=Memory(), secrets={key_name("other"): "k"}).batches())
    it.close()
    assert not any("api-key" in name.casefold() for call in it.calls for name in call.headers)
    with pytest.raises(SettingsError, match="not encrypted"):
        open_source(config("discourse", "http://m.example"), now=NOW, memory=Memory(), secrets={key_name("it"): "k"})


# --- drift


@pytest.mark.parametrize(
    ("lost", "words"), [("cooked", "no 'cooked'"), ("created_at", "no 'created_at'"), ("id", "no 'id'")]
)
def test_a_renamed_field_is_loud(lost: str, words: str) -> None:
    with site(FakeDiscourse({n: [(n, NOW - DAY, "x")] for n in range(1, 5)})) as it:
        whole = it.url

        def answer(call: Call) -> Reply:
            told = json.loads(FakeDiscourse({n: [(n, NOW - DAY, "x")] for n in range(1, 5)})(call).body)
            for post in told.get("post_stream", {}).get("posts", []):
                post[f"new_{lost}"] = post.pop(lost)
            return Reply(json.dumps(told))

        assert whole
        with site(answer) as drifted, pytest.raises(SourceBroken, match=words):
            Kept().night(config("discourse", drifted.url))


def test_numbers_told_as_text_and_strange_values_are_understood() -> None:
    kept = night(
        one_topic(
            {"reads": "5", "version": "2", "updated_at": stamp(NOW), "reply_to_post_number": None}, {"username": None}
        )
    )
    first, second = kept.posts.values()
    assert (first.edited_at, second.author) == (NOW, None)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<title>Just a moment...</title><p>Checking your browser", "captcha page"),
        ("<title>Log in</title><input type=password>", "login wall"),
    ],
)
def test_a_wall_before_a_discourse_is_named(page: str, words: str) -> None:
    with site(lambda _: Reply(page)) as it, pytest.raises(SourceRefused, match=words):
        Kept().night(config("discourse", it.url))


# --- recordings


@pytest.mark.shared
def test_every_recorded_thread_gives_each_of_its_posts(shared: Path) -> None:
    folder = shared / "fixtures/discourse_json"
    topics = [folder / "discourse_api/topic.json", *sorted((folder / "perceval").glob("discourse_topic_11*.json"))]
    for path in topics:
        topic = json.loads(path.read_text(encoding="utf-8"))
        rest = json.loads((folder / "perceval/discourse_posts.json").read_text(encoding="utf-8"))["post_stream"][
            "posts"
        ]
        listing = {"topic_list": {"topics": [{"id": topic["id"], "bumped_at": topic["created_at"]}]}}
        by_id = {post["id"]: post for post in [*rest, *topic["post_stream"]["posts"]]}

        def answer(call: Call, topic: Any = topic, listing: Any = listing, by_id: Any = by_id) -> Reply:  # noqa: ANN401 -- recorded JSON
            if "latest" in call.path:
                return Reply(json.dumps(listing))
            if call.path.endswith("posts.json"):
                wanted = [int(number) for number in call.query["post_ids[]"]]
                some = next(iter(by_id.values()))
                return Reply(json.dumps({"post_stream": {"posts": [by_id.get(n, some | {"id": n}) for n in wanted]}}))
            return Reply(json.dumps(topic))

        with site(answer) as it:
            kept = Kept().night(config("discourse", it.url, backlog_days=9000), datetime(2026, 1, 1, tzinfo=UTC))
        gone = {
            str(p["id"]) for p in topic["post_stream"]["posts"] if p.get("post_type") not in (1, 2) or p.get("hidden")
        }
        assert set(kept.posts) == {str(number) for number in topic["post_stream"]["stream"]} - gone, path.name
        assert all(post.author and post.created_at and post.body for post in kept.posts.values())


@pytest.mark.shared
@pytest.mark.parametrize(
    "name",
    ["discourse_topics", "discourse_topics_empty", "discourse_topics_last_posted_at_null", "discourse_topics_pinned"],
)
def test_every_recorded_list_is_read_to_its_end(shared: Path, name: str) -> None:
    listing = json.loads((shared / f"fixtures/discourse_json/perceval/{name}.json").read_text(encoding="utf-8"))
    listing["topic_list"].pop("more_topics_url", None)
    empty = {"post_stream": {"posts": [], "stream": []}}
    with site(lambda call: Reply(json.dumps(listing if "latest" in call.path else empty))) as it:
        Kept().night(config("discourse", it.url, backlog_days=9000))
    opened_threads = {path.split("/")[2].removesuffix(".json") for path in it.paths() if path.startswith("/t/")}
    assert opened_threads == {str(topic["id"]) for topic in listing["topic_list"]["topics"]}
