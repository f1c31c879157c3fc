"""The packs of days that are over, as they were first made."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from listening.store.engine import Store
from listening.store.report_payload import report_of
from listening.store.tables_review import packs
from listening.types import Report


def pack(store: Store, map_id: str, since: date, until: date) -> Report | None:
    """Return the report of a map and period as it was kept; None where none was."""
    mine = packs.c.map == map_id, packs.c.since == since, packs.c.until == until
    with store.reading() as connection:
        payload = connection.scalar(sa.select(packs.c.payload).where(*mine))
    return None if payload is None else report_of(payload)
