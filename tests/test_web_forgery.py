"""No page of another site can act for us, no link changes anything, and every answer carries its headers."""

from __future__ import annotations

import re
from http.cookies import SimpleCookie

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from store_nouns import rows
from web_nouns import HOST, SAMPLES, Browser, Clients

from listening.errors import StoreError
from listening.settings import WebSettings
from listening.store import Store, reads
from listening.web.access import RULES, SAFE, Rule
from listening.web.shield import POLICY
from listening.web.visit import API

pytest_plugins = ("store_fixtures", "web_fixtures")
CHANGING = [rule for rule in RULES if rule.method not in SAFE and not rule.path.startswith(API)]
READING = [rule for rule in RULES if rule.method in SAFE]


def path(rule: Rule) -> str:
    return re.sub(r"{(\w+)(:\w+)?}", lambda found: SAMPLES[found[1]][0], rule.path)


def name(rule: Rule) -> str:
    return f"{rule.method} {rule.path}"


@pytest.fixture(scope="module")
def admin(browser: Clients) -> Browser:
    """An admin's browser, and with it all of an admin's rights."""
    return browser("admin")


@pytest.mark.parametrize(
    ("headers", "form"),
    [
        ({}, {}),
        ({}, {"csrf": "0" * 64}),
        ({"origin": "https://evil.test"}, {"csrf": "TRUE"}),
        ({"origin": "null"}, {"csrf": "TRUE"}),
        ({"sec-fetch-site": "cross-site"}, {"csrf": "TRUE"}),
        ({"content-type": "text/plain"}, "csrf=TRUE"),
    ],
    ids=["no token", "wrong token", "foreign origin", "null origin", "cross site", "text/plain"],
)
def test_a_forged_form_changes_nothing(
    admin: Browser, one_board: FastAPI, headers: dict[str, str], form: dict[str, str] | str
) -> None:
    store = one_board.state.board.store
    true = admin.csrf
    before = rows(store)
    for rule in CHANGING:
        if isinstance(form, str):
            body = {"content": form.replace("TRUE", true)}
        else:
            body = {"data": {key: value.replace("TRUE", true) for key, value in form.items()}}
        got = admin.http.request(rule.method, path(rule), headers=headers, follow_redirects=False, **body)  # type: ignore[arg-type]  # httpx's own words
        assert got.status_code == 403, name(rule)
    assert rows(store) == before


def test_another_browsers_token_is_none_of_ours(admin: Browser, browser: Clients) -> None:
    other = browser("admin")
    got = admin.http.post("/look", data={"csrf": other.csrf, "look": "dark"}, follow_redirects=False)
    assert got.status_code == 403


def test_looking_changes_nothing(admin: Browser, one_board: FastAPI) -> None:
    store = one_board.state.board.store
    admin.http.get(f"{API}/me", headers={"authorization": f"Bearer {admin.key}"})  # when a key was used last is kept
    before = rows(store)
    for rule in READING:
        got = admin.http.get(path(rule), headers={"authorization": f"Bearer {admin.key}"}, follow_redirects=False)
        assert got.status_code < 500, name(rule)
    assert rows(store) == before


def test_no_cookie_counts_for_the_api(admin: Browser) -> None:
    assert admin.http.get("/api/v1/me").status_code == 401
    assert admin.http.post("/api/v1/pain-points/pp-1/reopen").status_code == 401


def test_every_answer_carries_its_headers(admin: Browser, one_board: FastAPI) -> None:
    static = re.findall(r'(?:href|src)="(/static/[^"]+)"', admin.get("/sources").text)
    assert static
    places = [path(rule) for rule in READING] + [*static, "/nowhere", "/static/nowhere.css", f"{API}/nowhere"]
    for place in places:
        for browser in (admin, Browser(admin.board, TestClient(one_board, base_url=HOST))):
            got = browser.get(place, headers={"authorization": f"Bearer {admin.key}"})
            assert got.headers["content-security-policy"] == POLICY, place
            assert got.headers["x-content-type-options"] == "nosniff", place
            assert got.headers["referrer-policy"] == "same-origin", place
            kept = place in static
            assert ("no-store" in got.headers["cache-control"]) is not kept, place


def test_the_policy_lets_nothing_inline_run() -> None:
    assert "unsafe" not in POLICY
    assert POLICY.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    for part in ("frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert part in POLICY


def test_behind_tls_the_cookie_is_bound_to_this_host(app: FastAPI, client: Clients) -> None:
    behind_tls(app)
    got = client("anonymous").http.get("/sign-in")
    cookie = SimpleCookie(got.headers["set-cookie"])["__Host-listening"]
    assert (cookie["path"], cookie["domain"], cookie["samesite"]) == ("/", "", "lax")
    assert cookie["secure"]
    assert cookie["httponly"]
    assert got.headers["strict-transport-security"].startswith("max-age=31536000")


def behind_tls(app: FastAPI) -> None:
    """Say in the settings that browsers come by https."""
    fresh = app.state.board.read_settings
    (fresh.settings.config / "listening.toml").write_text("[web]\nhttps = true\n")
    assert fresh().web.https


def test_too_much_is_refused_before_it_is_read(client: Clients) -> None:
    got = client("admin").http.post("/sign-in", content=b"x" * 1_100_000)
    assert got.status_code == 413
    assert "content-security-policy" in got.headers


def test_a_fault_of_ours_tells_nothing_of_our_insides(
    app: FastAPI, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_store: Store) -> None:
        raise RuntimeError("secret words")

    browser = client("admin")
    monkeypatch.setattr(reads, "people", broken)
    quiet = TestClient(app, base_url=HOST, cookies=browser.http.cookies, raise_server_exceptions=False)
    got = quiet.get("/people")
    assert got.status_code == 500
    assert "Something broke on our side" in got.text
    assert "secret" not in got.text
    assert got.headers["content-security-policy"] == POLICY


def test_a_database_that_is_gone_is_not_named(client: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_store: Store) -> None:
        raise StoreError("the database /secret/place is locked", "wait")

    browser = client("admin")
    monkeypatch.setattr(reads, "people", gone)
    got = browser.get("/people")
    assert got.status_code == 503
    assert "secret" not in got.text


def test_cookies_are_plain_without_tls() -> None:
    assert WebSettings().https is False
