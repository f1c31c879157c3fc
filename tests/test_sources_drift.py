"""A site that changes is never half read: its posts come out right, or it is said what is wrong and nothing is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from drifting import CHANGES, SITE, changed, faults, night, paths
from sources_fakes import FakeBoard, FakeDiscourse, FakeReddit, stamp
from sources_site import NOW, Answer, Call, Kept, Reply, config, site

from listening.errors import SourceError
from listening.sources.expected import Expected, LayoutChanged
from listening.sources.forum.engines import ENGINES
from listening.sources.forum.pages import Reading, read_page
from listening.sources.reddit_posts import as_post
from listening.types import Memory

DAY = timedelta(days=1)

# --- Discourse

TOPICS = {
    topic: [(topic * 100 + place, NOW - DAY + timedelta(hours=topic, minutes=place), f"it drips {place}")
            for place in range(count)]
    for topic, count in ((1, 3), (2, 24), (3, 3))
}  # fmt: skip
UNSEEN = {  # these say the same as a thread in which nobody answers anybody, and as one that nobody likes
    ("reply_to_post_number", "null"), ("count", "renamed"), ("count", "null"),
}  # fmt: skip


def discourse(call: Call) -> Reply:
    """Three threads, one of them longer than an answer; two threads a page of the list."""
    if call.path != "/latest.json":
        return FakeDiscourse(TOPICS)(call)
    page = int(call.query["page"][0])
    shown = [{"id": topic, "bumped_at": stamp(TOPICS[topic][-1][1])} for topic in (3, 2, 1)[page * 2 : page * 2 + 2]]
    more = {} if page else {"more_topics_url": "/latest?page=1"}
    return Reply(json.dumps({"topic_list": {"topics": shown, "per_page": 2, **more}}))


def is_list(call: Call) -> bool:
    return call.path == "/latest.json"


def is_topic(call: Call) -> bool:
    return not is_list(call) and not is_posts(call)


def is_posts(call: Call) -> bool:
    return call.path.endswith("posts.json")


@pytest.mark.parametrize(
    ("where", "sample"),
    [
        (is_list, Call("/latest.json", {"page": ["0"]}, {})),
        (is_topic, Call("/t/2.json", {}, {})),
        (is_posts, Call("/t/2/posts.json", {"post_ids[]": ["221"]}, {})),
    ],
)
def test_discourse_with_any_field_renamed_or_of_another_type(where: Callable[[Call], bool], sample: Call) -> None:
    whole, trouble = night("discourse", discourse)
    assert (len(whole.posts), trouble) == (30, ())
    silent, lost = [], []
    for path in paths(json.loads(discourse(sample).body)):
        for name, change in CHANGES.items():
            if (path[-1], name) in UNSEEN:
                continue

            def drifted(call: Call, path: tuple[str, ...] = path, change: object = change) -> Reply:
                told = discourse(call)
                return Reply(changed(told.body, path, change)) if where(call) else told  # type: ignore[arg-type]  # of CHANGES

            kept, said = night("discourse", drifted)
            if not said and faults(whole.posts, kept.posts):
                silent.append((path, name))
            if said:
                after, _ = night("discourse", discourse, kept.memory)
                lost += [(path, name)] * (whole.posts.keys() != {**kept.posts, **after.posts}.keys())
    assert (silent, lost) == ([], [])


def test_a_field_that_is_gone_is_named() -> None:
    def without(name: str) -> tuple[str, ...]:
        path = ("post_stream", "posts", "[]", name)
        renamed = CHANGES["renamed"]
        return night(
            "discourse", lambda c: discourse(c) if is_list(c) else Reply(changed(discourse(c).body, path, renamed))
        )[1]

    assert "the posts have no 'username' any more" in without("username")[-1]
    assert "the forum's posts tell no 'reads' any more" in without("reads")[-1]


# --- feeds


def rss(count: int) -> str:
    items = "".join(
        f"<item><guid isPermaLink='false'>g{n}</guid><link>{SITE}/{n}</link><title>T {n}</title>"
        f"<dc:creator>Ann {n}</dc:creator><pubDate>Tue, {n:02} Mar 2026 10:00:00 GMT</pubDate>"
        f"<description>It drips {n}</description><content:encoded>It drips all day {n}</content:encoded></item>"
        for n in range(count, 0, -1)
    )
    return (
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/' "
        f"xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>B</title>{items}</channel></rss>"
    )


def rdf(count: int) -> str:
    items = "".join(
        f"<item rdf:about='{SITE}/{n}'><title>T {n}</title><link>{SITE}/{n}</link><dc:creator>Ann {n}</dc:creator>"
        f"<dc:date>2026-03-{n:02}T10:00:00Z</dc:date><description>It drips all day {n}</description></item>"
        for n in range(count, 0, -1)
    )
    return (
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' "
        f"xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>B</title></channel>{items}</rdf:RDF>"
    )


def atom(count: int) -> str:
    entries = "".join(
        f"<entry><id>tag:d.test,2026:{n}</id><link href='{SITE}/{n}'/><title>T {n}</title><author><name>Ann {n}</name>"
        f"</author><published>2026-03-{n:02}T10:00:00Z</published><updated>2026-03-{n:02}T10:00:00Z</updated>"
        f"<content type='html'>It drips all day {n}</content></entry>"
        for n in range(count, 0, -1)
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>B</title>{entries}</feed>"


def json_feed(count: int) -> str:
    items = [
        {"id": f"g{n}", "url": f"{SITE}/{n}", "title": f"T {n}", "authors": [{"name": f"Ann {n}"}],
         "date_published": f"2026-03-{n:02}T10:00:00Z", "content_html": f"It drips all day {n}"}
        for n in range(count, 0, -1)
    ]  # fmt: skip
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items})


def drifts(make: Callable[[int], str]) -> dict[str, str]:
    """The feed of six entries with each element renamed, removed or empty; in JSON each field changed."""
    feed, found = make(6), dict[str, str]()
    if make is json_feed:
        for path in paths(json.loads(feed)):
            found |= {f"{path} {name}": changed(feed, path, change) for name, change in CHANGES.items()}
        return found
    for tag in sorted(set(re.findall(r"<([\w:]+)", feed))):
        name = re.escape(tag)
        found[f"{tag} renamed"] = re.sub(rf"(</?){name}(?=[ />])", rf"\1{tag}V2", feed)
        found[f"{tag} removed"] = re.sub(rf"<{name}\b[^>]*(?:/>|>.*?</{name}>)", "", feed)
        found[f"{tag} empty"] = re.sub(rf"(<{name}\b[^>]*>)[^<]+(</{name}>)", r"\1\2", feed)
    found["dates in words"] = re.sub(r"Tue, \d\d Mar 2026|2026-03-\d\dT10:00:00Z", "lately", feed)
    return found


@pytest.mark.parametrize("make", [rss, rdf, atom, json_feed])
def test_a_feed_with_any_element_renamed_removed_or_empty(make: Callable[[int], str]) -> None:
    def one(body: str, memory: Memory | None = None) -> tuple[Kept, tuple[str, ...]]:
        return night("feed", lambda _: Reply(body), memory, path="/feed", full_text="never")

    first, whole = one(make(5))[0], one(make(6))[0]
    known = {(post.title, post.body, post.author, post.created_at, post.url) for post in whole.posts.values()}
    silent, lost = [], []
    for name, body in drifts(make).items():
        kept, said = one(body, first.memory)
        told = {(post.title, post.body, post.author, post.created_at, post.url) for post in kept.posts.values()}
        if not said and (told - known or not kept.posts):
            silent.append(name)
        after = one(make(6), kept.memory if kept.memory.cursor else first.memory)[0] if said else kept
        lost += [name] * (len({post.title for post in (*first.posts.values(), *after.posts.values())}) < 6)
    assert (silent, lost) == ([], [])


# --- forums


BOARD = {topic: [(topic * 10 + n, NOW - DAY + timedelta(hours=topic, minutes=n), f"u{n}", f"it drips {n}")
                 for n in range(3)] for topic in (1, 2, 3, 4)}  # fmt: skip
OLDER = {topic: [(number, when - DAY, *rest) for number, when, *rest in posts] for topic, posts in BOARD.items()}


def board(call: Call) -> Reply:
    return FakeBoard(BOARD)(call)


def themed(*renamed: str) -> Answer:
    """The board with these class names renamed, as a new theme would."""

    def answer(call: Call) -> Reply:
        page = str(board(call).body)
        for name in renamed:
            page = re.sub(rf"(class='[^']*)\b{name}\b", rf"\1new-{name[::-1]}", page)
        return Reply(page)

    return answer


@pytest.mark.parametrize("engine", ["phpbb", ""])
@pytest.mark.parametrize(
    "renamed",
    [("username",), ("author",), ("content",), ("post",), ("postbody",), ("topictitle",), ("topiclist",), ("row",),
     ("pagination",), ("lastpost",), ("username", "author", "content", "post", "postbody", "bg1"),
     ("topictitle", "topiclist", "topics", "row", "lastpost")],
)  # fmt: skip
def test_a_forum_with_another_theme(renamed: tuple[str, ...], engine: str) -> None:
    options = {"engine": engine, "path": "/viewforum.php?f=1"}
    earlier = night("forum", FakeBoard(OLDER), **options)[0]
    whole = night("forum", board, earlier.memory, **options)[0]
    assert len(whole.posts) == 12
    kept, said = night("forum", themed(*renamed), earlier.memory, **options)
    after = night("forum", board, kept.memory if kept.memory.cursor else earlier.memory, **options)[0]
    assert said or not faults(whole.posts, kept.posts)
    assert not [key for key, post in kept.posts.items() if not (post.author and post.created_at and post.body)]
    assert whole.posts.keys() <= {**kept.posts, **after.posts}.keys()


@pytest.mark.shared
def test_saved_threads_under_another_theme_are_told_or_read_right(shared: Path) -> None:
    how = Reading((), (), NOW)
    read, silent = set[str](), []
    for path in sorted((shared / "fixtures/forum_html").glob("*.html"), key=lambda path: path.stat().st_size):
        page = path.read_bytes()
        if not any(name in path.name for name in ENGINES.keys() - read):  # one page an engine
            continue
        whole = read_page(page, SITE, "", how)
        if len(whole.posts) < 2 or whole.read_by not in ENGINES or whole.read_by in read:
            continue
        other = re.sub(rb"""\b(class|id)=(["'])(?=[a-zA-Z])""", rb"\1=\2x-", page)
        found = read_page(other, SITE, "", how)
        read.add(whole.read_by)
        memory = Expected({}, now=NOW - 9 * DAY)
        memory.warn_of(whole.read_by, SITE)
        told = Expected(memory.kept(), now=NOW).warn_of(found.read_by, SITE)
        if found.posts and not told:
            silent.append(path.name)
    assert len(read) >= 5
    assert silent == []


# --- walls

WALLS = {
    "captcha page": "<html><title>Just a moment...</title><div id='challenge-form'>Checking your browser</div></html>",
    "login wall": "<html><title>Log in</title><form><input type='password' name='p'></form></html>",
    "maintenance": "<html><title>Board</title><p>The forum is currently down for maintenance.</p></html>",
}


@pytest.mark.parametrize("wall", WALLS)
@pytest.mark.parametrize("behind", ["list", "thread"])
@pytest.mark.parametrize(
    ("kind", "path", "whole"), [("discourse", "", discourse), ("forum", "/viewforum.php?f=1", board)]
)
def test_a_wall_is_named_and_nothing_is_lost(kind: str, path: str, whole: Answer, behind: str, wall: str) -> None:
    def walled(call: Call) -> Reply:
        listed = call.path in ("/latest.json", "/viewforum.php")
        return Reply(WALLS[wall]) if listed == (behind == "list") else whole(call)

    kept, said = night(kind, walled, path=path)
    assert not kept.posts
    assert any(wall in one for one in said)
    assert night(kind, whole, kept.memory, path=path)[0].posts.keys() == night(kind, whole, path=path)[0].posts.keys()


@pytest.mark.parametrize("wall", WALLS)
@pytest.mark.parametrize("known", [5, 0])
def test_a_wall_before_a_feed_is_named_and_its_entries_come_later(known: int, wall: str) -> None:
    first = night("feed", lambda _: Reply(rss(known)), path="/feed", full_text="never")[0] if known else Kept()
    kept, said = night("feed", lambda _: Reply(WALLS[wall]), first.memory, path="/feed", full_text="never")
    assert not kept.posts
    assert f"shows a {wall}" in said[0]
    after = night("feed", lambda _: Reply(rss(6)), kept.memory, path="/feed", full_text="never")[0]
    assert len(after.posts) == 6 - known


# --- Reddit

LINK = {"name": "t3_a", "id": "a", "title": "T", "selftext": "it drips", "num_comments": 1, "permalink": "/r/x/a/",
        "author": "ann", "created_utc": 1.7e9, "edited": False, "score": 3}  # fmt: skip
COMMENT = {"name": "t1_b", "id": "b", "body": "same here", "link_id": "t3_a", "parent_id": "t3_a",
           "permalink": "/r/x/b/", "author": "bo", "created_utc": 1.7e9, "edited": False, "score": 2}  # fmt: skip
SPARE = {"num_comments", "edited", "id", "permalink"}  # read elsewhere, or made of the rest


@pytest.mark.parametrize("told", [LINK, COMMENT])
def test_reddit_with_any_field_renamed_or_of_another_type(told: dict[str, object]) -> None:
    whole, silent = as_post(SimpleNamespace(**told), "it", SITE), []
    for field in told.keys() - SPARE:
        for name, change in CHANGES.items():
            other = dict(told)
            change(other, field)
            try:
                post = as_post(SimpleNamespace(**other), "it", SITE)
            except (KeyError, TypeError, ValueError):
                continue
            if post != whole and (field, name) != ("author", "null"):  # an account that was deleted
                silent.append((field, name))
    assert silent == []


def test_reddit_that_has_changed_ends_the_visit_and_nothing_is_lost() -> None:
    fake = FakeReddit({f"t{n}": (NOW - n * DAY / 9, f"it drips {n}", []) for n in range(1, 5)})

    def drifted(call: Call) -> Reply:
        reply = fake(call)
        return Reply(str(reply.body).replace('"selftext"', '"text_v2"'), headers=reply.headers)

    answers: list[Answer] = [drifted]

    def answer(call: Call) -> Reply:
        return answers[-1](call)

    with site(answer) as it:
        conf, kept = config("reddit", "", subreddits=("it",), base_url=it.url), Kept()
        with pytest.raises(LayoutChanged, match="without 'selftext'"):
            kept.night(conf)
        assert not kept.posts
        answers.append(fake)
        assert len(kept.night(conf).posts) == 4


# --- what a source always told


def fields(*authors: str) -> list[dict[str, object]]:
    return [{"author": author} for author in authors]


def test_a_field_that_was_always_told_is_missed_for_a_week() -> None:
    known = Expected({}, now=NOW)
    known.check(fields("a", "b", "c"), SITE)
    for days, raises in ((1, True), (6, True), (7, False), (30, False)):
        later = Expected(known.kept(), now=NOW + days * DAY)
        if raises:
            with pytest.raises(SourceError, match="tell no author any more, as they did until 2026-03-20"):
                later.check(fields("", "", ""), SITE)
        else:
            later.check(fields("", "", ""), SITE)


def test_few_posts_without_or_a_source_that_never_told_are_no_change() -> None:
    known = Expected({}, now=NOW)
    known.check(fields("a", "b", "c"), SITE)
    known.check(fields("", ""), SITE)
    known.check(fields("a"), SITE)
    known.check(fields("", ""), SITE)
    never = Expected({}, now=NOW)
    for _ in range(3):
        never.check(fields("", "", "", ""), SITE)


def test_where_authors_leave_now_and_then_a_few_nameless_posts_are_no_change() -> None:
    known = Expected({}, now=NOW)
    for _ in range(10):
        known.check(fields(*("a" * 19), ""), SITE)
    later = Expected(known.kept(), now=NOW + DAY)
    for _ in range(4):
        later.check(fields(""), SITE)  # one in twenty: four in a row come by chance in a busy month
    later.check(fields("a"), SITE)
    with pytest.raises(LayoutChanged):
        later.check(fields(*[""] * 7), SITE)
