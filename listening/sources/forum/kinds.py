"""Tells what kind of place an element of a page is: by its tag, its classes and the shape of its id."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

_CELLS = frozenset(("td", "th"))
_MOST_COLUMNS = 9
_QUOTE_DEEP = 5  # steps up from a name to the quote that it stands in
_HEXADECIMAL = re.compile(r"(?<![^\W_])(?=[a-f]*\d)[0-9a-f]{6,}(?:-[0-9a-f]{4,12}){0,4}(?![^\W_])")


def id_shape(node: LexborNode) -> str:
    """Return the id of an element with # for each number, however it is written; "" where it has none."""
    return re.sub(r"\d+", "#", _HEXADECIMAL.sub("#", node.attributes.get("id") or ""))


def kind_of(node: LexborNode) -> str:
    """Return the kind of an element: its tag, the shape of its id and its classes, without numbers and odd or even."""
    attributes = node.attributes
    shape = id_shape(node)
    classes = " ".join(sorted(plain_classes(node)))
    kind = f"{node.tag}|{shape if '#' in shape else ''}|{classes}|{attributes.get('itemprop') or ''}"
    if kind.endswith("|||") and node.parent is not None:
        above = node.parent
        nearby = " ".join(sorted(plain_classes(above))) or re.sub(r"\d+", "#", above.attributes.get("id") or "")
        kind += f"<{nearby or above.tag}{_column(node) or ('' if nearby else _column(above))}"
    return kind


def _column(node: LexborNode) -> str:
    """Return how many cells stand before a cell: what tells it from the others where none has a class; else ""."""
    count, before = 0, node.prev if node.tag in _CELLS else None
    while before is not None and count < _MOST_COLUMNS:
        count += before.tag in _CELLS
        before = before.prev
    return str(count or "")


_CHANGING = re.compile(
    r"^(?:odd|even|alt\d?|first|last|row\d|bg\d|trow\d|windowbg\d?|new|old|online|offline|unread|read)$"
)


def plain_classes(node: LexborNode) -> set[str]:
    """Return the classes of an element without numbers, and without those that only tell rows apart."""
    words = (node.attributes.get("class") or "").split()
    return {re.sub(r"\d+", "#", word) for word in words if not _CHANGING.match(word)}


def is_quoted(node: LexborNode) -> bool:
    """Return True where a date or name stands in what somebody quotes."""
    above: LexborNode | None = node
    for _ in range(_QUOTE_DEEP):
        if above is None:
            return False
        if "quote" in f"{above.attributes.get('class') or ''} {above.attributes.get('id') or ''}".casefold():
            return True
        above = above.parent
    return False
