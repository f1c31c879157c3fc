"""Pain points as the board lists them: where they stand, without their vectors, and what is news in them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from listening.store.engine import Store
from listening.store.statements import in_slices
from listening.store.tables import emergences, memberships, pain_points, signals
from listening.types import Emergence, PainPoint, Spot, Stand

CARD = tuple(column for column in pain_points.c if column.name not in ("centroid", "words"))
_NO_VECTOR = np.zeros(0, dtype=np.float32)


def light(row: RowMapping) -> PainPoint:
    """Return a row's pain point without centroid and words, which no list shows."""
    return PainPoint(**{**row, "centroid": _NO_VECTOR, "words": ()})


def card_points(store: Store, map_id: str, *, states: Collection[str]) -> list[PainPoint]:
    """Return a map's pain points in these states without centroid and words, those of most people first."""
    point = pain_points.c
    mine = sa.select(*CARD).where(point.map == map_id, point.status.in_(sorted(states)), point.merged_into.is_(None))
    with store.reading() as connection:
        rows = connection.execute(mine.order_by(point.people.desc(), point.id)).mappings()
        return [light(row) for row in rows]


def stands(store: Store, map_id: str) -> list[Stand]:
    """Return how each of a map's pain points stands, merged ones too."""
    point = pain_points.c
    mine = sa.select(point.id, point.name, point.status, point.born, point.merged_into).where(point.map == map_id)
    with store.reading() as connection:
        rows = connection.execute(mine.order_by(point.id)).all()  # at once: one by one costs twice as much
    return [Stand(name, words, status, born, merged or "") for name, words, status, born, merged in rows]


def spots(
    store: Store, map_id: str, *, states: Collection[str], owner: str = "", unowned: bool = False, persona: str = ""
) -> list[Spot]:
    """Return where a map's pain points in these states stand, those of most people first.

    With `persona` only those that somebody of that persona told.
    """
    point = pain_points.c
    columns = [point.id, point.stage, point.touchpoint, point.muted_until]
    mine = sa.select(*columns, point.personas) if persona else sa.select(*columns)  # its JSON costs more than all else
    mine = mine.where(point.map == map_id, point.status.in_(sorted(states)), point.merged_into.is_(None))
    mine = mine.where(point.owner == owner) if owner else mine
    mine = mine.where(point.owner == "") if unowned else mine
    with store.reading() as connection:
        rows = connection.execute(mine.order_by(point.people.desc(), point.id)).all()
        return [
            Spot(row[0], row[1], row[2] or "", row[3])
            for row in rows
            if not persona or persona in {name for name, _ in row[4]}
        ]


def cards_of(store: Store, point_ids: Collection[str]) -> dict[str, PainPoint]:
    """Return these pain points by id, without centroid and words."""
    found: dict[str, PainPoint] = {}
    with store.reading() as connection:
        for part in in_slices(sorted(set(point_ids))):
            rows = connection.execute(sa.select(*CARD).where(pain_points.c.id.in_(part))).mappings()
            found.update({row["id"]: light(row) for row in rows})
    return found


def rated_points(store: Store, map_id: str, *, states: Collection[str]) -> list[PainPoint]:
    """Return a map's pain points in these states that have all three ratings, without centroid and words."""
    point = pain_points.c
    mine = sa.select(*CARD).where(point.map == map_id, point.status.in_(sorted(states)), point.merged_into.is_(None))
    mine = mine.where(point.importance.is_not(None), point.cost.is_not(None), point.ease.is_not(None))
    with store.reading() as connection:
        return [light(row) for row in connection.execute(mine.order_by(point.id)).mappings()]


def latest_news(store: Store, map_id: str, *, since: date) -> dict[str, Emergence]:
    """Return the latest emergence since a day of each of a map's pain points that had one."""
    table = emergences
    recent = sa.select(table).join(pain_points, pain_points.c.id == table.c.pain_point_id)
    recent = recent.where(table.c.night >= since, pain_points.c.map == map_id).order_by(table.c.night, table.c.kind)
    with store.reading() as connection:
        return {row["pain_point_id"]: Emergence(**row) for row in connection.execute(recent).mappings()}


def unspoken_shares(store: Store, point_ids: Collection[str]) -> dict[str, float]:
    """Return the share of each pain point's passages that do not complain aloud."""
    point, quiet = memberships.c.pain_point_id, sa.case((signals.c.unspoken, 1.0), else_=0.0)
    share = sa.select(point, sa.func.avg(quiet)).join(signals, signals.c.id == memberships.c.signal_id)
    found: dict[str, float] = {}
    with store.reading() as connection:
        for part in in_slices(sorted(set(point_ids))):
            rows = connection.execute(share.where(point.in_(part)).group_by(point))
            found.update({row[0]: float(row[1]) for row in rows})
    return found
