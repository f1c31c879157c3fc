"""Writes a report as the workbook that teams bring to a map review: the map, the pains, the evidence."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import zip_longest
from typing import TYPE_CHECKING

import xlsxwriter

from listening.outputs.journey_table import Place, columns, titles
from listening.outputs.text import cell, finite
from listening.outputs.wording import count, day, feeling, interval, mix, priority, signed
from listening.types import STATUSES, Measures, PainPointRow, Report, StageMood

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

HEAD_HEIGHT = 50  # points: three lines, as the map's title needs
MINUS = "\N{MINUS SIGN}"
Cell = str | int | float | date | datetime | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its columns as (head, width in characters), its rows, and the columns frozen at the left."""

    name: str
    heads: tuple[tuple[str, int], ...]
    rows: Sequence[Sequence[Cell]]
    frozen: int = 1
    filtered: bool = True
    lists: dict[str, Sequence[str]] = field(default_factory=dict)  # head -> the values that a cell may take


def render(report: Report) -> bytes:
    """Return an .xlsx in which no crawled text is a formula or a link, and control characters are U+FFFD.

    The same report gives the same bytes. Times are UTC.
    """
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": cell(report.map_name)[:255], "created": _bare(report.made_at)})
        looks = _Looks(book)
        for sheet in (_map(report), _pain_points(report), _evidence(report), _touchpoints(report), _sources(report)):
            _write(book.add_worksheet(sheet.name), sheet, looks)
    return file.getvalue()


class _Looks:
    """The workbook's few cell formats."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        head = {"bold": True, "bg_color": "#1F3A4D", "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter"}
        self.head: Format = book.add_format(head)
        self.text: Format = book.add_format({"text_wrap": True, "valign": "top"})
        self.number: Format = book.add_format({"valign": "top", "num_format": "#,##0.##"})
        self.whole: Format = book.add_format({"valign": "top", "num_format": "#,##0"})
        self.day: Format = book.add_format({"valign": "top", "num_format": "yyyy-mm-dd", "align": "left"})
        self.time: Format = book.add_format({"valign": "top", "num_format": "yyyy-mm-dd hh:mm", "align": "left"})


def _write(page: Worksheet, sheet: Sheet, looks: _Looks) -> None:
    for number, (head, width) in enumerate(sheet.heads):
        page.set_column(number, number, width)
        page.write_string(0, number, cell(head), looks.head)
    for line, row in enumerate(sheet.rows, start=1):
        for number, value in enumerate(row):
            _write_cell(page, line, number, value, looks)
    last = max(len(sheet.rows), 1)
    page.set_row(0, HEAD_HEIGHT)
    page.freeze_panes(1, sheet.frozen)
    if sheet.filtered:
        page.autofilter(0, 0, last, len(sheet.heads) - 1)
    for number, (head, _) in enumerate(sheet.heads):
        if head in sheet.lists:
            page.data_validation(1, number, last, number, {"validate": "list", "source": list(sheet.lists[head])})
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _write_cell(page: Worksheet, line: int, number: int, value: Cell, looks: _Looks) -> None:
    """Write by the value's own type: nothing is guessed from what a text looks like."""
    if value == "":
        return
    if isinstance(value, str):
        page.write_string(line, number, cell(value), looks.text)
    elif isinstance(value, datetime):
        page.write_datetime(line, number, _bare(value), looks.time)
    elif isinstance(value, date):
        page.write_datetime(line, number, datetime.combine(value, time()), looks.day)
    elif (kept := finite(value)) is not None:
        page.write_number(line, number, kept, looks.whole if isinstance(kept, int) else looks.number)


def _bare(when: datetime) -> datetime:
    """Return the time in UTC without its zone, which a cell cannot hold."""
    return when.astimezone(UTC).replace(tzinfo=None)


def _map(report: Report) -> Sheet:
    """Stages side by side: what was assumed and measured, then the touchpoints, then the pains."""
    stages = columns(report)
    moods = [one.mood for one in stages]
    lines: list[list[Cell]] = [
        ["People heard", *(mood.people if mood else None for mood in moods)],
        [f"Assumed ({MINUS}2 to 2)", *(mood.assumed if mood else None for mood in moods)],
        [f"Measured ({MINUS}1 to 1)", *(_measured(mood) if mood else None for mood in moods)],
        *_block("Touchpoints", [[_place(place) for place in one.places] for one in stages]),
        *_block("Pain points", [[_pain(pain) for pain in one.pains] for one in stages]),
    ]
    title = f"{report.map_name}, {day(report.since)} to {day(report.until)}"
    return Sheet("Map", ((title, 26), *((one.name, 30) for one in stages)), lines, filtered=False)


def _measured(mood: StageMood) -> str:
    mean, low, high = finite(mood.mean), finite(mood.low), finite(mood.high)
    if mean is None:
        return "blind: nobody heard"
    return signed(mean) if low is None or high is None else f"{signed(mean)} ({signed(low)} to {signed(high)})"


def _place(place: Place) -> str:
    heard = f": {count(place.row.people, 'person', 'people')}" if place.row.state == "heard" else ""
    return f"{place.row.name} ({place.row.state}{heard})"


def _pain(row: PainPointRow) -> str:
    return f"{row.name} ({count(row.people, 'person', 'people')})"


def _block(head: str, lists: Sequence[Sequence[str]]) -> list[list[Cell]]:
    """Stand lists of different length side by side, the head before the first line."""
    lines = zip_longest(*lists)
    return [[head if number == 0 else None, *line] for number, line in enumerate(lines)]


def _pain_points(report: Report) -> Sheet:
    heads = (
        ("ID", 15), ("Name", 44), ("Stage", 16), ("Touchpoint", 20), ("People", 9), ("People inside", 9),
        ("Posts", 9), ("Reach", 9), ("Unspoken", 11), ("Status", 12), ("Owner", 18), ("Department", 18),
        ("Importance", 12), ("Cost", 9), ("Ease", 9), ("Priority", 10), ("First seen", 12), ("Last seen", 12),
        ("Why it spoke", 60), ("Importance measured", 12), ("How it was added up", 60), ("Feeling", 18),
        ("Unspoken index", 18), ("Signals", 40), ("Posts seen", 10), ("Fix", 50),
    )  # fmt: skip
    stages, places = titles(report.moods), titles(report.touchpoints)
    rows = [
        (
            *(row.id, row.name, stages.get(row.stage, row.stage), places.get(row.touchpoint, row.touchpoint)),
            *(row.people, row.people_inside, row.posts, row.reach, row.unspoken_share),
            *(row.status, row.owner, row.department, row.importance, row.cost, row.ease, priority(row)),
            *(row.first_seen, row.last_seen, "\n".join(row.emergences), *_figures(row.measures), row.fix),
        )
        for row in report.pain_points
    ]
    return Sheet("Pain points", heads, rows, frozen=2, lists={"Status": STATUSES})


def _figures(found: Measures | None) -> tuple[Cell, ...]:
    if found is None:
        return (None,) * 6
    said = (feeling(found.sentiment), interval(found.unspoken_index), mix(found.signals))
    return (found.importance, found.formula, *said, found.exposure)


def _evidence(report: Report) -> Sheet:
    heads = (("ID", 15), ("Pain point", 40), ("Quote", 80), ("Source", 18), ("Date", 18), ("Likes", 9), ("Address", 50))
    rows = [
        (row.id, row.name, quote.text, quote.source, quote.created_at, quote.likes, quote.url)
        for row in report.pain_points
        for quote in row.quotes
    ]
    return Sheet("Evidence", heads, rows)


def _touchpoints(report: Report) -> Sheet:
    heads = (("Stage", 18), ("Touchpoint", 30), ("State", 10), ("People", 10), ("Pain points", 12), ("ID", 20))
    stages = titles(report.moods)
    rows = [
        (stages.get(one.stage, one.stage), one.name, one.state, one.people, one.pain_points, one.id)
        for one in report.touchpoints
    ]
    return Sheet("Touchpoints", heads, rows, frozen=2)


def _sources(report: Report) -> Sheet:
    heads = (
        ("Source", 20), ("Night", 12), ("State", 10), ("Seen", 9), ("New", 9), ("Changed", 9), ("Seconds", 9),
        ("Error", 50), ("Warnings", 60),
    )  # fmt: skip
    rows = [
        (
            *(one.source, one.night, one.state, one.seen, one.new, one.changed, one.seconds),
            *(one.error, "\n".join(one.warnings)),
        )
        for one in report.sources
    ]
    return Sheet("Sources", heads, rows)
