"""Opens the database, a file or a server, and keeps its promises: nothing half-written, nothing lost.

SQLite runs with a write-ahead log, synced at every commit, and takes its write lock at the start of each write, so two
writers queue instead of failing midway. Every database error leaves this room as a `StoreError` without people's words.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from listening.errors import StoreError, StoreUnavailable
from listening.types import Ears

BUSY_SECONDS = 30.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Store:
    """An open database. Give it to the functions of `reads` and `writes`; `close()` it when done.

    With `ears` it is the store as one journey map hears it: what counts posts or looks for them counts and finds only
    those of its sources. Pain points, mails and people are the same for all.
    """

    engine: Engine = field(repr=False)
    url: str = field(repr=False)  # may hold a password
    ears: Ears = field(default_factory=Ears)

    def hearing(self, ears: Ears) -> Store:
        """Return the same store as a map with these ears hears it."""
        return replace(self, ears=ears)

    def hears(self, source: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
        """Return the condition that a column names a source that is heard."""
        if self.ears.others:
            return source.not_in(self.ears.sources) if self.ears.sources else sa.true()
        return source.in_(self.ears.sources)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection to read with."""
        with translated(self.url), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection inside one transaction: all of it is kept, or nothing."""
        with translated(self.url), self.engine.execution_options(writes=True).begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @property
    def on_sqlite(self) -> bool:
        """True for a file, False for a Postgres server."""
        return self.engine.dialect.name == "sqlite"


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Turn any database error into a `StoreError` that names the database without its password."""
    try:
        yield
    except SQLAlchemyError as error:
        kind = StoreUnavailable if isinstance(error, OperationalError) else StoreError
        reason = str(error.orig) if isinstance(error, DBAPIError) else str(error)
        thing = f"the database {shown(url)} says: {reason.strip().splitlines()[0] if reason.strip() else 'nothing'}"
        raise kind(thing, _mend(reason)) from error


def _mend(reason: str) -> str:
    mends = {
        "locked": "another program is writing; wait for it or stop it, then try again",
        "readonly": "give this user the right to write the file and its folder",
        "unable to open": "give this user the right to write the file and its folder",
        "full": "free some disk space, then run again: nothing is half-written",
        "not a database": "point LISTENING_DATABASE_URL to another file, or restore a backup",
        "malformed": "restore a backup with `listening restore FILE`",
        "connect": "start the server, or correct LISTENING_DATABASE_URL",
    }
    return next((mend for word, mend in mends.items() if word in reason), "run `listening doctor`")


def shown(url: str) -> str:
    """Return the address without its password."""
    return make_url(url).render_as_string(hide_password=True)


def parse_url(url: str) -> URL:
    """Return the checked address of a SQLite file or a Postgres database. Raises `StoreError` for anything else."""
    mend = "use sqlite:///path/to/file.db or postgresql://user@host/name"
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StoreError("LISTENING_DATABASE_URL is no database address", mend) from error
    if parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise StoreError(f"the database kind {parsed.drivername} is not known", mend)
    if parsed.database in (None, "", ":memory:"):
        raise StoreError("a database in memory would forget the nights", mend)
    return parsed


def sqlite_file(url: str) -> Path | None:
    """Return the file behind a SQLite address, None for Postgres."""
    parsed = parse_url(url)
    return Path(parsed.database or "") if parsed.drivername.startswith("sqlite") else None


def make_engine(url: str, *, foreign_keys: bool = True) -> Engine:
    """Return an engine with this house's pragmas; the folder of a SQLite file is made."""
    parsed = parse_url(url)
    # Parameters are people's words: they never appear in an error.
    if parsed.drivername.startswith("postgresql"):
        return sa.create_engine(parsed, hide_parameters=True, pool_pre_ping=True)
    file = Path(parsed.database or "")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the folder {file.parent} cannot be made", "choose a folder you may write to") from error
    make_private(file)
    engine = sa.create_engine(parsed, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        if isinstance(connection, sqlite3.Connection):
            _pragmas(connection, foreign_keys=foreign_keys)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # sqlite3 itself would begin late and let schema changes slip out of the transaction.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")

    return engine


def make_private(file: Path) -> None:
    """Make an empty file that only its owner may read; one that is there stays as it is. SQLite's others follow it.

    Where it cannot be made, whoever opens it says so.
    """
    with suppress(OSError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _pragmas(connection: sqlite3.Connection, *, foreign_keys: bool) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")
    _use_wal(connection)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute("PRAGMA cache_size=-32768")  # 32 MB: what the map counts stays at hand


def _use_wal(connection: sqlite3.Connection) -> None:
    # The switch to a write-ahead log does not wait for other openers by itself; it happens once in a file's life.
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def open_store(url: str) -> Store:
    """Open the database at `url`, making or upgrading it first under a lock.

    Raises `StoreError` where it cannot be opened, is newer than this program, or holds tables that are not ours.
    """
    from listening.store.upgrade import upgrade  # noqa: PLC0415  Alembic takes a while to load

    engine = make_engine(url)
    try:
        with translated(url):
            upgrade(url, engine)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine=engine, url=url)
