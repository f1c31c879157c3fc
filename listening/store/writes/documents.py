"""Keeps what a crawl brought: documents, the source's cursor and validators, the crawl's figures, all or nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from listening.store.answers import Kept
from listening.store.engine import Store
from listening.store.rows import document_values, whole
from listening.store.statements import in_slices, insert_new, upsert
from listening.store.tables import crawls, document_bands, documents, forgotten, signals, sources, validators
from listening.store.writes.counting import points_of_documents, recount
from listening.types import Crawl, Document, Validator


def keep_batch(
    store: Store,
    *,
    source: str,
    kind: str,
    documents: Sequence[Document],
    cursor: str,
    validators: Sequence[Validator],
    night: date,
) -> Kept:
    """Keep a batch with the cursor and validators that hold once it is kept, in one transaction.

    A known document with the same fingerprint only gets its likes and views; with another text it becomes the next
    version and is read again: its signals go, its dates stay. People who asked to be forgotten are left out.
    An empty `cursor` leaves the remembered one.
    """
    with store.writing() as connection:
        _keep_source(connection, source, kind, cursor, night)
        _keep_validators(connection, source, validators)
        kept = _keep_documents(connection, _welcome(connection, source, documents))
        _count_crawl(connection, source, night, kept)
    return kept


def _keep_source(connection: Connection, source: str, kind: str, cursor: str, night: date) -> None:
    insert_new(connection, sources, [{"name": source, "kind": kind, "first_night": night, "cursor": cursor}])
    if cursor:
        connection.execute(sa.update(sources).where(sources.c.name == source).values(cursor=cursor))


def _keep_validators(connection: Connection, source: str, new: Sequence[Validator]) -> None:
    latest = {one.url: one for one in new}.values()
    rows = [{"source": source, "url": one.url, "etag": one.etag, "last_modified": one.last_modified} for one in latest]
    upsert(connection, validators, rows)


def _welcome(connection: Connection, source: str, new: Sequence[Document]) -> list[Document]:
    """Return the documents, the last one of each id, without those of forgotten people."""
    there = sa.select(forgotten.c.person).where(forgotten.c.source.in_(["", source]))
    gone = set(connection.scalars(there))
    return [one for one in {one.id: one for one in new}.values() if not one.person or one.person not in gone]


def _keep_documents(connection: Connection, new: Sequence[Document]) -> Kept:
    table = documents
    wanted = (table.c.id, table.c.fingerprint, table.c.text, table.c.likes, table.c.views, table.c.version)
    known: dict[str, RowMapping] = {}
    for part in in_slices(one.id for one in new):
        rows = connection.execute(sa.select(*wanted).where(table.c.id.in_(part))).mappings()
        known.update({row["id"]: row for row in rows})
    fresh = [one for one in new if one.id not in known]
    changed = [one for one in new if one.id in known and _says_otherwise(one, known[one.id])]
    _insert(connection, fresh)
    _rewrite(connection, changed, known)
    _update_likes(connection, [one for one in new if one.id in known], known)
    return Kept(seen=len(new), new=len(fresh), changed=len(changed))


def _says_otherwise(document: Document, row: RowMapping) -> bool:
    if document.fingerprint or row["fingerprint"]:
        return bool(document.fingerprint != row["fingerprint"])
    return bool(document.text != row["text"])


def _insert(connection: Connection, new: Sequence[Document]) -> None:
    rows = [{**document_values(one), "state": "kept", "read_by": "", "near_of": None} for one in new]
    insert_new(connection, documents, rows)
    _insert_bands(connection, new)


def _insert_bands(connection: Connection, new: Sequence[Document]) -> None:
    rows = [
        {"document_id": one.id, "position": position, "band": band}
        for one in new
        for position, band in enumerate(one.bands)
    ]
    insert_new(connection, document_bands, rows)


def _rewrite(connection: Connection, changed: Sequence[Document], known: Mapping[str, RowMapping]) -> None:
    if not changed:
        return
    ids = [one.id for one in changed]
    touched = points_of_documents(connection, ids)
    for part in in_slices(ids):
        connection.execute(sa.delete(signals).where(signals.c.document_id.in_(part)))
        connection.execute(sa.delete(document_bands).where(document_bands.c.document_id.in_(part)))
    free_copies(connection, ids)
    stays = {"id", "source", "native_id", "created_at", "first_seen"}
    for one in changed:
        row = {key: value for key, value in document_values(one).items() if key not in stays}
        row |= {"state": "kept", "read_by": "", "near_of": None, "version": known[one.id]["version"] + 1}
        connection.execute(sa.update(documents).where(documents.c.id == one.id).values(row))
    _insert_bands(connection, changed)
    recount(connection, touched)


def free_copies(connection: Connection, ids: Collection[str]) -> None:
    """Let the copies of these documents be cleaned again: what they copied is no more."""
    for part in in_slices(ids):
        copies = sa.update(documents).where(documents.c.near_of.in_(part))
        connection.execute(copies.values(near_of=None, state="kept"))


def _update_likes(connection: Connection, seen: Sequence[Document], known: Mapping[str, RowMapping]) -> None:
    rows = [
        {"this": one.id, "likes": whole(one.likes), "views": whole(one.views)}
        for one in seen
        if (whole(one.likes), whole(one.views)) != (known[one.id]["likes"], known[one.id]["views"])
    ]
    for part in in_slices(rows):
        connection.execute(sa.update(documents).where(documents.c.id == sa.bindparam("this")), part)


def _count_crawl(connection: Connection, source: str, night: date, kept: Kept) -> None:
    """Add to tonight's figures; a visit that is already closed stays as it is unless something new came."""
    empty = {"source": source, "night": night, "state": "running", "seen": 0, "new": 0, "changed": 0, "warnings": []}
    insert_new(connection, crawls, [empty])
    mine = sa.and_(crawls.c.source == source, crawls.c.night == night)
    if not (kept.new or kept.changed):
        mine = sa.and_(mine, crawls.c.state == "running")
    connection.execute(
        sa.update(crawls)
        .where(mine)
        .values(
            state="running",
            seen=crawls.c.seen + kept.seen,
            new=crawls.c.new + kept.new,
            changed=crawls.c.changed + kept.changed,
        )
    )


def keep_crawl(store: Store, crawl: Crawl) -> None:
    """Close tonight's visit: its end, seconds, error and warnings. The figures are those that `keep_batch` added up.

    A visit that is closed the same way already is left alone, so a second run changes nothing.
    """
    ending = {
        "state": crawl.state,
        "seconds": float(crawl.seconds),
        "error": crawl.error,
        "warnings": crawl.warnings,
    }
    mine = sa.and_(crawls.c.source == crawl.source, crawls.c.night == crawl.night)
    with store.writing() as connection:
        empty = {"source": crawl.source, "night": crawl.night, "state": "running", "seen": 0, "new": 0, "changed": 0}
        insert_new(connection, crawls, [{**empty, "warnings": []}])
        other = sa.or_(crawls.c.state != crawl.state, crawls.c.error != crawl.error)
        connection.execute(sa.update(crawls).where(mine, other).values(ending))


def mark_clean(store: Store, document_ids: Collection[str], copies: Mapping[str, str]) -> None:
    """Mark documents as ready to be read; `copies` (id -> id of the earliest) are never read, so they are done."""
    with store.writing() as connection:
        for part in in_slices(sorted(set(document_ids) - set(copies))):
            kept = sa.update(documents).where(documents.c.id.in_(part), documents.c.state == "kept")
            connection.execute(kept.values(state="clean"))
        rows = [{"this": one, "first": first} for one, first in sorted(copies.items())]
        for pairs in in_slices(rows):
            kept = sa.update(documents).where(documents.c.id == sa.bindparam("this"), documents.c.state == "kept")
            connection.execute(kept.values(state="read", near_of=sa.bindparam("first")), pairs)
