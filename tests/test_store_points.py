"""Pain points: placed, merged, split, changed by people, counted by day, and quoted, on both databases."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import numpy as np
import pytest
from store_nouns import (
    NIGHT,
    at,
    document,
    emergence,
    entry,
    keep,
    pain_point,
    place,
    reading,
    rows,
    signal,
    told,
    vector,
)

from listening.errors import InputError, NotFound
from listening.store import PointChange, Store, reads, writes
from listening.store.reads.days import MANY
from listening.store.writes.counting import recount
from listening.types import Change, DayCount, Goal, Membership, PostKind, Span

pytest_plugins = ("store_fixtures",)

LONG_AGO = at(-999)


class TestPlacing:
    def test_a_pain_waits_until_it_has_a_place(self, store: Store) -> None:
        told(store, document("d1", day=1), document("d2", person=""), document("old", day=-40))
        waiting = reads.unplaced_pains(store, since=at(-10), until=at(400), floor=0.5)
        assert [(one.signal_id, one.person, one.unspoken) for one in waiting] == [
            ("s-d2-0", "d2", True),
            ("s-d1-0", "p-d1", True),
        ]
        place(store, pain_point(), "s-d2-0")
        assert [one.signal_id for one in reads.unplaced_pains(store, since=LONG_AGO, until=at(400), floor=0.5)] == [
            "s-old-0",
            "s-d1-0",
        ]

    def test_a_pain_knows_where_in_its_own_words_a_signal_was_heard(self, store: Store) -> None:
        told(store, document("d1"), document("d2"))
        writes.keep_readings(store, [reading("d2", signal("d2", spans=(Span("effort", 0, 99),)))])
        waiting = reads.unplaced_pains(store, since=LONG_AGO, until=at(400), floor=0.5)
        assert [(one.document_id, one.cues) for one in waiting] == [("d1", ((0, 4),)), ("d2", ())]

    def test_only_pains_above_the_floor_wait(self, store: Store) -> None:
        keep(store, document("d1"))
        writes.mark_clean(store, ["d1"], {})
        writes.keep_readings(store, [reading("d1", signal("d1", 0, pain="none"), signal("d1", 1, pain="spoken"))])
        waiting = reads.unplaced_pains(store, since=LONG_AGO, until=at(400), floor=0.5)
        assert [(one.signal_id, one.unspoken) for one in waiting] == [("s-d1-1", False)]
        assert len(reads.unplaced_pains(store, since=LONG_AGO, until=at(400), floor=0.1)) == 2

    def test_a_passage_waits_by_its_voice_and_else_by_its_pain(self, store: Store) -> None:
        keep(store, document("d1"))
        writes.mark_clean(store, ["d1"], {})
        heard = (
            signal("d1", 0, pain="none", voice=0.9),
            signal("d1", 1, pain="spoken", voice=0.1),
            signal("d1", 2, pain="spoken", voice=None),
        )
        writes.keep_readings(store, [reading("d1", *heard)])
        waiting = reads.unplaced_pains(store, since=LONG_AGO, until=at(400), floor=0.5)
        assert {one.signal_id: one.pain for one in waiting} == {"s-d1-0": 0.9, "s-d1-2": pytest.approx(0.9)}

    def test_a_pain_point_comes_back_as_it_was(self, store: Store) -> None:
        point = pain_point(importance=5, muted_until=NIGHT, owner="ann", merged_into=None)
        told(store, document("d1"), document("d2", person="p-d1"), point=point)
        kept = reads.point(store, "pp-1")
        names = {field.name for field in dataclasses.fields(point)} - {"centroid", "size", "people"}
        assert {name: getattr(kept, name) for name in names} == {name: getattr(point, name) for name in names}
        assert np.array_equal(kept.centroid, point.centroid)
        assert (kept.size, kept.people) == (2, 1)

    def test_placing_twice_changes_nothing(self, store: Store) -> None:
        told(store, document("d1"), document("d2"), point=pain_point())
        before = rows(store)
        place(store, pain_point(name="another name"), "s-d1-0", "s-d2-0")
        writes.keep_placement(store, [Membership("s-d1-0", "pp-1", NIGHT, 0.1)], (), (), ())
        assert rows(store) == before

    def test_the_night_changes_only_what_is_the_machines(self, store: Store) -> None:
        told(store, document("d1"), point=pain_point())
        stale = reads.point(store, "pp-1")
        mine = PointChange(name="Drips!", named_by="ann", owner="ann", status="doing")
        writes.change_point(store, "pp-1", fields=mine, ledger=entry("assigned"))
        later = dataclasses.replace(stale, name="x", centroid=vector(5), words=("w",), last_seen=NIGHT, people=99)
        writes.keep_placement(store, (), (), [later], ())
        kept = reads.point(store, "pp-1")
        assert (kept.name, kept.owner, kept.status, kept.stage, kept.touchpoint) == (
            "Drips!",
            "ann",
            "doing",
            stale.stage,  # where a pain belongs is asked anew whenever somebody joins
            stale.touchpoint,
        )
        assert (kept.words, kept.people) == (("w",), 1)
        assert np.array_equal(kept.centroid, vector(5))

    def test_the_machine_may_rename_what_nobody_named(self, store: Store) -> None:
        told(store, document("d1"), point=pain_point())
        writes.keep_placement(store, (), (), [pain_point(name="seam drips")], ())
        assert reads.point(store, "pp-1").name == "seam drips"

    def test_a_signal_that_is_gone_meanwhile_is_left_out(self, store: Store) -> None:
        told(store, document("d1"))
        place(store, pain_point(), "s-d1-0", "s-gone-0")
        assert reads.point(store, "pp-1").size == 1

    def test_points_by_map_and_state(self, store: Store) -> None:
        told(store, document("d1"))
        for name, more in {
            "b": {},
            "a": {},
            "old": {"born": date(2026, 1, 1)},
            "no": {"status": "wont"},
            "other": {"map": "boats"},
            "gone": {"merged_into": "a"},
        }.items():
            place(store, pain_point(name, **more))
        assert [one.id for one in reads.points(store, map_id="bikes")] == ["old", "a", "b"]
        assert [one.id for one in reads.points(store, map_id="bikes", states=["wont"])] == ["no"]
        assert [one.id for one in reads.points(store, map_id="bikes", include_merged=True)] == ["old", "a", "b", "gone"]
        with pytest.raises(NotFound, match="nowhere"):
            reads.point(store, "nowhere")

    def test_points_by_what_a_step_of_the_night_asks_for(self, store: Store) -> None:
        before, later = NIGHT - timedelta(days=70), NIGHT + timedelta(days=5)
        for name, more in {
            "told": {},
            "silent": {"last_seen": before},
            "known": {"last_seen": before, "faded": NIGHT},
            "due": {"last_seen": before, "faded": NIGHT, "due": later},
            "wont": {"last_seen": before, "status": "wont", "due": later},
        }.items():
            place(store, pain_point(name, **more))
        goal = Goal("known", "", "people_week", 1.0, NIGHT, "use", 4, None, "ann", at(0))
        writes.keep_goal(store, dataclasses.replace(goal, due=later), entry("goal"))
        writes.keep_emergences(store, [emergence("told"), emergence("known", NIGHT - timedelta(days=9))])
        week = {"since": NIGHT - timedelta(days=6), "until": NIGHT}
        assert [one.id for one in reads.points(store, map_id="bikes", told_since=NIGHT)] == ["told"]
        assert [one.id for one in reads.points_silent(store, map_id="bikes", since=before)] == ["silent"]
        assert [one.id for one in reads.points_silent(store, map_id="bikes", since=before - timedelta(days=1))] == []
        assert [one.id for one in reads.points_emerged(store, map_id="bikes", **week)] == ["told"]
        assert [one.id for one in reads.points_due(store, map_id="bikes", by=later)] == ["due", "known"]
        assert [one.id for one in reads.points_due(store, map_id="bikes", by=NIGHT)] == []

    def test_the_newest_pains_of_a_point(self, store: Store) -> None:
        told(store, *(document(f"d{day}", day=day) for day in range(5)), point=pain_point())
        chosen = reads.pains_of(store, ["pp-1", "pp-none"], limit_each=2)
        assert {one: [pain.document_id for pain in pains] for one, pains in chosen.items()} == {
            "pp-1": ["d3", "d4"],
            "pp-none": [],
        }
        assert len(reads.pains_of(store, ["pp-1"])["pp-1"]) == 5

    def test_people_are_counted_once_however_they_come(self, store: Store) -> None:
        chance = np.random.default_rng(7)
        people = ["", *(f"p-{number}" for number in range(6))]
        for point in ("pp-1", "pp-2"):
            place(store, pain_point(point))
        for turn in range(12):
            names = [f"d{turn}-{number}" for number in range(chance.integers(1, 5))]
            keep(store, *(document(name, person=str(chance.choice(people))) for name in names))
            writes.mark_clean(store, names, {})
            heard = {name: [signal(name, index) for index in range(chance.integers(1, 4))] for name in names}
            writes.keep_readings(store, [reading(name, *signals) for name, signals in heard.items()])
            said = [one.id for signals in heard.values() for one in signals]
            members = [Membership(one, str(chance.choice(["pp-1", "pp-2"])), NIGHT, 0.5) for one in said]
            writes.keep_placement(store, [*members, *members[:1]], (), (), ())
            writes.keep_placement(store, members, (), (), ())
        counted = {one.id: (one.size, one.people) for one in reads.points(store, map_id="bikes")}
        with store.writing() as connection:
            recount(connection, counted)
        assert {one.id: (one.size, one.people) for one in reads.points(store, map_id="bikes")} == counted
        assert min(people for _, people in counted.values()) > 7

    def test_the_words_of_a_point_are_its_pains_that_point_nowhere(self, store: Store) -> None:
        told(store, *(document(f"d{day}", day=day) for day in range(5)), point=pain_point())
        whole = reads.pains_of(store, ["pp-1"], limit_each=3)["pp-1"]
        words = reads.words_of(store, ["pp-1", "pp-none"], limit_each=3)
        assert words["pp-none"] == []
        assert [one.embedding.size for one in words["pp-1"]] == [0, 0, 0]
        names = [one.name for one in dataclasses.fields(whole[0]) if one.name not in {"embedding", "cues"}]
        for bare, pain in zip(words["pp-1"], whole, strict=True):
            assert [getattr(bare, name) for name in names] == [getattr(pain, name) for name in names]

    def test_the_posts_of_a_point_come_with_who_feels_it_when_and_where(self, store: Store) -> None:
        told(store, *(document(f"d{day}", day=day, title=f"No {day}") for day in range(3)), point=pain_point())
        felt, posts = reads.posts_of(store, ["pp-1", "pp-none"], limit_each=2)
        said = reads.words_of(store, ["pp-1", "pp-none"], limit_each=2)
        names = ("signal_id", "document_id", "person", "created_at", "stage", "touchpoint", "pain")
        facts = [[{name: getattr(one, name) for name in names} for one in found["pp-1"]] for found in (felt, said)]
        assert sorted(facts[0], key=lambda one: one["signal_id"]) == facts[1]
        assert felt["pp-none"] == []
        assert posts == reads.whole_posts(store, ["d1", "d2"])
        assert all(post.startswith("No ") for post in posts.values())


class TestChanges:
    def test_a_merge_moves_all_members(self, store: Store) -> None:
        told(store, document("d1"), point=pain_point("pp-1"))
        told(store, document("d2"), document("d3"), point=pain_point("pp-2"))
        merge = Change("merge", into_id="pp-1", from_id="pp-2")
        into = dataclasses.replace(reads.point(store, "pp-1"), centroid=vector(7))
        line = entry("merged", "pp-1", other_id="pp-2")
        writes.apply_change(store, merge, [into], [line])
        assert (reads.point(store, "pp-1").size, reads.point(store, "pp-2").size) == (3, 0)
        assert reads.point(store, "pp-2").merged_into == "pp-1"
        assert np.array_equal(reads.point(store, "pp-1").centroid, vector(7))
        assert reads.ledger(store, "pp-2") == [entry(point="pp-2"), line]
        before = rows(store)
        writes.apply_change(store, merge, [into], [dataclasses.replace(line, at=at(9))])
        assert rows(store) == before

    def test_a_split_moves_the_named_members(self, store: Store) -> None:
        told(store, document("d1"), document("d2"), document("d3"), point=pain_point("pp-1"))
        split = Change("split", into_id="pp-2", from_id="pp-1", members=("s-d2-0", "s-d3-0", "s-strange-0"))
        writes.apply_change(store, split, [pain_point("pp-2", name="half")], [entry("split")])
        assert [one.signal_id for one in reads.pains_of(store, ["pp-2"])["pp-2"]] == ["s-d2-0", "s-d3-0"]
        assert (reads.point(store, "pp-1").size, reads.point(store, "pp-2").size) == (1, 2)
        before = rows(store)
        writes.apply_change(store, split, [pain_point("pp-2", name="half")], [entry("split", detail="again")])
        assert rows(store) == before

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            (Change("merge", "pp-1", "pp-1"), InputError),
            (Change("weld", "pp-1", "pp-2"), InputError),
            (Change("merge", "pp-1", "pp-9"), NotFound),
            (Change("merge", "pp-9", "pp-1"), NotFound),
            (Change("merge", "pp-3", "pp-1"), InputError),
            (Change("split", "pp-9", "pp-1", ("s-d1-0",)), NotFound),
        ],
    )
    def test_a_senseless_change_changes_nothing(self, store: Store, change: Change, error: type[Exception]) -> None:
        told(store, document("d1"), point=pain_point("pp-1"))
        place(store, pain_point("pp-2"))
        place(store, pain_point("pp-3", merged_into="pp-2"))
        before = rows(store)
        with pytest.raises(error):
            writes.apply_change(store, change, (), [entry("never")])
        assert rows(store) == before

    def test_a_person_merges(self, store: Store) -> None:
        told(store, document("d1"), point=pain_point("pp-1"))
        place(store, pain_point("pp-2"))
        writes.merge_points(store, "pp-1", "pp-2", [entry("merged")])
        assert (reads.point(store, "pp-1").merged_into, reads.point(store, "pp-2").size) == ("pp-2", 1)

    def test_a_change_stands_in_the_ledger(self, store: Store) -> None:
        place(store, pain_point())
        writes.change_point(store, "pp-1", fields={"status": "done", "resolved_on": NIGHT}, ledger=entry("resolved"))
        writes.change_point(store, "pp-1", fields={"resolved_on": None})
        kept = reads.point(store, "pp-1")
        assert (kept.status, kept.resolved_on, kept.stage) == ("done", None, "use")
        assert [one.what for one in reads.ledger(store)] == ["born", "resolved"]

    @pytest.mark.parametrize("fields", [{"size": 3}, {"status": "finished"}])
    def test_a_wrong_field_is_named(self, store: Store, fields: PointChange) -> None:
        place(store, pain_point())
        with pytest.raises(InputError, match=r"size|finished"):
            writes.change_point(store, "pp-1", fields=fields, ledger=entry("wrong"))
        assert [one.what for one in reads.ledger(store)] == ["born"]

    def test_an_unknown_point_cannot_change(self, store: Store) -> None:
        with pytest.raises(NotFound, match="pp-9"):
            writes.change_point(store, "pp-9", fields={"owner": "ann"}, ledger=entry("assigned", "pp-9"))
        assert reads.ledger(store) == []

    def test_what_a_person_took_apart_stays_apart(self, store: Store) -> None:
        told(store, document("d1"), document("d2"), point=pain_point())
        pairs = [("s-d1-0", "pp-1")]
        writes.keep_apart(store, pairs)
        writes.keep_apart(store, pairs)
        assert reads.apart(store) == frozenset(pairs)
        assert reads.point(store, "pp-1").size == 1
        waiting = reads.unplaced_pains(store, since=LONG_AGO, until=at(400), floor=0)
        assert [one.signal_id for one in waiting] == ["s-d1-0"]

    def test_the_ledger_keeps_its_order_and_no_line_twice(self, store: Store) -> None:
        lines = [entry("comment", detail=text) for text in "ba"]
        writes.keep_ledger(store, lines)
        writes.keep_ledger(store, lines)
        assert reads.ledger(store) == lines


class TestEmergences:
    def test_one_of_a_kind_a_night(self, store: Store) -> None:
        place(store, pain_point("pp-1"))
        place(store, pain_point("pp-2"))
        later = NIGHT + timedelta(days=7)
        found = [emergence(), emergence(night=later, kind="rising"), emergence("pp-2", later)]
        writes.keep_emergences(store, found)
        writes.keep_emergences(store, [dataclasses.replace(one, people=99) for one in found])
        assert reads.emergences(store) == found
        assert reads.emergences(store, ["pp-1"]) == found[:2]
        assert reads.emergences(store, night=later) == found[1:]
        assert reads.emergences(store, ["pp-2"], night=NIGHT) == []
        assert reads.last_emergence(store, ["pp-1", "pp-3"]) == {"pp-1": found[1]}


class TestDays:
    def test_people_and_exposure_by_local_day(self, store: Store) -> None:
        told(store, document("a", day=0), document("b", day=0, person="p-a"), document("c", day=1), point=pain_point())
        keep(store, document("painless", day=1), document("early", day=-3))
        late = document("late", created_at=at(0, hour=23), source="board")
        keep(store, late, source="board", night=NIGHT)
        found = reads.day_counts(store, ["pp-1", "none"], since=NIGHT, until=at(1).date(), zone="Europe/Berlin")
        assert found["pp-1"] == [
            DayCount(NIGHT, "yard", 2, frozenset({"p-a"})),
            DayCount(at(1).date(), "board", 1),
            DayCount(at(1).date(), "yard", 2, frozenset({"p-c"})),
        ]
        assert [one.people for one in found["none"]] == [frozenset()] * 3

    def test_the_people_of_many_points_are_those_of_each(self, store: Store) -> None:
        told(store, document("a", day=0), document("b", day=-5), document("old", day=-40), point=pain_point())
        told(store, document("c", day=0), point=pain_point("pp-2"))
        since, many = at(-9).date(), [f"pp-{number}" for number in range(2 * MANY)]
        found = reads.day_counts(store, many, since=since, until=NIGHT, zone="UTC")
        for one in ("pp-1", "pp-2", "pp-3"):
            assert found[one] == reads.day_counts(store, [one], since=since, until=NIGHT, zone="UTC")[one]
        assert [day.people for day in found["pp-2"]] == [frozenset(), frozenset({"p-c"})]

    def test_before_the_first_look_is_backlog(self, store: Store) -> None:
        told(store, document("old", day=-1), document("new", day=0), point=pain_point())
        found = reads.day_counts(store, ["pp-1"], since=at(-5).date(), until=NIGHT, zone="UTC")["pp-1"]
        assert [(one.day, one.backlog) for one in found] == [(at(-1).date(), True), (NIGHT, False)]

    def test_copies_and_inside_texts_are_no_exposure(self, store: Store) -> None:
        told(store, document("d1"), document("survey", kind=PostKind.SURVEY), point=pain_point())
        keep(store, document("d2"))
        writes.mark_clean(store, [], {"d2": "d1"})
        (only,) = reads.day_counts(store, ["pp-1"], since=NIGHT, until=NIGHT, zone="UTC")["pp-1"]
        assert (only.seen, only.people) == (1, frozenset({"p-d1"}))
        assert reads.point(store, "pp-1").people == 2

    def test_a_local_day_at_the_change_of_clocks_has_23_hours(self, store: Store) -> None:
        spring = date(2026, 3, 29)  # Berlin: 23:00 UTC the evening before to 22:00 UTC
        hours = {"before": (18, 22), "first": (18, 23), "last": (19, 21), "after": (19, 22)}
        keep(store, *(document(name, created_at=at(day, hour=hour)) for name, (day, hour) in hours.items()))
        place(store, pain_point())
        (only,) = reads.day_counts(store, ["pp-1"], since=spring, until=spring, zone="Europe/Berlin")["pp-1"]
        assert (only.day, only.seen) == (spring, 2)

    def test_people_by_week(self, store: Store) -> None:
        days = {"a": 0, "b": -6, "c": -7, "d": -13, "e": -14, "f": 1}
        told(store, *(document(name, day=day) for name, day in days.items()), point=pain_point())
        told(store, document("a2", day=-1, person="p-a"))
        writes.keep_placement(store, [Membership("s-a2-0", "pp-1", NIGHT, 0.5)], (), (), ())
        assert reads.weekly_people(store, ["pp-1", "none"], NIGHT, weeks=2) == {"pp-1": (2, 2), "none": (0, 0)}


class TestQuotes:
    def test_quotes_are_of_different_people_the_truest_first(self, store: Store) -> None:
        people = {"a": ("x", 0.9, 1), "b": ("x", 0.8, 9), "c": ("y", 0.9, 5), "d": ("z", 0.7, 0), "e": ("", 0.1, 0)}
        told(store, *(document(name, person=who, likes=likes) for name, (who, _, likes) in people.items()))
        members = [Membership(f"s-{name}-0", "pp-1", NIGHT, score) for name, (_, score, _) in people.items()]
        writes.keep_placement(store, (), [(pain_point(), members)], (), ())
        chosen = reads.quotes(store, ["pp-1", "none"], each=3)
        assert [one.document_id for one in chosen["pp-1"]] == ["c", "a", "d"]
        assert chosen["none"] == ()
        first = chosen["pp-1"][0]
        assert (first.text, first.source, first.likes, first.person) == ("passage 0 of c", "yard", 5, "y")
        assert [one.document_id for one in reads.quotes(store, ["pp-1"], each=9)["pp-1"]] == ["c", "a", "d", "e"]

    def test_what_was_said_lately_comes_first_whoever_said_truer_things_before(self, store: Store) -> None:
        days = {"old": ("x", 0.9, -50), "new": ("x", 0.2, -1), "older": ("y", 0.9, -60), "newer": ("z", 0.5, 0)}
        told(store, *(document(name, person=who, day=day) for name, (who, _, day) in days.items()))
        members = [Membership(f"s-{name}-0", "pp-1", NIGHT, score) for name, (_, score, _) in days.items()]
        writes.keep_placement(store, (), [(pain_point(), members)], (), ())
        first = at(-28)
        chosen = reads.quotes(store, ["pp-1"], lately=first)["pp-1"]
        assert [one.document_id for one in chosen] == ["newer", "new", "older"]
