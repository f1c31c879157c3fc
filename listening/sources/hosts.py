"""One queue a host: a single request at a time, a pause between two, and leaving when we are told to slow down."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from listening.errors import SourceUnavailable
from listening.sources.robots import Robots

MAX_TOLD_OFF = 3  # 429s in one night before a host is left alone


class HostLeft(SourceUnavailable):
    """We stopped asking this host for tonight: it asked us to, or it does not answer at all."""

    id = "host-left"


@dataclass(slots=True)
class Host:
    """What we know of one host:port tonight. Times are seconds of the clock given to `Hosts`."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    robots: dict[str, Robots] = field(default_factory=dict)
    free_at: float = 0.0
    told_off: int = 0
    left: str = ""


class Hosts:
    """Every host visited in one night, shared by all sources of that night."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.clock = clock
        self.sleep = sleep
        self._hosts: dict[str, Host] = {}
        self._lock = threading.Lock()

    def of(self, netloc: str) -> Host:
        """Return the state of one host:port."""
        with self._lock:
            return self._hosts.setdefault(netloc.casefold(), Host())

    @contextmanager
    def turn(self, netloc: str, gap: float) -> Iterator[Host]:
        """Wait for our turn at a host and hold it; `gap` seconds follow before the next. Raises HostLeft."""
        host = self.of(netloc)
        with host.lock:
            self.check(netloc)
            wait = host.free_at - self.clock()
            if wait > 0:
                self.sleep(wait)
            try:
                yield host
            finally:
                host.free_at = max(host.free_at, self.clock() + gap)

    def check(self, netloc: str) -> None:
        """Raise HostLeft where this host is left for tonight."""
        if why := self.of(netloc).left:
            raise HostLeft(f"{netloc} is left alone tonight: {why}", "it is tried again next night")

    def hold(self, netloc: str, seconds: float) -> None:
        """Let nobody ask this host for so many seconds."""
        host = self.of(netloc)
        host.free_at = max(host.free_at, self.clock() + seconds)


_NIGHTS: dict[datetime, Hosts] = {}
_NIGHTS_LOCK = threading.Lock()
_NIGHTS_KEPT = 4


def tonight(now: datetime) -> Hosts:
    """Return the hosts of the night that started at `now`: one queue for all sources that this process reads in it."""
    with _NIGHTS_LOCK:
        if now not in _NIGHTS:
            while len(_NIGHTS) >= _NIGHTS_KEPT:
                del _NIGHTS[next(iter(_NIGHTS))]
            _NIGHTS[now] = Hosts()
        return _NIGHTS[now]
