"""One morning in a real Chromium: sign in, find the newest unspoken pain, read, assign, set a goal, mute, merge, undo.

Skipped where there is no Playwright or no browser on the machine.
"""

from __future__ import annotations

import json
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from morning_nouns import download, fill_in, formats, give_back
from store_nouns import NIGHT, document, emergence, pain_point, told
from web_nouns import NOON, PASSWORD

from listening.journey import accounts
from listening.settings import Settings
from listening.store import Store, reads, writes
from listening.web import create_app

pytest_plugins = ("store_fixtures", "web_fixtures")
api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
WAIT = 60_000  # a busy machine may take its time


@pytest.fixture
def address(board_settings: Settings, board_store: Store) -> Iterator[str]:
    """The board on loopback, with two pain points that nobody owns."""
    told(board_store, document("n1", day=-1), document("n2"), point=pain_point("pp-n", name="bell stays mute"))
    told(board_store, document("m1"), point=pain_point("pp-m", name="bell makes no sound"))
    writes.keep_emergences(board_store, [emergence("pp-n"), emergence("pp-m", kind="rising")])
    accounts.add_user(
        board_store, board_settings.journey, "nora", PASSWORD, role="editor", owner="", who="test", now=NOON
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app: FastAPI = create_app(board_settings, board_store, clock=lambda: NOON)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=20)


@pytest.fixture(scope="module")
def chromium() -> Iterator[api.Browser]:
    """A real Chromium."""
    if not CHROMIUM:
        pytest.skip("there is no Chromium on this machine")
    with api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: api.Browser, address: str) -> Iterator[api.Page]:
    """A browser's page that is signed in; an error in its console fails the test."""
    wrong: list[str] = []
    opened = chromium.new_page(base_url=address)
    opened.set_default_timeout(WAIT)
    opened.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    opened.goto("/sign-in?next=/inbox")
    opened.get_by_label("Name").fill("nora")
    opened.get_by_label("Password").fill(PASSWORD)
    opened.get_by_role("button", name="Sign in").click()
    yield opened
    opened.close()
    assert wrong == []


def test_a_morning_at_the_board(page: api.Page, board_store: Store) -> None:
    # the newest unspoken pain stands first, with its reason
    first = page.locator(".letter").first
    assert "bell stays mute" in first.inner_text()
    assert "mostly told without complaining aloud" in first.inner_text()
    # read its evidence
    first.get_by_role("link", name="bell stays mute").click()
    assert page.locator("mark").count() >= 1
    page.get_by_role("link", name="2", exact=True).first.click()
    assert page.locator("blockquote").count() >= 1
    # assign by keyboard: j walks, a gives to the owner nearby
    page.goto("/inbox")
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.get_by_role("status").wait_for()
    assert reads.point(board_store, "pp-n").owner == "ann"
    # set a goal, and learn what is missing
    page.goto("/pain-points/pp-n/goal")
    page.get_by_label("Specific").fill("Everybody hears the bell at every corner")
    page.get_by_label("Target").fill("0.01")
    page.get_by_role("button", name="Keep the goal").click()
    assert "Not SMART yet" in page.locator("main").inner_text()
    page.get_by_role("button", name="Yes, it can be reached").click()
    goal = reads.goal(board_store, "pp-n")
    assert goal is not None
    assert (goal.attainable_by, goal.target) == ("nora", 0.01)
    # mute
    page.goto("/pain-points/pp-m")
    page.locator("summary", has_text="Mute").click()
    page.get_by_role("button", name="Mute").click()
    page.get_by_role("status").wait_for()
    muted = reads.point(board_store, "pp-m").muted_until
    assert muted is not None
    assert muted > NIGHT
    # merge with a preview, and undo
    page.locator(".doings a").first.click()
    page.get_by_role("link", name="bell stays mute").click()
    assert "What would change" in page.locator("main").inner_text()
    page.get_by_role("button", name="Merge").click()
    page.get_by_role("status").wait_for()
    assert reads.point(board_store, "pp-m").merged_into == "pp-n"
    page.goto("/pain-points/pp-m")
    page.get_by_role("button", name="Undo the merge").click()
    page.get_by_role("status").wait_for()
    assert reads.point(board_store, "pp-m").merged_into is None
    assert [reads.point(board_store, one).people for one in ("pp-n", "pp-m")] == [2, 1]


def test_each_format_is_downloaded(page: api.Page, tmp_path: Path) -> None:
    page.goto("/pack")
    for ending, name in formats().items():
        kept = download(page, name, ending, tmp_path)
        assert kept.name == f"review-bikes-2026-03-10.{ending}"
    told_of = json.loads((tmp_path / "review-bikes-2026-03-10.json").read_text())["pain_points"]
    assert "pp-n" in {one["id"] for one in told_of}


def test_a_filled_in_workbook_is_uploaded_seen_and_applied(page: api.Page, board_store: Store, tmp_path: Path) -> None:
    page.goto("/pack")
    book = download(page, "Workbook", "xlsx", tmp_path)
    edits = {
        ("pp-n", "Owner"): "Bob", ("pp-n", "Importance"): "5", ("pp-n", "Due"): "2026-05-01",
        ("pp-m", "Name"): "bell is silent", ("pp-m", "Status"): "planned",
    }  # fmt: skip
    for cells, says in (({}, "0 changes to apply, 0 conflicts, 0 refused"), (edits, "5 changes to apply, 0 conflicts")):
        fill_in(book, cells, saved := tmp_path / "saved.xlsx")
        assert says in give_back(page, saved)
    page.get_by_role("button", name="Apply").click()
    assert "5 changes of the workbook were applied." in page.locator("main").inner_text()
    first, second = reads.point(board_store, "pp-n"), reads.point(board_store, "pp-m")
    assert (first.owner, first.importance, str(first.due)) == ("bob", 5, "2026-05-01")
    assert (second.name, second.status) == ("bell is silent", "planned")


def test_no_page_is_wider_than_a_phone(page: api.Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    paths = ("/map", "/inbox", "/pain-points/pp-1", "/pain-points/pp-1/goal", "/goals", "/reviews", "/search?q=bell")
    for path in (*paths, "/evidence?point=pp-1", "/map/edit", "/pain-points"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
