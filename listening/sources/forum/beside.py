"""Finds what stands beside the talk of a page: related threads, what is popular, the widgets of a sidebar."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborNode

from listening.sources.date_words import fold
from listening.sources.forum.names import links_profile
from listening.sources.forum.selectors import own_text

if TYPE_CHECKING:
    from listening.sources.forum.survey import Mark, Place

_RAIL = re.compile(
    r"(?:^|[-_\s])(?:related|similar|recommend(?:ed|ations?)|suggest(?:ed|ions)|trending|popular|most-?(?:read|viewed)"
    r"|also-?like|read-?next|read-?more|side-?(?:bar|pane|col(?:umn)?|rail|nav)|right-?(?:bar|rail|col(?:umn)?)|widgets?"
    r"|(?:latest|recent)-?(?:posts?|topics?|threads?|discussions?|news|articles?))(?:[-_\s]|$)"
)
_OF_A_POST = re.compile(r"post(?!s)|message|comment|reply|repl|answer|user|author|member|profile")
_HEADED = re.compile(
    r"(?:related|similar|recommended|suggested|trending|popular|most (?:read|viewed|popular)|you (?:may|might)"
    r"|people also"
    r"|(?:see|read) also|(?:latest|recent|more) (?:posts|topics|threads|discussions|news|articles|from|in|like)\b"
    r"|ahnliche|verwandte|passende|das konnte|meistgelesen|(?:neueste|aktuelle) (?:themen|beitrage|artikel)"
    r"|lesen sie auch"
    r"|(?:articles|sujets|discussions|a voir|a lire|voir) (?:similaires|lies|egalement|aussi)"
    r"|(?:temas|articulos|hilos|noticias) (?:similares|relacionad[oa]s)|relacionad[oa]s|te puede interesar"
    r"|(?:discussioni|argomenti|articoli) (?:simili|correlati)|leggi anche|veja tambem"
    r"|topicos (?:semelhantes|relacionados)"
    r"|похожие|читайте также|последние темы|интересное|podobne|souvisejici|nejctenejsi|gerelateerd|vergelijkbare"
    r"|benzer|relaterade|liknande|関連|相关|相關|推荐|推薦|热门|最新讨论|관련|인기)"
)
_HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
_BOXES = frozenset(("div", "span", "strong", "b", "th", "dt", "legend", "caption"))
_HEADING_WORDS = 4
_MOST = 0.5  # of a page's words: what has more of them is its talk
_FEWEST_INSIDE = 3  # places: a rail of two links holds more
_FEWEST_LINKS = 2  # to other pages
_FEWEST_LETTERS = 5  # of the title of one


def rails(places: Sequence[Place], running: Sequence[int], dates: Sequence[Mark]) -> list[tuple[int, int]]:
    """Return from where to where the places stand that are beside the talk of a page, in order and apart.

    They are called so, or headed "Related ...", link other pages, and hold neither the page's title nor most of its
    words. What is called so once for each post is a part of it.
    """
    titles = [place.order for place in places if place.node.tag == "h1"]
    dated = [mark.order for mark in dates]
    found, end = list[tuple[int, int]](), -1
    headed = set(_headed(places, titles))
    for start, last in sorted({*_called(places), *headed}):
        wide = running[last + 1] - running[start] > _MOST * running[-1]
        titled = any(start <= order <= last for order in titles)
        people = (start, last) in headed  # it says so itself, whatever it links
        if start > end and not wide and not titled and _links_away(places[start : last + 1], people=people):
            found.append((start, last))
            end = last
    inside = sum(1 for order in dated if any(start <= order <= last for start, last in found))
    return found if inside < len(dated) else []


def _called(places: Sequence[Place]) -> Iterator[tuple[int, int]]:
    """Yield the places that are called so, or made for it."""
    some = []
    for place in places:
        if place.end - place.order < _FEWEST_INSIDE:
            continue
        attributes = place.node.attributes
        where = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".casefold()
        made = place.node.tag == "aside" or attributes.get("role") == "complementary"
        if (made or (len(where) > 1 and _RAIL.search(where))) and not _OF_A_POST.search(where):
            some.append(place)
    often = Counter(place.kind for place in some)
    yield from ((place.order, place.end) for place in some if often[place.kind] <= _FEWEST_LINKS)


def _headed(places: Sequence[Place], titles: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield what follows a heading that says so, to the end of the box that it heads."""
    for place in places:
        if not _is_heading(place):
            continue
        box = places[place.parent]
        yield place.order, (box.end if not _opens(box, titles) else _before_next(places, place, box))


def _is_heading(place: Place) -> bool:
    """Return True for what says "Related" over what follows: a heading, or a few words in a box of their own."""
    if place.node.tag in _HEADINGS:
        return _HEADED.match(fold(" ".join((place.node.text() or "").split()))) is not None
    if not 0 < place.words <= _HEADING_WORDS or place.node.tag not in _BOXES:
        return False
    return _HEADED.match(fold(own_text(place.node))) is not None and bool(_next_of(place.node))


def _next_of(node: LexborNode) -> LexborNode | None:
    """Return the element that follows an element."""
    after = node.next
    while after is not None and after.tag == "-text":
        after = after.next
    return after


def _opens(box: Place, titles: Sequence[int]) -> bool:
    return any(box.order <= order <= box.end for order in titles)


def _before_next(places: Sequence[Place], heading: Place, box: Place) -> int:
    """Return the end of what stands under a heading, up to the next one of its rank."""
    for place in places[heading.end + 1 : box.end + 1]:
        if place.parent == box.order and place.node.tag == heading.node.tag:
            return place.order - 1
    return box.end


def _links_away(places: Sequence[Place], *, people: bool) -> bool:
    """Return True where places link several pages by titles; those of people count only with `people`."""
    pages = set[str]()
    for place in places:
        link = place.node.attributes.get("href") or "" if place.node.tag == "a" else ""
        away = link and not link.startswith(("#", "javascript:", "mailto:"))
        titled = people or (not links_profile(link) and len((place.node.text() or "").strip()) >= _FEWEST_LETTERS)
        if away and titled:
            pages.add(link)
    return len(pages) >= _FEWEST_LINKS
