"""Brings files in: survey answers, support tickets, archives and replays, as JSONL or CSV, packed with gzip or not."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import logging
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, ClassVar, cast

from listening.errors import InputError, SettingsError, SourceBroken
from listening.sources.cursor import dump_cursor, load_cursor
from listening.sources.options import Option, Options
from listening.sources.records import Record, knows_a_column, read_record
from listening.types import Batch, Memory, Post, PostKind, SourceConfig

log = logging.getLogger(__name__)

POSTS_A_BATCH = 500
LONGEST_FIELD = 50_000_000  # characters of one CSV field
MOST_LINES = 1000  # of one CSV record; an open quote over more lines is a mistake
_GZIP = b"\x1f\x8b"


class File:
    """A file as a source: read when it changed, going on where a killed night stopped."""

    OPTIONS: ClassVar[Mapping[str, Option]] = {
        "path": Option("", "The file: .jsonl, .csv, or either with .gz"),
        "post_kind": Option("forum", "What it holds: forum, survey or ticket"),
    }

    def __init__(self, config: SourceConfig, *, memory: Memory) -> None:
        options = Options(config, self.OPTIONS)
        self._config = config
        self._path = Path(options.text("path") or config.url)
        self._kept = load_cursor(memory.cursor)
        try:
            self._kind = PostKind(options.text("post_kind"))
        except ValueError as error:
            known = ", ".join(PostKind)
            raise SettingsError(
                f"[sources.{config.name}] post_kind: {options.text('post_kind')!r}", f"take one of {known}"
            ) from error

    def batches(self) -> Iterator[Batch]:
        """Yield a batch for each five hundred records not read yet. Raises SourceBroken where there is no such file."""
        try:
            mark = _fingerprint(self._path)
        except OSError as error:
            raise SourceBroken(f"{self._path} cannot be read ({error.strerror})", "check path and rights") from error
        done = int(self._kept.get("done") or 0) if self._kept.get("file") == mark else 0
        posts: list[Post] = []
        warnings: list[str] = []
        number = 0
        for number, found in enumerate(import_file(self._path, source=self._config.name, kind=self._kind), start=1):
            if number <= done:
                continue
            if isinstance(found, InputError):
                warnings.append(str(found))
            else:
                posts.append(found)
            if len(posts) + len(warnings) >= POSTS_A_BATCH:
                yield self._batch(posts, warnings, mark, number)
                posts, warnings = [], []
        if posts or warnings or number == 0 or number > done:
            yield self._batch(posts, warnings, mark, number)

    def _batch(self, posts: list[Post], warnings: list[str], mark: str, done: int) -> Batch:
        return Batch(tuple(posts), dump_cursor({"file": mark, "done": done}), (), tuple(warnings))


def import_file(path: Path, *, source: str, kind: PostKind) -> Iterator[Post | InputError]:
    """Each record of a JSONL or CSV file as a post, or an InputError naming file, line and mend; none hides the next.

    Raises nothing: a file that cannot be read at all gives one InputError.
    """
    name = path.name.casefold().removesuffix(".gz")
    reader = _csv_records if name.endswith((".csv", ".tsv")) else _json_records
    if not name.endswith((".csv", ".tsv", ".jsonl", ".ndjson", ".json")):
        yield InputError(
            f"{path.name} is of no kind that can be read", "give a .jsonl or .csv file, or either with .gz"
        )
        return
    number = 0
    try:
        for number, found in reader(_lines(path)):
            yield from _post(found, f"{path.name} line {number}", source, kind)
    except OSError as error:
        what = f"breaks off after line {number}" if number else f"cannot be read ({error.strerror or error})"
        yield InputError(f"{path.name} {what}", "check the file, or copy it again")
    except (EOFError, zlib.error):
        yield InputError(f"{path.name} breaks off after line {number}", "the packed file is not whole: copy it again")


def _post(found: Record | InputError, place: str, source: str, kind: PostKind) -> Iterator[Post | InputError]:
    """One record as a post, or its error with the place named."""
    try:
        if isinstance(found, InputError):
            raise found
        post = read_record(found, source=source, kind=kind)
    except InputError as error:
        yield InputError(f"{place}: {error.thing}", error.mend)
        return
    if post is not None:
        yield post


# --- lines


def _lines(path: Path) -> Iterator[str]:
    """Yield the file's lines as text with their ends, unpacked where its first bytes say so."""
    with path.open("rb") as raw:
        packed = raw.read(2) == _GZIP
        raw.seek(0)
        unpacked: IO[bytes] = cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if packed else raw
        wide = unpacked.read(2) in (b"\xff\xfe", b"\xfe\xff")  # Excel's "Unicode text" says so in its first bytes
        unpacked.seek(0)
        if wide:
            with io.TextIOWrapper(unpacked, "utf-16", newline="") as text:
                yield from text
        else:
            yield from (_decode(line) for line in unpacked)


def _decode(line: bytes) -> str:
    line = line.removeprefix(b"\xef\xbb\xbf")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


# --- records


def _json_records(lines: Iterator[str]) -> Iterator[tuple[int, Record | InputError]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            half = "" if line.endswith("\n") else " (the line is not finished)"
            yield number, InputError(f"no JSON{half}", "write one whole JSON object a line")
            continue
        yield (
            number,
            found if isinstance(found, dict) else InputError("no JSON object", "write {...} with names and values"),
        )


def _csv_records(lines: Iterator[str]) -> Iterator[tuple[int, Record | InputError]]:
    """Yield records of a CSV file. A quote that never ends costs its own line only, not those after it."""
    csv.field_size_limit(LONGEST_FIELD)
    waiting: deque[tuple[int, str]] = deque()
    numbered = _with_pushback(enumerate(lines, start=1), waiting)
    first = next(numbered, None)
    if first is None:
        return
    delimiter = max(",;\t", key=first[1].count)
    header = next(csv.reader([first[1]], delimiter=delimiter), [])
    if not knows_a_column(header):
        yield (
            1,
            InputError(
                "the first line names no column that we know", "head the words with text and the score with score"
            ),
        )
        return
    for number, line in numbered:
        if line.strip():
            yield number, _csv_record(line, numbered, waiting, (header, delimiter))


def _with_pushback(lines: Iterator[tuple[int, str]], waiting: deque[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield the lines in order; those put back into `waiting` come first."""
    while True:
        if waiting:
            yield waiting.popleft()
            continue
        following = next(lines, None)
        if following is None:
            return
        yield following


def _csv_record(
    line: str, numbered: Iterator[tuple[int, str]], waiting: deque[tuple[int, str]], shape: tuple[list[str], str]
) -> Record | InputError:
    """Return one record, over as many lines as its quotes stay open; lines taken in vain are put back.

    `shape` is the header and the delimiter.
    """
    header, delimiter = shape
    taken: list[tuple[int, str]] = []
    whole = line
    while whole.count('"') % 2 and len(taken) < MOST_LINES and (more := next(numbered, None)):
        taken.append(more)
        whole += more[1]
    row = _fields(whole, delimiter, strict=bool(taken))
    if whole.count('"') % 2 or len(row) != len(header):
        waiting.extendleft(reversed(taken))
        row = _fields(line, delimiter, strict=True)
    if len(row) == len(header):
        return dict(zip(header, row, strict=True))
    if not row:
        return InputError("a quote is opened and never closed", 'close it, and write " inside a text as ""')
    return InputError(
        f"{len(row)} fields where the header has {len(header)}", f"quote texts with {delimiter!r} in them"
    )


def _fields(text: str, delimiter: str, *, strict: bool = False) -> list[str]:
    """Return the fields of one record; none where its quotes are wrong."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict))
    except csv.Error:
        return []
    return rows[0] if len(rows) == 1 else []


def _fingerprint(path: Path) -> str:
    """Return a hash of the file's bytes: a file that did not change is not read again."""
    digest = hashlib.blake2b(digest_size=12)
    with path.open("rb") as raw:
        while chunk := raw.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
