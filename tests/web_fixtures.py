"""A board over a small store, and people of every role who are signed in to it: `client("owner")` is one's browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from web_nouns import Clients, Clock, browsers, fill, furnish

from listening.settings import Settings, load
from listening.store import Store, open_store
from listening.web import create_app


@pytest.fixture
def clock() -> Clock:
    """Noon of the day after the tests' night."""
    return Clock()


@pytest.fixture(scope="session")
def furnished(shaped_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with its settings and a filled store, to copy from."""
    home = tmp_path_factory.mktemp("furnished")
    store = open_store(f"sqlite:///{shutil.copy(shaped_file, home / 'store.db')}")
    fill(store, furnish(home))
    store.close()
    return home


@pytest.fixture
def board_settings(furnished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation with two stages, three owners and a source."""
    for name in ("LISTENING_CONFIG", "LISTENING_DATABASE_URL", "LISTENING_KEY", "LISTENING_WEB_SECRET"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(furnished, tmp_path, dirs_exist_ok=True)
    return load(tmp_path / "configs", {})


@pytest.fixture
def board_store(board_settings: Settings) -> Iterator[Store]:
    """A store with a pain point of Ann's and one of Bob's, told by five, with an emergence, alerts and a night."""
    store = open_store(f"sqlite:///{board_settings.root / 'store.db'}")
    yield store
    store.close()


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
def one_board(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """A board that all tests of a file share: for those that change nothing."""
    home = tmp_path_factory.mktemp("board")
    shutil.copytree(furnished, home, dirs_exist_ok=True)
    store = open_store(f"sqlite:///{home / 'store.db'}")
    yield create_app(load(home / "configs", {}), store, clock=Clock())
    store.close()


@pytest.fixture(scope="module")
def browser(one_board: FastAPI) -> Iterator[Clients]:
    """Make a browser of somebody at the shared board."""
    with browsers(one_board) as make:
        yield make
