"""Keeps pain points: where tonight's pains went, what was born, merged or split, and what a person changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from listening.errors import InputError, NotFound
from listening.store.answers import PointChange
from listening.store.engine import Store
from listening.store.rows import emergence_values, ledger_values, membership_values, place_values, point_values
from listening.store.statements import in_slices, insert_new
from listening.store.tables import apart, emergences, ledger, memberships, pain_points, signals
from listening.store.writes.board import put_goal
from listening.store.writes.counting import count_new, points_of_signals, recount
from listening.store.writes.reversals import keep_fields, keep_reversal
from listening.types import STATUSES, Change, Emergence, Goal, LedgerEntry, Membership, PainPoint


def keep_placement(
    store: Store,
    placement_memberships: Sequence[Membership],
    born: Sequence[tuple[PainPoint, Sequence[Membership]]],
    changed: Sequence[PainPoint],
    ledger: Sequence[LedgerEntry],
) -> None:
    """Keep a night's placement in one transaction; what is there already is ignored.

    Of the `changed` only the machine's fields are written: centroid, words, last_seen, where it is felt and begins, who
    says so, and the name where no person gave one. Status and owner change through `change_point`. Size and people are
    counted here.
    """
    own = [member for _, members in born for member in members]
    with store.writing() as connection:
        insert_new(connection, pain_points, [point_values(point) for point, _ in born])
        joined = _insert_members(connection, placement_memberships)
        _insert_members(connection, own)
        _update_machine_fields(connection, changed)
        insert_ledger(connection, ledger)
        count_new(connection, joined)
        recount(connection, {point.id for point, _ in born} | {one.pain_point_id for one in own})


def _insert_members(connection: Connection, members: Sequence[Membership]) -> list[Membership]:
    """Insert members, return the new ones; their signal must still be stored: a person may be forgotten meanwhile."""
    there: set[str] = set()
    placed: set[str] = set()
    for part in in_slices(one.signal_id for one in members):
        there.update(connection.scalars(sa.select(signals.c.id).where(signals.c.id.in_(part))))
        placed.update(connection.scalars(sa.select(memberships.c.signal_id).where(memberships.c.signal_id.in_(part))))
    new = [one for one in members if one.signal_id in there - placed]
    insert_new(connection, memberships, [membership_values(one) for one in new])
    return new


def _update_machine_fields(connection: Connection, points: Sequence[PainPoint]) -> None:
    """Write what the machine says; where a person put or named a pain point, that stays."""
    mine = sa.update(pain_points).where(pain_points.c.id == sa.bindparam("point"))
    lines = [place_values(p) | {"centroid": p.centroid, "words": p.words, "last_seen": p.last_seen} for p in points]
    places = [{key: line.pop(key) for key in ("stage", "touchpoint")} for line in lines]
    names: list[dict[str, object]] = [{"name": point.name} for point in points]
    for statement, values in (
        (mine, lines),
        (mine.where(pain_points.c.placed_by == ""), places),
        (mine.where(pain_points.c.named_by == ""), names),
    ):
        if points:
            rows = [{"point": point.id} | one for point, one in zip(points, values, strict=True)]
            connection.execute(statement, rows)


def insert_ledger(connection: Connection, entries: Iterable[LedgerEntry]) -> None:
    """Append lines within a transaction; one that stands there already is not doubled."""
    insert_new(connection, ledger, [ledger_values(entry) for entry in entries])


def apply_change(store: Store, change: Change, points: Sequence[PainPoint], ledger: Sequence[LedgerEntry]) -> None:
    """Merge two pain points or split one, at once; `points` hold the new centroids, and the new half of a split.

    merge: the members of `from_id` move to `into_id`, and `from_id` says so in `merged_into`.
    split: `members` (signal ids) move from `from_id` to `into_id`, which is made from `points` where it is new.
    Raises `NotFound` for an unknown pain point, `InputError` where one was merged away before.
    """
    apply_changes(store, [(change, points, ledger)])


def apply_changes(store: Store, changes: Iterable[tuple[Change, Sequence[PainPoint], Sequence[LedgerEntry]]]) -> None:
    """Make several changes with their points and ledger lines in one transaction: all of them, or none."""
    with store.writing() as connection:
        for change, points, lines in changes:
            _apply(connection, change, points, lines)


def _apply(connection: Connection, change: Change, points: Sequence[PainPoint], lines: Sequence[LedgerEntry]) -> None:
    if change.kind == "split":
        insert_new(connection, pain_points, [point_values(one) for one in points if one.id == change.into_id])
    if not _check_ends(connection, change):
        return
    leaving = _members(connection, change)
    moved = _move_members(connection, change)
    if change.kind == "split" and not moved:
        return
    if change.kind == "merge":
        mine = sa.update(pain_points).where(pain_points.c.id == change.from_id)
        connection.execute(mine.values(merged_into=change.into_id))
    _update_machine_fields(connection, points)
    insert_ledger(connection, lines)
    for line in lines[:1]:
        keep_reversal(
            connection, line, change.kind, {"members": leaving, "into": change.into_id, "from": change.from_id}
        )
    recount(connection, (change.into_id, change.from_id))


def _members(connection: Connection, change: Change) -> list[str]:
    """Return the signals that are about to move."""
    mine = sa.select(memberships.c.signal_id).where(memberships.c.pain_point_id == change.from_id)
    here = connection.scalars(mine.order_by(memberships.c.signal_id))
    wanted = set(change.members)
    return [one for one in here if change.kind == "merge" or one in wanted]


def _move_members(connection: Connection, change: Change) -> int:
    mine = sa.update(memberships).where(memberships.c.pain_point_id == change.from_id)
    mine = mine.values(pain_point_id=change.into_id)
    if change.kind == "merge":
        return connection.execute(mine).rowcount
    parts = in_slices(change.members)
    return sum(connection.execute(mine.where(memberships.c.signal_id.in_(part))).rowcount for part in parts)


def _check_ends(connection: Connection, change: Change) -> bool:
    """Return False where this very merge is done already."""
    if change.kind not in ("merge", "split") or change.from_id == change.into_id:
        raise InputError(f"{change.kind} of {change.from_id} and {change.into_id} is none", "name two pain points")
    merged = {one: _merged_into(connection, one) for one in (change.from_id, change.into_id)}
    if change.kind == "merge" and merged[change.from_id] == change.into_id:
        return False
    for one, into in merged.items():
        if into:
            raise InputError(f"pain point {one} was merged into {into}", f"use {into}")
    return True


def _merged_into(connection: Connection, point_id: str) -> str | None:
    found = sa.select(pain_points.c.merged_into).where(pain_points.c.id == point_id).with_for_update()
    row = connection.execute(found).first()
    if row is None:
        raise NotFound(f"no pain point {point_id}", "see `listening pain-points list`")
    merged: str | None = row[0]
    return merged


def merge_points(store: Store, from_id: str, into_id: str, ledger: Sequence[LedgerEntry]) -> None:
    """Merge `from_id` into `into_id` as a person's wish; see `apply_change`."""
    apply_change(store, Change(kind="merge", into_id=into_id, from_id=from_id), (), ledger)


def change_point(store: Store, point_id: str, *, fields: PointChange, ledger: LedgerEntry | None = None) -> None:
    """Change what a person may change, with its line in the ledger. Raises `NotFound`, or `InputError`."""
    _check_fields(fields)
    with store.writing() as connection:
        _merged_into(connection, point_id)
        if fields and ledger is not None:
            keep_fields(connection, ledger, point_id, fields)
        if fields:
            mine = sa.update(pain_points).where(pain_points.c.id == point_id)
            connection.execute(mine.values({**fields}))
        insert_ledger(connection, [] if ledger is None else [ledger])


def change_points(
    store: Store,
    changes: Sequence[tuple[str, PointChange, PointChange, LedgerEntry]],
    goals: Sequence[Goal] = (),
    lines: Sequence[LedgerEntry] = (),
) -> None:
    """Change several fields as one: (pain point, fields, the values they must have now, ledger line), all or none.

    `goals` are kept with them, and `lines` are those of the goals, and comments. Raises `NotFound`, or `InputError`
    where a value was changed by somebody else meanwhile.
    """
    for _, fields, _, _ in changes:
        _check_fields(fields)
    with store.writing() as connection:
        for point_id, fields, expected, line in changes:
            _must_be(connection, point_id, expected)
            keep_fields(connection, line, point_id, fields)
            connection.execute(sa.update(pain_points).where(pain_points.c.id == point_id).values({**fields}))
            insert_ledger(connection, [line])
        for goal in goals:
            put_goal(connection, goal)
        insert_ledger(connection, lines)


def _must_be(connection: Connection, point_id: str, expected: PointChange) -> None:
    _merged_into(connection, point_id)
    row = connection.execute(sa.select(pain_points).where(pain_points.c.id == point_id)).mappings().one()
    changed = [name for name, value in expected.items() if row[name] != value]
    if changed:
        raise InputError(f"{changed[0]} of {point_id} was changed just now", "look at it and try again")


def _check_fields(fields: PointChange) -> None:
    unknown = sorted(set(fields) - set(PointChange.__annotations__))
    if unknown:
        known = ", ".join(PointChange.__annotations__)
        raise InputError(f"a pain point has no field {', '.join(unknown)} to change", f"use one of {known}")
    if fields.get("status", "open") not in STATUSES:
        raise InputError(f"there is no status {fields['status']}", f"use one of {', '.join(STATUSES)}")


def keep_ledger(store: Store, entries: Sequence[LedgerEntry]) -> None:
    """Append lines to the ledger (a comment, a review); a line that stands there already is not doubled."""
    with store.writing() as connection:
        insert_ledger(connection, entries)


def keep_apart(store: Store, pairs: Collection[tuple[str, str]]) -> None:
    """Keep that a person said of (signal id, pain point id): these do not belong together; a membership ends."""
    with store.writing() as connection:
        known = points_of_signals(connection, [signal for signal, _ in pairs])
        for signal, point in sorted(pairs):
            mine = sa.delete(memberships).where(memberships.c.signal_id == signal)
            connection.execute(mine.where(memberships.c.pain_point_id == point))
        rows = [{"signal_id": signal, "pain_point_id": point} for signal, point in sorted(pairs)]
        insert_new(connection, apart, rows)
        recount(connection, known)


def keep_emergences(store: Store, found: Sequence[Emergence]) -> None:
    """Keep emergences; one of the same pain point, night and kind is there already and stays."""
    with store.writing() as connection:
        insert_new(connection, emergences, [emergence_values(one) for one in found])
