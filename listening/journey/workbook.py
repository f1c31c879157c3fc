"""Takes the review workbook back that was filled in at the meeting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import cast

from listening.errors import InputError
from listening.settings import Settings
from listening.store import PointChange, Store, reads, writes
from listening.types import EDITABLE, RATINGS, STATUSES, CellEdit, Goal, LedgerEntry, PainPoint, RoundTrip, Value

FIXED = ("done", "watch", "holds")  # statuses of a pain that was mended on a day
BESIDE = ("goal", "notes")  # what a pain point's own row does not hold


def fill_in(
    store: Store, settings: Settings, content: bytes, *, who: str, now: datetime, dry_run: bool = False
) -> RoundTrip:
    """Take a filled-in review workbook back: its edits become ledger lines, all of them or none; see `RoundTrip`.

    Conflicts and refused cells are only told, and with `dry_run` all is. The workbook says of which map it is. Raises
    InputError where it is of none that is here.
    """
    from listening.outputs.round_trip import Present, compare  # noqa: PLC0415 - most verbs read no workbook
    from listening.outputs.workbook_reading import read_workbook  # noqa: PLC0415 - as above

    book = read_workbook(content)
    journey = next((one for one in settings.maps if one.id == book.map), None)
    if journey is None:
        here = " and ".join(repr(one.id) for one in settings.maps)
        raise InputError(f"it is the workbook of map {book.map!r}", f"this is {here}: import it there")
    points = {one.id: one for one in reads.points(store, map_id=journey.id, states=STATUSES, include_merged=True)}
    merged = {one.id: one.merged_into for one in points.values() if one.merged_into}
    trip = compare(book, Present(_present(store, journey.id, points), merged), journey.owners)
    if not dry_run:
        _apply(store, points, trip, who, now)
    return trip


def _present(store: Store, map_id: str, points: Mapping[str, PainPoint]) -> dict[str, dict[str, Value]]:
    goals = {one.pain_point_id: one.specific for one in reads.goals(store, map_id)}
    notes = reads.notes_of(store, points)
    own = [name for name in EDITABLE if name not in (*BESIDE, "due")]
    return {
        one.id: {
            **{name: getattr(one, name) for name in own},
            "due": one.due.isoformat() if one.due else "",
            "goal": goals.get(one.id, ""),
            "notes": notes.get(one.id, ""),
        }
        for one in points.values()
    }


def _apply(store: Store, points: Mapping[str, PainPoint], trip: RoundTrip, who: str, now: datetime) -> None:
    own = [one for one in trip.edits if one.field not in BESIDE]
    beside = [one for one in trip.edits if one.field in BESIDE]
    lines = [LedgerEntry(now, who, *_said(one), detail=str(one.new)) for one in beside]
    writes.change_points(
        store,
        [_filled(points[one.pain_point_id], one, who, now) for one in own],
        [_goal(store, points[one.pain_point_id], str(one.new), who, now) for one in beside if one.field == "goal"],
        lines,
    )


def _said(edit: CellEdit) -> tuple[str, str]:
    return ("goal" if edit.field == "goal" else "comment"), edit.pain_point_id


def _goal(store: Store, point: PainPoint, specific: str, who: str, now: datetime) -> Goal:
    """Return the goal with other words; metric, target and day of an earlier one stay, to be confirmed again."""
    before = reads.goal(store, point.id)
    if before is None:
        stage, weight = point.stage, point.importance
        return Goal(point.id, specific, "", None, point.due, stage, weight, None, who, now)
    return replace(before, specific=specific, set_by=who, set_at=now, attainable_by="", attainable_at=None)


def _filled(
    point: PainPoint, edit: CellEdit, who: str, now: datetime
) -> tuple[str, PointChange, PointChange, LedgerEntry]:
    """Return one edit as the store takes it: the fields, what they must be now, and its line in the ledger."""
    was = getattr(point, edit.field)
    new: object = date.fromisoformat(str(edit.new)) if edit.field == "due" and edit.new else edit.new
    fields: dict[str, object] = {edit.field: new or None if edit.field == "due" else new}
    if edit.field == "name":
        fields["named_by"] = who
    elif edit.field == "status":
        fields["resolved_on"] = (point.resolved_on or now.date()) if edit.new in FIXED else None
    what, detail = _told(edit.field, was, edit.new)
    line = LedgerEntry(now, who, what, point.id, detail=detail)
    return point.id, cast("PointChange", fields), cast("PointChange", {edit.field: was}), line


def _told(field: str, was: object, new: object) -> tuple[str, str]:
    """Return how the ledger calls a change of a field, and its detail."""
    if field in RATINGS:
        return "rated", f"{field} {'none' if new is None else new}"
    if field == "status":
        return "status", f"{was} > {new}"
    if field == "owner":
        return "assigned", str(new or "nobody")
    return ("renamed" if field == "name" else field), str(new or ("no day" if field == "due" else ""))
