"""The demo's sites, read over HTTP with the real sources: every visible post once, with its author and date."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import pytest

from listening.demo import Sites, World, load_world, serve
from listening.errors import SettingsError, SourceUnavailable
from listening.settings import load
from listening.sources import hosts, open_source
from listening.types import Memory, Post, SourceConfig

NIGHTS = (20, 21, 56, 57)


@pytest.fixture(scope="module")
def sites() -> Iterator[Sites]:
    with serve(load_world()) as running:
        yield running


@pytest.fixture(scope="module")
def world(sites: Sites) -> World:
    return sites.world


@pytest.fixture(autouse=True)
def _a_fresh_night() -> None:
    hosts._NIGHTS.clear()  # each test is a night of its own


@dataclass
class Reader:
    """Reads a source night after night and keeps what a store would."""

    sites: Sites
    name: str
    memory: Memory = field(default_factory=Memory)

    def config(self) -> SourceConfig:
        settings = load(self.sites.world.folder / "configs", {})
        return next(one for one in self.sites.configs(settings.sources) if one.name == self.name)

    def night(self, number: int) -> list[Post]:
        now = self.sites.world.night_at(number)
        self.sites.set_now(now)
        posts: list[Post] = []
        for batch in open_source(self.config(), now=now, memory=self.memory, secrets=self.sites.secrets).batches():
            assert batch.warnings == ()
            known = dict(self.memory.validators) | {one.url: one for one in batch.validators}
            self.memory = Memory(batch.cursor, known)
            posts += batch.posts
        return posts


@pytest.mark.parametrize("name", ["yard", "board", "reddit", "blog1", "blog2"])
def test_every_visible_post_is_read_with_its_author_and_date(sites: Sites, world: World, name: str) -> None:
    reader = Reader(sites, name)
    got: dict[str, Post] = {}
    for number in [night for night in NIGHTS if night >= world.site(name).added_on_night]:
        tonight = reader.night(number)
        assert len({post.native_id for post in tonight}) == len(tonight), "a post came twice in one night"
        got |= {post.native_id: post for post in tonight}
        expected = {one.id: one for one in world.visible(name, world.night_at(number))}
        assert got.keys() == expected.keys()
    shown = {key: (post.author, post.created_at, post.title) for key, post in got.items()}
    assert shown == {key: (one.author, one.at, one.title) for key, one in expected.items()}


@pytest.mark.parametrize("name", ["yard", "board", "reddit"])
def test_forums_tell_threads_answers_likes_and_views(sites: Sites, world: World, name: str) -> None:
    got = {post.native_id: post for post in Reader(sites, name).night(56)}
    for one in world.visible(name, world.night_at(56)):
        post = got[one.id]
        assert (post.thread, post.reply_to, post.likes) == (one.thread, one.reply_to, one.likes)
        if one.title and name != "reddit":  # Reddit shows no views
            assert post.views == one.views


def test_words_come_through_whole(sites: Sites, world: World) -> None:
    for name in ("yard", "board", "blog1", "blog2"):
        got = {post.native_id: post.body for post in Reader(sites, name).night(56)}
        for one in world.visible(name, world.night_at(56)):
            for word in one.text.split()[-3:]:
                if word.isalpha():
                    assert word in got[one.id]


def test_the_second_night_reads_only_what_is_near(sites: Sites) -> None:
    reader = Reader(sites, "yard")
    first = reader.night(56)
    assert len(reader.night(57)) < len(first) / 4


def test_the_board_is_down_and_comes_back_with_all(sites: Sites, world: World) -> None:
    reader = Reader(sites, "board")
    got = {post.native_id for post in reader.night(32)}
    for number in world.site("board").down_nights[:2]:
        with pytest.raises(SourceUnavailable, match="503"):
            reader.night(number)
    got |= {post.native_id for post in reader.night(38)}
    assert got == {one.id for one in world.visible("board", world.night_at(38))}


def test_the_second_blog_is_added_late(sites: Sites, world: World) -> None:
    settings = load(world.folder / "configs", {})
    sites.set_now(world.night_at(49))
    assert "blog2" not in [one.name for one in sites.configs(settings.sources)]
    sites.set_now(world.night_at(50))
    assert [one.name for one in sites.configs(settings.sources)] == [one.source for one in world.sites]


def test_feeds_answer_304_until_they_change(sites: Sites, world: World) -> None:
    sites.set_now(world.night_at(20))
    url = sites.addresses()["blog1"][1]
    first = httpx.get(url, trust_env=False)
    again = httpx.get(url, headers={"If-None-Match": first.headers["etag"]}, trust_env=False)
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    sites.set_now(world.night_at(40))
    assert httpx.get(url, headers={"If-None-Match": first.headers["etag"]}, trust_env=False).status_code == 200


def test_only_one_feed_holds_whole_articles(sites: Sites, world: World) -> None:
    sites.set_now(world.night_at(60))
    last = {name: world.visible(name, world.night_at(1000))[0].text.split()[-2] for name in ("blog1", "blog2")}
    feeds = {name: httpx.get(sites.addresses()[name][1], trust_env=False).text for name in last}
    assert last["blog1"] in feeds["blog1"]
    assert "Continue reading" in feeds["blog2"]


def test_every_site_has_its_robots_and_a_page_for_people(sites: Sites, world: World) -> None:
    sites.set_now(world.night_at(20))
    for site in world.sites:
        assert "User-agent: *" in httpx.get(f"{sites.urls[site.source]}/robots.txt", trust_env=False).text
        page = httpx.get(sites.urls[site.source] + "/", trust_env=False)
        assert site.name in page.text


@pytest.mark.parametrize("name", ["yard", "board", "blog1"])
def test_the_address_of_a_post_opens_its_words(sites: Sites, world: World, name: str) -> None:
    posts = Reader(sites, name).night(20)
    found = {one.id: one for one in world.visible(name, world.night_at(20))}
    page = httpx.get(posts[-1].url, trust_env=False)
    assert page.status_code == 200
    assert max(re_words(found[posts[-1].native_id].text), key=len) in page.text


def re_words(text: str) -> list[str]:
    return [word for word in text.split() if word.isalpha()]


@pytest.mark.parametrize(
    "path",
    [
        "yard /t/999999.json",
        "board /viewtopic.php?t=1",
        "board /viewforum.php?f=x",
        "reddit /comments/zzz",
        "blog1 /articles/99",
    ],
)
def test_what_is_not_there_is_404(sites: Sites, path: str) -> None:
    name, _, rest = path.partition(" ")
    assert httpx.get(sites.urls[name] + rest, trust_env=False).status_code == 404


def test_a_taken_port_is_said(world: World) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SettingsError, match="--port"):
            serve(world, taken.getsockname()[1])
