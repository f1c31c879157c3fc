"""The board of the invented world: its guest gets in, with a new password each time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli_nouns import Run
from web_nouns import NOON

from listening import demo
from listening.errors import SignInRefused
from listening.journey import accounts
from listening.settings import Settings
from listening.store import Store, reads
from listening.types import Seat

pytest_plugins = ("store_fixtures", "web_fixtures", "cli_fixtures")


def test_the_guest_gets_a_fresh_password_each_time(board_store: Store, board_settings: Settings) -> None:
    first = demo.let_in(board_store, board_settings.journey, now=NOON)
    second = demo.let_in(board_store, board_settings.journey, now=NOON)
    assert first != second
    assert accounts.sign_in(board_store, board_settings, "visitor", second, seat=Seat("a"), now=NOON)
    with pytest.raises(SignInRefused):
        accounts.sign_in(board_store, board_settings, "visitor", first, seat=Seat("a"), now=NOON)
    assert reads.person(board_store, "visitor").role == "admin"


def test_the_board_stands_in_the_morning_after_the_last_night(board_store: Store) -> None:
    last = max(one.finished for one in reads.nights(board_store) if one.finished)
    clock = demo.world_clock(board_store, started=datetime.now(UTC))
    assert timedelta(0) <= clock() - last < timedelta(minutes=5)


def test_a_world_that_was_lived_through_is_not_lived_again(
    cli: Run, bikes_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(demo, "run_demo", lambda **_: done.append("lived") or 0)
    monkeypatch.setattr(demo, "show_board", lambda: done.append("shown"))
    assert cli("demo", "--board").code == 0
    (bikes_home / "data" / "var" / "demo").mkdir(parents=True)
    (bikes_home / "data" / "var" / "demo" / "scorecard.json").write_text("{}")
    assert cli("demo", "--board").code == 0
    assert done == ["lived", "shown", "shown"]
