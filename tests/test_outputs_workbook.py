"""The review workbook as teams meet it: the map, what may be filled in, what is locked, and its pictures."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime

import openpyxl
import pytest
from outputs_nouns import crawls, quote, report, row

from listening.outputs.workbook import SHEETS, render
from listening.outputs.workbook_base import BASE, BASE_HEADS, LISTS, departments, owner_names, version
from listening.types import Owner

MINUS = "\N{MINUS SIGN}"
OPEN = {"Name", "Owner", "Department", "Status", "Importance", "Cost", "Ease", "SMART goal", "Due", "Notes"}


@pytest.fixture(scope="module")
def book() -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(render(report())))


def lines(book: openpyxl.Workbook, name: str) -> list[tuple[object, ...]]:
    return list(book[name].iter_rows(values_only=True))


class TestMap:
    def test_stages_are_columns_and_each_row_asks_one_thing(self, book: openpyxl.Workbook) -> None:
        head, *rows = lines(book, "Map")
        assert head[1:] == tuple(one.name for one in report().moods)
        assert [line[0] for line in rows if line[0]] == [
            "Owner", f"Assumed emotion ({MINUS}1 to 1)", f"Measured emotion ({MINUS}1 to 1)", "95 % range",
            "People heard (n)", "Touchpoints", "Top pain points",
        ]  # fmt: skip

    def test_feelings_are_numbers_on_one_scale(self, book: openpyxl.Workbook) -> None:
        assumed, measured, spread, people = lines(book, "Map")[2:6]
        assert (assumed[1:4], measured[1:4]) == ((0.5, 0.25, 0.5), (0.35, 0.05, -0.42))
        assert (measured[7], spread[7], people[7]) == (None, "blind: nobody heard", 0)
        assert spread[3] == f"{MINUS}0.5 to {MINUS}0.3"

    def test_touchpoints_and_pains_stand_in_their_stage(self, book: openpyxl.Workbook) -> None:
        found = [line[3] for line in lines(book, "Map")]
        assert "● Checkout (heard: 31 people)" in found
        assert "Checkout asks for the deposit twice\n31 people, doing, Ann Example" in found
        assert "◌ Renewal letter (blind)" in [line[7] for line in lines(book, "Map")]

    @pytest.mark.parametrize(("inside", "told"), [(0, "0 people, open"), (2, "0 people + 2 who told us, open")])
    def test_who_told_the_company_stands_beside_who_told_others(self, inside: int, told: str) -> None:
        only = report(pain_points=(row(people=0, people_inside=inside),))
        found = [line[5] for line in lines(openpyxl.load_workbook(io.BytesIO(render(only))), "Map")]
        assert f"{told}, no owner" in str(found[-1])

    def test_a_stage_with_many_pains_names_five_and_counts_the_rest(self) -> None:
        many = report(pain_points=tuple(row(id=f"pp-{n}", people=n) for n in range(9)))
        found = [line[5] for line in lines(openpyxl.load_workbook(io.BytesIO(render(many))), "Map")]
        assert found[-1] == "and 4 more: see 'Pain points'"
        assert [str(one).split("\n")[1].split()[0] for one in found[-6:-1]] == ["8", "7", "6", "5", "4"]


class TestPainPoints:
    def test_a_line_says_what_a_review_needs(self, book: openpyxl.Workbook) -> None:
        head, first, second, _ = lines(book, "Pain points")
        line = dict(zip(head, first, strict=True))
        expected = {
            "ID": "pp-1111111111", "Stage": "Book and pay", "Touchpoint": "Checkout", "People": 31, "Unspoken": 0.08,
            "Status": "doing", "Owner": "Ann Example", "Department": "Payments", "Importance": 5, "Cost": 3, "Ease": 2,
            "Priority": 30, "First seen": datetime(2026, 1, 9), "Last seen": datetime(2026, 3, 30),  # noqa: DTZ001 -- a cell has no zone
        }  # fmt: skip
        assert {name: line[name] for name in expected} == expected
        assert dict(zip(head, second, strict=True))["Priority"] is None

    def test_only_what_a_review_fills_in_is_unlocked(self, book: openpyxl.Workbook) -> None:
        page = book["Pain points"]
        heads = [one.value for one in page[1]]
        assert {heads[one.column - 1] for one in page[2] if not one.protection.locked} == OPEN
        for name in book.sheetnames:
            assert (name, book[name].protection.sheet, book[name].protection.password) == (name, True, None)

    def test_heads_stay_in_view_and_can_be_filtered(self, book: openpyxl.Workbook) -> None:
        page = book["Pain points"]
        assert page.freeze_panes == "C2"
        assert page.auto_filter.ref.startswith("A1:")
        assert page.column_dimensions["B"].width > 30

    def test_drop_downs_offer_what_the_map_knows(self, book: openpyxl.Workbook) -> None:
        page = book["Pain points"]
        heads = [one.value for one in page[1]]
        rules = {
            heads[next(iter(rule.sqref.ranges)).min_col - 1]: rule for rule in page.data_validations.dataValidation
        }
        assert set(rules) == OPEN - {"Name", "SMART goal", "Due", "Notes"}
        offered = {head: _range(book, rule.formula1) for head, rule in rules.items()}
        assert offered["Owner"] == ["Ann Example", "bo"]
        assert offered["Department"] == ["Payments"]
        assert offered["Status"] == [
            "open",
            "planned",
            "doing",
            "done",
            "watch",
            "holds",
            "came_back",
            "wont",
            "no_pain",
        ]
        assert offered["Ease"] == offered["Cost"] == offered["Importance"] == [1, 2, 3, 4, 5]
        assert rules["Department"].errorStyle == "warning"  # a new department may be typed


def _range(book: openpyxl.Workbook, formula: str) -> list[object]:
    sheet, _, area = formula.lstrip("=").partition("!")
    return [line[0].value for line in book[sheet][area.replace("$", "")]]


class TestOtherSheets:
    def test_their_order_is_that_of_a_meeting(self, book: openpyxl.Workbook) -> None:
        assert book.sheetnames == [*SHEETS, LISTS, BASE]
        assert [book[name].sheet_state for name in (*SHEETS, LISTS, BASE)] == ["visible"] * 9 + ["hidden", "veryHidden"]

    def test_evidence_and_sources(self, book: openpyxl.Workbook) -> None:
        assert lines(book, "Evidence")[1][2:5] == (quote().text, "yard", datetime(2026, 3, 28, 9, 5))  # noqa: DTZ001 -- a cell has no zone
        assert len(lines(book, "Sources")) == 1 + len(crawls())

    def test_changes_stand_kind_by_kind(self, book: openpyxl.Workbook) -> None:
        assert [line[:4] for line in lines(book, "Changes")[1:]] == [
            ("Grown", row().name, 3, 12),
            ("Merged", "Straps are short", 0, 0),
        ]

    def test_weeks_are_called_by_their_first_day(self, book: openpyxl.Workbook) -> None:
        head, first, *_ = lines(book, "Trends")
        assert (head[2], head[-1]) == ("Week from 7 Jan", "Week from 25 Mar")
        assert first[2:] == report().pain_points[0].trend

    def test_pictures_are_drawn_from_cells(self) -> None:
        with zipfile.ZipFile(io.BytesIO(render(report()))) as parts:
            charts = [parts.read(one).decode() for one in parts.namelist() if re.match(r"xl/charts/chart\d", one)]
        titles = [re.findall(r"<a:t>(.*?)</a:t>", one)[0] for one in charts]
        assert titles == [
            "How people feel along the journey", "Pain points with the most people", "People a week, first 5",
            "Touchpoints: heard, quiet, blind",
        ]  # fmt: skip

    def test_no_cell_computes(self) -> None:
        with zipfile.ZipFile(io.BytesIO(render(report()))) as parts:
            pages = [parts.read(one).decode() for one in parts.namelist() if one.startswith("xl/worksheets/sheet")]
        assert [page for page in pages if "<f>" in page or "<hyperlink" in page] == []


class TestBase:
    def test_the_hidden_sheet_holds_ids_and_values_as_exported(self, book: openpyxl.Workbook) -> None:
        rows = lines(book, BASE)
        assert [one[:2] for one in rows[:4]] == [
            ("format", "listening.review.v1"), ("map", "hire"), ("since", "2026-01-01"), ("until", "2026-03-31"),
        ]  # fmt: skip
        first = dict(zip(BASE_HEADS, rows[5], strict=True))
        assert (first["id"], first["owner"], first["owner_shown"], first["cost"]) == (
            "pp-1111111111",
            "ann",
            "Ann Example",
            3,
        )

    def test_a_version_tells_values_apart_but_not_spaces(self) -> None:
        assert version("pp-1", {"name": "a  b"}) == version("pp-1", {"name": " a b\n"})
        assert version("pp-1", {"name": "a"}) != version("pp-2", {"name": "a"}) != version("pp-2", {"owner": "a"})

    def test_an_owner_is_shown_by_name_only_where_that_names_one(self) -> None:
        owners = [
            Owner("a", "Ann", ""),
            Owner("b", "Bo", ""),
            Owner("c", "bo", ""),
            Owner("d", "A", ""),
            Owner("e", " ", ""),
        ]
        assert owner_names(owners) == {"a": "Ann", "b": "b", "c": "c", "d": "d", "e": "e"}

    def test_departments_are_those_of_the_map_and_of_the_pains(self) -> None:
        assert departments(report(pain_points=(row(department="Shop"),))) == ["Payments", "Shop"]
