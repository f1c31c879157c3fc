"""Reads days as people and programs write them: YYYY-MM-DD, and none that lies outside of all that could be meant."""

from __future__ import annotations

import re
from datetime import date

# beyond these there are no posts, and at the calendar's ends no days to reckon with
FIRST, LAST = date(1970, 1, 1), date(2199, 12, 31)


def read_day(text: str) -> date | None:
    """Return the day that a text says, None where it says none."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST <= day <= LAST else None
