"""Draws the workbook's pictures: which pains have the most people, what is heard, quiet or blind, and how it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from listening.outputs.journey_table import columns
from listening.outputs.text import cell
from listening.outputs.workbook_cells import Cell, Looks, Sheet, write_cell
from listening.types import Report

if TYPE_CHECKING:
    import xlsxwriter

FIRST, LINES = 10, 5  # pain points in the bars, and lines in the trend
WIDE = 530  # pixels of the left one of two pictures
DATA = 46  # the row where the figures begin, below the pictures
STATES = {"heard": "#D4694C", "quiet": "#6FA57C", "blind": "#B9B9B9"}
INKS = ("#0A6B73", "#B0452A", "#8A6D1F", "#5B4B8A", "#2F6F3E")
Page = Any  # xlsxwriter's worksheets and charts have no types


def write_charts(book: xlsxwriter.Workbook, report: Report, trends: Sheet, looks: Looks) -> None:
    """Write the sheet of pictures; the figures that they are drawn from stand below them."""
    page = book.add_worksheet("Charts")
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 1)
    page.hide_gridlines(2)
    page.set_column(0, 0, 64)
    page.set_column(1, 3, 10)
    page.protect("", {"objects": True})
    top = sorted(report.pain_points, key=lambda row: row.order)[:FIRST]
    lines: list[list[Cell]] = [["Pain point", "People"]]
    lines += [[row.name, row.people] for row in top]
    _write(page, DATA, lines, looks)
    stages = [one for one in columns(report) if one.places]
    counted = [[sum(place.row.state == state for place in one.places) for state in STATES] for one in stages]
    below = DATA + len(lines) + 2
    rows: list[list[Cell]] = [["Touchpoints of", *STATES]]
    rows += [[one.name, *found] for one, found in zip(stages, counted, strict=True)]
    _write(page, below, rows, looks)
    if top:
        _bars(book, page, len(top))
        _trend(book, page, trends)
    if stages:
        _states(book, page, below, len(stages))


def _write(page: Page, first: int, lines: list[list[Cell]], looks: Looks) -> None:
    for line, row in enumerate(lines, start=first):
        for number, value in enumerate(row):
            write_cell(page, (line, number), value, looks, tint="band" if line == first else "")


def _bars(book: xlsxwriter.Workbook, page: Page, many: int) -> None:
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": "People",
            "categories": ["Charts", DATA + 1, 0, DATA + many, 0],
            "values": ["Charts", DATA + 1, 1, DATA + many, 1],
            "fill": {"color": STATES["heard"]},
            "gap": 60,
            "data_labels": {"value": True},
        }
    )
    chart.set_y_axis({"reverse": True, "num_font": {"size": 9}})
    chart.set_x_axis({"major_gridlines": {"visible": False}, "visible": False})
    _place(page, chart, "Pain points with the most people", (0, 0), (1080, 420))


def _states(book: xlsxwriter.Workbook, page: Page, below: int, many: int) -> None:
    chart = book.add_chart({"type": "column", "subtype": "stacked"})
    for number, color in enumerate(STATES.values(), start=1):
        chart.add_series(
            {
                "name": ["Charts", below, number],
                "categories": ["Charts", below + 1, 0, below + many, 0],
                "values": ["Charts", below + 1, number, below + many, number],
                "fill": {"color": color},
                "gap": 60,
            }
        )
    chart.set_y_axis({"major_unit": 1, "major_gridlines": {"visible": False}})
    _place(page, chart, "Touchpoints: heard, quiet, blind", (22, 0), (WIDE, 440), legend=True)


def _trend(book: xlsxwriter.Workbook, page: Page, trends: Sheet) -> None:
    last = len(trends.heads) - 1
    if last <= 1:
        return
    chart = book.add_chart({"type": "line"})
    for line in range(1, min(LINES, len(trends.rows)) + 1):
        chart.add_series(
            {
                "name": [trends.name, line, 1],
                "categories": [trends.name, 0, 2, 0, last],
                "values": [trends.name, line, 2, line, last],
                "line": {"color": INKS[(line - 1) % len(INKS)], "width": 2},
            }
        )
    chart.set_x_axis({"num_font": {"rotation": -45, "size": 8}})
    chart.set_y_axis({"min": 0, "major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}}})
    _place(page, chart, f"People a week, first {LINES}", (22, 0), (545, 440), legend=True, left=WIDE + 10)


def _place(
    page: Page,
    chart: Page,
    title: str,
    at: tuple[int, int],
    size: tuple[int, int],
    *,
    legend: bool = False,
    left: int = 0,
) -> None:
    chart.set_title({"name": title, "name_font": {"size": 13}, "overlay": False})
    chart.set_legend({"position": "bottom", "font": {"size": 8}} if legend else {"none": True})
    chart.set_size({"width": size[0], "height": size[1]})
    page.insert_chart(*at, chart, {"x_offset": 4 + left, "y_offset": 4, "description": cell(title)})
