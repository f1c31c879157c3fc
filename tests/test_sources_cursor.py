"""The truth of the cursor: late, same-second, edited, back-dated and 2099-dated posts, deletions, and runs that die.

Everything goes through `pipeline.crawl` into a real store; only the sites are invented.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from cursor_world import START, THEN_2099, Said, World, generate
from nights_world import KEY, settings_of, settle
from sources_site import Call, Reply, config, site
from store_nouns import pain_point, reading, signal
from store_nouns import place as bear

from listening import pipeline
from listening.pipeline import visits
from listening.settings import Settings
from listening.sources import hosts, plain_link
from listening.sources.cursor import later, read_from, whose_turn
from listening.store import Store, open_store, reads, writes
from listening.store.tables import documents
from listening.types import Crawl, SourceConfig

DAY = timedelta(days=1)
KINDS: Mapping[str, tuple[str, str, dict[str, object]]] = {
    "discourse": ("discourse", "", {}),
    "phpbb": ("forum", "/viewforum.php?f=1", {"engine": "phpbb"}),
    "feed": ("feed", "/feed", {"full_text": "never"}),
}


class Killed(BaseException):
    """The run died here."""


@dataclass
class Place:
    """A source on loopback and the store that listens to it."""

    store: Store
    settings: Settings
    source: SourceConfig
    world: World

    def night(self, now: datetime, *, dies_after: int | None = None) -> Crawl | None:
        """Crawl as the site stands at `now`; `dies_after` so many batches it is killed."""
        self.world.now = now
        hosts._NIGHTS.clear()
        left = dies_after

        def keep(*given: object, **named: object) -> object:
            nonlocal left
            if left == 0:
                raise Killed
            left = None if left is None else left - 1
            return kept(*given, **named)  # type: ignore[arg-type]  # handed through

        kept = writes.keep_batch
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(visits.writes, "keep_batch", keep)
            patch.setattr(visits, "LONGEST_WAIT", 0.0)  # each batch on its own: there are more moments to die in
            try:
                return pipeline.crawl(self.store, self.settings, self.source, key=KEY, now=now)
            except Killed:
                return None

    def rows(self) -> list[sa.RowMapping]:
        with self.store.reading() as connection:
            return list(connection.execute(sa.select(documents).order_by(documents.c.id)).mappings())

    def texts(self) -> dict[int, str]:
        """The text that we keep of each post, by its number; a title above it is left out."""
        return {int(row["native_id"].lstrip("g")): row["text"].rpartition("\n")[2] for row in self.rows()}


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Callable[[str, World], Place]]:
    """Open a world as one of the kinds of sites."""
    running, stores = [], []

    def open_place(kind: str, world: World) -> Place:
        name, path, options = KINDS[kind]
        it = site(getattr(world, kind))
        running.append(it)
        url = it.__enter__().url
        settings = settings_of(settle(tmp_path, sources=(), zone="UTC"))
        stores.append(open_store(f"sqlite:///{tmp_path / kind}.db"))
        return Place(stores[-1], settings, config(name, url + path, **options), world)

    yield open_place
    for store in stores:
        store.close()
    for it in running:
        it.__exit__(None, None, None)


def live(place: Place, *, days: int, seed: int, first_hour: int = 0) -> int:
    """Live some nights at the same hour, a third of them killed once or twice; returns how many runs died."""
    rng, died = random.Random(seed), 0  # noqa: S311 - chance, no secret
    for number in range(1, days + 1):
        now = START + number * DAY + timedelta(hours=first_hour)
        for _ in range(rng.choice((0, 0, 0, 0, 1, 2))):
            died += place.night(now, dies_after=rng.randint(0, 12)) is None
        assert place.night(now).state == "done"
    return died


# --- the figure: nothing missed, nothing doubled


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_missed_and_nothing_doubled(kind: str, places: Callable[[str, World], Place]) -> None:
    """A few hundred posts here; `bench/cursor.py` lives the ten thousand."""
    world = World(generate(150, days=3, seed=11))
    place = places(kind, world)
    assert live(place, days=10, seed=5) >= 2
    assert place.texts() == {one.id: one.at(world.now) for one in world.posts}
    assert len(place.rows()) == len(world.posts)
    lying = next(one for one in world.posts if one.shown == THEN_2099)
    kept = next(row for row in place.rows() if int(row["native_id"].lstrip("g")) == lying.id)
    assert kept["date_from"] == "first-seen"
    assert START < kept["created_at"] <= lying.visible + DAY
    edited = {one.id for one in world.posts if any(when > one.visible + DAY for when, _, _ in one.edits)}
    versions = {int(row["native_id"].lstrip("g")): row["version"] for row in place.rows()}
    assert edited
    assert all(versions[one] > 1 for one in edited)


def test_a_night_that_is_run_three_times_changes_nothing(places: Callable[[str, World], Place]) -> None:
    place = places("discourse", World(generate(60, days=2, seed=3)))
    place.night(START + 2 * DAY)
    before = place.rows(), reads.crawls(place.store)
    for _ in range(2):
        place.night(START + 2 * DAY)
    assert (place.rows(), reads.crawls(place.store)) == before


# --- deletions


def three(**more: object) -> list[Said]:
    """A thread of three posts."""
    return [Said(n, 7, START, START, f"the zip of bag number {n} jams each time it rains", **more) for n in (1, 2, 3)]  # type: ignore[arg-type]  # a table of fields


@pytest.mark.parametrize("age", [1, 40])
def test_a_post_that_its_thread_lists_no_more_is_removed_however_old(
    places: Callable[[str, World], Place], age: int
) -> None:
    """Long-quiet threads are looked at in turn: a deletion does not bring a thread up."""
    posts = three()
    posts[1].gone = START + age * DAY
    place = places("discourse", World(posts))
    place.night(START)
    assert place.night(START + (age - 0.5) * DAY).removed == 0
    assert place.night(START + (age + 0.5) * DAY).removed == 1
    assert set(place.texts()) == {1, 3}


def test_a_thread_that_is_gone_goes_with_all_its_posts(places: Callable[[str, World], Place]) -> None:
    posts = [*three(), Said(9, 8, START, START, "another thread that stays where it is, about a strap")]
    for one in posts[:3]:
        one.gone = START + 5 * DAY
    place = places("discourse", World(posts))
    place.night(START)
    place.night(START + 6 * DAY)
    assert set(place.texts()) == {9}


def test_a_site_that_suddenly_denies_all_its_threads_is_believed_on_the_second_night(
    places: Callable[[str, World], Place],
) -> None:
    posts = [Said(n, n, START, START, f"a thread of its own, number {n}, about a bottle") for n in range(1, 7)]
    place = places("discourse", World(posts))
    place.night(START)
    denies = {"/t/"}
    answer = place.world.discourse

    def odd(call: Call) -> Reply:
        return Reply(status=404) if any(call.path.startswith(one) for one in denies) else answer(call)

    with site(odd) as it:
        place.source = config("discourse", it.url)
        assert place.night(START + DAY).removed == 0
        assert len(place.rows()) == 6
        denies.clear()
        place.night(START + 2 * DAY)
        denies.add("/t/")
        assert place.night(START + 3 * DAY).removed == 0
        assert place.night(START + 4 * DAY).removed == 6


def test_a_post_of_an_html_forum_goes_when_it_is_missing_on_a_second_night(
    places: Callable[[str, World], Place],
) -> None:
    posts = three()
    posts[2].gone = START + DAY / 2
    place = places("phpbb", World(posts))
    place.night(START)
    assert place.night(START + DAY).removed == 0
    assert place.night(START + DAY).removed == 0, "the same night again is no second night"
    assert place.night(START + 2 * DAY).removed == 1
    assert set(place.texts()) == {1, 2}


def test_an_html_forum_that_shows_half_of_a_thread_loses_nothing(places: Callable[[str, World], Place]) -> None:
    posts = [Said(n, 7, START, START, f"post number {n} on the buckle of that bag") for n in range(1, 21)]
    for one in posts[8:]:
        one.gone = START + DAY / 2
    place = places("phpbb", World(posts))
    place.night(START)
    for night in (1, 2):
        found = place.night(START + night * DAY)
        assert found.removed == 0
        assert "shows 8 of the 20 posts it had, and none was removed" in found.warnings[0]
    assert len(place.rows()) == 20


def test_a_post_that_is_missing_once_and_back_again_stays(places: Callable[[str, World], Place]) -> None:
    posts = three()
    place = places("phpbb", World(posts))
    place.night(START)
    posts[2].gone = START
    place.night(START + DAY)
    posts[2].gone = None
    place.night(START + 2 * DAY)
    posts[2].gone = START
    assert place.night(START + 3 * DAY).removed == 0
    assert place.night(START + 4 * DAY).removed == 1


def test_a_post_that_was_moved_to_another_thread_is_there_once(places: Callable[[str, World], Place]) -> None:
    posts = [*three(), Said(9, 8, START, START, "another thread, which gets a post that was said elsewhere")]
    place = places("discourse", World(posts))
    place.night(START)
    for to in (8, 7):
        posts[1].thread = to
        place.night(place.world.now + DAY)
        assert {row["native_id"]: row["thread"] for row in place.rows()}["2"] == str(to)
        assert set(place.texts()) == {1, 2, 3, 9}


# --- identity


def test_articles_whose_ids_change_each_night_are_met_once(places: Callable[[str, World], Place]) -> None:
    world = World(three())
    place = places("feed", world)
    place.night(START)
    first = {row["url"]: row["id"] for row in place.rows()}
    answer = world.feed

    def unsteady(call: Call) -> Reply:
        reply = answer(call)
        return Reply(str(reply.body).replace(">g", ">another-g").replace("</link>", "?utm_source=rss</link>"))

    with site(unsteady) as it:
        place.source = config("feed", it.url + "/feed", full_text="never")
        assert (place.night(START + DAY).new, len(place.rows())) == (0, 3)
    assert {row["url"]: row["id"] for row in place.rows()} == first


def test_an_undated_post_keeps_the_night_on_which_it_was_first_seen(places: Callable[[str, World], Place]) -> None:
    world = World(three())
    place = places("feed", world)
    answer, dated = world.feed, [False]

    def undated(call: Call) -> Reply:
        body = str(answer(call).body)
        return Reply(body if dated[0] else body.replace("pubDate>", "when>"))

    with site(undated) as it:
        place.source = config("feed", it.url + "/feed", full_text="never")
        place.night(START)
        posts = world.posts
        posts[0].edits.append((START + DAY, "in other words, the zip jams and nobody knows why", False))
        place.night(START + DAY)
        dated[0] = True
        posts[0].edits.append((START + 2 * DAY, "once more in other words: it is the slider that jams", False))
        place.night(START + 2 * DAY)
    assert {(row["created_at"], row["date_from"]) for row in place.rows()} == {(START, "first-seen")}
    assert sorted(row["version"] for row in place.rows()) == [1, 1, 3]


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://b.test/p?utm_source=rss&id=7&fbclid=x#c2", "https://b.test/p?id=7#c2"),
        ("https://b.test/viewtopic.php?t=4&sid=0123abcd#p9", "https://b.test/viewtopic.php?t=4#p9"),
        ("https://b.test/a?PHPSESSID=1", "https://b.test/a"),
        ("https://b.test/a?q=a%20b&x", "https://b.test/a?q=a%20b&x"),
        ("https://b.test/s?s=words", "https://b.test/s?s=words"),
        ("http://[broken", "http://[broken"),
        ("", ""),
    ],
)
def test_an_address_without_what_follows_a_reader_around(url: str, plain: str) -> None:
    assert plain_link(url) == plain
    assert plain_link(plain) == plain


# --- the cursor's arithmetic


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (None, START - 365 * DAY),
        ("", START - 365 * DAY),
        ("nonsense", START - 365 * DAY),
        ((START - DAY).isoformat(), START - 4 * DAY),
        (THEN_2099.isoformat(), START - 3 * DAY),
    ],
)
def test_from_where_a_source_is_read(until: str | None, expected: datetime) -> None:
    assert read_from(until, now=START, overlap_days=3, backlog_days=365) == expected


def test_a_moment_to_come_never_moves_the_cursor_past_now() -> None:
    assert later(None, THEN_2099, START) == START.isoformat()
    assert later(THEN_2099.isoformat(), None, START) == START.isoformat()
    assert later((START - DAY).isoformat(), START - 2 * DAY, START) == (START - DAY).isoformat()
    assert later("", None, START) == ""


# --- what a kill leaves


def test_warnings_are_kept_with_their_batch(places: Callable[[str, World], Place]) -> None:
    place = places("feed", World(three()))
    whole = str(place.world.feed(Call("/feed", {}, {})).body)
    with site({"/feed": Reply(whole.replace("</channel></rss>", "<item><title>cut"))}) as it:
        place.source = config("feed", it.url + "/feed", full_text="never")
        assert place.night(START, dies_after=1) is None
        (row,) = reads.crawls(place.store)
        assert (row.state, row.new) == ("running", 4)
        assert "is damaged" in row.warnings[0]
        assert len(place.night(START).warnings) == 1


def test_a_thread_that_shows_nothing_any_more_says_what_it_had(places: Callable[[str, World], Place]) -> None:
    place = places("phpbb", World(three()))
    place.night(START)
    answer = place.world.phpbb

    def bare(call: Call) -> Reply:
        is_topic = call.path == "/viewtopic.php"
        page = "<html><title>Board</title><body><div>new look</div></body></html>"
        return Reply(page, headers={"Content-Type": "text/html"}) if is_topic else answer(call)

    with site(bare) as it:
        place.source = config("forum", it.url + "/viewforum.php?f=1", engine="phpbb")
        warnings = place.night(START + DAY).warnings
    assert any(said.startswith("0 posts from a page that had 3: ") for said in warnings)
    assert len(place.rows()) == 3


# --- what nobody lists any more


def quoted(place: Place, *native: str) -> None:
    """Let these posts speak in a pain point."""
    ids = [row["id"] for row in place.rows() if row["native_id"] in native]
    writes.mark_clean(place.store, ids, {})
    writes.keep_readings(place.store, [reading(one, signal(one)) for one in ids])
    bear(place.store, pain_point(), *(f"s-{one}-0" for one in ids))


def test_a_quoted_article_that_is_deleted_goes_though_no_feed_lists_it(places: Callable[[str, World], Place]) -> None:
    place = places("feed", World(three()))
    pages = {"/1": Reply("<p>still here"), "/2": Reply(status=404), "/3": Reply(status=404)}
    with site(lambda call: pages.get(call.path) or answered(call)) as it:

        def answered(call: Call) -> Reply:
            return Reply(str(place.world.feed(call).body).replace("http://b.test", it.url))

        place.source = config("feed", it.url + "/feed", full_text="never")
        place.night(START)
        quoted(place, "g1", "g2")
        assert reads.memory(place.store, "it").addresses == {"g1": f"{it.url}/1", "g2": f"{it.url}/2"}
        for day in (1, 2):  # while the feed lists it nobody asks
            place.night(START + day * DAY)
        assert it.paths().count("/2") == 0
        assert place.night(START + 10 * DAY).removed == 0
        assert place.night(START + 11 * DAY).removed == 1
    assert set(place.texts()) == {1, 3}, "what is not quoted is not asked for, and 1 is still there"
    assert reads.point(place.store, "pp-1").size == 1


def test_a_quoted_thread_of_an_html_forum_is_looked_at_long_after(places: Callable[[str, World], Place]) -> None:
    posts = three()
    posts[1].gone = START + 60 * DAY
    posts[2].edits.append((START + 60 * DAY, "in other words: the zip is quite all right by now", False))
    place = places("phpbb", World(posts))
    place.night(START)
    quoted(place, "1", "2", "3")
    place.night(START + 59 * DAY)
    assert place.night(START + 61 * DAY).changed == 1
    assert place.night(START + 62 * DAY).removed == 1
    assert set(place.texts()) == {1, 3}


def test_one_thread_with_a_wrong_date_does_not_hide_those_behind_it(places: Callable[[str, World], Place]) -> None:
    posts = [
        Said(n, n, START - timedelta(minutes=n), START, f"thread {n} of the board, on labels") for n in range(1, 8)
    ]
    world = World(posts, per_page=3)
    place = places("phpbb", world)
    place.night(START)
    for one in posts:
        one.edits.append((START + DAY, f"thread {one.id} in other words, on a frame", False))
    place.night(START + DAY)
    posts[2].shown = START - 300 * DAY  # the last of the first page, whose clock says so
    world.order = lambda: [(one.thread, [one]) for one in posts]  # type: ignore[method-assign]  # the site's own order
    for one in posts:
        one.edits.append((START + 2 * DAY, f"thread {one.id} in yet other words, on a wheel", False))
    place.night(START + 2 * DAY)
    assert [text for number, text in sorted(place.texts().items()) if "wheel" not in text and number != 3] == []


def test_a_list_that_is_longer_than_we_may_read_is_told(places: Callable[[str, World], Place]) -> None:
    posts = [Said(n, n, START, START, f"thread {n} of the board, on labels") for n in range(1, 8)]
    for kind in ("discourse", "phpbb"):
        place = places(kind, World(posts, per_page=3))
        place.source = dataclasses.replace(place.source, options={**place.source.options, "max_pages": 2})
        (warning,) = place.night(START).warnings
        assert warning.endswith("-> raise max_pages" if kind == "phpbb" else "-> raise max_pages of this source")


@pytest.mark.parametrize(
    ("keys", "count", "nights"), [(0, 5, 1), (1, 5, 1), (5, 5, 1), (23, 5, 5), (7, 1, 7), (9, 0, 1)]
)
def test_everybody_has_a_turn(keys: int, count: int, nights: int) -> None:
    known = [f"k{number:02}" for number in range(keys)]
    turns = [whose_turn(known[:: -1 if night % 2 else 1], START + night * DAY, count) for night in range(nights)]
    assert sorted(one for turn in turns for one in turn) == (known if count else [])
    assert all(len(turn) <= count for turn in turns)
