"""What the company's own accounts write is kept, and neither judged nor counted, also where it was before."""

from __future__ import annotations

import json
import random
from datetime import timedelta

import pytest
from nights_houses import House
from nights_world import KEY, MONDAY, TROUBLES, tell
from test_pipeline_withdrawn import AUTHORS

from listening import pipeline
from listening.cli.findings import _languages
from listening.documents import pseudonym
from listening.pipeline import reading
from listening.pipeline.own_accounts import own_people
from listening.store import reads
from listening.types import UNJUDGED

pytest_plugins = ("nights_fixtures",)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISTENING_KEY", KEY.decode())
    monkeypatch.setattr(reading, "name_reader", lambda *_: "few.v1")


def told_by(house: House, person: str) -> list[str]:
    """The pains in pain points that one person told, by id."""
    points = [point.id for point in reads.points(house.store, map_id="bags")]
    found = reads.pains_of(house.store, points)
    return [pain.signal_id for pains in found.values() for pain in pains if pain.person == person]


def somebody(house: House) -> tuple[str, str]:
    """An author who tells a pain, by name and pseudonym."""
    return next((one, person) for one in AUTHORS if told_by(house, person := pseudonym(one, KEY)))


@pytest.mark.parametrize(
    ("said", "names"),
    [("", ()), (" , ", ()), ("Bag Help", ("bag help",)), ("u/bag_help, @Bag Help ", ("bag_help", "Bag Help"))],
)
def test_accounts_are_named_as_their_places_show_them(lived: House, said: str, names: tuple[str, ...]) -> None:
    lived.change(reading={"own_accounts": said})
    assert own_people(lived.settings) == {pseudonym(one, KEY) for one in names}


def test_what_an_own_account_said_is_taken_back_and_heard_again_when_it_is_none(lived: House) -> None:
    name, person = somebody(lived)
    before = told_by(lived, person)
    points = {one.id: one.size for one in reads.points(lived.store, map_id="bags")}
    lived.change(reading={"own_accounts": f"Bag Help, {name.upper()}"})
    pipeline.read(lived.store, lived.settings, now=MONDAY)
    mine = reads.written_by(lived.store, {person})
    assert not told_by(lived, person)
    assert not any(reads.signals_of(lived.store, mine).values())
    assert sum(points.values()) - sum(p.size for p in reads.points(lived.store, map_id="bags")) == len(before)
    assert reads.unread(lived.store)[UNJUDGED] == len(mine)
    assert f"own accounts {len(mine)}" in _languages(reads.unread(lived.store)).sentence

    lived.change(reading={"own_accounts": ""})
    pipeline.read(lived.store, lived.settings, now=MONDAY)
    assert pipeline.reread(lived.store, lived.settings, now=MONDAY) == len(mine)
    assert UNJUDGED not in reads.unread(lived.store)
    assert any(reads.signals_of(lived.store, mine).values())


def test_a_new_post_of_an_own_account_is_kept_unjudged_by_each_model(
    lived: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, person = somebody(lived)
    lived.change(reading={"own_accounts": "Bag Help"})
    said = tell(random.Random(1), TROUBLES[0])  # noqa: S311 - chance, no secret
    post = {"id": "help-1", "text": said, "author": "Bag Help", "created_at": MONDAY.isoformat()}
    with (lived.home / "yard.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(post) + "\n")
    for one in lived.settings.sources:
        pipeline.crawl(lived.store, lived.settings, one, key=KEY, now=MONDAY + timedelta(hours=1))
    pipeline.clean(lived.store, lived.settings, now=MONDAY)
    pipeline.read(lived.store, lived.settings, now=MONDAY)
    own = reads.written_by(lived.store, {pseudonym("Bag Help", KEY)})
    assert len(own) == 1
    assert not any(reads.signals_of(lived.store, own).values())
    lived.reader.model = "few.v2"
    monkeypatch.setattr(reading, "name_reader", lambda *_: "few.v2")
    pipeline.reread(lived.store, lived.settings, now=MONDAY)
    assert not any(reads.signals_of(lived.store, own).values())
    assert reads.outdated_readings(lived.store, "few.v2") == []
    assert told_by(lived, person)
