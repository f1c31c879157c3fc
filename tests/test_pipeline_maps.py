"""A night over two maps: each hears its own sources only, and who owns on both gets one mail."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path

import pytest
from maps_world import SAME, SHOPS, live, live_apart, open_two, sources_of
from nights_houses import House
from nights_world import MONDAY, FewLines

from listening import journey, pipeline
from listening.demo.mailbox import Mailbox
from listening.pipeline import reading
from listening.pipeline.telling import put_together
from listening.store import reads
from listening.types import Alert, Lens, Owner

pytest_plugins = ("nights_fixtures",)
NIGHT = MONDAY.date()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a house whose pain points were born, before any mail."""
    home = tmp_path_factory.mktemp("maps") / "home"
    with pytest.MonkeyPatch.context() as patch:
        few = FewLines()
        patch.setattr(reading, "reader", lambda _settings: few)
        live_apart(home).store.close()
    return home


@pytest.fixture
def both(template: Path, tmp_path: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house after the night in which the pain points of both maps were born, and told."""
    few = FewLines()
    monkeypatch.setattr(reading, "reader", lambda _settings: few)
    house = open_two(Path(shutil.copytree(template, tmp_path / "home")), mailbox.port)
    pipeline.tell(house.store, house.settings, now=MONDAY)
    yield house
    house.store.close()


def test_a_night_over_two_maps(both: House, mailbox: Mailbox) -> None:
    first, second = (reads.points(both.store, map_id=one) for one in ("bags", SHOPS))
    # the same is said in both sources, word by word: each map has its own pain points, and none is taken for a copy
    told_by = [sorted((one.touchpoint, one.people) for one in points) for points in (first, second)]
    assert told_by[0] == told_by[1]
    assert len(first) >= 3
    assert (sources_of(both, "bags"), sources_of(both, SHOPS)) == ({"yard"}, {"board"})

    # one mail to who owns on both, with the pain points of both; the others hear of their own map only
    mails = mailbox.mails()
    assert max(Counter(mail.to for mail in mails).values()) == 1
    told = {parseaddr(mail.to)[1]: set(mail.pain_points) for mail in mails}
    news = {one.pain_point_id for one in reads.emergences(both.store)}
    of = {one.id: one.map for one in (*first, *second)}
    assert set().union(*told.values()) == news
    maps_of = {to: {of[one] for one in points} for to, points in told.items() if points}
    assert {to for to, maps in maps_of.items() if maps == {"bags", SHOPS}} == {SAME}
    assert {to.rpartition("@")[2]: maps for to, maps in maps_of.items() if to != SAME} == {
        "house.test": {"bags"},
        "shops.test": {SHOPS},
    }

    # run again, the night changes nothing
    count = len(mails)
    assert live(both).queued == 0
    assert len(mailbox.mails()) == count
    assert [one.id for one in reads.points(both.store, map_id=SHOPS)] == [one.id for one in second]


def test_the_mail_of_two_maps_says_which_pain_point_is_whose(both: House) -> None:
    row = next(one for one in reads.alerts(both.store) if one.email == SAME)
    alert = reads.alert(both.store, row.id)
    assert (row.map, alert.map, alert.owner.id) == ("bags", "bags", "zip-owner")
    assert {one.map_name for one in alert.items} == {"Bags", "Shops"}
    assert all(reads.point(both.store, one.pain_point_id).map == one.map for one in alert.items)


def test_the_week_of_two_maps_is_one_digest_a_person(both: House, mailbox: Mailbox) -> None:
    maps = tuple(
        replace(one, owners=tuple(replace(owner, digest="weekly") for owner in one.owners))
        for one in both.settings.maps
    )
    before = len(mailbox.mails())
    settings = replace(both.settings, journey=maps[0], maps=maps)
    assert pipeline.tell_week(both.store, settings, now=MONDAY).sent > 1
    digests = mailbox.mails()[before:]
    assert max(Counter(mail.to for mail in digests).values()) == 1
    whose = {parseaddr(mail.to)[1]: {reads.point(both.store, one).map for one in mail.pain_points} for mail in digests}
    assert whose[SAME] == {"bags", SHOPS}
    assert whose["rest@house.test"] == {"bags"}  # who gets what nobody owns hears of all on their own map
    assert whose["rest@shops.test"] == {SHOPS}
    assert pipeline.tell_week(both.store, settings, now=MONDAY).queued == 0


def test_what_each_map_counts_is_its_own(both: House) -> None:
    hands = pipeline.each_map(both.store, both.settings)
    posts = [reads.heard_in(store, NIGHT - timedelta(days=40), NIGHT, "UTC")[0] for store, _ in hands]
    assert posts == [175, 175]
    assert reads.heard_in(both.store, NIGHT - timedelta(days=40), NIGHT, "UTC")[0] == sum(posts)
    made = [pipeline.make_report(*hand, since=None, until=NIGHT, now=MONDAY) for hand in hands]
    assert [(one.map, one.map_name) for one in made] == [("bags", "Bags"), (SHOPS, "Shops")]
    assert [{name for row in one.pain_points for name in row.sources} for one in made] == [{"yard"}, {"board"}]
    assert [{crawl.source for crawl in one.sources} for one in made] == [{"yard"}, {"board"}]
    assert [{health.source for health in one.health} for one in made] == [{"yard"}, {"board"}]
    assert {one.id for one in made[0].pain_points}.isdisjoint(one.id for one in made[1].pain_points)
    assert [one.documents for one in made] == posts


def test_a_source_that_falls_silent_makes_places_of_its_map_blind_only(both: House, mailbox: Mailbox) -> None:
    """The first map's source goes on, the second's does not."""
    before = len(mailbox.mails())
    both.posts(60, seed=7, start=MONDAY, days=10)
    silent = both.home / "board.jsonl"
    silent.write_text("".join(silent.read_text().splitlines(keepends=True)[:-60]))
    live(both, MONDAY + timedelta(days=10))
    assert reads.sights(both.store, "bags") == []
    assert {one.kind for one in reads.sights(both.store, SHOPS)} == {"blind"}
    told = [reads.alert(both.store, row.id) for row in reads.alerts(both.store)]
    assert {one.map for alert in told for one in alert.sights} == {SHOPS}
    count = len(mailbox.mails())
    assert count > before
    live(both, MONDAY + timedelta(days=10))
    assert len(mailbox.mails()) == count


def test_a_passage_that_was_moved_out_waits_for_a_place_on_its_own_map(both: House) -> None:
    point = reads.points(both.store, map_id=SHOPS)[0]
    passage = reads.pains_of(both.store, [point.id])[point.id][0].signal_id
    journey.move(both.store, passage, point.id, who="ann", now=MONDAY)
    live(both, MONDAY + timedelta(days=1))
    assert sources_of(both, "bags") == {"yard"}
    assert reads.note(both.store, f"unsettled {SHOPS}") == ""


def test_a_source_that_feeds_another_map_now_is_read_again_for_that_one(both: House) -> None:
    """Its passages stay in the pain points that they are in; what it says from now on is the other map's."""
    few = FewLines()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "reader", lambda _settings: few)
        live(both, MONDAY + timedelta(days=1))
        assert few.asked == 0
        moved = tuple(replace(one, map=SHOPS) for one in both.settings.sources)
        both.settings = replace(both.settings, sources=moved)
        live(both, MONDAY + timedelta(days=2))
        assert few.asked > 100  # what yard brought before
        few.asked = 0
        live(both, MONDAY + timedelta(days=3))
        assert few.asked == 0
    hands = pipeline.each_map(both.store, both.settings)
    assert [reads.heard_in(store, NIGHT - timedelta(days=40), NIGHT, "UTC")[0] for store, _ in hands] == [0, 350]
    assert sources_of(both, "bags") == {"yard"}
    point = reads.points(both.store, map_id="bags")[0].id
    lens = Lens(NIGHT - timedelta(days=40), NIGHT, "UTC")
    assert reads.evidence(hands[0][0], reads.Asked(point=point), lens)[0] > 0  # still its evidence
    assert reads.tally(hands[0][0], point, lens).people == 0  # and counted no more


@pytest.mark.parametrize(
    ("by_map", "mails"),
    [
        ([["ann"], ["ann"]], ["1 ann: 2"]),
        ([["ann", "bob"], ["bob", "cy"]], ["1 ann: 1", "1 bob: 2", "2 cy: 1"]),
        ([["ann", "ann"], ["ann"]], ["1 ann: 2", "1 ann: 1"]),  # two owners of one map by one address stay two
        ([[], ["ann"], ["ann"]], ["2 ann: 2"]),
    ],
)
def test_one_mail_a_person(by_map: list[list[str]], mails: list[str]) -> None:
    given = [
        [
            Alert(
                f"{place}{n}",
                Owner(f"{name}{n}", name, f"{name.title() if place else name}@house.test"),
                NIGHT,
                (),
                (f"source {place}",),
                map=str(place + 1),
            )
            for n, name in enumerate(names)
        ]
        for place, names in enumerate(by_map)
    ]
    found = put_together(given)
    assert [f"{one.map} {one.owner.name}: {len(one.not_seen)}" for one in found] == mails
