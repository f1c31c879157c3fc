"""Times every export and report of a full store, with the peak memory of the program that writes it.

    python bench/exports.py [--posts 100000] [--points 5000] [--keep DIR]

The store is `bench/web.py`'s: two passages a post. Each file is written by `listening export` or `listening report`, a
process of its own; and one export of each ending is stopped midway by Ctrl-C. Targets for 100,000 rows: 30 CPU seconds,
300 MB; what was stopped ends within two seconds and leaves no file.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from web import fill

from listening.settings import load
from listening.store import open_store

ROOT = Path(__file__).resolve().parent.parent
SECONDS, MEGABYTES, ROWS, STOPS = 30.0, 300.0, 100_000, 2.0
EXPORTS = ("posts", "signals", "members", "pain-points")
ENDINGS = (".jsonl", ".csv", ".jsonl.gz", ".csv.gz")
REPORTS = (".html", ".xlsx", ".csv", ".json", *([".pdf"] if find_spec("weasyprint") else []))


def main() -> int:
    """Print a line a file; 1 where a target is missed."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--posts", type=int, default=100_000)
    asked.add_argument("--points", type=int, default=5_000)
    asked.add_argument("--keep", type=Path, help="a folder whose store is made once and used again")
    wish = asked.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background Ctrl-C is off, for all below too
    with tempfile.TemporaryDirectory(prefix="listening-exports-") as made:
        home = wish.keep or Path(made)
        make_store(home, wish.posts, wish.points)
        missed = [name for name in _files() if not _time(home, name)]
        missed += [f"stopped {ending}" for ending in ENDINGS if not _stop(home, ending)]
    print("missed: " + ", ".join(missed) if missed else "met")
    return int(bool(missed))


def make_store(home: Path, posts: int, points: int) -> None:
    """Make an installation with a full store, unless it is there."""
    if (home / "store.db").exists():
        return
    home.mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT / "configs", home / "configs", dirs_exist_ok=True)
    settings = load(home / "configs", {})
    open_store(f"sqlite:///{home / 'store.db'}").close()
    fill(home / "store.db", posts, points, [(one.stage, one.id) for one in settings.journey.touchpoints])


def start(home: Path, *words: str) -> subprocess.Popen[bytes]:
    """Start `listening` on this installation."""
    env = {**os.environ, "LISTENING_DATABASE_URL": f"sqlite:///{home / 'store.db'}", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "listening", *words, "--config", str(home / "configs")]
    return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait(program: subprocess.Popen[bytes]) -> tuple[int, float, float]:
    """Wait for a program; returns its exit code, its CPU seconds and its peak memory in MB, as the system tells it."""
    peak, status = 0, Path(f"/proc/{program.pid}/status")
    while True:
        told = re.search(r"VmHWM:\s+(\d+)", status.read_text(encoding="ascii"))
        peak = int(told[1]) if told else peak  # a program that is over has none
        over, code, used = os.wait4(program.pid, os.WNOHANG)
        if over:
            program.returncode = os.waitstatus_to_exitcode(code)
            return program.returncode, used.ru_utime + used.ru_stime, peak / 1024
        time.sleep(0.05)


def _files() -> list[str]:
    return [*(f"{what}{ending}" for what in EXPORTS for ending in ENDINGS), *(f"report{ending}" for ending in REPORTS)]


def _time(home: Path, name: str) -> bool:
    file, begun = home / name, time.perf_counter()
    code, busy, peak = wait(start(home, *_words(name, file)))
    seconds = time.perf_counter() - begun
    size = file.stat().st_size / 1e6 if file.exists() else 0
    rows = _rows(file)
    most = SECONDS * max(1, rows / ROWS)
    good = code == 0 and busy <= most and peak <= MEGABYTES
    told = f"{seconds:6.1f} s ({busy:5.1f} of the CPU), {peak:5.0f} MB at most, {size:6.1f} MB" + (
        f", {rows:,} rows" if rows else ""
    )
    print(f"{name:22} {told}{'' if good else f'   MISSED (exit code {code})'}", flush=True)
    file.unlink(missing_ok=True)
    return good


def _rows(file: Path) -> int:
    """How many lines an export has; 0 of a report."""
    if not file.name.endswith(".jsonl") or not file.exists():
        return 0
    with file.open("rb") as lines:
        return sum(1 for _ in lines)


def _words(name: str, file: Path) -> Sequence[str]:
    what, _, _ = name.partition(".")
    if what == "report":
        return ("report", "-o", str(file), "--since", "2026-01-01", "--until", "2026-03-09", "--anew")
    return ("export", what, "-o", str(file))


def _stop(home: Path, ending: str) -> bool:
    """Interrupt an export that is under way."""
    file = home / f"signals{ending}"
    program = start(home, "export", "signals", "-o", str(file))
    while not any(home.glob(".listening-*.part")) and program.poll() is None:
        time.sleep(0.02)
    begun = time.perf_counter()
    program.send_signal(signal.SIGINT)
    code, _, _ = wait(program)
    seconds, left = (
        time.perf_counter() - begun,
        [one.name for one in (file, *home.glob(".listening-*.part")) if one.exists()],
    )
    good = code != 0 and seconds <= STOPS and not left
    print(f"stopped signals{ending}: exit code {code} after {seconds:.1f} s, left {left}", flush=True)
    return good


if __name__ == "__main__":
    sys.exit(main())
