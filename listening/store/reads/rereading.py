"""What a newer model should read again, what no model could read, and what people corrected."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from listening.store.engine import Store
from listening.store.reads.points import in_points
from listening.store.statements import in_slices
from listening.store.tables import apart, documents, memberships, pain_points, signals
from listening.types import Text


def outdated_readings(store: Store, model: str, limit: int | None = None) -> list[str]:
    """Return the ids of documents that another model than this one has read, newest first."""
    other = sa.or_(documents.c.read_by < model, documents.c.read_by > model)  # "not equal" would use no index
    read = sa.select(documents.c.id).where(other, documents.c.state == "read", documents.c.near_of.is_(None))
    read = read.where(store.hears(documents.c.source))
    with store.reading() as connection:
        newest = read.order_by(documents.c.created_at.desc(), documents.c.id.desc())
        return list(connection.scalars(newest.limit(limit)))


def outdated_members(store: Store, space: str, model: str, *, each: int) -> list[str]:
    """Return the documents, not read by `model`, of the newest `each` passages of each pain point of another space."""
    columns = (documents.c.id, documents.c.read_by, documents.c.created_at)
    newest = sa.func.row_number().over(
        partition_by=memberships.c.pain_point_id, order_by=(documents.c.created_at.desc(), signals.c.id.desc())
    )
    inner = sa.select(*columns, newest.label("rank")).select_from(
        in_points.join(pain_points, pain_points.c.id == memberships.c.pain_point_id)
    )
    inner = inner.where(
        pain_points.c.space != space, pain_points.c.merged_into.is_(None), store.hears(documents.c.source)
    )
    ranked = inner.subquery()
    wanted = sa.select(ranked.c.id, ranked.c.created_at).distinct()
    wanted = wanted.where(ranked.c.rank <= each, ranked.c.read_by != model)
    with store.reading() as connection:
        return list(connection.scalars(wanted.order_by(ranked.c.created_at.desc(), ranked.c.id.desc())))


def texts_of(store: Store, document_ids: Collection[str]) -> list[Text]:
    """Return the texts of these documents as they are now, in the order of the ids; unknown ones are left out."""
    found: dict[str, Text] = {}
    with store.reading() as connection:
        for part in in_slices(document_ids):
            rows = connection.execute(sa.select(documents.c.id, documents.c.text).where(documents.c.id.in_(part)))
            found.update({row[0]: Text(*row) for row in rows})
    return [found[one] for one in document_ids if one in found]


def written_by(store: Store, people: Collection[str], among: Collection[str] | None = None) -> frozenset[str]:
    """Return the ids of the documents that these people wrote, of all that the map in hand hears or `among` some."""
    mine = sa.select(documents.c.id).where(documents.c.person.in_(people), store.hears(documents.c.source))
    with store.reading() as connection:
        if among is None:
            return frozenset(connection.scalars(mine))
        parts = in_slices(sorted(among))
        return frozenset(one for part in parts for one in connection.scalars(mine.where(documents.c.id.in_(part))))


def unread(store: Store) -> dict[str, int]:
    """Count the documents in which nothing could be heard, by language, the commonest first; "und" has no letters."""
    heard = sa.exists().where(signals.c.document_id == documents.c.id)
    silent = sa.select(documents.c.language, sa.func.count().label("count")).group_by(documents.c.language)
    silent = silent.where(documents.c.state == "read", documents.c.near_of.is_(None), ~heard)
    with store.reading() as connection:
        rows = connection.execute(silent.order_by(sa.desc("count"), documents.c.language))
        return {language: count for language, count in rows}  # noqa: C416 - dict() does not take SQLAlchemy's rows for mypy


def corrected(store: Store, map_id: str, *, limit: int) -> list[tuple[str, str]]:
    """Return (touchpoint, passage) where people took a passage out of one pain point and it lies in another one now.

    At most `limit`, those of the newest documents; in order of their ids, so that the same store gives the same.
    """
    moved = in_points.join(apart, apart.c.signal_id == signals.c.id).join(
        pain_points, pain_points.c.id == memberships.c.pain_point_id
    )
    columns = (signals.c.id, pain_points.c.touchpoint, signals.c.text, documents.c.created_at)
    wanted = sa.select(*columns).select_from(moved).distinct()
    wanted = wanted.where(pain_points.c.map == map_id, pain_points.c.touchpoint.is_not(None))
    wanted = wanted.where(apart.c.pain_point_id != pain_points.c.id)
    newest = wanted.order_by(documents.c.created_at.desc(), signals.c.id).limit(limit)
    with store.reading() as connection:
        return [(row.touchpoint, row.text) for row in sorted(connection.execute(newest), key=lambda row: str(row.id))]
