"""Lays the journey map out on its sheet as teams draw it: a column a stage, a row for each thing asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from listening.outputs.journey_table import Column, columns
from listening.outputs.text import cell
from listening.outputs.wording import count, day
from listening.outputs.workbook_base import owner_names
from listening.outputs.workbook_cells import Cell, Feeling, Looks, Sheet, write_cell, write_sheet
from listening.outputs.workbook_sheets import MINUS, place_words, range_words
from listening.types import PainPointRow, Report

if TYPE_CHECKING:
    import xlsxwriter

TOP = 5  # pain points named in a stage; all of them stand on their own sheet
ASSUMED, MEASURED = 1, 2  # rows of the two feelings, the head being row 0 and the owner row 0 below it
CURVE = {"width": 1100, "height": 330}


@dataclass(frozen=True, slots=True)
class _Block:
    label: str
    cells: Sequence[Sequence[str]]
    states: Sequence[Sequence[str]] = ()


def write_map(book: xlsxwriter.Workbook, report: Report, looks: Looks) -> None:
    """Write the map with its emotion curve below."""
    stages = columns(report)
    page = book.add_worksheet("Map")
    sheet = _sheet(report, stages)
    write_sheet(page, sheet, looks)
    for row, values in ((ASSUMED, _assumed(stages)), (MEASURED, _measured(stages))):
        for number, value in enumerate(values, start=1):
            write_cell(page, (row + 1, number), Feeling(value), looks)
    page.hide_gridlines(2)
    if report.moods:
        _draw_curve(book, page, stages=len(report.moods), below=len(sheet.rows) + 2)


def _assumed(stages: Sequence[Column]) -> list[float | None]:
    """The owners' own figures, halved to the scale of the measured ones."""
    return [one.mood.assumed / 2 if one.mood and one.mood.assumed is not None else None for one in stages]


def _measured(stages: Sequence[Column]) -> list[float | None]:
    return [one.mood.mean if one.mood else None for one in stages]


def _sheet(report: Report, stages: Sequence[Column]) -> Sheet:
    owners = owner_names(report.owners)
    moods = [one.mood for one in stages]
    places = _Block(
        "Touchpoints",
        [[place_words(place) for place in one.places] for one in stages],
        [[place.row.state for place in one.places] for one in stages],
    )
    pains = _Block("Top pain points", [_top(one, owners) for one in stages])
    lines: list[list[Cell]] = [
        ["Owner", *((owners.get(mood.owner, mood.owner) or "nobody yet") if mood else "" for mood in moods)],
        [f"Assumed emotion ({MINUS}1 to 1)"],
        [f"Measured emotion ({MINUS}1 to 1)"],
        ["95 % range", *(range_words(mood.mean, mood.low, mood.high) if mood else "" for mood in moods)],
        ["People heard (n)", *(mood.people if mood else None for mood in moods)],
    ]
    tints = {(line, 0): "band" for line in range(len(lines))}
    tints |= {(0, n): "note" for n, mood in enumerate(moods, start=1) if mood and not mood.owner}
    tints |= {(3, n): "blind" for n, mood in enumerate(moods, start=1) if mood and mood.mean is None}
    for block in (places, pains):
        lines, tints = _with_block(lines, tints, block)
    title = f"{report.map_name}, {day(report.since)} to {day(report.until)}"
    heads = ((title, 27), *((one.name, 26) for one in stages))
    return Sheet("Map", heads, lines, filtered=False, tints=tints)


def _with_block(
    lines: Sequence[list[Cell]], tints: dict[tuple[int, int], str], block: _Block
) -> tuple[list[list[Cell]], dict[tuple[int, int], str]]:
    """Stand lists of different length side by side below the lines, the label before the first."""
    rows = list(zip_longest(*block.cells))
    added: list[list[Cell]] = [[block.label if number == 0 else None, *line] for number, line in enumerate(rows)]
    found = dict(tints)
    for number in range(len(rows)):
        found[len(lines) + number, 0] = "band"
    for column, states in enumerate(block.states, start=1):
        found |= {(len(lines) + number, column): state for number, state in enumerate(states)}
    return [*lines, *added], found


def _top(stage: Column, owners: dict[str, str]) -> list[str]:
    ordered = sorted(stage.pains, key=lambda row: row.order)
    named = [_pain(row, owners) for row in ordered[:TOP]]
    more = len(ordered) - TOP
    return [*named, f"and {count(more, 'more', 'more')}: see 'Pain points'"] if more > 0 else named


def _pain(row: PainPointRow, owners: dict[str, str]) -> str:
    who = owners.get(row.owner, row.owner) or "no owner"
    inside = f" + {row.people_inside} who told us" if row.people_inside else ""
    return f"{row.name}\n{count(row.people, 'person', 'people')}{inside}, {row.status.replace('_', ' ')}, {who}"


def _draw_curve(book: xlsxwriter.Workbook, page: object, *, stages: int, below: int) -> None:
    """Draw what was assumed against what was measured, stage by stage."""
    chart = book.add_chart({"type": "line"})
    for row, color, dash in ((ASSUMED + 1, "#8A6D1F", "dash"), (MEASURED + 1, "#0A6B73", "solid")):
        chart.add_series(
            {
                "name": ["Map", row, 0],
                "categories": ["Map", 0, 1, 0, stages],
                "values": ["Map", row, 1, row, stages],
                "line": {"color": color, "width": 2.25, "dash_type": dash},
                "marker": {"type": "circle", "size": 7, "fill": {"color": color}, "border": {"color": color}},
            }
        )
    chart.set_title({"name": "How people feel along the journey", "name_font": {"size": 13}, "overlay": False})
    chart.set_y_axis({"min": -1, "max": 1, "major_unit": 0.5, "crossing": -1, "num_format": "+0.0;\N{MINUS SIGN}0.0;0"})
    chart.set_legend({"position": "bottom"})
    chart.show_blanks_as("gap")
    chart.set_size(CURVE)
    page.insert_chart(below, 0, chart, {"object_position": 3, "description": cell("Assumed and measured emotion")})  # type: ignore[attr-defined]  # xlsxwriter has no types
