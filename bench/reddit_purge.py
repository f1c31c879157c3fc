"""Lives three nights over an invented Reddit on loopback where posts vanish, and tells how long each stays with us.

    PYTHONPATH=.:tests .venv/bin/python bench/reddit_purge.py

After the first and the second night some posts are deleted by their authors, some removed by moderators, some no more
told at all, and some accounts closed. Each holds a word that nobody else writes. Looked at after each night: the rows
of all tables, vectors and quotes among them, and the bytes of the store's files. Target: nothing is
left after 48 hours.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from reddit_fake import FakeReddit, block  # noqa: E402 -- the tests' server, found by the line above
from sources_site import NOW, SECRETS, site  # noqa: E402 -- the same
from store_nouns import rows  # noqa: E402 -- the same

from listening import pipeline  # noqa: E402 -- the same
from listening.pipeline import clustering  # noqa: E402 -- the same
from listening.settings import Settings, load  # noqa: E402 -- the same
from listening.store import Store, open_store, reads  # noqa: E402 -- the same
from listening.types import SourceConfig  # noqa: E402 -- the same

PEOPLE, A_NIGHT = 240, 40
SAID = (
    "I called four times to cancel the plan and every time the line went dead, {}.",
    "The app logs me out whenever I want to pay the bill, {}, and nobody answers.",
    "My order came a month late, {}, and the refund never came at all.",
    "There is no way to change the address on the site, {}, I had to write a letter.",
)
HOWS = ("deleted", "removed", "absent", "account")
DAY = timedelta(days=1)


def main() -> None:
    """Live the nights and print what is left after each."""
    fake, chance = FakeReddit(), random.Random(7)  # noqa: S311 -- who deletes, no secret
    marks = _people(fake)
    time.sleep, slept = (lambda _: None), time.sleep  # no wait takes time
    with tempfile.TemporaryDirectory() as folder, site(fake) as running:
        store = open_store(f"sqlite:///{folder}/purge.db")
        source = replace(block(running.url, backlog_days=30), name="reddit")
        settings = replace(load(ROOT / "configs", {}), sources=(source,), secrets=SECRETS)
        clustering.WAITS = clustering.UNSURE_WAITS = timedelta(days=9000)
        standing, vanished = list(marks), list[str]()
        left = 0
        for night in range(3):
            now = NOW + night * DAY
            _live(store, settings, source, now)
            left = _left(store, Path(folder), [marks[one] for one in vanished])
            held = reads.counts(store)
            points = reads.points(store, map_id=settings.journey.id)
            told = sum(len(pains) for pains in reads.pains_of(store, [point.id for point in points]).values())
            print(
                f"night {night + 1}: {held.documents:4} posts, {held.signals:4} passages, {len(points)} pain points of "
                f"{sum(point.size for point in points):3} (their pains {told:3}); vanished {len(vanished):3}, "
                f"left of them {left}"
            )
            gone = chance.sample(standing, A_NIGHT)
            standing = [one for one in standing if one not in gone]
            for at, name in enumerate(gone):
                _vanish(fake, name, HOWS[at % len(HOWS)])
            vanished += [name for at, name in enumerate(gone) if HOWS[at % len(HOWS)] != "account"]
        store.close()
    time.sleep = slept
    raise SystemExit(int(left > 0))


def _people(fake: FakeReddit) -> dict[str, str]:
    """Return the mark in each one's words, by the name of the post."""
    links = [fake.post(f"t{number}", days=3) for number in range(6)]
    marks = {}
    for number in range(PEOPLE):
        mark = f"qz{number:03}xv"
        name = fake.comment(f"c{number}", links[number % 6], NOW - DAY, SAID[number % 4].format(mark))
        marks[name] = mark
    return marks


def _vanish(fake: FakeReddit, name: str, how: str) -> None:
    if how == "deleted":
        fake.delete(name)
    elif how == "removed":
        fake.things[name]["body"] = "[removed]"
    elif how == "account":
        fake.things[name]["author"] = "[deleted]"
    else:
        del fake.things[name]


def _live(store: Store, settings: Settings, source: SourceConfig, now: datetime) -> None:
    pipeline.crawl(store, settings, source, key=b"bench", now=now)
    pipeline.clean(store, settings, now=now)
    pipeline.read(store, settings, now=now)
    pipeline.recheck(store, settings, now=now)
    pipeline.cluster(store, settings, now=now)


def _left(store: Store, folder: Path, marks: Sequence[str]) -> int:
    """Return how many marks stand in any row of any table, or in the bytes of the store's files."""
    shown = repr(rows(store))
    raw = b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())
    return sum(mark in shown or mark.encode() in raw for mark in marks)


if __name__ == "__main__":
    main()
