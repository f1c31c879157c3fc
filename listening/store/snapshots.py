"""Backs a SQLite store up while it is in use, and brings it back; Postgres has its own tools."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from listening.errors import StoreError
from listening.store.engine import BUSY_SECONDS, Store, make_private, sqlite_file


def backup(store: Store, path: Path) -> None:
    """Write a whole copy of the store as it is now to `path`; the night may go on meanwhile.

    `path` is written at the end or not at all. Raises `StoreError` on Postgres or where the copy cannot be written.
    """
    source = _file(store.url, "pg_dump --format=custom")
    half = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half.unlink(missing_ok=True)
        _copy(source, half)
        half.replace(path)
    except (OSError, sqlite3.Error) as error:
        half.unlink(missing_ok=True)
        raise StoreError(f"the backup {path} cannot be written: {error}", "choose a folder with free space") from error


def restore(url: str, path: Path) -> None:
    """Put the copy at `path` in the place of the store at `url`; `open_store` then upgrades it where it is older.

    The store is as before or as in the copy, never between. Raises `StoreError` where `path` is no sound copy.
    """
    target = _file(url, "pg_restore")
    _check(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy(path, target)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{target} cannot be written: {error}", "stop the other programs that use it") from error


def _file(url: str, instead: str) -> Path:
    file = sqlite_file(url)
    if file is None:
        raise StoreError("a Postgres database is not copied by listening", f"use {instead}")
    return file


def _copy(source: Path, target: Path) -> None:
    """Copy a database; the copy is its owner's alone where it was not there before."""
    timeout = BUSY_SECONDS
    make_private(target)
    with (
        closing(sqlite3.connect(source, timeout=timeout)) as old,
        closing(sqlite3.connect(target, timeout=timeout)) as new,
    ):
        old.backup(new)
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _check(path: Path) -> None:
    mend = "give a file that `listening backup` wrote"
    if not path.is_file():
        raise StoreError(f"there is no backup {path}", mend)
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            ours = connection.execute("SELECT count(*) FROM alembic_version").fetchone()[0] == 1
    except sqlite3.Error as error:
        raise StoreError(f"{path} is no backup of listening: {error}", mend) from error
    if not (sound and ours):
        raise StoreError(f"{path} is damaged", "give an older backup")
