"""What OWASP's verification standard asks of the board and no other test holds; and that its page tells the truth."""

from __future__ import annotations

import ast
import logging
import re
from collections import Counter
from pathlib import Path

import pytest
from fastapi import FastAPI
from web_nouns import NOON, PASSWORD, SAMPLES, Clients

from listening.errors import InputError, SignInRefused
from listening.journey import accounts, passwords
from listening.store import Store
from listening.types import Seat
from listening.web.access import RULES
from listening.web.visit import API

pytest_plugins = ("store_fixtures", "web_fixtures")
ROOT = Path(__file__).resolve().parent.parent
ROWS = re.findall(
    r"^\| (V[\d.]+) \| (\w+) \| (?:`([^`]+)`)? ?\| (.*) \|$", (ROOT / "docs" / "asvs.md").read_text(), re.MULTILINE
)
# each section, and how many items of levels 1 and 2 it has, from 1 on
ITEMS = (
    "V1.1 2; V1.2 9; V1.3 11; V1.4 3; V1.5 2; V2.1 3; V2.2 3; V2.3 4; V2.4 1; V3.2 2; V3.3 4; V3.4 6; "
    "V3.5 5; V3.7 2; V4.1 3; V4.2 1; V4.3 2; V4.4 4; V5.1 1; V5.2 3; V5.3 2; V5.4 3; V6.1 3; V6.2 12; "
    "V6.3 4; V6.4 4; V6.5 5; V6.6 3; V6.8 4; V7.1 3; V7.2 4; V7.3 2; V7.4 5; V7.5 2; V7.6 2; V8.1 2; V8.2 "
    "3; V8.3 1; V8.4 1; V9.1 3; V9.2 4; V10.1 2; V10.2 2; V10.3 4; V10.4 11; V10.5 5; V10.6 2; V10.7 3; "
    "V11.1 2; V11.2 3; V11.3 3; V11.4 4; V11.5 1; V11.6 1; V12.1 3; V12.2 2; V12.3 4; V13.1 1; V13.2 5; "
    "V13.3 2; V13.4 5; V14.1 2; V14.2 4; V14.3 3; V15.1 3; V15.2 3; V15.3 7; V16.1 1; V16.2 5; V16.3 4; "
    "V16.4 3; V16.5 3; V17.1 1; V17.2 4; V17.3 2"
)


def asked() -> list[str]:
    sections = [one.split() for one in ITEMS.split("; ")]
    return [f"{section}.{n}" for section, count in sections for n in range(1, int(count) + 1)]


def named(file: Path) -> set[str]:
    return {
        node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }


class TestThePage:
    def test_answers_every_item_once(self) -> None:
        assert [row[0] for row in ROWS] == asked()
        assert len(ROWS) == 253

    def test_counts_itself(self) -> None:
        told = re.findall(r"^\| (\w+) \| [^|]+ \| (\d+) \|$", (ROOT / "docs" / "asvs.md").read_text(), re.MULTILINE)
        assert {kind: int(count) for kind, count in told} == Counter(row[1] for row in ROWS)

    def test_names_what_there_is(self) -> None:
        for item, kind, where, answer in ROWS:
            assert kind in ("test", "read", "none"), item
            if kind == "test":
                file, _, name = where.partition("::")
                assert (ROOT / "tests" / file).is_file(), item
                assert not name or name in named(ROOT / "tests" / file), f"{item}: no {where}"
            else:
                assert answer, item
                assert (ROOT / where).exists(), item


def test_no_other_site_may_read_an_answer(browser: Clients) -> None:
    got = browser("admin").get("/map", headers={"origin": "https://evil.test"})
    assert not [name for name in got.headers if name.startswith("access-control-")]


def test_every_answer_says_what_it_is(browser: Clients) -> None:
    admin = browser("admin")
    for rule in RULES:
        if rule.method == "GET":
            path = re.sub(r"{(\w+)}", lambda found: SAMPLES[found[1]][0], rule.path)
            got = admin.get(path, headers={"authorization": f"Bearer {admin.key}"})
            kind = got.headers.get("content-type", "")
            assert kind or not got.content, path
            assert not kind.startswith("text/") or "charset=utf-8" in kind, path
            assert rule.path.startswith(API) or got.status_code != 200 or "json" not in kind or "pack" in path, path


def test_a_password_may_be_made_of_anything() -> None:
    for one in (
        "cave plum orbit tin",
        "\u6c34\u66dc\u65e5\u306e\u7a93\u304c\u3072\u3089\u304f\u97f3\u3068\u98a8",
        "8361 0027 5519 4402",
        "x" * 3 + "kettle moss blue " * 4,
    ):
        passwords.check(one)


def test_a_password_of_ones_own_name_is_refused() -> None:
    for one in ("ann.example 2026", "listening ann!!", "example.test ann"):
        with pytest.raises(InputError):
            passwords.check(one, ("ann.example", "ann@example.test"))


def test_nothing_is_cut_off_a_password(board_store: Store, board_settings: object) -> None:
    longest = ("blue kettle moss 47 " * 13)[: passwords.LONGEST]
    accounts.set_password(board_store, "admin", longest, who="test", now=NOON)
    assert accounts.sign_in(board_store, board_settings, "admin", longest, seat=Seat("a"), now=NOON)  # type: ignore[arg-type]  # a fixture's Settings
    for other in (longest + "x", longest[:-1], longest.upper(), f" {longest}"):
        with pytest.raises(SignInRefused):
            accounts.sign_in(board_store, board_settings, "admin", other, seat=Seat("a"), now=NOON)  # type: ignore[arg-type]  # the same


def test_passwords_are_kept_as_owasp_asks() -> None:
    assert re.match(r"\$argon2id\$v=19\$m=(19456|[2-9]\d{4,}),t=([2-9]|\d\d),p=1\$", passwords.make_hash(PASSWORD))


def test_passwords_are_hidden_and_may_be_pasted() -> None:
    templates = "".join(file.read_text() for file in (ROOT / "listening" / "web" / "templates").glob("*.html"))
    fields = [
        one for one in re.findall(r"<input[^>]*>", templates) if re.search(r'name="(password|old|new|again)"', one)
    ]
    assert len(fields) >= 5
    for one in fields:
        assert 'type="password"' in one
        assert 'autocomplete="' in one
        assert 'autocomplete="off"' not in one


def test_every_page_has_the_way_out(browser: Clients) -> None:
    viewer = browser("viewer")
    for page in ("/map", "/inbox", "/pain-points/pp-1", "/sources", "/account"):
        assert 'action="/sign-out"' in viewer.get(page).text, page


def test_only_the_boards_own_files_are_served(browser: Clients) -> None:
    admin = browser("admin")
    for path in (
        "/.git/config",
        "/static/",
        "/static/../access.py",
        "/static/%2e%2e/access.py",
        "/configs/journey.toml",
        "/docs",
    ):
        assert admin.get(path).status_code == 404, path


def test_methods_that_nobody_declared_are_refused(browser: Clients) -> None:
    admin = browser("admin")
    for method in ("TRACE", "PUT", "PATCH", "DELETE", "OPTIONS"):
        assert admin.http.request(method, "/map").status_code == 405, method


def test_no_secret_is_taken_from_an_address(browser: Clients) -> None:
    admin = browser("admin")
    for place in (
        f"/api/v1/me?key={admin.key}",
        f"/api/v1/me?access_token={admin.key}",
        f"/api/v1/me?authorization={admin.key}",
    ):
        assert admin.http.get(place).status_code == 401
    assert admin.http.post(f"/look?csrf={admin.csrf}", follow_redirects=False).status_code == 403


def test_signing_out_empties_the_browser(client: Clients) -> None:
    got = client("viewer").post("/sign-out")
    assert got.headers["clear-site-data"] == '"cache", "storage"'


def test_the_browser_keeps_a_session_and_colours_only(client: Clients) -> None:
    viewer = client("viewer")
    viewer.post("/look", look="dark", back="/map")
    viewer.get("/map")
    assert {cookie.name for cookie in viewer.http.cookies.jar} == {"listening", "look"}
    script = (ROOT / "listening" / "web" / "static" / "inbox.js").read_text()
    assert not re.search(r"localStorage|sessionStorage|indexedDB|document\.cookie", script)


def test_whoever_tries_what_is_not_theirs_is_logged(
    app: FastAPI, client: Clients, caplog: pytest.LogCaptureFixture
) -> None:
    assert app
    viewer = client("viewer")
    with caplog.at_level(logging.WARNING, "listening.web.refusals"):
        viewer.get("/audit?who=secret-words")
        viewer.http.post("/look", data={"csrf": "forged"})
    told = [(one.who, one.method, one.route, one.error) for one in caplog.records if one.msg == "web.refused"]  # type: ignore[attr-defined]  # our own keys
    assert told == [("viewer", "GET", "/audit", "not-allowed"), ("viewer", "POST", "/look", "forged")]
    assert "secret-words" not in caplog.text
