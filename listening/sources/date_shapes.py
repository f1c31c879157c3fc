"""The shapes that dates have in running text: each finds its places and the moment there. Pure, on folded text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from listening.sources.date_elsewhere import dates_elsewhere
from listening.sources.date_words import (
    AGO_AFTER,
    AGO_BEFORE,
    DAYS_BACK,
    EAST_UNITS,
    JUST_NOW,
    LONE_UNITS,
    MORE_OR_LESS,
    ONE,
    SHORT_UNITS,
    UNITS,
    WEEKDAYS,
    month_of,
)

_NOON = 12
_CENTURY = 100
_SUNDAY = 7
_LEAP = 60  # a second that is put in between two days
_LONGEST_AGO = 40  # years
_CLOCK = (
    r"(?P<early>午前|午後|上午|下午|오전|오후)?\s*(?P<hour>\d{1,2})\s?(?:[:.h\uff1a時点시]|heures?)\s?(?P<minute>\d{2})"
    r"(?!\d)分?(?:[:.](?P<second>\d{2})(?:\.\d+)?(?![\d.])|(?!\.\d))\s*(?P<half>[ap]\.?\s?m\b\.?|π\.?μ\.?|μ\.?μ\.?)?"
    r"\s*(?P<zone>z\b|(?:utc|gmt)?\s?[+-]\d{2}:?\d{2}(?!\d)|(?:utc|gmt)\b)?"
)
# behind the year Russian writes a letter and a dot, Croatian a dot, before the time the Scandinavians "kl."
_CLOCK_AFTER = re.compile(r"(?:\u0433\.|kl\.|\.(?=\s)|[^\d\n:./-]|\s[-/:]\s){0,14}?(?<![\d:])" + _CLOCK)
_CLOCK_BEFORE = re.compile(r"(?<![\d:])" + _CLOCK + r"[^\d\n:./]{0,10}$")
_WHOLE_CLOCK = re.compile(_CLOCK)
_HOUR_ONLY = re.compile(r"[^\d\n:./-]{0,6}\b(?P<hour>\d{1,2})\s?(?P<half>[ap]\.?m\b)")
_YEAR_AFTER = re.compile(r"[^\d\n]{0,8}(?P<year>(?:19|20)\d{2})(?!\d)")
_WORD = r"[^\W\d_]{3,14}"
_SEP = r"(?:[\s,./-]|\bde\b|\bdel\b|\bof\b){1,6}"

_YEAR_FIRST = re.compile(r"(?<!\d)((?:19|20)\d{2})([-/.])\s?(\d{1,2})\2\s?(\d{1,2})\.?(?!\d)t?")
_EAST = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_NUMBERS = re.compile(r"(?<![\d.:/-])(\d{1,2})([-/.])\s?(\d{1,2})\2\s?((?:19|20)\d{2}|\d{2})(?![\d/-])(?!:)")
_DAY_MONTH = re.compile(
    rf"(?<![\d:])(\d{{1,2}})(?:st|nd|rd|th|er|\.)?{_SEP}({_WORD})\b(?!(?<=out) of)"
    rf"(?:{_SEP}'?(\d{{4}}|\d{{2}}(?![\d:.h])))?"
)
_MONTH_DAY = re.compile(
    rf"(?<!\w)({_WORD})\.?[\s,.-]{{0,3}}(\d{{1,2}})(?:st|nd|rd|th|\.)?(?![\d:h])(?:[\s,.-]{{1,3}}'?(\d{{4}}"
    r"|\d{{2}}(?![\d:.h])))?"
)
_VIETNAM = re.compile(r"(\d{1,2}) thang (\d{1,2}),? (?:nam )?(\d{4})")
_NAMED_DAYS = re.compile("|".join(sorted(map(re.escape, DAYS_BACK), key=len, reverse=True)))
_NAMED_WEEKDAYS = re.compile("|".join(sorted(map(re.escape, WEEKDAYS), key=len, reverse=True)))
_AMOUNT = re.compile(
    r"(?<![\w.,:/-])(?:(\d{1,4})\s?\+?\s?|(?:" + "|".join(sorted(ONE)) + r")(?:\s|['\u2019]))"
    r"([^\W\d_][\w-]{0,14})\.?"
)
_EAST_AGO = re.compile(
    r"(\d{1,4})\s?(" + "|".join(sorted(EAST_UNITS, key=len, reverse=True)) + r")(?:钟|鐘)?(?:以)?"
    r"\s?(?:[前전]|ที|กอน|पहल)"
)
_COMPACT = re.compile(r"(\d{1,4})\s?(s|m|min|h|d|w|mo|y)")
_BEFORE = re.compile(
    r"(?:^|\W)(?:" + "|".join(sorted(map(re.escape, AGO_BEFORE), key=len, reverse=True)) + r")\s"
    rf"(?:(?:[^\W\d_]{{2,9}}|{MORE_OR_LESS})\s?)?$"
)
_LONE = re.compile(r"(?<![\w.,:/-])(?:" + "|".join(sorted(LONE_UNITS)) + r")(?=\s)")
_AFTER = re.compile(r"\W{0,3}(?:" + "|".join(sorted(map(re.escape, AGO_AFTER), key=len, reverse=True)) + r")(?!\w)")


@dataclass(frozen=True, slots=True)
class Shown:
    """A date in a text: where it begins, the moment, and how exact it is: "time", "day" or "relative"."""

    start: int
    moment: datetime
    exact: str


def shown_dates(text: str, now: datetime, *, day_first: bool | None) -> Iterator[Shown]:
    """Yield every date in a folded text; `now` carries the zone that the site shows its times in."""
    for year_first in _YEAR_FIRST.finditer(text):
        yield from _dated(text, year_first, (year_first[1], year_first[3], year_first[4]), now)
    for east in _EAST.finditer(text):
        yield from _dated(text, east, (east[1], east[2], east[3]), now)
    for vietnam in _VIETNAM.finditer(text):
        yield from _dated(text, vietnam, (vietnam[3], vietnam[2], vietnam[1]), now)
    for elsewhere, parts in dates_elsewhere(text):
        yield from _dated(text, elsewhere, parts, now)
    for numbers in _NUMBERS.finditer(text):
        yield from _dated(text, numbers, _ordered(numbers, text, day_first=day_first), now)
    yield from _named_months(text, now)
    yield from _named_days(text, now)
    yield from _ago(text, now)


def only_clock(text: str, now: datetime) -> Shown | None:
    """Read a text that is only a time of day ("11:32 AM") as today's, or yesterday's where it is still to come."""
    clock = None if _NUMBERS.fullmatch(text) else _WHOLE_CLOCK.fullmatch(text)  # 12.05.26 is a day
    moment = _at(now, clock) if clock else None
    if moment is None:
        return None
    return Shown(0, moment if moment <= now + timedelta(minutes=5) else moment - timedelta(days=1), "time")


def numeric_votes(text: str) -> tuple[int, int]:
    """Return (1, 0) for a date in numbers whose day must stand first, (0, 1) for the month, (0, 0) for no telling."""
    found = _NUMBERS.search(text)
    if not found:
        return 0, 0
    first, second = int(found[1]), int(found[3])
    return int(first > _NOON >= second), int(second > _NOON >= first)


def _ordered(found: re.Match[str], text: str, *, day_first: bool | None) -> tuple[str, str, str]:
    """Year, month, day of three numbers: by what cannot be otherwise, else as the page does, else by the marks."""
    first, mark, second, year = found.groups()
    certain = (int(first) > _NOON) - (int(second) > _NOON)
    if certain:
        day_first = certain > 0
    elif day_first is None:
        half = re.search(r"\d\s?[ap]\.?m\b", text[found.end() : found.end() + 18])
        day_first = mark == "." or not half
    return (year, second, first) if day_first else (year, first, second)


def _named_months(text: str, now: datetime) -> Iterator[Shown]:
    taken: set[int] = set()
    for found in _DAY_MONTH.finditer(text):
        if month := month_of(found[2]):
            taken.add(found.start(2))
            yield from _dated(text, found, (found[3] or "", str(month), found[1]), now)
    for found in _MONTH_DAY.finditer(text):
        if found.start(1) not in taken and (month := month_of(found[1])):
            yield from _dated(text, found, (found[3] or "", str(month), found[2]), now)


def _dated(text: str, found: re.Match[str], parts: tuple[str, str, str], now: datetime) -> Iterator[Shown]:
    """Complete a day with the year (the last one that is past) and the time that stand beside it."""
    shown_year, end = parts[0], found.end()
    clock = _CLOCK_AFTER.match(text, end) or _HOUR_ONLY.match(text, end)
    if not shown_year and (late := _YEAR_AFTER.match(text, clock.end() if clock else end)):
        shown_year = late["year"]
    clock = clock or _CLOCK_BEFORE.search(text, max(0, found.start() - 24), found.start())
    year = int(shown_year) if shown_year else now.year
    if len(shown_year) == 2:  # noqa: PLR2004 -- two digits: next year at most, else the last century
        year += now.year - now.year % _CENTURY
        year -= _CENTURY if year > now.year + 1 else 0
    try:
        day = datetime(year, int(parts[1]), int(parts[2]), tzinfo=now.tzinfo)
        if not shown_year and day > now + timedelta(days=1):
            day = day.replace(year=year - 1)
    except ValueError:
        return
    moment = _at(day, clock) if clock else day
    if moment is not None:
        yield Shown(found.start(), moment, "time" if clock else "day")


def _named_days(text: str, now: datetime) -> Iterator[Shown]:
    """Today, yesterday and weekdays count where a time follows or they are all there is."""
    for table, pattern in ((DAYS_BACK, _NAMED_DAYS), (WEEKDAYS, _NAMED_WEEKDAYS)):
        for found in pattern.finditer(text):
            if text[found.start() - 1 : found.start()].isalpha() or text[found.end() : found.end() + 1].isalpha():
                continue
            clock = _CLOCK_AFTER.match(text, found.end()) or _HOUR_ONLY.match(text, found.end())
            if clock is None and found.group() != text:
                continue
            back = table[found.group()] if table is DAYS_BACK else (now.weekday() - table[found.group()]) % _SUNDAY
            day = (now - timedelta(days=back)).replace(hour=0, minute=0, second=0, microsecond=0)
            moment = _at(day, clock) if clock else day
            if moment is not None and moment > now + timedelta(hours=1) and table is WEEKDAYS:
                moment -= timedelta(days=_SUNDAY)
            if moment is not None:
                yield Shown(found.start(), moment, "time" if clock else "day")


def _ago(text: str, now: datetime) -> Iterator[Shown]:
    if found := JUST_NOW.search(text):
        yield Shown(found.start(), now, "relative")
    for east in _EAST_AGO.finditer(text):
        yield from _back(east.start(), int(east[1]) * EAST_UNITS[east[2]], now)
    if compact := _COMPACT.fullmatch(text):
        yield from _back(0, int(compact[1]) * SHORT_UNITS[compact[2]], now)
    for lone in _LONE.finditer(text):
        if _AFTER.match(text, lone.end()):
            yield from _back(lone.start(), UNITS[lone.group()], now)
    seconds, start, end = 0, -1, -1
    for found in _AMOUNT.finditer(text):
        unit = UNITS.get(found[2]) or SHORT_UNITS.get(found[2])
        if unit is None:
            continue
        joined = start >= 0 and len(text[end : found.start()].strip(" ,.&")) <= 3  # noqa: PLR2004 -- "and", "und", "y"
        if start >= 0 and not joined:
            yield from _if_ago(text, start, end, seconds, now)
            start, seconds = -1, 0
        start = found.start() if start < 0 else start
        seconds, end = seconds + unit * int(found[1] or 1), found.end()
    if start >= 0:
        yield from _if_ago(text, start, end, seconds, now)


def _if_ago(text: str, start: int, end: int, seconds: int, now: datetime) -> Iterator[Shown]:
    """Take an amount of time for a date only where a word says that it is past."""
    if _AFTER.match(text, end) or _BEFORE.search(text[max(0, start - 24) : start]):
        yield from _back(start, seconds, now)


def _back(start: int, seconds: int, now: datetime) -> Iterator[Shown]:
    if seconds < _LONGEST_AGO * UNITS["year"]:
        yield Shown(start, now - timedelta(seconds=seconds), "relative")


def _at(day: datetime, clock: re.Match[str]) -> datetime | None:
    """Return the day at a shown time; None where there is no such time."""
    parts = clock.groupdict()
    hour, half = int(parts["hour"]), (parts.get("half") or parts.get("early") or "").replace(".", "").replace(" ", "")
    if half:
        hour = hour % _NOON + (_NOON if half in ("pm", "午後", "下午", "오후", "μμ") else 0)
    minute, second = int(parts.get("minute") or 0), int(parts.get("second") or 0)
    if (hour, minute) == (2 * _NOON, 0):
        day, hour = day + timedelta(days=1), 0
    try:
        moment = day.replace(hour=hour, minute=minute, second=second - (second == _LEAP), microsecond=0)
    except ValueError:
        return None
    shift = (parts.get("zone") or "").replace("utc", "").replace("gmt", "").replace(":", "").strip()
    if parts.get("zone"):
        sign = -1 if shift.startswith("-") else 1
        digits = shift.strip("+-z") or "0000"
        moment = moment.replace(tzinfo=timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))))
    return moment
