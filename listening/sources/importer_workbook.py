"""Reads the records of Excel workbooks: what cells show, not how they are computed, sheet by sheet and row by row."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from listening.errors import InputError
from listening.sources.importer_layout import HEAD_ROWS, Header, Layout, find_header
from listening.sources.importer_lines import Found

LARGEST = 1_000_000_000  # bytes of a workbook unpacked
MOST_ROWS = 1_048_576  # of a sheet, as Excel's
CHUNK = 500
_OLD = b"\xd0\xcf\x11\xe0"  # .xls, and every workbook with a password
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
Cell = Any  # openpyxl's types are not published; what it gives leaves this file as a Record only
Row = tuple[int, list[object]]


def workbook_records(path: Path, layout: Layout) -> Iterator[Found]:
    """Yield each row below the headers of the visible sheets with its place.

    Yields an InputError where no sheet can be read, and where the file breaks off.
    """
    with path.open("rb") as file:
        problem = _problem(file)
        if problem:
            yield "", problem
            return
        place = ""
        try:
            for place, found in _sheets(file, layout):
                yield place, found
        except InputError as error:
            yield place, error
        except Exception as error:  # noqa: BLE001 -- openpyxl raises whatever its parsers meet in a damaged file
            damaged = InputError(
                f"the workbook is damaged{' behind it' if place else ''} ({type(error).__name__})",
                "open it in Excel and save it anew",
            )
            yield place, damaged


def _problem(file: BinaryIO) -> InputError | None:
    """Return why a file is no workbook that can be opened; None where it may be one."""
    start = file.read(4)
    file.seek(0)
    if start == _OLD:
        return InputError("it has a password, or is of the old kind .xls", "save it as .xlsx without a password")
    try:
        with zipfile.ZipFile(file) as parts:
            size = sum(part.file_size for part in parts.infolist())
    except Exception:  # noqa: BLE001 -- a damaged packing makes zipfile raise anything
        return InputError("it is no Excel workbook, or not whole", "save it as .xlsx, or copy it again")
    finally:
        file.seek(0)
    if size > LARGEST:
        return InputError(f"unpacked it has {size // 1_000_000} MB", "export it as .csv")
    return None


def _sheets(file: BinaryIO, layout: Layout) -> Iterator[Found]:
    """Yield the records of the sheets that are meant. Raises InputError where none can be."""
    import openpyxl  # noqa: PLC0415 -- takes a moment to load, and most files are no workbooks

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and features that we do not read
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    meant = [sheet for sheet in book.worksheets if sheet.title.casefold() == layout.sheet.strip().casefold()]
    if layout.sheet and not meant:
        names = ", ".join(sheet.title for sheet in book.worksheets)
        raise InputError(f"there is no sheet {layout.sheet!r}", f"its sheets are {names}")
    opened = [(sheet.title, _opened(sheet, layout)) for sheet in meant or shown]
    tables = [(name, found[0], found[1]) for name, found in opened if not isinstance(found, InputError)]
    if not tables:
        reasons = [found for _, found in opened if isinstance(found, InputError)]
        raise min(reasons, key=lambda reason: reason.thing.startswith("the first"), default=_empty())
    for name, header, rows in tables:
        sheet = f"sheet {name!r} " if len(tables) > 1 else ""
        for number, cells in rows:
            if any(cell not in (None, "") for cell in cells):
                yield (
                    f"{sheet}line {number}",
                    {key: cell for key, cell in zip(header.names, cells, strict=False) if key},
                )


def _empty() -> InputError:
    return InputError("it holds no table", "export it with the names of the columns above them")


def _opened(sheet: Cell, layout: Layout) -> tuple[Header, Iterator[Row]] | InputError:
    """Return the header of a sheet and its rows below."""
    rows = _rows(sheet)
    head = list(islice(rows, max(HEAD_ROWS, layout.header_row) + 1))
    if not any(cells for _, cells in head):
        return _empty()
    width = max(len(cells) for _, cells in head)
    names = [_named(cells, width) for _, cells in head]
    header = find_header([number for number, _ in head], names, layout)
    if isinstance(header, InputError):
        return header
    return header, _behind(head[header.last + 1 :], rows)


def _behind(first: Sequence[Row], rest: Iterator[Row]) -> Iterator[Row]:
    yield from first
    yield from rest


def _named(cells: Sequence[object], width: int) -> list[str]:
    named = ["" if cell is None else " ".join(str(cell).split()) for cell in cells]
    return named + [""] * (width - len(named))


def _rows(sheet: Cell) -> Iterator[Row]:
    """Yield the rows with their numbers, read in pieces: only while a piece is read are openpyxl's warnings off."""
    sheet.reset_dimensions()  # what a file says of its size is often wrong, and rows would be cut
    rows = enumerate(islice(sheet.iter_rows(values_only=True), MOST_ROWS), start=1)
    while True:
        piece: list[Row] = []
        broken: Exception | None = None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                for number, cells in islice(rows, CHUNK):
                    piece.append((number, [_cell(cell) for cell in cells]))
            except Exception as error:  # noqa: BLE001 -- raised below, behind the rows before it
                broken = error
        yield from piece
        if broken is not None:
            raise broken
        if len(piece) < CHUNK:
            return


def _cell(value: object) -> object:
    """Return a cell's value; control characters that Excel writes as _x000D_ are themselves again."""
    if not isinstance(value, str) or "_x" not in value:
        return value
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if int(found[1], 16) < ord(" ") else found[0], value)
    return plain.replace("\r\n", "\n").replace("\r", "\n")
