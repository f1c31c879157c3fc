"""The store as plain rows for other programs. The field names are a contract: they are added to, never renamed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from listening.errors import InputError
from listening.store.engine import Store
from listening.store.reads.points import in_points
from listening.store.tables import alerts, documents, ledger, memberships, pain_points, signals
from listening.types import PAINS, SENTIMENTS, SIGNALS

Cell = str | int | float | None
Cells = dict[str, Cell]

_MANY = 1000  # rows fetched at a time

_POSTS = (
    "id",
    "source",
    "native_id",
    "kind",
    "title",
    "text",
    "person",
    "created_at",
    "first_seen",
    "date_from",
    "url",
    "thread",
    "reply_to",
    "likes",
    "views",
    "metric",
    "score",
    "language",
    "near_of",
    "version",
)
_POINTS = (
    "id",
    "map",
    "name",
    "named_by",
    "stage",
    "touchpoint",
    "status",
    "born",
    "last_seen",
    "size",
    "people",
    "owner",
    "department",
    "importance",
    "cost",
    "ease",
    "muted_until",
    "resolved_on",
    "merged_into",
)
_ASSIGNMENTS = (
    "id",
    "map",
    "name",
    "owner",
    "department",
    "status",
    "importance",
    "cost",
    "ease",
    "resolved_on",
    "muted_until",
)
_HISTORY = ("at", "who", "what", "pain_point_id", "other_id", "detail", "model")


def export_rows(store: Store, what: str) -> Iterator[Mapping[str, Cell]]:
    """Yield the rows of `what` in a fixed order: flat cells, dates as ISO text, lists joined by a blank.

    posts:       id, source, native_id, kind, title, text, person (pseudonym), created_at, first_seen, date_from, url,
                 thread, reply_to, likes, views, metric, score, language, near_of, version
    signals:     id, document_id, position, start, end, text, sentiment, sentiment_<label>, pain, pain_<label>,
                 signals_on, <signal> for each of the nine, stage, stage_probability, touchpoint, model
    pain-points: id, map, name, named_by, stage, touchpoint, status, born, last_seen, size, people, owner, department,
                 importance, cost, ease, muted_until, resolved_on, merged_into, words
    members:     pain_point_id, signal_id, document_id, night, score, person, source, created_at, text
    assignments: id, map, name, owner, department, status, importance, cost, ease, resolved_on, muted_until
                 of the pain points that have an owner or a department
    alerts:      id, owner, email, map, night, state, tries, sent_at, last_error, pain_points, channel
    history:     at, who, what, pain_point_id, other_id, detail, model

    Raises `InputError` for another word.
    """
    if what not in EXPORTS:
        raise InputError(f"there is nothing called {what} to export", f"use one of {', '.join(EXPORTS)}")
    return _stream(store, *EXPORTS[what])


def _stream(
    store: Store, query: Callable[[], sa.Select[tuple[object, ...]]], shape: Callable[[RowMapping], Cells]
) -> Iterator[Cells]:
    # The result is closed too where the reader of the rows stops midway.
    with store.reading() as connection, connection.execution_options(yield_per=_MANY).execute(query()) as result:
        for row in result.mappings():
            yield shape(row)


def _cell(value: object) -> Cell:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return " ".join(str(one) for one in value)
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _flat(row: RowMapping) -> Cells:
    return {name: _cell(value) for name, value in row.items()}


def _signal(row: RowMapping) -> Cells:
    probs, stage = row["probs"], row["stage"]
    return {
        **{name: row[name] for name in ("id", "document_id", "position", "start", "end", "text")},
        "sentiment": max(probs["sentiment"], key=probs["sentiment"].__getitem__),
        **{f"sentiment_{label}": probs["sentiment"].get(label) for label in SENTIMENTS},
        "pain": row["pain_label"],
        **{f"pain_{label}": probs["pain"].get(label) for label in PAINS},
        "signals_on": _cell(row["signals_on"]),
        **{label: probs["signals"].get(label) for label in SIGNALS},
        "stage": stage,
        "stage_probability": probs["stage"].get(stage),
        "touchpoint": row["touchpoint"],
        "model": row["model"],
    }


def _alert(row: RowMapping) -> Cells:
    payload = row["payload"]
    own = ("map", "night", "state", "tries", "sent_at", "last_error")
    return {
        "id": row["id"],
        "owner": row["owner"],
        "email": payload["owner"]["email"],
        **{name: _cell(row[name]) for name in own},
        "pain_points": " ".join(item["pain_point_id"] for item in payload["items"]),
        "channel": row["channel"].partition(" ")[0],  # never the address: it may hold a key
    }


def _select_posts() -> sa.Select[tuple[object, ...]]:
    columns = (documents.c[name] for name in _POSTS)
    return sa.select(*columns).order_by(documents.c.created_at, documents.c.id)


def _select_signals() -> sa.Select[tuple[object, ...]]:
    columns = (column for column in signals.c if column.name != "embedding")
    return sa.select(*columns).order_by(signals.c.document_id, signals.c.position)


def _select_points() -> sa.Select[tuple[object, ...]]:
    columns = (pain_points.c[name] for name in (*_POINTS, "words"))
    return sa.select(*columns).order_by(pain_points.c.born, pain_points.c.id)


def _select_assignments() -> sa.Select[tuple[object, ...]]:
    owned = sa.or_(pain_points.c.owner != "", pain_points.c.department != "")
    columns = (pain_points.c[name] for name in _ASSIGNMENTS)
    return sa.select(*columns).where(owned).order_by(pain_points.c.born, pain_points.c.id)


def _select_members() -> sa.Select[tuple[object, ...]]:
    own = (memberships.c.pain_point_id, memberships.c.signal_id, signals.c.document_id, memberships.c.night)
    rest = (memberships.c.score, documents.c.person, documents.c.source, documents.c.created_at, signals.c.text)
    chosen = sa.select(*own, *rest).select_from(in_points)
    return chosen.order_by(memberships.c.pain_point_id, documents.c.created_at, memberships.c.signal_id)


def _select_alerts() -> sa.Select[tuple[object, ...]]:
    return sa.select(alerts).order_by(alerts.c.night, alerts.c.owner, alerts.c.id)


def _select_history() -> sa.Select[tuple[object, ...]]:
    return sa.select(*(ledger.c[name] for name in _HISTORY)).order_by(ledger.c.id)


EXPORTS: Mapping[str, tuple[Callable[[], sa.Select[tuple[object, ...]]], Callable[[RowMapping], Cells]]] = {
    "posts": (_select_posts, _flat),
    "signals": (_select_signals, _signal),
    "pain-points": (_select_points, _flat),
    "members": (_select_members, _flat),
    "assignments": (_select_assignments, _flat),
    "alerts": (_select_alerts, _alert),
    "history": (_select_history, _flat),
}
