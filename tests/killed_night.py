"""A process that lives nights and is killed in them; `test_kill.py` starts it and tells it what to do, a line a night.

It imports everything once and forks for each night, so that a night is a process of its own that costs no start-up.
A line is JSON: {"configs": folder, "now": ISO, "kill_at": [place, tick] or null}. The answer is JSON too: {"ticks":
{place: count}, "place", "killed"}. A tick is a moment before or after a statement to the database, before a commit, or
around a mail: between two ticks there is only memory. A place is a verb of the night, or "sending" (a mail is about to
go out), or "sent" (it is out, and not yet marked as sent). A place that has no such tick is killed at the next one.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import alembic  # noqa: F401  loaded once for all nights
from nights_world import KEY, FewLines, settings_of
from sqlalchemy import event

from listening import outputs, pipeline
from listening.outputs import channels, mail, smtp  # noqa: F401  loaded once for all nights
from listening.pipeline import crawling, reading, telling
from listening.sources import importer
from listening.store import Store, open_store, reads, upgrade  # noqa: F401  loaded once for all nights
from listening.types import Smtp

ORDER = ("begin", "crawl", "clean", "read", "cluster", "watch", "tell", "end")


class Ticks:
    """Counts the moments of a night, and kills its process at one of them."""

    def __init__(self, kill_at: tuple[str, int] | None, answer: int) -> None:
        self.kill_at, self.answer = kill_at, answer
        self.count: Counter[str] = Counter()
        self.place = "begin"

    def tick(self, *_: object) -> None:
        """One moment passed."""
        self.count[self.place] += 1
        if self.kill_at is None:
            return
        place, tick = self.kill_at
        here = self.place == place and self.count[place] >= tick
        if here or _stage(self.place) > _stage(place):
            self.tell(killed=True)
            os.kill(os.getpid(), signal.SIGKILL)

    def tell(self, *, killed: bool) -> None:
        """Answer how far it came."""
        said = {"ticks": self.count, "place": self.place, "killed": killed}
        os.write(self.answer, json.dumps(said).encode())

    def watch(self, store: Store) -> None:
        """Tick before and after each statement, and before each commit."""
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(store.engine, name, self.tick)

    def sending(self) -> Callable[[EmailMessage, Smtp], None]:
        """Tick before and after each mail."""

        def send(message: EmailMessage, server: Smtp) -> None:
            self.place = "sending"
            self.tick()
            outputs.send(message, server)
            self.place = "sent"
            self.tick()

        return send


def _stage(place: str) -> int:
    return ORDER.index("tell" if place.startswith("sen") else place)


def live(configs: str, now: datetime, ticks: Ticks) -> None:
    """One whole night, as the flow orders it."""
    settings = settings_of(Path(configs))
    store = open_store(settings.database_url)
    ticks.watch(store)
    channels.send = ticks.sending()
    marked = telling.writes.mark_sent

    def mark_sent(*given: object, **named: object) -> bool:
        done = marked(*given, **named)  # type: ignore[arg-type]  # handed through
        ticks.place = "tell"
        return done

    telling.writes.mark_sent = mark_sent
    holder = pipeline.begin_night(store, settings, now=now, clock=datetime.now(UTC))
    for source in settings.sources:
        ticks.place = "crawl"
        pipeline.crawl(store, settings, source, key=KEY, now=now)
    for verb in (pipeline.clean, pipeline.read, pipeline.cluster, pipeline.watch, pipeline.tell):
        ticks.place = verb.__name__
        verb(store, settings, now=now)
    ticks.place = "end"
    crawls = reads.crawls(store, pipeline.night_of(settings, now))
    pipeline.end_night(store, settings, crawls=crawls, holder=holder, now=now)


def main() -> None:
    """Live a night for each line until there are no more."""
    reader = FewLines()
    reading.reader = lambda _settings: reader  # type: ignore[assignment,return-value]  # a fake of a few lines
    importer.POSTS_A_BATCH, reading.CLEAN_BATCH = 20, 60  # more moments in between
    assert crawling.open_source
    for line in sys.stdin:
        wish = json.loads(line)
        hears, answers = os.pipe()
        child = os.fork()
        if child == 0:
            ticks = Ticks(wish["kill_at"], answers)
            live(wish["configs"], datetime.fromisoformat(wish["now"]), ticks)
            ticks.tell(killed=False)
            os._exit(0)
        os.close(answers)
        os.waitpid(child, 0)
        said = os.read(hears, 4096).decode() or '{"broken": true}'
        os.close(hears)
        sys.stdout.write(said + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
