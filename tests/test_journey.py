"""What a person does with pain points: every change has its line, every mistake its mend, and no machine undoes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from nights_houses import House
from nights_world import KEY, MONDAY, TROUBLES

from listening import journey, pipeline
from listening.errors import InputError, ListeningError, NotFound
from listening.pipeline import reconsidering
from listening.store import reads, writes
from listening.types import Change, PainPoint

pytest_plugins = ("nights_fixtures",)
AT = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 9)


def points(house: House) -> list[PainPoint]:
    return reads.points(house.store, map_id="bags")


def told(house: House, point: str) -> list[str]:
    """The ids of its passages, oldest first."""
    return [one.signal_id for one in reads.pains_of(house.store, [point])[point]]


def lines(house: House, point: str) -> list[tuple[str, str, str, str]]:
    """Its ledger after its birth: who, what, the other one, detail."""
    found = reads.ledger(house.store, point)
    assert all(one.at == AT for one in found if one.who != "listening")
    return [(one.who, one.what, one.other_id, one.detail) for one in found if one.who != "listening"]


class TestChanges:
    def test_assign_gives_owner_department_and_ratings(self, lived: House) -> None:
        one = points(lived)[0].id
        journey.assign(lived.store, lived.settings, one, "zip-owner", who="ann", now=AT, importance=5, cost=2, ease=1)
        found = reads.point(lived.store, one)
        assert (found.owner, found.importance, found.cost, found.ease) == ("zip-owner", 5, 2, 1)
        assert lines(lived, one) == [("ann", "assigned", "", "zip-owner")]

    def test_a_later_assignment_keeps_the_ratings_that_it_does_not_name(self, lived: House) -> None:
        one = points(lived)[0].id
        journey.assign(lived.store, lived.settings, one, "zip-owner", who="ann", now=AT, importance=5)
        journey.assign(lived.store, lived.settings, one, "rest", who="ann", now=AT, cost=1)
        found = reads.point(lived.store, one)
        assert (found.owner, found.importance, found.cost) == ("rest", 5, 1)

    def test_a_persons_name_stays_through_nights_merges_and_erasures(self, lived: House) -> None:
        one, other, *_ = (each.id for each in points(lived))
        journey.rename(lived.store, one, "  The   zip that jams ", who="ann", now=AT)
        for day in (1, 2, 7):
            now = MONDAY + timedelta(days=day)
            lived.posts(12, seed=10 + day, start=now - timedelta(hours=9), days=0.2)
            lived.night(now)
        journey.merge(lived.store, other, one, who="ann", now=AT)
        journey.erase(lived.store, "yard writer 2-3", source=None, key=KEY)
        found = reads.point(lived.store, one)
        assert (found.name, found.named_by) == ("The zip that jams", "ann")
        assert lines(lived, one)[0] == ("ann", "renamed", "", "The zip that jams")

    def test_no_two_pain_points_have_one_name(self, lived: House) -> None:
        names = [each.name for each in points(lived)]
        assert len(names) > 2
        assert len(set(names)) == len(names)

    def test_what_a_person_named_or_owns_is_no_ones_to_merge(
        self, lived: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        named, owned, resolved, *_ = (each.id for each in points(lived))
        journey.rename(lived.store, named, "Mine", who="ann", now=AT)
        journey.assign(lived.store, lived.settings, owned, "rest", who="ann", now=AT)
        journey.resolve(lived.store, resolved, on=TODAY, who="ann", now=AT)
        seen: list[set[str]] = []

        def look(*_: object, fixed: set[str], **__: object) -> tuple[Change, ...]:
            seen.append(fixed)
            return ()

        monkeypatch.setattr(reconsidering, "reconsider", look)
        lived.posts(12, seed=9, start=MONDAY + timedelta(days=6), days=0.9)
        lived.night(MONDAY + timedelta(days=7))
        assert seen == [{named, owned, resolved}]

    def test_a_fix_is_not_of_a_day_to_come_and_a_mute_not_of_one_that_is_over(self, lived: House) -> None:
        one = points(lived)[0]
        with pytest.raises(InputError, match="still to come -> say so when it is"):
            journey.resolve(lived.store, one.id, on=TODAY + timedelta(days=9), who="ann", now=AT)
        with pytest.raises(InputError, match="which is over -> give a day to come"):
            journey.mute(lived.store, one.id, until=TODAY - timedelta(days=9), who="ann", now=AT)
        found = reads.point(lived.store, one.id)
        assert (found.status, found.resolved_on, found.muted_until) == ("open", None, None)

    def test_resolve_mute_and_reopen(self, lived: House) -> None:
        one = points(lived)[0].id
        journey.resolve(lived.store, one, on=TODAY, who="ann", now=AT)
        journey.mute(lived.store, one, until=TODAY + timedelta(days=9), who="bob", now=AT)
        found = reads.point(lived.store, one)
        assert (found.status, found.resolved_on, found.muted_until) == ("watch", TODAY, TODAY + timedelta(days=9))
        journey.reopen(lived.store, one, who="ann", now=AT)
        found = reads.point(lived.store, one)
        assert (found.status, found.resolved_on, found.muted_until) == ("open", None, None)
        assert lines(lived, one) == [
            ("ann", "resolved", "", "2026-03-09"),
            ("bob", "muted", "", "2026-03-18"),
            ("ann", "reopened", "", ""),
        ]


class TestMembers:
    def test_merge_joins_members_and_leaves_a_pointer(self, lived: House) -> None:
        gone, stays, *_ = points(lived)
        writes.keep_placement(lived.store, (), (), [replace(gone, last_seen=date(2026, 3, 20))], ())
        both = {*told(lived, gone.id), *told(lived, stays.id)}
        journey.merge(lived.store, gone.id, stays.id, who="ann", now=AT)
        assert set(told(lived, stays.id)) == both
        assert reads.point(lived.store, gone.id).merged_into == stays.id
        found = reads.point(lived.store, stays.id)
        assert (found.size, found.last_seen) == (len(both), date(2026, 3, 20))
        assert lines(lived, gone.id) == lines(lived, stays.id) == [("ann", "merge", stays.id, "")]

    def test_split_makes_a_pain_point_whose_passages_never_drift_back(self, lived: House) -> None:
        old = points(lived)[0].id
        leaving = told(lived, old)[:5]
        new = journey.split(lived.store, lived.settings, old, leaving, who="ann", now=AT)
        assert sorted(told(lived, new)) == sorted(leaving)
        assert reads.point(lived.store, new).name
        assert {(one, old) for one in leaving} <= reads.apart(lived.store)
        assert lines(lived, new) == [("ann", "split", new, "")]
        lived.posts(6, seed=9, start=MONDAY, days=0.9)
        lived.night(MONDAY + timedelta(days=1))
        assert not set(leaving) & set(told(lived, old))

    def test_a_passage_that_was_moved_out_is_placed_anew_elsewhere(self, lived: House) -> None:
        old = points(lived)[0].id
        moved = told(lived, old)[0]
        journey.move(lived.store, moved, old, who="ann", now=AT)
        assert moved not in told(lived, old)
        assert lines(lived, old) == [("ann", "moved out", "", moved)]
        pipeline.cluster(lived.store, lived.settings, now=MONDAY)
        assert moved not in told(lived, old)

    def test_erase_removes_the_words_for_ever_and_names_anew(self, lived: House) -> None:
        one = points(lived)[0]
        count = reads.counts(lived.store).documents
        author = "yard writer 2-5"
        forgotten = journey.erase(lived.store, author, source=None, key=KEY)
        assert forgotten.documents
        assert reads.counts(lived.store).documents == count - forgotten.documents
        again = journey.erase(lived.store, author.upper(), source="yard", key=KEY)
        assert again.documents == 0
        lived.night(MONDAY + timedelta(days=1))
        assert reads.counts(lived.store).documents == count - forgotten.documents
        assert reads.point(lived.store, one.id).id == one.id

    def test_a_pain_point_of_which_nothing_is_left_keeps_no_words(self, lived: House) -> None:
        one = points(lived)[0].id
        rows = [row for row in reads.export_rows(lived.store, "members") if row["pain_point_id"] == one]
        for person in {str(row["person"]) for row in rows}:
            forgotten = writes.forget_person(lived.store, person, None)
            journey.name_anew(lived.store, forgotten.pain_points)
        found = reads.point(lived.store, one)
        assert (found.size, found.name, found.words) == (0, "", ())

    def test_old_documents_are_retired_as_the_settings_say(self, lived: House) -> None:
        assert journey.retire_old(lived.store, lived.settings, now=MONDAY) == 0
        later = MONDAY + timedelta(days=456) - timedelta(days=10)
        kept = reads.counts(lived.store).documents
        gone = journey.retire_old(lived.store, lived.settings, now=later)
        assert 0 < gone < kept
        assert reads.counts(lived.store).documents == kept - gone
        lived.change(store={"retention_days": 0})
        assert journey.retire_old(lived.store, lived.settings, now=later) == 0


class TestMistakes:
    @pytest.mark.parametrize(
        ("verb", "given", "error", "said"),
        [
            ("assign", {"owner": "nobody"}, NotFound, "no owner 'nobody' on the map -> use one of rest, zip-owner"),
            ("assign", {"owner": "rest", "importance": 6}, InputError, "importance 6 -> rate from 1 to 5"),
            ("assign", {"owner": "rest", "ease": 0}, InputError, "ease 0 -> rate from 1 to 5"),
            ("rename", {"to": "  "}, InputError, "an empty name"),
            ("merge", {"into_id": "pp-none"}, NotFound, "no pain point pp-none -> see `listening pain-points list`"),
            ("split", {"signal_ids": ["s-none"]}, NotFound, "passage s-none is not in"),
            ("split", {"signal_ids": []}, InputError, "a split needs some, but not all"),
            ("move", {"signal": "s-none"}, NotFound, "passage s-none is not in"),
        ],
    )
    def test_names_the_thing_and_the_mend_and_changes_nothing(
        self, lived: House, verb: str, given: dict[str, object], error: type[ListeningError], said: str
    ) -> None:
        one = points(lived)[0]
        where = {"merge": "from_id", "move": "from_id"}.get(verb, "point")
        needs = [lived.settings] if verb in ("assign", "split") else []
        with pytest.raises(error) as raised:
            getattr(journey, verb)(lived.store, *needs, **{where: one.id, **given}, who="ann", now=AT)
        assert said in str(raised.value)
        assert lines(lived, one.id) == []
        assert reads.point(lived.store, one.id).name == one.name

    @pytest.mark.parametrize("verb", ["resolve", "mute", "reopen", "rename"])
    def test_an_unknown_pain_point_is_named(self, lived: House, verb: str) -> None:
        more = {"resolve": {"on": TODAY}, "mute": {"until": TODAY}, "reopen": {}, "rename": {"to": "x"}}[verb]
        with pytest.raises(NotFound, match="no pain point pp-none"):
            getattr(journey, verb)(lived.store, "pp-none", **more, who="ann", now=AT)

    def test_all_passages_cannot_be_split_off(self, lived: House) -> None:
        one = points(lived)[0].id
        with pytest.raises(InputError, match="not all"):
            journey.split(lived.store, lived.settings, one, told(lived, one), who="ann", now=AT)

    def test_what_was_merged_away_says_where_it_went(self, lived: House) -> None:
        gone, stays, third, *_ = (one.id for one in points(lived))
        journey.merge(lived.store, gone, stays, who="ann", now=AT)
        with pytest.raises(InputError, match=f"{gone} was merged into {stays} -> use {stays}"):
            journey.merge(lived.store, gone, third, who="ann", now=AT)


def test_every_trouble_has_an_owner_or_the_fallback(house: House) -> None:
    assert {one.id for one in house.settings.journey.touchpoints} == {one.touchpoint for one in TROUBLES}
