"""What a pain point is measured by: its tellings, and how many posts could be seen meanwhile."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from listening.store.engine import Store
from listening.store.reads.days import heard_by, known_by, placed, within
from listening.store.reads.points import in_points
from listening.store.rows import who
from listening.store.statements import in_slices
from listening.store.tables import documents, memberships, signals
from listening.types import Exposure, Telling

_COLUMNS = (
    memberships.c.pain_point_id,
    signals.c.document_id,
    signals.c.mood,
    signals.c.unspoken,
    signals.c.signals_on,
    documents.c.source,
    documents.c.inside,
    documents.c.created_at,
    documents.c.views,
    documents.c.likes,
    who.label("who"),
)


def tellings(
    store: Store, point_ids: Collection[str], since: date, until: date, zone: str = "UTC", *, then: bool = False
) -> dict[str, list[Telling]]:
    """Return each pain point's tellings of `since..until` (local days), oldest first; near copies are left out.

    With `then` only those that had been placed when `until` ended.
    """
    place = ZoneInfo(zone)
    found: dict[str, list[Telling]] = {one: [] for one in point_ids}
    period = sa.and_(within(since, until, zone), documents.c.near_of.is_(None), heard_by(store))
    period = sa.and_(period, placed(until if then else None))
    with store.reading() as connection:
        for part in in_slices(sorted(set(point_ids))):
            mine = sa.select(*_COLUMNS).select_from(in_points).where(memberships.c.pain_point_id.in_(part), period)
            for row in connection.execute(mine.order_by(documents.c.created_at, signals.c.id)).mappings():
                found[row["pain_point_id"]].append(
                    Telling(
                        document_id=row["document_id"],
                        person=row["who"],
                        source=row["source"],
                        inside=row["inside"],
                        day=row["created_at"].astimezone(place).date(),
                        reach=max(row["views"], row["likes"], 0),
                        mood=row["mood"],
                        unspoken=row["unspoken"],
                        signals=tuple(row["signals_on"]),
                    )
                )
    return found


def exposure(store: Store, since: date, until: date, zone: str = "UTC", *, then: bool = False) -> Exposure:
    """Return how many posts of `since..until` are stored: by outside source, and inside; near copies left out.

    With `then` only those that were known when `until` ended.
    """
    inside = documents.c.inside
    counted = sa.select(documents.c.source, inside, sa.func.count()).group_by(documents.c.source, inside)
    counted = counted.where(within(since, until, zone), documents.c.near_of.is_(None), heard_by(store))
    counted = counted.where(known_by(until, zone)) if then else counted
    with store.reading() as connection:
        rows = sorted((source, bool(own), int(count)) for source, own, count in connection.execute(counted))
    return Exposure(
        tuple((source, count) for source, own, count in rows if not own), sum(count for _, own, count in rows if own)
    )
