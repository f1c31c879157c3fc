"""Keeps what a person decides beside the pain points: suggested touchpoints, and passages that are no pain."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from listening.errors import InputError, NotFound
from listening.store.engine import Store
from listening.store.statements import in_slices, insert_new
from listening.store.tables import memberships, pain_points
from listening.store.tables_decisions import no_pains, suggested_touchpoints
from listening.store.writes.counting import points_of_signals, recount
from listening.store.writes.points import insert_ledger
from listening.types import LedgerEntry, SuggestedTouchpoint


def keep_suggestions(store: Store, map_id: str, suggested: Sequence[SuggestedTouchpoint]) -> None:
    """Put tonight's suggestions in the place of those of the map that nobody decided on; decided ones stay."""
    table = suggested_touchpoints
    with store.writing() as connection:
        undecided = sa.delete(table).where(table.c.map == map_id, table.c.state == "suggested")
        connection.execute(undecided)
        insert_new(connection, table, [_values(one) for one in suggested])


def _values(one: SuggestedTouchpoint) -> dict[str, object]:
    values = {column.name: getattr(one, column.name) for column in suggested_touchpoints.c}
    return values | {"name": one.name if one.state == "accepted" else ""}


def decide_suggestion(store: Store, decided: SuggestedTouchpoint, ledger: Sequence[LedgerEntry]) -> None:
    """Keep that a suggestion was accepted (its pain points then stand at the new touchpoint) or dismissed.

    Raises `NotFound` for an unknown one, `InputError` where another decision stands.
    """
    table = suggested_touchpoints
    with store.writing() as connection:
        found = connection.execute(sa.select(table.c.state).where(table.c.id == decided.id).with_for_update()).first()
        if found is None:
            raise NotFound(f"no suggested touchpoint {decided.id}", "see `listening pain-points suggested`")
        if found[0] != "suggested":
            raise InputError(f"{decided.id} was {found[0]} already", "the map's own file can still be edited")
        fields = ("state", "name", "stage", "touchpoint", "decided_by", "decided_at")
        mine = sa.update(table).where(table.c.id == decided.id)
        connection.execute(mine.values({name: getattr(decided, name) for name in fields}))
        if decided.state == "accepted":
            for part in in_slices(decided.pain_points):
                here = sa.update(pain_points).where(pain_points.c.id.in_(part))
                values = {"stage": decided.stage, "touchpoint": decided.touchpoint, "placed_by": decided.decided_by}
                connection.execute(here.values(values))
        insert_ledger(connection, ledger)


def keep_no_pains(
    store: Store, signal_ids: Collection[str], *, who: str, at: datetime, ledger: Sequence[LedgerEntry]
) -> None:
    """Keep that these passages are no pain: they leave their pain points and are placed nowhere again."""
    with store.writing() as connection:
        known = points_of_signals(connection, signal_ids)
        for part in in_slices(sorted(signal_ids)):
            connection.execute(sa.delete(memberships).where(memberships.c.signal_id.in_(part)))
        insert_new(connection, no_pains, [{"signal_id": one, "who": who, "at": at} for one in sorted(signal_ids)])
        insert_ledger(connection, ledger)
        recount(connection, known)
