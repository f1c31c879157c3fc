"""How a forum is read night after night: threads with news since last time, oldest first, so that no stop loses any."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from listening.errors import SourceError
from listening.sources.cursor import dump_cursor, later, load_cursor
from listening.sources.fetch import PageGone
from listening.sources.hosts import HostLeft
from listening.types import Batch, Post

log = logging.getLogger(__name__)

MANY_FAILED = 3  # threads in a row, then the source is down and not the thread
MOST_AGAIN = 200  # threads to try again next night


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread with news: `key` names it for ever, `url` opens it, `activity` is its last sign of life (None: unknown).

    `board` is the list it was found on, which has its own "read until".
    """

    key: str
    url: str
    activity: datetime | None
    board: str = ""
    title: str = ""
    views: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """Some posts of a thread, and `mark`: from where the thread goes on if we stop after them ("" when it is read)."""

    posts: tuple[Post, ...]
    mark: str = ""
    warnings: tuple[str, ...] = ()


class ThreadReader:
    """Reads threads in the order of their activity and keeps the cursor: until when, the open thread, what failed."""

    def __init__(self, cursor: str, *, now: datetime) -> None:
        self._now = now
        kept = load_cursor(cursor)
        self._until: dict[str, str] = dict(kept.get("until") or {})
        self._again: dict[str, str] = dict(kept.get("again") or {})
        self._open: dict[str, str] = dict(kept.get("open") or {})

    def until(self, board: str) -> str | None:
        """Return the last activity read on this board, as ISO text; None on the first visit."""
        return self._until.get(board)

    def read(
        self, listed: Sequence[Thread], parts: Callable[[Thread, str], Iterator[Part]], warnings: Sequence[str] = ()
    ) -> Iterator[Batch]:
        """Yield a batch for each part of each thread; `parts(thread, mark)` reads one from a mark on.

        Raises SourceError.

        A thread that cannot be read is told, remembered and tried again next night; three in a row end the visit.
        """
        if warnings:
            yield self._batch((), tuple(warnings))
        boards = {thread.board for thread in listed}
        failed = 0
        for thread in self._ordered(listed):
            mark = self._open.get(thread.key, "")
            try:
                for part in parts(thread, mark):
                    self._open[thread.key] = part.mark
                    if not part.mark:
                        self._finish(thread)
                    yield self._batch(part.posts, part.warnings)
                failed = 0
            except HostLeft:
                raise
            except PageGone as error:
                self._finish(thread)
                yield self._batch((), (f"a thread is gone: {error.thing}",))
            except SourceError as error:
                failed += 1
                if failed >= MANY_FAILED:
                    raise
                self._postpone(thread)
                yield self._batch((), (f"a thread could not be read: {error.thing}",))
        # all that was written until now has been met, so a quiet board is not read again and again
        self._until |= dict.fromkeys(boards, self._now.isoformat())
        yield self._batch((), ())

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
        if thread.activity is not None:
            self._until[thread.board] = later(self._until.get(thread.board), thread.activity, self._now)

    def _postpone(self, thread: Thread) -> None:
        self._finish(replace(thread))
        self._again[thread.key] = thread.url
        self._again = dict(list(self._again.items())[-MOST_AGAIN:])

    def _batch(self, posts: Sequence[Post], warnings: tuple[str, ...]) -> Batch:
        return Batch(
            tuple(posts), dump_cursor({"until": self._until, "again": self._again, "open": self._open}), (), warnings
        )
