"""What a night of 1,000 new pains costs, however many are stored: 10,000, 100,000 and 1,000,000, with invented vectors.

    python -m bench.stored [--stored 10000,100000,1000000] [--new 1000] [--folder DIR]

A thousand pains a night were told: so many nights are stored. Pain points are twice the root of the pains (new words
grow so with a text: Heaps), and as many pains wait at every size, for what waits is bounded by its days. Each size is a
process of its own; CPU seconds are what counts beside other work. With `--folder` the stores are kept and used again.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from listening import pipeline
from listening.pipeline import reading
from listening.settings import Settings, load
from listening.store import Store, open_store, reads, writes
from listening.store.tables import documents, memberships, pain_points, signals

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)  # a Tuesday: nothing is reviewed
A_NIGHT, WAITING, BATCH = 1_000, 3_000, 5_000
FLAT, LONGEST, MOST = 1.5, 10.0, 3.0  # times the smallest; CPU seconds at the largest; GB
STAGES = ("discover", "choose", "buy", "start", "use", "help", "stay")


def main() -> None:
    """Print a line a size; exit code 1 where a target is missed."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--stored", default="10000,100000,1000000")
    asked.add_argument("--new", type=int, default=1_000)
    asked.add_argument("--folder", default="")
    asked.add_argument("--part", default="", help=argparse.SUPPRESS)
    wish = asked.parse_args()
    if wish.part:
        print(json.dumps(PARTS[wish.part](Path(wish.folder), int(wish.stored), wish.new)))
        return
    root = Path(wish.folder or tempfile.mkdtemp(prefix="listening-stored-"))
    try:
        costs = [_size(root, int(stored), wish.new) for stored in wish.stored.split(",")]
    finally:
        if not wish.folder:
            shutil.rmtree(root, ignore_errors=True)
    ratio = costs[-1]["all"] / costs[0]["all"]
    met = ratio <= FLAT and costs[-1]["all"] < LONGEST and costs[-1]["GB"] < MOST
    print(f"\nlargest against smallest: {ratio:.2f} (target {FLAT}): {'met' if met else 'MISSED'}")
    sys.exit(0 if met else 1)


def _size(root: Path, stored: int, new: int) -> Mapping[str, float]:
    folder = root / str(stored)
    if not (folder / "built").exists():
        _run("build", folder, stored, new)
        (folder / "built").touch()
    cost = _run("night", folder, stored, new)
    print(f"{stored:>9,} stored: {cost['all']:.1f} CPU seconds (", end="")
    print(
        f"cluster {cost['cluster']:.1f}, watch {cost['watch']:.1f}, tell {cost['tell']:.1f}), {cost['GB']:.2f} GB",
        end="",
    )
    print(
        f"; {cost['carried']:,.0f} carried, {cost['born']:,.0f} born of {cost['points']:,.0f} pain points", flush=True
    )
    return cost


def _run(part: str, folder: Path, stored: int, new: int) -> dict[str, float]:
    words = ["--part", part, "--folder", str(folder), "--stored", str(stored), "--new", str(new)]
    ran = subprocess.run([sys.executable, "-m", "bench.stored", *words], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return found


# --- the parts


def _build(folder: Path, stored: int, _new: int) -> dict[str, float]:
    shutil.rmtree(folder, ignore_errors=True)
    settings = _settle(folder)
    store, world = open_store(settings.database_url), _World(stored)
    try:
        with store.writing() as connection:
            connection.execute(pain_points.insert(), world.points(settings.journey.id))
        for start in range(0, stored, BATCH):
            rows = np.arange(start, min(stored, start + BATCH))
            _keep(store, world, rows, NOW - timedelta(days=1) * ((stored - 1 - rows) // A_NIGHT + 1), waits=False)
        rows = np.arange(stored, stored + WAITING)
        _keep(store, world, rows, NOW - timedelta(days=1) * (1 + rows % 100), waits=True)
        _count(store)
        writes.keep_meta(store, "unsettled", "yes")
        pipeline.cluster(store, settings, now=NOW - timedelta(hours=20))  # what can be grouped of what waits is
    finally:
        store.close()
    return {}


def _count(store: Store) -> None:
    """Let the pain points say what the store keeps true of every one: how many passages and people, and since when."""
    size, last, people = Counter[str](), dict[str, date](), defaultdict[str, set[str]](set)
    told = memberships.join(signals, signals.c.id == memberships.c.signal_id).join(
        documents, documents.c.id == signals.c.document_id
    )
    columns = (memberships.c.pain_point_id, memberships.c.night, documents.c.person)
    with store.writing() as connection:
        for point, night, person in connection.execute(sa.select(*columns).select_from(told)):
            size[point] += 1
            people[point].add(person)
            last[point] = max(last.get(point, night), night)
        mine = sa.update(pain_points).where(pain_points.c.id == sa.bindparam("point"))
        rows = [
            {"point": one, "size": size[one], "people": len(people[one]), "last_seen": last[one]}
            for one in sorted(size)
        ]
        connection.execute(mine, rows)


def _night(folder: Path, stored: int, new: int) -> dict[str, float]:
    if (folder / "var").exists() and not (folder / "kept.db").exists():
        shutil.copyfile(folder / "var" / "listening.db", folder / "kept.db")
    for old in (folder / "var").glob("listening.db*"):
        old.unlink()
    shutil.copyfile(folder / "kept.db", folder / "var" / "listening.db")  # the same night each time
    settings = load(folder / "configs", {})
    store, world = open_store(settings.database_url), _World(stored)
    rows = np.arange(stored + WAITING, stored + WAITING + new)
    _keep(store, world, rows, np.full(new, NOW - timedelta(hours=3)), waits=None)
    writes.keep_meta(store, "unsettled", "yes")
    reading.reader(settings).hear(["a strap that broke"])  # the step before has opened the models
    figures = {"points": float(reads.counts(store).pain_points)}
    verbs = {"cluster": pipeline.cluster, "watch": pipeline.watch, "tell": pipeline.tell}
    for name, verb in verbs.items():
        start = time.process_time()
        done = verb(store, settings, now=NOW)
        figures[name] = time.process_time() - start
        if isinstance(done, pipeline.Clustered):
            figures |= {"carried": done.carried, "born": done.born}
    store.close()
    return {
        **figures,
        "all": sum(figures[name] for name in verbs),
        "GB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


PARTS = {"build": _build, "night": _night}


class _World:
    """Pain points with a middle each, and what is said about them: the same for the same row."""

    def __init__(self, stored: int) -> None:
        rng = np.random.default_rng(0)
        self.count = int(2 * stored**0.5)
        self.middles = _unit(rng.normal(size=(self.count, 384)))
        self.words = ["".join(rng.choice(list("bcdfglmnprstv"), size=7)) for _ in range(4_000)]
        self.people = max(1_000, stored // 4)

    def home(self, row: int) -> int:
        """Which pain point a row tells: a few are told by many."""
        return int(self.count * np.random.default_rng(row).random() ** 2)

    def vectors(self, rows: NDArray[np.int64], *, waits: bool | None) -> NDArray[np.float32]:
        """Say something near the row's pain point; what waits is near none, and of a night's every seventh."""
        noise = np.random.default_rng(int(rows[0])).normal(size=(len(rows), 384)) / 384**0.5
        alone = np.array([waits if waits is not None else row % 7 == 0 for row in rows.tolist()])
        near = 1.2 * self.middles[[self.home(row) for row in rows.tolist()]]
        return _unit(noise + np.where(alone[:, None], 0.0, near))

    def text(self, row: int) -> str:
        """Four words of the pain point, two of everybody's."""
        at = self.home(row) * 4
        own = [self.words[(at + number) % len(self.words)] for number in range(4)]
        return " ".join([*own, self.words[row % 997], self.words[row % 1_009]])

    def points(self, map_id: str) -> list[dict[str, object]]:
        """Give all pain points, told through all the nights."""
        born = (NOW - timedelta(days=100)).date()
        return [
            {
                "id": f"pp-{number:010x}",
                "map": map_id,
                "name": f"Pain {number}",
                "named_by": "",
                "stage": STAGES[number % len(STAGES)],
                "status": "open",
                "born": born,
                "last_seen": born,
                "centroid": self.middles[number] * np.float32(0.77),
                "size": 0,
                "people": 0,
                "words": self.text_of(number),
                "space": "bench",
            }
            for number in range(self.count)
        ]

    def text_of(self, number: int) -> list[str]:
        """The words of a pain point."""
        return [self.words[(number * 4 + one) % len(self.words)] for one in range(4)]


def _keep(
    store: Store, world: _World, rows: NDArray[np.int64], days: NDArray[np.object_], *, waits: bool | None
) -> None:
    vectors = world.vectors(rows, waits=waits)
    posts, heard, placed = [], [], []
    for row, day, vector in zip(rows.tolist(), days.tolist(), vectors, strict=True):
        text, home = world.text(row), world.home(row)
        when = day + timedelta(seconds=row % 3_600)
        posts.append(_post(row, text, when, world.people))
        heard.append(_heard(row, text, vector, STAGES[home % len(STAGES)]))
        placed.append({"signal_id": f"s{row}", "pain_point_id": f"pp-{home:010x}", "night": when.date(), "score": 0.7})
    with store.writing() as connection:
        connection.execute(documents.insert(), posts)
        connection.execute(signals.insert(), heard)
        if waits is False:
            connection.execute(memberships.insert(), placed)


def _post(row: int, text: str, when: datetime, people: int) -> dict[str, object]:
    return {
        "id": f"d{row}",
        "source": f"source{row % 6}",
        "native_id": str(row),
        "kind": "forum",
        "inside": False,
        "title": "",
        "text": text,
        "person": f"{row * 7_919 % people:032x}",
        "created_at": when,
        "first_seen": when,
        "url": f"https://bench.test/{row}",
        "thread": str(row // 4),
        "fingerprint": str(row),
        "minhash": b"",
        "truncated": False,
        "version": 1,
        "state": "read",
        "read_by": "bench",
        "language": "en",
    }


def _heard(row: int, text: str, vector: NDArray[np.float32], stage: str) -> dict[str, object]:
    return {
        "id": f"s{row}",
        "document_id": f"d{row}",
        "position": 0,
        "start": 0,
        "end": len(text),
        "text": text,
        "probs": {"pain": {"none": 0.1, "spoken": 0.2, "unspoken": 0.7}, "sentiment": {}, "signals": {}, "stage": {}},
        "signals_on": [],
        "spans": [],
        "pain_label": "unspoken",
        "pain": 0.9,
        "unspoken": True,
        "mood": -0.4,
        "stage": stage,
        "touchpoint": None,
        "embedding": vector,
        "model": "bench",
        "space": "bench",
    }


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    scaled: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)
    return scaled


def _settle(folder: Path) -> Settings:
    configs = folder / "configs"
    configs.mkdir(parents=True, exist_ok=True)
    for name in ("journey.toml", "pain_cues.toml"):
        shutil.copyfile(ROOT / "configs" / name, configs / name)
    (configs / "listening.toml").write_text('[store]\nvar = "var"\n')
    (configs / "sources.toml").write_text("")
    return load(configs, {})


if __name__ == "__main__":
    main()
