"""The filled-in workbook comes home: edits with who, conflicts, all or nothing, and packs that stay as they were."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from cli_nouns import Run
from round_trip_nouns import filled
from store_nouns import NIGHT, NOW, document, emergence, pain_point, rows, told

from listening import journey
from listening.errors import InputError
from listening.outputs import render
from listening.pipeline import make_report
from listening.settings import Settings, load
from listening.store import PointChange, Store, reads, writes
from listening.types import LedgerEntry, Report

pytest_plugins = ("store_fixtures", "cli_fixtures")
MORNING = NOW + timedelta(hours=4)
AFTER = NOW + timedelta(days=30)


@pytest.fixture
def settings(bikes_home: Path) -> Settings:
    return load(bikes_home / "configs", {})


def made(store: Store, settings: Settings, **more: object) -> Report:
    asked: dict[str, object] = {"since": date(2026, 1, 1), "until": None, "now": MORNING, **more}
    return make_report(store, settings, **asked)  # type: ignore[arg-type]  # a table of arguments


def brought(store: Store, settings: Settings, head: str, value: object, point: str = "pp-1") -> bytes:
    return filled(render(made(store, settings), ".xlsx"), {(point, head): value})


def said(store: Store) -> list[tuple[str, str, str]]:
    return [(one.who, one.what, one.detail) for one in reads.ledger(store, "pp-1") if one.who != "listening"]


class TestFillIn:
    def test_edits_become_values_and_lines_with_who(self, bikes_store: Store, settings: Settings) -> None:
        cells = {("pp-1", head): value for head, value in (
            ("Name", "  =Drips here "), ("Owner", "Ann"), ("Department", "Rain"), ("Status", "watch"), ("Ease", "4"),
        )}  # fmt: skip
        trip = journey.fill_in(
            bikes_store, settings, filled(render(made(bikes_store, settings), ".xlsx"), cells), who="bob", now=MORNING
        )
        assert len(trip.edits) == 5
        point = reads.point(bikes_store, "pp-1")
        assert (point.name, point.named_by, point.owner, point.department) == ("=Drips here", "bob", "ann", "Rain")
        assert (point.status, point.resolved_on, point.ease) == ("watch", NIGHT, 4)
        assert sorted(said(bikes_store)) == [
            ("bob", "assigned", "ann"), ("bob", "department", "Rain"), ("bob", "rated", "ease 4"),
            ("bob", "renamed", "=Drips here"), ("bob", "status", "open > watch"),
        ]  # fmt: skip

    def test_goal_day_and_note_come_back_once(self, bikes_store: Store, settings: Settings) -> None:
        cells = {
            ("pp-1", "SMART goal"): "Half as many",
            ("pp-1", "Due"): "2026-07-01",
            ("pp-1", "Notes"): "ask Ann",
        }
        content = filled(render(made(bikes_store, settings), ".xlsx"), cells)
        for _ in range(2):
            journey.fill_in(bikes_store, settings, content, who="bob", now=MORNING)
        goal = reads.goal(bikes_store, "pp-1")
        assert goal is not None
        assert (goal.specific, goal.set_by, reads.point(bikes_store, "pp-1").due) == (
            "Half as many",
            "bob",
            date(2026, 7, 1),
        )
        assert sorted(said(bikes_store)) == [
            ("bob", "comment", "ask Ann"), ("bob", "due", "2026-07-01"), ("bob", "goal", "Half as many"),
        ]  # fmt: skip
        row = made(bikes_store, settings).pain_points[0]
        assert (row.goal, row.due, row.notes) == ("Half as many", date(2026, 7, 1), "ask Ann")
        assert (
            journey.fill_in(
                bikes_store, settings, render(made(bikes_store, settings), ".xlsx"), who="b", now=AFTER
            ).edits
            == ()
        )

    def test_an_unchanged_workbook_changes_nothing(self, bikes_store: Store, settings: Settings) -> None:
        before = rows(bikes_store)
        trip = journey.fill_in(
            bikes_store, settings, render(made(bikes_store, settings), ".xlsx"), who="b", now=MORNING
        )
        assert (trip.edits, trip.conflicts, trip.refusals) == ((), (), ())
        assert rows(bikes_store) == before

    def test_a_second_import_changes_nothing_more(self, bikes_store: Store, settings: Settings) -> None:
        content = brought(bikes_store, settings, "Owner", "Ann")
        journey.fill_in(bikes_store, settings, content, who="bob", now=MORNING)
        before = rows(bikes_store)
        assert journey.fill_in(bikes_store, settings, content, who="bob", now=AFTER).edits == ()
        assert rows(bikes_store) == before

    def test_a_dry_run_only_tells(self, bikes_store: Store, settings: Settings) -> None:
        before = rows(bikes_store)
        content = brought(bikes_store, settings, "Cost", 2)
        trip = journey.fill_in(bikes_store, settings, content, who="bob", now=MORNING, dry_run=True)
        assert [(one.field, one.old, one.new) for one in trip.edits] == [("cost", None, 2)]
        assert rows(bikes_store) == before

    def test_what_changed_meanwhile_is_a_conflict(self, bikes_store: Store, settings: Settings) -> None:
        content = brought(bikes_store, settings, "Name", "mine")
        journey.rename(bikes_store, "pp-1", "theirs", who="ann", now=MORNING)
        trip = journey.fill_in(bikes_store, settings, content, who="bob", now=AFTER)
        assert [(one.edit.new, one.now) for one in trip.conflicts] == [("mine", "theirs")]
        assert reads.point(bikes_store, "pp-1").name == "theirs"

    def test_one_that_was_merged_away_is_named(self, bikes_store: Store, settings: Settings) -> None:
        content = brought(bikes_store, settings, "Cost", 2)
        told(bikes_store, document("d9"), point=pain_point("pp-2"))
        journey.merge(bikes_store, "pp-1", "pp-2", who="ann", now=MORNING)
        trip = journey.fill_in(bikes_store, settings, content, who="bob", now=AFTER)
        assert [one.thing for one in trip.refusals] == ["pp-1 was merged into pp-2"]

    def test_another_maps_workbook_is_refused(self, bikes_store: Store, settings: Settings) -> None:
        from outputs_nouns import report  # noqa: PLC0415 - only here

        with pytest.raises(InputError, match="workbook of map 'hire'"):
            journey.fill_in(bikes_store, settings, render(report(), ".xlsx"), who="bob", now=MORNING)

    def test_an_open_status_ends_the_watch(self, bikes_store: Store, settings: Settings) -> None:
        journey.resolve(bikes_store, "pp-1", on=NIGHT, who="ann", now=NOW)
        journey.fill_in(bikes_store, settings, brought(bikes_store, settings, "Status", "open"), who="b", now=MORNING)
        point = reads.point(bikes_store, "pp-1")
        assert (point.status, point.resolved_on) == ("open", None)


def test_several_changes_are_all_made_or_none(store: Store) -> None:
    told(store, document("d1"), point=pain_point())
    line = LedgerEntry(NOW, "bob", "rated", "pp-1", detail="cost 2")
    good = ("pp-1", PointChange(cost=2), PointChange(cost=None), line)
    late = ("pp-1", PointChange(ease=2), PointChange(ease=5), line)
    before = rows(store)
    with pytest.raises(InputError, match="ease of pp-1 was changed just now"):
        writes.change_points(store, [good, late])
    assert rows(store) == before


class TestCommand:
    def export(self, cli: Run, home: Path, **cells: object) -> Path:
        assert cli("report", "-o", "r.xlsx", "--since", "2026-01-01", "--until", "2026-03-31").code == 0
        from round_trip_nouns import edited, fill  # noqa: PLC0415 - only here

        path = home / "r.xlsx"
        path.write_bytes(edited(path.read_bytes(), lambda book: fill(book, {("pp-1", k): v for k, v in cells.items()})))
        return path

    def test_applied_edits_are_printed(self, cli: Run, bikes_store: Store, bikes_home: Path) -> None:
        path = self.export(cli, bikes_home, Owner="Ann", Cost=3)
        dry = cli("workbook", "import", path, "--dry-run")
        assert (dry.code, dry.out.splitlines()[-1]) == (0, "2 would be applied, 0 in conflict, 0 refused")
        ran = cli("workbook", "import", path, "--who", "bob")
        assert ran.code == 0
        assert ran.out.splitlines() == [
            "'Pain points'!E2  pp-1 owner: nothing -> 'ann'",
            "'Pain points'!I2  pp-1 cost: nothing -> '3'",
            "2 applied, 0 in conflict, 0 refused",
        ]
        assert {who for who, _, _ in said(bikes_store)} == {"bob"}

    def test_refused_cells_and_conflicts_are_done_in_part(self, cli: Run, bikes_store: Store, bikes_home: Path) -> None:
        path = self.export(cli, bikes_home, Owner="nobody")
        ran = cli("workbook", "import", path)
        assert (ran.code, ran.out.splitlines()) == (3, ["0 applied, 0 in conflict, 1 refused"])
        assert ran.err.startswith("listening: 'Pain points'!E2: no owner 'nobody' on the map -> use one of ann")
        path = self.export(cli, bikes_home, Department="mine")
        writes.change_point(bikes_store, "pp-1", fields=PointChange(department="theirs"))
        ran = cli("workbook", "import", path)
        assert ran.code == 3
        assert "conflict at 'Pain points'!F2: pp-1 department was nothing at the export, is 'theirs' now" in ran.err

    def test_what_is_no_workbook_fails_and_no_file_is_wrong_use(self, cli: Run, bikes_home: Path) -> None:
        (bikes_home / "a.xlsx").write_bytes(b"PK no")
        ran = cli("workbook", "import", "a.xlsx")
        assert ran.code == 1
        assert "a.xlsx: it is no Excel workbook" in ran.err
        assert cli("workbook", "import", "none.xlsx").code == 2


class TestPacksThatStay:
    def test_a_day_that_is_over_is_told_the_same_whatever_happens_later(
        self, bikes_store: Store, settings: Settings
    ) -> None:
        first = {
            ending: render(made(bikes_store, settings, until=NIGHT, now=AFTER), ending)
            for ending in (".json", ".csv", ".xlsx")
        }
        journey.rename(bikes_store, "pp-1", "another name", who="ann", now=AFTER)
        journey.assign(bikes_store, settings, "pp-1", "ann", who="ann", now=AFTER, importance=5)
        told(bikes_store, document("late", day=0), point=pain_point("pp-2"))
        writes.keep_emergences(bikes_store, [emergence()])
        again = made(bikes_store, settings, until=NIGHT, now=AFTER + timedelta(days=60))
        assert {ending: render(again, ending) for ending in first} == first
        assert made(bikes_store, settings, until=NIGHT, now=AFTER, anew=True).pain_points[0].owner == "ann"

    def test_today_is_told_as_it_is(self, bikes_store: Store, settings: Settings) -> None:
        assert made(bikes_store, settings).pain_points[0].owner == ""
        journey.assign(bikes_store, settings, "pp-1", "ann", who="ann", now=MORNING)
        found = made(bikes_store, settings)
        assert (found.pain_points[0].owner, found.made_at) == ("ann", MORNING)

    def test_later_nights_do_not_change_an_earlier_day(self, bikes_store: Store, settings: Settings) -> None:
        before = made(bikes_store, settings, until=NIGHT, now=AFTER, anew=True)
        late = document("new", day=-2, first_seen=AFTER)
        told(bikes_store, late, point=pain_point("pp-2", born=AFTER.date()), night=AFTER.date())
        after = made(bikes_store, settings, until=NIGHT, now=AFTER, anew=True)
        assert render(before, ".json") == render(after, ".json")

    def test_who_is_forgotten_is_forgotten_in_packs_too(self, bikes_store: Store, settings: Settings) -> None:
        quoted = made(bikes_store, settings, until=NIGHT, now=AFTER).pain_points[0].quotes
        assert {one.document_id for one in quoted} == {"d1", "d2", "d3"}
        writes.forget_person(bikes_store, "p-d1", None)
        left = made(bikes_store, settings, until=NIGHT, now=AFTER).pain_points[0].quotes
        assert {one.document_id for one in left} == {"d2", "d3"}

    def test_old_posts_leave_their_numbers_and_take_their_words(self, bikes_store: Store, settings: Settings) -> None:
        before = made(bikes_store, settings, until=NIGHT, now=AFTER).pain_points[0]
        writes.drop_older(bikes_store, NOW)
        after = made(bikes_store, settings, until=NIGHT, now=AFTER).pain_points[0]
        assert (after.people, after.trend, after.posts) == (before.people, before.trend, before.posts)
        assert len(after.quotes) < len(before.quotes)

    def test_a_pack_keeps_nobodys_pseudonym(self, bikes_store: Store, settings: Settings) -> None:
        made(bikes_store, settings, until=NIGHT, now=AFTER)
        kept = reads.pack(bikes_store, "bikes", date(2026, 1, 1), NIGHT)
        assert kept is not None
        assert {one.person for row in kept.pain_points for one in row.quotes} == {""}
        assert "p-d1" not in repr(rows(bikes_store)["packs"])
