"""Asks for what a person decided beside the pain points: suggested touchpoints, and what never is put together."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from listening.errors import NotFound
from listening.store.engine import Store
from listening.store.reads.points import points
from listening.store.tables import apart as apart_table
from listening.store.tables import ledger, pain_points
from listening.store.tables_decisions import suggested_touchpoints
from listening.types import STATUSES, PainPoint, SuggestedTouchpoint


def suggestions(store: Store, *, map_id: str, state: str | None = "suggested") -> list[SuggestedTouchpoint]:
    """Return the touchpoints suggested for a map, those of most people first; of every state with None.

    Name and words are those of the largest pain point that is left; one whose pain points are gone has no words.
    """
    mine = sa.select(suggested_touchpoints).where(suggested_touchpoints.c.map == map_id)
    mine = mine if state is None else mine.where(suggested_touchpoints.c.state == state)
    with store.reading() as connection:
        rows = list(connection.execute(mine).mappings())
    told = {one.id: one for one in points(store, map_id=map_id, states=STATUSES, include_merged=True)} if rows else {}
    return sorted((_suggestion(row, told) for row in rows), key=lambda one: (-one.people, one.id))


def suggestion(store: Store, suggestion_id: str, *, map_id: str) -> SuggestedTouchpoint:
    """Return one suggested touchpoint, whatever its state. Raises `NotFound`."""
    for one in suggestions(store, map_id=map_id, state=None):
        if one.id == suggestion_id:
            return one
    raise NotFound(f"no suggested touchpoint {suggestion_id}", "see `listening pain-points suggested`")


def _suggestion(row: RowMapping, told: dict[str, PainPoint]) -> SuggestedTouchpoint:
    held = sorted((told[one] for one in row["pain_points"] if one in told), key=lambda p: (-p.people, p.id))
    plain = {key: value for key, value in row.items() if key not in ("pain_points", "name")}
    name = row["name"] or (held[0].name if held else "")
    return SuggestedTouchpoint(
        **plain, name=name, words=held[0].words if held else (), pain_points=tuple(row["pain_points"])
    )


def joined_by_hand(store: Store) -> frozenset[str]:
    """Return the pain points that a person put together, wherever they went since: they are not split by night."""
    return frozenset(into for _, into in _ends(store, ledger.c.what == "merge", ledger.c.who != "listening"))


def parted(store: Store) -> frozenset[tuple[str, str]]:
    """Return the pairs that a person or a look parted, wherever they went since: no night puts them together again."""
    return frozenset(pair for pair in _ends(store, ledger.c.what == "split") if pair[0] != pair[1])


def apart(store: Store) -> frozenset[tuple[str, str]]:
    """Return the (signal id, pain point id) that a person parted, also under the name it was merged into since."""
    columns = sa.select(apart_table.c.signal_id, apart_table.c.pain_point_id)
    with store.reading() as connection:
        into = _merged(connection)
        return frozenset((signal, end) for signal, one in connection.execute(columns) for end in {one, _end(into, one)})


def _ends(store: Store, *which: sa.ColumnElement[bool]) -> list[tuple[str, str]]:
    """The two ends of every change that the ledger tells, as they are called today."""
    mine = sa.select(ledger.c.pain_point_id, ledger.c.other_id).where(*which)
    with store.reading() as connection:
        into = _merged(connection)
        return [(_end(into, one), _end(into, other)) for one, other in connection.execute(mine)]


def _merged(connection: Connection) -> dict[str, str]:
    mine = sa.select(pain_points.c.id, pain_points.c.merged_into).where(pain_points.c.merged_into.is_not(None))
    return {row[0]: row[1] for row in connection.execute(mine)}


def _end(into: dict[str, str], one: str) -> str:
    while one in into:
        one = into[one]
    return one
