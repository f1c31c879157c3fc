"""What the board asks of the store, the same on both databases: the lens, search, evidence, goals, versions, undo."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from store_nouns import NIGHT, NOW, at, document, emergence, keep, pain_point, reading, rows, signal, told

from listening.errors import InputError, NotFound
from listening.store import PointChange, Store, reads, writes
from listening.types import (
    Change,
    Goal,
    JourneyMap,
    LedgerEntry,
    Lens,
    Measure,
    PostKind,
    Review,
    Stage,
)

pytest_plugins = ("store_fixtures",)
LENS = Lens(NIGHT - timedelta(days=27), NIGHT)
BIKES = JourneyMap("bikes", "Bikes", (Stage("use", "Use", assumed_emotion=1.0), Stage("help", "Help")))


def line(what: str, point: str = "pp-1", other: str = "", who: str = "ann") -> LedgerEntry:
    return LedgerEntry(NOW, who, what, point, other)


def key_of(store: Store, point: str, what: str) -> str:
    return next(one.key for one in reads.history(store, point) if one.entry.what == what)


class TestLens:
    def test_moods_are_those_of_the_report_and_follow_source_and_side(self, store: Store) -> None:
        told(store, document("d1"), document("d2", day=-1), document("d3", day=-40))
        told(store, document("t1", kind=PostKind.TICKET, source="desk"), source="desk")
        both = reads.moods(store, BIKES, LENS)
        assert both == reads.stage_moods(store, BIKES, LENS.since, LENS.until)
        assert [one.people for one in both] == [3, 0]
        assert reads.moods(store, BIKES, Lens(LENS.since, LENS.until, source="desk"))[0].people == 1
        assert reads.moods(store, BIKES, Lens(LENS.since, LENS.until, inside=False))[0].people == 2

    def test_voices_count_people_and_those_in_pain(self, store: Store) -> None:
        told(store, document("d1", person="p"), document("d2", person="p"), document("d3"))
        keep(store, document("d4"))
        writes.mark_clean(store, ["d4"], {})
        writes.keep_readings(store, [reading("d4", signal("d4", pain="none"))])
        assert reads.voices(store, LENS) == {"rain_cover": (3, 2)}

    def test_a_touchpoints_weeks_count_each_person_once_a_week(self, store: Store) -> None:
        told(store, document("d1", day=-8, person="p"), document("d2", person="p"), document("d3", person="p", day=-1))
        told(store, document("d4", day=-8))
        assert reads.touchpoint_weeks(store, LENS, 3) == {"rain_cover": (0, 2, 1)}

    def test_people_of_pain_points_in_the_lens(self, store: Store) -> None:
        told(store, document("d1"), document("d2"), document("d3", day=-50), point=pain_point())
        assert reads.point_people(store, LENS) == reads.point_people(store, LENS, ["pp-1"]) == {"pp-1": 2}
        assert reads.point_people(store, LENS, ["pp-9"]) == {}

    def test_weeks_of_a_pain_point_with_what_could_be_seen(self, store: Store) -> None:
        told(store, document("d1"), document("d2", day=-8), point=pain_point())
        keep(store, document("d3", day=-9))
        weeks = reads.point_weeks(store, "pp-1", LENS, 2)
        assert [(one.people, one.seen) for one in weeks] == [(1, 2), (1, 1)]
        assert weeks[0].start == NIGHT - timedelta(days=13)

    def test_a_tally_of_four_weeks(self, store: Store) -> None:
        told(store, document("d1"), document("d2", person="p-d1"), point=pain_point())
        found = reads.tally(store, "pp-1", LENS)
        assert (found.people, found.seen, found.passages, found.unspoken) == (1, 2, 2, 2)


class TestSearch:
    def test_finds_posts_and_pain_points_by_the_beginnings_of_words(self, store: Store) -> None:
        told(store, document("d1", "I cancelled it, by phone"), document("d2", "Cancel buttons!"), point=pain_point())
        points, posts = reads.search(store, "CANCEL", map_id="bikes")
        assert [one.id for one in posts] == ["d1", "d2"] or [one.id for one in posts] == ["d2", "d1"]
        assert posts[0].pain_points == ("pp-1",)
        points, _ = reads.search(store, "cover drip", map_id="bikes")
        assert [(one.id, one.title) for one in points] == [("pp-1", "the cover drips")]

    def test_all_words_must_be_there_and_other_maps_are_not(self, store: Store) -> None:
        keep(store, document("d1", "rain comes in"), document("d2", "rain stays out"))
        told(store, document("d3", "quiet"), point=pain_point(map="cars"))
        assert [one.id for one in reads.search(store, "rain in", map_id="bikes")[1]] == ["d1"]
        assert reads.search(store, "cover", map_id="bikes") == ([], [])

    @pytest.mark.parametrize(
        "query", ["", "  ", '"', "a AND", "NEAR(", "x* OR y", "'; DROP TABLE documents", "(", ":*", "\x00"]
    )
    def test_any_query_is_only_words(self, store: Store, query: str) -> None:
        keep(store, document("d1", "plain"))
        assert reads.search(store, query, map_id="bikes") == ([], [])

    def test_punctuation_parts_words_on_both_databases(self, store: Store) -> None:
        keep(store, document("d1", "see shop.example/log-in_page, or it's über-slow"))
        for word in ("example", "log", "page", "slow", "über", "shop example"):
            assert [one.id for one in reads.search(store, word, map_id="bikes")[1]] == ["d1"], word

    def test_a_new_version_is_found_by_its_new_words_only(self, store: Store) -> None:
        keep(store, document("d1", "old words"))
        keep(store, document("d1", "fresh letters", version=2))
        assert reads.search(store, "old", map_id="bikes")[1] == []
        assert [one.id for one in reads.search(store, "fresh", map_id="bikes")[1]] == ["d1"]

    def test_what_is_forgotten_or_too_old_is_found_no_more(self, store: Store) -> None:
        keep(store, document("d1", "planted zanzibar"), document("d2", "planted quito", day=-500))
        writes.forget_person(store, "p-d1", None)
        writes.drop_older(store, at(-400))
        assert reads.search(store, "planted", map_id="bikes")[1] == []

    def test_a_forgotten_word_is_in_no_byte_of_the_file(self, sqlite_store: Store) -> None:
        many = [document(f"d{n}", f"common words number {n}", day=-n) for n in range(50)]
        keep(sqlite_store, *many, document("x", "the zanzibarword stood here", person="p-x"))
        writes.forget_person(sqlite_store, "p-x", None)
        files = Path(sqlite_store.url.removeprefix("sqlite:///")).parent.glob("store.db*")
        assert all(b"zanzibarword" not in one.read_bytes() for one in files)

    def test_a_renamed_pain_point_is_found_by_its_new_name(self, store: Store) -> None:
        told(store, document("d1"), point=pain_point())
        writes.change_point(store, "pp-1", fields=PointChange(name="Puddles", named_by="ann"), ledger=line("renamed"))
        assert [one.id for one in reads.search(store, "puddle", map_id="bikes")[0]] == ["pp-1"]

    def test_the_words_around_the_match_are_shown(self, store: Store) -> None:
        keep(store, document("d1", "x " * 200 + "the needle is here" + " y" * 200))
        shown = reads.search(store, "needle", map_id="bikes")[1][0].snippet
        assert "the needle is here" in shown
        assert shown.startswith("…")
        assert shown.endswith("…")

    def test_what_is_shown_is_cut_between_words(self, store: Store) -> None:
        keep(store, document("d1", "seventeen " * 30 + "needle" + " seventeen" * 30), document("d2", "needle" * 100))
        shown = {one.id: one.snippet for one in reads.search(store, "needle", map_id="bikes")[1]}
        assert set(shown["d1"].strip("…").split()) == {"seventeen", "needle"}
        assert shown["d2"].startswith("needle")

    @pytest.mark.parametrize(
        ("text", "query", "held"),
        [
            ("I cancelled it. CANCEL!", "cancel", ["cancelled", "CANCEL"]),
            ("uncancelled", "cancel", []),
            ("über-slow log_in", "über log", ["über", "log"]),
            ("a.b", ".*", []),
            ("anything", "", []),
        ],
    )
    def test_where_a_text_holds_what_was_asked(self, text: str, query: str, held: list[str]) -> None:
        assert [text[start:end] for start, end in reads.held_in(text, query)] == held


class TestEvidence:
    def test_pages_newest_first_with_marks_inside_the_passage(self, store: Store) -> None:
        told(store, document("d1", day=-1, likes=4), document("d2"), point=pain_point())
        count, first = reads.evidence(store, reads.Asked(point="pp-1"), LENS, limit=1)
        assert (count, [one.document_id for one in first]) == (2, ["d2"])
        _, second = reads.evidence(store, reads.Asked(point="pp-1"), LENS, limit=1, offset=1)
        assert (second[0].document_id, second[0].likes, second[0].marks) == ("d1", 4, ((0, 4, "workaround"),))

    def test_by_stage_touchpoint_and_pain(self, store: Store) -> None:
        told(store, document("d1"))
        keep(store, document("d2"))
        writes.mark_clean(store, ["d2"], {})
        writes.keep_readings(store, [reading("d2", signal("d2", pain="none", touchpoint=None))])
        assert reads.evidence(store, reads.Asked(stage="use"), LENS)[0] == 2
        assert reads.evidence(store, reads.Asked(stage="use", painful=True), LENS)[0] == 1
        assert reads.evidence(store, reads.Asked(touchpoint="rain_cover"), LENS)[0] == 1
        assert reads.evidence(store, reads.Asked(stage="help"), LENS) == (0, [])


class TestCards:
    def test_lists_come_without_vectors_most_people_first(self, store: Store) -> None:
        told(store, document("d1"), point=pain_point())
        told(store, document("d2"), document("d3"), point=pain_point("pp-2", owner="bob"))
        assert [one.id for one in reads.card_points(store, "bikes", states=("open",))] == ["pp-2", "pp-1"]

    def test_spots_cards_and_rated_ones(self, store: Store) -> None:
        told(store, document("d1"), point=pain_point(muted_until=NIGHT))
        told(
            store,
            document("d2"),
            document("d3"),
            point=pain_point("pp-2", importance=5, cost=1, ease=2, touchpoint=None),
        )
        spots = reads.spots(store, "bikes", states=("open",))
        assert [(one.id, one.touchpoint, one.muted_until) for one in spots] == [
            ("pp-2", "", None),
            ("pp-1", "rain_cover", NIGHT),
        ]
        assert list(reads.cards_of(store, ["pp-1", "pp-9"])) == ["pp-1"]
        assert [one.id for one in reads.rated_points(store, "bikes", states=("open",))] == ["pp-2"]

    def test_latest_news_and_unspoken_shares(self, store: Store) -> None:
        told(store, document("d1"), document("d2"), point=pain_point())
        writes.keep_emergences(store, [emergence(), emergence(night=NIGHT + timedelta(days=1), kind="rising")])
        assert reads.latest_news(store, "bikes", since=NIGHT)["pp-1"].kind == "rising"
        assert reads.unspoken_shares(store, ["pp-1"]) == {"pp-1": 1.0}

    def test_similar_ones_are_near_by_their_centres(self, store: Store) -> None:
        told(store, document("d1"), point=pain_point())
        told(store, document("d2"), point=pain_point("pp-2"))
        told(store, document("d3"), point=pain_point("pp-3", map="cars"))
        near = reads.similar(store, reads.point(store, "pp-1"))
        assert [(one.id, round(cosine, 3)) for one, cosine in near] == [("pp-2", 1.0)]

    def test_what_the_map_lost(self, store: Store) -> None:
        told(store, document("d1"), point=pain_point())
        told(store, document("d2"), point=pain_point("pp-2", stage="gone", touchpoint=None))
        told(store, document("d3"), point=pain_point("pp-3", stage="none", touchpoint=None))
        assert [one.id for one in reads.off_map(store, "bikes", ["use"], ["rain_cover"])] == ["pp-2"]
        assert [one.id for one in reads.off_map(store, "bikes", ["use"], [])] == ["pp-1", "pp-2"]

    def test_events_tell_outages_new_sources_and_what_was_done(self, store: Store) -> None:
        told(store, document("d1"), point=pain_point())
        writes.keep_emergences(store, [emergence()])
        writes.keep_ledger(store, [line("resolved")])
        kinds = [one.kind for one in reads.events(store, "pp-1", NIGHT - timedelta(days=9), NIGHT)]
        assert kinds == ["emerged", "fixed", "source"]

    def test_a_fix_stands_on_the_day_of_the_fix_not_on_that_on_which_it_was_said(self, store: Store) -> None:
        told(store, document("d1"), point=pain_point())
        fixed = NIGHT - timedelta(days=5)
        writes.keep_ledger(store, [dataclasses.replace(line("resolved"), detail=fixed.isoformat())])
        found = reads.events(store, "pp-1", NIGHT - timedelta(days=9), NIGHT)
        assert [(one.day, one.words) for one in found if one.kind == "fixed"] == [(fixed, "said to be mended by ann")]


class TestUndo:
    def test_fields_go_back_once(self, store: Store) -> None:
        told(store, document("d1"), point=pain_point(owner="bob"))
        writes.change_point(store, "pp-1", fields=PointChange(owner="ann", due=NIGHT), ledger=line("assigned"))
        key = key_of(store, "pp-1", "assigned")
        assert writes.undo(store, key, who="cara", now=NOW) == ()
        found = reads.point(store, "pp-1")
        assert (found.owner, found.due) == ("bob", None)
        first = reads.history(store, "pp-1")[0]
        assert (first.entry.who, first.entry.what, first.entry.detail) == ("cara", "undone", "assigned")
        with pytest.raises(InputError, match="undone before"):
            writes.undo(store, key, who="cara", now=NOW)

    def test_a_later_change_stands_in_the_way(self, store: Store) -> None:
        told(store, document("d1"), point=pain_point())
        writes.change_point(store, "pp-1", fields=PointChange(owner="ann"), ledger=line("assigned"))
        writes.change_point(store, "pp-1", fields=PointChange(owner="bob"), ledger=line("assigned", who="bob"))
        older = reads.history(store, "pp-1")[1].key
        with pytest.raises(InputError, match="changed again"):
            writes.undo(store, older, who="cara", now=NOW)
        assert reads.point(store, "pp-1").owner == "bob"

    def test_a_merge_comes_apart_again(self, store: Store) -> None:
        told(store, document("d1"), point=pain_point())
        told(store, document("d2"), document("d3"), point=pain_point("pp-2"))
        before = {one.signal_id for one in reads.pains_of(store, ["pp-1"])["pp-1"]}
        writes.apply_change(store, Change("merge", "pp-2", "pp-1"), (), [line("merge", "pp-1", "pp-2")])
        told(store, document("d4"))
        assert writes.undo(store, key_of(store, "pp-1", "merge"), who="ann", now=NOW) == ("pp-2", "pp-1")
        assert {one.signal_id for one in reads.pains_of(store, ["pp-1"])["pp-1"]} == before
        assert [(one.id, one.people) for one in reads.points(store, map_id="bikes")] == [("pp-1", 1), ("pp-2", 2)]

    def test_a_split_grows_together_again(self, store: Store) -> None:
        told(store, document("d1"), document("d2"), point=pain_point())
        change = Change("split", "pp-9", "pp-1", ("s-d2-0",))
        writes.apply_change(store, change, [pain_point("pp-9")], [line("split", "pp-1", "pp-9")])
        writes.keep_apart(store, {("s-d2-0", "pp-1")})
        assert writes.undo(store, key_of(store, "pp-9", "split"), who="ann", now=NOW) == ("pp-1", "pp-9")
        assert reads.point(store, "pp-9").merged_into == "pp-1"
        assert reads.point(store, "pp-1").people == 2
        assert reads.apart(store) == frozenset()

    def test_a_moved_passage_comes_back(self, store: Store) -> None:
        told(store, document("d1"), document("d2"), point=pain_point())
        writes.move_out(store, "s-d2-0", line("moved out"))
        assert reads.apart(store) == {("s-d2-0", "pp-1")}
        writes.undo(store, key_of(store, "pp-1", "moved out"), who="ann", now=NOW)
        assert (reads.apart(store), reads.point(store, "pp-1").size) == (frozenset(), 2)

    def test_nothing_undoes_the_unknown(self, store: Store) -> None:
        with pytest.raises(NotFound):
            writes.undo(store, "nonsense", who="ann", now=NOW)

    def test_a_machines_name_is_not_kept_for_undoing(self, store: Store) -> None:
        told(store, document("d1"), point=pain_point(name="words of somebody"))
        writes.change_point(store, "pp-1", fields=PointChange(name="Ours", named_by="ann"), ledger=line("renamed"))
        assert "words of somebody" not in repr(rows(store)["reversals"])


class TestKept:
    def test_a_goal_and_how_it_stood(self, store: Store) -> None:
        told(store, document("d1"), point=pain_point())
        goal = Goal("pp-1", "No drips", "people_week", 1.0, NIGHT, "use", 4, Measure(3, 2, 4, 9, NIGHT), "ann", NOW)
        writes.keep_goal(store, goal, line("goal"))
        writes.keep_goal_nights(store, {("pp-1", "people_week"): Measure(2, 1, 3, 8, NIGHT)})
        writes.keep_goal_nights(store, {("pp-1", "people_week"): Measure(2.5, 1, 3, 8, NIGHT)})
        assert reads.goal(store, "pp-1") == goal
        assert reads.goals(store, "bikes") == [goal]
        assert [one.value for one in reads.goal_series(store, "pp-1", "people_week")] == [2.5]
        writes.drop_goal(store, "pp-1", line("goal dropped"))
        assert reads.goal(store, "pp-1") is None

    def test_reviews_the_latest_first(self, store: Store) -> None:
        for month in (1, 3):
            writes.keep_review(store, Review("bikes", date(2026, month, 1), date(2026, month, 28), "ann", NOW))
        assert [one.until.month for one in reads.reviews(store, "bikes")] == [3, 1]

    def test_a_map_gets_a_version_only_where_it_changed(self, store: Store) -> None:
        for text in ("one", "one", "two", "two"):
            writes.keep_map_version(store, "bikes", text, who="ann", note="", now=datetime(2026, 3, 1, tzinfo=UTC))
        assert [(one.number, one.text) for one in reads.map_versions_of(store, "bikes")] == [(2, "two"), (1, "one")]
        assert reads.map_version(store, "bikes", 1).text == "one"
        assert reads.map_ids(store) == ["bikes"]
        with pytest.raises(NotFound):
            reads.map_version(store, "bikes", 9)

    def test_pain_points_of_a_lost_place_move_with_what_was_heard_there(self, store: Store) -> None:
        told(store, document("d1"), point=pain_point())
        count = writes.relocate(store, "bikes", touchpoint="rain_cover", to=("help", "hotline"), who="ann", now=NOW)
        point = reads.point(store, "pp-1")
        assert (count, point.stage, point.touchpoint, point.placed_by) == (1, "help", "hotline", "ann")
        assert reads.voices(store, LENS) == {"hotline": (1, 1)}
        writes.keep_placement(store, (), (), [pain_point()], ())  # the machine would put it back
        assert reads.point(store, "pp-1").touchpoint == "hotline"
