"""Takes the pictures of the owner's guide: the board over the demo's store, in a real Chromium, at two widths.

Run `listening demo` first, then `python bench/pictures.py`; it writes PNG files below data/var/pictures. The store is
copied, so that nothing of the demo is changed. `--look dark` takes them in the dark.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from listening import journey  # noqa: E402 - after the path is set
from listening.journey import accounts  # noqa: E402 - the same
from listening.settings import Settings, load  # noqa: E402 - the same
from listening.store import Store, backup, open_store, reads  # noqa: E402 - the same
from listening.web import create_app  # noqa: E402 - the same

DEMO = ROOT / "data" / "var" / "demo"
WIDTHS = {"wide": (1280, 900), "phone": (390, 844)}
NAME, PASSWORD = "Cara", "blue kettle moss 47"


def pages(store: Store, point: str, other: str) -> dict[str, str]:
    """Return the pages of the guide, by the name of their picture."""
    night, mail = reads.nights(store)[-1].date, reads.alerts_sent(store)[-1].id
    return {
        "map": "/map",
        "inbox": "/inbox",
        "pain-point": f"/pain-points/{point}",
        "pain-points": "/pain-points",
        "split": f"/pain-points/{point}/split",
        "evidence": f"/evidence?point={point}&since=1970-01-01",
        "goal": f"/pain-points/{point}/goal",
        "merge": f"/pain-points/{point}/merge?into={other}",
        "goals": "/goals",
        "reviews": "/reviews",
        "search": "/search?q=phone",
        "edit-the-map": "/map/edit",
        "review-pack": "/pack",
        "alerts": "/alerts",
        "alert": f"/alerts/{mail}",
        "sources": "/sources",
        "source": f"/sources/{next(iter(reads.first_nights(store)))}",
        "nights": "/nights",
        "night": f"/nights/{night}",
        "night-posts": f"/nights/{night}/posts",
        "demo": "/demo",
        "not-there": "/pain-points/pp-none",
        "people": "/people",
        "audit": "/audit",
        "privacy": "/privacy",
        "account": "/account",
        "second-factor": "/account/second-factor",
        "api-reference": "/api-reference",
    }


def live(store: Store, settings: Settings, now: datetime) -> tuple[str, str]:
    """Do what an owner does in a first week; returns the two pain points that the pictures show."""
    points = reads.card_points(store, settings.journey.id, states=reads.OPEN)
    first, second, third = (one.id for one in points[:3])
    owner = settings.journey.fallback_owner
    accounts.add_user(store, settings.journey, NAME, PASSWORD, role="admin", owner=owner, who="pictures", now=now)
    for number, one in enumerate((first, second, third)):
        journey.assign_many(store, settings, [one], owner, who=NAME, now=now)
        journey.rate(store, one, importance=5 - number, cost=3, ease=2 + number, who=NAME, now=now)
    goal = {"specific": f"No customer tells this any more: {reads.point(store, first).name}", "metric": "people_week"}
    due = now.date() + timedelta(days=90)
    stage = reads.point(store, first).stage
    journey.set_goal(store, settings, first, target=0.0, due=due, stage=stage, who=NAME, now=now, **goal)
    journey.confirm_goal(store, first, who=NAME, now=now + timedelta(minutes=1))
    journey.comment(store, settings, first, "Seen it ourselves. @product, whose part is it?", who=NAME, now=now)
    return first, second


def take(page: Page, address: str, wanted: dict[str, str], folder: Path, kind: str) -> None:
    """Sign in and take the pictures at one width."""
    page.goto(f"{address}/sign-in")
    page.screenshot(path=folder / f"sign-in-{kind}.png")
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    for name, path in wanted.items():
        page.goto(address + path)
        picture = folder / f"{name}-{kind}.png"
        page.screenshot(path=picture, full_page=True)
        print(picture, flush=True)


@contextmanager
def served(demo: Path) -> Iterator[tuple[str, Store, Settings, datetime]]:
    """Serve the board over a copy of the demo's store; gives its address, the store, settings and the time there."""
    with tempfile.TemporaryDirectory(prefix="listening-pictures-") as made:
        home = Path(made)
        shutil.copytree(demo / "configs", home / "configs")
        _copy(demo / "listening.db", home / "listening.db")
        settings, store = load(home / "configs", {}), open_store(f"sqlite:///{home / 'listening.db'}")
        last = reads.last_night(store) or datetime.now(UTC).date()
        now = datetime(last.year, last.month, last.day, 8, tzinfo=UTC)
        place = socket.create_server(("127.0.0.1", 0))
        app = create_app(settings, store, clock=lambda: now + timedelta(hours=1))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [place]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.1)
        yield f"http://127.0.0.1:{place.getsockname()[1]}", store, settings, now
        server.should_exit = True
        thread.join()
        store.close()


def chromium_for(demo: Path) -> str:
    """Return the machine's Chromium. Raises SystemExit where there is none, or no store of the demo."""
    found = next((found for name in ("chromium", "google-chrome") if (found := shutil.which(name))), "")
    if not found or not (demo / "listening.db").is_file():
        sys.exit("this wants a Chromium, and a store: run `listening demo` first")
    return found


def main() -> int:
    """Serve, open, take."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--demo", type=Path, default=DEMO, help="where `listening demo` wrote")
    words.add_argument("--out", type=Path, default=ROOT / "data" / "var" / "pictures")
    words.add_argument("--look", choices=("light", "dark"), default="light")
    asked = words.parse_args()
    chromium = chromium_for(asked.demo)
    asked.out.mkdir(parents=True, exist_ok=True)
    with served(asked.demo) as (address, store, settings, now), sync_playwright() as play:
        wanted = pages(store, *live(store, settings, now))
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for kind, (width, height) in WIDTHS.items():
            size = {"width": width, "height": height}
            context = browser.new_context(viewport=size, color_scheme=asked.look)  # type: ignore[arg-type]  # two ints
            name = kind if asked.look == "light" else f"{kind}-{asked.look}"
            take(context.new_page(), address, wanted, asked.out, name)
            context.close()
        browser.close()
    return 0


def _copy(old: Path, new: Path) -> None:
    """Copy a store that may be in use."""
    opened = open_store(f"sqlite:///{old}")
    backup(opened, new)
    opened.close()


if __name__ == "__main__":
    sys.exit(main())
