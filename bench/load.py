"""Asks the board for its pages as ten people do at once, 20 a second in all, while a night is writing.

    python bench/load.py [--posts 1000000] [--points 5000] [--seconds 60] [--keep DIR]

The store is `bench/web.py`'s, the board a process of its own, and so is the writer. Each person asks for the pages in
turn, twice a second; what a page takes counts from the moment at which it was due, so that one which blocks the next is
not overlooked. Targets for each page: 95 in 100 within 300 ms, 99 in 100 within a second, no error.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import cycle, islice
from pathlib import Path

import httpx
from exports import make_store
from web import NOW, PAGES, WRITER

from listening.errors import ListeningError
from listening.journey import accounts
from listening.settings import load
from listening.store import open_store

ROOT = Path(__file__).resolve().parent.parent
PEOPLE, A_SECOND = 10, 20
LATE_MS, LATEST_MS, STARTS = 300.0, 1_000.0, 60.0

BOARD = """
import sys, time
from datetime import datetime, timedelta
from pathlib import Path
from listening.settings import load
from listening.web.serving import serve
begun, now = time.perf_counter(), datetime.fromisoformat(sys.argv[3])
settings = load(Path(sys.argv[1]), {"LISTENING_DATABASE_URL": sys.argv[2]})
serve(settings, clock=lambda: now + timedelta(seconds=time.perf_counter() - begun))
"""


def main() -> int:
    """Print a line a page; 1 where a target is missed."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--posts", type=int, default=1_000_000)
    asked.add_argument("--points", type=int, default=5_000)
    asked.add_argument("--seconds", type=int, default=60)
    asked.add_argument("--keep", type=Path, help="a folder whose store is made once and used again")
    wish = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="listening-load-") as made:
        home = wish.keep or Path(made)
        make_store(home, wish.posts, wish.points)
        cookies, port = _people(home), _settle(home)
        with _running(home, port) as board:
            _ask_all(f"http://127.0.0.1:{port}", cookies[:1], 5)  # a board that was just started has read nothing yet
            before = _busy(board)
            waits = _ask_all(f"http://127.0.0.1:{port}", cookies, wish.seconds)
            each = (_busy(board) - before) / sum(map(len, waits.values()))
    print(
        f"CPU of the board: {each * 1000:.0f} ms a page, so that {A_SECOND} a second want {each * A_SECOND:.1f} cores"
    )
    missed = [name for name, held in waits.items() if not _met(name, held)]
    print("missed: " + ", ".join(missed) if missed else "met")
    return int(bool(missed))


def _settle(home: Path) -> int:
    """Have the board listen at a free port."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port: int = place.getsockname()[1]
    (home / "configs" / "listening.toml").write_text(f"[web]\nport = {port}\n", encoding="utf-8")
    return port


def _people(home: Path) -> list[str]:
    """Sign ten people in; returns their sessions."""
    settings, store = load(home / "configs", {}), open_store(f"sqlite:///{home / 'store.db'}")
    names = [f"person{number}" for number in range(PEOPLE)]
    for name in names:
        with suppress(ListeningError):  # is there from the run before
            accounts.add_user(store, settings.journey, name, "", role="admin", who="bench", now=NOW)
    found = [accounts.open_session(store, settings, name, now=NOW) for name in names]
    store.close()
    return found


@contextmanager
def _running(home: Path, port: int) -> Iterator[int]:
    """Run the board and the writer; gives the board's process."""
    url = f"sqlite:///{home / 'store.db'}"
    board = subprocess.Popen([sys.executable, "-c", BOARD, str(home / "configs"), url, NOW.isoformat()], cwd=ROOT)
    writer = subprocess.Popen([sys.executable, "-c", WRITER, url, str(ROOT)])
    try:
        until = time.monotonic() + STARTS
        while time.monotonic() < until and board.poll() is None:
            with socket.socket() as place:
                if place.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield board.pid
    finally:
        for program in (board, writer):
            program.kill()
            program.wait()


def _busy(process: int) -> float:
    """CPU seconds of a process so far."""
    told = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def _ask_all(url: str, cookies: list[str], seconds: int) -> Mapping[str, list[float]]:
    """Ask as all of them; returns by page what each took, in ms; one that failed took for ever."""
    waits: dict[str, list[float]] = defaultdict(list)
    begun = time.monotonic() + 1
    threads = [
        threading.Thread(target=_ask, args=(url, cookie, number, begun, seconds, waits))
        for number, cookie in enumerate(cookies)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return waits


def _ask(url: str, cookie: str, number: int, begun: float, seconds: int, waits: dict[str, list[float]]) -> None:  # noqa: PLR0917 - a thread takes them
    every = PEOPLE / A_SECOND
    mine = islice(cycle(PAGES.items()), number, number + int(seconds / every))
    with httpx.Client(base_url=url, cookies={"listening": cookie}, timeout=30.0) as browser:
        for turn, (name, path) in enumerate(mine):
            due = begun + every * (turn + number / PEOPLE)
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                good = browser.get(path).is_success
            except httpx.HTTPError:
                good = False
            waits[name].append((time.monotonic() - due) * 1000 if good else float("inf"))


def _met(name: str, waits: list[float]) -> bool:
    sorted_ = sorted(waits)
    late, latest = (sorted_[max(0, round(share * len(waits)) - 1)] for share in (0.95, 0.99))
    errors = waits.count(float("inf"))
    told = f"median {statistics.median(waits):6.0f} ms, p95 {late:6.0f} ms, p99 {latest:6.0f} ms, {errors} errors"
    print(f"{name:18} {len(waits):5} asked, {told}", flush=True)
    return late <= LATE_MS and latest <= LATEST_MS and not errors


if __name__ == "__main__":
    sys.exit(main())
