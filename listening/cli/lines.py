"""Reads texts as JSON lines and writes one line for each, in order: a bad line costs nobody else their place."""

from __future__ import annotations

import gzip
import io
import json
import os
import secrets
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TypeVar, cast

from listening.errors import InputError

BATCH = 256
LONGEST = 16_000_000  # bytes of one line; 256 of them would fill a laptop, so batches are cut by size too
BATCH_BYTES = 4_000_000
GZIP = b"\x1f\x8b"
OPTIONAL = ("title", "created_at", "author", "url")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Line:
    """One good line: whose text it is, and its words."""

    id: str
    text: str
    title: str = ""
    author: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be read: `id` where it gave one, else its `number`, counted from one."""

    number: int
    error: str
    id: str = ""

    def record(self) -> dict[str, str | int]:
        """Give the line that stands in its place."""
        return {"id": self.id, "error": self.error} if self.id else {"line": self.number, "error": self.error}


def read_lines(path: Path) -> Iterator[Line | BadLine]:
    """Yield each line of a JSONL file (`-` is stdin; packed with gzip or not), good or bad.

    Raises InputError where there is no such file.
    """
    number = 0
    try:
        with _opened(path) as file:
            for number, raw in enumerate(_raw_lines(file), start=1):
                yield parse(raw, number)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        yield BadLine(number + 1, "the packed file breaks off here; copy it again")
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror or error}", "check the file and its rights"
        ) from error


def parse(raw: bytes, number: int) -> Line | BadLine:
    """Read one line; never raises."""
    if len(raw) >= LONGEST:
        return BadLine(number, f"the line is longer than {LONGEST:,} bytes")
    try:
        found = json.loads(raw.removeprefix(b"\xef\xbb\xbf").decode(), parse_constant=_no_constant)
    except UnicodeDecodeError:
        return BadLine(number, "no UTF-8; save the file as UTF-8")
    except (ValueError, RecursionError):
        return BadLine(number, "no JSON; write one whole JSON object a line")
    if not isinstance(found, dict):
        return BadLine(number, 'no JSON object; write {"id": ..., "text": ...}')
    return _as_line(found, number)


def _as_line(found: dict[str, object], number: int) -> Line | BadLine:
    given = found.get("id")
    named = _sound(given) if isinstance(given, str) else ""
    if not named:
        return BadLine(number, "id is missing" if given in (None, "") else "id should be a text")
    if (text := found.get("text")) is None:
        return BadLine(number, "text is missing", named)
    values = {"text": text} | {name: found[name] for name in OPTIONAL if found.get(name) is not None}
    for name, value in values.items():
        if not isinstance(value, str):
            return BadLine(number, f"{name} should be a text", named)
    words = {name: _sound(str(value)) for name, value in values.items()}
    if not words["text"].strip():
        return BadLine(number, "text is empty", named)
    try:
        moment = _moment(words.get("created_at", ""))
    except (ValueError, OverflowError):
        return BadLine(number, "created_at is no ISO time; write it as 2026-03-02T14:05:00Z", named)
    return Line(named, words["text"], words.get("title", ""), words.get("author", ""), moment)


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _sound(text: str) -> str:
    """Replace halves of characters, which no file could hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def batches(lines: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """Yield the lines in lists of at most `size`, shorter where their texts are long."""
    part: list[T] = []
    weight = 0
    for line in lines:
        part.append(line)
        weight += len(line.text) if isinstance(line, Line) else 0
        if len(part) >= size or weight >= BATCH_BYTES:
            yield part
            part, weight = [], 0
    if part:
        yield part


@contextmanager
def written(path: Path) -> Iterator[IO[bytes]]:
    """Open what becomes `path` when the block ends well, and nothing otherwise; `-` is stdout."""
    if str(path) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = path.resolve()
    if path.exists() and not path.is_file():  # a device or a pipe: nothing to rename
        with path.open("wb") as device:
            yield device
        return
    draft = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        with _created(draft, path) as raw:
            with _packed(raw, path) as file:
                yield file
            raw.flush()
            os.fsync(raw.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write(file: IO[bytes], record: object) -> None:
    """Write one line of JSON; a NaN is an error of ours, not the reader's."""
    file.write(json.dumps(record, ensure_ascii=False, allow_nan=False).encode() + b"\n")


def _created(draft: Path, path: Path) -> IO[bytes]:
    try:
        return draft.open("xb")
    except OSError as error:
        mend = "name a file in a folder that exists and that you may write to"
        raise InputError(f"{path} cannot be written: {error.strerror or error}", mend) from error


@contextmanager
def _packed(raw: IO[bytes], path: Path) -> Iterator[IO[bytes]]:
    if path.suffix != ".gz":
        yield raw
        return
    with gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0) as packed:
        yield cast("IO[bytes]", packed)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file or stdin, unpacked where its first bytes say so."""
    with ExitStack() as stack:
        if str(path) == "-":
            raw: io.BufferedReader = io.BufferedReader(cast("io.RawIOBase", sys.stdin.buffer))
            stack.callback(raw.detach)  # stdin is not ours to close
        else:
            raw = path.open("rb")
            stack.callback(raw.close)
        packed = raw.peek(2)[:2] == GZIP
        yield cast("IO[bytes]", gzip.GzipFile(fileobj=raw) if packed else raw)


def _raw_lines(file: IO[bytes]) -> Iterator[bytes]:
    """Yield lines; of one that is too long only its beginning, so that memory stays flat."""
    while raw := file.readline(LONGEST):
        if len(raw) == LONGEST and not raw.endswith(b"\n"):
            while (more := file.readline(LONGEST)) and not more.endswith(b"\n"):
                pass
        yield raw
