"""How a forum is read night after night: threads with news since last time, oldest first, so that no stop loses any."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from listening.errors import SourceError
from listening.sources.cursor import dump_cursor, later, load_cursor
from listening.sources.expected import Expected
from listening.sources.fetch import PageGone
from listening.sources.hosts import HostLeft
from listening.sources.pages import has_words
from listening.types import Batch, Post, Shown, Standing

log = logging.getLogger(__name__)

MANY_FAILED = 3  # threads in a row, then the source is down and not the thread
MANY_GONE = 3  # threads in a row, then the site is upset and the threads are believed gone only on a second night
MOST_AGAIN = 200  # threads to try again next night


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread with news: `key` names it for ever, `url` opens it, `activity` is its last sign of life (None: unknown).

    `board` is the list it was found on, which has its own "read until". `again` names the round of known
    threads in whose turn it is looked at again, for edits and deletions; "" where it was found on a list.
    """

    key: str
    url: str
    activity: datetime | None
    board: str = ""
    title: str = ""
    views: int = 0
    again: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Some posts of a thread, and `mark`: from where the thread goes on if we stop after them ("" when it is read).

    `gone` are native ids that the site says were deleted; `standing` are all that stand in the thread, where the site
    lists them. `shown` tells what the page held where that is not `posts`; `look` by which of several ways it was read.
    """

    posts: tuple[Post, ...]
    mark: str = ""
    warnings: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    standing: Standing | None = None
    shown: Shown | None = None
    look: str = ""


class ThreadReader:
    """Reads threads in the order of their activity and keeps the cursor: until when, the open thread, what failed."""

    def __init__(self, cursor: str, *, now: datetime, sure: bool = False) -> None:
        """`sure` where a thread that is not found was deleted, and is not merely at another address."""
        self._now = now
        self._sure = sure
        kept = load_cursor(cursor)
        self._until: dict[str, str] = dict(kept.get("until") or {})
        self._again: dict[str, str] = dict(kept.get("again") or {})
        self._tried = frozenset(self._again)
        self._open: dict[str, str] = dict(kept.get("open") or {})
        self._turn: dict[str, str] = dict(kept.get("turn") or {})
        self._vanished: list[tuple[Thread, str]] = []
        self._expected = Expected(kept.get("told"), now=now)

    def until(self, board: str) -> str | None:
        """Return the last activity read on this board, as ISO text; None on the first visit."""
        return self._until.get(board)

    def turn(self, name: str, known: Sequence[str], most: int) -> list[str]:
        """Return the next few of the known threads in their round: each has its turn, however many nights it takes."""
        order = sorted(known)
        start = next((at for at, key in enumerate(order) if key > self._turn.get(name, "")), 0)
        return (order[start:] + order[:start])[:most]

    def read(
        self, listed: Sequence[Thread], parts: Callable[[Thread, str], Iterator[Part]], warnings: Sequence[str] = ()
    ) -> Iterator[Batch]:
        """Yield a batch for each part of each thread; `parts(thread, mark)` reads one from a mark on.

        Raises SourceError.

        A thread that cannot be read is told, remembered and tried again next night; three in a row end the visit.
        """
        if warnings:
            yield self.batch(warnings=warnings)
        boards = {thread.board for thread in listed if not thread.again}
        failed = 0
        for thread in self._ordered(listed):
            try:
                yield from self._thread(thread, parts)
                failed = 0
            except HostLeft:
                raise
            except PageGone as error:
                self._finish(thread)
                self._vanished.append((thread, error.thing))
            except SourceError as error:
                if thread.again:
                    log.info("a thread could not be looked at again: %s", error.id)
                    continue
                failed += not (error.permanent and thread.key in self._tried)  # an odd thread is odd every night
                if failed >= MANY_FAILED:
                    raise
                self._postpone(thread)
                yield self.batch(warnings=(f"a thread could not be read: {error.thing}",))
        yield from self._taken_back()
        # all that was written until now has been met, so a quiet board is not read again and again
        self._until |= dict.fromkeys(boards, self._now.isoformat())
        yield self.batch()

    def _thread(self, thread: Thread, parts: Callable[[Thread, str], Iterator[Part]]) -> Iterator[Batch]:
        """Yield a thread's parts. Read from its beginning, with a number for every post, it tells which stand."""
        mark = self._open.get(thread.key, "")
        ids: set[str] | None = None if mark else set()
        for part in parts(thread, mark):
            self._expected.check([_told(post) for post in part.posts], thread.url)
            yield from self._taken_back()  # the site still shows threads: those that it does not show are gone
            ids = None if ids is None or not _is_clear(part) else ids | {post.native_id for post in part.posts}
            self._open[thread.key] = part.mark
            if not part.mark:
                self._finish(thread)
            standing = part.standing
            if standing is None and ids and not part.mark:
                standing = Standing(thread.key, frozenset(ids), sure=False)
            shown = part.shown or Shown(thread.url, len(part.posts), thread.key)
            warnings = part.warnings or self._expected.warn_of(part.look, thread.url)
            yield self.batch(part.posts, warnings, part.gone, standing, shown)

    def _taken_back(self) -> Iterator[Batch]:
        """Yield that threads are gone; very many at once have to be gone on another night too."""
        sure = self._sure and len(self._vanished) <= MANY_GONE
        for thread, thing in self._vanished:
            if not sure and thread.key not in self._tried:
                self._again[thread.key] = thread.url
            told = () if thread.again else (f"a thread is gone: {thing}",)
            yield self.batch(warnings=told, standing=Standing(thread.key, frozenset(), sure))
        self._vanished.clear()

    def _ordered(self, listed: Sequence[Thread]) -> list[Thread]:
        """Each thread once, oldest activity first; those left over from last time come last."""
        newest: dict[str, Thread] = {}
        for thread in listed:
            newest.setdefault(thread.key, thread)
        for key, url in self._again.items():
            newest.setdefault(key, Thread(key, url, None))
        return sorted(newest.values(), key=lambda t: (t.activity is None, t.activity or self._now, t.key))

    def _finish(self, thread: Thread) -> None:
        self._open.pop(thread.key, None)
        self._again.pop(thread.key, None)
        if thread.again:
            self._turn[thread.again] = thread.key
        if thread.activity is not None:
            self._until[thread.board] = later(self._until.get(thread.board), thread.activity, self._now)

    def _postpone(self, thread: Thread) -> None:
        self._finish(thread)
        self._again[thread.key] = thread.url
        self._again = dict(list(self._again.items())[-MOST_AGAIN:])

    def batch(
        self,
        posts: Sequence[Post] = (),
        warnings: Sequence[str] = (),
        gone: tuple[str, ...] = (),
        standing: Standing | None = None,
        shown: Shown | None = None,
    ) -> Batch:
        """Return these, with the cursor as it stands now."""
        progress = {
            "until": self._until,
            "again": self._again,
            "open": self._open,
            "turn": self._turn,
            "told": self._expected.kept(),
        }
        return Batch(
            tuple(posts),
            dump_cursor(progress),
            warnings=tuple(warnings),
            gone=gone,
            standing=(standing,) if standing else (),
            shown=(shown,) if shown else (),
        )


def _told(post: Post) -> dict[str, object]:
    return {"author": post.author, "date": post.created_at, "text": has_words(post.body)}


def _is_clear(part: Part) -> bool:
    """Return True where every post has a number of its own, which a second look finds again."""
    return bool(part.posts) and not part.warnings and all(post.native_id.isdigit() for post in part.posts)
