"""Installations of the invented world for the tests of the verbs, with a mailbox and a reader of a few lines.

Each is lived once a session and copied for each test.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from nights_houses import FIRST, House, move_in, moved, open_house
from nights_world import FewLines

from listening.demo.mailbox import Mailbox
from listening.pipeline import reading


@pytest.fixture(scope="session")
def quiet_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installation after its first, quiet night."""
    home = tmp_path_factory.mktemp("quiet") / "home"
    with pytest.MonkeyPatch.context() as patch:
        reader = FewLines()
        patch.setattr(reading, "reader", lambda _settings: reader)
        opened = move_in(home)
        opened.night(FIRST)
        opened.store.close()
    return home


@pytest.fixture(scope="session")
def lived_home(quiet_home: Path) -> Path:
    """The folder of an installation after the night in which its pain points were born, before any mail."""
    home = quiet_home.with_name("lived")
    shutil.copytree(quiet_home, home)
    with pytest.MonkeyPatch.context() as patch:
        reader = FewLines()
        patch.setattr(reading, "reader", lambda _settings: reader)
        opened = open_house(home)
        opened.posts()
        opened.night(tell=False)
        opened.store.close()
    return home


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    """A mail server on loopback that keeps what it gets."""
    with Mailbox(tmp_path / "mails") as opened:
        yield opened


@pytest.fixture
def house(quiet_home: Path, tmp_path: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """An installation two weeks after its first night."""
    with moved(quiet_home, tmp_path, mailbox, monkeypatch) as opened:
        yield opened


@pytest.fixture
def lived(lived_home: Path, tmp_path: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """An installation whose last night died before its mails."""
    with moved(lived_home, tmp_path, mailbox, monkeypatch) as opened:
        yield opened
