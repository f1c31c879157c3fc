"""A story of nights through a change of model: pain points keep id, name, owner, members and what people decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import blake2b

import numpy as np
import pytest
from nights_houses import House
from nights_world import KEY, MONDAY, TROUBLES, FewLines

from listening import journey, pipeline
from listening.pipeline import reading
from listening.settings import Settings
from listening.store import reads
from listening.types import PainPoint, Reading, Signal, Text, Vector

pytest_plugins = ("nights_fixtures",)


class Newer(FewLines):
    """The next model: other ids, other passages (each with its full stop), other numbers, and fewer of them."""

    model = "few.v2"
    space = "few.v2"

    def read(self, texts: Sequence[Text]) -> list[Reading]:
        """Read each text, in order."""
        return [
            replace(one, model=self.model, space=self.space, signals=tuple(map(self._again, one.signals)))
            for one in super().read(texts)
        ]

    def _again(self, old: Signal) -> Signal:
        passage = replace(old.passage, end=old.passage.end + 1)
        told = f"{passage.document_id} {passage.start}".encode()
        return replace(
            old,
            id="s" + blake2b(told, digest_size=10).hexdigest(),
            passage=passage,
            embedding=turned(old.embedding),
            model=self.model,
            space=self.space,
        )


def turned(vector: Vector) -> Vector:
    """The same likenesses in another space: turned, and two numbers longer."""
    rows = np.random.default_rng(3).normal(size=(len(vector) + 2, len(vector)))
    spun = np.linalg.qr(rows)[0] @ vector
    return np.asarray(spun / np.linalg.norm(spun), dtype=np.float32)


def change_model(house: House, monkeypatch: pytest.MonkeyPatch, model: type[FewLines] = Newer) -> None:
    house.reader = model()
    monkeypatch.setattr(reading, "name_reader", lambda *_: house.reader.model)


def night(house: House, day: int) -> int:
    """Live a night after the change; returns how many old documents were read again."""
    now = MONDAY + timedelta(days=day)
    for one in house.settings.sources:
        pipeline.crawl(house.store, house.settings, one, key=KEY, now=now)
    pipeline.clean(house.store, house.settings, now=now)
    pipeline.read(house.store, house.settings, now=now)
    again = pipeline.reread(house.store, house.settings, now=now)
    pipeline.cluster(house.store, house.settings, now=now)
    return again


def who(point: PainPoint) -> tuple[object, ...]:
    return point.id, point.name, point.named_by, point.owner, point.department, point.status, point.born


def told(house: House) -> dict[str, list[str]]:
    points = reads.points(house.store, map_id="bags")
    found = reads.pains_of(house.store, [one.id for one in points])
    return {one: sorted(pain.signal_id for pain in pains) for one, pains in found.items()}


def stay(house: House, members: dict[str, list[str]]) -> bool:
    """Whether each pain point still has its members; new ones may have joined."""
    return all(set(ids) <= set(told(house)[one]) for one, ids in members.items())


def decide(house: House) -> tuple[str, str, str]:
    """Let people decide three things; returns a pain point, its new name, and a passage that was sent away."""
    first, second = reads.points(house.store, map_id="bags")[:2]
    at = {"who": "ann", "now": MONDAY}
    journey.rename(house.store, first.id, "Ann's own name", **at)
    journey.assign(house.store, house.settings, second.id, "rest", **at)
    sent = reads.pains_of(house.store, [first.id])[first.id][0].signal_id
    journey.move(house.store, sent, first.id, **at)
    return first.id, "Ann's own name", sent


def test_pain_points_live_through_a_change_of_model(lived: House, monkeypatch: pytest.MonkeyPatch) -> None:
    first, name, sent = decide(lived)
    night(lived, 1)
    points = reads.points(lived.store, map_id="bags")
    before, members = [who(one) for one in points], told(lived)
    quotes = {one: [q.text for q in said] for one, said in reads.quotes(lived.store, list(members)).items()}
    change_model(lived, monkeypatch)
    lived.change(reading={"reread": 30})
    again = [night(lived, day) for day in range(2, 12)]
    assert again[0] > 30  # what the pain points live by comes first, and at once
    assert set(again[1:]) >= {30, 0}
    assert reads.outdated_readings(lived.store, "few.v2") == []
    after = reads.points(lived.store, map_id="bags")
    assert [who(one) for one in after if one.id in members] == before
    assert stay(lived, members)
    assert {
        one: [q.text.rstrip(".") for q in said] for one, said in reads.quotes(lived.store, list(members)).items()
    } == {one: [text.rstrip(".") for text in said] for one, said in quotes.items()}
    assert (reads.point(lived.store, first).name, (sent, first) in reads.apart(lived.store)) == (name, True)
    assert {one.space for one in after} == {"few.v2"}
    assert {len(one.centroid) for one in after} == {50}


def test_new_voices_find_their_pain_points_in_the_first_night(lived: House, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {one.id: one.size for one in reads.points(lived.store, map_id="bags")}
    change_model(lived, monkeypatch)
    lived.change(reading={"reread": 1})
    known = {one.touchpoint for one in reads.points(lived.store, map_id="bags")}
    troubles = [one for one in TROUBLES if one.touchpoint in known]
    lived.posts(24, seed=5, start=MONDAY, days=0.9, troubles=troubles)
    night(lived, 1)
    after = {one.id: one.size for one in reads.points(lived.store, map_id="bags")}
    assert before.keys() == after.keys()
    assert sum(after.values()) > sum(before.values()) + 20


def test_pain_points_are_not_merged_or_split_while_old_readings_are_left(
    lived: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def reconsidered(*_: object, **__: object) -> tuple[int, int]:
        asked.append(1)
        return 0, 0

    monkeypatch.setattr("listening.pipeline.clustering.reconsider_points", reconsidered)
    change_model(lived, monkeypatch)
    lived.change(reading={"reread": 1})
    night(lived, 7)  # a Monday
    assert asked == []
    lived.change(reading={"reread": 10_000})
    night(lived, 14)
    assert asked == [1]


def test_a_change_of_model_is_no_news_of_any_pain_point(lived: House, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(
        "listening.pipeline.reconsidering.reconsider", lambda *_, since, **__: asked.append(since) or ()
    )
    lived.posts(6, seed=3, start=MONDAY + timedelta(days=6), days=0.1)
    night(lived, 7)  # a Monday
    change_model(lived, monkeypatch)
    lived.change(reading={"reread": 10_000})
    night(lived, 14)
    lived.posts(6, seed=4, start=MONDAY + timedelta(days=20), days=0.1)
    night(lived, 21)
    assert asked == [None, *2 * [MONDAY + timedelta(days=14)]]


def test_without_old_posts_only_what_pain_points_live_by_is_read_again(
    lived: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_model(lived, monkeypatch)
    lived.change(reading={"reread": 0})
    assert night(lived, 1) > 0
    assert night(lived, 2) == 0
    assert {one.space for one in reads.points(lived.store, map_id="bags")} == {"few.v2"}
    assert reads.outdated_readings(lived.store, "few.v2") != []
    lived.change(reading={"reread": 10_000})
    assert night(lived, 3) > 0
    assert reads.outdated_readings(lived.store, "few.v2") == []


def test_the_same_model_reads_nothing_again_and_is_not_even_opened(
    lived: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    night(lived, 1)
    monkeypatch.setattr(reading, "reader", lambda _settings: pytest.fail("the model was loaded"))
    assert pipeline.reread(lived.store, lived.settings, now=MONDAY) == 0


def test_a_night_that_dies_while_reading_again_ends_the_same(lived: House, monkeypatch: pytest.MonkeyPatch) -> None:
    members = told(lived)
    change_model(lived, monkeypatch)
    kept = reading.writes.keep_readings
    calls: list[int] = []

    def dies(*given: object) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        kept(*given)  # type: ignore[arg-type] # handed through

    monkeypatch.setattr(reading.writes, "keep_readings", dies)
    with pytest.raises(KeyboardInterrupt):
        night(lived, 1)
    monkeypatch.setattr(reading.writes, "keep_readings", kept)
    night(lived, 1)
    assert stay(lived, members)
    assert {one.space for one in reads.points(lived.store, map_id="bags")} == {"few.v2"}


def test_people_can_work_on_pain_points_while_old_readings_are_left(
    lived: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_model(lived, monkeypatch)
    lived.change(reading={"reread": 0})
    monkeypatch.setattr(reading, "LIVES_BY", 2)
    night(lived, 1)
    first, second = reads.points(lived.store, map_id="bags")[:2]
    leaving = [pain.signal_id for pain in reads.pains_of(lived.store, [first.id])[first.id]][:2]
    at = {"who": "ann", "now": MONDAY}
    new = journey.split(lived.store, lived.settings, first.id, leaving, **at)
    journey.merge(lived.store, second.id, first.id, **at)
    assert len(told(lived)[new]) == 2
    assert {len(one.centroid) for one in reads.points(lived.store, map_id="bags")} == {50}


def test_a_passage_that_people_moved_teaches_the_touchpoint_where_it_lies_now(
    lived: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = reads.points(lived.store, map_id="bags")[:2]
    pain = reads.pains_of(lived.store, [second.id])[second.id][0]
    reading.writes.keep_apart(lived.store, {(pain.signal_id, first.id)})
    asked: list[Settings] = []
    monkeypatch.setattr(reading, "reader", lambda settings: asked.append(settings) or lived.reader)
    lived.posts(2, seed=9, start=MONDAY, days=0.5)
    night(lived, 1)
    examples = {one.id: one.examples for one in asked[0].journey.touchpoints}
    before = {one.id: one.examples for one in lived.settings.journey.touchpoints}
    assert examples == before | {second.touchpoint: (*before[second.touchpoint or ""], pain.text)}
