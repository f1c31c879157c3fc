"""Keeps what was heard in documents; a passage that a newer model reads again keeps its id, place and history."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from listening.store.engine import Store
from listening.store.rows import signal_values
from listening.store.statements import in_slices, upsert
from listening.store.tables import documents, memberships, pain_points, signals
from listening.store.writes.counting import points_of_signals, recount
from listening.types import PainPoint, Reading, Signal

OVERLAP = 0.5  # of the shorter one: two passages that share so much are one


@dataclass(frozen=True, slots=True)
class Known:
    """A passage that is stored: its id, its place in the document, and whether it has a pain point."""

    id: str
    start: int
    end: int
    placed: bool = False


def keep_readings(store: Store, readings: Sequence[Reading]) -> None:
    """Keep the readings and mark their documents as read by that model.

    A passage that was heard before keeps its id, and with it its pain point and what people decided of it, whatever
    model hears it now; see `keep_ids`. What is no passage any more goes. A document that is gone, or whose text changed
    since it was handed out, is skipped: the next night reads it.
    """
    with store.writing() as connection:
        for part in in_slices({one.document_id: one for one in readings}.values()):
            _keep(connection, part)


def _keep(connection: Connection, readings: Sequence[Reading]) -> None:
    ids = [one.document_id for one in readings]
    ready = sa.select(documents.c.id).where(documents.c.id.in_(ids), documents.c.state.in_(["clean", "read"]))
    waiting = set(connection.scalars(ready))
    readings = [one for one in readings if one.document_id in waiting]
    known = _known(connection, waiting)
    heard = [signal for one in readings for signal in keep_ids(one.signals, known.get(one.document_id, ()))]
    stays = {one.id for one in heard}
    _drop(connection, [one.id for places in known.values() for one in places if one.id not in stays])
    upsert(connection, signals, [signal_values(one) for one in heard])
    rows = [{"this": one.document_id, "lang": one.language, "by": one.model} for one in readings]
    if rows:
        mine = sa.update(documents).where(documents.c.id == sa.bindparam("this"))
        change = mine.values(language=sa.bindparam("lang"), read_by=sa.bindparam("by"), state="read")
        connection.execute(change, rows)


def _known(connection: Connection, document_ids: Collection[str]) -> dict[str, list[Known]]:
    placed = sa.exists().where(memberships.c.signal_id == signals.c.id)
    columns = (signals.c.document_id, signals.c.id, signals.c.start, signals.c.end, placed)
    rows = connection.execute(sa.select(*columns).where(signals.c.document_id.in_(document_ids)))
    found: dict[str, list[Known]] = {}
    for document_id, *place in rows:
        found.setdefault(document_id, []).append(Known(*place))
    return found


def keep_ids(heard: Sequence[Signal], known: Sequence[Known]) -> list[Signal]:
    """Give each passage of a document the id of the one that was heard at its place before.

    First those over the same characters, then, where a newer splitter cuts otherwise, those that share at least half of
    the shorter one: those with a pain point before others, the largest share first. The others keep their own, or get
    another one where that is taken.
    """
    old = {(one.start, one.end): one for one in known}
    ids = {
        row: old.pop(place).id
        for row, one in enumerate(heard)
        if (place := (one.passage.start, one.passage.end)) in old
    }
    taken = {one.id for one in known}
    for _, _, row, place in sorted(_overlaps(heard, ids, old)):
        if row not in ids and place in old:
            ids[row] = old.pop(place).id
    return [replace(one, id=ids[row]) if row in ids else _fresh(one, taken) for row, one in enumerate(heard)]


def _overlaps(
    heard: Sequence[Signal], done: Collection[int], old: Mapping[tuple[int, int], Known]
) -> list[tuple[bool, int, int, tuple[int, int]]]:
    """List (without a pain point; characters shared, counted down; row; place) of those that share enough."""
    found = []
    for row, one in enumerate(heard):
        for (start, end), before in old.items() if row not in done else ():
            shared = min(end, one.passage.end) - max(start, one.passage.start)
            if shared > 0 and shared >= OVERLAP * min(end - start, one.passage.end - one.passage.start):
                found.append((not before.placed, -shared, row, (start, end)))
    return found


def _fresh(signal: Signal, taken: Collection[str]) -> Signal:
    name = signal.id
    while name in taken:
        name = "s" + blake2b(f"{name}\0again".encode(), digest_size=10).hexdigest()
    return replace(signal, id=name)


def _drop(connection: Connection, gone: Sequence[str]) -> None:
    touched = points_of_signals(connection, gone)
    for part in in_slices(gone):
        connection.execute(sa.delete(signals).where(signals.c.id.in_(part)))
    recount(connection, touched)


def read_anew(store: Store, sources: Collection[str]) -> int:
    """Let what was read of these sources be read again, as if another model had; returns how many documents."""
    mine = sa.update(documents).where(documents.c.source.in_(sources), documents.c.state == "read")
    with store.writing() as connection:
        return connection.execute(mine.values(read_by="")).rowcount


def read_anew_of(store: Store, people: Collection[str]) -> int:
    """Let what was read of these people be read again, as `read_anew` does; returns how many documents."""
    mine = sa.update(documents).where(documents.c.person.in_(people), documents.c.state == "read")
    with store.writing() as connection:
        return connection.execute(mine.where(store.hears(documents.c.source)).values(read_by="")).rowcount


def recentre(store: Store, points: Sequence[PainPoint]) -> None:
    """Keep centres made from new embeddings, with the space they lie in; nothing else of a pain point moves."""
    with store.writing() as connection:
        for one in points:
            mine = sa.update(pain_points).where(pain_points.c.id == one.id)
            connection.execute(mine.values(centroid=one.centroid, space=one.space))
