"""One queue a site: a single request at a time, a pause between two, and leaving when we are told to slow down.

The pause is the longest of what the host wants, what we set, and how long the host takes to answer: who is slow today
gets more time. Hosts of one domain (forum.x.org, www.x.org) stand in one queue, for they are mostly one machine.
"""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from listening.errors import SourceUnavailable
from listening.sources.robots import Robots

MAX_TOLD_OFF = 3  # 429s in one night before a host is left alone
MAX_SILENT = 6  # tries in a row without any answer before a host is left alone: two pages with three tries each
MAX_SLOWNESS = 60.0  # the longest pause, in seconds, that slow answers alone bring
# "org" in example.org.uk: under these, sites are named by three words
_SECOND_LEVEL = frozenset(
    {"ac", "co", "com", "edu", "go", "gob", "gov", "gouv", "ltd", "ne", "net", "nom", "or", "org"}
)


class HostLeft(SourceUnavailable):
    """We stopped asking this host for tonight: it asked us to, or it does not answer at all."""

    id = "host-left"


@dataclass(slots=True)
class Host:
    """What we know of one host:port tonight. Times are seconds of the clock given to `Hosts`.

    `robots` holds the rules of each origin and when they were read; `told_off` counts 429s, `silent` the tries since
    its last answer, `left` says why nobody asks it any more.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    robots: dict[str, tuple[Robots, float]] = field(default_factory=dict)
    told_off: int = 0
    silent: int = 0
    left: str = ""


@dataclass(slots=True)
class _Queue:
    """One site's queue: when its last request ended, the pause after it, until when it is held, how slow it is."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    ended: float = -math.inf
    gap: float = 0.0
    held: float = -math.inf
    slowness: float = 0.0


class Hosts:
    """Every host visited in one night, shared by all sources of that night."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.clock = clock
        self.sleep = sleep
        self._hosts: dict[str, Host] = {}
        self._queues: dict[str, _Queue] = {}
        self._lock = threading.Lock()

    def of(self, netloc: str) -> Host:
        """Return the state of one host:port."""
        with self._lock:
            return self._hosts.setdefault(netloc.casefold(), Host())

    @contextmanager
    def turn(self, netloc: str, gap: float) -> Iterator[Host]:
        """Wait for our turn at a host and hold it; `gap` seconds lie before it and after it. Raises HostLeft.

        A `gap` of 0 means no pauses at all, however slow the host is: it is the operator's own.
        """
        queue = self._queue(netloc)
        with queue.lock:
            self.check(netloc)
            pause = max(gap, queue.gap)
            wait = max(queue.ended + max(pause, queue.slowness if pause else 0.0), queue.held) - self.clock()
            if wait > 0:
                self.sleep(wait)
            try:
                yield self.of(netloc)
            finally:
                queue.ended, queue.gap = self.clock(), gap

    def check(self, netloc: str) -> None:
        """Raise HostLeft where this host is left for tonight."""
        if why := self.of(netloc).left:
            raise HostLeft(f"{netloc} is left alone tonight: {why}", "it is tried again next night")

    def hold(self, netloc: str, seconds: float) -> None:
        """Let nobody ask this site for so many seconds."""
        queue = self._queue(netloc)
        queue.held = max(queue.held, self.clock() + seconds)

    def took(self, netloc: str, seconds: float, *, well: bool) -> None:
        """Learn from how long an answer took. Call it in the turn; quick failures never shorten the pause."""
        queue = self._queue(netloc)
        mean = min(MAX_SLOWNESS, (queue.slowness + seconds) / 2)
        queue.slowness = mean if well else max(queue.slowness, mean)

    def _queue(self, netloc: str) -> _Queue:
        with self._lock:
            return self._queues.setdefault(site_of(netloc), _Queue())


def site_of(netloc: str) -> str:
    """Return what a host:port shares with its neighbours: its domain. Numbers and plain names stand for themselves.

    A guess by the shape of the name; where it joins strangers (blogs of one hoster) we are only more polite.
    """
    netloc = netloc.casefold()
    host = netloc.rpartition(":")[0] if netloc.rpartition(":")[2].isdigit() else netloc
    words = host.rstrip(".").split(".")
    if len(words) == 1 or _is_address(host):
        return netloc
    short = len(words[-1]) == 2 and words[-2] in _SECOND_LEVEL  # noqa: PLR2004 -- a country's two letters
    return ".".join(words[-3 if short else -2 :])


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


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
