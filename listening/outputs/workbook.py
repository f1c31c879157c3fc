"""Writes a report as the workbook that teams bring to a map review, fill in there and give back."""

from __future__ import annotations

import io

import xlsxwriter

from listening.outputs.text import cell
from listening.outputs.workbook_base import write_base, write_lists
from listening.outputs.workbook_cells import Looks, bare, write_sheet
from listening.outputs.workbook_charts import write_charts
from listening.outputs.workbook_map import write_map
from listening.outputs.workbook_sheets import (
    change_sheet,
    evidence_sheet,
    help_sheet,
    pain_point_sheet,
    source_sheet,
    touchpoint_sheet,
    trend_sheet,
)
from listening.types import Report

SHEETS = ("Map", "Pain points", "Changes", "Evidence", "Touchpoints", "Charts", "Trends", "Sources", "Read me")


def render(report: Report) -> bytes:
    """Return an .xlsx in which no cell is a formula or a link, and control characters are U+FFFD.

    The same report gives the same bytes. Times are UTC. Sheets are locked without a password but for the columns that
    a review fills in; a hidden sheet keeps the values as exported, for `listening workbook import`.
    """
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": cell(report.map_name)[:255], "created": bare(report.made_at)})
        looks = Looks(book)
        trends = trend_sheet(report)
        write_map(book, report, looks)
        page = book.add_worksheet("Pain points")
        for sheet in (change_sheet(report), evidence_sheet(report), touchpoint_sheet(report)):
            write_sheet(book.add_worksheet(sheet.name), sheet, looks)
        write_charts(book, report, trends, looks)
        for sheet in (trends, source_sheet(report), help_sheet(report)):
            write_sheet(book.add_worksheet(sheet.name), sheet, looks)
        write_sheet(page, pain_point_sheet(report, write_lists(book, report)), looks)
        write_base(book, report)
    return file.getvalue()
