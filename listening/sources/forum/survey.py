"""Surveys a page of unknown make: where dates and names stand, and where words are, each by its kind of place."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from selectolax.lexbor import LexborNode

from listening.sources.date_shapes import Shown
from listening.sources.date_words import DAYS_BACK, fold
from listening.sources.forum.beside import rails
from listening.sources.forum.date_attributes import FindDate, attribute_date
from listening.sources.forum.kinds import is_quoted, kind_of
from listening.sources.forum.labels import OTHER_DATE, after_label, label, says_other
from listening.sources.forum.names import as_name, name_at
from listening.sources.forum.selectors import Ids, own_text

_WORDLESS = frozenset(
    ("script", "style", "noscript", "template", "svg", "select", "textarea", "button", "nav", "iframe")
)
_SHORT = 110  # characters of an element that may be a date
_QUOTE_DEEP = 5  # steps up from a quote, to what may stand in it again
_HAS_DAY = re.compile(r"\d|" + "|".join(sorted(map(re.escape, DAYS_BACK), key=len, reverse=True)))
_CLOCK = re.compile(r"\d{1,2}[:.]\d\d")
_CLOCK_ALONE = re.compile(r"\W*\d{1,2}[:.]\d\d(?:[:.]\d\d)?\s*(?:[ap]\.?m\.?)?\W*", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_OTHER_PLACE = re.compile(r"edit|modif|join|register|update|birth|last-?seen|last-?active|lastpost|signature|quote")
_MANY_CHANGES = 2  # to a date: these are dates in somebody's words, and posts are dated by their changes alone
_CHANGE = re.compile(r"edit|modif|update")
_OWN_PLACE = re.compile(r"(?:comment|post|message|reply|review|entry)s?[-_]{0,2}(?:date|time)|date[-_]?posted")
_SIGNED = 60  # characters behind a name that end a text: "Ann (talk) 10:12, 3 May 2026 (UTC)"


@dataclass(slots=True)
class Place:
    """One element: its order on the page, the order of the last one inside it, its parent's, and what kind it is."""

    node: LexborNode
    order: int
    end: int
    parent: int
    kind: str
    words: int = 0  # words outside links in this element itself


@dataclass(frozen=True, slots=True)
class Mark:
    """A date or a name at a place of the page."""

    order: int
    kind: str
    moment: datetime | None = None
    how: str = ""
    name: str = ""


@dataclass(slots=True)
class Survey:
    """All places of a page with its dates and names; surveyed when first asked for."""

    root: LexborNode | None
    find: FindDate
    places: list[Place] = field(default_factory=list)
    dates: list[Mark] = field(default_factory=list)
    names: list[Mark] = field(default_factory=list)
    running: list[int] = field(default_factory=lambda: [0])
    orders: dict[int, int] = field(default_factory=dict)

    def known(self) -> Survey:
        """Return this survey, made now if it was not yet."""
        if not self.places and self.root is not None:
            self._walk(self.root, -1, linked=False, muted=False)
            self._count_words()
            self._mark_dates()
            self._mark_names()
            self._leave_out(rails(self.places, self.running, self.dates))
            self.dates, self.names = self._outside_quotes(self.dates), self._outside_quotes(self.names)
        return self

    def _count_words(self) -> None:
        self.running = [0]
        for place in self.places:
            self.running.append(self.running[-1] + place.words)

    def _leave_out(self, rails: Sequence[tuple[int, int]]) -> None:
        """Take the words, dates and names from what stands beside the talk of the page."""
        for start, end in rails:
            for place in self.places[start : end + 1]:
                place.words = 0
        if rails:
            self._count_words()
            self.dates, self.names = (
                [mark for mark in marks if not any(start <= mark.order <= end for start, end in rails)]
                for marks in (self.dates, self.names)
            )

    def take_for_names(self, tags: Collection[str]) -> None:
        """Take what stands in elements of these tags for names: the oldest boards mark them by bold letters alone."""
        bold = [place for place in self.places if place.node.tag in tags and not is_quoted(place.node)]
        self.names = [
            Mark(place.order, place.kind, name=name)
            for place in bold
            if (name := as_name(place.node)) and not self.find(name)
        ]

    def words(self, start: int, end: int) -> int:
        """Return the words outside links in the places from `start` to `end`."""
        return self.running[end + 1] - self.running[start]

    def date_in(self, node: LexborNode, body: LexborNode, others: Ids) -> tuple[datetime, str] | None:
        """Return the first date beside the body of a post, for a look whose own place for it is empty."""
        near = self._beside(self.known().dates, node, body, others)
        exact = [mark for mark in near if mark.how != "day"] or near
        return (exact[0].moment, exact[0].how) if exact and exact[0].moment else None

    def author_in(self, node: LexborNode, body: LexborNode, others: Ids) -> str:
        """Return the first name beside the body of a post."""
        near = self._beside(self.known().names, node, body, others)
        return near[0].name if near else ""

    def _beside(self, marks: list[Mark], node: LexborNode, body: LexborNode, others: Ids) -> list[Mark]:
        here, inner = self.orders.get(node.mem_id), self.orders.get(body.mem_id)
        if here is None or inner is None:
            return []
        apart = [(inner, self.places[inner].end)] if inner != here else []
        apart += [(at, self.places[at].end) for other in others if (at := self.orders.get(other, -1)) > here]
        inside = within(marks, here, self.places[here].end)
        return [mark for mark in inside if not any(start <= mark.order <= end for start, end in apart)]

    def _walk(self, top: LexborNode, parent: int, *, linked: bool, muted: bool) -> None:
        """Visit every element once, without recursion: pages nest deeper than Python's stack."""
        stack: list[tuple[LexborNode, int, bool, bool]] = [(top, parent, linked, muted)]
        while stack:
            node, above, in_link, quiet = stack.pop()
            if (node.tag or "-").startswith(("-", "_", "!")) or _is_hidden_quote(node):
                continue
            order = len(self.places)
            in_link, quiet = in_link or node.tag == "a", quiet or node.tag in _WORDLESS
            place = Place(node, order, order, above, kind_of(node))
            if not in_link and not quiet:
                place.words = len(own_text(node).split())
            self.places.append(place)
            self.orders[node.mem_id] = order
            stack += [(child, order, in_link, quiet) for child in reversed(list(node.iter()))]
        for place in reversed(self.places):
            if place.parent >= 0:
                self.places[place.parent].end = max(self.places[place.parent].end, place.end)

    def _mark_dates(self) -> None:
        """Mark the dates of the page; those of changes only where it shows hardly any other."""
        changes = list[Mark]()
        for place in self.places:
            where = _where(place)
            other = _OTHER_PLACE.search(where) is not None and not _OWN_PLACE.search(where)
            if place.node.tag in _WORDLESS or (other and not _CHANGE.search(where)):
                continue
            told = attribute_date(place.node, self.find)
            if told and says_other(label(place.node)):
                continue
            mark = Mark(place.order, f"{place.kind}@{told[0]}", told[1], "attribute") if told else None
            if (mark := mark or self._text_date(place)) and not is_quoted(place.node):
                (changes if other else self.dates).append(mark)
        if len(changes) > _MANY_CHANGES * len(self.dates):
            self.dates = sorted([*self.dates, *changes], key=lambda mark: mark.order)

    def _outside_quotes(self, marks: list[Mark]) -> list[Mark]:
        """Return the marks that stand in no quote, unless most do: then the page sets its posts as quotes."""
        starts, ends = list[int](), list[int]()
        for place in self.places:
            after = not ends or place.order > ends[-1]
            if after and place.node.tag == "blockquote" and not self._holds_answers(place):
                starts.append(place.order)
                ends.append(place.end)
        above = [(mark, bisect_left(starts, mark.order + 1) - 1) for mark in marks]
        outside = [mark for mark, at in above if at < 0 or mark.order > ends[at]]
        return outside if 2 * len(outside) >= len(marks) else marks

    def _holds_answers(self, quote: Place) -> bool:
        """Return True where what stands around a quote stands in it again: some programs set answers in one."""
        around, at = set[str](), quote.parent
        while at >= 0 and len(around) < _QUOTE_DEEP:
            around.add(self.places[at].kind)
            at = self.places[at].parent
        named = {kind for kind in around if any(kind.split("|")[1:3])}
        return any(place.kind in named for place in self.places[quote.order + 1 : quote.end + 1])

    def _text_date(self, place: Place) -> Mark | None:
        own = signed(place.node) or own_text(place.node)
        if not own or len(own) > 2 * _SHORT or not _HAS_DAY.search(fold(own)):
            return None
        found = self.find(own)
        if (
            found is None or found.exact == "day" or _CLOCK_ALONE.fullmatch(own)
        ):  # the time, or the day, may stand in an element of its own
            inner = self._short_text(place)
            around = place.node if inner is None or place.words < len(inner.split()) else place.node.parent
            wide = inner if around is place.node else self._short_text(self.places[place.parent]) if around else ""
            shown = " ".join((wide or "").split())
            wider = self.find(shown) if 0 < len(shown) <= _SHORT else None
            if wider and (not found or wider.exact == "time") and self._adds(own, shown, wider):
                found = wider
        if found is None or says_other(label(place.node)):
            return None
        if OTHER_DATE.search(fold(own)) and not _OWN_PLACE.search(_where(place)):
            return None
        return Mark(
            place.order, place.kind, found.moment, {"relative": "relative", "day": "day"}.get(found.exact, "text")
        )

    def _adds(self, own: str, shown: str, wider: Shown) -> bool:
        """Return True where a text says another moment without these words of it: a number in a name says none."""
        without = self.find(shown.replace(own, " ", 1))
        return without is None or (without.moment, without.exact) != (wider.moment, wider.exact)

    def _short_text(self, place: Place) -> str | None:
        """Return the words of an element; None where they are so many that it can be no date, however long it is."""
        if self.words(place.order, place.end) > _SHORT or place.end - place.order > _SHORT:
            return None
        return place.node.text(separator=" ") or ""

    def _mark_names(self) -> None:
        for place in self.places:
            if (
                (name := name_at(place.node) or after_label(place.node))
                and not self.find(name)
                and not is_quoted(place.node)
            ):
                self.names.append(Mark(place.order, place.kind, name=name))


def _where(place: Place) -> str:
    attributes = place.node.attributes
    return f"{attributes.get('class') or ''} {attributes.get('id') or ''}".casefold()


def _is_hidden_quote(node: LexborNode) -> bool:
    """Return True for the copy of a post that a program keeps for its button "Quote"."""
    attributes = node.attributes
    if "hidden" not in attributes and not _HIDDEN.search(attributes.get("style") or ""):
        return False
    inner = next(iter(node.iter()), None)
    where = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".casefold()
    return "quot" in where or (inner is not None and inner.tag == "blockquote")


def within(marks: list[Mark], start: int, end: int) -> list[Mark]:
    """Return the marks whose order lies in a range; marks stand in order."""
    low = bisect_left(marks, start, key=lambda mark: mark.order)
    high = bisect_left(marks, end + 1, key=lambda mark: mark.order)
    return marks[low:high]


def signed(node: LexborNode) -> str:
    """Return the last words of a text that ends in a link and a moment of the day; "" for any other."""
    last = node.last_child
    link = last.prev if last is not None and last.tag == "-text" else None
    if last is None or link is None or link.tag != "a":
        return ""
    shown = (last.text(deep=False) or "").strip()
    return shown if len(shown) < _SIGNED and _CLOCK.search(shown) else ""
