"""Brings files in: survey answers, tickets, reviews, archives and replays, as JSONL, CSV or Excel workbooks."""

from __future__ import annotations

import hashlib
import logging
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import ClassVar

from listening.errors import InputError, SettingsError, SourceBroken
from listening.sources.cursor import dump_cursor, load_cursor
from listening.sources.importer_layout import LAYOUT_OPTIONS, Layout, layout_of
from listening.sources.importer_lines import Found, csv_records, json_records
from listening.sources.importer_workbook import workbook_records
from listening.sources.options import Option, Options
from listening.sources.records import Cells, has_made_id, read_record
from listening.types import Batch, Memory, Post, PostKind, SourceConfig

log = logging.getLogger(__name__)

POSTS_A_BATCH = 500
ASKED = 500  # records that are asked how the file writes 3/4/2026
_READERS: Mapping[str, Callable[[Path, Layout], Iterator[Found]]] = {
    ".jsonl": json_records,
    ".ndjson": json_records,
    ".json": json_records,
    ".csv": csv_records,
    ".tsv": csv_records,
    ".xlsx": workbook_records,
    ".xlsm": workbook_records,
}


class File:
    """A file as a source: read when it changed, going on where a killed night stopped."""

    OPTIONS: ClassVar[Mapping[str, Option]] = {
        "path": Option("", "The file: .jsonl, .csv, either with .gz, or .xlsx"),
        "post_kind": Option("forum", f"What it holds: {', '.join(PostKind)}"),
        **LAYOUT_OPTIONS,
    }

    def __init__(self, config: SourceConfig, *, memory: Memory) -> None:
        options = Options(config, self.OPTIONS)
        self._config = config
        self._path = Path(options.text("path") or config.url)
        self._kept = load_cursor(memory.cursor)
        self._layout = layout_of(config)
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
            mark = _fingerprint(self._path, self._layout)
        except OSError as error:
            raise SourceBroken(f"{self._path} cannot be read ({error.strerror})", "check path and rights") from error
        done = int(self._kept.get("done") or 0) if self._kept.get("file") == mark else 0
        posts: list[Post] = []
        warnings: list[str] = []
        number = 0
        found_all = import_file(self._path, source=self._config.name, kind=self._kind, config=self._config)
        for number, found in enumerate(found_all, start=1):
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


def import_file(
    path: Path, *, source: str, kind: PostKind, config: SourceConfig | None = None
) -> Iterator[Post | InputError]:
    """Each record of a file as a post, or an InputError naming file, line and mend; none hides the next.

    `config`, a block of kind "file", says which column holds what; without it columns are known by their usual names.
    Raises SettingsError for what it says and cannot be followed, and nothing else: a file that cannot be read at all
    gives one InputError.
    """
    layout = layout_of(config) if config else Layout()
    name = path.name.casefold().removesuffix(".gz")
    reader = next((reader for end, reader in _READERS.items() if name.endswith(end)), None)
    if reader is None:
        yield InputError(
            f"{path.name} is of no kind that can be read",
            "give a .jsonl, .csv or .xlsx file, the first two also with .gz",
        )
        return
    records = _unbroken(reader(path, layout))
    asked = list(islice(records, ASKED))
    dated = replace(layout, day_first=_day_first(asked, layout))
    twins = Counter[str]()
    for place, found in chain(asked, records):
        try:
            if isinstance(found, InputError):
                raise found
            post = read_record(found, source=source, kind=kind, layout=dated)
        except InputError as error:
            yield InputError(f"{f'{path.name} {place}'.strip()}: {error.thing}", error.mend)
            continue
        if post is not None:
            yield _apart(post, twins)


def _unbroken(records: Iterator[Found]) -> Iterator[Found]:
    """Yield the records; where the file breaks off an error in their place."""
    place = ""
    try:
        for place, found in records:
            yield place, found
    except OSError as error:
        why = "the file breaks off behind it" if place else f"it cannot be read ({error.strerror or error})"
        yield place, InputError(why, "check the file, or copy it again")
    except (EOFError, zlib.error):
        yield place, InputError("the packed file breaks off here", "it is not whole: copy it again")


def _day_first(asked: Iterable[Found], layout: Layout) -> bool | None:
    """Tell from the dates that can be meant one way only how the file means 3/4/2026; None where they do not agree."""
    votes = []
    for _, found in asked:
        with suppress(InputError):  # it is told when the record is read
            votes += [Cells(found, layout).votes()] if not isinstance(found, InputError) else []
    days, months = sum(vote[0] for vote in votes), sum(vote[1] for vote in votes)
    return None if bool(days) == bool(months) else days > months


def _apart(post: Post, twins: Counter[str]) -> Post:
    """Tell apart answers that nobody signed: two customers who both wrote "ok" on the same day are two."""
    if post.author or not post.kind.inside or not has_made_id(post):
        return post
    twins[post.native_id] += 1
    count = twins[post.native_id]
    return replace(post, native_id=f"{post.native_id}-{count}") if count > 1 else post


def _fingerprint(path: Path, layout: Layout) -> str:
    """Return a hash of the file's bytes and its layout: what did not change is not read again."""
    digest = hashlib.blake2b(repr(_told(layout)).encode("utf-8", "surrogatepass"), digest_size=12)
    with path.open("rb") as raw:
        while chunk := raw.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _told(layout: Layout) -> list[object]:
    """Return what a layout says, always in the same order."""
    only = sorted((column, sorted(values)) for column, values in layout.only.items())
    rest = (layout.metric, str(layout.zone), layout.date_formats, layout.header_row, layout.sheet)
    return [sorted(layout.columns.items()), only, *rest]
