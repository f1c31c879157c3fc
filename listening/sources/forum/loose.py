"""Puts an element around each loose text of a flat page: of logs and guest books whose posts are no more than lines."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Iterator
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from listening.sources.forum.survey import Place, Survey

_LOOKED_AT = 200  # texts of a place
_HEAD = 110  # characters of a text in which its date stands
_MAY_BE_DATED = re.compile(r"\d\d?\D{1,12}\d")
_MOST = 20_000  # of those that may have one: what is longer is no page of posts
_BRACKETED = re.compile(r"\s*(?:(\[[^][]{1,40}\])|(\([^()]{1,40}\))|(<[^<>]{1,40}>))\s*")
_DASH = re.compile(r"\s*(?:--|[\u2013\u2014~])")  # before the name of who signs
_DASHED = "-dash"
_BRACKETS = ("in-square", "in-round", "in-angle")


def loosened(survey: Survey, fewest: int = 2) -> Survey | None:
    """Return a survey of the same page in which each loose text is an element; None where it has no flat place.

    That is one in which `fewest` loose texts show a date.

    What stands in brackets at the start of a text, as in "[10:12] <Ann> Hello", is an element of its own. Each line of
    preformatted text is a text.
    """
    flat = _flat_place(survey.known(), fewest)
    if flat is None or survey.root is None:
        return None
    inner = "".join(_told(flat.node))
    whole = flat.node.html or ""
    around = f"<div class={flat.node.tag}>{inner}</div>" if flat.node.tag in {"pre", "p"} else _opened(whole, inner)
    page = (survey.root.html or "").replace(whole, around, 1)
    return Survey(LexborHTMLParser(page).root, survey.find)


def _flat_place(survey: Survey, fewest: int) -> Place | None:
    """Return the place with most loose texts that may hold a date, if enough of them do; None for none."""
    wordy = (place for place in survey.places if place.words and (place.end > place.order or place.node.tag == "pre"))
    counted = ((sum(1 for text in _texts(place.node) if _MAY_BE_DATED.search(text)), place) for place in wordy)
    many, flat = max(counted, key=lambda one: one[0], default=(0, None))
    if flat is None or not fewest <= many <= _MOST:
        return None
    dated = (
        text for text in islice(_texts(flat.node), _LOOKED_AT) if _MAY_BE_DATED.search(text) and _is_dated(survey, text)
    )
    return flat if sum(1 for _ in islice(dated, fewest)) == fewest else None


def _is_dated(survey: Survey, text: str) -> bool:
    return survey.find(text[:_HEAD]) is not None


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
        told += _element(_BRACKETS[(found.lastindex or 1) - 1], found[0])
        shown = shown[found.end() :]
    return told + (_element(before + _DASHED * bool(_DASH.match(shown)), shown) if shown.strip() else shown)


def _element(sort: str, shown: str) -> str:
    return f"<x-text-{sort}>{markup.escape(shown)}</x-text-{sort}>"


def _opened(whole: str, inner: str) -> str:
    """Return an element's HTML with something else in it."""
    tag = re.match(r"<([\w-]+)(?:[^>\"']|\"[^\"]*\"|'[^']*')*>", whole)
    return f"{tag[0]}{inner}</{tag[1]}>" if tag else whole
