"""Crawl: fetch each source's posts and keep them as documents, without people, batch by batch."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

from listening.documents import prepare
from listening.errors import InputError, ListeningError, NotConfigured, SourceBroken
from listening.pipeline.nights import night_of
from listening.settings import Settings
from listening.sources import import_file, open_source
from listening.store import Kept, Store, reads, writes
from listening.types import Crawl, Document, Memory, Post, PostKind, SourceConfig

log = logging.getLogger(__name__)
T = TypeVar("T")
IMPORT_BATCH = 500
MOST_WARNINGS = 20


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file brought; `errors` name each line that could not be read, with the mend."""

    seen: int
    new: int
    changed: int
    errors: tuple[str, ...]


def crawl(store: Store, settings: Settings, source: SourceConfig, *, key: bytes, now: datetime) -> Crawl:
    """Read one source and keep what it has; a failure is a row with its reason, never a dead night."""
    start, night = time.monotonic(), night_of(settings, now)
    total, warnings, state, error, again = Kept(), list[str](), "done", "", False
    try:
        place = open_source(source, now=now, memory=reads.memory(store, source.name), secrets=settings.secrets)
        for batch in place.batches():
            warnings += batch.warnings
            kept = writes.keep_batch(
                store,
                source=source.name,
                kind=source.kind,
                documents=_documents(batch.posts, key, now),
                cursor=batch.cursor,
                validators=batch.validators,
                night=night,
            )
            total = Kept(total.seen + kept.seen, total.new + kept.new, total.changed + kept.changed)
    except NotConfigured as reason:
        state, error = "off", str(reason)
    except ListeningError as reason:
        state, error, again = "failed", str(reason), not reason.permanent
    except Exception as reason:
        log.exception("crawl.unforeseen", extra={"source": source.name})
        broken = SourceBroken(f"{source.name}: {type(reason).__name__} while reading it", "report this with the log")
        state, error = "failed", str(broken)
    done = Crawl(
        source=source.name,
        night=night,
        state=state,
        seen=total.seen,
        new=total.new,
        changed=total.changed,
        seconds=round(time.monotonic() - start, 3),
        error=error,
        warnings=tuple(warnings[:MOST_WARNINGS]),
        again=again,
    )
    writes.keep_crawl(store, done)
    log.info("crawl.%s", state, extra={"source": source.name, "seen": total.seen, "new": total.new})
    return done


def bring_in(
    store: Store, settings: Settings, path: Path, *, source: str, kind: PostKind, key: bytes, now: datetime
) -> Imported:
    """Import a file of posts, survey answers or tickets; lines that cannot be read are told, the others kept."""
    total, errors = Kept(), list[str]()
    for rows in _slices(import_file(path, source=source, kind=kind), IMPORT_BATCH):
        errors += [str(row) for row in rows if isinstance(row, InputError)]
        posts = [row for row in rows if isinstance(row, Post)]
        kept = writes.keep_batch(
            store,
            source=source,
            kind="file",
            documents=_documents(posts, key, now),
            cursor="",
            validators=(),
            night=night_of(settings, now),
        )
        total = Kept(total.seen + kept.seen, total.new + kept.new, total.changed + kept.changed)
    return Imported(total.seen, total.new, total.changed, tuple(errors))


def preview(settings: Settings, source: SourceConfig, *, key: bytes, now: datetime, most: int = 5) -> list[Document]:
    """The first posts of a source as they would be stored; nothing is kept. Raises what the source raises."""
    place = open_source(source, now=now, memory=Memory(), secrets=settings.secrets)
    found: list[Document] = []
    for batch in place.batches():
        found += _documents(batch.posts, key, now)
        if len(found) >= most:
            break
    return found[:most]


def _documents(posts: Iterable[Post], key: bytes, now: datetime) -> list[Document]:
    """Make documents of the posts; those who write in the same batch are known by name to the redactor."""
    posts = list(posts)
    names = {post.author for post in posts if post.author}
    return [prepare(post, key=key, names=names, now=now) for post in posts]


def _slices(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    source = iter(rows)
    while part := list(islice(source, size)):
        yield part
