"""Finds what the comments or answers of a page stand under: the opening post, and no article."""

from __future__ import annotations

import re
from collections.abc import Sequence

from listening.sources.forum.block_aside import AROUND
from listening.sources.forum.block_shape import Block
from listening.sources.forum.survey import Mark, Place, Survey, within

_ARTICLE = re.compile(r"(?:^|[-_\s])(?:h?entry|article|story|news|blog)(?:[-_\s]|$)", re.IGNORECASE)


def opening(survey: Survey, blocks: Sequence[Block], *, alike: bool) -> Block | None:
    """Return what comments or answers stand under: the smallest place above them with a date, and words enough.

    With `alike` its date and its name must stand in the same kinds of places as theirs: the rest looks otherwise. Of
    several such places the last one counts: others repeat what stands below.
    """
    first = min(block.place.order for block in blocks)
    headings = [place.order for place in survey.places[:first] if place.node.tag == "h1"]
    named = any(block.names for block in blocks)
    marks = within(survey.dates, headings[-1] if headings else 0, first - 1)
    if alike:
        dates, names_alike = ({mark.kind for mark in some} for some in _first_marks(blocks))
        marks = [mark for mark in reversed(marks) if mark.kind in dates]
    for mark in marks:
        at = mark.order
        while at >= 0 and survey.places[at].end < first:
            place = survey.places[at]
            names = tuple(within(survey.names, place.order, place.end))
            words = survey.words(place.order, place.end)
            if alike:
                names = tuple(name for name in names if name.kind in names_alike)
            if (names or (not named and not alike)) and words > AROUND:
                if _is_article(survey, place, first):
                    return None
                return Block(place, (), (mark,), names, words)
            at = place.parent
    return None


def _is_article(survey: Survey, place: Place, first: int) -> bool:
    """Return True for a place in what is called an article, above its comments: no post of a customer's."""
    at = place.order
    while at >= 0 and survey.places[at].end < first:
        if _ARTICLE.search(" ".join(survey.places[at].kind.partition("<")[0].split("|")[1:3])):
            return True
        at = survey.places[at].parent
    return False


def _first_marks(blocks: Sequence[Block]) -> tuple[list[Mark], list[Mark]]:
    return [mark for block in blocks for mark in block.dates[:1]], [
        mark for block in blocks for mark in block.names[:1]
    ]
