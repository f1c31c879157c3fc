"""One morning at the board over the demo's store, in a real Chromium, from signing in to the workbook that comes back.

Run `listening demo` first, then `python bench/morning.py`; it prints a line a step and ends with 1 where one fails. The
store is copied. The same steps over a small store are a test (tests/test_web_browser.py). Where LibreOffice is there,
it does the typing in the workbook.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pictures import DEMO, NAME, PASSWORD, ROOT, chromium_for, served
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(ROOT / "tests"))

from morning_nouns import download, fill_in, formats, give_back

from listening.journey import accounts
from listening.settings import Settings
from listening.store import Store, reads

Step = Callable[[Page, Store, Sequence[str]], str]
WANTED = 0.1  # people a week


def read_the_newest(page: Page, store: Store, _: Sequence[str]) -> str:
    """Open the newest unspoken pain from the inbox, and the posts behind its first figure."""
    page.goto("/inbox")
    first = page.locator(".letter", has_text="without complaining aloud").first
    first.locator("a[href^='/pain-points/']").first.click()
    point = reads.point(store, page.url.split("/pain-points/")[1].split("?")[0])
    assert page.locator("mark").count()
    page.locator(".figures a").first.click()
    shown = page.locator(".said-so").count()
    assert shown
    return f"{point.name!r}: {shown} passages behind its first figure"


def give(page: Page, store: Store, _: Sequence[str]) -> str:
    """Give the first of the inbox to the owner nearby, by keyboard."""
    page.goto("/inbox")
    point = _point(page.locator(".letter a[href^='/pain-points/']").first.get_attribute("href"))
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.get_by_role("status").wait_for()
    owner = reads.point(store, point).owner
    assert owner
    return f"{point} belongs to {owner}"


def set_a_goal(page: Page, store: Store, most: Sequence[str]) -> str:
    """Set a goal for the pain point of most people, and confirm it."""
    point = most[0]
    page.goto(f"/pain-points/{point}/goal")
    page.get_by_label("Specific").fill("Nobody tells this any more")
    page.get_by_label("Target").fill(str(WANTED))
    page.get_by_role("button", name="Keep the goal").click()
    page.get_by_role("button", name="Yes, it can be reached").click()
    goal = reads.goal(store, point)
    assert goal is not None
    assert goal.baseline is not None
    assert goal.target == WANTED
    now = goal.baseline
    return f"{goal.metric} from {now.value:.1f} ({now.low:.1f} to {now.high:.1f}) to {goal.target}"


def mute(page: Page, store: Store, most: Sequence[str]) -> str:
    """Mute one for two weeks."""
    point = most[1]
    page.goto(f"/pain-points/{point}")
    page.locator("summary", has_text="Mute").click()
    page.get_by_role("button", name="Mute").click()
    page.get_by_role("status").wait_for()
    until = reads.point(store, point).muted_until
    assert until is not None
    return f"{point} until {until}"


def merge_and_undo(page: Page, store: Store, most: Sequence[str]) -> str:
    """Merge one into what is most like it, and take that back."""
    point = most[2]
    page.goto(f"/pain-points/{point}/merge")
    page.locator("main ul.plain a[href*='/merge?into=']").first.click()
    page.get_by_role("button", name="Merge").click()
    page.get_by_role("status").wait_for()
    into = reads.point(store, point).merged_into
    assert into
    page.goto(f"/pain-points/{point}")
    page.get_by_role("button", name="Undo the merge").click()
    page.get_by_role("status").wait_for()
    assert reads.point(store, point).merged_into is None
    return f"{point} into {into}, and back"


def take_and_give_back(page: Page, store: Store, most: Sequence[str]) -> str:
    """Download every format; upload the workbook unchanged, and with five edits."""
    first, second = most[3:5]
    edits = {(first, "Importance"): "5", (first, "Due"): "2026-09-01", (first, "Notes"): "by two shops"}
    edits |= {(second, "Name"): "Typed in the meeting", (second, "Status"): "planned"}
    with tempfile.TemporaryDirectory(prefix="listening-morning-") as made:
        folder = Path(made)
        page.goto("/pack")
        kept = {ending: download(page, name, ending, folder) for ending, name in formats().items()}
        fill_in(kept["xlsx"], {}, folder / "same.xlsx")
        assert "0 changes to apply, 0 conflicts, 0 refused" in give_back(page, folder / "same.xlsx")
        fill_in(kept["xlsx"], edits, folder / "edited.xlsx")
        assert "5 changes to apply, 0 conflicts, 0 refused" in give_back(page, folder / "edited.xlsx")
    page.get_by_role("button", name="Apply").click()
    assert "5 changes of the workbook were applied." in page.locator("main").inner_text()
    assert (reads.point(store, first).importance, reads.point(store, second).status) == (5, "planned")
    return f"{', '.join(kept)}; unchanged 0, with five edits exactly 5"


STEPS: dict[str, Step] = {
    "read the newest unspoken pain": read_the_newest,
    "give": give,
    "goal": set_a_goal,
    "mute": mute,
    "merge and undo": merge_and_undo,
    "pack": take_and_give_back,
}


def _point(address: str | None) -> str:
    return (address or "").split("/pain-points/")[1].split("?")[0]


@contextmanager
def signed_in(address: str, chromium: str, store: Store, settings: Settings, now: datetime) -> Iterator[Page]:
    """Sign in as an admin of the demo's map."""
    owner = settings.journey.fallback_owner
    accounts.add_user(store, settings.journey, NAME, PASSWORD, role="admin", owner=owner, who="morning", now=now)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(base_url=address)
        page.goto("/sign-in")
        page.get_by_label("Name").fill(NAME)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        yield page
        browser.close()


def main() -> int:
    """Live the morning; 1 where a step failed."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--demo", type=Path, default=DEMO, help="where `listening demo` wrote")
    asked, failed = words.parse_args(), 0
    chromium = chromium_for(asked.demo)
    with (
        served(asked.demo) as (address, store, settings, now),
        signed_in(address, chromium, store, settings, now) as page,
    ):
        wrong: list[str] = []
        points = reads.points(store, map_id=settings.journey.id)
        most = [one.id for one in sorted(points, key=lambda one: -one.people) if one.merged_into is None]
        page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
        for name, step in STEPS.items():
            try:
                print(f"{name}: {step(page, store, most)}", flush=True)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told, and the next step tried
                failed += 1
                print(f"{name}: FAILED: {type(error).__name__}: {error}", flush=True)
        print(f"{len(STEPS) - failed} of {len(STEPS)} steps; {len(wrong)} errors in the browser's console")
    return int(bool(failed or wrong))


if __name__ == "__main__":
    sys.exit(main())
