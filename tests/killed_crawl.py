"""A crawl in a process of its own that is killed by SIGKILL at a moment of its own choosing."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path

from sources_site import NOW, SECRETS
from sqlalchemy import event

from listening.pipeline import crawling, visits  # loaded once for all children
from listening.settings import load
from listening.store import open_store, reads
from listening.types import SourceConfig

PORTION, MOMENT = "portion", "moment"  # before a portion is written; before or after a statement, or before a commit


def lived(url: str, conf: SourceConfig, kill_at: int | None, now: datetime = NOW, *, each: str = PORTION) -> int:
    """Crawl into the store at `url`, killed at the so many-th portion or moment; return how the process ended."""
    child = os.fork()
    if child == 0:
        _crawl(url, conf, kill_at, now, each)
        os._exit(4)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def stored_ids(url: str) -> list[str]:
    """The native ids of all posts in a store, in order, each as often as it stands there."""
    store = open_store(url)
    rows = sorted(str(row["native_id"]) for row in reads.export_rows(store, "posts"))
    store.close()
    return rows


def _crawl(url: str, conf: SourceConfig, kill_at: int | None, now: datetime, each: str) -> None:
    number = count(1)

    def tick(*_: object) -> None:
        if next(number) == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    visits.LONGEST_WAIT = 0.0  # each portion on its own: there are more moments to die in
    store = open_store(url)
    if each == MOMENT:
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(store.engine, name, tick)
    else:
        visits.writes.keep_batch = _after(tick, visits.writes.keep_batch)  # type: ignore[assignment]  # ends with it
    settings = replace(load(Path(__file__).parent.parent / "configs", {}), secrets=SECRETS)
    done = crawling.crawl(store, settings, conf, key=b"k", now=now)
    os._exit(0 if done.state == "done" else 3)


def _after(first: Callable[..., None], then: Callable[..., object]) -> Callable[..., object]:
    def both(*given: object, **named: object) -> object:
        first()
        return then(*given, **named)

    return both
