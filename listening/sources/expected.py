"""Remembers what a source's posts have always told, so that a changed site is noticed before its posts are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from listening.errors import SourceBroken

ENOUGH = 3  # posts in a row without a field are the fewest that say anything
CHANCE = 1e-6  # so unlikely must it be that so many lack it by chance: some authors have left, some posts have no title
DOUBT = 0.03  # posts without a field that are counted before any was seen
MEMORY = 1_000  # posts that a share is remembered of
MOST = 0.8  # of the posts have to tell a field, or it is none that this source always tells
PATIENCE = timedelta(days=7)  # after which a source is taken as it has become

Told = Mapping[str, object]  # a post's fields by their names in a sentence; what is empty or None is not told


class LayoutChanged(SourceBroken):
    """A source answers with what it never answered before; nothing of it is kept until it is understood again."""

    id = "layout-changed"


class Expected:
    """Which fields a source's posts told when last seen. `kept` is what the cursor remembers of it."""

    def __init__(self, kept: object, *, now: datetime) -> None:
        found = kept if isinstance(kept, dict) else {}
        self._last: dict[str, str] = dict(found.get("fields") or {})  # the last night on which each was told
        self._looks: dict[str, str] = dict(found.get("looks") or {})  # the first night that each way of reading served
        self._lacked: dict[str, list[int]] = dict(found.get("lacked") or {})  # posts without each field, and posts seen
        self._today = now.date()
        self._missed: Counter[str] = Counter()

    def kept(self) -> dict[str, object]:
        """Return what the cursor remembers."""
        return {"fields": dict(self._last), "looks": dict(self._looks), "lacked": dict(self._lacked)}

    def warn_of(self, look: str, url: str) -> tuple[str, ...]:
        """Return a sentence where a page was read in a way that did not serve until lately; `look` names the way."""
        first = date.fromisoformat(self._looks.setdefault(look, self._today.isoformat())) if look else self._today
        before = [name for name, day in self._looks.items() if date.fromisoformat(day) < first]
        if not before or self._today >= first + PATIENCE:
            return ()
        return (f"changed layout: {url} was read by {look}, until now by {before[0]} -> check engine and selectors",)

    def check(self, posts: Sequence[Told], url: str) -> None:
        """Raise LayoutChanged where none of these posts of a page tells what the source's posts told until now.

        It is raised for a week; then the site is believed to be so, and its posts are taken without.
        """
        for name in posts[0] if posts else ():
            having = sum(bool(post[name]) for post in posts)
            self._missed[name] += len(posts)
            if having:
                self._count(name, self._missed[name] - having, self._missed.pop(name))
            if having >= MOST * len(posts) and (len(posts) >= ENOUGH or name in self._last):
                self._last[name] = self._today.isoformat()
        lost = {name: day for name in self._missed if self._is_lost(name) and (day := self._until(name))}
        if lost:
            names, day = " and no ".join(lost), max(lost.values())
            raise LayoutChanged(
                f"{url}: the posts tell no {names} any more, as they did until {day}: changed layout",
                f"look at the page; nothing is kept without it before {day + PATIENCE}, so nothing is lost",
            )

    def _is_lost(self, name: str) -> bool:
        """Whether more posts in a row lack a field than would by chance, by how many lacked it before."""
        lacking, seen = self._lacked.get(name, (0, 0))
        count = self._missed[name]
        return count >= ENOUGH and ((lacking + DOUBT) / (seen + 1)) ** count < CHANCE

    def _count(self, name: str, lacking: int, seen: int) -> None:
        before = self._lacked.get(name, [0, 0])
        both = [before[0] + lacking, before[1] + seen]
        self._lacked[name] = [half // 2 for half in both] if both[1] > MEMORY else both

    def _until(self, name: str) -> date | None:
        """Return the last night on which a field was told, None where it never was, or that is long ago."""
        day = date.fromisoformat(self._last[name]) if name in self._last else None
        return day if day and self._today < day + PATIENCE else None
