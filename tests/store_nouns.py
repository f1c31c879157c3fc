"""The nouns that the store's tests are told in, each made in a few words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import sqlalchemy as sa

from listening.store import Store, writes
from listening.types import (
    Alert,
    AlertItem,
    Document,
    Emergence,
    LedgerEntry,
    Membership,
    Owner,
    PainPoint,
    Passage,
    PostKind,
    Quote,
    Reading,
    Signal,
    Span,
    Vector,
)

NIGHT = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


def at(day: int, hour: int = 12) -> datetime:
    """Day 0 is the night of all tests."""
    return datetime(2026, 3, 10, hour, tzinfo=UTC) + timedelta(days=day)


def vector(seed: int) -> Vector:
    """Return an embedding of length one."""
    numbers = np.random.default_rng(seed).normal(size=8).astype(np.float32)
    return numbers / np.float32(np.linalg.norm(numbers))


def document(name: str, text: str = "", *, day: int = 0, person: str | None = None, **more: object) -> Document:
    """Return a document; its words, author and fingerprint come from its name unless given."""
    text = text or f"words of {name}"
    values: dict[str, object] = {
        "id": name,
        "source": "yard",
        "native_id": name,
        "kind": PostKind.FORUM,
        "title": "",
        "text": text,
        "person": f"p-{name}" if person is None else person,
        "created_at": at(day),
        "first_seen": NOW,
        "url": f"https://yard.test/{name}",
        "fingerprint": f"f:{text}",
        "minhash": b"\x00\x01\xff",
        "bands": (f"b:{text}", "b2"),
    }
    return Document(**{**values, **more})  # type: ignore[arg-type]  # a table of fields, checked by the tests that use it


def signal(document_id: str, index: int = 0, *, pain: str = "unspoken", **more: object) -> Signal:
    """Return a signal of a passage: `pain` is the label with .8."""
    probs = {label: (0.8 if label == pain else 0.1) for label in ("none", "spoken", "unspoken")}
    values: dict[str, object] = {
        "id": f"s-{document_id}-{index}",
        "document_id": document_id,
        "passage": Passage(document_id, index, index * 10, index * 10 + 9, f"passage {index} of {document_id}"),
        "sentiment": {"negative": 0.6, "neutral": 0.3, "positive": 0.1},
        "pain": probs,
        "signals": {"workaround": 0.9, "effort": 0.2},
        "signals_on": ("workaround",),
        "stage": {"use": 0.7, "none": 0.3},
        "touchpoint": "rain_cover",
        "spans": (Span("workaround", 0, 4),),
        "embedding": vector(index),
        "model": "reader.v1",
        "voice": 1 - probs["none"],
    }
    return Signal(**{**values, **more})  # type: ignore[arg-type]  # a table of fields, as above


def reading(document_id: str, *signals: Signal, model: str = "reader.v1") -> Reading:
    """Return a reading in English."""
    return Reading(document_id=document_id, language="en", readable=True, signals=signals, model=model)


def pain_point(point_id: str = "pp-1", **more: object) -> PainPoint:
    """Return a pain point of the map "bikes"."""
    values: dict[str, object] = {
        "id": point_id,
        "map": "bikes",
        "name": "the cover drips",
        "named_by": "",
        "stage": "use",
        "touchpoint": "rain_cover",
        "status": "open",
        "born": NIGHT,
        "last_seen": NIGHT,
        "centroid": vector(99),
        "size": 0,
        "words": ("drips", "seam"),
    }
    return PainPoint(**{**values, **more})  # type: ignore[arg-type]  # a table of fields, as above


def entry(what: str = "born", point: str = "pp-1", **more: str) -> LedgerEntry:
    """Return a line of the ledger."""
    return LedgerEntry(at=NOW, who="listening", what=what, pain_point_id=point, **more)


def emergence(point: str = "pp-1", night: date = NIGHT, kind: str = "new") -> Emergence:
    """Return an emergence."""
    return Emergence(point, night, kind, 5, 0.5, 0.1, 1.5, 3.25, f"{kind} on {night}")


def alert(name: str = "a-1", owner: str = "ann", night: date = NIGHT, quoted: str = "d1") -> Alert:
    """Return an alert that quotes one document."""
    quote = Quote(quoted, f"secret words of {quoted}", "yard", "https://yard.test/1", at(0), 3, f"p-{quoted}")
    item = AlertItem("pp-1", "the cover drips", "use", "rain_cover", emergence(night=night), (quote,), (0, 1, 4))
    return Alert(name, Owner(owner, owner.title(), f"{owner}@house.test", "product"), night, (item,), ("board down",))


def keep(store: Store, *documents: Document, source: str = "yard", night: date = NIGHT, **more: object) -> None:
    """Keep a batch of one source."""
    values: dict[str, object] = {"kind": "forum", "cursor": "", "validators": (), **more}
    writes.keep_batch(store, source=source, documents=documents, night=night, **values)  # type: ignore[arg-type]  # as above


def place(store: Store, point: PainPoint, *signal_ids: str, score: float = 0.9) -> None:
    """Bear a pain point with these members."""
    members = [Membership(one, point.id, NIGHT, score) for one in signal_ids]
    writes.keep_placement(store, (), [(point, members)], (), [entry(point=point.id)])


def told(store: Store, *documents: Document, point: PainPoint | None = None, **more: object) -> None:
    """Keep documents, each read as one pain, all in one pain point where one is given."""
    keep(store, *documents, **more)
    ids = [one.id for one in documents]
    writes.mark_clean(store, ids, {})
    writes.keep_readings(store, [reading(one, signal(one)) for one in ids])
    if point is not None:
        place(store, point, *(f"s-{one}-0" for one in ids))


def rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of all tables, to see that nothing changed."""
    from listening.store.tables import metadata  # noqa: PLC0415  only this needs it

    with store.reading() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(sa.select(*map(_plain, table.c)))), key=repr)
            for name, table in metadata.tables.items()
        }


def _plain(column: sa.Column[object]) -> sa.ColumnElement[object]:
    """Read bytes as bytes: vectors do not compare with ==."""
    return sa.type_coerce(column, sa.LargeBinary) if column.name in ("embedding", "centroid") else column
