"""Finds the moment in what a page shows as a date, in whatever language and order its forum writes dates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise

from listening.sources.date_shapes import Shown, numeric_votes, only_clock, shown_dates
from listening.sources.date_words import fold

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LONGEST = 400  # characters of a text that are searched for a date
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
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
_MONTH_FIRST = ("en-us", "en_us", "fil", "en-ph")


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


def find_moment(
    text: str, formats: Sequence[str] = (), *, now: datetime, zone: tzinfo = UTC, day_first: bool | None = None
) -> datetime | None:
    """UTC moment anywhere in a shown `text`; None where there is none. See find_date."""
    found = find_date(text, formats, now=now, zone=zone, day_first=day_first)
    return found.moment if found else None


def find_date(
    text: str, formats: Sequence[str] = (), *, now: datetime, zone: tzinfo = UTC, day_first: bool | None = None
) -> Shown | None:
    """Return the first date with a time (else the first date) in a shown `text`, its moment in UTC.

    Read in this order: ISO or epoch, one of the strptime `formats`, then any common form of any common language.
    `zone` is the zone that the site shows its times in, `day_first` how it writes 3/4/2026 (None: by the marks).
    """
    text = " ".join(text[:_LONGEST].split())
    if moment := _aware(text, zone):
        return _kept(Shown(0, moment, "time" if ":" in text or text.isdigit() else "day"))
    plain = _ORDINAL.sub("", text)
    for form in formats:
        if declared := _by_format(plain, form, zone):
            return _kept(Shown(0, declared, "time" if "%M" in form else "day"))
    folded, local = fold(text), now.astimezone(zone)
    if whole := only_clock(folded, local):
        return _kept(whole)
    try:
        found = [shown for each in shown_dates(folded, local, day_first=day_first) if (shown := _kept(each))]
    except OverflowError:
        return None
    return min(found, key=lambda shown: (shown.exact == "day", shown.start), default=None)


def writes_day_first(everywhere: Iterable[str], in_order: Iterable[str], language: str, now: datetime) -> bool | None:
    """Tell from a page's dates in numbers whether the day stands first; None where nothing tells.

    What cannot be otherwise decides, then what would lie in the future, then the steps of a thread (its posts stand in
    order), then the page's language.
    """
    votes = [numeric_votes(fold(text[:_LONGEST])) for text in everywhere]
    days, months = sum(vote[0] for vote in votes), sum(vote[1] for vote in votes)
    if days != months:
        return days > months
    folded = [fold(text[:_LONGEST]) for text in in_order]
    strange = [_strangeness(folded, now, day_first=day_first) for day_first in (True, False)]
    if strange[0] != strange[1]:
        return strange[0] < strange[1]
    return False if language.casefold().startswith(_MONTH_FIRST) else None


def _strangeness(texts: Sequence[str], now: datetime, *, day_first: bool) -> tuple[int, int]:
    """How many dates would lie in the future, and how many would step back, if the day stood first (or not)."""
    moments = []
    for text in texts:
        found = [shown.moment for shown in shown_dates(text, now, day_first=day_first) if shown.exact != "relative"]
        moments += found[:1]
    future = sum(moment > now + timedelta(days=1) for moment in moments)
    return future, sum(later < earlier for earlier, later in pairwise(moments))


def _kept(shown: Shown) -> Shown | None:
    """Return the date in UTC, unless it lies before forums had pages."""
    try:
        moment = shown.moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return Shown(shown.start, moment, shown.exact) if moment >= EARLIEST else None


def _aware(text: str, zone: tzinfo) -> datetime | None:
    """Read a text that is nothing but an ISO date or an epoch; without an offset it stands in the site's zone."""
    found = read_moment(text)
    if found is None or re.fullmatch(r"[\d.]+", text) or re.search(r"(?:[zZ]|[+-]\d\d:?\d\d)$", text[10:]):
        return found
    return found.replace(tzinfo=zone)


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
