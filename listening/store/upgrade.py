"""Brings an empty or older database to this program's shape, in one transaction and under a lock.

Two processes that open at once wait for each other; a process killed midway leaves the old shape or the new one.
"""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine

from listening.errors import StoreError
from listening.store.engine import make_engine, shown

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x115_7E41  # any number, the same for each of us: Postgres' advisory lock

log = logging.getLogger(__name__)


def upgrade(url: str, engine: Engine) -> None:
    """Upgrade when needed. Raises `StoreError` for a newer or a foreign database."""
    scripts = _scripts()
    with engine.connect() as connection:  # what is odd is judged under the lock: another process may be halfway
        if MigrationContext.configure(connection).get_current_revision() == scripts.get_current_head():
            return
    # A table is rebuilt by dropping the old one: with foreign keys on that would delete its dependants.
    dull = make_engine(url, foreign_keys=False)
    try:
        with dull.execution_options(writes=True).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            before = _shape(connection, scripts, url)
            if before != scripts.get_current_head():
                command.upgrade(_config(connection), "head")
                log.info("store.upgraded", extra={"from": before, "to": scripts.get_current_head()})
    finally:
        dull.dispose()


@cache
def _scripts() -> ScriptDirectory:
    """Return our steps; reading their files costs more than all else at opening a database that has its shape."""
    return ScriptDirectory(str(MIGRATIONS))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _shape(connection: Connection, scripts: ScriptDirectory, url: str) -> str | None:
    """Return the database's revision, None for an empty one."""
    revision = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    if revision is None and set(sa.inspect(connection).get_table_names()) - {"alembic_version"}:
        raise StoreError(
            f"the database {shown(url)} holds tables that are not ours", "point LISTENING_DATABASE_URL to an empty one"
        )
    if revision is not None and revision not in known:
        raise StoreError(
            f"the database {shown(url)} has the newer shape {revision}, this program {scripts.get_current_head()}",
            "install the newer listening, or restore a backup",
        )
    return revision
