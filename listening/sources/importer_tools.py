"""Knows the rows that survey tools put under the names of their columns, so that none of them becomes an answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

_IMPORT_ID = re.compile(r'\s*\{\s*"+ImportId', re.IGNORECASE)  # Qualtrics: the third row says where each column is from
_ANSWER_HEADS = frozenset(("response", "open-ended response"))  # SurveyMonkey: the second row, below a question
_HALF = 0.5


def rows_below(rows: Sequence[Sequence[str]], at: int) -> int:
    """Return how many rows below the names at `at` still belong to the header: 0, 1 or 2."""
    for more in (1, 2):
        if at + more < len(rows) and _are_import_ids(rows[at + more]):
            return more
    return int(at + 1 < len(rows) and _are_answer_heads(rows[at], rows[at + 1]))


def names_over(row: Sequence[str], below: Sequence[str]) -> list[str]:
    """Return the names of a header whose second row only parts a question: "Question", then "Question / Option"."""
    names, group = [], ""
    for place, name in enumerate(row):
        group = name or group
        part = below[place] if place < len(below) else ""
        names.append(name or (f"{group} / {part}" if part else ""))
    return names


def _are_import_ids(row: Sequence[str]) -> bool:
    told = [cell for cell in row if cell]
    return bool(told) and sum(bool(_IMPORT_ID.match(cell)) for cell in told) > _HALF * len(told)


def _are_answer_heads(row: Sequence[str], below: Sequence[str]) -> bool:
    """Return True for a row that is blank below what describes the answer, and says "Response" below a question."""
    said = [cell.casefold() for cell in below if cell]
    return bool(row and row[0] and below and not below[0] and _ANSWER_HEADS & set(said))
