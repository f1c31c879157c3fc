"""A board over a small store, and people of every role who are signed in to it: `client("owner")` is one's browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from store_nouns import alert, document, emergence, pain_point, told
from web_nouns import HOST, JOURNEY, NOON, PEOPLE, ROLE_OF, SOURCES, Browser, Clock

from listening.journey import accounts
from listening.settings import Settings, load
from listening.store import Store, writes
from listening.web import create_app
from listening.web.visit import Board


@pytest.fixture
def clock() -> Clock:
    """Noon of the day after the tests' night."""
    return Clock()


@pytest.fixture
def board_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation with two stages, three owners and a source."""
    for name in ("LISTENING_CONFIG", "LISTENING_DATABASE_URL", "LISTENING_KEY", "LISTENING_WEB_SECRET"):
        monkeypatch.delenv(name, raising=False)
    configs = tmp_path / "configs"
    configs.mkdir()
    (configs / "listening.toml").write_text("")
    (configs / "sources.toml").write_text(SOURCES)
    (configs / "journey.toml").write_text(JOURNEY)
    return load(configs)


@pytest.fixture
def board_store(sqlite_store: Store, board_settings: Settings) -> Store:
    """A store with a pain point of Ann's and one of Bob's, told by five, with an emergence, alerts and a night."""
    store = sqlite_store
    one = pain_point(owner="ann", department="Product")
    other = pain_point("pp-2", name="nobody answers", stage="help", touchpoint="hotline", owner="bob")
    told(store, document("d1", day=-2), document("d2", day=-1), document("d3"), point=one)
    told(store, document("d4", day=-1), document("d5"), point=other)
    writes.keep_emergences(store, [emergence()])
    writes.queue_alerts(store, [alert(), alert("a-2", "bob", quoted="d4")], map_id="bikes", now=NOON)
    for name, owner in PEOPLE.items():
        accounts.add_user(
            store, board_settings.journey, name, "", role=ROLE_OF.get(name, name), owner=owner, who="test", now=NOON
        )
    accounts.disable(store, "disabled", who="test", now=NOON)
    return store


@pytest.fixture
def app(board_settings: Settings, board_store: Store, clock: Clock) -> FastAPI:
    """The board."""
    return create_app(board_settings, board_store, clock=clock)


@pytest.fixture
def client(app: FastAPI) -> Iterator[Callable[[str], Browser]]:
    """Make a browser of somebody: `client("owner")`; "anonymous" is not signed in, "disabled" was until now."""
    board: Board = app.state.board
    opened: list[TestClient] = []

    def make(name: str = "admin") -> Browser:
        http = TestClient(app, base_url=HOST, raise_server_exceptions=True)
        opened.append(http)
        if name != "anonymous":
            secret = accounts.open_session(board.store, board.read_settings(), name, now=board.clock())
            http.cookies.set("listening", secret)
            _, key = accounts.make_token(board.store, name, "tests", days=1, now=board.clock())
        return Browser(board, http, name, key if name != "anonymous" else "")

    yield make
    for http in opened:
        http.close()
