"""Writes flat rows for other programs: one JSON object or one CSV line each, also zipped."""

from __future__ import annotations

import csv
import gzip
import io
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, cast

from listening.errors import InputError
from listening.outputs.text import csv_cell, encodable, finite
from listening.outputs.whole_file import whole_file

Cell = str | int | float | None
Row = Mapping[str, Cell]

log = logging.getLogger(__name__)


def write_rows(rows: Iterable[Row], path: Path) -> int:
    """Write rows one by one as .jsonl or .csv (also .jsonl.gz, .csv.gz) and return their number.

    The file appears whole or not at all. A CSV's columns are the first row's fields; the other rows must have the same
    (ValueError). Texts that a spreadsheet would compute get an apostrophe in CSV (text.csv_cell), none in JSONL.
    Raises InputError for another ending and for a place that cannot be written.
    """
    name = path.name.lower()
    zipped = name.endswith(".gz")
    write = _WRITERS.get(Path(name.removesuffix(".gz")).suffix)
    if write is None:
        raise InputError(f"{path.name!r} has no ending that rows can have", "end it in .jsonl or .csv, or those + .gz")
    written = 0
    with whole_file(path) as raw, _zipper(raw, zipped=zipped) as file:
        for line, is_row in write(rows):
            file.write(line.encode())
            written += is_row
    log.info("rows.written", extra={"rows": written})
    return written


def _zipper(raw: IO[bytes], *, zipped: bool) -> AbstractContextManager[IO[bytes]]:
    """Zip without a name and a time in the header, so that the same rows give the same bytes."""
    return cast("IO[bytes]", gzip.GzipFile("", "wb", fileobj=raw, mtime=0)) if zipped else nullcontext(raw)


def _jsonl_lines(rows: Iterable[Row]) -> Iterator[tuple[str, bool]]:
    for row in rows:
        yield json.dumps({name: _json_cell(one) for name, one in row.items()}, ensure_ascii=False) + "\n", True


def _csv_lines(rows: Iterable[Row]) -> Iterator[tuple[str, bool]]:
    columns: tuple[str, ...] = ()
    for number, row in enumerate(rows, start=1):
        if number == 1:
            columns = tuple(row)
            yield csv_line(columns), False
        if row.keys() != set(columns):
            raise ValueError(f"row {number} has other fields than the first: {sorted(row.keys() ^ set(columns))}")
        yield csv_line([row[name] for name in columns]), True


def csv_line(cells: Sequence[Cell]) -> str:
    """Write one CSV line, CRLF included: texts harmless, what is missing or no number empty."""
    line = io.StringIO(newline="")
    csv.writer(line).writerow([_csv_cell(one) for one in cells])
    return line.getvalue()


def _csv_cell(one: Cell) -> str | int | float:
    if isinstance(one, str):
        return csv_cell(one)
    kept = finite(one)
    return "" if kept is None else kept


def _json_cell(one: Cell) -> Cell:
    return encodable(one) if isinstance(one, str) else finite(one)


_WRITERS: Mapping[str, Callable[[Iterable[Row]], Iterator[tuple[str, bool]]]] = {
    ".jsonl": _jsonl_lines,
    ".csv": _csv_lines,
}
