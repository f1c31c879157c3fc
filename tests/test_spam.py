"""Spam founds no pain point: whoever sends the reader elsewhere is one voice with all others who do."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from identity_world import pain
from nights_houses import FIRST, House
from nights_world import KEY, MONDAY, TROUBLES, Trouble, tell
from spam import SLOTS, make_fresh, make_spam

from listening import pipeline
from listening.clusters import place
from listening.pipeline import watching
from listening.store import reads
from listening.store.reads.points import SHORT, sends_elsewhere

pytest_plugins = ("nights_fixtures",)
NIGHT = date(2026, 3, 5)
SAID = (
    "port cap fell off, cork in the port",
    "the cap of the port fell off",
    "cap of the charging port fell off again",
)
POSTS = {
    "a link": ("see https://a.example", True),
    "a link without its beginning": ("see www.a.example or so", True),
    "a bare link": ("see a.example/r/2 for more", True),
    "a number": ("ring [phone] and they mend it", True),
    "an address": ("write to [email]", True),
    "nothing": ("the cap fell off", False),
    "a stop without a space": ("it fell off.then it broke and/or bent", False),
    "a story with a picture": ("it fell off " * (SHORT // 10) + "https://a.example/picture", False),
}


@pytest.mark.parametrize(("text", "elsewhere"), POSTS.values(), ids=POSTS)
def test_who_sends_the_reader_elsewhere(text: str, elsewhere: bool) -> None:
    assert sends_elsewhere(text) is elsewhere


@pytest.mark.parametrize(("adverts", "born"), [(0, 1), (1, 1), (2, 1), (3, 0)])
def test_all_adverts_are_one_voice(adverts: int, born: int) -> None:
    pains = [pain(f"d{at}.0", f"p{at}", said) for at, said in enumerate(SAID)]
    told = [replace(one, elsewhere=at < adverts) for at, one in enumerate(pains)]
    assert len(place(told, [], night=NIGHT).born) == born


@pytest.mark.parametrize(("site", "born"), [("", 1), ("https://zips.example/{}", 0)])
def test_a_flood_of_adverts_for_a_trouble_is_no_trouble(house: House, site: str, born: int) -> None:
    with (house.home / "yard.jsonl").open("a") as file:
        for at in range(12):
            text = f"{TROUBLES[0].said[at % 4]}, as {at} times in {SLOTS['city'][at % 7]} {site.format(at)}"
            when = (FIRST + timedelta(days=1 + at)).isoformat()
            file.write(json.dumps({"id": f"ad{at}", "text": text, "author": f"ad {at}", "created_at": when}) + "\n")
    lived = house.night(MONDAY)
    assert lived.clustered.born == born
    assert bool(lived.emerged) == bool(born)


def people(house: House) -> dict[str, int]:
    return {point.id: point.people for point in reads.points(house.store, map_id="bags")}


def test_a_brigade_founds_nothing_and_leaves_the_order_of_the_others(house: House) -> None:
    house.posts(troubles=TROUBLES[1:])
    house.night(MONDAY)
    before = people(house)
    flood(house, TROUBLES[0], accounts=8, each=12)
    house.night(MONDAY + timedelta(days=1))
    after = people(house)
    assert after.keys() == before.keys()
    assert len(before) > 1
    assert sorted(after, key=after.__getitem__) == sorted(before, key=before.__getitem__)


def test_where_few_accounts_wrote_much_of_what_emerged_it_says_so(house: House) -> None:
    house.posts()
    told = {one.pain_point_id: one for one in house.night(MONDAY).emerged}
    zips = next(one.id for one in reads.points(house.store, map_id="bags") if one.touchpoint == "zip")
    flood(house, TROUBLES[0], accounts=8, each=30)
    night = MONDAY + timedelta(days=1)
    pipeline.crawl(house.store, house.settings, house.settings.sources[0], key=KEY, now=night)
    pipeline.clean(house.store, house.settings, now=night)
    pipeline.read(house.store, house.settings, now=night)
    pipeline.cluster(house.store, house.settings, now=night)
    found = [replace(next(iter(told.values())), pain_point_id=zips, night=night.date())]
    (marked,) = watching._marked(house.store, house.settings, found, night.date())
    assert all("few accounts" not in one.sentence for one in told.values())
    assert "; few accounts wrote much of it: " in marked.sentence


def flood(house: House, trouble: Trouble, *, accounts: int, each: int) -> None:
    """So many accounts tell this trouble so many times each, within the hour before the night."""
    rng = random.Random(5)  # noqa: S311 - chance, no secret
    with (house.home / "yard.jsonl").open("a", encoding="utf-8") as file:
        for at in range(accounts * each):
            when = (MONDAY - timedelta(hours=1, seconds=-30 * at)).isoformat()
            post = {"id": f"f{at}", "text": tell(rng, trouble), "author": f"angry {at % accounts}", "created_at": when}
            file.write(json.dumps(post) + "\n")


def test_made_spam_is_varied() -> None:
    for texts in (make_spam(175), make_fresh()):
        assert len(set(texts)) > 0.9 * len(texts)
