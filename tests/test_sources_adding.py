from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli_nouns import Run
from layouts_world import CASE, page_of
from sources_fakes import FakeBoard, FakeDiscourse
from sources_site import NOW, Call, Reply, Site, fetcher, site

from listening.errors import SourceError
from listening.sources import find_sources, hosts
from listening.sources.adding import Found
from listening.sources.addresses import suggest_name, whole_address
from listening.sources.guard import GuardedBackend
from listening.types import SourceConfig

pytest_plugins = ("cli_fixtures",)
LIKE = SourceConfig("", "", allow_hosts=("127.0.0.1",), gap=0.0)
RECENT = datetime.now(UTC).replace(microsecond=0) - timedelta(days=9)
HTML = {"Content-Type": "text/html; charset=utf-8"}
RSS = {"Content-Type": "application/rss+xml"}


def feed(title: str = "Blog", entries: int = 7, more: str = "") -> Reply:
    items = "".join(
        f"<item><guid>g{n}</guid><title>Post {n}</title><link>https://blog.test/{n}</link>"
        f"<pubDate>{RECENT:%a, %d %b %Y %H:%M:%S} GMT</pubDate>{more}"
        f"<description>{'The rain cover drips at the seam and nobody answers my mails. ' * 12}</description></item>"
        for n in range(entries)
    )
    head = '<rss version="2.0" xmlns:wfw="http://wellformedweb.org/CommentAPI/"><channel>'
    return Reply(f'<?xml version="1.0"?>{head}<title>{title}</title>{items}</channel></rss>', headers=RSS)


def page(body: str, head: str = "", title: str = "A page") -> Reply:
    return Reply(
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>", headers=HTML
    )


def discourse(folder: str = "") -> Callable[[Call], Reply]:
    """A Discourse below a folder, its pages as a browser sees them."""
    topics = {n: [(n * 100 + p, RECENT + timedelta(hours=p), f"words {p}") for p in range(4)] for n in (1, 2)}
    fake = FakeDiscourse(topics)

    def answer(call: Call) -> Reply:
        path = call.path.removeprefix(folder)
        if path.endswith(".json"):
            path = "/latest.json" if path.endswith("/l/latest.json") else path
            return fake(Call(path, call.query, call.headers))
        setup = f'<div id="data-discourse-setup" data-base-uri="{folder}"></div>'
        return page(setup, '<meta name="generator" content="Discourse 3.4.0">')

    return answer


def plain(answer: Callable[[Call], Reply]) -> Callable[[Call], Reply]:
    """The same site with pages that do not say what made them."""

    def told(call: Call) -> Reply:
        reply = answer(call)
        body = reply.body if isinstance(reply.body, str) else reply.body.decode()
        for mark in ('<div id="data-discourse-setup" data-base-uri=""></div>', " id='phpbb'", "Powered by phpBB"):
            body = body.replace(mark, "")
        return replace(reply, body=re.sub(r"<meta[^>]*>", "", body))

    return told


def board(call: Call) -> Reply:
    """A phpBB whose threads say where they stand, and whose foot says which times it shows."""
    topics = {t: [(t * 10 + p, RECENT + timedelta(hours=p), f"a{p}", "it drips") for p in range(3)] for t in (1, 2, 3)}
    if call.path == "/":
        return _phpbb(
            "<ul class='topiclist forums'><li class='row'><a class='forumtitle' href='./viewforum.php?f=1'>B</a>"
        )
    if not call.path.startswith("/view"):
        return Reply(status=404)
    made = FakeBoard(topics)(call)
    crumbs = "<ul class='nav-breadcrumbs'><a href='./'>Index</a><a href='./viewforum.php?f=1'>Bikes</a></ul>"
    text = made.body if isinstance(made.body, str) else made.body.decode()
    return _phpbb(crumbs + text.partition("<body>")[2])


def _phpbb(body: str) -> Reply:
    foot = "<div id='page-footer'>All times are <span title='Europe/Berlin'>UTC+01:00</span> Powered by phpBB</div>"
    return Reply(f"<html><head><title>Bikes</title></head><body id='phpbb'>{body}{foot}</body></html>", headers=HTML)


LINK = '<link rel="alternate" type="application/rss+xml" title="{}" href="{}">'
PLACES: dict[str, tuple[Callable[[Call], Reply] | dict[str, Reply], str, list[tuple[str, str, dict[str, object]]]]] = {
    "a feed": ({"/rss": feed()}, "/rss", [("feed", "/rss", {})]),
    "a feed with comments": (
        {"/rss": feed(more="<wfw:commentRss>https://blog.test/c</wfw:commentRss>")}, "/rss",
        [("feed", "/rss", {"comments": True})],
    ),
    "a feed behind a redirect": (
        {"/old": Reply(status=301, headers={"Location": "/rss"}), "/rss": feed()}, "/old", [("feed", "/rss", {})],
    ),
    "a page with a feed": (
        {"/": page("hi", LINK.format("Comments", "/comments/feed") + LINK.format("Posts", "/p.xml")), "/p.xml": feed(),
         "/comments/feed": feed()}, "/", [("feed", "/p.xml", {})],
    ),
    "a page whose feed is gone, and another": (
        {"/": page("hi", LINK.format("Posts", "/gone") + LINK.format("All", "/all.xml")), "/all.xml": feed()}, "/",
        [("feed", "/all.xml", {})],
    ),
    "a page that hides its feed": ({"/a/b": page("hi"), "/rss.xml": feed()}, "/a/b", [("feed", "/rss.xml", {})]),
    "a talk of people on a site that hides its feed": (
        {"/talk/7": Reply(page_of(CASE["russian_board"]), headers=HTML), "/rss.xml": feed()}, "/talk/7",
        [("forum", "/talk/7", {}), ("feed", "/rss.xml", {})],
    ),
    "a Discourse": (discourse(), "/", [("discourse", "", {})]),
    "a category of a Discourse": (
        discourse(), "/c/help/rain-covers/12", [("discourse", "", {"category": "help/rain-covers/12"})],
    ),
    "a Discourse that does not say so": (plain(discourse()), "/", [("discourse", "", {})]),
    "an index of phpBB that does not say so": (
        plain(board), "/", [("forum", "/", {"engine": "phpbb", "timezone": "Europe/Berlin"})],
    ),
    "a filtered category": (discourse(), "/c/help/5/l/latest", [("discourse", "", {"category": "help/5"})]),
    "a thread of a Discourse in a folder": (discourse("/talk"), "/talk/t/slug/1/3", [("discourse", "/talk", {})]),
    "a board of phpBB": (
        board, "/viewforum.php?f=1",
        [("forum", "/viewforum.php?f=1", {"engine": "phpbb", "timezone": "Europe/Berlin"})],
    ),
    "an index of phpBB": (board, "/", [("forum", "/", {"engine": "phpbb", "timezone": "Europe/Berlin"})]),
    "a thread of phpBB": (
        board, "/viewtopic.php?f=1&t=2",
        [("forum", path, {"engine": "phpbb", "timezone": "Europe/Berlin"}) for path in
         ("/viewforum.php?f=1", "/viewtopic.php?f=1&t=2")],
    ),
}  # fmt: skip


def places(served: Site, path: str) -> list[Found]:
    hosts._NIGHTS.clear()
    with fetcher() as door:
        return list(find_sources(served.url + path, now=NOW, fetcher=door, like=LIKE))


@pytest.mark.parametrize("name", PLACES)
def test_what_an_address_is(name: str) -> None:
    answer, path, want = PLACES[name]
    with site(answer) as served:
        found = places(served, path)
        told = [(one.config.kind, one.config.url, dict(one.config.options)) for one in found]
        assert told == [(kind, served.url + place, options) for kind, place, options in want]
    assert all(one.config.allow_hosts == ("127.0.0.1",) and one.what for one in found)


SUBREDDITS = [
    ("r/bikes", ("bikes",)),
    ("/r/bikes/", ("bikes",)),
    ("https://old.reddit.com/r/Bikes/comments/abc/slug/?x=1", ("Bikes",)),
    ("www.reddit.com/r/bikes+ebikes/new", ("bikes", "ebikes")),
    ("https://reddit.com/r/bikes.rss", ("bikes",)),
]


@pytest.mark.parametrize(("url", "names"), SUBREDDITS)
def test_subreddits_need_no_visit(url: str, names: tuple[str, ...]) -> None:
    with fetcher() as door:
        (found,) = find_sources(url, now=NOW, fetcher=door, like=LIKE)
    assert (found.config.kind, found.config.options) == ("reddit", {"subreddits": names})


NOTHING: list[tuple[str, dict[str, Reply], str]] = [
    ("words", {"/": page("<p>Opening hours</p>" * 200)}, "no feed, and no forum"),
    ("login", {"/": page("<form><input type=password></form>", title="Log in")}, "login wall"),
    ("captcha", {"/": page("<div id='challenge-form'>Checking your browser</div>", title="Just a moment")}, "captcha"),
    ("picture", {"/": Reply(b"\x89PNG\r\n\x1a\n" * 9, headers={"Content-Type": "image/png"})}, "a picture"),
    ("json", {"/": Reply('{"a": 1}', headers={"Content-Type": "application/json"})}, "gave JSON"),
    ("empty", {"/": Reply("")}, "an empty answer"),
    ("missing", {}, "is not there"),
    ("forbidden", {"/": Reply(status=403)}, "may not be read"),
    ("a file", {"/": Reply("%PDF-1.7 ...")}, "a PDF file"),
]


@pytest.mark.parametrize(("name", "table", "words"), NOTHING, ids=[row[0] for row in NOTHING])
def test_what_cannot_be_read_is_named(name: str, table: dict[str, Reply], words: str) -> None:
    assert name
    with site(table) as served, pytest.raises(SourceError, match=words) as told:
        places(served, "/")
    assert told.value.mend


@pytest.mark.parametrize("url", ["https://www.reddit.com/", "https://www.reddit.com/user/ann", "file:///etc/passwd"])
def test_addresses_of_no_source(url: str) -> None:
    with fetcher() as door, pytest.raises(SourceError):
        list(find_sources(url, now=NOW, fetcher=door, like=LIKE))


def test_a_name_that_leads_nowhere_is_to_be_checked_and_not_tried_again() -> None:
    def unknown(*_: object) -> list[str]:
        raise OSError("no such name")

    with (
        fetcher(backend=GuardedBackend(resolve=unknown)) as door,
        pytest.raises(SourceError, match="leads nowhere") as told,
    ):
        list(find_sources("https://nowhere.invalid/", now=NOW, fetcher=door, like=LIKE))
    assert told.value.mend == "nothing was added; check the address"


def test_robots_are_asked_and_obeyed() -> None:
    with site({"/rss": feed()}, robots=Reply("User-agent: *\nDisallow: /")) as served:
        with pytest.raises(SourceError, match=r"robots.txt .* forbids"):
            places(served, "/rss")
        assert served.calls == []


ADDRESSES = [
    ("board.example", "https://board.example"),
    ("board.example:8080/x", "https://board.example:8080/x"),
    ("http://board.example", "http://board.example"),
    ("feed://board.example/rss", "https://board.example/rss"),
    ("feed:https://board.example/rss", "https://board.example/rss"),
    (" //board.example ", "https://board.example"),
    ("r/bikes", "https://www.reddit.com/r/bikes/"),
    ("file:///etc", "file:///etc"),
]


@pytest.mark.parametrize(("typed", "whole"), ADDRESSES)
def test_addresses_as_people_type_them(typed: str, whole: str) -> None:
    assert whole_address(typed) == whole


NAMES = [
    ("https://www.some-blog.example/feed", "", "some-blog"),
    ("https://forum.bikes.co.uk/", "", "forum-bikes"),
    ("https://bikes.example/c/help/5", "Help/5", "bikes-help-5"),
    ("http://127.0.0.1:80/", "", "127-0-0-1"),
    ("http://intranet/", "", "intranet"),
    ("https://\u30d0\u30a4\u30af.example/", "", "source"),
]


@pytest.mark.parametrize(("url", "more", "name"), NAMES)
def test_names_are_made_of_the_host(url: str, more: str, name: str) -> None:
    assert suggest_name(url, more) == name


# --- the command

SOME = '# our places\n[sources.old]\nkind = "feed"\nurl = "https://old.test/rss"  # kept\n'


@pytest.fixture
def configs(bikes_home: Path) -> Path:
    hosts._NIGHTS.clear()
    (bikes_home / "configs" / "sources.toml").write_text(SOME)
    return bikes_home / "configs" / "sources.toml"


@contextmanager
def added(answer: Callable[[Call], Reply] | dict[str, Reply]) -> Iterator[tuple[Site, tuple[str, ...]]]:
    with site(answer) as served:
        yield served, ("--allow-host", "127.0.0.1", "--gap", "0")


def test_add_shows_five_posts_and_writes_the_block(cli: Run, configs: Path) -> None:
    with added({"/": page("hi", LINK.format("Posts", "/p.xml")), "/p.xml": feed(), "/robots.txt": Reply()}) as (
        served,
        how,
    ):
        got = cli("sources", "add", served.url, "--name", "seams", "--yes", *how)
        assert (got.code, got.err) == (0, "")
        assert got.out.startswith(f"{served.url} is a page with the feed 'Posts'")
        assert got.out.count("\nperson ") == 5
        assert "[sources.seams]" in got.out
        text = configs.read_text()
        assert text.startswith(SOME)
        assert tomllib.loads(text)["sources"]["seams"] == {
            "kind": "feed", "url": f"{served.url}/p.xml", "allow_hosts": ["127.0.0.1"], "gap": 0.0,
        }  # fmt: skip
        assert "seams" in cli("sources", "list").out
        assert "The rain cover drips" in cli("sources", "check", "seams").out
        asked = len(served.calls)
        assert "has a source 'seams' already" in cli("sources", "add", served.url, "--name", "seams", *how).err
        assert len(served.calls) == asked
        again = cli("sources", "add", f"{served.url}/p.xml", "--yes", *how)
        assert (again.code, "sources.toml has it already, as 'seams'" in again.err) == (1, True)
        assert configs.read_text() == text


@pytest.mark.parametrize("name", ["a Discourse", "a category of a Discourse", "an index of phpBB", "a thread of phpBB"])
def test_add_forums(cli: Run, configs: Path, name: str) -> None:
    answer, path, want = PLACES[name]
    with added(answer) as (served, how):
        got = cli("sources", "add", served.url + path, "--yes", *how)
        assert got.code == 0, got.err
        kind, place, options = want[0]
        block = tomllib.loads(configs.read_text())["sources"][
            "127-0-0-1" + ("-help-rain-covers-12" * ("category" in name))
        ]
        assert {"kind": kind, "url": served.url + place, **options}.items() <= block.items()
        assert got.out.count("person ") == 5


def test_no_and_nobody_write_nothing(cli: Run, configs: Path) -> None:
    with added({"/rss": feed()}) as (served, how):
        for answer in (b"n\n", b""):
            got = cli("sources", "add", f"{served.url}/rss", *how, stdin=answer)
            assert (got.code, "nothing was written" in got.out) == (1, True)
            assert configs.read_text() == SOME
        assert cli("sources", "add", f"{served.url}/rss", *how, stdin=b"y\n").code == 0
        assert "127-0-0-1" in tomllib.loads(configs.read_text())["sources"]


def test_the_next_way_is_taken_where_the_best_does_not_hold(cli: Run, configs: Path) -> None:
    def answer(call: Call) -> Reply:
        if call.path == "/latest.json":
            return Reply(status=403)
        if call.path == "/latest.rss":
            return feed()
        return page("", '<meta name="generator" content="Discourse 3">' + LINK.format("Latest", "/latest.rss"))

    with added(answer) as (served, how):
        got = cli("sources", "add", served.url, "--yes", *how)
        assert got.code == 0
        assert "a Discourse forum: " in got.err
        assert "may not be read" in got.err
        assert tomllib.loads(configs.read_text())["sources"]["127-0-0-1"]["url"] == f"{served.url}/latest.rss"


TEASERS = "".join(
    f"<div class='teaser'><a href='/news/{n}'>Headline number {n} of today</a>"
    f" <span class='when'>{RECENT:%d %B %Y %H:%M}</span></div>"
    for n in range(9)
)
POSTS = "".join(
    f"<div class='entry'><b class='username'>writer{n}</b> <i>{RECENT:%d %B %Y} 1{n}:30</i>"
    f"<p class='words'>{'The rain cover drips at the seam and nobody answers. ' * n}</p></div>"
    for n in range(1, 7)
)
REFUSED: list[tuple[str, dict[str, Reply], str]] = [
    ("a list of headlines", {"/": page(TEASERS)} | {f"/news/{n}": page("words " * 99) for n in range(9)}, ""),
    ("an empty feed", {"/": feed(entries=0)}, "shows no posts"),
    ("a page without anything", {"/": page("hi")}, "no feed, and no forum"),
    ("a page of errors", {"/": Reply(status=404)}, "is not there"),
]


@pytest.mark.parametrize(("name", "table", "words"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_block_that_does_not_check_is_not_written(
    cli: Run, configs: Path, name: str, table: dict[str, Reply], words: str
) -> None:
    assert name
    with added(table) as (served, how):
        got = cli("sources", "add", served.url, "--yes", *how)
    assert (got.code, words in got.err) == (1, True), got.err
    assert configs.read_text() == SOME


def test_a_forum_of_unknown_make_is_added_where_its_posts_are_signed(cli: Run, configs: Path) -> None:
    with added({"/": page(POSTS)}) as (served, how):
        got = cli("sources", "add", served.url, "--yes", *how)
        assert got.code == 0, got.err
        assert "of a make that we do not know" in got.out
        assert tomllib.loads(configs.read_text())["sources"]["127-0-0-1"]["kind"] == "forum"


def test_reddit_without_any_key_is_not_written(cli: Run, configs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", "REDDIT_USER", "REDDIT_RSS_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    got = cli("sources", "add", "r/bikes", "--yes")
    assert got.code == 1
    assert "the subreddit r/bikes: Reddit is off" in got.err
    assert configs.read_text() == SOME


def test_an_address_of_our_own_network_needs_to_be_allowed(cli: Run, configs: Path) -> None:
    with site({"/rss": feed()}) as served:
        got = cli("sources", "add", f"{served.url}/rss", "--yes", "--gap", "0")
        assert (got.code, served.calls) == (1, [])
    assert configs.read_text() == SOME


def test_a_second_place_of_a_host_gets_the_next_name(cli: Run, configs: Path) -> None:
    with added({"/a": feed(), "/b": feed()}) as (served, how):
        assert cli("sources", "add", f"{served.url}/a", "--yes", *how).code == 0
        assert cli("sources", "add", f"{served.url}/b", "--yes", *how).code == 0
    assert list(tomllib.loads(configs.read_text())["sources"]) == ["old", "127-0-0-1", "127-0-0-1-2"]
