"""Whether the next night comes by itself when `listening serve`, its Prefect server, or all of it is killed.

    .venv/bin/python bench/orchestrator.py [--kills 20] [--seed 1]

A real `listening serve` keeps a night a minute over one feed on loopback, which has a new entry each time it is asked
for. At random moments, half of them in the middle of a night, processes get SIGKILL: the worker (`listening serve`
itself), the server, both, or all of them with the night that runs. As systemd and compose do, the bench starts
`listening serve` again after some seconds, and does nothing else. After each kill a night has to begin on the schedule
and end well. Then two nights are asked for at once. At the end each entry has to be in the store once.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from sources_site import Reply, Site, site  # noqa: E402 -- the checkout is found by the line above

KINDS = ("worker", "server", "both", "all")
PARTS = {
    "worker": ("worker",),
    "server": ("server",),
    "both": ("worker", "server"),
    "all": ("worker", "server", "night"),
}
RESTART = 10.0  # seconds after which systemd or compose starts `listening serve` again
COMES_WITHIN = 420.0  # seconds in which a night has to come and end
MINUTE = 60.0
A_NIGHT = 6.0  # seconds, about: a kill falls somewhere into them
FEED = "<rss version='2.0'><channel><title>B</title><link>http://b.test/</link>{}</channel></rss>"
ENTRY = "<item><guid isPermaLink='false'>e{0}</guid><title>Entry {0}</title><description>{1} ({0})</description></item>"
SAID = "The zip of my bag jams halfway again, so I pull it with a paper clip and hope it holds until the station. " * 5
SETTINGS = """
[store]
var = "var"
[night]
cron = "* * * * *"
weekly_cron = "0 0 1 1 *"
outbox_cron = "0 0 1 1 *"
timezone = "UTC"
retries = 0
"""
SOURCE = '[sources.bags]\nkind = "feed"\nurl = "{}/feed"\nallow_hosts = ["127.0.0.1"]\ngap = 0.0\nfull_text = "never"\n'


class Blog:
    """A feed that has a new entry each time it is asked for, and answers after `pause` seconds."""

    def __init__(self) -> None:
        self.entries = 0
        self.pause = 0.0

    def answer(self, _: object) -> Reply:
        """Return the feed with one entry more."""
        self.entries += 1
        items = "".join(ENTRY.format(number, SAID) for number in range(self.entries, 0, -1))
        return Reply(FEED.format(items), headers={"Content-Type": "application/rss+xml"}, hold=self.pause)


class House:
    """An installation in a folder of its own, and the processes that belong to it."""

    def __init__(self, home: Path, blog: Site, port: int) -> None:
        self.home, self.configs = home, home / "configs"
        self.configs.mkdir()
        (self.configs / "journey.toml").write_text((ROOT / "configs" / "journey.toml").read_text())
        (self.configs / "listening.toml").write_text(SETTINGS)
        (self.configs / "sources.toml").write_text(SOURCE.format(blog.url))
        self.api = f"http://127.0.0.1:{port}/api"
        self.env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PREFECT_HOME": str(home / "prefect"),
            "PREFECT_SERVER_API_PORT": str(port),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
        }
        self.log = (home / "serve.log").open("ab")

    def serve(self) -> None:
        """Start `listening serve`, as systemd would."""
        command = [sys.executable, "-m", "listening", "serve", "--no-board", "--config", str(self.configs)]
        subprocess.Popen(command, env=self.env, stdout=self.log, stderr=self.log, cwd=self.home)

    def processes(self) -> dict[str, list[int]]:
        """The living processes of this installation, by what they are; known by their environment."""
        found: dict[str, list[int]] = {"worker": [], "server": [], "night": []}
        mark = f"PREFECT_HOME={self.home / 'prefect'}".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    told = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                    what = "worker" if b"listening serve" in told else "server" if b"server" in told else "night"
                    found[what].append(int(folder.name))
        return found

    def kill(self, parts: tuple[str, ...]) -> Counter[str]:
        """Send SIGKILL to these parts; returns how many processes of each it was."""
        living = self.processes()
        for part in parts:
            for pid in living[part]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        return Counter({part: len(living[part]) for part in parts})

    def runs(self) -> list[dict[str, Any]]:
        """All runs of the night that Prefect knows; empty while no server answers."""
        wanted = {"sort": "EXPECTED_START_TIME_ASC", "limit": 200, "flows": {"name": {"any_": ["nightly"]}}}
        found: list[dict[str, Any]] = []
        with suppress(httpx.HTTPError, ValueError):
            for at in count(0, 200):
                url = f"{self.api}/flow_runs/filter"
                part = httpx.post(url, json=wanted | {"offset": at}, timeout=20).raise_for_status().json()
                found += part
                if len(part) < wanted["limit"]:  # type: ignore[operator]  # a number, as set above
                    break
        return found

    def ask_twice(self) -> list[str]:
        """Ask for two nights at once; returns their ids."""
        found = httpx.get(f"{self.api}/deployments/name/nightly/nightly", timeout=20).raise_for_status().json()
        url = f"{self.api}/deployments/{found['id']}/create_flow_run"
        return [httpx.post(url, json={}, timeout=20).raise_for_status().json()["id"] for _ in range(2)]


@dataclass(frozen=True, slots=True)
class Killed:
    """One kill: what it met, and after how many seconds a night began and ended well (None: it never did)."""

    kind: str
    met: Counter[str]
    in_a_night: bool
    began: float | None
    ended: float | None


def moment(run: dict[str, Any], name: str) -> datetime | None:
    """When a run began or ended."""
    return datetime.fromisoformat(run[name]) if run[name] else None


def within(seconds: float, true: Callable[[], Any], every: float = 1.0) -> Any:  # noqa: ANN401 -- whatever is asked
    """Return the first true answer, None where there is none in so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if answer := true():
            return answer
        time.sleep(every)
    return None


def good_since(house: House, since: datetime) -> dict[str, Any] | None:
    """The first run that began after a moment and ended well."""
    runs = [run for run in house.runs() if (began := moment(run, "start_time")) and began > since]
    return next((run for run in runs if run["state_type"] == "COMPLETED"), None)


def trial(house: House, kind: str, chance: random.Random, *, midst: bool) -> Killed:
    """Kill, start again what an init system starts again, and wait for the next night."""
    if midst:
        within(2 * MINUTE, lambda: any(run["state_type"] == "RUNNING" for run in house.runs()), 0.2)
        time.sleep(chance.uniform(0, A_NIGHT))
    else:
        time.sleep(chance.uniform(0, MINUTE))
    running = bool(house.processes()["night"])
    met, since = house.kill(PARTS[kind]), datetime.now(UTC)
    if kind != "server":
        time.sleep(RESTART)
        house.serve()
    run = within(COMES_WITHIN, lambda: good_since(house, since))
    if run is None:
        return Killed(kind, met, running, None, None)
    began, ended = (((moment(run, name) or since) - since).total_seconds() for name in ("start_time", "end_time"))
    return Killed(kind, met, running, round(began, 1), round(ended, 1))


def two_at_once(house: House, blog: Blog) -> list[tuple[str, str]]:
    """Ask for two nights at once; return how each ended and what it said."""
    within(COMES_WITHIN, lambda: house.processes()["worker"] and house.runs())
    blog.pause = 15.0
    ids = house.ask_twice()

    def ended() -> list[tuple[str, str]]:
        runs = [
            run for run in house.runs() if run["id"] in ids and run["state_type"] in ("COMPLETED", "FAILED", "CRASHED")
        ]
        return [(run["state_type"], run["state"]["message"] or "") for run in runs] if len(runs) == len(ids) else []

    told: list[tuple[str, str]] = within(COMES_WITHIN, ended) or []
    blog.pause = 0.0
    return told


def stored(house: House) -> dict[str, int | str]:
    """What the store holds, and whether it is sound."""
    with sqlite3.connect(house.home / "var" / "listening.db") as store:

        def one(sql: str) -> Any:  # noqa: ANN401 -- a number or a word
            return store.execute(sql).fetchone()[0]

        return {
            "documents": one("select count(*) from documents"),
            "doubled": one("select count(*) - count(distinct native_id) from documents"),
            "unread": one("select count(*) from documents where state <> 'read'"),
            "leases held": one("select count(*) from leases"),
            "integrity": one("pragma integrity_check"),
            "orphans": len(store.execute("pragma foreign_key_check").fetchall()),
        }


@contextmanager
def serving(home: Path, blog: Site, port: int) -> Iterator[House]:
    """An installation whose `listening serve` lived a first night; all its processes end with the block."""
    house, since = House(home, blog, port), datetime.now(UTC)
    house.serve()
    try:
        if not within(COMES_WITHIN, lambda: good_since(house, since)):
            sys.exit(f"no night came at all:\n{(home / 'serve.log').read_text()[-3000:]}")
        yield house
    finally:
        house.kill(PARTS["all"])


def tell(
    done: list[Killed], runs: list[dict[str, Any]], twice: list[tuple[str, str]], kept: dict[str, int | str]
) -> None:
    """Print what happened."""
    came = [one.began for one in done if one.began is not None and one.ended is not None]
    print(f"{len(came)} of {len(done)} kills were followed by a night that came by itself and ended well")
    if came:
        print(f"it began after {statistics.median(came):.0f} s in the middle, {max(came):.0f} s at most")
    states = Counter(run["state_type"] for run in runs if run["state_type"] != "SCHEDULED")
    print(f"runs by their end: {dict(states)}; run more than once: {sum(run['run_count'] > 1 for run in runs)}")
    for state, said in twice:
        print(f"of two at once: {state} {said[:150]}")
    print(f"store: {kept}")


def main() -> None:
    """Kill, wait and print; exit code 1 where a night did not come or the store is not sound."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("--kills", 20), ("--seed", 1), ("--port", 4277)):
        asked.add_argument(name, type=int, default=default)
    given = asked.parse_args()
    chance, blog, done = random.Random(given.seed), Blog(), list[Killed]()  # noqa: S311 -- only moments are drawn
    with tempfile.TemporaryDirectory(prefix="listening-bench-") as folder, site(blog.answer) as served:
        with serving(Path(folder), served, given.port) as house:
            for number, kind in enumerate(islice(cycle(KINDS), given.kills)):
                one = trial(house, kind, chance, midst=number // len(KINDS) % 2 == 0)
                done.append(one)
                print(f"{number + 1:>3} {one.kind:<7} killed {dict(one.met)}, in a night: {one.in_a_night}; "
                      f"the next began after {one.began} s and ended after {one.ended} s", flush=True)  # fmt: skip
            twice, runs = two_at_once(house, blog), house.runs()
        last = [sys.executable, "-m", "listening", "night", "--config", str(house.configs)]
        code = subprocess.run(last, env=house.env, capture_output=True, check=False, cwd=house.home).returncode
        kept = stored(house)
    tell(done, runs, twice, kept)
    print(f"entries served: {blog.entries}; the night by hand at the end: exit code {code}")
    sound = kept["documents"] == blog.entries and (kept["doubled"], kept["orphans"], kept["integrity"]) == (0, 0, "ok")
    alone = sorted(state for state, _ in twice) == ["COMPLETED", "FAILED"]
    sys.exit(0 if sound and alone and code == 0 and all(one.ended is not None for one in done) else 1)


if __name__ == "__main__":
    main()
