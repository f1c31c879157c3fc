"""How a noun becomes a row and a row a noun."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from listening.store.statements import Row, in_slices
from listening.store.tables import document_bands, documents, pain_points, signals
from listening.types import (
    Crawl,
    Delivery,
    Document,
    Emergence,
    LedgerEntry,
    Membership,
    Pain,
    PainPoint,
    Passage,
    PointTicket,
    PostKind,
    Share,
    Signal,
    Span,
    Ticket,
)

_LARGEST = 2**63 - 1

# A person, or the document itself where nobody signed it.
who = sa.case((documents.c.person == "", documents.c.id), else_=documents.c.person)


def whole(number: int) -> int:
    """Return the number as a database can hold it: a site may claim any number of likes."""
    return max(-_LARGEST, min(int(number), _LARGEST))


def finite(number: float | None) -> float | None:
    """Return the number, None where it is none."""
    return number if number is not None and math.isfinite(number) else None


def document_values(document: Document) -> dict[str, object]:
    """Return a document's row, without its bands and its state."""
    return {
        "id": document.id,
        "source": document.source,
        "native_id": document.native_id,
        "kind": str(document.kind),
        "inside": document.kind.inside,
        "title": document.title,
        "text": document.text,
        "person": document.person,
        "created_at": document.created_at,
        "first_seen": document.first_seen,
        "date_from": document.date_from,
        "url": document.url,
        "thread": document.thread,
        "reply_to": document.reply_to,
        "likes": whole(document.likes),
        "views": whole(document.views),
        "metric": document.metric,
        "score": finite(document.score),
        "language": document.language,
        "fingerprint": document.fingerprint,
        "minhash": document.minhash,
        "near_of": document.near_of,
        "truncated": document.truncated,
        "version": document.version,
    }


def documents_of(connection: Connection, rows: Sequence[RowMapping]) -> list[Document]:
    """Return the rows' documents, with their bands."""
    bands: dict[str, list[str]] = {}
    table = document_bands
    for part in in_slices(row["id"] for row in rows):
        found = sa.select(table).where(table.c.document_id.in_(part)).order_by(table.c.document_id, table.c.position)
        for band in connection.execute(found).mappings():
            bands.setdefault(band["document_id"], []).append(band["band"])
    return [_document(row, tuple(bands.get(row["id"], ()))) for row in rows]


def _document(row: RowMapping, bands: tuple[str, ...]) -> Document:
    left_out = {"inside", "state", "read_by", "absent", "kind", "minhash"}
    plain = {column.name: row[column.name] for column in documents.c if column.name not in left_out}
    return Document(**plain, kind=PostKind(row["kind"]), minhash=bytes(row["minhash"]), bands=bands)


def signal_values(signal: Signal) -> Row:
    """Return a signal's row."""
    pain = signal.pain
    return {
        "id": signal.id,
        "document_id": signal.document_id,
        "position": signal.passage.index,
        "start": signal.passage.start,
        "end": signal.passage.end,
        "text": signal.passage.text,
        "probs": {
            "sentiment": dict(signal.sentiment),
            "pain": dict(pain),
            "signals": dict(signal.signals),
            "stage": dict(signal.stage),
        },
        "signals_on": signal.signals_on,
        "spans": [[span.signal, span.start, span.end] for span in signal.spans],
        "pain_label": signal.pain_label,
        "pain": pain.get("spoken", 0.0) + pain.get("unspoken", 0.0) if signal.voice is None else signal.voice,
        "unspoken": pain.get("unspoken", 0.0) > pain.get("spoken", 0.0),
        "mood": signal.sentiment.get("positive", 0.0) - signal.sentiment.get("negative", 0.0),
        "stage": signal.stage_label,
        "touchpoint": signal.touchpoint,
        "embedding": signal.embedding,
        "model": signal.model,
        "space": signal.space,
    }


def signal_of(row: RowMapping) -> Signal:
    """Return a row's signal."""
    probs = row["probs"]
    return Signal(
        id=row["id"],
        document_id=row["document_id"],
        passage=Passage(row["document_id"], row["position"], row["start"], row["end"], row["text"]),
        sentiment=probs["sentiment"],
        pain=probs["pain"],
        signals=probs["signals"],
        signals_on=tuple(row["signals_on"]),
        stage=probs["stage"],
        touchpoint=row["touchpoint"],
        spans=tuple(Span(*span) for span in row["spans"]),
        embedding=row["embedding"],
        model=row["model"],
        space=row["space"],
        voice=row["pain"],
    )


# What `pain_of` needs; the query joins signals with documents.
PAIN_COLUMNS = (
    signals.c.id.label("signal_id"),
    signals.c.document_id,
    who.label("who"),
    documents.c.source,
    documents.c.kind,
    documents.c.thread,
    signals.c.text,
    documents.c.created_at,
    signals.c.stage,
    signals.c.touchpoint,
    signals.c.unspoken,
    signals.c.pain,
    signals.c.embedding,
    signals.c.space,
    signals.c.start,
    signals.c.spans,
)


def pain_of(row: Mapping[Any, Any], *, elsewhere: bool = False) -> Pain:
    """Return a row's pain; `elsewhere` is known of it only where it waits for a place."""
    return Pain(
        signal_id=row["signal_id"],
        document_id=row["document_id"],
        person=row["who"],
        source=row["source"],
        kind=PostKind(row["kind"]),
        thread=f"{row['source']}:{row['thread']}" if row["thread"] else "",
        text=row["text"],
        created_at=row["created_at"],
        stage=row["stage"],
        touchpoint=row["touchpoint"],
        unspoken=row["unspoken"],
        pain=row["pain"],
        embedding=row["embedding"],
        space=row["space"],
        cues=_cues(row["text"], row["start"], row["spans"]),
        elsewhere=elsewhere,
    )


def _cues(text: str, start: int, spans: Collection[tuple[str, int, int]]) -> tuple[tuple[int, int], ...]:
    """Return the places in a passage that give a signal away; a span that is the whole passage points at nothing."""
    return tuple(sorted({(a - start, b - start) for _, a, b in spans if b - a < len(text)}))


_SHARES = ("stages", "touchpoints", "personas")
_POINT = tuple(column.name for column in pain_points.c)


def point_values(point: PainPoint) -> dict[str, object]:
    """Return a pain point's row."""
    return {column.name: getattr(point, column.name) for column in pain_points.c} | place_values(point)


def place_values(point: PainPoint) -> dict[str, object]:
    """Return where a pain point is felt and begins, who says so, and since when nobody does: what a night moves on."""
    names = ("stage", "touchpoint", "begins_stage", "begins_touchpoint", "faded")
    shares = {name: [[one.name, one.people] for one in getattr(point, name)] for name in _SHARES}
    return {name: getattr(point, name) for name in names} | shares


def point_of(row: Sequence[Any]) -> PainPoint:
    """Return the pain point of a row of all columns, in the table's order: a night reads thousands of them."""
    values = dict(zip(_POINT, row, strict=True))
    for name in _SHARES:
        values[name] = tuple([Share(*pair) for pair in values[name]])
    return PainPoint(**values | {"words": tuple(values["words"])})


def membership_values(membership: Membership) -> Row:
    """Return a membership's row."""
    return {
        "signal_id": membership.signal_id,
        "pain_point_id": membership.pain_point_id,
        "night": membership.night,
        "score": float(membership.score),
    }


def ledger_values(entry: LedgerEntry) -> Row:
    """Return a ledger line's row; `key` makes a line that is written twice stand once."""
    parts = (
        entry.at.isoformat(),
        entry.who,
        entry.what,
        entry.pain_point_id,
        entry.other_id,
        entry.detail,
        entry.model,
    )
    joined = "\0".join(parts).encode("utf-8", "replace")
    return {
        "key": blake2b(joined, digest_size=12).hexdigest(),
        "at": entry.at,
        "who": entry.who,
        "what": entry.what,
        "pain_point_id": entry.pain_point_id,
        "other_id": entry.other_id,
        "detail": entry.detail,
        "model": entry.model,
    }


def ledger_of(row: RowMapping) -> LedgerEntry:
    """Return a row's ledger line."""
    return LedgerEntry(**{key: value for key, value in row.items() if key not in ("id", "key")})


def emergence_values(emergence: Emergence) -> Row:
    """Return an emergence's row."""
    return {
        "pain_point_id": emergence.pain_point_id,
        "night": emergence.night,
        "kind": emergence.kind,
        "people": int(emergence.people),
        "expected": float(emergence.expected),
        "low": float(emergence.low),
        "high": float(emergence.high),
        "surprise": float(emergence.surprise),
        "sentence": emergence.sentence,
    }


def emergence_of(row: RowMapping) -> Emergence:
    """Return a row's emergence."""
    return Emergence(**dict(row))


def delivery_of(row: Mapping[Any, Any]) -> Delivery:
    """Return a row's delivery."""
    detail = {name: str(value) for name, value in row["payload"].items() if name != "at"}
    names = ("id", "channel", "event", "pain_point_id", "state", "tries", "next_try", "last_error")
    at = datetime.fromisoformat(row["payload"]["at"])
    return Delivery(**{name: row[name] for name in names}, detail=detail, at=at)


def ticket_of(row: RowMapping) -> PointTicket:
    """Return a row's ticket."""
    ticket = Ticket(row["key"], row["url"], row["state"])
    return PointTicket(row["pain_point_id"], row["system"], row["project"], ticket, row["checked_at"])


def crawl_of(row: RowMapping) -> Crawl:
    """Return a row's crawl."""
    return Crawl(**{**row, "warnings": tuple(row["warnings"])})
