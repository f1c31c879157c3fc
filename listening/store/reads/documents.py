"""What is left to do with documents, and what is remembered of their sources."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from listening.store.answers import Counts
from listening.store.engine import Store
from listening.store.reads.points import in_points
from listening.store.rows import documents_of, signal_of
from listening.store.statements import in_slices
from listening.store.tables import document_bands, documents, meta, pain_points, signals, sources, validators
from listening.types import Document, Memory, Signal, Text, Validator

_IN_ORDER = (documents.c.created_at, documents.c.id)


def memory(store: Store, source: str) -> Memory:
    """Return what is remembered of a source; an empty memory where it was never read."""
    thread, mine = documents.c.thread, sa.and_(documents.c.source == source, documents.c.thread != "")
    with store.reading() as connection:
        cursor = connection.scalar(sa.select(sources.c.cursor).where(sources.c.name == source))
        columns = (validators.c.url, validators.c.etag, validators.c.last_modified)
        rows = connection.execute(sa.select(*columns).where(validators.c.source == source)).all()
        threads = set(connection.scalars(sa.select(thread).where(mine).distinct()))
        quoted = set(connection.scalars(sa.select(thread).select_from(in_points).where(mine).distinct()))
        addresses = _addresses(connection, mine, sorted(quoted))
    return Memory(
        cursor=cursor or "",
        validators={row.url: Validator(*row) for row in rows},
        quoted=tuple(sorted(quoted)),
        threads=tuple(sorted(threads - quoted)),
        addresses=addresses,
    )


def _addresses(connection: Connection, mine: sa.ColumnElement[bool], threads: Sequence[str]) -> dict[str, str]:
    """Return where the first post of each of these threads stands; those without an address are left out."""
    found: dict[str, str] = {}
    for part in in_slices(threads):
        here = sa.and_(mine, documents.c.thread.in_(part))
        first = sa.select(documents.c.thread, sa.func.min(documents.c.created_at).label("at")).where(here)
        oldest = first.group_by(documents.c.thread).subquery()
        same = sa.and_(documents.c.thread == oldest.c.thread, documents.c.created_at == oldest.c.at)
        rows = sa.select(documents.c.thread, documents.c.url).join(oldest, same).where(here, documents.c.url != "")
        for row in connection.execute(rows.order_by(documents.c.id)):
            found.setdefault(row.thread, row.url)
    return found


def posts_of_thread(store: Store, source: str, thread: str) -> int:
    """Count what is kept of a thread."""
    mine = sa.and_(documents.c.source == source, documents.c.thread == thread)
    with store.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(documents).where(mine)) or 0


def posts_of_person(store: Store, person: str) -> dict[str, int]:
    """Count what is kept of a pseudonym, by source."""
    mine = sa.select(documents.c.source, sa.func.count()).where(documents.c.person == person)
    with store.reading() as connection:
        rows = connection.execute(mine.group_by(documents.c.source).order_by(documents.c.source))
        return {row[0]: row[1] for row in rows}


def source_notes(store: Store) -> dict[str, tuple[str, ...]]:
    """Return what each source's robots.txt says, as sentences."""
    with store.reading() as connection:
        rows = connection.execute(sa.select(sources.c.name, sources.c.notes).order_by(sources.c.name))
        return {row.name: tuple(row.notes) for row in rows}


def first_nights(store: Store) -> dict[str, date]:
    """Return the night on which each source was first read."""
    mine = sa.select(sources.c.name, sources.c.first_night).where(store.hears(sources.c.name))
    with store.reading() as connection:
        rows = connection.execute(mine.order_by(sources.c.name))
        return {row.name: row.first_night for row in rows}


def documents_to_clean(store: Store, limit: int | None = None) -> list[Document]:
    """Return documents that were only kept so far, oldest first."""
    waiting = sa.select(documents).where(documents.c.state == "kept", store.hears(documents.c.source))
    waiting = waiting.order_by(*_IN_ORDER).limit(limit)
    with store.reading() as connection:
        return documents_of(connection, connection.execute(waiting).mappings().all())


def documents_sharing(store: Store, bands: Collection[str], exclude: Collection[str] = ()) -> list[Document]:
    """Return cleaned documents, no copies themselves, with one of these bands, oldest first."""
    found: set[str] = set()
    told = documents.c.state != "kept", documents.c.near_of.is_(None), store.hears(documents.c.source)
    with store.reading() as connection:
        for part in in_slices(sorted(set(bands))):
            shared = sa.select(document_bands.c.document_id).where(document_bands.c.band.in_(part))
            found.update(connection.scalars(shared.distinct()))
    return _documents(store, found - set(exclude), *told)


def documents_by_id(store: Store, ids: Collection[str]) -> list[Document]:
    """Return these documents, oldest first; unknown ids are left out."""
    return _documents(store, ids)


def whole_posts(store: Store, ids: Collection[str]) -> dict[str, str]:
    """Return title and text of these documents by id, and no more of them; unknown ids are left out."""
    found: dict[str, str] = {}
    with store.reading() as connection:
        for part in in_slices(sorted(set(ids))):
            rows = connection.execute(
                sa.select(documents.c.id, documents.c.title, documents.c.text).where(documents.c.id.in_(part))
            )
            found.update({row[0]: f"{row[1]}\n{row[2]}" for row in rows})
    return found


def _documents(store: Store, ids: Collection[str], *conditions: sa.ColumnElement[bool]) -> list[Document]:
    found: list[Document] = []
    with store.reading() as connection:
        for part in in_slices(sorted(set(ids))):
            rows = connection.execute(sa.select(documents).where(documents.c.id.in_(part), *conditions)).mappings()
            found += documents_of(connection, rows.all())
    return sorted(found, key=lambda one: (one.created_at, one.id))


def documents_to_read(store: Store, limit: int | None = None) -> list[Text]:
    """Return clean documents that no model has read, oldest first."""
    waiting = sa.select(documents.c.id, documents.c.text).where(
        documents.c.state == "clean", store.hears(documents.c.source)
    )
    return _texts(store, waiting.order_by(*_IN_ORDER).limit(limit))


def _texts(store: Store, statement: sa.Select[tuple[str, str]]) -> list[Text]:
    with store.reading() as connection:
        return [Text(id=row[0], text=row[1]) for row in connection.execute(statement)]


def signals_of(store: Store, document_ids: Collection[str]) -> dict[str, list[Signal]]:
    """Return what was heard in these documents, passage by passage."""
    heard: dict[str, list[Signal]] = {one: [] for one in document_ids}
    with store.reading() as connection:
        for part in in_slices(sorted(set(document_ids))):
            mine = sa.select(signals).where(signals.c.document_id.in_(part))
            for row in connection.execute(mine.order_by(signals.c.document_id, signals.c.position)).mappings():
                heard[row["document_id"]].append(signal_of(row))
    return heard


def counts(store: Store) -> Counts:
    """Count what is stored."""
    everybody = sa.select(sa.func.count(sa.distinct(documents.c.person))).where(documents.c.person != "")
    painful = sa.select(sa.func.count()).select_from(signals).where(signals.c.pain_label.in_(["spoken", "unspoken"]))
    open_points = sa.select(sa.func.count()).select_from(pain_points).where(pain_points.c.merged_into.is_(None))
    with store.reading() as connection:
        return Counts(
            documents=connection.scalar(sa.select(sa.func.count()).select_from(documents)) or 0,
            signals=connection.scalar(sa.select(sa.func.count()).select_from(signals)) or 0,
            pains=connection.scalar(painful) or 0,
            pain_points=connection.scalar(open_points) or 0,
            people=connection.scalar(everybody) or 0,
        )


def count_older(store: Store, moment: datetime) -> int:
    """Count the documents written before a moment."""
    old = sa.select(sa.func.count()).select_from(documents).where(documents.c.created_at < moment)
    with store.reading() as connection:
        return connection.scalar(old) or 0


def note(store: Store, key: str, default: str = "") -> str:
    """Return the small note under a key."""
    with store.reading() as connection:
        value = connection.scalar(sa.select(meta.c.value).where(meta.c.key == key))
    return default if value is None else value
