"""Readings by a newer model in the store: passages keep their ids, numbers of two encoders are never mixed."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from store_nouns import at, document, keep, pain_point, place, reading, signal, told, vector

from listening.store import Store, open_store, reads, writes
from listening.store.writes.readings import Known, keep_ids
from listening.types import Signal

pytest_plugins = ("store_fixtures",)


def over(start: int, end: int, name: str = "") -> Signal:
    one = signal("d1")
    return replace(one, id=name or f"new-{start}", passage=replace(one.passage, start=start, end=end))


KEPT = {
    "the same characters": ([(0, 9), (10, 19)], [("a", 0, 9), ("b", 10, 19)], ["a", "b"]),
    "moved a little": ([(0, 10), (11, 19)], [("a", 0, 9), ("b", 10, 19)], ["a", "b"]),
    "two became one: the larger share": ([(0, 19)], [("a", 0, 5), ("b", 6, 19)], ["b"]),
    "one became two: the larger share": ([(0, 5), (6, 19)], [("a", 0, 19)], ["new-0", "a"]),
    "less than half": ([(0, 4)], [("a", 3, 19)], ["new-0"]),
    "elsewhere": ([(20, 30)], [("a", 0, 19)], ["new-20"]),
    "nothing was known": ([(0, 9)], [], ["new-0"]),
}


@pytest.mark.parametrize(("heard", "known", "ids"), KEPT.values(), ids=KEPT)
def test_a_passage_keeps_the_id_of_its_place(
    heard: list[tuple[int, int]], known: list[tuple[str, int, int]], ids: list[str]
) -> None:
    assert [one.id for one in keep_ids([over(*one) for one in heard], [Known(*one) for one in known])] == ids


def test_of_two_that_became_one_the_one_with_a_pain_point_stays() -> None:
    known = [Known("a", 0, 9, placed=True), Known("b", 10, 30)]
    assert keep_ids([over(0, 30)], known)[0].id == "a"


def test_an_id_that_moved_away_is_not_given_twice() -> None:
    heard = [over(0, 9, "a"), over(10, 19, "b")]
    ids = [one.id for one in keep_ids(heard, [Known("a", 10, 19)])]
    assert ids[1] == "a"
    assert ids[0] not in {"a", "b"}


def test_an_older_store_keeps_its_ids_and_knows_its_spaces(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "old.db")
    connection.executescript((Path(__file__).parent / "old_databases" / "v0001.sql").read_text(encoding="utf-8"))
    connection.close()
    store = open_store(f"sqlite:///{tmp_path / 'old.db'}")
    (one,) = reads.signals_of(store, ["d1"])["d1"]
    assert (one.id, one.model, one.space) == ("s-d1-0", "reader.v1", "reader.v1")
    assert reads.point(store, "pp-1").space == "reader.v1"
    newer = replace(one, id="s-made-otherwise", model="reader.v2", space="reader.v2")
    writes.keep_readings(store, [reading("d1", newer, model="reader.v2")])
    assert [(s.id, s.model) for s in reads.signals_of(store, ["d1"])["d1"]] == [("s-d1-0", "reader.v2")]
    assert "s-d1-0" in {pain.signal_id for pain in reads.pains_of(store, ["pp-1"])["pp-1"]}
    store.close()


class TestRereading:
    def test_newest_first_and_no_copies(self, store: Store) -> None:
        told(store, document("d1", day=1), document("d2", day=3), document("d3", day=2))
        keep(store, document("d4", "words of d2", day=4))
        writes.mark_clean(store, [], {"d4": "d2"})
        assert reads.outdated_readings(store, "reader.v2") == ["d2", "d3", "d1"]
        assert reads.outdated_readings(store, "reader.v2", 1) == ["d2"]
        assert [one.id for one in reads.texts_of(store, ["d3", "gone", "d1"])] == ["d3", "d1"]

    def test_what_pain_points_live_by(self, store: Store) -> None:
        told(store, *(document(f"d{n}", day=n) for n in range(4)), point=pain_point())
        told(store, document("d9", day=9))
        assert reads.outdated_members(store, "b", "reader.v2", each=2) == ["d3", "d2"]
        assert reads.outdated_members(store, "", "reader.v2", each=2) == []
        assert reads.outdated_members(store, "b", "reader.v1", each=2) == []

    def test_a_pain_of_another_space_stands_at_the_centre(self, store: Store) -> None:
        told(store, document("d1"), document("d2"), point=pain_point())
        newer = replace(signal("d1"), embedding=np.ones(3, dtype=np.float32) / np.sqrt(3), space="b")
        writes.keep_readings(store, [reading("d1", newer, model="reader.v2")])
        both = {one.document_id: one for one in reads.pains_of(store, ["pp-1"])["pp-1"]}
        assert both["d1"].embedding == pytest.approx(vector(99), abs=1e-5)
        assert both["d2"].embedding == pytest.approx(vector(0), abs=1e-2)
        assert [one.document_id for one in reads.pains_of(store, ["pp-1"], space="b")["pp-1"]] == ["d1"]

    def test_pains_wait_in_their_own_space(self, store: Store) -> None:
        told(store, document("d1"), document("d2"))
        writes.keep_readings(store, [reading("d1", replace(signal("d1"), space="b"), model="reader.v2")])
        within = {"since": at(-1), "until": at(1), "floor": 0.5}
        waiting = {space: reads.unplaced_pains(store, space=space, **within) for space in ("", "b", None)}
        assert {space: [one.document_id for one in pains] for space, pains in waiting.items()} == {
            "": ["d2"],
            "b": ["d1"],
            None: ["d1", "d2"],
        }

    def test_a_centre_moves_and_nothing_else(self, store: Store) -> None:
        told(store, document("d1"), point=pain_point(owner="ann", status="doing"))
        before = reads.point(store, "pp-1")
        moved = replace(before, centroid=vector(5)[:3], space="b", name="not this", owner="nor this")
        writes.recentre(store, [moved])
        after = reads.point(store, "pp-1")
        assert (after.space, after.centroid.tolist()) == ("b", vector(5)[:3].tolist())
        shown = [repr(replace(one, centroid=vector(0), space="")) for one in (before, after)]
        assert shown[0] == shown[1]

    def test_what_people_decided_stays(self, store: Store) -> None:
        told(store, document("d1"), document("d2"), point=pain_point())
        place(store, pain_point("pp-2"))
        writes.keep_apart(store, {("s-d1-0", "pp-2")})
        moved = replace(signal("d1"), id="s-other", passage=replace(signal("d1").passage, end=8), model="reader.v2")
        writes.keep_readings(store, [reading("d1", moved, model="reader.v2")])
        assert reads.apart(store) == {("s-d1-0", "pp-2")}
        assert [one.model for one in reads.signals_of(store, ["d1"])["d1"]] == ["reader.v2"]
        assert reads.point(store, "pp-1").size == 2

    def test_what_cannot_be_read_is_counted_by_language(self, store: Store) -> None:
        keep(store, *(document(f"d{n}") for n in range(4)))
        writes.mark_clean(store, [f"d{n}" for n in range(4)], {})
        languages = ["de", "de", "und", "en"]
        heard = [reading(f"d{n}", *([signal("d3")] if n == 3 else [])) for n in range(4)]
        writes.keep_readings(store, [replace(one, language=lang) for one, lang in zip(heard, languages, strict=True)])
        assert reads.unread(store) == {"de": 2, "und": 1}

    def test_what_people_moved_teaches_the_touchpoint_where_it_lies_now(self, store: Store) -> None:
        told(store, document("d1"), document("d2"), point=pain_point())
        place(store, pain_point("pp-2", touchpoint="bell"))
        assert reads.corrected(store, "bikes", limit=9) == []
        writes.keep_apart(store, {("s-d1-0", "pp-2"), ("s-d2-0", "pp-2")})
        (first, second) = reads.signals_of(store, ["d1", "d2"]).values()
        expected = [("rain_cover", one.passage.text) for one in (*first, *second)]
        assert reads.corrected(store, "bikes", limit=9) == expected
        assert len(reads.corrected(store, "bikes", limit=1)) == 1
        assert reads.corrected(store, "another map", limit=9) == []
