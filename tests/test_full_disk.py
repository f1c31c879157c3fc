"""A disk that is full, a file that may not be written, a database that is locked: said clearly, and nothing is lost.

The disk is full when SQLite may have no further page: it fails then as when the system has no room for one.
"""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from nights_houses import House, moved
from nights_world import lasting
from sqlalchemy import event

from listening.demo.mailbox import Mailbox
from listening.errors import StoreUnavailable
from listening.store import Store, reads

pytest_plugins = ("nights_fixtures",)

MOMENTS, SEED = 8, 5


@dataclass(frozen=True, slots=True)
class Clean:
    """A night to which nothing happened: all rows after it, its mails, and by how many pages the file grew."""

    rows: dict[str, list[str]]
    mails: Counter[str]
    pages: tuple[int, int]


def pages(house: House) -> int:
    """How many pages the file has."""
    with house.store.reading() as connection:
        return int(connection.exec_driver_sql("PRAGMA page_count").scalar() or 0)


def subjects(mailbox: Mailbox) -> Counter[str]:
    return Counter(f"{mail.to} {mail.subject}" for mail in mailbox.mails())


@pytest.fixture(scope="module")
def clean(quiet_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clean]:
    folder = tmp_path_factory.mktemp("clean")
    with (
        Mailbox(folder / "mails") as mailbox,
        pytest.MonkeyPatch.context() as patch,
        moved(quiet_home, folder, mailbox, patch) as house,
    ):
        before = pages(house)
        house.posts()
        house.night()
        yield Clean(lasting(house.store), subjects(mailbox), (before, pages(house)))


@contextmanager
def held_to(store: Store, pragma: str) -> Iterator[None]:
    """Say this to SQLite on every connection as long as the block lasts."""

    def say(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(pragma)

    store.engine.dispose()
    event.listen(store.engine, "checkout", say)
    try:
        yield
    finally:
        event.remove(store.engine, "checkout", say)
        store.engine.dispose()


def sound(house: House) -> bool:
    with closing(sqlite3.connect(house.store.engine.url.database or "")) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_a_disk_that_fills_up_in_a_night_costs_nothing_once_there_is_room(
    house: House, mailbox: Mailbox, clean: Clean, moment: int
) -> None:
    first, last = clean.pages
    step = (last - first) / MOMENTS
    room = first + int(step * (moment + random.Random(SEED + moment).random()))  # noqa: S311 -- chance, no secret
    house.posts()
    with held_to(house.store, f"PRAGMA max_page_count={room}"), pytest.raises(StoreUnavailable) as told:
        house.night()
    assert "full -> free some disk space, then run again: nothing is half-written" in str(told.value)
    assert sound(house)
    house.night()
    assert lasting(house.store) == clean.rows
    assert subjects(mailbox) == clean.mails


def test_a_file_that_may_not_be_written_is_said_and_the_night_is_made_up_for(
    house: House, mailbox: Mailbox, clean: Clean
) -> None:
    house.posts()
    with (
        held_to(house.store, "PRAGMA query_only=ON"),
        pytest.raises(StoreUnavailable, match=r"readonly.* -> give this user"),
    ):
        house.night()
    house.night()
    assert lasting(house.store) == clean.rows
    assert subjects(mailbox) == clean.mails


def test_a_database_that_stays_locked_is_said_and_can_be_read_meanwhile(house: House, clean: Clean) -> None:
    house.posts()
    with closing(sqlite3.connect(house.store.engine.url.database or "", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with (
            held_to(house.store, "PRAGMA busy_timeout=20"),
            pytest.raises(StoreUnavailable, match=r"locked -> another program is writing; wait for it"),
        ):
            house.night()
        assert reads.counts(house.store).documents
    house.night()
    assert lasting(house.store) == clean.rows


def test_the_clean_night_grows_the_file(clean: Clean) -> None:
    assert clean.pages[1] - clean.pages[0] > 10 * MOMENTS
    assert all(clean.rows[name] for name in ("documents", "signals", "memberships", "emergences", "alerts"))
