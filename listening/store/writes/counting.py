"""Keeps the figures of a pain point true: its size and people are those of the passages stored now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from listening.store.rows import who
from listening.store.statements import in_slices
from listening.store.tables import documents, memberships, pain_points, signals
from listening.types import Membership

_members = memberships.join(signals, signals.c.id == memberships.c.signal_id).join(
    documents, documents.c.id == signals.c.document_id
)


def points_of_documents(connection: Connection, document_ids: Collection[str]) -> set[str]:
    """Return the pain points that have passages of these documents."""
    found: set[str] = set()
    for part in in_slices(document_ids):
        joined = sa.select(memberships.c.pain_point_id).join(signals, signals.c.id == memberships.c.signal_id)
        found.update(connection.scalars(joined.where(signals.c.document_id.in_(part)).distinct()))
    return found


def points_of_signals(connection: Connection, signal_ids: Collection[str]) -> set[str]:
    """Return the pain points that these passages belong to."""
    found: set[str] = set()
    for part in in_slices(signal_ids):
        found.update(
            connection.scalars(sa.select(memberships.c.pain_point_id).where(memberships.c.signal_id.in_(part)))
        )
    return found


def recount(connection: Connection, point_ids: Collection[str]) -> None:
    """Count the passages and the distinct people (inside and outside) of these pain points again."""
    mine = memberships.c.pain_point_id == pain_points.c.id
    size = sa.select(sa.func.count()).select_from(memberships).where(mine)
    people = sa.select(sa.func.count(sa.distinct(who))).select_from(_members).where(mine)
    for part in in_slices(sorted(point_ids)):
        here = sa.update(pain_points).where(pain_points.c.id.in_(part))
        connection.execute(
            here.values(
                size=size.correlate(pain_points).scalar_subquery(),
                people=people.correlate(pain_points).scalar_subquery(),
            )
        )


def count_new(connection: Connection, members: Collection[Membership]) -> None:
    """Add to the figures of pain points what new members bring: passages, and people not known there yet.

    A night asks this of pain points with thousands of passages, so only the new ones and their people are looked up.
    """
    told = _tellers(connection, signals.c.id, {one.signal_id for one in members})
    new = {signal for signal, *_ in told}
    homes = sorted({point for _, point, *_ in told})
    people = {person for *_, person, _ in told if person}
    nameless = {document for *_, person, document in told if not person}
    known = {
        (point, person or document)
        for column, values in ((documents.c.person, people), (documents.c.id, nameless))
        for signal, point, person, document in _tellers(connection, column, values)
        if signal not in new
    }
    came = {(point, person or document) for _, point, person, document in told} - known
    passages, heads = Counter(point for _, point, *_ in told), Counter(point for point, _ in came)
    if homes:
        mine = sa.update(pain_points).where(pain_points.c.id == sa.bindparam("point"))
        more = mine.values(
            size=pain_points.c.size + sa.bindparam("passages"), people=pain_points.c.people + sa.bindparam("heads")
        )
        rows = [{"point": one, "passages": passages[one], "heads": heads[one]} for one in homes]
        connection.execute(more, rows)


def _tellers(
    connection: Connection, column: sa.ColumnElement[str], values: Collection[str]
) -> list[tuple[str, str, str, str]]:
    """Return signal, pain point, person and document of the members with these values."""
    told = sa.select(memberships.c.signal_id, memberships.c.pain_point_id, documents.c.person, documents.c.id)
    told = told.select_from(_members)
    return [
        (signal, point, person, document)
        for part in in_slices(sorted(values))
        for signal, point, person, document in connection.execute(told.where(column.in_(part)))
    ]
