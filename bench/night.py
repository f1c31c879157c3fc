"""How long a night takes, and how much memory: one with 2,000 new posts, and one with nothing new, on a full store.

    .venv/bin/python bench/night.py [--quick] [--documents 50000] [--posts 2000] [--folder DIR]

Each part runs in a process of its own, so that its peak memory is its own. Nothing goes over the network but the
loopback calls of the second part to its Prefect server.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from listening import pipeline
from listening.settings import Settings, load
from listening.store import Store, open_store, reads, writes
from listening.types import Document, Membership, PainPoint, Passage, PostKind, Reading, Signal, Vector

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)  # a Tuesday; --monday takes the day before, when pain points are reviewed
KEY = b"bench"
DAYS = 120
PASSAGES = 3  # a post
PAINFUL, UNSURE, WAITING = 0.2, 0.1, 0.15  # shares: of passages; of passages; of pains that belong nowhere yet
SOURCES = 6
BATCH = 2000
TARGETS = {"new": (60.0, 1.5), "nothing": (10.0, None)}  # seconds, GB
Figures = dict[str, float]
T = TypeVar("T")


def main() -> None:
    """Build the store, run both nights, print a table; exit code 1 where a target is missed."""
    wish = _wish()
    if wish.part:
        print(json.dumps(PARTS[wish.part](Path(wish.folder), wish)))
        return
    folder = Path(wish.folder or tempfile.mkdtemp(prefix="listening-bench-"))
    try:
        built = _part("build", folder, wish)
        new = _part("new", folder, wish)
        nothing = _part("nothing", folder, wish)
    finally:
        if not wish.folder:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if _show(wish, built, new, nothing) else 1)


def _wish() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--quick", action="store_true", help="2,000 documents and 100 posts: to see that it runs")
    asked.add_argument("--documents", type=int, default=50_000)
    asked.add_argument("--posts", type=int, default=2_000)
    asked.add_argument("--folder", default="", help="keep the store here")
    asked.add_argument("--monday", action="store_true", help="also merge and split pain points, as on Mondays")
    asked.add_argument("--part", default="", help=argparse.SUPPRESS)
    wish = asked.parse_args()
    if wish.quick:
        wish.documents, wish.posts = 2_000, 100
    return wish


def _part(name: str, folder: Path, wish: argparse.Namespace) -> Figures:
    words = ["--part", name, "--folder", str(folder), "--documents", str(wish.documents), "--posts", str(wish.posts)]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PREFECT_HOME": str(folder / "prefect"), "PREFECT_API_URL": ""}
    ran = subprocess.run(
        [sys.executable, __file__, *words, *(["--monday"] if wish.monday else [])],
        env={name: value for name, value in env.items() if value},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    figures: Figures = json.loads(ran.stdout.splitlines()[-1])
    return figures


def _show(wish: argparse.Namespace, built: Figures, new: Figures, nothing: Figures) -> bool:
    print(f"\nstore: {built['documents']:,.0f} documents, {built['signals']:,.0f} signals, ", end="")
    print(f"{built['pain points']:,.0f} pain points, {built['MB']:,.0f} MB, made in {built['seconds']:.0f} s")
    print(f"load of this machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print("| night | step | seconds | CPU seconds |\n|---|---|---|---|")
    for name in ("open models", "crawl", "clean", "read", "cluster", "watch", "tell"):
        print(f"| {wish.posts:,} new posts | {name} | {new[name]:.1f} | {new[f'{name} cpu']:.1f} |")
    total = sum(new[name] for name in new if name.removesuffix(" cpu") == name and name not in NO_STEPS)
    print(f"| {wish.posts:,} new posts | **all** | **{total:.1f}** | peak memory {new['GB']:.2f} GB |")
    print(f"| nothing new, in Prefect | **all** | **{nothing['seconds']:.1f}** | peak memory {nothing['GB']:.2f} GB |")
    (longest, most), (soon, _) = TARGETS["new"], TARGETS["nothing"]
    assert most is not None
    print(f"\n{new['passages']:,.0f} passages read, {new['placed']:,.0f} carried, {new['born']:,.0f} pain points born")
    met = total < longest and new["GB"] < most and nothing["seconds"] < soon
    print(f"targets: under {longest:.0f} s and {most} GB; under {soon:.0f} s: {'met' if met else 'MISSED'}")
    return met


NO_STEPS = ("GB", "passages", "placed", "born")


# --- the parts


def _build(folder: Path, wish: argparse.Namespace) -> Figures:
    start = time.monotonic()
    settings = _settle(folder, wish.posts)
    store = open_store(settings.database_url)
    try:
        _fill(store, settings, wish.documents)
        counts = reads.counts(store)
    finally:
        store.close()
    size = (settings.var / "listening.db").stat().st_size / 2**20
    figures = {"documents": counts.documents, "signals": counts.signals, "pain points": counts.pain_points}
    return {**figures, "MB": size, "seconds": time.monotonic() - start}


def _new(folder: Path, wish: argparse.Namespace) -> Figures:
    settings = load(folder / "configs", {})
    now = NOW - timedelta(days=1) if wish.monday else NOW
    store = open_store(settings.database_url)
    before = reads.counts(store).signals
    source = settings.sources[0]
    figures: Figures = {}
    placed = _timed(figures, "crawl", lambda: pipeline.crawl(store, settings, source, key=KEY, now=now))
    assert placed.new == wish.posts, placed
    _timed(figures, "clean", lambda: pipeline.clean(store, settings, now=now))
    _timed(figures, "open models", lambda: _open(settings))
    _timed(figures, "read", lambda: pipeline.read(store, settings, now=now))
    done = _timed(figures, "cluster", lambda: pipeline.cluster(store, settings, now=now))
    _timed(figures, "watch", lambda: pipeline.watch(store, settings, now=now))
    _timed(figures, "tell", lambda: pipeline.tell(store, settings, now=now))
    figures |= {"placed": done.carried, "born": done.born, "passages": reads.counts(store).signals - before}
    store.close()
    return {**figures, "GB": _peak()}


def _open(settings: Settings) -> None:
    from listening.pipeline.reading import reader  # noqa: PLC0415 - loads the models

    reader(settings)


def _nothing(folder: Path, wish: argparse.Namespace) -> Figures:
    from prefect.settings import PREFECT_API_URL, temporary_settings  # noqa: PLC0415 - the same

    from flows.nightly import run_night  # noqa: PLC0415 - Prefect takes seconds to load, which is no night's time
    from flows.serving import server  # noqa: PLC0415 - the same

    now = NOW + timedelta(days=1)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with server(port) as url, temporary_settings({PREFECT_API_URL: url}):
        start = time.monotonic()
        result = run_night(folder / "configs", now=now)
        seconds = time.monotonic() - start
    assert result.state == "done", result
    assert result.read == 0, result
    assert wish.posts == result.crawls[0].seen or not result.crawls[0].new, result
    return {"seconds": seconds, "GB": _peak()}


PARTS: Mapping[str, Callable[[Path, argparse.Namespace], Figures]] = {
    "build": _build,
    "new": _new,
    "nothing": _nothing,
}


def _timed(figures: Figures, name: str, do: Callable[[], T]) -> T:
    start, cpu = time.monotonic(), time.process_time()
    done = do()
    figures[name], figures[f"{name} cpu"] = time.monotonic() - start, time.process_time() - cpu
    print(f"{name}: {figures[name]:.1f} s, peak {_peak():.2f} GB", file=sys.stderr, flush=True)
    return done


def _peak() -> float:
    """Peak memory of this process in GB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**30 if sys.platform == "darwin" else most / 2**20


# --- the installation


def _settle(folder: Path, posts: int) -> Settings:
    configs = folder / "configs"
    configs.mkdir(parents=True, exist_ok=True)
    for name in ("journey.toml", "pain_cues.toml"):
        shutil.copyfile(ROOT / "configs" / name, configs / name)
    (configs / "listening.toml").write_text('[store]\nvar = "var"\n')
    (configs / "sources.toml").write_text(f'[sources.new]\nkind = "file"\npath = "{folder / "new.jsonl"}"\n')
    with (folder / "new.jsonl").open("w", encoding="utf-8") as file:
        for number, (title, text) in zip(range(posts), _texts(posts), strict=False):
            when = NOW - timedelta(days=1, minutes=number % 1440)
            post = {"id": str(number), "title": title, "text": text, "author": f"writer {number}"}
            file.write(json.dumps({**post, "created_at": when.isoformat(), "thread": str(number // 4)}) + "\n")
    return load(configs, {})


def _texts(posts: int) -> Iterator[tuple[str, str]]:
    """Real posts where the shared data lies beside the checkout, else the demo's, with a number to tell them apart."""
    shared = Path(os.environ.get("LISTENING_SHARED", ROOT.parent / "shared"))
    archive = shared / "data" / "reddit_posts_2013" / "dev_posts.jsonl.gz"
    if archive.is_file():
        with gzip.open(archive, "rt", encoding="utf-8") as file:
            for line in file:
                post = json.loads(line)
                yield post["title"], post["selftext"]
        return
    files = sorted((ROOT / "data" / "sample").glob("*.jsonl"))
    lines = [json.loads(line) for one in files for line in one.read_text(encoding="utf-8").splitlines()]
    bodies = [str(post.get("text") or post.get("body") or "") for post in lines]
    for number in range(posts):
        yield f"Number {number}", bodies[number % len(bodies)] + f" That is what I saw on day {number}."


# --- a store that has lived


def _fill(store: Store, settings: Settings, count: int) -> None:
    """Fill the store with invented documents over 120 days, their signals, and the pain points that they tell."""
    rng = np.random.default_rng(0)
    centres = _unit(rng.normal(size=(max(10, count // 120), 384)))
    words = _words(rng)
    members: dict[int, list[Signal]] = {}
    for start in range(0, count, BATCH):
        documents = [_document(rng, words, number, count) for number in range(start, min(count, start + BATCH))]
        for source in range(SOURCES):
            mine = [one for one in documents if one.source == f"source{source}"]
            night = (NOW - timedelta(days=DAYS)).date()
            writes.keep_batch(
                store, source=f"source{source}", kind="forum", documents=mine, cursor="", validators=(), night=night
            )
        writes.mark_clean(store, [one.id for one in documents], {})
        readings = [_reading(rng, one, centres, members) for one in documents]
        writes.keep_readings(store, readings)
        print(f"{start + len(documents):,} documents", file=sys.stderr, flush=True)
    born = [_point(settings, number, signals) for number, signals in sorted(members.items()) if len(signals) > 1]
    for at in range(0, len(born), 50):
        writes.keep_placement(store, (), born[at : at + 50], (), ())
    # the night before: what its clusters leave waiting is what waits
    writes.keep_meta(store, "unsettled", "yes")
    pipeline.cluster(store, settings, now=NOW - timedelta(days=2 if NOW.weekday() == 1 else 1, hours=1))


def _words(rng: np.random.Generator) -> list[str]:
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    return ["".join(rng.choice(letters, size=rng.integers(3, 10))) for _ in range(6000)]


def _document(rng: np.random.Generator, words: list[str], number: int, count: int) -> Document:
    said = " ".join(words[int(one)] for one in np.minimum(rng.zipf(1.3, size=60), len(words)) - 1)
    when = NOW - timedelta(days=1 + (DAYS - 1) * (1 - number / count))
    return Document(
        id=f"d{number:019x}",
        source=f"source{number % SOURCES}",
        native_id=str(number),
        kind=PostKind.FORUM,
        title="",
        text=said,
        person=f"{int(rng.zipf(1.5)) % 10**6 + number % 9000:032x}",
        created_at=when,
        first_seen=when,
        url=f"https://source{number % SOURCES}.test/{number}",
        thread=str(number // 8),
        fingerprint=rng.bytes(16).hex(),
        minhash=rng.bytes(256),
        bands=tuple(rng.bytes(8).hex() for _ in range(21)),
    )


def _reading(
    rng: np.random.Generator, document: Document, centres: NDArray[np.float32], members: dict[int, list[Signal]]
) -> Reading:
    step = len(document.text) // PASSAGES
    signals = []
    for index in range(PASSAGES):
        chance = rng.random()
        pain = 0.7 if chance < PAINFUL else 0.3 if chance < PAINFUL + UNSURE else 0.05
        placed = pain > UNSURE and rng.random() > WAITING
        cluster = int(len(centres) * rng.random() ** 2)
        towards = 1.2 * centres[cluster] if placed else np.zeros(384)
        vector = _unit(towards + rng.normal(size=384) / 384**0.5)
        signal = _signal(document, index, step, pain, np.asarray(vector, dtype=np.float32))
        signals.append(signal)
        if placed:
            members.setdefault(cluster, []).append(signal)
    return Reading(document.id, "en", readable=True, signals=tuple(signals), model="bench")


def _signal(document: Document, index: int, step: int, pain: float, vector: Vector) -> Signal:
    start, end = index * step, (index + 1) * step
    names = ("complaint", "breakage", "confusion", "effort", "workaround", "unmet_need", "switching", "resignation")
    stages = ("discover", "choose", "buy", "start", "use", "help", "stay", "none")
    stage = stages[(index + int(document.native_id)) % 8]
    return Signal(
        id=f"s{document.id}{index}",
        document_id=document.id,
        passage=Passage(document.id, index, start, end, document.text[start:end]),
        sentiment={"negative": 0.51234, "neutral": 0.31234, "positive": 0.17532},
        pain={"none": 1 - pain, "spoken": pain / 3, "unspoken": pain * 2 / 3},
        signals=dict.fromkeys(names, 0.12345),
        signals_on=(),
        stage={one: 0.65 if one == stage else 0.05 for one in stages},
        touchpoint=None,
        spans=(),
        embedding=vector,
        model="bench",
    )


def _point(settings: Settings, number: int, signals: list[Signal]) -> tuple[PainPoint, list[Membership]]:
    middle = np.mean([one.embedding for one in signals], axis=0, dtype=np.float32)
    point = PainPoint(
        id=f"pp-{number:010x}",
        map=settings.journey.id,
        name=" ".join(signals[0].passage.text.split()[:4]),
        named_by="",
        stage=signals[0].stage_label,
        touchpoint=None,
        status="open",
        born=(NOW - timedelta(days=DAYS)).date(),
        last_seen=(NOW - timedelta(days=1 + number % 20)).date(),
        centroid=middle,
        size=len(signals),
        words=tuple(signals[0].passage.text.split()[:6]),
    )
    night = point.born
    return point, [Membership(one.id, point.id, night, 0.7) for one in signals]


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    scaled: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)
    return scaled


if __name__ == "__main__":
    main()
