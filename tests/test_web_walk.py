"""A real browser at a real board: sign in, walk all pages wide and narrow, light and dark, and find no barrier.

Needs Playwright and an installed Chromium; it is skipped where either is missing.
axe-core (tests/axe, MPL-2.0) judges each page; only what it calls serious or critical counts.
"""

from __future__ import annotations

import re
import shutil
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyotp
import pytest
from test_web_hostile import LINKS, PAYLOADS, poison
from web_nouns import PASSWORD, SAMPLES, fill, furnish

from listening.journey import accounts
from listening.store import open_store
from listening.web.access import RULES
from listening.web.serving import serving
from listening.web.visit import API

pytest_plugins = ("store_fixtures",)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
AXE = Path(__file__).parent / "axe" / "axe.min.js"
LEFT_OUT = ("/sign-in", "/map/journey.toml", "/pack/{ending}")  # where everybody is, and what is downloaded
FULL = ("/search?q=hurts", "/inbox?kind=all", "/pain-points/pp-1/merge?into=pp-2")  # that show more when asked
ROUTES = sorted(
    re.sub(r"{(\w+)}", lambda found: SAMPLES[found[1]][0], rule.path)
    for rule in RULES
    if rule.method == "GET" and not rule.path.startswith(API) and rule.path not in LEFT_OUT
)
PAGES = [*ROUTES, *FULL]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A board that listens, with strangers' worst words in it, and an admin with a password."""
    settings = furnish(tmp_path_factory.mktemp("board"))
    settings = replace(settings, web=replace(settings.web, port=0))
    store = open_store(settings.database_url)
    fill(store, settings)
    poison(store, " ".join(PAYLOADS[:12]), LINKS[0])
    accounts.set_password(store, "admin", PASSWORD, who="test", now=datetime.now(UTC))
    store.close()
    with serving(settings) as url:
        yield url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A real Chromium."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        api = pytest.importorskip("playwright.sync_api", reason="no Playwright here")
        with api.sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
            yield browser
            browser.close()


def give_password(page: Any, name: str) -> None:  # noqa: ANN401 - Playwright is not always there
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")


def signed_in(chromium: Any, address: str, name: str = "admin", **more: object) -> tuple[Any, list[str]]:  # noqa: ANN401 - Playwright is not always there
    """Open a page, sign in by the form, and collect what the browser complains of."""
    page = chromium.new_context(viewport=WIDE, **more).new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: (complaints.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto(f"{address}/sign-in?next=/sources")
    give_password(page, name)
    page.wait_for_url("**/sources")
    return page, complaints


PIECES = 4
LOOKS = {"light": WIDE, "dark": NARROW}


@pytest.mark.parametrize("piece", range(PIECES))
def test_no_page_has_a_barrier_or_scrolls_sideways(chromium: Any, address: str, piece: int) -> None:  # noqa: ANN401 - as above
    page, complaints = signed_in(chromium, address, bypass_csp=True)
    found: list[str] = []
    for path in PAGES[piece::PIECES]:
        page.goto(address + path)
        found += barriers(page, path)
    assert found == [], "\n".join(found)
    assert [one for one in complaints if "dialog" in one] == []


def barriers(page: Any, name: str) -> list[str]:  # noqa: ANN401 - as above
    """Return what axe calls serious or critical on the page that is open, light and dark, and what scrolls sideways."""
    found = []
    page.evaluate(AXE.read_text())
    for look, size in LOOKS.items():
        page.emulate_media(color_scheme=look)
        page.set_viewport_size(size)
        judged = page.evaluate("axe.run({resultTypes: ['violations']})")
        found += [
            f"{name} {look}: {one['id']} {one['nodes'][0]['html'][:120]} {one['nodes'][0]['any'][:1]}"
            for one in judged["violations"]
            if one["impact"] in ("serious", "critical")
        ]
        sideways = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        found += [f"{name} {look}: scrolls sideways"] * bool(sideways)
    return found


def test_a_second_factor_is_set_up_and_asked_for_without_a_barrier(chromium: Any, address: str) -> None:  # noqa: ANN401 - as above
    page, _ = signed_in(chromium, address, bypass_csp=True)
    page.goto(f"{address}/people")
    page.fill("aside [name=name]", "hana")
    page.fill("aside [name=password]", PASSWORD)
    page.click("aside button")
    page, complaints = signed_in(chromium, address, name="hana", bypass_csp=True)
    page.goto(f"{address}/account/second-factor")
    page.fill("main [name=password]", PASSWORD)
    page.click("main form button")
    found = barriers(page, "the secret")
    phone = pyotp.TOTP(page.locator("code.long").inner_text().replace(" ", ""))
    page.fill("main [name=code]", phone.now())
    page.click("main form button")
    found += barriers(page, "the recovery codes")
    recovery = page.locator(".codes code").first.inner_text()
    page.context.clear_cookies()
    page.goto(f"{address}/sign-in")
    give_password(page, "hana")
    found += barriers(page, "the code")
    page.click("main summary")
    page.fill("main details [name=code]", recovery)
    page.click("main details button")
    page.goto(f"{address}/account/second-factor")
    assert "9 recovery codes left" in page.locator("main .lead").inner_text()
    found += barriers(page, "switching it off")
    assert found == [], "\n".join(found)
    assert complaints == []


def test_nothing_of_a_strangers_runs_and_the_policy_has_nothing_to_stop(chromium: Any, address: str) -> None:  # noqa: ANN401 - as above
    page, complaints = signed_in(chromium, address)
    for path in PAGES:
        page.goto(address + path)
    assert complaints == []


def test_it_works_without_javascript_and_by_keyboard(chromium: Any, address: str) -> None:  # noqa: ANN401 - as above
    page, _ = signed_in(chromium, address, java_script_enabled=False)
    page.goto(f"{address}/people")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    page.fill("aside [name=name]", "gina")
    page.fill("aside [name=password]", PASSWORD)
    page.click("aside button")
    assert "gina may sign in as viewer" in page.locator("[role=status]").inner_text()
