"""A repeated block of a page: what stands in it, and what names its post: an id, an anchor, or the link to itself."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from listening.sources.forum.selectors import element_before
from listening.sources.forum.survey import Mark, Place, Survey
from listening.sources.forum.urls import post_number

_STEPS_OUT = 6  # around a block, for the number of its post
_NAMED_IN = 12  # places of a block in which its number stands
_DIGITS = re.compile(r"\d+")
_ID_NAME = re.compile(
    r"id|name|(?:post|comment|message|entry|thing|reply|answer)-?id|data-(?:(?!.*(?:user|member|author|owner|thread|topic|forum|parent|reply)).*id"
    r"|post|comment|message|entry|beitrag|kommentar)"
)
ANSWER = re.compile(r"comment|repl(?:y|ies)|answer|response|antwort", re.IGNORECASE)
_MOST_DATES = 8  # in one block: more is a box of several posts


@dataclass(frozen=True, slots=True)
class Block:
    """One repeated block, without the blocks inside it: its place, and what stands in it."""

    place: Place
    inner: tuple[Place, ...]
    dates: tuple[Mark, ...]
    names: tuple[Mark, ...]
    words: int
    undated: bool = False  # True where its page shows no dates, and none is missed

    @property
    def sound(self) -> bool:
        """True where it has a date, if it should have one, and words, and is no box of several posts."""
        return (self.undated or bool(self.dates)) and len(self.dates) <= _MOST_DATES and self.words > 0


def inside(survey: Survey, block: Block) -> Iterable[Place]:
    """Return the places in a block, without those in the blocks inside it."""
    ends = {one.order: one.end for one in block.inner}
    at = block.place.order + 1
    while at <= block.place.end:
        if at in ends:
            at = ends[at] + 1
            continue
        yield survey.places[at]
        at += 1


def holds(place: Place, *marks: Mark) -> bool:
    """Return True where one of the marks stands in a place, or is it."""
    return any(place.order <= mark.order <= place.end for mark in marks)


def own_link(survey: Survey, block: Block, date: Mark, number: str) -> str:
    """Return the post's own address: a link that ends in its number, or the one that its date is; "" for none."""
    links = [place for place in inside(survey, block) if place.node.tag == "a"]
    for place in links if number else ():
        link = place.node.attributes.get("href") or ""
        if not link.startswith("javascript") and post_number(link) == number:
            return link
    dated = next((place.node.attributes.get("href") or "" for place in links if holds(place, date)), "")
    return dated if "#" in dated and len(dated) > 1 else ""


def numbers_of(blocks: Sequence[Block], survey: Survey) -> list[tuple[str, str]]:
    """Return for each block what names its post, "" for nothing, and the place on the page where that stands.

    Of the ids, data-ids and anchors in the blocks, or around them where nothing else stands, those that differ.
    """
    starts = sorted(block.place.order for block in blocks)
    told = [dict(reversed(list(_names_of(survey, block, starts)))) for block in blocks]
    shapes = Counter(shape for names in told for shape in names)
    distinct = {shape: len({names[shape][0] for names in told if shape in names}) for shape in shapes}
    order = {shape: at for at, shape in reversed(list(enumerate(shape for names in told for shape in reversed(names))))}
    best = max(shapes, key=lambda shape: (distinct[shape], -order[shape]), default="")
    return [names.get(best) or next(reversed(names.values()), ("", "")) for names in told]


def _names_of(survey: Survey, block: Block, starts: Sequence[int]) -> Iterable[tuple[str, tuple[str, str]]]:
    """Yield the shape of each attribute or link that may name a post, with name and place; likely ones first."""
    around, at = list[Place](), block.place.parent
    while at >= 0 and len(around) < _STEPS_OUT and _alone(survey.places[at], starts):
        around.append(survey.places[at])
        at = survey.places[at].parent
    before = element_before(block.place.node)
    anchor = [before] if before is not None and before.tag == "a" else []
    nodes = [place.node for place in (block.place, *list(inside(survey, block))[:_NAMED_IN], *around)]
    for attributes in (node.attributes for node in (*nodes, *anchor)):
        named = sorted(
            (name for name in attributes if _ID_NAME.fullmatch(name)), key=lambda name: name in ("id", "name")
        )
        for name in named:
            shown = attributes[name] or ""
            if re.search(r"\d", shown) and (found := post_number(shown)):
                yield f"{name} {_DIGITS.sub('#', shown)}", (found, shown if name in ("id", "name") else "")
    dated = (place.node for place in inside(survey, block) if place.node.tag == "a" and holds(place, *block.dates))
    for link in (node.attributes.get("href") or "" for node in dated):
        if "#" in link and (found := post_number(link)):
            yield "link", (found, "")


def _alone(place: Place, starts: Sequence[int]) -> bool:
    """Return True where one block stands in a place, and no other."""
    return bisect_right(starts, place.end) - bisect_left(starts, place.order) == 1
