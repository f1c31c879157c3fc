"""Finds the moment in what a page shows as a date: ISO, seconds since 1970, declared formats, today and yesterday."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_MILLISECONDS = 100_000_000_000  # an epoch above this is in milliseconds (or the year 5138)
_PARTS = {
    "a": r"[^\W\d_]{2,}\.?",
    "A": r"[^\W\d_]{3,}",
    "b": r"[^\W\d_]{3,}\.?",
    "B": r"[^\W\d_]{3,}",
    "d": r"\d{1,2}",
    "m": r"\d{1,2}",
    "Y": r"\d{4}",
    "y": r"\d{2}",
    "H": r"\d{1,2}",
    "I": r"\d{1,2}",
    "M": r"\d{2}",
    "S": r"\d{2}",
    "p": r"[AaPp]\.?[Mm]\.?",
    "z": r"(?:Z|[+-]\d{2}:?\d{2})",
    "%": "%",
}
_RELATIVE = re.compile(r"\b(today|yesterday|heute|gestern)\b[^\d]{0,8}(\d{1,2}):(\d{2})\s*([AaPp][Mm])?", re.IGNORECASE)
_AGO = re.compile(r"\b(\d+|an?|one)\s+(minute|min|hour|day|week)s?\s+ago\b", re.IGNORECASE)
_UNITS = {"minute": 60, "min": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_NOON = 12
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)


def read_moment(value: str | float | None) -> datetime | None:
    """UTC moment from an ISO date or seconds (or milliseconds) since 1970, number or text; None for neither."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        if isinstance(value, int | float) or re.fullmatch(r"\d{9,13}(\.\d+)?", value.strip()):
            seconds = float(value)
            return datetime.fromtimestamp(seconds / 1000 if seconds > _MILLISECONDS else seconds, UTC)
        found = datetime.fromisoformat(value.strip())
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def find_moment(text: str, formats: Sequence[str], *, now: datetime, zone: tzinfo = UTC) -> datetime | None:
    """UTC moment anywhere in a shown `text`: ISO or epoch, one of the strptime `formats`, or relative to `now`.

    `zone` is the zone that the site shows its times in.
    """
    text = " ".join(_ORDINAL.sub("", text).split())
    found = read_moment(text) or _relative(text, now.astimezone(zone))
    if found is None:
        found = next((moment for form in formats if (moment := _by_format(text, form, zone))), None)
    if found is None or found < _EARLIEST:
        return None
    return found.astimezone(UTC)


def _by_format(text: str, form: str, zone: tzinfo) -> datetime | None:
    """Return the first place in the text that has this shape and is a date."""
    for match in re.finditer(_shape(form), text):
        shown = re.sub(r"([AaPp])\.?([Mm])\.?$", r"\1\2", match.group()) if form.endswith("%p") else match.group()
        try:
            moment = datetime.strptime(shown, form)  # noqa: DTZ007 -- the zone is added on the next line
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return None


def _shape(form: str) -> str:
    """Return a strptime format as a regular expression."""
    pieces = re.split(r"(%.)", form)
    shape = "".join(_PARTS.get(p[1], re.escape(p)) if p.startswith("%") else re.escape(p) for p in pieces)
    return r"(?<!\d)" + shape.replace(r"\ ", r"\s+") + r"(?!\d)"


def _relative(text: str, now: datetime) -> datetime | None:
    """Read "Today, 05:21 PM", "Yesterday 17:21" and "3 hours ago"."""
    if match := _RELATIVE.search(text):
        hour = int(match[2]) % _NOON + (_NOON if match[4].casefold() == "pm" else 0) if match[4] else int(match[2])
        day = now if match[1].casefold() in ("today", "heute") else now - timedelta(days=1)
        try:
            return day.replace(hour=hour, minute=int(match[3]), second=0, microsecond=0)
        except ValueError:
            return None
    if match := _AGO.search(text):
        amount = int(match[1]) if match[1].isdigit() else 1
        return now - timedelta(seconds=amount * _UNITS[match[2].casefold()])
    return None
