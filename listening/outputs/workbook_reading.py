"""Reads a review workbook that came back, whoever saved it: Excel or LibreOffice, with rows and columns moved."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from listening.errors import InputError
from listening.outputs.workbook_base import BASE, BASE_HEADS, FORMAT, HEAD_ROW, version
from listening.outputs.workbook_sheets import OPEN_HEADS, POINTS
from listening.types import EDITABLE, RATINGS, FilledCell, FilledRow, FilledWorkbook, Refusal, Value

LARGEST_FILE = 25_000_000  # bytes as packed
LARGEST = 200_000_000  # bytes unpacked, all parts together
STEEPEST = 200  # times: no sheet of ours packs better than 60, a bomb a thousand
HARMLESS = 1_000_000  # bytes of a part that may pack as well as it likes
MOST_PARTS = 2_000
MOST_ROWS = 20_000  # of the sheet of pain points
MOST_COLUMNS = 200
HEAD_ROWS = 10  # the head stands in one of these
OLD = b"\xd0\xcf\x11\xe0"  # .xls, and every workbook with a password
AGAIN = "export it anew with `listening report -o FILE.xlsx` and fill that in"
Book = Any  # openpyxl publishes no types; what it gives leaves this file as FilledCells only


def read_workbook(content: bytes) -> FilledWorkbook:
    """Return what stands in a review workbook. Nothing in it is computed or followed.

    Raises InputError where it is no workbook of ours, too large, or packed like a bomb.
    """
    _check(content)
    book = _opened(content)
    sheets = {" ".join(sheet.title.split()).casefold(): sheet for sheet in book.worksheets}
    base = sheets.get(BASE.casefold())
    points = sheets.get(POINTS.casefold())
    if base is None:
        raise InputError("it has not the hidden sheet that a review workbook carries", AGAIN)
    if points is None:
        raise InputError(f"it has no sheet {POINTS!r}", "put that sheet back, or " + AGAIN)
    try:
        return _filled(_rows(base), _rows(points))
    except InputError:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers meet in a damaged file
        raise InputError(f"the workbook is damaged ({type(error).__name__})", "open it and save it anew") from error


def _check(content: bytes) -> None:
    """Refuse what must not be unpacked: by the sizes that the archive itself states, before anything is."""
    if len(content) > LARGEST_FILE:
        raise InputError(f"it has {len(content) // 1_000_000} MB", "a review workbook has a few; " + AGAIN)
    if content.startswith(OLD):
        raise InputError("it has a password, or is of the old kind .xls", "save it as .xlsx without a password")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except Exception as error:  # a damaged packing makes zipfile raise anything
        raise InputError("it is no Excel workbook, or not whole", "save it as .xlsx, or copy it again") from error
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise InputError("it is an archive, but no Excel workbook", "save it as .xlsx")
    size = sum(part.file_size for part in parts)
    steep = any(one.file_size > HARMLESS and one.file_size > STEEPEST * max(1, one.compress_size) for one in parts)
    if size > LARGEST or steep or len(parts) > MOST_PARTS or len(names) < len(parts):
        raise InputError(f"unpacked it would have {size // 1_000_000} MB in {len(parts)} parts", AGAIN)


def _opened(content: bytes) -> Book:
    import openpyxl  # noqa: PLC0415 - takes a moment to load, and most commands read no workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and features that we do not read
        try:
            return openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        except Exception as error:  # as above
            raise InputError(f"the workbook is damaged ({type(error).__name__})", "open it and save it anew") from error


def _rows(sheet: Book) -> list[tuple[int, Sequence[Book]]]:
    sheet.reset_dimensions()  # what a file says of its size is often wrong, and rows would be cut
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1)
        for number, cells in islice(rows, MOST_ROWS + 1):
            if any(one.value not in (None, "") for one in cells):
                found.append((number, cells))
            if number > MOST_ROWS:
                raise InputError(f"sheet {sheet.title!r} has more than {MOST_ROWS:,} rows", AGAIN)
    return found


def _filled(base: Sequence[tuple[int, Sequence[Book]]], points: Sequence[tuple[int, Sequence[Book]]]) -> FilledWorkbook:
    head = {_text(cells[0]): _text(cells[1]) for _, cells in base[:HEAD_ROW] if len(cells) > 1}
    if head.get("format") != FORMAT:
        raise InputError(f"its hidden sheet says {head.get('format') or 'nothing'!r}, not {FORMAT!r}", AGAIN)
    values, shown = _base_rows(base)
    rows, refusals = _point_rows(points)
    return FilledWorkbook(head.get("map", ""), values, shown, tuple(rows), tuple(refusals))


def _base_rows(
    lines: Sequence[tuple[int, Sequence[Book]]],
) -> tuple[dict[str, Mapping[str, Value]], dict[str, Mapping[str, str]]]:
    """Return the exported values, and what was shown of them. Raises InputError where they were changed by hand."""
    names: list[str] = []
    values: dict[str, Mapping[str, Value]] = {}
    shown: dict[str, Mapping[str, str]] = {}
    for _, cells in lines:
        texts = [_text(one) for one in cells]
        if not names:
            names = texts if texts[: len(BASE_HEADS)] == list(BASE_HEADS) else []
            continue
        row = dict(zip(names, texts, strict=False))
        point = row["id"]
        values[point] = {name: _value(name, row.get(name, "")) for name in EDITABLE}
        shown[point] = {"owner": row.get("owner_shown", "")}
        if row["version"] != version(point, values[point]):
            raise InputError(f"its hidden values of {point} were changed", AGAIN)
    if not names:
        raise InputError("its hidden sheet has no table", AGAIN)
    return values, shown


def _value(name: str, text: str) -> Value:
    if name not in RATINGS:
        return text
    return int(float(text)) if text else None


def _point_rows(lines: Sequence[tuple[int, Sequence[Book]]]) -> tuple[list[FilledRow], list[Refusal]]:
    place, columns = _head(lines)
    doubled = [name for name, many in Counter(columns.values()).items() if many > 1]
    if doubled:
        raise InputError(f"sheet {POINTS!r} has the column {doubled[0]!r} twice", "take the one away that is yours")
    by_field = {field: number for number, name in columns.items() for field in [_FIELDS.get(name)] if field}
    gone = [head for head, field in OPEN_HEADS.items() if field not in by_field]
    refusals = [
        Refusal(f"'{POINTS}'", f"the column {head!r} is gone", "its edits are not read; " + AGAIN) for head in gone
    ]
    rows = [_row(cells, by_field, number) for number, cells in lines if number > place]
    return [one for one in rows if one is not None], refusals


_FIELDS = {"id": "id", **{head.casefold(): field for head, field in OPEN_HEADS.items()}}


def _head(lines: Sequence[tuple[int, Sequence[Book]]]) -> tuple[int, dict[int, str]]:
    for number, cells in lines[:HEAD_ROWS]:
        names = {column: " ".join(_text(one).split()).casefold() for column, one in enumerate(cells)}
        known = {column: name for column, name in names.items() if name in _FIELDS}
        if "id" in known.values() and len(known) > 1:
            return number, known
    raise InputError(f"sheet {POINTS!r} has no line with 'ID' and the other heads", "put it back, or " + AGAIN)


def _row(cells: Sequence[Book], by_field: Mapping[str, int], number: int) -> FilledRow | None:
    """Return a row; None for one in which none of our columns holds anything (a note beside the table)."""
    found = {field: _cell(cells, column, number) for field, column in by_field.items()}
    if not any(one.text for one in found.values()):
        return None
    return FilledRow(found["id"].text.strip(), f"'{POINTS}'!{number}", {f: c for f, c in found.items() if f != "id"})


def _cell(cells: Sequence[Book], column: int, number: int) -> FilledCell:
    place = f"'{POINTS}'!{_letters(column)}{number}"
    one = cells[column] if column < len(cells) else None
    return FilledCell(_text(one), place, computed=getattr(one, "data_type", "") in ("f", "e"))


def _letters(column: int) -> str:
    first, last = divmod(column, 26)
    return (chr(ord("A") + first - 1) if first else "") + chr(ord("A") + last)


def _text(one: Book) -> str:
    """Return what a cell shows: whole numbers without a point, days as ISO text, line breaks as one character."""
    value = getattr(one, "value", None)
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    plain = str(value)
    return plain.replace("_x000D_\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
