"""Holds a page to what people write: thousandfold nesting and endless pages would cost a night its hours."""

from __future__ import annotations

import re
from collections import Counter

DEEPEST = 300  # elements in one another; the parser's time, and ours, grows with the square of it
MOST_TAGS = 40_000  # of one page; the longest honest ones, 1,500 comments on one page, have half as many
LONGEST_TAG = 20_000  # characters; a longer one is honest where it holds a picture, but then it has few attributes
MOST_ATTRIBUTES = 500  # of a tag that is so long: the parser compares each with all others
MOST_SIGNS = 5_000_000  # characters of one page
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|textarea)\b.*?(?:</\1\b|\Z)|<(/?)([a-z][a-z0-9-]*)\b[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
_OPENS = re.compile(r"<[a-z]", re.IGNORECASE)
_LEAF_TAGS = "area base br col embed hr img input link meta param source track wbr p li tr td th dt dd option tbody"
_LEAVES = frozenset(_LEAF_TAGS.split())


def bounded(source: str) -> tuple[str, bool]:
    """Return the page without the tags that nest too deep, whose words stay, and whether its end was cut off.

    In time linear in the page; what people write comes back as it was.
    """
    cut, source = len(source) > MOST_SIGNS, source[:MOST_SIGNS]
    source = _without_long_tags(source)
    if source.count("<") <= 2 * DEEPEST:
        return source, cut
    pieces: list[str] = []
    start = kept = 0
    open_now, dropped = list[str](), Counter[str]()
    for tag in _TAG.finditer(source):
        if kept >= MOST_TAGS:
            return "".join((*pieces, source[start : tag.start()])), True
        name = (tag[3] or "").lower()
        if not name or name in _LEAVES or _stays(name, open_now, dropped, closes=bool(tag[2])):
            kept += 1
            continue
        pieces.append(source[start : tag.start()])
        start = tag.end()
    return "".join((*pieces, source[start:])), cut


def _without_long_tags(source: str) -> str:
    """Put a line break in the place of each tag with very many attributes."""
    pieces = source.split(">")
    if max(map(len, pieces)) <= LONGEST_TAG:
        return source
    return ">".join(_shortened(piece) if len(piece) > LONGEST_TAG else piece for piece in pieces)


def _shortened(piece: str) -> str:
    """Return what stands before a ">", its tag shortened where it is one with very many attributes."""
    tag = _OPENS.search(piece)
    if tag is None or "</script" in piece or len(piece[tag.start() :].split(None, MOST_ATTRIBUTES)) <= MOST_ATTRIBUTES:
        return piece
    return piece[: tag.start()] + "<br"


def _stays(name: str, open_now: list[str], dropped: Counter[str], *, closes: bool) -> bool:
    """Keep count of what is open; a tag that opens one too many goes, and so does the one that closes it."""
    if not closes:
        if len(open_now) >= DEEPEST:
            dropped[name] += 1
            return False
        open_now.append(name)
        return True
    if dropped[name]:
        dropped[name] -= 1
        return False
    if open_now and open_now[-1] == name:
        open_now.pop()
    elif name in open_now:  # what it holds and nobody closed ends with it
        while open_now.pop() != name:
            pass
    return True
