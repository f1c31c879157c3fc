"""Times the board's pages over a full store while a night is writing: 100,000 posts and 5,000 pain points by default.

The store is made by SQL, not by nights: `python bench/web.py --posts 100000 --points 5000 --rounds 30`. It prints for
each page the median and 95th percentile of what a visitor waits and of the CPU time behind it, and the page's size.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from starlette.testclient import TestClient

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from listening.journey import accounts  # noqa: E402 - after the path is set
from listening.settings import load  # noqa: E402 - the same
from listening.store import open_store  # noqa: E402 - the same
from listening.web import create_app  # noqa: E402 - the same
from listening.web.serving import set_aside  # noqa: E402 - the same

NOW = datetime(2026, 3, 10, 7, 0, tzinfo=UTC)
DAYS, PASSAGES, PEOPLE, WIDE, BATCH = 400, 2, 20_000, 384, 10_000
PAINFUL, TOLD = 0.3, 0.6  # shares: of passages that hurt; of these that a pain point holds
WORDS = (
    "cover",
    "strap",
    "refund",
    "parcel",
    "courier",
    "zip",
    "login",
    "code",
    "battery",
    "charge",
    "invoice",
    "chat",
    "phone",
    "wait",
    "cancel",
    "order",
    "price",
    "box",
    "manual",
    "wheel",
    "brake",
    "sound",
    "screen",
    "update",
    "lost",
    "late",
    "broken",
    "twice",
    "again",
    "never",
    "still",
    "help",
    "nobody",
    "answer",
    "friend",
    "shop",
)
LIMIT_MS, LIMIT_KB = 300, 200

WRITER = """
import sys, time
from datetime import UTC, datetime
sys.path[:0] = [sys.argv[2], sys.argv[2] + "/tests"]
from store_nouns import document, reading, signal
from listening.store import open_store, writes
store, number = open_store(sys.argv[1]), 0
while True:
    new = [document(f"night-{number}-{n}", f"a fresh post {number} {n} about the strap") for n in range(50)]
    writes.keep_batch(store, source="yard", documents=new, night=datetime(2026, 3, 10, tzinfo=UTC).date(),
                      kind="forum", cursor="", validators=())
    writes.mark_clean(store, [one.id for one in new], {})
    writes.keep_readings(store, [reading(one.id, signal(one.id)) for one in new])
    number += 1
    time.sleep(0.2)
"""


def fill(file: Path, posts: int, points: int, stages: list[tuple[str, str]]) -> None:
    """Fill an empty store with posts, passages and pain points."""
    chance = random.Random(7)  # noqa: S311 - a bench, no secret
    vectors = np.random.default_rng(7).normal(size=(512, WIDE)).astype("<f2")
    half, single = [row.tobytes() for row in vectors], [row.astype("<f4").tobytes() for row in vectors]
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA synchronous=OFF")
    rows = list(_points(points, stages, single, chance))
    names = ", ".join(rows[0])
    marks = ", ".join(f":{name}" for name in rows[0])
    connection.executemany(f"INSERT INTO pain_points ({names}) VALUES ({marks})", rows)  # noqa: S608 - our own names
    for first in range(0, posts, BATCH):
        _keep(connection, range(first, min(posts, first + BATCH)), points, stages, half, chance)
    connection.execute("UPDATE pain_points SET size = (SELECT count(*) FROM memberships WHERE pain_point_id = id)")
    connection.execute("UPDATE pain_points SET people = size")
    _visits_and_news(connection, posts, points)
    connection.commit()
    connection.execute("ANALYZE")
    connection.commit()
    connection.close()


def _keep(  # noqa: PLR0917 - all of them are needed
    connection: sqlite3.Connection,
    numbers: range,
    points: int,
    stages: list[tuple[str, str]],
    half: list[bytes],
    chance: random.Random,
) -> None:
    """Insert these posts with their passages, some of which are in pain points."""
    documents, signals, members = list[tuple[object, ...]](), list[tuple[object, ...]](), list[tuple[object, ...]]()
    for number in numbers:
        written = NOW - timedelta(days=chance.random() * DAYS)
        text = " ".join(chance.choices(WORDS, k=30))
        documents.append(_document(f"d{number}", text, written, chance))
        for n in range(PASSAGES):
            place = chance.choice(stages)
            painful = chance.random() < PAINFUL
            signals.append(_row(number, n, text, place, painful=painful, vectors=half, chance=chance))
            if painful and chance.random() < TOLD:
                point = int(points * chance.random() ** 3)
                members.append((f"s{number}-{n}", f"pp-{point}", written.date().isoformat(), 0.8))
    for table, these in (("documents", documents), ("signals", signals), ("memberships", members)):
        names = ", ".join(_COLUMNS[table])
        marks = ", ".join("?" * len(_COLUMNS[table]))
        connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", these)  # noqa: S608 - our own names


def _visits_and_news(connection: sqlite3.Connection, posts: int, points: int) -> None:
    connection.executemany(
        "INSERT INTO sources (name, kind, first_night, cursor, notes) VALUES (?, 'forum', '2025-01-01', '', '[]')",
        [("yard",), ("board",)],
    )
    connection.executemany(
        "INSERT INTO emergences (pain_point_id, night, kind, people, expected, low, high, surprise, sentence) "
        "VALUES (?, ?, ?, 5, 0.5, 0.1, 1.2, 4, '5 people in 5 nights, 0.5 expected')",
        [(f"pp-{n}", f"2026-03-{n % 9 + 1:02}", ("new", "rising", "back")[n % 3]) for n in range(0, points, 20)],
    )
    connection.execute(
        "INSERT INTO crawls (source, night, state, seen) VALUES ('yard', '2026-03-01', 'done', ?)", (posts // 10,)
    )
    connection.execute(
        'INSERT INTO met_again (document_id, "first", "last", source) '
        "SELECT id, '2026-02-20', '2026-03-05', source FROM documents WHERE source = 'yard' LIMIT ?",
        (posts // 10,),
    )


_COLUMNS = {
    "documents": (
        *("id", "source", "native_id", "kind", "inside", "title", "text", "person", "created_at", "first_seen", "url"),
        *("thread", "likes", "views", "minhash", "truncated", "version", "state", "fingerprint"),
    ),
    "signals": (
        *("id", "document_id", "position", "start", '"end"', "text", "probs", "signals_on", "spans", "pain_label"),
        *("pain", "unspoken", "mood", "stage", "touchpoint", "embedding", "model", "space"),
    ),
    "memberships": ("signal_id", "pain_point_id", "night", "score"),
}


def _points(
    points: int, stages: list[tuple[str, str]], centres: list[bytes], chance: random.Random
) -> Iterator[dict[str, object]]:
    for number in range(points):
        stage, touchpoint = chance.choice(stages)
        born = date(2026, 3, 10) - timedelta(days=chance.randrange(DAYS))
        row: dict[str, object] = {"id": f"pp-{number}", "map": "journey", "name": " ".join(chance.choices(WORDS, k=4))}
        row |= {"stage": stage, "touchpoint": touchpoint, "status": "open", "born": born.isoformat()}
        row |= {"last_seen": "2026-03-09", "centroid": centres[number % 512], "size": 0, "people": 0}
        yield row | {"owner": "" if number % 2 else "experience", "words": '["strap"]', "space": "bench"}


def _document(name: str, text: str, written: datetime, chance: random.Random) -> tuple[object, ...]:
    at = written.strftime("%Y-%m-%d %H:%M:%S.%f")
    person = f"p{chance.randrange(PEOPLE)}"
    source = chance.choice(("yard", "board"))
    fixed = (f"https://yard.test/{name}", name, 3, 10, b"", 0, 1, "read", name)
    return (name, source, name, "forum", 0, text[:40], text, person, at, at, *fixed)


def _row(
    number: int,
    n: int,
    text: str,
    place: tuple[str, str],
    *,
    painful: bool,
    vectors: list[bytes],
    chance: random.Random,
) -> tuple[object, ...]:
    probs = json.dumps(
        {
            "sentiment": {"negative": 0.4},
            "pain": {"none": 0.3},
            "signals": dict.fromkeys(WORDS[:9], 0.1),
            "stage": {place[0]: 0.6},
        }
    )
    label = "unspoken" if painful else "none"
    numbers = (0.8 if painful else 0.1, painful, chance.uniform(-1, 1))
    words = (n, 0, 80, text[:80], probs, '["workaround"]' if painful else "[]", '[["workaround", 0, 9]]', label)
    return (f"s{number}-{n}", f"d{number}", *words, *numbers, *place, chance.choice(vectors), "bench", "bench")


PAGES = {
    "map": "/map",
    "map, one source": "/map?source=yard&period=4w",
    "inbox": "/inbox",
    "pain point": "/pain-points/pp-3",
    "search": "/search?q=strap+refund",
    "search, one word": "/search?q=cancel",
    "evidence": "/evidence?point=pp-3",
    "all pain points": "/pain-points",
    "reviews": "/reviews",
    "a night's posts": "/nights/2026-03-01/posts?source=yard",
}


def main() -> int:
    """Fill, serve, ask; 1 where a figure is not reached."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--posts", type=int, default=100_000)
    words.add_argument("--points", type=int, default=5_000)
    words.add_argument("--rounds", type=int, default=30)
    words.add_argument("--keep", type=Path, help="a folder whose store is made once and used again")
    asked = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="listening-web-") as made:
        home = asked.keep or Path(made)
        home.mkdir(parents=True, exist_ok=True)
        configs = home / "configs"
        if not configs.exists():
            shutil.copytree(ROOT / "configs", configs)
        return _bench(home, asked)


def _bench(home: Path, asked: argparse.Namespace) -> int:
    settings, file = load(home / "configs", {}), home / "store.db"
    fresh = not file.exists()
    store = open_store(f"sqlite:///{file}")
    if fresh:
        started = time.perf_counter()
        fill(file, asked.posts, asked.points, [(one.stage, one.id) for one in settings.journey.touchpoints])
        accounts.add_user(store, settings.journey, "ada", "", role="admin", who="bench", now=NOW)
        print(f"store made in {time.perf_counter() - started:.0f} s, {file.stat().st_size / 1e6:.0f} MB")
    writer = subprocess.Popen([sys.executable, "-c", WRITER, f"sqlite:///{file}", str(ROOT)])
    try:
        begun = time.perf_counter()
        app = create_app(settings, store, clock=lambda: NOW + timedelta(seconds=time.perf_counter() - begun))
        set_aside()  # as `listening serve` does
        with TestClient(app, base_url="http://board.test") as browser:
            secret = accounts.open_session(store, settings, "ada", now=NOW)
            browser.cookies.set("listening", secret)
            missed = [name for name, path in PAGES.items() if not _ask(browser, name, path, asked.rounds)]
    finally:
        writer.kill()
        writer.wait()
    store.close()
    print("not reached: " + ", ".join(missed) if missed else f"all under {LIMIT_MS} ms and {LIMIT_KB} kB")
    return int(bool(missed))


def _ask(browser: TestClient, name: str, path: str, rounds: int) -> bool:
    waits, works, size = [], [], 0
    for _ in range(rounds):
        wait, work = time.perf_counter(), time.process_time()
        answer = browser.get(path)
        waits.append((time.perf_counter() - wait) * 1000)
        works.append((time.process_time() - work) * 1000)
        assert answer.is_success, (path, answer.status_code)
        size = len(answer.content)
    late, busy = _p95(waits), _p95(works)
    told = f"median {statistics.median(waits):5.0f} ms, p95 {late:5.0f} ms (CPU {busy:4.0f} ms), {size / 1000:4.0f} kB"
    print(f"{name:18} {told}", flush=True)
    return late < LIMIT_MS and size < LIMIT_KB * 1000


def _p95(numbers: list[float]) -> float:
    return sorted(numbers)[max(0, round(0.95 * len(numbers)) - 1)]


if __name__ == "__main__":
    sys.exit(main())
