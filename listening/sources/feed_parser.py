"""Lets a child process read what strangers wrote, so that a hostile feed costs seconds and never the night.

Starting a child costs ten times what reading a feed does, so one child reads many. It is replaced when it hangs, dies,
or has grown; several threads have a child each.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

from listening.errors import SourceBroken
from listening.sources.dates import EARLIEST, read_moment
from listening.sources.discovery import FoundFeed
from listening.sources.feed_comments import Comment

CHILD = Path(__file__).with_name("feed_child.py")
MOST_ORDERS = 500  # a child that answered so many is replaced
LONGEST_ANSWER = 100_000_000  # bytes of JSON
_ALARM = -int(getattr(signal, "SIGALRM", 0) or 1_000)  # how a child ends that had nothing to do
_OUT_OF_TIME = -int(getattr(signal, "SIGXCPU", 0) or 1_000)
_PATIENCE = 4.0  # on a busy machine a second of the processor may take so many
_GRACE = 20.0  # seconds beyond, in which a child may start

_WORKS = {"feed": "feed", "article": "article", "comments": "page", "feeds": "page"}

_idle: dict[int, list[_Child]] = {}  # by process, because a fork has no children
_lock = threading.Lock()


def read_feed(body: bytes, url: str, content_type: str, seconds: float) -> dict[str, Any]:
    """Return a feed as plain values, see feed_parse. Raises SourceBroken: too long, too much memory, unreadable."""
    found = _read("feed", body, url, content_type, seconds)
    assert isinstance(found, dict)  # noqa: S101 -- what `parse` returns
    return found


def article_of(body: bytes, url: str, content_type: str, seconds: float) -> str:
    """Return the article of a page as HTML; "" where none is found. Raises SourceBroken as read_feed does."""
    return str(_read("article", body, url, content_type, seconds))


def comments_of(body: bytes, url: str, content_type: str, seconds: float, *, now: datetime) -> tuple[Comment, ...]:
    """Return the comments that a page shows, see feed_comments. Raises SourceBroken as read_feed does."""
    found = _read("comments", body, url, content_type, seconds, now=now)
    assert isinstance(found, list)  # noqa: S101 -- what the child makes of comments
    return tuple(Comment(**one | {"created_at": read_moment(one["created_at"])}) for one in found)


def feeds_of(body: bytes, url: str, content_type: str, seconds: float) -> tuple[FoundFeed, ...]:
    """Return the feeds that a page offers, see discovery. Raises SourceBroken as read_feed does."""
    found = _read("feeds", body, url, content_type, seconds)
    assert isinstance(found, list)  # noqa: S101 -- what the child makes of offers
    return tuple(FoundFeed(**one) for one in found)


def _read(work: str, body: bytes, url: str, content_type: str, seconds: float, *, now: datetime = EARLIEST) -> object:
    order = {"work": work, "length": len(body), "url": url, "content_type": content_type, "now": now.isoformat()}
    line = json.dumps({**order, "seconds": max(1, round(seconds))}).encode("ascii") + b"\n"
    child = _take()
    answer = child.answer(line, body, seconds)
    if answer is None and child.was_idle:  # it went home between two orders
        child.end()
        child = _Child()
        answer = child.answer(line, body, seconds)
    if answer is None or answer.get("grown") or child.orders >= MOST_ORDERS:
        child.end()
    else:
        _put_back(child)
    if answer is None and child.out_of_time:
        raise SourceBroken(
            f"the {_WORKS[work]} at {url} could not be read within {seconds:.0f} s",
            "raise parse_seconds if it is honest",
        )
    if answer is None or "error" in answer:
        why = answer["error"] if answer else "the reader was ended from outside"
        raise SourceBroken(f"the {_WORKS[work]} at {url} cannot be read ({why})", "open it in a feed reader to compare")
    return answer["found"]


class _Child:
    """One running child."""

    def __init__(self) -> None:
        self.orders = 0
        self._process = subprocess.Popen(  # noqa: S603 -- our own script, no shell
            [sys.executable, "-I", "-B", str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._killed = False

    def answer(self, line: bytes, body: bytes, seconds: float) -> dict[str, Any] | None:
        """Return the answer to an order; None where the child died or was killed for taking too long."""
        self.orders += 1
        watch = threading.Timer(_PATIENCE * seconds + _GRACE, self._kill)
        watch.daemon = True
        watch.start()
        try:
            return self._exchange(line, body)
        except (OSError, ValueError):
            return None
        finally:
            watch.cancel()

    def _exchange(self, line: bytes, body: bytes) -> dict[str, Any] | None:
        orders, answers = self._process.stdin, self._process.stdout
        assert orders is not None  # noqa: S101 -- both are pipes
        assert answers is not None  # noqa: S101 -- the same
        orders.write(line)
        orders.write(body)
        orders.flush()
        length = int(answers.readline() or b"-1")
        if not 0 <= length <= LONGEST_ANSWER:
            return {"error": "it is too large", "grown": True} if length > 0 else None
        answer = json.loads(answers.read(length))
        return answer if isinstance(answer, dict) else None

    def _kill(self) -> None:
        self._killed = True
        self._process.kill()

    @property
    def out_of_time(self) -> bool:
        """True where a dead child was ended by its clock or ours."""
        return self._killed or self._process.returncode == _OUT_OF_TIME

    @property
    def was_idle(self) -> bool:
        """True where a child ended itself because there was nothing to do."""
        return self.orders > 1 and self._ended() == _ALARM

    @property
    def alive(self) -> bool:
        """True while the child runs."""
        return self._process.poll() is None

    def _ended(self) -> int:
        try:
            return self._process.wait(timeout=_GRACE)
        except subprocess.TimeoutExpired:
            return 0

    def end(self) -> None:
        """End the child, if it has not ended, and close its pipes."""
        if self.alive:
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what was not sent to a dead child
                    continue


def _take() -> _Child:
    """Return an idle child of this process, else a new one."""
    while True:
        with _lock:
            waiting = _idle.get(os.getpid())
            child = waiting.pop() if waiting else None
        if child is None:
            return _Child()
        if child.alive:
            return child
        child.end()


def _put_back(child: _Child) -> None:
    with _lock:
        _idle.setdefault(os.getpid(), []).append(child)


@atexit.register
def end_children() -> None:
    """End all idle children of this process."""
    with _lock:
        waiting = _idle.pop(os.getpid(), [])
    for child in waiting:
        child.end()
