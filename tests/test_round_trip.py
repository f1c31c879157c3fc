"""What a filled-in workbook changes: every kind of edit, conflict and slip, and hostile files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import pytest
from libreoffice import needs_libreoffice, type_into
from outputs_nouns import report, row
from round_trip_nouns import Book, at, edited, exported, fill, filled, place

from listening.errors import InputError
from listening.outputs.round_trip import Present, compare
from listening.outputs.workbook import render
from listening.outputs.workbook_base import values_of
from listening.outputs.workbook_reading import read_workbook
from listening.types import EDITABLE, Report, RoundTrip, Value

BUY, USE = "pp-1111111111", "pp-0a1b2c3d4e"


def now(made: Report, **more: Mapping[str, Value]) -> Present:
    """The store as it was at the export, but for these pain points' fields (ids with _ for -)."""
    values: dict[str, Mapping[str, Value]] = {
        one.id: {n: getattr(one, n) for n in EDITABLE} for one in made.pain_points
    }
    for point, fields in more.items():
        values[point.replace("_", "-")] = {**values[point.replace("_", "-")], **fields}
    return Present(values)


def trip(content: bytes, present: Present | None = None) -> RoundTrip:
    return compare(read_workbook(content), present or now(report()), report().owners)


def brought(cells: Mapping[tuple[str, str], object], present: Present | None = None) -> RoundTrip:
    return trip(filled(exported(), cells), present)


def said(found: RoundTrip) -> list[tuple[str, str, Value]]:
    return [(one.pain_point_id, one.field, one.new) for one in found.edits]


class TestEdits:
    def test_an_unchanged_workbook_says_nothing(self) -> None:
        assert trip(exported()) == RoundTrip()

    def test_five_edits_are_exactly_these_five(self) -> None:
        found = brought({
            (USE, "Owner"): "Ann Example", (USE, "Importance"): 4, (USE, "Status"): "planned",
            (BUY, "Name"): "Deposit asked twice", (BUY, "Department"): "Shop",
        })  # fmt: skip
        assert sorted(said(found)) == [
            (USE, "importance", 4), (USE, "owner", "ann"), (USE, "status", "planned"),
            (BUY, "department", "Shop"), (BUY, "name", "Deposit asked twice"),
        ]  # fmt: skip
        assert (found.conflicts, found.refusals) == ((), ())
        assert {one.place for one in found.edits} >= {"'Pain points'!E3", "'Pain points'!B2"}

    @pytest.mark.parametrize(
        ("head", "typed", "expected"),
        [
            ("Owner", "ANN", "ann"),
            ("Owner", "  bo ", "bo"),
            ("Status", "Came back", "came_back"),
            ("Importance", "3", 3),
            ("Importance", 3.0, 3),
            ("Importance", "3,0", 3),
            ("Department", "  Two   words ", "Two words"),
            ("Department", 12, "12"),
            ("Name", "=1+1 is no formula here", "=1+1 is no formula here"),
            ("Due", "1.7.2026", "2026-07-01"),
            ("Due", datetime(2026, 7, 1), "2026-07-01"),  # noqa: DTZ001 - a cell has no zone
            ("Notes", " two\nlines ", "two\nlines"),
        ],
    )
    def test_what_a_person_types_is_understood(self, head: str, typed: object, expected: Value) -> None:
        def type_in(book: Book) -> None:
            cell = at(book, USE, head)
            cell.value = typed
            if isinstance(typed, str):
                cell.data_type = "s"

        assert said(trip(edited(exported(), type_in))) == [(USE, head.lower(), expected)]

    @pytest.mark.parametrize(("head", "field", "empty"), [("Owner", "owner", ""), ("Cost", "cost", None)])
    def test_an_emptied_cell_empties_the_field(self, head: str, field: str, empty: Value) -> None:
        assert said(brought({(BUY, head): None})) == [(BUY, field, empty)]

    def test_a_row_of_an_owner_who_left_the_map_is_no_edit(self) -> None:
        made = report(pain_points=(row(owner="gone"),))
        assert trip(render(made), now(made)) == RoundTrip()


class TestConflicts:
    def test_a_cell_that_also_changed_in_the_store_is_listed_and_the_others_are_applied(self) -> None:
        found = brought({(USE, "Owner"): "bo", (USE, "Ease"): 2}, now(report(), pp_0a1b2c3d4e={"owner": "ann"}))
        assert said(found) == [(USE, "ease", 2)]
        assert [(one.edit.field, one.edit.old, one.now, one.edit.new) for one in found.conflicts] == [
            ("owner", "", "ann", "bo")
        ]

    def test_the_same_change_on_both_sides_is_none(self) -> None:
        assert brought({(USE, "Owner"): "bo"}, now(report(), pp_0a1b2c3d4e={"owner": "bo"})) == RoundTrip()

    def test_what_changed_in_the_store_alone_stays(self) -> None:
        assert trip(exported(), now(report(), pp_0a1b2c3d4e={"owner": "ann"})) == RoundTrip()


class TestRefusals:
    @pytest.mark.parametrize(
        ("head", "typed", "thing"),
        [
            ("Owner", "nobody we know", "no owner 'nobody we know' on the map"),
            ("Status", "fixed", "there is no status 'fixed'"),
            ("Status", None, "an empty status"),
            ("Importance", 6, "importance '6'"),
            ("Cost", "2.5", "cost '2.5'"),
            ("Ease", "high", "ease 'high'"),
            ("Ease", "9" * 5000, "ease '999"),
            ("Name", None, "an empty name"),
            ("Name", "x" * 201, "201 characters"),
            ("Due", "soon", "'soon' is no day"),
            ("Notes", "x" * 4001, "4,001 characters"),
            ("Importance", "=1+1", "a formula or an error stands here"),
            ("Name", '=HYPERLINK("http://evil.test","x")', "a formula or an error stands here"),
        ],
    )
    def test_a_cell_that_cannot_be_is_named_with_its_mend(self, head: str, typed: object, thing: str) -> None:
        found = brought({(USE, head): typed, (USE, "Department"): "Shop"})
        assert found.edits == ()  # the row is applied whole or not at all
        assert len(found.refusals) == 1
        assert found.refusals[0].place.startswith("'Pain points'!")
        assert found.refusals[0].place.endswith("3")
        assert found.refusals[0].thing.startswith(thing)
        assert found.refusals[0].mend

    @pytest.mark.parametrize(
        ("change", "thing"),
        [
            (lambda page: page.delete_rows(3), f"the row of {USE} is gone"),
            (lambda page: page.append([USE, "again"]), f"{USE} stands in 2 rows"),
            (lambda page: page.append(["pp-9999999999", "foreign"]), "pp-9999999999 was not in this workbook"),
            (lambda page: page.append([None, "a pain of mine"]), "a row without an ID"),
            (lambda page: page.delete_cols(7), "the column 'Status' is gone"),
        ],
    )
    def test_a_row_or_column_that_cannot_be_is_named_and_the_rest_is_applied(
        self, change: Callable[[Book], None], thing: str
    ) -> None:
        def both(book: Book) -> None:
            fill(book, {(BUY, "Owner"): "bo"})
            change(book["Pain points"])

        found = trip(edited(exported(), both))
        assert said(found) == [(BUY, "owner", "bo")]
        assert any(one.thing.startswith(thing) and one.mend for one in found.refusals)

    def test_a_pain_point_that_was_merged_away_says_where_to(self) -> None:
        present = now(report())
        found = brought({(USE, "Owner"): "bo"}, Present(present.values, {USE: BUY}))
        assert found.edits == ()
        assert [(one.thing, one.mend) for one in found.refusals] == [
            (f"{USE} was merged into {BUY}", f"fill in {BUY}, in a new export")
        ]

    def test_one_that_is_no_more_is_named(self) -> None:
        present = Present({BUY: now(report()).values[BUY]})
        assert len(trip(exported(), present).refusals) == 2

    def test_two_owners_of_one_name_must_be_told_apart(self) -> None:
        from listening.types import Owner  # noqa: PLC0415 - only here

        twins = (Owner("a1", "Ann", ""), Owner("a2", "Ann", ""))
        found = compare(read_workbook(filled(exported(), {(USE, "Owner"): "Ann"})), now(report()), twins)
        assert found.refusals[0].thing == "2 owners are called 'Ann'"


class TestLayouts:
    def test_rows_columns_and_sheets_may_be_moved(self) -> None:
        def shuffle(book: Book) -> None:
            fill(book, {(USE, "Owner"): "bo"})
            page = book["Pain points"]
            lines = [list(line) for line in page.iter_rows(values_only=True)]
            page.delete_rows(1, page.max_row)
            page.append(["Our own notes above the table"])
            page.append([])
            for line in [lines[0], *reversed(lines[1:])]:
                page.append(list(reversed(line)))
            book.create_sheet("Mine", 0)["A1"] = "=1+1"

        assert said(trip(edited(exported(), shuffle))) == [(USE, "owner", "bo")]

    def test_a_column_twice_is_refused(self) -> None:
        def double(book: Book) -> None:
            book["Pain points"].cell(1, 40).value = " owner "

        with pytest.raises(InputError, match="column 'owner' twice"):
            read_workbook(edited(exported(), double))

    @pytest.mark.parametrize(
        ("change", "match"),
        [
            (lambda book: book.remove(book["listening"]), "hidden sheet"),
            (lambda book: book.remove(book["Pain points"]), "no sheet 'Pain points'"),
            (lambda book: book["listening"].cell(6, 4, "bo"), "hidden values of pp-1111111111 were changed"),
            (lambda book: book["listening"].cell(1, 2, "other.v9"), "says 'other.v9'"),
            (lambda book: book["Pain points"].delete_rows(1), "no line with 'ID'"),
        ],
    )
    def test_a_workbook_that_lost_its_base_is_refused(self, change: Callable[[Book], object], match: str) -> None:
        with pytest.raises(InputError, match=match):
            read_workbook(edited(exported(), lambda book: change(book) and None))


def packed(parts: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


class TestHostileFiles:
    @pytest.mark.parametrize(
        ("content", "match"),
        [
            (b"", "no Excel workbook"),
            (b"PK\x03\x04 not whole", "no Excel workbook"),
            (b"id,name\npp-1,x\n", "no Excel workbook"),
            (b"\xd0\xcf\x11\xe0old", "password"),
            (packed({"a.txt": b"x"}), "an archive, but no Excel workbook"),
            (packed({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}), "damaged"),
            (packed({"[Content_Types].xml": b"", "xl/a.xml": b"0" * 5_000_000}), "unpacked it would have 5 MB"),
            (b"0" * 25_000_001, "25 MB"),
        ],
    )
    def test_what_is_no_workbook_or_a_bomb_is_refused_with_the_reason(self, content: bytes, match: str) -> None:
        with pytest.raises(InputError, match=match) as told:
            read_workbook(content)
        assert told.value.mend

    def test_a_bomb_of_entities_in_the_sheet_is_refused(self) -> None:
        bomb = (
            b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "'
            + b"x" * 1000
            + b'">'
            + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 50) for n in range(6))
        )
        bomb += b']><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&g;</t></si></sst>'
        good = zipfile.ZipFile(io.BytesIO(exported()))
        parts = {name: good.read(name) for name in good.namelist()} | {"xl/sharedStrings.xml": bomb}
        with pytest.raises(InputError):
            read_workbook(packed(parts))


def test_hostile_text_stays_text_there_and_back() -> None:
    for text in (
        "=1+1",
        '=HYPERLINK("http://evil.test")',
        "+1",
        "@SUM(A1)",
        "-2+3|cmd",
        "\t=1",
        "_x000D_",
        "_x0041_ é",
    ):
        made = report(pain_points=(row(name=text, department=text),))
        assert trip(render(made), now(made)) == RoundTrip(), text
        assert values_of(made.pain_points[0])["name"], text


@pytest.mark.shared
def test_naughty_strings_are_no_edit_when_they_come_back_unchanged(shared: Path) -> None:
    import json  # noqa: PLC0415 - only here

    texts = json.loads((shared / "corpora" / "blns" / "blns.json").read_text())
    made = report(pain_points=tuple(row(id=f"pp-{n}", name=text, department=text) for n, text in enumerate(texts)))
    found = trip(render(made), now(made))
    assert (found.edits, found.conflicts, found.refusals) == ((), (), ())


@needs_libreoffice
def test_five_edits_typed_in_libreoffice_are_exactly_these_five(tmp_path: Path) -> None:
    book = tmp_path / "exported.xlsx"
    book.write_bytes(exported())
    typed = {
        (USE, "Owner"): "Ann Example", (USE, "Importance"): "4", (USE, "Due"): "2026-07-01",
        (BUY, "Name"): " Deposit  asked twice ", (BUY, "Notes"): "by two shops",
    }  # fmt: skip
    type_into(book, {}, tmp_path / "same.xlsx")
    type_into(book, {place(exported(), *one): words for one, words in typed.items()}, tmp_path / "typed.xlsx")
    assert trip((tmp_path / "same.xlsx").read_bytes()) == RoundTrip()
    assert sorted(said(trip((tmp_path / "typed.xlsx").read_bytes()))) == [
        (USE, "due", "2026-07-01"), (USE, "importance", 4), (USE, "owner", "ann"),
        (BUY, "name", "Deposit asked twice"), (BUY, "notes", "by two shops"),
    ]  # fmt: skip
