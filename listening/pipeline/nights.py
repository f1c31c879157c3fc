"""When a night begins and ends, and that there is only one at a time."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from listening.errors import ListeningError, NightRunning
from listening.settings import Settings
from listening.store import NightStep, Store, reads, writes
from listening.types import Crawl

LEASE = "night"
STEPS = {
    "crawl": "reads the sources",
    "recheck": "forgets what was deleted where it came from",
    "clean": "tells copies from originals",
    "read": "reads what is new",
    "reread": "lets a new model read some of the old",
    "cluster": "finds each pain its place",
    "watch": "sees what emerged",
    "mind": "measures the goals",
    "tell": "writes and sends the mails",
    "write back": "tells other programs, and asks how tickets stand",
}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a night ended: `state` is done, or partial where some sources failed; `note` names them."""

    state: str
    note: str


def night_of(settings: Settings, now: datetime) -> date:
    """The local day in which `now` lies: nights are called by the morning they end in."""
    return now.astimezone(ZoneInfo(settings.night.timezone)).date()


def last_lived(store: Store, settings: Settings, *, now: datetime) -> date:
    """The last night that ended, or today where there was none: figures go by it, so that no stale store is quiet."""
    return reads.last_night(store) or night_of(settings, now)


def begin_night(store: Store, settings: Settings, *, now: datetime, clock: datetime) -> str:
    """Take the night's lease and open its row; returns the holder's name, to be given to `end_night`.

    `now` is the night's moment (it may be simulated), `clock` the real one, by which leases run out.
    Raises NightRunning where another living process holds the lease.
    """
    holder = this_process()
    until = clock + timedelta(minutes=settings.night.lease_minutes)
    held = writes.take_lease(store, LEASE, holder=holder, now=clock, until=until, takeover=is_dead)
    if held is not None:
        since = held.since.astimezone(ZoneInfo(settings.night.timezone))
        raise NightRunning(
            f"a night is running already: {held.holder.rsplit(':', 1)[0]} began it at {since:%Y-%m-%d %H:%M:%S}",
            f"wait for it; if that process is gone, its claim ends at {held.until:%Y-%m-%d %H:%M} UTC",
        )
    writes.open_night(store, night_of(settings, now), now)
    return holder


def end_night(store: Store, settings: Settings, *, crawls: Sequence[Crawl], holder: str, now: datetime) -> Ended:
    """Close the night's row and give the lease back."""
    failed = sorted(one.source for one in crawls if one.state == "failed")
    ended = Ended("partial" if failed else "done", f"failed: {', '.join(failed)}" if failed else "")
    writes.close_night(store, night_of(settings, now), state=ended.state, now=now, note=ended.note)
    give_back(store, holder)
    return ended


@contextmanager
def step(store: Store, settings: Settings, name: str, *, now: datetime) -> Iterator[list[str]]:
    """Keep how long a step of the night takes and what stopped it; what failed and was let pass is put into the list.

    `now` is the night's moment. What is raised inside is kept as the step's error and raised on.
    """
    start, stopped = time.monotonic(), list[str]()
    try:
        yield stopped
    except Exception as error:
        stopped.append(trouble(error))
        raise
    finally:
        took = round(time.monotonic() - start, 2)
        writes.keep_step(store, night_of(settings, now), NightStep(name, took, "; ".join(stopped)))


def trouble(error: BaseException) -> str:
    """Say what went wrong in a sentence that may be shown: of the unforeseen its kind alone, for it may hold words."""
    return str(error) if isinstance(error, ListeningError) else f"{type(error).__name__}: the log tells more"


def give_back(store: Store, holder: str) -> None:
    """Let the next night begin, also after one that broke off."""
    writes.release_lease(store, LEASE, holder)


def this_process() -> str:
    """The name under which this process holds what only one may hold."""
    return f"{socket.gethostname()}:{os.getpid()}:{_began(os.getpid())}"


def is_dead(holder: str) -> bool:
    """Whether the holder was a process of this machine that lives no more (a new one may have got its number)."""
    host, _, rest = holder.partition(":")
    pid, _, began = rest.partition(":")
    return host == socket.gethostname() and pid.isdigit() and _began(int(pid)) != began


def _began(pid: int) -> str:
    """When a process began, in the kernel's ticks; "" where there is none, "?" where the system does not tell."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():
        try:
            return stat.read_text().rpartition(")")[2].split()[19]
        except OSError:
            return ""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        return "?"
    return "?"
