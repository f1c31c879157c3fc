"""What comes back in a review workbook: rows as they were filled in, and what becomes of each cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

EDITABLE = ("name", "owner", "department", "status", "importance", "cost", "ease", "goal", "due", "notes")
RATINGS = ("importance", "cost", "ease")

Value = str | int | None  # dates are ISO text


@dataclass(frozen=True, slots=True)
class FilledCell:
    """A cell as it was filled in: its text ("" where empty), its place such as 'Pain points'!E7.

    `computed` tells that a formula stands in it, or that it shows an error.
    """

    text: str
    place: str
    computed: bool = False


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row of the sheet of pain points: `cells` by field, only the fields whose columns are there."""

    pain_point_id: str
    place: str
    cells: Mapping[str, FilledCell]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something in a workbook that cannot be applied: where it stands, what is wrong, and the mend."""

    place: str
    thing: str
    mend: str


@dataclass(frozen=True, slots=True)
class FilledWorkbook:
    """A review workbook that came back: whose map, its rows, and `base`, the values when it was exported, by id.

    `shown` holds what the cell showed where that differs from the value (an owner's name for an owner's id).
    """

    map: str
    base: Mapping[str, Mapping[str, Value]]
    shown: Mapping[str, Mapping[str, str]]
    rows: tuple[FilledRow, ...]
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class CellEdit:
    """A field that a person changed in the workbook: its value at the export, the new one, and the cell."""

    pain_point_id: str
    field: str
    old: Value
    new: Value
    place: str


@dataclass(frozen=True, slots=True)
class CellConflict:
    """A field that was changed in the workbook and in the store since the export: `now` is the store's; it stays."""

    edit: CellEdit
    now: Value


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """What a workbook brings: edits to apply, conflicts that are only listed, and what is refused."""

    edits: tuple[CellEdit, ...] = ()
    conflicts: tuple[CellConflict, ...] = ()
    refusals: tuple[Refusal, ...] = ()
