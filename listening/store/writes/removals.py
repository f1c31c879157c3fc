"""Forgets: a person who asks for it, what was taken back where it came from, and what is older than we may keep."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from listening.store.answers import Forgotten
from listening.store.engine import Store, translated
from listening.store.payload import alert_json, alert_of, renamed, without_person
from listening.store.statements import in_slices, insert_new
from listening.store.tables import alerts, documents, forgotten, ledger, pain_points, signals
from listening.store.writes.counting import points_of_documents, recount
from listening.store.writes.documents import free_copies
from listening.store.writes.packs import drop_packs, unquote_packs
from listening.types import PainPoint

log = logging.getLogger(__name__)

_BORN = sa.and_(
    ledger.c.what == "born", ledger.c.who == "listening"
)  # the line whose detail is the machine's first name
_PURGE = "INSERT INTO search_words (search_words) VALUES ('optimize')"
_EMPTY_LOG = "PRAGMA wal_checkpoint(TRUNCATE)"  # moves what was written into the file, as far as no reader needs it
_WORD = re.compile(r"\w+")


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
        insert_new(connection, forgotten, [{"person": person, "source": source or ""}])
        gone = withdraw(connection, ids)
    scrub(store)
    log.info("store.forgotten", extra={"documents": len(ids), "signals": gone.signals, "quotes": gone.quotes})
    return gone


def withdraw(connection: Connection, ids: Collection[str]) -> Forgotten:
    """Remove these documents with their signals, memberships and quotes in alerts, and count their pain points again.

    What the machine named in their words loses that name, in the ledger and in alerts too; `name_points` gives another.
    """
    texts = _texts(connection, ids)
    if not texts:
        return Forgotten()
    touched = points_of_documents(connection, texts)
    named = touched | _named_after(connection, texts.values())
    quotes = _drop_quotes(connection, texts.keys())
    drop_packs(connection, texts.keys(), named)
    gone = _drop_documents(connection, texts)
    if texts:
        _purge_index(connection)
    free_copies(connection, texts)
    _unname(connection, _with_merged(connection, named))
    recount(connection, touched)
    return Forgotten(documents=len(texts), signals=gone, quotes=quotes, pain_points=tuple(sorted(named)))


def _texts(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in in_slices(sorted(set(ids))):
        rows = connection.execute(sa.select(documents.c.id, documents.c.text).where(documents.c.id.in_(part)))
        found.update({row.id: row.text for row in rows})
    return found


# --- names


def _named_after(connection: Connection, texts: Iterable[str]) -> set[str]:
    """Return the pain points of which a name that the machine gave, now or at birth, stands in one of these texts."""
    said = [_plain(text) for text in texts]
    lines = sa.select(ledger.c.pain_point_id, ledger.c.detail).where(_BORN, ledger.c.detail != "")
    names = sa.select(pain_points.c.id, pain_points.c.name).where(
        pain_points.c.named_by == "", pain_points.c.name != ""
    )
    both = [*connection.execute(lines), *connection.execute(names)]
    return {point for point, name in both if any(_plain(name) in text for text in said)}


def _plain(text: str) -> str:
    """Return the words alone, in small letters, with a space around each."""
    return f" {' '.join(_WORD.findall(text.casefold()))} "


def _with_merged(connection: Connection, points: Collection[str]) -> set[str]:
    """Return the pain points and those that were merged into them."""
    found, new = set(points), set(points)
    while new:
        ask = [sa.select(pain_points.c.id).where(pain_points.c.merged_into.in_(p)) for p in in_slices(sorted(new))]
        new = {one for asked in ask for one in connection.scalars(asked)} - found
        found |= new
    return found


def _unname(connection: Connection, points: Collection[str]) -> None:
    """Take away the names and words that the machine made of what people wrote; a person's name for it stays."""
    names: dict[str, str] = {}
    for part in in_slices(sorted(points)):
        mine = sa.update(pain_points).where(pain_points.c.id.in_(part))
        connection.execute(mine.values(words=[]))
        connection.execute(mine.where(pain_points.c.named_by == "").values(name=""))
        connection.execute(sa.update(ledger).where(ledger.c.pain_point_id.in_(part), _BORN).values(detail=""))
        left = sa.select(pain_points.c.id, pain_points.c.name).where(pain_points.c.id.in_(part))
        names.update({row.id: row.name for row in connection.execute(left)})
    _rename_in_alerts(connection, names)


def name_points(store: Store, points: Sequence[PainPoint]) -> None:
    """Keep centre, words and the machine's name of these pain points, made anew; alerts get the name that they lost."""
    with store.writing() as connection:
        for point in points:
            mine = sa.update(pain_points).where(pain_points.c.id == point.id)
            connection.execute(mine.values(centroid=point.centroid, words=point.words))
            connection.execute(mine.where(pain_points.c.named_by == "").values(name=point.name))
        _rename_in_alerts(connection, {point.id: point.name for point in points}, only_unnamed=True)


def _rename_in_alerts(connection: Connection, names: Mapping[str, str], *, only_unnamed: bool = False) -> None:
    if not names:
        return
    for row in connection.execute(sa.select(alerts.c.id, alerts.c.payload)).all():
        old = alert_of(row.payload)
        new = renamed(old, names, only_unnamed=only_unnamed)
        if new != old:
            connection.execute(sa.update(alerts).where(alerts.c.id == row.id).values(payload=alert_json(new)))


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


def _purge_index(connection: Connection) -> None:
    """Write SQLite's index of words anew: its parts keep the words of deleted rows until then."""
    if connection.dialect.name == "sqlite":
        connection.execute(sa.text(_PURGE))


def scrub(store: Store) -> None:
    """Rewrite a SQLite file without its deleted pages, and empty its log."""
    _outside(store, _PURGE, "VACUUM", _EMPTY_LOG)


def _outside(store: Store, *statements: str) -> None:
    """Say to SQLite what it takes outside of transactions only."""
    if not store.on_sqlite:
        return
    with translated(store.url):
        raw = store.engine.raw_connection()
        try:
            cursor = raw.cursor()
            for statement in statements:
                cursor.execute(statement)
            cursor.close()
        finally:
            raw.close()


def drop_older(store: Store, before: datetime) -> int:
    """Delete the documents written before a moment, with their signals; return how many documents went.

    Pain points, their names and ledger, emergences, alerts and kept packs stay; alerts and packs quote them no more,
    and no byte of a SQLite file holds their words. A copy that is younger speaks for itself from then on.
    """
    old = documents.c.created_at < before
    with store.writing() as connection:
        ids = list(connection.scalars(sa.select(documents.c.id).where(old)))
        if not ids:
            return 0
        unquote_packs(connection, ids)
        _drop_quotes(connection, set(ids))
        touched = points_of_documents(connection, ids)
        _drop_documents(connection, ids)
        _purge_index(connection)
        free_copies(connection, ids)
        recount(connection, touched)
    _outside(store, _EMPTY_LOG)
    log.info("store.dropped", extra={"documents": len(ids)})
    return len(ids)
