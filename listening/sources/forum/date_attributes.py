"""Reads the dates that pages write into attributes: machines' own, tooltips, and whatever a site calls data-time."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from selectolax.lexbor import LexborNode

from listening.sources.date_shapes import Shown
from listening.sources.date_words import fold
from listening.sources.dates import read_moment
from listening.sources.forum.labels import OTHER_DATE
from listening.sources.forum.selectors import own_text

FindDate = Callable[[str], Shown | None]
Attributes = Mapping[str, str | None]

_SHORT = 110  # characters of an element that may be a date
_DATE_ATTRIBUTES = ("datetime", "data-time", "data-timestamp", "data-date", "data-epoch", "data-created", "data-posted")
_OTHER_DATE_ATTRIBUTE = re.compile(  # whatever a site calls it, if it holds an ISO date or an epoch
    r"data-(?!.*(?:edit|modif|updat|last|join|expir|end|start|now))(?:.*[-_])?"
    r"(?:ts|[us]?time|datetime|(?:unix)?timestamp|date|epoch|created|posted|published|sent)(?:[-_](?:at|on|utc|time|ts|ms))?"
)
_OWN_DATES = ("created", "created-at", "created-timestamp", "timestamp", "published", "published-at", "posted", "date")
_TOOLTIPS = ("title", "data-tippy-content", "data-original-title", "data-bs-title", "data-tooltip")
_SHORTEST = 5  # characters: "1 Jan" at least
_ISO_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s?(?:Z|UTC|GMT|[+-]\d\d:?\d\d)?")
_DATED = ("datePublished", "dateCreated", "commentTime", "uploadDate")


def attribute_date(node: LexborNode, find: FindDate) -> tuple[str, datetime] | None:
    """Return the attribute of an element that holds its date ("data" for one of no known name), and the moment."""
    attributes = node.attributes
    if not attributes:
        return None
    own = _OWN_DATES if "-" in (node.tag or "") else ()  # of an element that a site made itself
    for name in (*_DATE_ATTRIBUTES, *own):
        if (shown := attributes.get(name)) and (moment := read_moment(shown) or _moment(shown, find)):
            return name, moment
    for key, shown in attributes.items():
        if shown and _OTHER_DATE_ATTRIBUTE.fullmatch(key) and (moment := read_moment(shown)):
            return key, moment
    if moment := _day_completed(node, attributes, find):
        return "data", moment
    told = attributes.get("content") if attributes.get("itemprop") in _DATED else ""
    if told and (moment := _moment(told, find)):
        return "content", moment
    return _tooltip(attributes, find)


def _tooltip(attributes: Attributes, find: FindDate) -> tuple[str, datetime] | None:
    for name in _TOOLTIPS:
        shown = attributes.get(name) or ""
        dated = _SHORTEST < len(shown) < _SHORT and re.search(r"\d", shown) and not OTHER_DATE.search(fold(shown))
        if dated and (found := find(shown)) and found.exact != "relative":
            return name, found.moment
    return None


def _moment(shown: str, find: FindDate) -> datetime | None:
    found = find(shown)
    return found.moment if found else None


def _day_completed(node: LexborNode, attributes: Attributes, find: FindDate) -> datetime | None:
    """Return the moment in whatever attribute of an element that shows its day."""
    for name, told in attributes.items():
        if name.startswith("data-") and told and _ISO_MOMENT.fullmatch(told):
            shown = own_text(node)
            day, moment = _moment(shown, find) if 0 < len(shown) <= _SHORT else None, _moment(told, find)
            if day and moment and abs(day - moment) < timedelta(days=1):
                return moment
    return None
