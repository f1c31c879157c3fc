"""Reads the records of text files, JSONL and CSV, packed or not; a broken one costs no other."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import IO, cast

from listening.errors import InputError
from listening.sources.importer_layout import HEAD_ROWS, Header, Layout, find_header
from listening.sources.records import Record

LONGEST_FIELD = 50_000_000  # characters of one CSV field
MOST_LINES = 1000  # of one CSV record; an open quote over more lines is a mistake
Found = tuple[str, Record | InputError]
Line = tuple[int, str]
_WANTED = "write {...} with names and values"
_GZIP = b"\x1f\x8b"
_SAID = re.compile(r"sep=(.)\s*", re.IGNORECASE)  # Excel's own first line


def lines_of(path: Path) -> Iterator[str]:
    """Yield the file's lines as text with their ends, unpacked where its first bytes say so."""
    with path.open("rb") as raw:
        packed = raw.read(2) == _GZIP
        raw.seek(0)
        unpacked: IO[bytes] = cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if packed else raw
        wide = unpacked.read(2) in (b"\xff\xfe", b"\xfe\xff")  # Excel's "Unicode text" says so in its first bytes
        unpacked.seek(0)
        if wide:
            with io.TextIOWrapper(unpacked, "utf-16", errors="replace", newline="") as text:
                yield from text
        else:
            yield from map(_decode, _parted(unpacked))


def _parted(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines, also of a file whose lines end by a carriage return alone, as an old Mac's do."""
    old = None
    for line in lines:
        old = b"\r" in line.rstrip(b"\r\n") if old is None else old
        yield from re.split(rb"(?<=\r)(?=[^\n])", line) if old else [line]


def _decode(line: bytes) -> str:
    line = line.removeprefix(b"\xef\xbb\xbf")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def json_records(path: Path, layout: Layout) -> Iterator[Found]:
    """Yield each line's JSON object with its place, or each object of the one list that the whole file is."""
    del layout  # names stand in every record
    lines = enumerate(lines_of(path), start=1)
    number, line = next(((at, one) for at, one in lines if one.strip()), (0, ""))
    second = next(((at, one) for at, one in lines if one.strip()), None)
    listed = path.name.casefold().removesuffix(".gz").endswith(".json") and (second is None or _loaded(line) is None)
    if line.lstrip().startswith("[") or listed:
        found = _listed(_loaded("".join(lines_of(path))))
        if isinstance(found, list):
            yield from ((f"record {at}", _record_in(one)) for at, one in enumerate(found, start=1))
            return
    for at, one in chain([(number, line)], [second] if second else [], lines):
        if one.strip():
            yield f"line {at}", _object(one)


def _record_in(found: object) -> Record | InputError:
    return found if isinstance(found, dict) else InputError("no JSON object", _WANTED)


def _object(line: str) -> Record | InputError:
    found = _loaded(line)
    if found is None and line.strip() != "null":
        half = "" if line.endswith("\n") else " (the line is not finished)"
        return InputError(f"no JSON{half}", "write one whole JSON object a line")
    return _record_in(found)


def _loaded(text: str) -> object:
    """Return what a text says in JSON; None where it is none."""
    try:
        return cast("object", json.loads(text))
    except (ValueError, RecursionError):
        return None


def _listed(found: object) -> object:
    """Return a list as it is, and the only list of objects in an object; an object is a list of itself."""
    if not isinstance(found, dict):
        return found
    lists = [one for one in found.values() if isinstance(one, list) and one and isinstance(one[0], dict)]
    return lists[0] if len(lists) == 1 else [found]


class _Lines:
    """The lines of a file with their numbers; lines that were taken in vain can be put back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = enumerate(lines, start=1)
        self._back: deque[Line] = deque()

    def __iter__(self) -> Iterator[Line]:
        return self

    def __next__(self) -> Line:
        return self._back.popleft() if self._back else next(self._lines)

    def put_back(self, lines: Sequence[Line]) -> None:
        """Give these lines again, before all others."""
        self._back.extendleft(reversed(lines))


def csv_records(path: Path, layout: Layout) -> Iterator[Found]:
    """Yield each row below the header with its place. A quote that never ends costs its own line only."""
    csv.field_size_limit(LONGEST_FIELD)
    lines = _Lines(lines_of(path))
    head, said = _head(lines, max(HEAD_ROWS, layout.header_row))
    if not head:
        return
    tried = [_find(head, delimiter, layout) for delimiter in _delimiters(head, said)]
    delimiter, header = next((one for one in tried if isinstance(one[1], Header)), tried[0])
    if isinstance(header, InputError):
        yield f"line {layout.header_row or head[0][0]}", header
        return
    lines.put_back(_single(head[header.last + 1 :]))
    for number, line in lines:
        if not line.strip(f"{delimiter} \t\r\n"):
            continue
        row = _record(line, lines, (header.names, delimiter))
        if not isinstance(row, dict) or any(row.values()):
            yield f"line {number}", row


# --- the header


def _head(lines: _Lines, most: int) -> tuple[list[Line], str]:
    """Take the first records that are not empty, each of one or more lines, and the delimiter that line 1 declares."""
    head: list[Line] = []
    said = ""
    while len(head) <= most and (line := next(lines, None)):
        if line[0] == 1 and (told := _SAID.fullmatch(line[1])):
            said = told[1]
        elif line[1].strip():
            whole, taken = _whole(line[1], lines)
            if whole.count('"') % 2:
                lines.put_back(taken)
                whole = line[1]
            head.append((line[0], whole))
    return head, said


def _single(records: list[Line]) -> list[Line]:
    """Return records as the lines that they were."""
    return [(start + n, line) for start, whole in records for n, line in enumerate(io.StringIO(whole, newline=""))]


def _delimiters(head: list[Line], said: str) -> list[str]:
    """Return the possible delimiters, the likeliest first: what stands most often outside quotes."""
    bare = re.sub(r'"[^"]*"', "", "".join(text for _, text in head))
    first = re.sub(r'"[^"]*"', "", head[0][1])
    return [said] if said else sorted(",;\t|", key=lambda mark: (-first.count(mark), -bare.count(mark)))


def _find(head: list[Line], delimiter: str, layout: Layout) -> tuple[str, Header | InputError]:
    rows = [[name.strip() for name in _fields(text, delimiter)] for _, text in head]
    return delimiter, find_header([line for line, _ in head], rows, layout)


# --- rows


def _whole(line: str, lines: _Lines) -> tuple[str, list[Line]]:
    """Return a record over as many lines as its quotes stay open, and the lines that it took beside its first."""
    pieces, taken = [line], list[Line]()
    odd = line.count('"') % 2
    while odd and len(taken) < MOST_LINES and (more := next(lines, None)):
        taken.append(more)
        pieces.append(more[1])
        odd ^= more[1].count('"') % 2
    return "".join(pieces), taken


def _record(line: str, lines: _Lines, shape: tuple[tuple[str, ...], str]) -> Record | InputError:
    """Return one record; lines taken in vain are put back. `shape` is the columns' names and the delimiter."""
    names, delimiter = shape
    whole, taken = _whole(line, lines)
    row = _fitted(_fields(whole, delimiter, strict=bool(taken)), names)
    if whole.count('"') % 2 or len(row) != len(names):
        lines.put_back(taken)
        row = _fitted(_fields(line, delimiter, strict=True), names)
    if len(row) == len(names):
        return {name: cell for name, cell in zip(names, row, strict=True) if name}
    if not row:
        return InputError("a quote is opened and never closed", 'close it, and write " inside a text as ""')
    return InputError(f"{len(row)} fields where the header has {len(names)}", f"quote texts with {delimiter!r} in them")


def _fitted(row: list[str], names: tuple[str, ...]) -> list[str]:
    """Return a row without the empty fields that stand beyond the header."""
    while len(row) > len(names) and not row[-1].strip():
        row = row[:-1]
    return row


def _fields(text: str, delimiter: str, *, strict: bool = False) -> list[str]:
    """Return the fields of one record; none where its quotes are wrong."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict))
    except csv.Error:
        return []
    return rows[0] if len(rows) == 1 else []
