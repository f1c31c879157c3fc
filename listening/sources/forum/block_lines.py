"""Finds words beside the date and the name of a post that are nobody's: "wrote on", "from Leeds:", or the date."""

from __future__ import annotations

from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from listening.sources.forum.survey import Mark, Survey

_DATE_WORDS = 9  # of a text that is a date and little else
_BETWEEN_WORDS = 4  # between a name and a date: "wrote on"
_BEHIND_WORDS = 6  # behind them, up to a colon that ends the line
_NEW_LINE = frozenset(("p", "div", "br", "hr", "table", "ul", "ol", "dl", "blockquote", "pre"))


def shown_beside(survey: Survey, date: Mark, name: Mark) -> list[str]:
    """Return the texts beside the marks of a post that are no words of its author, each as it stands there.

    The date itself, as in "(3 May 2026, 10:12) I think ...", what stands between name and date, and what stands behind
    them up to a colon at the end of the line: "Ann wrote on 3 May 2026 from Leeds:".
    """
    if date.moment is None:
        return []
    node = survey.places[date.order].node
    return [*_date_in(survey, node, date), *_line_around(node, survey.places[name.order].node if name.name else None)]


def _date_in(survey: Survey, node: LexborNode, date: Mark) -> Iterator[str]:
    """Yield the text in an element that is its date."""
    child = node.child
    while child is not None:
        shown = _own(child)
        found = survey.find(shown) if shown and len(shown.split()) < _DATE_WORDS else None
        if found and found.moment == date.moment:
            yield shown
            return
        child = child.next


def _line_around(date: LexborNode, name: LexborNode | None) -> Iterator[str]:
    """Yield the texts of the line in which a name and a date stand side by side, if they are few words."""
    if name is None or date.parent is None or name.parent is None or date.parent.mem_id != name.parent.mem_id:
        return
    between = list(_texts_to(name, date)) or list(_texts_to(date, name))
    behind = list(_texts_to(date if _comes_after(name, date) else name, None))
    line = " ".join(" ".join(behind).split())
    if 0 < len(" ".join(between).split()) <= _BETWEEN_WORDS:
        yield from between
    if line.endswith(":") and len(line.split()) <= _BEHIND_WORDS:
        yield from behind


def _comes_after(one: LexborNode, other: LexborNode) -> bool:
    node = one.next
    while node is not None:
        if node.mem_id == other.mem_id:
            return True
        node = node.next
    return False


def _texts_to(node: LexborNode, end: LexborNode | None) -> Iterator[str]:
    """Yield the texts behind an element up to another one, none if it does not follow; or up to the line's end."""
    if end is not None and not _comes_after(node, end):
        return
    after = node.next
    while after is not None and after.tag not in _NEW_LINE and (end is None or after.mem_id != end.mem_id):
        if _own(after).strip():
            yield _own(after)
        after = after.next


def _own(node: LexborNode) -> str:
    return (node.text(deep=False) or "") if node.tag == "-text" else ""
