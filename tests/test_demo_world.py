"""The invented world: what was planted is really there, and the clock shows only what was written."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from listening.demo import cut_inside, load_world, read_truth
from listening.demo.truth import Planted, Truth
from listening.demo.world import World, Written
from listening.errors import InputError
from listening.settings import load
from listening.sources import check_config, import_file
from listening.types import Post

BRANDS = re.compile(
    r"\b(bosch|shimano|brompton|tern|schwalbe|ortlieb|abus|android|iphone|whatsapp|google|ikea|decathlon|lidl|aldi|sram"
    r"|dremel|magura|tektro|thule|hamax|paypal|klarna|mastercard|amazon|ebay|facebook|instagram|youtube|strava|komoot"
    r"|garmin|samsung|huawei|lego|airtag|tupperware|babboe|yuba|dhl|ups|fedex|hermes|uber|tesla|volkswagen|bmw)\b"
)


@pytest.fixture(scope="module")
def world() -> World:
    return load_world()


@pytest.fixture(scope="module")
def truth(world: World) -> Truth:
    return read_truth(world.folder / "truth.toml")


@pytest.fixture(scope="module")
def by_key(world: World) -> dict[tuple[str, str], Written]:
    return {(one.source, one.id): one for posts in world.posts.values() for one in posts}


def days(world: World, pain: Planted, by_key: dict[tuple[str, str], Written]) -> list[int]:
    """The day on which each person told the pain first, in order."""
    firsts: dict[str, int] = {}
    for one in sorted((by_key[key] for key in pain.posts), key=lambda post: post.at):
        firsts.setdefault(one.author, (one.at.date() - world.day_zero).days)
    return sorted(firsts.values())


class TestWhatWasWritten:
    def test_it_is_large_and_long_enough(self, world: World) -> None:
        posts = [one for found in world.posts.values() for one in found]
        assert len(posts) >= 1200
        assert (posts[-1].at - posts[0].at).days >= 90
        assert {site.kind for site in world.sites} == {"discourse", "phpbb", "reddit", "atom", "rss"}

    def test_each_post_has_its_own_id_and_words(self, world: World, truth: Truth) -> None:
        posts = [one for found in world.posts.values() for one in found]
        assert len({one.id for one in posts}) == len(posts)
        flood = {key for decoy in truth.decoys if decoy.key == "flood" for key in decoy.posts}
        words = Counter(one.text for one in posts if (one.source, one.id) not in flood)
        assert [text for text, count in words.items() if count > 1] == []

    def test_threads_are_in_order_and_begin_with_a_title(self, world: World) -> None:
        for source in world.posts:
            for posts in world.threads(source, datetime(2027, 1, 1, tzinfo=UTC)):
                assert posts[0].title
                assert all(earlier.at < later.at for earlier, later in pairwise(posts))
                assert not any(one.title for one in posts[1:])

    def test_answers_answer_something_earlier_in_the_thread(self, world: World) -> None:
        for source in world.posts:
            for posts in world.threads(source, datetime(2027, 1, 1, tzinfo=UTC)):
                for place, one in enumerate(posts):
                    assert one.reply_to is None or one.reply_to in {earlier.id for earlier in posts[:place]}

    def test_nobody_real_is_named(self, world: World) -> None:
        everything = " ".join(
            [f"{one.title} {one.text} {one.author}" for found in world.posts.values() for one in found]
            + [" ".join(row.cells.values()) for row in world.inside]
        ).casefold()
        assert BRANDS.findall(everything) == []

    def test_no_label_is_told_to_the_crawler(self, world: World) -> None:
        fields = {"id", "thread", "title", "author", "at", "text", "likes", "views", "reply_to"}
        for source in world.posts:
            lines = (world.folder / f"{source}.jsonl").read_text(encoding="utf-8").splitlines()
            assert {key for line in lines for key in json.loads(line)} <= fields
        for row in world.inside:
            assert "pain" not in row.cells


class TestWhatWasPlanted:
    def test_enough_pains_of_each_sort(self, truth: Truth) -> None:
        assert len(truth.pains) >= 14
        assert sum(pain.unspoken for pain in truth.pains) >= 7
        assert {"sudden", "slow_burn", "rare", "comes_back", "moves"} <= {pain.shape for pain in truth.pains}
        assert any(pain.outside_only for pain in truth.pains)
        assert any(pain.known_inside for pain in truth.pains)

    def test_every_text_exists(self, world: World, truth: Truth, by_key: dict[tuple[str, str], Written]) -> None:
        inside = {(row.source, row.id) for row in world.inside}
        for pain in truth.pains:
            assert pain.posts <= by_key.keys()
            assert pain.inside <= inside
            assert pain.known_inside == bool(pain.inside)
            assert pain.outside_only != pain.known_inside
        for decoy in truth.decoys:
            assert decoy.posts <= by_key.keys()

    def test_counts_and_days_are_as_said(
        self, world: World, truth: Truth, by_key: dict[tuple[str, str], Written]
    ) -> None:
        for pain in truth.pains:
            told = days(world, pain, by_key)
            assert (pain.key, len(told), told[0]) == (pain.key, pain.people, pain.first_day)

    def test_one_person_tells_one_pain(self, truth: Truth, by_key: dict[tuple[str, str], Written]) -> None:
        told = {(by_key[key].author, pain.key) for pain in (*truth.pains, *truth.decoys) for key in pain.posts}
        assert len({author for author, _ in told}) == len(told)

    @pytest.mark.parametrize(
        ("key", "within", "least"), [("pairing_code", 10, 18), ("range_drop", 16, 22), ("tracker_stale", 13, 18)]
    )
    def test_a_sudden_pain_has_most_of_its_people_at_once(  # noqa: PLR0917 -- a table's columns and three fixtures
        self,
        world: World,
        truth: Truth,
        by_key: dict[tuple[str, str], Written],
        key: str,
        within: int,
        least: int,
    ) -> None:
        pain = next(one for one in truth.pains if one.key == key)
        told = days(world, pain, by_key)
        assert sum(day < told[0] + within for day in told) >= least

    def test_a_slow_burn_has_one_person_every_few_days(
        self, world: World, truth: Truth, by_key: dict[tuple[str, str], Written]
    ) -> None:
        for pain in truth.pains:
            if pain.shape in ("slow_burn", "rare"):
                told = days(world, pain, by_key)
                assert min(later - earlier for earlier, later in pairwise(told)) >= 4, pain.key
                assert told[-1] - told[0] > 60

    def test_the_fixed_pain_is_silent_and_comes_back(
        self, world: World, truth: Truth, by_key: dict[tuple[str, str], Written]
    ) -> None:
        pain = next(one for one in truth.pains if one.shape == "comes_back")
        assert (pain.fixed_on, pain.comes_back) == (30, 76)
        told = days(world, pain, by_key)
        assert not [day for day in told if 30 <= day < 76]
        assert min(sum(day < 30 for day in told), sum(day >= 76 for day in told)) >= 10

    def test_the_moving_pain_moves(self, world: World, truth: Truth, by_key: dict[tuple[str, str], Written]) -> None:
        pain = next(one for one in truth.pains if one.shape == "moves")
        places = {
            (by_key[key].at.date() - world.day_zero).days < (pain.moves_on or 0): by_key[key].source
            for key in pain.posts
        }
        assert places == {True: pain.moves_from, False: pain.moves_to}
        assert {source for source, _ in pain.posts} == {"yard", "board"}

    def test_the_decoys(self, world: World, truth: Truth, by_key: dict[tuple[str, str], Written]) -> None:
        decoys = {one.key: one for one in truth.decoys}
        assert {key: (len(one.posts), len({by_key[k].author for k in one.posts})) for key, one in decoys.items()} == {
            "flood": (30, 3),
            "loud": (26, 1),
            "outage": (0, 0),
            "backlog": (8, 8),
            "launch": (45, 41),
        }
        assert (decoys["outage"].source, decoys["outage"].nights) == ("board", world.site("board").down_nights)
        assert decoys["backlog"].added_on_night == world.site("blog2").added_on_night
        assert {source for source, _ in decoys["flood"].posts} == {"yard", "reddit"}
        copies = {by_key[key].text for key in decoys["flood"].posts}
        assert len(copies) == 30
        assert decoys["outage"].watched == (38, 39)
        assert decoys["launch"].watched == ()


class TestTheClock:
    def test_a_night_starts_at_two_local_time_in_winter_and_summer(self, world: World) -> None:
        assert world.night_at(1) == datetime(2026, 3, 3, 1, tzinfo=UTC)
        assert world.night_at(60) == datetime(2026, 5, 1, 0, tzinfo=UTC)
        assert all(world.night_of(world.night_at(n)) == n for n in range(1, world.nights + 1))
        assert world.date_of(1) == date(2026, 3, 3)

    def test_only_what_was_written_can_be_seen(self, world: World) -> None:
        shown = [len(world.visible("yard", world.night_at(n))) for n in (0, 1, 50, 104)]
        assert shown == sorted(shown)
        assert shown[0] == 0 < shown[1] < shown[2] < shown[3]
        assert all(one.at <= world.night_at(50) for one in world.visible("yard", world.night_at(50)))

    @pytest.mark.parametrize(
        ("source", "day", "night"),
        [
            ("yard", 0, 1),
            ("yard", 20, 21),
            ("board", 31, 32),
            ("board", 32, 38),  # the board is down on nights 33 to 37
            ("blog2", 4, 50),  # the blog is added on night 50
            ("blog2", 60, 61),
            ("survey", 6, 7),
            ("tickets", 7, 14),  # came in after Monday's import
        ],
    )
    def test_when_a_text_can_be_met(self, world: World, source: str, day: int, night: int) -> None:
        noon = datetime.combine(world.date_of(day), datetime.min.time(), UTC).replace(hour=12)
        assert world.seen_on(source, noon) == night

    def test_surveys_and_tickets_come_cut_at_now_and_can_be_imported(self, world: World, tmp_path: Path) -> None:
        made = {source: (path, kind) for path, source, kind in cut_inside(world, world.night_at(49), tmp_path / "in")}
        posts: list[Post] = []
        for source, (path, kind) in made.items():
            for found in import_file(path, source=source, kind=kind):
                assert isinstance(found, Post)
                posts.append(found)
        expected = {(row.source, row.id) for row in world.inside if row.at <= world.night_at(49)}
        assert {(post.source, post.native_id) for post in posts} == expected
        assert 0 < len(posts) < len(world.inside)
        assert {post.metric for post in posts if post.source == "survey"} == {"nps", "csat", "ces"}

    def test_an_empty_week_leaves_no_file(self, world: World, tmp_path: Path) -> None:
        assert cut_inside(world, world.night_at(1), tmp_path) == ()

    def test_a_missing_world_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="checkout"):
            load_world(tmp_path)

    def test_a_broken_truth_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "truth.toml").write_text("pains = 3\n")
        with pytest.raises(InputError, match=r"truth\.toml"):
            read_truth(tmp_path / "truth.toml")


class TestTheSettings:
    def test_they_load_and_every_source_can_be_opened(self, world: World) -> None:
        settings = load(world.folder / "configs", {})
        assert [one.name for one in settings.sources] == [site.source for site in world.sites]
        assert [mistake for one in settings.sources for mistake in check_config(one)] == []

    def test_the_map_knows_every_planted_touchpoint_in_its_stage(self, world: World, truth: Truth) -> None:
        journey = load(world.folder / "configs", {}).journey
        stages = {one.id: one.stage for one in journey.touchpoints}
        assert {pain.touchpoint: pain.stage for pain in truth.pains}.items() <= stages.items()
        assert len(stages) >= 20
        assert all(3 <= len(one.examples) <= 10 for one in journey.touchpoints)
        assert all(one.email.endswith("@brindlewheel.example") for one in journey.owners)

    def test_the_maps_examples_are_not_copied_from_the_posts(self, world: World) -> None:
        journey = load(world.folder / "configs", {}).journey
        posts = " | ".join(_plain(one.text) for found in world.posts.values() for one in found)
        phrases = [phrase for one in (*journey.touchpoints, *journey.stages) for phrase in one.examples]
        runs = {" ".join(words[i : i + 5]) for p in phrases for words in [_plain(p).split()] for i in range(len(words))}
        assert [run for run in runs if len(run.split()) == 5 and run in posts] == []

    def test_the_csv_heads_hold_no_label(self, world: World) -> None:
        for name in ("survey.csv", "tickets.csv"):
            with (world.folder / name).open(encoding="utf-8", newline="") as file:
                assert not {"pain", "stage", "touchpoint", "label"} & set(next(csv.reader(file)))


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold())
