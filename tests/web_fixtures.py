"""A board over a small store, and people of every role who are signed in to it: `client("owner")` is one's browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from web_nouns import Clients, Clock, browsers, fill, furnish

from listening.settings import Settings
from listening.store import Store, open_store
from listening.web import create_app


@pytest.fixture
def clock() -> Clock:
    """Noon of the day after the tests' night."""
    return Clock()


@pytest.fixture
def board_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation with two stages, three owners and a source."""
    for name in ("LISTENING_CONFIG", "LISTENING_DATABASE_URL", "LISTENING_KEY", "LISTENING_WEB_SECRET"):
        monkeypatch.delenv(name, raising=False)
    return furnish(tmp_path)


@pytest.fixture
def board_store(sqlite_store: Store, board_settings: Settings) -> Store:
    """A store with a pain point of Ann's and one of Bob's, told by five, with an emergence, alerts and a night."""
    fill(sqlite_store, board_settings)
    return sqlite_store


@pytest.fixture
def app(board_settings: Settings, board_store: Store, clock: Clock) -> FastAPI:
    """The board."""
    return create_app(board_settings, board_store, clock=clock)


@pytest.fixture
def client(app: FastAPI) -> Iterator[Clients]:
    """Make a browser of somebody: `client("owner")`; "anonymous" is not signed in, "disabled" was until now."""
    with browsers(app) as make:
        yield make


@pytest.fixture(scope="module")
def one_board(shaped_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """A board that all tests of a file share: for those that only ask whether they may."""
    folder = tmp_path_factory.mktemp("board")
    settings = furnish(folder)
    store = open_store(f"sqlite:///{shutil.copy(shaped_file, folder / 'store.db')}")
    fill(store, settings)
    yield create_app(settings, store, clock=Clock())
    store.close()


@pytest.fixture(scope="module")
def browser(one_board: FastAPI) -> Iterator[Clients]:
    """Make a browser of somebody at the shared board."""
    with browsers(one_board) as make:
        yield make
