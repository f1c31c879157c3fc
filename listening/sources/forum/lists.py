"""Reads the lists of a forum: the boards of an index and the threads of a board, by selectors or by what repeats."""

from __future__ import annotations

import re
from collections import defaultdict
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from listening.sources.dates import find_date
from listening.sources.forum.kinds import plain_classes
from listening.sources.forum.posts import Reading
from listening.sources.forum.selectors import Selectors, all_of, number, places, shown_at, value, values
from listening.sources.forum.survey import Place, Survey, within
from listening.sources.forum.urls import joined, thread_key
from listening.sources.threads import Thread

_FEWEST_ROWS = 3
_ROW_TAGS = frozenset(("tr", "li", "div", "article", "ul", "dl", "section", "td", "ol", "tbody"))
_NO_THREAD = re.compile(
    r"/(?:members?|users?|profiles?|tags?|login|register|search|categor(?:y|ies)|u|people|nutzer|benutzer|mitglied\w*"
    r"|profil)(?:[/?.]|$)|action=|do=|memberlist|/space-|viewprofile|showuser|#",
    re.IGNORECASE,
)


def threads_by(root: LexborNode | None, look: Selectors, how: Reading, base: str, board: str) -> list[Thread]:
    """Return the threads that this look finds on a board's page, each once."""
    found: dict[str, Thread] = {}
    for row in all_of(root, look.get("thread_row", "")):
        url = joined(base, value(row, look.get("thread_link", "")))
        if not url:
            continue
        moment = next(
            (
                shown.moment
                for place in places(row, look.get("thread_date", ""))
                if (
                    shown := find_date(
                        shown_at(*place), how.formats, now=how.now, zone=how.zone, day_first=how.day_first
                    )
                )
            ),
            None,
        )
        title = value(row, " | ".join(part.split(" @")[0] for part in look["thread_link"].split(" | ")))
        views = number(value(row, look.get("thread_views", "")))
        found.setdefault(thread_key(url), Thread(thread_key(url), url, moment, board, title, views))
    return list(found.values())


def boards_by(root: LexborNode | None, look: Selectors, base: str) -> list[str]:
    """Return the addresses of the boards that an index page links."""
    links = values(root, look.get("board_link", ""))
    return list(dict.fromkeys(url for link in links if (url := joined(base, link))))


def threads_by_rows(survey: Survey, base: str, board: str) -> list[Thread]:
    """Return the threads in the best group of repeated rows, each with a link of its own and most with a date."""
    survey = survey.known()
    groups: dict[tuple[str, ...], list[Place]] = defaultdict(list)
    for place in survey.places:
        if place.node.tag in _ROW_TAGS:
            groups["child", place.node.tag, str(place.parent)].append(place)
            for word in plain_classes(place.node):
                groups["class", place.node.tag, word].append(place)
    best: list[Thread] = []
    for rows in groups.values():
        dated = sum(bool(within(survey.dates, row.order, row.end)) for row in rows)
        if len(rows) < _FEWEST_ROWS or dated < 0.6 * len(rows):
            continue
        found = [thread for row in rows if (thread := _row(survey, row, base, board))]
        distinct = {thread.key: thread for thread in found}
        if len(distinct) >= max(_FEWEST_ROWS, 0.8 * len(rows), len(best) + 1):
            best = list(distinct.values())
    return best


def _row(survey: Survey, row: Place, base: str, board: str) -> Thread | None:
    """Return the thread that a row links by its longest words, with the last of its dates."""
    links = [
        (shown_at(link, ""), joined(base, link.attributes.get("href") or "")) for link in all_of(row.node, "a[href]")
    ]
    host = urlsplit(base).netloc
    fit = [
        (title, url)
        for title, url in links
        if url and title and urlsplit(url).netloc == host and not _NO_THREAD.search(url) and not survey.find(title)
    ]
    if not fit:
        return None
    title, url = max(fit, key=lambda one: len(one[0]))
    moments = [mark.moment for mark in within(survey.dates, row.order, row.end) if mark.moment]
    return Thread(thread_key(url), url, max(moments, default=None), board, title, 0)
