"""Finds whom a repeated block answers: by a number or link that says so, by what it stands in, how deep, or quotes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from selectolax.lexbor import LexborNode

from listening.sources.forum.block_shape import Block, inside
from listening.sources.forum.posts import FoundPost
from listening.sources.forum.selectors import shown_at
from listening.sources.forum.survey import Place, Survey
from listening.sources.forum.urls import answered_number
from listening.sources.forum.words import quoted_names

_PARENT_NAME = re.compile(
    r"data-(?:.*-)?(?:parent|reply-?to|in-?reply-?to|answers)(?:-(?:comment|post|reply))?(?:-?id)?"
)
_IN_REPLY = re.compile(
    r"in reply to|replying to|in response to|reply to\b|antwort auf|als antwort|en r[ée]ponse|en respuesta|in risposta"
    r"|em resposta|\bparent\b|@",
    re.IGNORECASE,
)
_LEVEL_NAMES = ("data-depth", "data-level", "data-indent", "indent", "aria-level", "data-nesting-level", "depth")
_LEVEL_CLASS = re.compile(r"(?:^|[-_\s])(?:depth|level|indent|lvl|nest(?:ing|ed)?)-{0,2}(\d{1,3})(?:\s|$)")
_LEVEL_STYLE = re.compile(r"(?:margin|padding)-left\s*:\s*(\d+(?:\.\d+)?)\s*(?:px|em|rem|%)")
_LOOKED_AT = 40  # places of a block in which it says whom it answers
_STEPS_OUT = 8


def with_answers(survey: Survey, blocks: Sequence[Block], posts: Sequence[FoundPost]) -> list[FoundPost]:
    """Fill `reply_to` of these posts, one a block, where their page tells it. Only posts above count."""
    ids = [post.id for post in posts]
    starts = [block.place.order for block in blocks]
    levels = [_level(survey, block, starts) for block in blocks]
    told, last = [], dict[str, str]()
    for at, (block, post) in enumerate(zip(blocks, posts, strict=True)):
        above = ids[:at]
        answered = post.reply_to or _by_number(survey, block, above) or _by_place(survey, block, starts, ids)
        if not answered and len(set(levels)) > 1:
            answered = next((ids[one] for one in range(at - 1, -1, -1) if levels[one] < levels[at]), "")
        if not answered and last:
            quoted = quoted_names(block.place.node, [one.node for one in block.inner])
            answered = next((last[name] for name in quoted if name in last), "")
        told.append(replace(post, reply_to=answered or None))
        last |= {post.author.casefold(): post.id} if post.author else {}
    return told


def _by_number(survey: Survey, block: Block, above: Sequence[str]) -> str:
    """Return the post above whose number an attribute of the block names, or a link in it that says "in reply to"."""
    known = {known_by: one for one in above for known_by in (one, answered_number(one)) if known_by}
    for place in (block.place, *islice(inside(survey, block), _LOOKED_AT)):
        for name, value in place.node.attributes.items():
            if value and _PARENT_NAME.fullmatch(name) and answered_number(value) in known:
                return known[answered_number(value)]
        if place.node.tag == "a" and (said := _said_of(place.node)) and _IN_REPLY.search(said):
            number = answered_number(place.node.attributes.get("href") or "")
            if number in known:
                return known[number]
    return ""


def _said_of(link: LexborNode) -> str:
    """Return a link's words with those just before it."""
    before = link.prev
    lead = (before.text(deep=False) or "")[-30:] if before is not None and before.tag == "-text" else ""
    return f"{lead} {shown_at(link, '')[:60]} {link.attributes.get('title') or ''}"


def _by_place(survey: Survey, block: Block, starts: Sequence[int], ids: Sequence[str]) -> str:
    """Return the post that opens what this one stands in, where the same kind of thing stands around this one too."""
    kinds = {block.place.kind}
    at = block.place.parent
    while at >= 0:
        place = survey.places[at]
        first = bisect_left(starts, place.order)
        if starts[first] == block.place.order:
            kinds.add(place.kind)
        elif place.kind in kinds:
            return ids[first]
        at = place.parent
    return ""


def _level(survey: Survey, block: Block, starts: Sequence[int]) -> float:
    """Return how far in a block is set, by what it and what stands around it alone say; 0.0 where nothing says so."""
    for place in (*_around(survey, block, starts), *islice(inside(survey, block), _LOOKED_AT // 4)):
        attributes = place.node.attributes
        told = next((attributes[name] for name in _LEVEL_NAMES if (attributes.get(name) or "").isdigit()), None)
        if told is not None:
            return float(told)
        if found := _LEVEL_CLASS.search(attributes.get("class") or "") or _LEVEL_STYLE.search(
            attributes.get("style") or ""
        ):
            return float(found[1])
    return 0.0


def _around(survey: Survey, block: Block, starts: Sequence[int]) -> Iterator[Place]:
    yield block.place
    at = block.place.parent
    for _ in range(_STEPS_OUT):
        if at < 0:
            return
        place = survey.places[at]
        first = bisect_left(starts, place.order)
        if starts[first] != block.place.order:
            return
        yield place
        at = place.parent
