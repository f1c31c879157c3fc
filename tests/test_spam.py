"""Spam founds no pain point: whoever sends the reader elsewhere is one voice with all others who do."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from identity_world import pain
from nights_houses import FIRST, House
from nights_world import MONDAY, TROUBLES
from spam import SLOTS, make_fresh, make_spam

from listening.clusters import place
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


def test_made_spam_is_varied() -> None:
    for texts in (make_spam(175), make_fresh()):
        assert len(set(texts)) > 0.9 * len(texts)
