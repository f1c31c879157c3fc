"""Keeps what was counted for a page for a minute, so that a full store answers at once while a night is writing.

Only numbers are kept, never people's words; names, owners and statuses are always read anew. What changes the numbers
by hand (a merge, a split, an edited map) calls `clear`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar, cast

T = TypeVar("T")
FRESH = timedelta(seconds=60)
MOST = 200  # lenses; the oldest goes first


@dataclass(slots=True)
class Counted:
    """What was counted, by its question, and when; two who ask the same at once wait for one answer."""

    found: dict[Hashable, tuple[datetime, object]] = field(default_factory=dict)
    locks: dict[Hashable, threading.Lock] = field(default_factory=dict)
    door: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable, now: datetime, count: Callable[[], T]) -> T:
        """Return what was counted for `key` in the last minute, else count it."""
        with self.door:
            lock = self.locks.setdefault(key, threading.Lock())
        with lock:
            kept = self.found.get(key)
            if kept is not None and timedelta(0) <= now - kept[0] < FRESH:
                return cast("T", kept[1])
            value = count()
            with self.door:
                self.found[key] = (now, value)
                while len(self.found) > MOST:
                    gone = next(iter(self.found))
                    self.found.pop(gone)
                    self.locks.pop(gone, None)
            return value

    def clear(self) -> None:
        """Count everything anew from now on."""
        with self.door:
            self.found.clear()
            self.locks.clear()
