"""Keeps documents: new ones, new versions of known ones, and which of them are copies."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from listening.store.answers import Kept
from listening.store.engine import Store
from listening.store.rows import document_values
from listening.store.statements import in_slices, insert_columns, insert_new
from listening.store.tables import document_bands, documents, signals
from listening.store.writes.counting import points_of_documents, recount
from listening.store.writes.visits import keep_rewritten, meet
from listening.types import Document, PostKind

_OF_KNOWN = (
    *("id", "fingerprint", "text", "likes", "views", "thread", "metric", "score", "version", "absent", "date_from"),
    "first_seen",
)
_KNOWN = tuple(documents.c[name] for name in _OF_KNOWN)


def keep_documents(connection: Connection, source: str, new: Sequence[Document], night: date, zone: str) -> Kept:
    """Keep documents of one source, each id once, and remember which the visit met; see `keep_batch`."""
    known = _known(connection, [one.id for one in new])
    new = _known_again(connection, source, new, known)
    fresh = [one for one in new if one.id not in known]
    changed = [one for one in new if one.id in known and _says_otherwise(one, known[one.id])]
    _insert(connection, fresh)
    _rewrite(connection, changed, known)
    _touch(connection, [one for one in new if one.id in known], known)
    meet(connection, source, night, zone, {one.id: known[one.id]["first_seen"] for one in new if one.id in known})
    keep_rewritten(connection, [one.id for one in changed], night)
    return Kept(seen=len(new), new=len(fresh), changed=len(changed))


def _known(connection: Connection, ids: Collection[str]) -> dict[str, RowMapping]:
    known: dict[str, RowMapping] = {}
    for part in in_slices(ids):
        rows = connection.execute(sa.select(*_KNOWN).where(documents.c.id.in_(part))).mappings()
        known.update({row["id"]: row for row in rows})
    return known


def _known_again(
    connection: Connection, source: str, new: Sequence[Document], known: dict[str, RowMapping]
) -> list[Document]:
    """Return the documents, those under the id that they had before whose site gave them another one.

    The same address, author and words are the same post where the date is the same too, or says nothing: an article
    that is built anew each night carries the date of the night. Those found are added to `known`.
    """
    strange = {one.fingerprint for one in new if one.id not in known and one.fingerprint and one.url}
    there: dict[tuple[str, str, str], list[RowMapping]] = {}
    columns = (*_KNOWN, documents.c.native_id, documents.c.person, documents.c.url, documents.c.created_at)
    for part in in_slices(sorted(strange)):
        mine = sa.select(*columns).where(documents.c.fingerprint.in_(part), documents.c.source == source)
        for row in connection.execute(mine.order_by(documents.c.first_seen, documents.c.id)).mappings():
            there.setdefault((row["fingerprint"], row["url"], row["person"]), []).append(row)
    taken, found = {one.id for one in new}, list[Document]()
    for one in new:
        rows = [] if one.id in known else there.get((one.fingerprint, one.url, one.person), [])
        same = [row for row in rows if row["id"] not in taken and _same_moment(one, row)][:1]
        taken.update(row["id"] for row in same)
        known.update({row["id"]: row for row in same})
        found += [replace(one, id=row["id"], native_id=row["native_id"]) for row in same] or [one]
    return found


def _same_moment(document: Document, row: RowMapping) -> bool:
    built = document.kind is PostKind.BLOG and document.reply_to is None
    unknown = "first-seen" in (document.date_from, row["date_from"])
    return built or unknown or document.created_at == row["created_at"]


def _says_otherwise(document: Document, row: RowMapping) -> bool:
    if document.fingerprint or row["fingerprint"]:
        return bool(document.fingerprint != row["fingerprint"])
    return bool(document.text != row["text"])


def _insert(connection: Connection, new: Sequence[Document]) -> None:
    rows = [{**document_values(one), "state": "kept", "read_by": "", "near_of": None} for one in new]
    insert_new(connection, documents, rows)
    _insert_bands(connection, new)


def _insert_bands(connection: Connection, new: Sequence[Document]) -> None:
    columns: dict[str, list[str] | list[int]] = {
        "document_id": [one.id for one in new for _ in one.bands],
        "position": [position for one in new for position in range(len(one.bands))],
        "band": [band for one in new for band in one.bands],
    }
    insert_columns(connection, document_bands, columns)


def _rewrite(connection: Connection, changed: Sequence[Document], known: Mapping[str, RowMapping]) -> None:
    if not changed:
        return
    ids = [one.id for one in changed]
    touched = points_of_documents(connection, ids)
    for part in in_slices(ids):
        connection.execute(sa.delete(signals).where(signals.c.document_id.in_(part)))
        connection.execute(sa.delete(document_bands).where(document_bands.c.document_id.in_(part)))
    free_copies(connection, ids)
    stays = {"id", "source", "native_id", "created_at", "first_seen", "date_from"}
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


def _touch(connection: Connection, seen: Sequence[Document], known: Mapping[str, RowMapping]) -> None:
    """Bring likes, views, score and thread up to date: a moderator may move a post, and it is there again."""
    now = ("likes", "views", "thread", "metric", "score")
    rows = [{name: value for name, value in document_values(one).items() if name in now} for one in seen]
    news = [
        {"this": one.id, "absent": None, **row}
        for one, row in zip(seen, rows, strict=True)
        if known[one.id]["absent"] or any(known[one.id][name] != value for name, value in row.items())
    ]
    for part in in_slices(news):
        connection.execute(sa.update(documents).where(documents.c.id == sa.bindparam("this")), part)


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
