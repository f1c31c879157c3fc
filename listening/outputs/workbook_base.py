"""What the workbook remembers of its export, hidden: each pain point's values then, so that edits can be told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import blake2b
from typing import TYPE_CHECKING

from listening.outputs.text import cell
from listening.types import EDITABLE, STATUSES, Owner, PainPointRow, Report, Value

if TYPE_CHECKING:
    import xlsxwriter

FORMAT = "listening.review.v1"
BASE, LISTS = "listening", "Lists"
BASE_HEADS = ("id", "version", *EDITABLE, "owner_shown")
HEAD_ROW = 4  # the rows above it say what the workbook is
RATING_LIST = (1, 2, 3, 4, 5)


def owner_names(owners: Sequence[Owner]) -> dict[str, str]:
    """Return what is shown for each owner's id: the name, or the id where two bear that name or one has none."""
    names = [one.name.strip().casefold() for one in owners]
    ids = {one.id.casefold() for one in owners}
    return {
        one.id: one.name
        if one.name.strip() and names.count(one.name.strip().casefold()) == 1 and one.name.casefold() not in ids
        else one.id
        for one in owners
    }


def departments(report: Report) -> list[str]:
    """Return the departments of the map and of its pain points, each once, sorted."""
    found = {one.department for one in report.owners} | {row.department for row in report.pain_points}
    return sorted(one for one in found if one)


def values_of(row: PainPointRow) -> dict[str, Value]:
    """Return a pain point's editable values as a workbook keeps them: texts as a cell holds them, days as ISO text."""
    plain = {name: getattr(row, name) for name in EDITABLE}
    return {name: value.isoformat() if isinstance(value, date) else held(value) for name, value in plain.items()}


def held(value: Value) -> Value:
    """Return a value as it comes back from a workbook: openpyxl drops the mark of an escaped underscore."""
    return cell(value).replace("x005F_", "") if isinstance(value, str) else value


def version(pain_point_id: str, values: Mapping[str, Value]) -> str:
    """Return a short fingerprint of a row's values, by which a changed hidden sheet is noticed."""
    said = "\0".join([pain_point_id, *(" ".join(str(values.get(name) or "").split()) for name in EDITABLE)])
    return blake2b(said.encode("utf-8", "replace"), digest_size=8).hexdigest()


def write_base(book: xlsxwriter.Workbook, report: Report) -> None:
    """Write the hidden sheet with the values as exported."""
    page = book.add_worksheet(BASE)
    page.very_hidden()
    page.protect("")
    head = {"format": FORMAT, "map": report.map, "since": report.since.isoformat(), "until": report.until.isoformat()}
    for line, (name, value) in enumerate(head.items()):
        page.write_string(line, 0, name)
        page.write_string(line, 1, cell(value))
    for column, name in enumerate(BASE_HEADS):
        page.write_string(HEAD_ROW, column, name)
    shown = owner_names(report.owners)
    for line, row in enumerate(report.pain_points, start=HEAD_ROW + 1):
        values = values_of(row)
        cells = [row.id, version(row.id, values), *(values[name] for name in EDITABLE), shown.get(row.owner, row.owner)]
        for column, one in enumerate(cells):
            if isinstance(one, int):
                page.write_number(line, column, one)
            elif one:
                page.write_string(line, column, cell(one))


def write_lists(book: xlsxwriter.Workbook, report: Report) -> dict[str, str]:
    """Write the hidden sheet of what the drop-downs offer; return the range of each, by the column's head."""
    page = book.add_worksheet(LISTS)
    page.hide()
    page.protect("")
    owners = list(dict.fromkeys(owner_names(report.owners).values()))
    offered: dict[str, Sequence[str | int]] = {
        "Status": STATUSES, "Owner": owners, "Department": departments(report), "1 to 5": RATING_LIST,
    }  # fmt: skip
    ranges = {}
    for column, (name, values) in enumerate(offered.items()):
        page.write_string(0, column, name)
        for line, value in enumerate(values, start=1):
            if isinstance(value, int):
                page.write_number(line, column, value)
            else:
                page.write_string(line, column, cell(value))
        letter = "ABCD"[column]
        if values:
            ranges[name] = f"{LISTS}!${letter}$2:${letter}${len(values) + 1}"
    rating = ranges.pop("1 to 5")
    return {**ranges, "Importance": rating, "Cost": rating, "Ease": rating}
