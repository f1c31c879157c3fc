"""Puts an element around each loose text of a flat page: of logs and guest books whose posts are no more than lines."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from listening.sources.forum_survey import Place, Survey

_FLAT = 3  # a place is flat that holds one of so many words of its page by itself
_FEWEST = 2  # loose texts of it: two posts, of a line each
_MOST = 20_000  # of them: what is longer is no page of posts
_BRACKETED = re.compile(r"\s*(?:(\[[^][]{1,40}\])|(\([^()]{1,40}\))|(<[^<>]{1,40}>))\s*")
_NAMES = ("square", "round", "angle")


def loosened(survey: Survey) -> Survey | None:
    """Return a survey of the same page in which each loose text is an element; None where it has no flat place.

    What stands in brackets at the start of a text, as in "[10:12] <Ann> Hello", is an element of its own. Each line of
    preformatted text is a text.
    """
    flat = _flat_place(survey.known())
    if flat is None or survey.root is None:
        return None
    inner = "".join(_told(flat.node))
    whole = flat.node.html or ""
    around = f"<div class={flat.node.tag}>{inner}</div>" if flat.node.tag in {"pre", "p"} else _opened(whole, inner)
    page = (survey.root.html or "").replace(whole, around, 1)
    return Survey(LexborHTMLParser(page).root, survey.find)


def _flat_place(survey: Survey) -> Place | None:
    """Return the place that holds most loose words of a page, if these are many and stand in several texts."""
    if not survey.places:
        return None
    most = max(survey.places, key=lambda place: place.words)
    if most.words * _FLAT < survey.running[-1] or not most.words:
        return None
    return most if _FEWEST <= sum(1 for _ in _texts(most.node)) <= _MOST else None


def _texts(node: LexborNode) -> Iterator[str]:
    for child in node.iter(include_text=True):
        if child.tag == "-text" and (shown := child.text(deep=False) or "").strip():
            yield from (line for line in _lines(node, shown) if line.strip())


def _lines(node: LexborNode, shown: str) -> list[str]:
    return shown.split("\n") if node.tag == "pre" else [shown]


def _told(node: LexborNode) -> Iterator[str]:
    """Yield the HTML of what stands in an element, with an element around each loose text."""
    before = "br"
    for child in node.iter(include_text=True):
        if child.tag == "-text":
            lines = _lines(node, child.text(deep=False) or "")
            yield "<br>".join(_wrapped(line, "br" if at else before) for at, line in enumerate(lines))
        else:
            before = child.tag or ""
            yield child.html or ""


def _wrapped(shown: str, before: str) -> str:
    """Return a text as elements; what stands before it tells a date behind a name from a date in a text."""
    told = ""
    while found := _BRACKETED.match(shown):
        told += f'<x-text class="in-{_NAMES[(found.lastindex or 1) - 1]}">{markup.escape(found[0])}</x-text>'
        shown = shown[found.end() :]
    return told + (f'<x-text class="after-{before}">{markup.escape(shown)}</x-text>' if shown.strip() else shown)


def _opened(whole: str, inner: str) -> str:
    """Return an element's HTML with something else in it."""
    tag = re.match(r"<([\w-]+)(?:[^>\"']|\"[^\"]*\"|'[^']*')*>", whole)
    return f"{tag[0]}{inner}</{tag[1]}>" if tag else whole
