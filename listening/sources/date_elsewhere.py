"""Dates whose months are written with signs that are no letters (Thai, Hindi), or that count in another calendar."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from listening.sources.date_words import fold

Parts = tuple[str, str, str]  # year, month, day

_SIGNED = """
มกราคม ม.ค. जनवरी জানুয়ারি
กุมภาพันธ์ ก.พ. फरवरी फ़रवरी ফেব্রুয়ারি
มีนาคม มี.ค. मार्च মার্চ
เมษายน เม.ย. अप्रैल এপ্রিল
พฤษภาคม พ.ค. मई মে
มิถุนายน มิ.ย. जून জুন
กรกฎาคม ก.ค. जुलाई জুলাই
สิงหาคม ส.ค. अगस्त আগস্ট
กันยายน ก.ย. सितंबर सितम्बर সেপ্টেম্বর
ตุลาคม ต.ค. अक्टूबर अक्तूबर অক্টোবর
พฤศจิกายน พ.ย. नवंबर नवम्बर নভেম্বর
ธันวาคม ธ.ค. दिसंबर दिसम्बर ডিসেম্বর
"""
_PERSIAN = "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند"
_BUDDHIST = 543  # years before the common era
_BUDDHIST_FROM = 2_400
_CYCLES = 1_595  # years put before the Persian calendar's first, where its cycles of 33 begin
_FIRST_DAY = -356033  # of those years, as Python counts days
_LONG_MONTHS = 6  # of 31 days


def _signed() -> Mapping[str, int]:
    lines = _SIGNED.strip().split("\n")
    return {fold(word): number for number, line in enumerate(lines, 1) for word in line.split()}


_MONTHS = _signed()
_PERSIAN_MONTHS = {fold(word): number for number, word in enumerate(_PERSIAN.split(), 1)}


def _one_of(words: Mapping[str, int]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_DAY_SIGNED = re.compile(rf"(?<!\d)(\d{{1,2}})\s?({_one_of(_MONTHS)})[\s,]{{0,2}}(\d{{4}}|\d{{2}}(?![\d:.]))?")
_DAY_PERSIAN = re.compile(
    rf"(?<!\d)(\d{{1,2}})\s({_one_of(_PERSIAN_MONTHS)})(?!\w)(?:\s?(?:ماه)?[\s,،]{{0,2}}(1[34]\d\d))"
)
_PERSIAN_NUMBERS = re.compile(r"(?<![\d/])(1[34]\d\d)/(\d{1,2})/(\d{1,2})(?![\d/])")


def dates_elsewhere(text: str) -> Iterator[tuple[re.Match[str], Parts]]:
    """Yield where a folded text shows such a date, with its year ("" for none), month and day as the west counts."""
    named = not text.isascii()
    for found in _DAY_SIGNED.finditer(text) if named else ():
        yield found, (_western(found[3] or "", found[2]), str(_MONTHS[found[2]]), found[1])
    for found in _DAY_PERSIAN.finditer(text) if named else ():
        yield from _converted(found, found[3], _PERSIAN_MONTHS[found[2]], found[1])
    for found in _PERSIAN_NUMBERS.finditer(text):
        yield from _converted(found, found[1], int(found[2]), found[3])


def _western(year: str, month: str) -> str:
    """Return a year of the Buddhist era as the west counts it; of two digits they are Thailand's alone."""
    if len(year) == 2 and re.match(r"[\u0e00-\u0e7f]", month):  # noqa: PLR2004 -- digits
        year = f"25{year}"
    return str(int(year) - _BUDDHIST) if year and int(year) >= _BUDDHIST_FROM else year


def _converted(found: re.Match[str], year: str, month: int, day: str) -> Iterator[tuple[re.Match[str], Parts]]:
    if 1 <= month <= 12 and 1 <= int(day) <= 31:  # noqa: PLR2004 -- a year's months and a month's days
        western = _persian(int(year), month, int(day))
        yield found, (str(western.year), str(western.month), str(western.day))


def _persian(year: int, month: int, day: int) -> date:
    """Return a day of the Persian calendar as the west counts it: leap years by their cycle of 33."""
    before = 31 * (month - 1) - max(0, month - 1 - _LONG_MONTHS)
    years = year + _CYCLES
    leaps = years // 33 * 8 + (years % 33 + 3) // 4
    return date.fromordinal(_FIRST_DAY + 365 * years + leaps + before + day)
