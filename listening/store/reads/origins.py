"""Where stored posts came from, in a fixed order: what is needed to ask whether they still stand there."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from listening.store.answers import Origin
from listening.store.engine import Store
from listening.store.tables import documents
from listening.types import PostKind


def origins(
    store: Store,
    kind: PostKind,
    *,
    after: str = "",
    to: str = "",
    limit: int | None = None,
    since: datetime | None = None,
) -> list[Origin]:
    """Return posts of a kind in order of their ids, from behind `after` up to `to` (both "" for all).

    With `since`, only those written then or later.
    """
    columns = (documents.c.id, documents.c.source, documents.c.native_id, documents.c.url)
    mine = sa.select(*columns).where(documents.c.kind == kind.value, documents.c.id > after)
    if to:
        mine = mine.where(documents.c.id <= to)
    if since is not None:
        mine = mine.where(documents.c.created_at >= since)
    with store.reading() as connection:
        return [Origin(*row) for row in connection.execute(mine.order_by(documents.c.id).limit(limit))]


def stored_of(store: Store, kind: PostKind) -> int:
    """Count the stored posts of a kind."""
    mine = sa.select(sa.func.count()).select_from(documents).where(documents.c.kind == kind.value)
    with store.reading() as connection:
        return connection.scalar(mine) or 0
