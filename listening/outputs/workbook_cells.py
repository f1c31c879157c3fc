"""Writes one sheet of the workbook: every value by its own type, never by what a text looks like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

import xlsxwriter

from listening.outputs.text import cell, finite

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

HEAD_HEIGHT = 50  # points: three lines, as the map's title needs
LETTERS_A_LINE = 1.1  # characters that fit into a column's width of one, in Calibri 11
LINE_HEIGHT, MOST_LINES = 15, 8  # points; taller rows are no longer a table
Cell = str | int | float | date | datetime | None

INK, PAPER, EDIT, SOFT = "#1F3A4D", "#FFFFFF", "#FFF8E1", "#5A6872"
TINTS: Mapping[str, Mapping[str, object]] = {
    "heard": {"bg_color": "#F8DDD3"},
    "quiet": {"bg_color": "#DCEFDF"},
    "blind": {"bg_color": "#E4E4E4", "font_color": SOFT, "italic": True},
    "band": {"bold": True, "bg_color": "#EEF2F0"},
    "note": {"font_color": SOFT, "italic": True},
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its columns as (head, width in characters), its rows, and the columns frozen at the left.

    `tints` names a look of TINTS for a cell by (row, column), both from 0 without the head. `open` are the heads of
    the columns that may be filled in, `lists` says by head in which range of a hidden sheet their values stand.
    """

    name: str
    heads: tuple[tuple[str, int], ...]
    rows: Sequence[Sequence[Cell]]
    frozen: int = 1
    filtered: bool = True
    open: frozenset[str] = frozenset()
    lists: Mapping[str, str] = field(default_factory=dict)
    helps: Mapping[str, str] = field(default_factory=dict)
    strict: frozenset[str] = frozenset()
    tints: Mapping[tuple[int, int], str] = field(default_factory=dict)
    percents: frozenset[str] = frozenset()
    days: frozenset[str] = frozenset()
    printed: int = 0  # so many columns go on paper, and make a row as tall as their text; 0 is all


class Looks:
    """The workbook's few cell formats, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[tuple[str, str, bool], Format] = {}
        head = {"bold": True, "font_color": PAPER, "text_wrap": True, "valign": "vcenter", "border": 1}
        self.head: Format = book.add_format({**head, "bg_color": INK, "border_color": PAPER})
        self.open_head: Format = book.add_format({**head, "bg_color": "#8A6D1F", "border_color": PAPER})

    def of(self, kind: str, tint: str = "", *, is_open: bool = False) -> Format:
        """Return the look of a cell: `kind` is text, number, whole, share, day or time."""
        key = (kind, tint, is_open)
        if key not in self._made:
            filled = {"bg_color": EDIT, "border": 1, "border_color": "#E3D9B8", "locked": False} if is_open else {}
            made = {"valign": "top", **_KINDS[kind], **filled, **TINTS.get(tint, {})}
            self._made[key] = self._book.add_format(made)
        return self._made[key]


_KINDS: Mapping[str, Mapping[str, object]] = {
    "text": {"text_wrap": True},
    "number": {"num_format": "#,##0.##"},
    "feeling": {"num_format": "+0.0;\N{MINUS SIGN}0.0;0.0", "align": "left"},
    "whole": {"num_format": "#,##0", "align": "left"},
    "share": {"num_format": "0 %"},
    "day": {"num_format": "yyyy-mm-dd", "align": "left"},
    "time": {"num_format": "yyyy-mm-dd hh:mm", "align": "left"},
}


@dataclass(frozen=True, slots=True)
class Feeling:
    """A feeling as a number that a chart can draw, shown with its sign."""

    value: float | None


def write_sheet(page: Worksheet, sheet: Sheet, looks: Looks) -> None:
    """Write a sheet: frozen heads, widths that fit, rows as tall as their text, locked but for the open columns."""
    for number, (head, width) in enumerate(sheet.heads):
        page.set_column(number, number, width)
        page.write_string(0, number, cell(head), looks.open_head if head in sheet.open else looks.head)
    for line, row in enumerate(sheet.rows, start=1):
        page.set_row(line, _height(row[: sheet.printed or None], sheet.heads))
        for number, value in enumerate(row):
            head = sheet.heads[number][0]
            tint = sheet.tints.get((line - 1, number), "")
            share, empty = head in sheet.percents, "day" if head in sheet.days else "text"
            is_open = head in sheet.open
            write_cell(page, (line, number), value, looks, tint=tint, is_open=is_open, share=share, empty=empty)
    _frame(page, sheet)
    _lists(page, sheet)


def _frame(page: Worksheet, sheet: Sheet) -> None:
    page.set_row(0, HEAD_HEIGHT)
    page.freeze_panes(1, sheet.frozen)
    if sheet.filtered:
        page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.heads) - 1)
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    if sheet.printed:
        page.print_area(0, 0, max(len(sheet.rows), 1), sheet.printed - 1)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)
    page.set_footer("&L&A&RPage &P of &N")
    allowed = ("autofilter", "sort", "format_cells", "format_columns", "format_rows")
    page.protect("", dict.fromkeys(allowed, True))  # no password: it keeps from slips, not from people


def _lists(page: Worksheet, sheet: Sheet) -> None:
    last = max(len(sheet.rows), 1)
    for number, (head, _) in enumerate(sheet.heads):
        if head not in sheet.lists:
            continue
        rule = {"validate": "list", "source": f"={sheet.lists[head]}", "error_title": head}
        rule |= {"input_title": head, "input_message": sheet.helps.get(head, "")} if head in sheet.helps else {}
        rule |= {"error_type": "stop", "error_message": "Choose one of the list."}
        if head not in sheet.strict:
            rule |= {"error_type": "warning", "error_message": "This is not in the list. Keep it?"}
        page.data_validation(1, number, last, number, rule)


def write_cell(
    page: Worksheet,
    at: tuple[int, int],
    value: Cell | Feeling,
    looks: Looks,
    *,
    tint: str = "",
    is_open: bool = False,
    share: bool = False,
    empty: str = "text",
) -> None:
    """Write one value; an empty one leaves the cell empty, but shows where something may be filled in.

    `empty` is the look of an empty cell: a day that is typed into one for text may come back as a bare number.
    """
    if isinstance(value, Feeling):
        write_cell_number(page, at, value.value, looks.of("feeling", tint))
    elif isinstance(value, str) and value:
        page.write_string(*at, cell(value), looks.of("text", tint, is_open=is_open))
    elif isinstance(value, datetime):
        page.write_datetime(*at, bare(value), looks.of("time", tint, is_open=is_open))
    elif isinstance(value, date):
        page.write_datetime(*at, datetime.combine(value, time()), looks.of("day", tint, is_open=is_open))
    elif isinstance(value, int | float) and (kept := finite(value)) is not None:
        kind = "share" if share else "whole" if isinstance(kept, int) else "number"
        page.write_number(*at, kept, looks.of(kind, tint, is_open=is_open))
    elif is_open or tint:
        page.write_blank(*at, None, looks.of(empty, tint, is_open=is_open))


def write_cell_number(page: Worksheet, at: tuple[int, int], value: float | None, look: Format) -> None:
    """Write a number in a look of its own; what is unknown stays empty."""
    if (kept := finite(value)) is not None:
        page.write_number(*at, kept, look)


def bare(when: datetime) -> datetime:
    """Return the time in UTC without its zone, which a cell cannot hold."""
    return when.astimezone(UTC).replace(tzinfo=None)


def _height(row: Sequence[Cell], heads: Sequence[tuple[str, int]]) -> float:
    """Return how tall a row must be so that its longest text can be read, at most eight lines."""
    lines = 1
    for value, (_, width) in zip(row, heads, strict=False):
        if isinstance(value, str):
            room = max(1, int(width * LETTERS_A_LINE))
            lines = max(lines, sum(1 + len(one) // room for one in value.split("\n")))
    return LINE_HEIGHT * min(lines, MOST_LINES) + 3
