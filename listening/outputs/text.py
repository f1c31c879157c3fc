"""Makes strangers' words harmless before they are put in a page, a cell or a header, and changes as little as it can.

All crawled text is hostile until it has passed here. The rules, each in one function: what a file cannot hold becomes
the replacement character; what a spreadsheet would compute gets an apostrophe; what a header or a line of text would
break becomes a space; what is no web address is no link.
"""

from __future__ import annotations

import math
import re
from urllib.parse import urlsplit

LOST = "\ufffd"  # stands for a character that the file cannot hold
_UNHOLDABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONE = re.compile("[\ud800-\udfff]")
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_COMPUTED = re.compile("'*\\s*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")  # the last four are the wide forms
_IN_LINKS = re.compile("[\\s\x00-\x20\x7f-\x9f<>\"'`\\\\^{|}\ud800-\udfff]")
LONGEST_CELL = 32_767  # characters, Excel's own limit
LONGEST_LINK = 2_000


def holdable(text: str) -> str:
    """Replace what neither XML nor UTF-8 can hold: control characters (not tab and line breaks), half surrogates."""
    return _UNHOLDABLE.sub(LOST, text)


def encodable(text: str) -> str:
    """Replace half surrogates, the only characters that UTF-8 cannot write."""
    return _LONE.sub(LOST, text)


def one_line(text: str, limit: int = 0) -> str:
    """Make a single visible line: no control, no direction mark, no double space; cut at `limit` with an ellipsis."""
    flat = " ".join(_BREAKS.sub(" ", _INVISIBLE.sub("", encodable(text))).split())
    return flat if not limit or len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def header(text: str, limit: int = 150) -> str:
    """Make a mail header's value: one line, in which nothing is an encoded word."""
    return one_line(text, limit).replace("=?", "= ?")


def cell(text: str) -> str:
    """Make a workbook cell's text: holdable, line breaks as Excel has them, and no longer than Excel allows."""
    clean = holdable(text).replace("\r\n", "\n").replace("\r", "\n")
    return clean if len(clean) <= LONGEST_CELL else clean[: LONGEST_CELL - 1] + "…"


def csv_cell(text: str) -> str:
    """Make a CSV cell that no spreadsheet computes: an apostrophe before what begins like a formula.

    To read it back, drop the first of the apostrophes before such a beginning; nothing else gets one.
    """
    clean = holdable(text)
    return f"'{clean}" if _COMPUTED.match(clean) else clean


def link(url: str) -> str:
    """Return the address where it is a plain http or https one, else "": then it may be shown, never followed."""
    if len(url) > LONGEST_LINK or _IN_LINKS.search(url):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.hostname else ""


def finite(number: float | None) -> float | None:
    """Return the number, or None for "not a number" and infinity, which neither JSON nor a cell can say."""
    return number if number is None or math.isfinite(number) else None
