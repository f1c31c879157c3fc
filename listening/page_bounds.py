"""Holds a page or post to what people write: thousandfold nesting and endless pages would cost a night its hours."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

DEEPEST = 300  # elements in one another; the parser's time, and ours, grows with the square of it
MOST_TAGS = 40_000  # of one page; the longest honest ones, 1,500 comments on one page, have half as many
LONGEST_TAG = 20_000  # characters; a longer one is honest where it holds a picture, but then it has few attributes
MOST_ATTRIBUTES = 500  # of a tag that is so long: the parser compares each with all others
MOST_SIGNS = 5_000_000  # characters of one page
# As a browser reads it (HTML, 13.2.5), in linear time: what looks like a tag in a value, a comment or a text is none.
_PIECE = (
    r"<!--(?:-?>|.*?(?:--!?>|\Z))|<[!?][^>]*+|</[^a-z>][^>]*+"
    r"|<(?P<raw>script|style|textarea|title|xmp|iframe|noembed|noframes)\b{raw}"
    r"|<(?P<name>/?[a-z][^\s/>]*+)(?:[\s/]++|=?[^\s/>=]++(?:\s*+=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)"
    r"|(?![\"'])[^\s>]++)?+)?+|=)*+(?:>|\Z)"
)
_TAG = re.compile(_PIECE.replace("{raw}", r".*?(?:</(?P=raw)\b|\Z)"), re.IGNORECASE | re.DOTALL)
# in drawings and formulas a title or a style holds tags as any element does: only what holds few is passed over
_TAG_IN_DRAWINGS = re.compile(
    _PIECE.replace("{raw}", r"(?:[^<]*+<(?!/(?P=raw)\b)){0,30}[^<]*+</(?P=raw)\b"), re.IGNORECASE | re.DOTALL
)
_DRAWING = re.compile(r"<(?:svg|math)\b", re.IGNORECASE)
_OPENS = re.compile(r"<[a-z]", re.IGNORECASE)
_LEAF_TAGS = "area base br col embed hr img input link meta param source track wbr p li tr td th dt dd option tbody"
_LEAVES = frozenset(_LEAF_TAGS.split())
_SCOPES = frozenset(
    ("table", "template", "object", "marquee", "applet", "caption")
)  # nothing in them ends what is outside


def bounded(source: str, most_tags: int = MOST_TAGS) -> tuple[str, bool]:
    """Return the page without the tags that nest too deep, whose words stay, and whether its end was cut off.

    In time linear in the page; what people write comes back as it was.
    """
    cut, source = len(source) > MOST_SIGNS, source[:MOST_SIGNS]
    source = _without_long_tags(source)
    if source.count("<") <= 2 * DEEPEST:
        return source, cut
    tags = _TAG_IN_DRAWINGS if _DRAWING.search(source) else _TAG
    names = tags.findall(source)
    if len(names) <= most_tags and not _is_deep(name for _, name in names):
        return source, cut
    pieces: list[str] = []
    start = kept = 0
    open_now, dropped = list[str](), Counter[str]()
    for tag in tags.finditer(source):
        if kept >= most_tags:
            return "".join((*pieces, source[start : tag.start()])), True
        if _stays((tag["name"] or "").lower(), open_now, dropped):
            kept += 1
            continue
        pieces.append(source[start : tag.start()])
        start = tag.end()
    return "".join((*pieces, source[start:])), cut


def _is_deep(names: Iterable[str]) -> bool:
    """Return True where some of the tags would have to go; every page is asked, so the usual case is short."""
    open_now = list[str]()
    for tag in names:
        name = tag.lower()
        if not name or name in _LEAVES:
            continue
        if name[0] != "/":
            if len(open_now) >= DEEPEST:
                return True
            open_now.append(name)
        elif open_now and open_now[-1] == name[1:]:
            open_now.pop()
        elif name[1:] not in _LEAVES:
            _close(name[1:], open_now)
    return False


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


def _stays(name: str, open_now: list[str], dropped: Counter[str]) -> bool:
    """Keep count of what is open; a tag that opens one too many goes, and so does the one ("/div") that closes it."""
    if not name or name in _LEAVES:
        return True
    if name[0] != "/":
        if len(open_now) >= DEEPEST:
            dropped[name] += 1
            return False
        open_now.append(name)
        return True
    name = name[1:]
    if dropped and dropped[name]:
        dropped[name] -= 1
        return False
    _close(name, open_now)
    return True


def _close(name: str, open_now: list[str]) -> None:
    """Close the last of this name, and with it what it holds and nobody closed; nothing where a frame is between."""
    for at in range(len(open_now) - 1, -1, -1) if name in open_now else ():
        if open_now[at] == name:
            del open_now[at:]
            break
        if open_now[at] in _SCOPES:
            break
