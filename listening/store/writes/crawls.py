"""Keeps what a visit brought: documents, cursor, validators and figures, all or nothing, and how the visit ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from listening.store.answers import Kept
from listening.store.engine import Store
from listening.store.statements import in_slices, insert_new, upsert
from listening.store.tables import crawls, documents, forgotten, sources, validators
from listening.store.writes.documents import keep_documents
from listening.store.writes.removals import withdraw
from listening.store.writes.visits import open_visit
from listening.types import Crawl, Document, Shown, Standing, Validator

MOST_WARNINGS = 20  # of one visit; what is more is like the others
LONG = 600  # characters of a text that count: one long post says nothing of the others
FIELDS: Mapping[str, Callable[[Document], bool]] = {
    "author": lambda one: bool(one.person),
    "date": lambda one: one.date_from != "first-seen",
    "title": lambda one: bool(one.title),
    "likes": lambda one: one.likes > 0,
    "views": lambda one: one.views > 0,
    "reply": lambda one: one.reply_to is not None,
}
FEW, SHARE = 2, 0.2  # so many posts of a thread, or such a share, may go at once where its pages alone say so


def keep_batch(
    store: Store,
    *,
    source: str,
    kind: str,
    documents: Sequence[Document],
    cursor: str,
    validators: Sequence[Validator],
    night: date,
    zone: str = "UTC",
    gone: Collection[str] = (),
    standing: Sequence[Standing] = (),
    shown: Sequence[Shown] = (),
    warnings: Sequence[str] = (),
) -> Kept:
    """Keep a batch with the cursor, validators and warnings that hold once it is kept, in one transaction.

    A known document with the same fingerprint only gets its likes, views and thread; with another text it becomes the
    next version and is read again: its signals go, its dates stay. A post whose site gives it another id each night is
    known by its address, author and fingerprint. People who asked to be forgotten are left out. What is `gone`
    (document ids) or no longer `standing` in its thread is removed with its signals and quotes. An empty `cursor`
    leaves the remembered one. `night` is a day in `zone`; which known posts the batch met on it is remembered.
    """
    with store.writing() as connection:
        _keep_source(connection, source, kind, cursor, night)
        _keep_validators(connection, source, validators)
        open_visit(connection, source, night)
        welcome = _welcome(connection, source, documents)
        kept = keep_documents(connection, source, welcome, night, zone)
        here = {one.id for one in documents}
        lost, doubts = _missing(connection, source, standing, night)
        taken = withdraw(connection, (set(gone) | lost) - here)
        kept += Kept(removed=taken.documents)
        warned = [*warnings, *doubts]
        _count_crawl(connection, source, night, kept, shown=shown, warnings=warned, told=_told(welcome))
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


# --- what is no longer there


def _missing(
    connection: Connection, source: str, standing: Sequence[Standing], night: date
) -> tuple[set[str], list[str]]:
    """Return the documents that their threads show no more and that may go now, and a sentence for each doubt."""
    lost, doubts = set[str](), list[str]()
    for claim in standing:
        columns = (documents.c.id, documents.c.native_id, documents.c.absent)
        mine = sa.select(*columns).where(documents.c.source == source, documents.c.thread == claim.thread)
        rows = connection.execute(mine).all()
        absent = [row for row in rows if row.native_id not in claim.native_ids]
        if claim.sure:
            lost.update(row.id for row in absent)
        elif claim.native_ids and len(absent) > max(FEW, SHARE * len(rows)):
            there = f"{len(rows) - len(absent)} of the {len(rows)} posts it had"
            doubts.append(f"thread {claim.thread} shows {there}, and none was removed -> look at its page")
        else:
            lost.update(row.id for row in absent if row.absent is not None and row.absent < night)
            _mark_absent(connection, [row.id for row in absent if row.absent is None], night)
            _mark_absent(connection, [row.id for row in rows if row.absent and row not in absent], None)
    return lost, doubts


def _mark_absent(connection: Connection, ids: Iterable[str], night: date | None) -> None:
    for part in in_slices(ids):
        connection.execute(sa.update(documents).where(documents.c.id.in_(part)).values(absent=night))


# --- the visit's row


def _told(new: Sequence[Document]) -> Counter[str]:
    """Count the posts, how many of them tell each field, and their characters; see Crawl."""
    counts = Counter[str](posts=len(new)) if new else Counter[str]()
    for one in new:
        counts["characters"] += min(len(one.text), LONG)
        counts.update(name for name, fits in FIELDS.items() if fits(one))
    return counts


def _count_crawl(
    connection: Connection,
    source: str,
    night: date,
    kept: Kept,
    *,
    shown: Sequence[Shown],
    warnings: Sequence[str],
    told: Mapping[str, int],
) -> None:
    """Add to tonight's figures; a visit that is already closed stays as it is unless something new came."""
    mine = sa.and_(crawls.c.source == source, crawls.c.night == night)
    _add_warnings(connection, mine, warnings)
    if not (kept.new or kept.changed or kept.removed):
        mine = sa.and_(mine, crawls.c.state == "running")
    before = connection.scalar(sa.select(crawls.c.told).where(mine)) if told else None
    both = Counter[str](before or {}) + Counter[str](told)
    connection.execute(
        sa.update(crawls)
        .where(mine)
        .values(
            state="running",
            seen=crawls.c.seen + kept.seen,
            new=crawls.c.new + kept.new,
            changed=crawls.c.changed + kept.changed,
            removed=crawls.c.removed + kept.removed,
            pages=crawls.c.pages + len(shown),
            shown=crawls.c.shown + sum(one.posts for one in shown),
            **({"told": dict(sorted(both.items()))} if told else {}),
        )
    )


def _add_warnings(connection: Connection, mine: sa.ColumnElement[bool], new: Sequence[str]) -> None:
    """Add what was not said yet: a batch and its warnings are kept together, so that a kill loses neither."""
    if not new:
        return
    known = list(connection.scalar(sa.select(crawls.c.warnings).where(mine)) or ())
    both = list(dict.fromkeys([*known, *new]))[: max(MOST_WARNINGS, len(known))]
    if both != known:
        connection.execute(sa.update(crawls).where(mine).values(warnings=both))


def keep_crawl(store: Store, crawl: Crawl) -> None:
    """Close tonight's visit: its end, seconds and error. The figures and warnings are those of `keep_batch`.

    A visit that is closed the same way already is left alone, so a second run changes nothing.
    """
    ending = {
        "state": crawl.state,
        "seconds": float(crawl.seconds),
        "error": crawl.error,
        "error_kind": crawl.error_kind,
    }
    mine = sa.and_(crawls.c.source == crawl.source, crawls.c.night == crawl.night)
    with store.writing() as connection:
        open_visit(connection, crawl.source, crawl.night)
        _add_warnings(connection, mine, crawl.warnings)
        other = sa.or_(crawls.c.state != crawl.state, crawls.c.error != crawl.error)
        connection.execute(sa.update(crawls).where(mine, other).values(ending))


def keep_notes(store: Store, source: str, notes: Sequence[str]) -> None:
    """Keep what a source's robots.txt says, as sentences; a source that was never read has no row and keeps none."""
    mine = sa.and_(sources.c.name == source, sources.c.notes != list(notes))
    with store.writing() as connection:
        connection.execute(sa.update(sources).where(mine).values(notes=list(notes)))
