"""Planted secrets, one for each that there is: none is printed, logged at any level, kept, exported or shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_nouns import Run
from starlette.testclient import TestClient
from store_nouns import NOW, alert

from listening.log_lines import VARIABLE
from listening.settings import load
from listening.settings.secret_files import OURS, REDDIT, SOURCE_KEY, _of_sections
from listening.store import Store, open_store, writes
from listening.web import create_app

pytest_plugins = ("cli_fixtures",)

# nothing listens at these addresses, so that every way fails with whatever it knows in hand
SOURCES = """
[sources.reddit]
kind = "reddit"
subreddits = ["bikes"]
base_url = "http://127.0.0.1:9"
allow_hosts = ["127.0.0.1"]
tries = 1
[sources.board]
kind = "discourse"
url = "https://127.0.0.1:9"
allow_hosts = ["127.0.0.1"]
tries = 1
"""
LISTENING = """
[mail]
host = "127.0.0.1"
port = 9
user = "mailer"
sender = "l@house.test"
[webhook]
url = "http://127.0.0.1:9/hook"
allow_hosts = "127.0.0.1"
[tickets]
system = "github"
project = "house/bikes"
url = "http://127.0.0.1:9"
allow_hosts = "127.0.0.1"
"""
COMMANDS = (
    ("doctor",),
    ("sources", "list"),
    ("sources", "check", "reddit"),
    ("sources", "check", "board"),
    ("alerts", "send"),
    ("alerts", "list"),
    ("pain-points", "ticket", "pp-1"),
    *(("export", what, "-o", f"{what}.jsonl") for what in ("posts", "alerts", "history")),
    ("report", "-o", "review.html"),
    ("report", "-o", "review.json"),
    ("backup", "copy.db"),
    ("settings", "docs"),
)


@pytest.fixture
def planted(bikes_home: Path, bikes_store: Store, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An installation in which every secret is set, by its name."""
    names = {*OURS, *REDDIT, *_of_sections(), f"{SOURCE_KEY}BOARD"} - {"LISTENING_DATABASE_URL"}
    secrets = {name: f"planted-{number:02}-secret" for number, name in enumerate(sorted(names))}
    secrets["LISTENING_WEBHOOK_SECRET"] = "whsec_cGxhbnRlZC13ZWJob29rLXNlY3JldC1vZi0zMi1ieXRlcw=="
    for name, secret in secrets.items():
        monkeypatch.setenv(name, secret)
    (bikes_home / "configs" / "sources.toml").write_text(SOURCES)
    (bikes_home / "configs" / "listening.toml").write_text(LISTENING)
    writes.queue_alerts(bikes_store, [alert()], map_id="bikes", now=NOW)
    monkeypatch.setenv(VARIABLE, "debug")
    return secrets


def found(secrets: dict[str, str], text: bytes) -> list[str]:
    """The names of the secrets that stand in a text."""
    return [name for name, secret in secrets.items() if secret.encode() in text]


def test_there_are_twelve_and_more(planted: dict[str, str]) -> None:
    assert len(planted) >= 12


def test_no_command_prints_logs_or_keeps_one(cli: Run, planted: dict[str, str], bikes_home: Path) -> None:
    for words in COMMANDS:
        ran = cli(*words)
        assert found(planted, (ran.out + ran.err).encode()) == [], words
        assert ran.out + ran.err, words
        assert "cannot be followed" not in ran.err
    kept = {path: found(planted, path.read_bytes()) for path in bikes_home.rglob("*") if path.is_file()}
    assert {path: names for path, names in kept.items() if names} == {}
    assert {"copy.db", "review.html", "posts.jsonl"} <= {path.name for path in kept}


def test_no_setting_shows_one_and_no_page_without_a_session(planted: dict[str, str], bikes_home: Path) -> None:
    settings = load(bikes_home / "configs")
    assert found(planted, repr(settings).encode()) == []
    assert settings.mail.password == planted["LISTENING_MAIL_PASSWORD"]
    store = open_store(settings.database_url)
    with TestClient(create_app(settings, store)) as browser:
        for path in ("/", "/sign-in", "/map", "/nowhere", "/api/v1/openapi.json"):
            assert found(planted, browser.get(path).content) == [], path
    store.close()


def test_the_detector_sees_one(planted: dict[str, str]) -> None:
    assert found(planted, f"a {planted['LISTENING_KEY']} b".encode()) == ["LISTENING_KEY"]
