"""Crawl: fetch each source's posts and keep them as documents, without people, batch by batch."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

from listening.errors import InputError, ListeningError, NotConfigured, StoreUnavailable, Unforeseen
from listening.pipeline.nights import night_of
from listening.pipeline.visits import Visit, documents_of
from listening.settings import Settings
from listening.sources import KINDS, import_file, open_source, robots_notes
from listening.store import Kept, Store, reads, writes
from listening.types import Crawl, Document, Memory, Post, PostKind, Shown, SourceConfig

log = logging.getLogger(__name__)
T = TypeVar("T")
_NONE = ListeningError("")
IMPORT_BATCH = 500


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file brought; `errors` name each line that could not be read, with the mend."""

    seen: int
    new: int
    changed: int
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What a trial visit brought: the first documents as they would be stored, and what it had to say."""

    documents: tuple[Document, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    pages: int = 0
    shown: int = 0


def crawl(store: Store, settings: Settings, source: SourceConfig, *, key: bytes, now: datetime) -> Crawl:
    """Read one source and keep what it has; a failure is a row with its reason, never a dead night.

    Raises StoreUnavailable where nothing can be kept: then the next run goes on where this one stood.
    """
    start, night, zone = time.monotonic(), night_of(settings, now), settings.night.timezone
    failure, visit = _NONE, Visit(store, source, key=key, now=now, night=night, zone=zone)
    try:
        place = open_source(source, now=now, memory=reads.memory(store, source.name), secrets=settings.secrets)
        with visit:
            for batch in place.batches():
                visit.take(batch)
    except StoreUnavailable:
        raise  # no fault of the source: what it gave could not be kept, and neither could its row
    except ListeningError as reason:
        failure = reason
    except Exception as reason:
        log.exception("crawl.unforeseen", extra={"source": source.name})
        failure = Unforeseen(f"{source.name}: {type(reason).__name__} while reading it", "report this with the log")
    total, pages = visit.kept, visit.pages
    state = "done" if failure is _NONE else "off" if isinstance(failure, NotConfigured) else "failed"
    done = Crawl(
        source=source.name,
        night=night,
        state=state,
        seen=total.seen,
        new=total.new,
        changed=total.changed,
        seconds=round(time.monotonic() - start, 3),
        error=str(failure),
        again=state == "failed" and not failure.permanent,
        removed=total.removed,
        pages=len(pages),
        shown=sum(page.posts for page in pages),
        error_kind="" if state == "done" else failure.id,
    )
    writes.keep_crawl(store, done)
    writes.keep_notes(store, source.name, robots_notes(source, now))
    log.info("crawl.%s", state, extra={"source": source.name, "seen": total.seen, "new": total.new})
    return _whole(store, done)


def _whole(store: Store, done: Crawl) -> Crawl:
    """All that the night warned of, and what its posts told, also before it was killed and run again."""
    kept = next(iter(reads.crawls(store, done.night, source=done.source)), done)
    return replace(done, warnings=kept.warnings, told=kept.told)


def bring_in(
    store: Store,
    settings: Settings,
    path: Path,
    *,
    source: str,
    kind: PostKind,
    key: bytes,
    now: datetime,
    config: SourceConfig | None = None,
) -> Imported:
    """Import a file of posts, survey answers, tickets or reviews; lines that cannot be read are told, the others kept.

    `config` says which column holds what. Raises SettingsError for what it says and cannot be followed.
    """
    total, errors, night = Kept(), list[str](), night_of(settings, now)
    for rows in _slices(import_file(path, source=source, kind=kind, config=config), IMPORT_BATCH):
        errors += [str(row) for row in rows if isinstance(row, InputError)]
        posts = [row for row in rows if isinstance(row, Post)]
        kept = writes.keep_batch(
            store,
            source=source,
            kind="file",
            documents=documents_of(posts, key, now),
            cursor="",
            validators=(),
            night=night,
            zone=settings.night.timezone,
        )
        total += kept
    for visit in reads.crawls(store, night, source=source):
        if visit.state == "running":  # not where the source is crawled as well: how that went stays told
            writes.keep_crawl(store, replace(visit, state="done"))
    return Imported(total.seen, total.new, total.changed, tuple(errors))


def preview(settings: Settings, source: SourceConfig, *, key: bytes, now: datetime, most: int = 5) -> list[Document]:
    """The first posts of a source as they would be stored; nothing is kept. Raises what the source raises."""
    return list(look(settings, source, key=key, now=now, most=most).documents)


def look(settings: Settings, source: SourceConfig, *, key: bytes, now: datetime, most: int = 5) -> Look:
    """Visit a source on trial: its first posts as they would be stored, and what went wrong with others.

    Only the first page of each list is read, so that it is quick. Nothing is kept. Raises what the source raises.
    """
    kind = KINDS.get(source.kind)
    short = {"max_pages": 1} if kind and "max_pages" in kind.OPTIONS else {}
    tried = replace(source, options={**source.options, **short})
    place = open_source(tried, now=now, memory=Memory(), secrets=settings.secrets)
    found, warnings, pages = list[Document](), list[str](), list[Shown]()
    for batch in place.batches():
        found += documents_of(batch.posts, key, now)
        warnings += [said for said in batch.warnings if "max_pages" not in said]  # it is we who read one page only
        pages += batch.shown
        if len(found) >= most:
            break
    return Look(
        tuple(found[:most]),
        tuple(dict.fromkeys(warnings)),
        robots_notes(source, now),
        len(pages),
        sum(page.posts for page in pages),
    )


def _slices(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    source = iter(rows)
    while part := list(islice(source, size)):
        yield part
