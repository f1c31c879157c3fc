"""Decides what a filled-in workbook changes: each cell against its export and against the store as it is now."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from listening.outputs.text import cell
from listening.outputs.workbook_base import held
from listening.types import (
    EDITABLE,
    RATINGS,
    STATUSES,
    CellConflict,
    CellEdit,
    FilledCell,
    FilledRow,
    FilledWorkbook,
    Owner,
    Refusal,
    RoundTrip,
    Value,
)

LONGEST = {"name": 200, "department": 80, "goal": 2000, "notes": 4000}  # characters
RATING = range(1, 6)
_NUMBER = re.compile(r"[+]?(\d+)(?:[.,]0*)?")
_DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d")
REFILL = "export the workbook anew and fill that in"


class _Wrong(Exception):
    """A cell's text is none that the field can take."""

    def __init__(self, thing: str, mend: str) -> None:
        super().__init__(thing)
        self.thing, self.mend = thing, mend


@dataclass(frozen=True, slots=True)
class Present:
    """The store as it is now: the pain points' values by id, and where merged ones went."""

    values: Mapping[str, Mapping[str, Value]]
    merged: Mapping[str, str] = field(default_factory=dict)


def compare(book: FilledWorkbook, now: Present, owners: Sequence[Owner]) -> RoundTrip:
    """Return what a workbook brings; the same workbook and store give the same.

    A cell that is as it was exported says nothing. One that was changed is an edit, where the store still has the
    exported value; no change at all where the store has the new one already; else a conflict. A row in which one cell
    is refused brings no edit at all.
    """
    edits: list[CellEdit] = []
    conflicts: list[CellConflict] = []
    refusals = [*book.refusals, *_rows_refused(book, now)]
    spoilt = {one.place for one in refusals}
    for row in book.rows:
        if row.place in spoilt:
            continue
        wanted, wrong = _row_edits(row, book, owners)
        refusals += wrong
        if wrong:
            continue
        for edit in wanted:
            present = held(now.values[row.pain_point_id].get(edit.field))
            if _same(present, edit.old):
                edits.append(edit)
            elif not _same(present, edit.new):
                conflicts.append(CellConflict(edit, present))
    return RoundTrip(tuple(edits), tuple(conflicts), tuple(refusals))


def _rows_refused(book: FilledWorkbook, now: Present) -> list[Refusal]:
    """Name the rows that cannot be: without an id, twice, foreign, gone, merged away."""
    found: list[Refusal] = []
    times = Counter(row.pain_point_id for row in book.rows if row.pain_point_id)
    for row in book.rows:
        point = row.pain_point_id
        if not point:
            found.append(Refusal(row.place, "a row without an ID", "pain points are born at night; take the row out"))
        elif times[point] > 1:
            found.append(Refusal(row.place, f"{point} stands in {times[point]} rows", "keep the one that is right"))
        elif point not in book.base:
            found.append(Refusal(row.place, f"{point} was not in this workbook when it was exported", REFILL))
        elif into := now.merged.get(point):
            found.append(Refusal(row.place, f"{point} was merged into {into}", f"fill in {into}, in a new export"))
        elif point not in now.values:
            found.append(Refusal(row.place, f"{point} is no pain point of this map any more", REFILL))
    missing = [point for point in book.base if point not in times]
    return [*found, *(Refusal("'Pain points'", f"the row of {one} is gone", _KEPT) for one in missing)]


_KEPT = "nothing was changed by that; to close a pain point set its status to wont"


def _row_edits(row: FilledRow, book: FilledWorkbook, owners: Sequence[Owner]) -> tuple[list[CellEdit], list[Refusal]]:
    edits: list[CellEdit] = []
    wrong: list[Refusal] = []
    base, shown = book.base[row.pain_point_id], book.shown.get(row.pain_point_id, {})
    for name in EDITABLE:
        filled = row.cells.get(name)
        if filled is None or _untouched(filled, base.get(name), shown.get(name, "")):
            continue
        try:
            new = _parsed(name, filled, owners)
        except _Wrong as error:
            wrong.append(Refusal(filled.place, error.thing, error.mend))
            continue
        said_nothing = name == "notes" and not new  # a comment is not taken back by emptying a cell
        if not said_nothing and not _same(new, old := base.get(name)):
            edits.append(CellEdit(row.pain_point_id, name, old, new, filled.place))
    return edits, wrong


def _untouched(filled: FilledCell, base: Value, shown: str) -> bool:
    """Whether a cell is as it was exported; spaces and line breaks around words are no edit."""
    return not filled.computed and _words(filled.text) in {_words("" if base is None else str(base)), *_said(shown)}


def _said(shown: str) -> set[str]:
    return {_words(shown)} if shown else set()


def _words(text: str) -> str:
    return " ".join(text.split())


def _same(one: Value, other: Value) -> bool:
    return _words(str(one or "")) == _words(str(other or ""))


def _parsed(name: str, filled: FilledCell, owners: Sequence[Owner]) -> Value:
    """Return the value that a cell means. Raises _Wrong."""
    if filled.computed:
        raise _Wrong("a formula or an error stands here", "write the plain value")
    text = _words(filled.text)
    if name in RATINGS:
        return _rating(name, text)
    if name == "owner":
        return _owner(text, owners)
    if name == "status":
        return _status(text)
    if name == "due":
        return _day(text)
    if name == "name" and not text:
        raise _Wrong("an empty name", "say what customers would call it")
    kept = text if name in ("name", "department") else filled.text.strip()
    if len(kept) > LONGEST[name]:
        raise _Wrong(f"{len(kept):,} characters", f"a {name} has at most {LONGEST[name]:,}")
    return cell(kept)


def _rating(name: str, text: str) -> int | None:
    if not text:
        return None
    found = _NUMBER.fullmatch(text)
    if not found or int(found[1][:9]) not in RATING:
        raise _Wrong(f"{name} {text[:40]!r}", "rate with a whole number from 1 to 5, or leave it empty")
    return int(found[1])


def _owner(text: str, owners: Sequence[Owner]) -> str:
    if not text:
        return ""
    said = text.casefold()
    by_id = [one.id for one in owners if one.id.casefold() == said]
    found = by_id or [one.id for one in owners if _words(one.name).casefold() == said]
    if len(found) != 1:
        known = ", ".join(one.id for one in owners) or "(the map has none)"
        many = f"{len(found)} owners are called {text[:60]!r}" if found else f"no owner {text[:60]!r} on the map"
        raise _Wrong(many, f"use one of {known}, or add the owner to journey.toml first")
    return found[0]


def _status(text: str) -> str:
    said = text.casefold().replace(" ", "_").replace("\N{RIGHT SINGLE QUOTATION MARK}", "").replace("'", "")
    if said not in STATUSES:
        raise _Wrong(
            f"there is no status {text[:40]!r}" if text else "an empty status", f"use one of {', '.join(STATUSES)}"
        )
    return said


def _day(text: str) -> str:
    if not text:
        return ""
    for shape in _DAYS:
        try:
            found = datetime.strptime(text, shape).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        return found.isoformat()
    raise _Wrong(f"{text[:40]!r} is no day", f"write it as {date(2026, 3, 2).isoformat()}")
