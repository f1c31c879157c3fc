"""Forgets: a person who asks for it, and documents older than we may keep."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from listening.store.answers import Forgotten
from listening.store.engine import Store, translated
from listening.store.payload import alert_json, alert_of, without_person
from listening.store.statements import in_slices, insert_new
from listening.store.tables import alerts, documents, forgotten, memberships, signals
from listening.store.writes.counting import points_of_documents, recount
from listening.store.writes.documents import free_copies

log = logging.getLogger(__name__)


def forget_person(store: Store, person: str, source: str | None) -> Forgotten:
    """Remove all that a person (a pseudonym) wrote, in one source or in all, and never keep it again.

    Documents, signals, memberships and quotes in alerts go; on SQLite the file is then rewritten, so that no page of it
    holds the words any more. Pain points keep their id and are counted again.
    """
    if not person:
        return Forgotten()
    with store.writing() as connection:
        mine = sa.select(documents.c.id).where(documents.c.person == person)
        ids = list(connection.scalars(mine if source is None else mine.where(documents.c.source == source)))
        touched = points_of_documents(connection, ids)
        quotes = _drop_quotes(connection, set(ids))
        gone = _drop_documents(connection, ids)
        insert_new(connection, forgotten, [{"person": person, "source": source or ""}])
        free_copies(connection, ids)
        recount(connection, touched)
    _scrub(store)
    log.info("store.forgotten", extra={"documents": len(ids), "signals": gone, "quotes": quotes})
    return Forgotten(documents=len(ids), signals=gone, quotes=quotes, pain_points=tuple(sorted(touched)))


def _drop_documents(connection: Connection, ids: Collection[str]) -> int:
    """Delete the documents with all that hangs on them; return how many signals went."""
    gone = 0
    for part in in_slices(ids):
        heard = sa.delete(signals).where(signals.c.document_id.in_(part))
        gone += connection.execute(heard).rowcount
        connection.execute(sa.delete(documents).where(documents.c.id.in_(part)))
    return gone


def _drop_quotes(connection: Connection, document_ids: Collection[str]) -> int:
    if not document_ids:
        return 0
    count = 0
    for row in connection.execute(sa.select(alerts.c.id, alerts.c.payload)).all():
        alert, gone = without_person(alert_of(row.payload), document_ids)
        if gone:
            connection.execute(sa.update(alerts).where(alerts.c.id == row.id).values(payload=alert_json(alert)))
            count += gone
    return count


def _scrub(store: Store) -> None:
    """Rewrite a SQLite file without its deleted pages, and empty its log."""
    if not store.on_sqlite:
        return
    with translated(store.url):
        raw = store.engine.raw_connection()
        try:
            cursor = raw.cursor()
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.close()
        finally:
            raw.close()


def drop_older(store: Store, before: datetime) -> int:
    """Delete the documents written before a moment, with their signals; return how many documents went.

    Pain points, their ledger, emergences and alerts stay.
    """
    old = documents.c.created_at < before
    with store.writing() as connection:
        joined = sa.select(memberships.c.pain_point_id).join(signals, signals.c.id == memberships.c.signal_id)
        joined = joined.join(documents, documents.c.id == signals.c.document_id)
        touched = set(connection.scalars(joined.where(old).distinct()))
        gone = connection.execute(sa.delete(documents).where(old)).rowcount
        recount(connection, touched)
    log.info("store.dropped", extra={"documents": gone})
    return gone
