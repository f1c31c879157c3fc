"""Keeps what was counted for a page, so that a full store answers at once while a night is writing.

What is older than a minute is shown once more while it is counted anew behind the page; what is older than five is
waited for. Only numbers are kept (and what a sign-in provider says of itself), never people's words; names, owners and
statuses are always read anew. What changes the numbers by hand (a merge, a split, an edited map) calls `clear`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar, cast

from listening.errors import ListeningError

log = logging.getLogger(__name__)
T = TypeVar("T")
FRESH, STALE = timedelta(seconds=60), timedelta(minutes=5)
MOST = 200  # lenses; the oldest goes first


def behind(work: Callable[[], None]) -> None:
    """Do it in a thread of its own, which ends with the program."""
    threading.Thread(target=work, name="counting", daemon=True).start()


@dataclass(slots=True)
class Counted:
    """What was counted, by its question, and when; two who ask the same at once wait for one answer."""

    later: Callable[[Callable[[], None]], None] = behind
    found: dict[Hashable, tuple[datetime, object]] = field(default_factory=dict)
    locks: dict[Hashable, threading.Lock] = field(default_factory=dict)
    door: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable, now: datetime, count: Callable[[], T]) -> T:
        """Return what was counted for `key` in the last minute, or lately while it is counted anew, else count it."""
        with self.door:
            lock = self.locks.setdefault(key, threading.Lock())
            kept = self.found.get(key)
        age = None if kept is None else now - kept[0]
        if kept is not None and age is not None and FRESH <= age < STALE:
            if lock.acquire(blocking=False):
                self.later(lambda: self._renew(lock, key, now, count))
            return cast("T", kept[1])
        with lock:
            kept = self.found.get(key)
            if kept is not None and timedelta(0) <= now - kept[0] < FRESH:
                return cast("T", kept[1])
            value = count()
            self._keep(key, now, value)
            return value

    def clear(self) -> None:
        """Count everything anew from now on."""
        with self.door:
            self.found.clear()
            self.locks.clear()

    def _renew(self, lock: threading.Lock, key: Hashable, now: datetime, count: Callable[[], object]) -> None:
        """Count anew behind a page that has its answer; what fails here is told to who waits for it next."""
        try:
            value = count()
            with self.door:
                mine = self.locks.get(key) is lock  # nobody cleared meanwhile
            if mine:
                self._keep(key, now, value)
        except ListeningError as error:
            log.warning("web.counting", extra={"error": error.id})
        finally:
            lock.release()

    def _keep(self, key: Hashable, now: datetime, value: object) -> None:
        with self.door:
            self.found[key] = (now, value)
            while len(self.found) > MOST:
                gone = next(iter(self.found))
                self.found.pop(gone)
                self.locks.pop(gone, None)
