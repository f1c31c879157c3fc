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
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from lived import NOW, fill

from listening import pipeline
from listening.settings import Settings, load
from listening.store import open_store, reads

ROOT = Path(__file__).resolve().parent.parent
KEY = b"bench"
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
        fill(store, settings, wish.documents)
        pipeline.reread(store, settings, now=NOW)  # as on the first night of this reader: nothing is of another one
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


if __name__ == "__main__":
    main()
