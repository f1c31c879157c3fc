"""Keeps the packs of days that are over, and lets go of those that hold what we must forget."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from listening.store.engine import Store
from listening.store.report_payload import report_json, report_of
from listening.store.statements import upsert
from listening.store.tables_review import packs
from listening.types import Report


def keep_pack(store: Store, report: Report, *, now: datetime) -> None:
    """Keep a report under its map and period, in the place of an earlier one; quotes without who wrote them."""
    rows = tuple(
        replace(row, quotes=tuple(replace(one, person="") for one in row.quotes)) for row in report.pain_points
    )
    with store.writing() as connection:
        upsert(connection, packs, [_values(replace(report, pain_points=rows), now)])


def _values(report: Report, now: datetime) -> dict[str, object]:
    named = {row.id for row in report.pain_points} | {one.pain_point_id for one in report.changes}
    return {
        "map": report.map,
        "since": report.since,
        "until": report.until,
        "kept_at": now,
        "documents": sorted({quote.document_id for row in report.pain_points for quote in row.quotes}),
        "pain_points": sorted(named),
        "payload": report_json(report),
    }


def drop_packs(connection: Connection, document_ids: Collection[str], point_ids: Collection[str]) -> None:
    """Drop the packs that quote one of these documents or name one of these pain points: they are made anew."""
    gone, renamed = set(document_ids), set(point_ids)
    columns = (packs.c.map, packs.c.since, packs.c.until, packs.c.documents, packs.c.pain_points)
    for row in connection.execute(sa.select(*columns)).all():
        if not gone.isdisjoint(row.documents) or not renamed.isdisjoint(row.pain_points):
            mine = packs.c.map == row.map, packs.c.since == row.since, packs.c.until == row.until
            connection.execute(sa.delete(packs).where(*mine))


def unquote_packs(connection: Connection, document_ids: Iterable[str]) -> None:
    """Take the quotes from these documents out of the kept packs; all their numbers stay."""
    gone = set(document_ids)
    for row in connection.execute(sa.select(packs)).all() if gone else ():
        if gone.isdisjoint(row.documents):
            continue
        report = report_of(row.payload)
        left = tuple(
            replace(one, quotes=tuple(quote for quote in one.quotes if quote.document_id not in gone))
            for one in report.pain_points
        )
        upsert(connection, packs, [_values(replace(report, pain_points=left), row.kept_at)])
