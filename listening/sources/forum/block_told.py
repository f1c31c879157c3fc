"""Learns the names that repeated blocks tell only those who hear a page, or point at a picture: "Photo of Ann"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import islice, takewhile

from listening.sources.forum.block_shape import Block, inside
from listening.sources.forum.names import name_in
from listening.sources.forum.survey import Mark, Survey

_TOLD_IN = ("title", "alt", "aria-label", "data-name", "data-user", "data-username", "data-nick")
_LOOKED_AT = 30  # places of a block
_ENOUGH = 0.8  # of the blocks must tell a name in the same attribute of the same kind of place


def names_told(survey: Survey, blocks: Sequence[Block]) -> dict[int, Mark]:
    """Return the names in the attribute in which most blocks tell one, by the orders of the blocks; {} for none.

    What all of them say before and behind it is no part of the name. Where a block tells several, none is its author's.
    """
    told: dict[tuple[str, str], dict[int, Mark]] = defaultdict(dict)
    several = set[tuple[str, str]]()
    for block in blocks:
        for place in (block.place, *islice(inside(survey, block), _LOOKED_AT)):
            for name, shown in place.node.attributes.items():
                if name in _TOLD_IN and shown and not survey.find(shown):
                    key = f"{place.kind}@{name}", name
                    mark = told[key].setdefault(block.place.order, Mark(place.order, key[0], name=shown))
                    several |= {key} if mark.name != shown else set()
    fit = (named for key, marks in told.items() if key not in several and (named := _bare(marks, len(blocks))))
    return max(fit, key=lambda named: len({mark.name for mark in named.values()}), default={})


def _bare(marks: dict[int, Mark], blocks: int) -> dict[int, Mark]:
    """Return the names in some texts, without what all begin and end with; {} where too few are names that differ."""
    shown = [f"{mark.name} " for mark in marks.values()]
    lead = _shared_start(shown).rpartition(" ")[0]
    tail = _shared_start([f" {text.strip()}"[::-1] for text in shown])[::-1].partition(" ")[2]
    named = {
        order: Mark(mark.order, mark.kind, name=name)
        for order, mark in marks.items()
        if (name := name_in(mark.name.removeprefix(lead).removesuffix(tail).strip()))
    }
    differ = len({mark.name for mark in named.values()}) > 1
    return named if differ and len(named) >= _ENOUGH * blocks else {}


def _shared_start(texts: Sequence[str]) -> str:
    pairs = zip(min(texts), max(texts), strict=False)
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
