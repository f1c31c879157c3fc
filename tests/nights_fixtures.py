"""An installation of the invented world for the tests of the verbs, with a mailbox and a reader of a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from nights_houses import FIRST, House, move_in

from listening.demo.mailbox import Mailbox
from listening.pipeline import reading


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    """A mail server on loopback that keeps what it gets."""
    with Mailbox(tmp_path / "mails") as opened:
        yield opened


@pytest.fixture
def house(tmp_path: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """An installation two weeks after its first night."""
    opened = move_in(tmp_path, port=mailbox.port)
    monkeypatch.setattr(reading, "reader", lambda _settings: opened.reader)
    opened.night(FIRST)
    yield opened
    opened.store.close()
