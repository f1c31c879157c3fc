"""Mixes spam into the last 350 posts of the demo's forum, lives the nights, and says what the spam became.

    PYTHONPATH=.:tests .venv/bin/python bench/adverts.py [--nights-apart 1]

Spam is filled from templates of our own (tests/spam.py): 175 of those that the rule was made by, 180 of those that were
written without it in sight. It stands in the real posts' threads. Targets: no alert about a pain point of which more
than 5 % is spam, and none such.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from spam import make_fresh, make_spam

from listening import pipeline
from listening.settings import Settings, load
from listening.store import Store, open_store
from listening.store.tables import documents, memberships, pain_points, signals

ROOT = Path(__file__).resolve().parent.parent
REAL, ACCOUNTS, MOST = 350, 120, 0.05
KEY = b"a key for a bench"
Post = dict[str, str]


def main() -> int:
    """Print a line a set of spam; 1 where a target is missed."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--nights-apart", type=int, default=1)
    apart = asked.parse_args().nights_apart
    missed = [name for name, texts in _sets().items() if not _hold(name, texts, apart)]
    print("missed: " + ", ".join(missed) if missed else "met")
    return int(bool(missed))


def _sets() -> dict[str, list[str]]:
    return {"none": [], "known": make_spam(175), "fresh": make_fresh(9)}


def _hold(name: str, texts: Sequence[str], apart: int) -> bool:
    with tempfile.TemporaryDirectory(prefix="listening-spam-") as folder:
        shares, alerts = _live(Path(folder), texts, apart)
    told = [alerts.count(point) for point, share in shares.items() if share > MOST]
    print(
        f"{name:6} {len(texts):4} spam, {len(shares)} pain points, {len(alerts)} alerts; over {MOST:.0%} spam:"
        f" {len(told)} pain points, {sum(told)} alerts; most in one {max(shares.values(), default=0):.0%}",
        flush=True,
    )
    return not told


def _live(home: Path, texts: Sequence[str], apart: int) -> tuple[dict[str, float], list[str]]:
    """Return the share of spam of each pain point, and the pain point of each alert."""
    (store, settings), posts = move_in(home), _mixed(texts)
    alerts: list[str] = []
    for now in _nights(posts, apart):
        alerts += live_night(
            home, store, settings, [one for one in posts if one["created_at"] < now.isoformat()], now=now
        )
    shares = _shares(store)
    store.close()
    return shares, alerts


def move_in(home: Path) -> tuple[Store, Settings]:
    """Open an installation with the demo's map and one source, a file of posts."""
    shutil.copytree(ROOT / "data" / "sample" / "configs", home / "configs")
    (home / "configs" / "listening.toml").write_text('[store]\nvar = "var"\n')
    (home / "configs" / "sources.toml").write_text(f'[sources.yard]\nkind = "file"\npath = "{home}/yard.jsonl"\n')
    settings = load(home / "configs", {})
    return open_store(settings.database_url), settings


def live_night(home: Path, store: Store, settings: Settings, posts: Sequence[Post], *, now: datetime) -> list[str]:
    """Live a night that sees these posts; returns the pain point of each alert."""
    (home / "yard.jsonl").write_text("".join(json.dumps(post) + "\n" for post in posts), encoding="utf-8")
    for source in settings.sources:
        pipeline.crawl(store, settings, source, key=KEY, now=now)
    pipeline.clean(store, settings, now=now)
    pipeline.read(store, settings, now=now)
    pipeline.cluster(store, settings, now=now)
    return [one.pain_point_id for one in pipeline.watch(store, settings, now=now)]


def _mixed(texts: Sequence[str]) -> list[Post]:
    """The real posts and the spam in their threads, by date; an account of spam has few posts."""
    chance = random.Random(4)  # noqa: S311 - a bench, no secret
    lines = (ROOT / "data" / "sample" / "yard.jsonl").read_text(encoding="utf-8").splitlines()
    told = sorted((json.loads(line) for line in lines), key=lambda post: str(post["at"]))[-REAL:]
    real = [
        {"id": one["id"], "text": one["text"], "title": one.get("title", ""), "author": one["author"]}
        | {
            "created_at": one["at"].replace("Z", "+00:00"),
            "thread": one["thread"],
            "url": f"https://yard.test/{one['id']}",
        }
        for one in told
    ]
    spam = []
    for at, text in enumerate(texts):
        near = chance.choice(real)
        moment = datetime.fromisoformat(near["created_at"]) + timedelta(minutes=chance.randint(3, 200))
        made = {"id": f"spam{at}", "text": text, "author": f"spammer {at * 7 % ACCOUNTS}", "thread": near["thread"]}
        spam.append(made | {"created_at": moment.isoformat(), "url": f"https://yard.test/s{at}"})
    return sorted([*real, *spam], key=lambda post: post["created_at"])


def _nights(posts: Sequence[Post], apart: int) -> Iterator[datetime]:
    first, last = (
        datetime.fromisoformat(posts[at]["created_at"]).replace(hour=2, minute=0, second=0) for at in (0, -1)
    )
    for number in range(0, (last - first).days + 2, apart):
        yield first + timedelta(days=number)


def _shares(store: Store) -> dict[str, float]:
    told = memberships.join(signals, signals.c.id == memberships.c.signal_id)
    told = told.join(documents, documents.c.id == signals.c.document_id)
    spam: dict[str, list[bool]] = defaultdict(list)
    with store.reading() as connection:
        columns = sa.select(memberships.c.pain_point_id, documents.c.native_id).select_from(told).distinct()
        for point, native in connection.execute(columns):
            spam[point].append(native.startswith("spam"))
        merged = connection.execute(sa.select(pain_points.c.id).where(pain_points.c.merged_into.is_not(None))).scalars()
        gone = set(merged)
    return {point: sum(held) / len(held) for point, held in spam.items() if point not in gone}


if __name__ == "__main__":
    sys.exit(main())
