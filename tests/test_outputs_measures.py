"""What leaves the house of a pain point's measures: the figures with their intervals, and whose importance counts."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest
from outputs_nouns import measures, report, row

from listening.outputs import write_report
from listening.outputs.wording import importance, priority
from listening.types import Report


def made(**more: object) -> Report:
    return report(pain_points=(row(measures=measures(), **more),))


def written(whole: Report, folder: Path, name: str) -> bytes:
    write_report(whole, folder / name)
    return (folder / name).read_bytes()


@pytest.mark.parametrize(("own", "counts"), [(None, 4), (2, 2)])
def test_a_persons_own_importance_wins(own: int | None, counts: int) -> None:
    found = row(measures=measures(), importance=own, cost=5, ease=2)
    assert (importance(found), priority(found)) == (counts, counts * 10)


def test_without_measures_and_a_person_there_is_no_importance() -> None:
    assert importance(row()) is None


def test_json_has_every_figure(tmp_path: Path) -> None:
    found = json.loads(written(made(importance=2), tmp_path, "r.json"))["pain_points"][0]
    assert found["importance"] == 2
    assert found["measures"] == {
        "sentiment": {"value": -0.41, "low": -0.6, "high": -0.22},
        "unspoken_index": {"value": 0.8, "low": 0.55, "high": 0.93},
        "signals": {"workaround": 7, "dead_end": 2},
        "sources": {"yard": 9, "reddit": 6},
        "exposure": 2310,
        "importance": 4,
        "formula": measures().formula,
    }


def test_json_says_null_for_what_is_unknown(tmp_path: Path) -> None:
    blank = report(pain_points=(row(measures=measures(unspoken_index=None, sentiment=None)), row()))
    first, second = json.loads(written(blank, tmp_path, "r.json"))["pain_points"]
    assert (first["measures"]["unspoken_index"], first["measures"]["sentiment"]) == (None, None)
    assert second["measures"] is None


@pytest.mark.parametrize(
    ("index", "cells"), [(measures().unspoken_index, ["0.8", "0.55", "0.93"]), (None, ["", "", ""])]
)
def test_csv_leaves_the_unknown_empty(tmp_path: Path, index: object, cells: list[str]) -> None:
    text = written(report(pain_points=(row(measures=measures(unspoken_index=index)),)), tmp_path, "r.csv")
    line = next(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    assert [line["unspoken_index"], line["unspoken_low"], line["unspoken_high"]] == cells
    assert (line["importance"], line["importance_measured"], line["signals"]) == ("", "4", "workaround 7, dead end 2")


def test_the_workbook_shows_them_last(tmp_path: Path) -> None:
    written(made(), tmp_path, "r.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")["Pain points"]
    head, line = ([cell.value for cell in cells] for cells in sheet.iter_rows(max_row=2))
    assert dict(zip(head, line, strict=True)) | {
        "Importance": None,
        "Importance measured": 4,
        "Feeling": "\N{MINUS SIGN}0.4 (\N{MINUS SIGN}0.6 to \N{MINUS SIGN}0.2)",
        "Unspoken index": "80 % (55 to 93)",
        "Signals": "workaround 7, dead end 2",
        "Posts seen": 2310,
    } == dict(zip(head, line, strict=True))


def test_the_page_shows_whose_importance_it_is(tmp_path: Path) -> None:
    page = written(made(), tmp_path, "r.html").decode()
    assert "told only outside: 80 % (55 to 93)" in page
    value, _, why = measures().formula.partition(" ")
    assert f'{value} <span class="note">{why}<' in page  # the number is not said twice
    assert "set by a person" not in page
    assert "set by a person" in written(made(importance=2), tmp_path, "s.html").decode()


def test_the_page_says_unknown(tmp_path: Path) -> None:
    page = written(report(pain_points=(row(measures=measures(unspoken_index=None)),)), tmp_path, "r.html").decode()
    assert "told only outside: unknown" in page
