"""Sets two outside scanners on the real board on loopback, as each role: schemathesis on its API, wapiti on its pages.

Neither is a dependency: they bring much along. Each wants a virtual environment of its own, away from the project's:
`python3 -m venv S && S/bin/pip install schemathesis` and `python3 -m venv W && W/bin/pip install wapiti3`; then
`python bench/scanners.py --schemathesis S/bin/st --wapiti W/bin/wapiti`. Each role gets a fresh small store, and a demo
world of one process that only prints what the real one would. It exits
with 1 where a scanner finds anything (wapiti: medium or worse), or the board answered anything with 5xx.
"""

from __future__ import annotations

import argparse
import json
import logging
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from web_nouns import NOON, PASSWORD, fill, furnish  # noqa: E402 - after the path is set

from listening.demo.beside import Beside  # noqa: E402 - the same
from listening.journey import accounts  # noqa: E402 - the same
from listening.store import open_store  # noqa: E402 - the same
from listening.web import create_app  # noqa: E402 - the same
from listening.web.api.schema import description  # noqa: E402 - the same
from listening.web.visit import API  # noqa: E402 - the same

ROLES = ("anonymous", "viewer", "owner", "editor", "admin")
MODULES = (
    "backup,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,information_disclosure,ldap,methods,"
    "permanentxss,redirect,spring4shell,sql,upload,xss"
)  # those that need no server of wapiti's makers
REFUSALS = "400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429"  # without a word it takes 413 for a yes
LEVELS = {1: "low", 2: "medium", 3: "high", 4: "critical"}
MEDIUM = 2
TRIES = 2  # on a busy machine wapiti locks itself out of its own notes, and ends without a report
# what would end the scan: our own way out, password, access and role; and what knocks at doors outside
LEFT_OUT = (
    "sign-out",
    "account/password",
    "account/sessions/end",
    "people/*",
    "sources",
    "sources/look",
    "sources/yard/check",
)
IDLE = "import time; print('night 3 of 104', flush=True); time.sleep(3600)"  # a demo world that works nothing
NOT_CALLED = r"^/api/v1/(people/.+|sources|sources/look|sources/\{source\}/check)$"


@dataclass
class Counted:
    """The board, with its answers counted by their status, and the addresses that answered 5xx."""

    app: ASGIApp
    answers: Counter[int] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and count."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.answers[message["status"]] += 1
                if message["status"] >= 500:  # noqa: PLR2004 - HTTP's faults of ours
                    self.broken[f"{message['status']} {scope['method']} {scope['path']}"] += 1
            await send(message)

        await self.app(scope, receive, sent)


@dataclass(frozen=True, slots=True)
class Served:
    """A board at an address, and what one shows there to be somebody."""

    role: str
    board: Counted
    address: str
    cookie: str
    key: str


@contextmanager
def served(role: str) -> Iterator[Served]:
    """Serve a fresh board on loopback, with somebody of this role."""
    with tempfile.TemporaryDirectory(prefix="listening-scan-") as made:
        home = Path(made)
        settings, store = furnish(home), open_store(f"sqlite:///{home / 'store.db'}")
        fill(store, settings)
        cookie = key = ""
        if role != "anonymous":
            accounts.set_password(store, role, PASSWORD, who="scan", now=NOON)  # or a click ends it
            cookie = accounts.open_session(store, settings, role, now=NOON)
            key = accounts.make_token(store, role, "scan", days=1, now=NOON)[1]
        demo = Beside([sys.executable, "-c", IDLE], home / "demo.log")
        app = create_app(settings, store, clock=lambda: NOON, demo=demo)
        board = Counted(app)
        description(app)  # made once; the first to ask would wait for it
        place = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(board, log_level="critical", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [place]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        address = f"http://127.0.0.1:{place.getsockname()[1]}"
        httpx.get(f"{address}{API}/openapi.json", timeout=120)  # reads all routes: no scanner waits so long
        try:
            yield Served(role, board, address, cookie, key)
        finally:
            server.should_exit = True
            thread.join()
            demo.end()
            store.close()


def schemathesis(at: Served, asked: argparse.Namespace) -> list[str]:
    """Call every call of the API by its own description, rightly and wrongly; gives what was found."""
    report = asked.out / f"schemathesis-{at.role}.json"
    config = asked.out / "schemathesis.toml"
    config.write_text(f"[checks.negative_data_rejection]\nexpected-statuses = [{REFUSALS}]\n")
    words = [
        asked.schemathesis,
        "--config-file",
        str(config),
        "run",
        f"{at.address}{API}/openapi.json",
        "--no-color",
        "--seed",
        "7",
        "--request-timeout",
        "60",
        "--workers",
        "1",
    ]
    words += ["--max-examples", str(asked.examples), "--continue-on-failure", "--phases", asked.phases]
    words += ["--exclude-path-regex", NOT_CALLED, "--exclude-checks", "positive_data_acceptance"]
    words += ["--report", "json", "--report-json-path", str(report), "--warnings", "off"]
    words += ["-H", f"Authorization: Bearer {at.key}"] if at.key else []
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=asked.out)
    (asked.out / f"schemathesis-{at.role}.txt").write_text(done.stdout + done.stderr)
    summary = [line.strip(" ❌") for line in done.stdout.splitlines() if line.startswith("  ❌")]
    return summary or ([f"ended with {done.returncode}"] if done.returncode else [])


def wapiti(at: Served, asked: argparse.Namespace) -> list[str]:
    """Walk the pages and attack what takes words; gives what is medium or worse."""
    report = asked.out / f"wapiti-{at.role}.json"
    words = [asked.wapiti, "-u", f"{at.address}/", "--flush-session", "-f", "json", "-o", str(report), "-m", MODULES]
    words += [
        "--max-scan-time",
        str(600 + asked.seconds * (1 + MODULES.count(","))),  # cut short while it walks, it ends without a report
        "--max-attack-time",
        str(asked.seconds),
        "--max-links-per-page",
        str(asked.links),
        "--max-files-per-dir",
        str(asked.links),
        "-d",
        "3",
        "-v",
        "0",
        "--no-bugreport",
    ]
    words += [
        "--tasks",
        "1",  # more of them lock each other out of its own notes
        "--store-session",
        str(asked.out / f"session-{at.role}"),
        "-H",
        f"Cookie: listening={at.cookie}",
        "-l",
        "1",
    ]
    words += [part for one in LEFT_OUT for part in ("-x", f"{at.address}/{one}")]
    report.unlink(missing_ok=True)
    for _ in range(TRIES):
        done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=asked.out)
        (asked.out / f"wapiti-{at.role}.txt").write_text(done.stdout + done.stderr)
        if report.is_file():
            break
    else:
        return [f"no report; ended with {done.returncode}"]
    told = json.loads(report.read_text())
    found = [(kind, one) for kind, these in told["vulnerabilities"].items() for one in these]
    print(f"  wapiti: {told['infos'].get('crawled_pages_nbr')} pages; {len(found)} findings of any level")
    for kind, one in found:
        print(f"    {LEVELS.get(one['level'], one['level'])}: {kind}: {one['method']} {one['path']}: {one['info']}")
    return [f"{kind}: {one['path']}" for kind, one in found if one["level"] >= MEDIUM]


def main() -> int:
    """Scan as each role; 1 where something was found."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--schemathesis", default="", help="the command `st`; left out, it does not run")
    words.add_argument("--wapiti", default="", help="the command `wapiti`; the same")
    words.add_argument("--roles", nargs="+", choices=ROLES, default=ROLES)
    words.add_argument("--examples", type=int, default=30, help="how many calls of each kind schemathesis makes up")
    words.add_argument("--phases", default="examples,coverage,fuzzing", help="what schemathesis tries, with commas")
    words.add_argument("--seconds", type=int, default=30, help="how long each of wapiti's attacks may take")
    words.add_argument("--links", type=int, default=30, help="how many links of a page, and pages below one, it walks")
    words.add_argument("--out", type=Path, default=ROOT / "data" / "var" / "scans")
    asked = words.parse_args()
    asked.out = asked.out.resolve()
    asked.out.mkdir(parents=True, exist_ok=True)
    logging.disable()  # each refusal is a line
    bad = 0
    for role in asked.roles:
        for scan in (schemathesis, wapiti):
            if getattr(asked, scan.__name__):
                bad += _scan(scan, role, asked)
    print(f"{bad} findings" if bad else "nothing found")
    return int(bool(bad))


def _scan(scan: Callable[[Served, argparse.Namespace], list[str]], role: str, asked: argparse.Namespace) -> int:
    started = time.perf_counter()
    with served(role) as at:
        found = scan(at, asked)
        told = ", ".join(f"{status} x {count}" for status, count in sorted(at.board.answers.items()))
        print(f"{role}, {scan.__name__}: {time.perf_counter() - started:.0f} s; answers {told}", flush=True)
        found += [f"answered {one} ({count} times)" for one, count in at.board.broken.items()]
    for one in found:
        print(f"  {one}", flush=True)
    return len(found)


if __name__ == "__main__":
    sys.exit(main())
