"""Follows what was deleted where it came from: words go everywhere, an account that is no more takes its name along."""

from __future__ import annotations

import logging
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from listening.store.answers import Forgotten
from listening.store.engine import Store
from listening.store.payload import alert_json, alert_of, without_authors
from listening.store.statements import in_slices
from listening.store.tables import alerts, documents
from listening.store.writes.counting import points_of_documents, recount
from listening.store.writes.removals import scrub, withdraw

log = logging.getLogger(__name__)


def forget_documents(store: Store, document_ids: Collection[str]) -> Forgotten:
    """Remove these documents with signals, vectors, memberships, quotes and names in their words, and count anew.

    Run `sweep` once after the last of them, so that the file keeps no trace.
    """
    with store.writing() as connection:
        gone = withdraw(connection, document_ids)
    log.info("store.deleted_upstream", extra={"documents": gone.documents, "signals": gone.signals})
    return gone


def forget_authors(store: Store, document_ids: Collection[str]) -> int:
    """Keep these documents without the pseudonym of who wrote them, quotes too; return how many had one.

    Each then counts as a person of its own, as posts without an author do.
    """
    with store.writing() as connection:
        named: set[str] = set()
        for part in in_slices(sorted(set(document_ids))):
            mine = documents.c.id.in_(part), documents.c.person != ""
            named.update(connection.scalars(sa.select(documents.c.id).where(*mine)))
            connection.execute(sa.update(documents).where(*mine).values(person=""))
        if named:
            _unsign(connection, named)
            recount(connection, points_of_documents(connection, named))
    return len(named)


def _unsign(connection: Connection, document_ids: Collection[str]) -> None:
    for row in connection.execute(sa.select(alerts.c.id, alerts.c.payload)).all():
        old = alert_of(row.payload)
        new = without_authors(old, document_ids)
        if new != old:
            connection.execute(sa.update(alerts).where(alerts.c.id == row.id).values(payload=alert_json(new)))


def sweep(store: Store) -> None:
    """Rewrite a SQLite file so that no page of it holds what was deleted."""
    scrub(store)
