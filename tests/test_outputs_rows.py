"""Exported rows, and the small rules that make words harmless and figures readable."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from outputs_nouns import row

from listening.errors import InputError
from listening.outputs import write_rows
from listening.outputs.text import LOST, csv_cell, header, link, one_line
from listening.outputs.wording import count, nights, priority, signed, status


class TestRows:
    ROWS = ({"id": "a", "text": "=1", "n": 1, "x": None}, {"id": "b\nc", "text": "ä\ud800", "n": 2.5, "x": math.nan})

    def test_jsonl_keeps_texts_as_they_are(self, tmp_path: Path) -> None:
        assert write_rows(self.ROWS, tmp_path / "r.jsonl") == 2
        lines = (tmp_path / "r.jsonl").read_text(encoding="utf-8").splitlines()
        assert [json.loads(line) for line in lines] == [
            {"id": "a", "text": "=1", "n": 1, "x": None},
            {"id": "b\nc", "text": f"ä{LOST}", "n": 2.5, "x": None},
        ]

    def test_csv_has_the_first_rows_fields_and_no_formula(self, tmp_path: Path) -> None:
        assert write_rows(iter(self.ROWS), tmp_path / "r.csv") == 2
        text = (tmp_path / "r.csv").read_bytes().decode()
        assert text == f'id,text,n,x\r\na,\'=1,1,\r\n"b\nc",ä{LOST},2.5,\r\n'

    @pytest.mark.parametrize("ending", [".jsonl", ".csv"])
    def test_zipped_rows_are_the_same_rows_and_the_same_bytes(self, tmp_path: Path, ending: str) -> None:
        for name in ("a", "b", "plain"):
            write_rows(self.ROWS, tmp_path / f"{name}{ending}{'' if name == 'plain' else '.gz'}")
        zipped = (tmp_path / f"a{ending}.gz").read_bytes()
        assert zipped == (tmp_path / f"b{ending}.gz").read_bytes()
        assert gzip.decompress(zipped) == (tmp_path / f"plain{ending}").read_bytes()

    def test_no_rows_are_an_empty_file(self, tmp_path: Path) -> None:
        assert write_rows([], tmp_path / "r.csv") == 0
        assert (tmp_path / "r.csv").read_bytes() == b""

    @pytest.mark.parametrize("name", ["r.xlsx", "r.gz", "r", "r.json", "r.csv.zip"])
    def test_another_ending_names_those_that_work(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(InputError, match=r"end it in \.jsonl or \.csv"):
            write_rows(self.ROWS, tmp_path / name)

    @pytest.mark.parametrize("name", ["r.csv", "r.jsonl", "r.csv.gz"])
    def test_rows_that_break_off_leave_the_old_file(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_text("old")

        def broken() -> Iterator[dict[str, str]]:
            yield {"id": "a"}
            raise RuntimeError("the store went away")

        with pytest.raises(RuntimeError, match="went away"):
            write_rows(broken(), tmp_path / name)
        assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [(name, "old")]

    def test_a_row_of_another_shape_is_a_mistake(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match=r"row 2 .*\['b'\]"):
            write_rows([{"a": 1}, {"a": 1, "b": 2}], tmp_path / "r.csv")
        assert list(tmp_path.iterdir()) == []


class TestWords:
    @pytest.mark.parametrize(
        ("text", "safe"),
        [
            ("a\r\nBcc: x@evil.test", "a Bcc: x@evil.test"),
            ("a\x00\x85\u2028\x1b[31mb", "a [31mb"),
            ("abc \u202egnp.exe\u2069", "abc gnp.exe"),
            ("=?utf-8?q?a=0D=0ABcc:x?=", "= ?utf-8?q?a=0D=0ABcc:x?="),
            ("x" * 200, "x" * 149 + "…"),
        ],
    )
    def test_a_header_is_one_plain_line(self, text: str, safe: str) -> None:
        assert header(text) == safe

    @pytest.mark.parametrize(
        ("url", "followed"),
        [
            ("https://yard.test/t/1?a=b&c=d#e", True),
            ("HTTP://yard.test", True),
            ("http://[::1]:80/", True),
            ("javascript:alert(1)", False),
            (" https://yard.test", False),
            ("https://", False),
            ("//yard.test", False),
            ("https:yard.test", False),
            ("data:text/html,x", False),
            ("java\tscript:alert(1)", False),
            ('https://yard.test/"onload=x', False),
            ("https://yard.test/<b>", False),
            ("https://[yard", False),
            ("https://yard.test/" + "x" * 2000, False),
            ("", False),
        ],
    )
    def test_a_link_is_http_or_none(self, url: str, *, followed: bool) -> None:
        assert link(url) == (url if followed else "")

    def test_small_words(self) -> None:
        assert (count(1, "person", "people"), count(1200, "person", "people"), count(0, "post")) == (
            "1 person", "1,200 people", "0 posts",
        )  # fmt: skip
        assert (signed(0.25), signed(-0.25), signed(0.35)) == ("+0.3", "\N{MINUS SIGN}0.3", "+0.4")
        assert (signed(0.04), signed(-0.04), signed(-1), signed(0.5)) == ("0.0", "0.0", "\N{MINUS SIGN}1.0", "+0.5")
        assert (status("came_back"), status("some_new_one")) == ("came back", "some new one")
        assert one_line("  a \n b  ") == "a b"
        assert csv_cell("plain - text") == "plain - text"
        days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 9)]
        assert (nights(days), nights([])) == ("28 Feb to 2 Mar, 9 Mar", "")

    @pytest.mark.parametrize(("given", "expected"), [((5, 4, 3), 60), ((5, None, 3), None), ((None, 4, 3), None)])
    def test_priority_needs_all_three(self, given: tuple[int | None, ...], expected: int | None) -> None:
        importance, cost, ease = given
        assert priority(row(importance=importance, cost=cost, ease=ease)) == expected
