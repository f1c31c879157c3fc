"""Groups the places of a page that are alike, and of which each may be a post."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from listening.sources.forum.kinds import id_shape, plain_classes
from listening.sources.forum.survey import Place, Survey, within

_FEWEST = 2  # places that make a group
_MOST_BARE = 1_000  # of a tag without a class: more make a page slow, and no thread is so long
_BLOCK_TAGS = frozenset(
    ("div", "li", "tr", "table", "article", "section", "td", "dl", "dd", "tbody", "fieldset", "p", "ul", "details")
)
_NESTING = frozenset(("li", "details", "article", "section", "dl"))  # in which answers stand in what they answer


def groups_of(survey: Survey, *, quotes: bool = False) -> Iterable[list[Place]]:
    """Yield the places that are alike: by the shape of their ids, by each class, and as children of one parent.

    With `quotes` a quote may be one of them: what customers said is set so where nothing else is on the page.
    """
    found: dict[tuple[str, ...], list[Place]] = defaultdict(list)
    for place in survey.places:
        if not _may_be_block(place) and not (quotes and place.node.tag == "blockquote"):
            continue
        tag, shape = place.node.tag or "", id_shape(place.node)
        if "#" in shape:
            found["id", tag, shape].append(place)
        for word in plain_classes(place.node):
            found["class", tag, word].append(place)
        if "-" in tag:
            found["tag", tag].append(place)
        found["child", tag, str(place.parent)].append(place)
        if tag in _NESTING and not place.node.attributes.get("class") and within(survey.dates, place.order, place.end):
            found["bare", tag].append(place)
    seen: set[tuple[int, ...]] = set()
    for sort, members in ((key[0], members) for key, members in found.items()):
        if sort == "bare" and len(members) > _MOST_BARE:
            continue
        key = tuple(place.order for place in members)
        if len(members) >= _FEWEST and key not in seen:
            seen.add(key)
            yield members


def _may_be_block(place: Place) -> bool:
    """Return True for what programs put around a post; a quote only where it is numbered as a post is."""
    tag, attributes = place.node.tag or "", place.node.attributes
    if tag == "blockquote":
        return re.search(r"\d", attributes.get("id") or "") is not None
    return tag in _BLOCK_TAGS or "-" in tag or bool(attributes.get("itemtype"))
