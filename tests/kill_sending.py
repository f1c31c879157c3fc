"""Sends an outbox in processes that are killed with SIGKILL at random moments, until all is out; and counts."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from nights_world import MONDAY, settings_of
from smtp_faults import Mind, serving

from listening import pipeline
from listening.settings import Settings
from listening.store import open_store, reads, writes
from listening.types import Alert, Owner

LETTERS = 40  # mails that wait at a time
SLOW = 0.004  # seconds before each of the server's answers, so that kills fall into every step


@dataclass(frozen=True, slots=True)
class Killed:
    """How it went: Message-IDs that never came, and those that came again though the first had not been taken."""

    kills: int
    mails: int
    doubles: int
    lost: tuple[str, ...]
    outside_the_window: tuple[str, ...]


def kill_while_sending(configs: Path, mind: Mind, *, kills: int, chance: random.Random) -> Killed:
    """Queue mails, and send them in a process after the other, each killed somewhere on its way, the last one not."""
    mind.pause = SLOW
    with serving(mind) as port:
        settings = _settings(configs, port)
        done = queued = 0
        while done < kills:
            queued += _queue(settings, queued)
            done += _send_and_kill(settings, after=chance.uniform(0.0, 2 * LETTERS * 7 * SLOW))
        os.waitpid(_start(settings), 0)
    domain = settings.mail.sender.rpartition("@")[2].rstrip(">")
    store = open_store(settings.database_url)
    try:
        wanted = {f"<{row.id}@{domain}>" for row in reads.alerts_sent(store)}
        left = reads.alerts(store, states=("queued", "claimed", "dead"))
    finally:
        store.close()
    got = Counter(mind.got)
    twice = [name for name, times in got.items() if times > 1]
    return Killed(
        kills=done,
        mails=len(wanted),
        doubles=sum(got[name] - 1 for name in twice),
        lost=(*sorted(wanted - got.keys()), *(row.id for row in left)),
        outside_the_window=tuple(name for name in got if got[name] - 1 > mind.answered.count(name)),
    )


def _settings(configs: Path, port: int) -> Settings:
    settings = settings_of(configs)
    mail = {"host": "127.0.0.1", "port": port, "security": "none", "user": "", "timeout": 20.0}
    return replace(settings, mail=replace(settings.mail, **mail))


def _queue(settings: Settings, so_far: int) -> int:
    """Fill the outbox up."""
    store = open_store(settings.database_url)
    try:
        waiting = len(reads.alerts(store, states=("queued", "claimed")))
        fresh = [
            Alert(f"al-{so_far + n}", Owner(f"o{so_far + n}", "Ann", "ann@house.test"), MONDAY.date(), ())
            for n in range(LETTERS - waiting)
        ]
        return writes.queue_alerts(store, fresh, map_id="kills", now=MONDAY)
    finally:
        store.close()


def _send_and_kill(settings: Settings, *, after: float) -> int:
    """Start a process that sends, and kill it; 0 where it was done before."""
    pid = _start(settings)
    time.sleep(after)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return int(os.WIFSIGNALED(status))


def _start(settings: Settings) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        store = open_store(settings.database_url)
        pipeline.send_waiting(store, settings, now=MONDAY + timedelta(hours=1))
        store.close()
    finally:
        os._exit(0)
