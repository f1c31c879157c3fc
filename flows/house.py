"""What every task of a run needs: settings, store and key, opened once a process."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from listening.log_lines import VARIABLE, start
from listening.pipeline import each_map
from listening.settings import Settings, load, pseudonym_key
from listening.store import Store, open_store


@dataclass(frozen=True, slots=True)
class House:
    """An installation, open."""

    settings: Settings
    store: Store
    key: bytes

    @property
    def maps(self) -> list[tuple[Store, Settings]]:
        """Store and settings with each journey map in hand."""
        return each_map(self.store, self.settings)


def enter(config: str) -> House:
    """The installation whose settings lie in the folder `config`; opened once, until `leave`."""
    return _open(config, os.environ.get("LISTENING_DATABASE_URL", ""))


@lru_cache(maxsize=4)
def _open(config: str, _database: str) -> House:
    if os.environ.get(VARIABLE):
        start("warning")
    settings = load(Path(config))
    return House(settings, open_store(settings.database_url), pseudonym_key(settings))


def leave(config: str) -> None:
    """Close the installation, so that the next run reads its settings anew."""
    enter(config).store.close()
    _open.cache_clear()


def moment(now: str) -> datetime:
    """The moment that a run is for: as given (ISO 8601; without a zone it is UTC), or the real one."""
    if not now:
        return datetime.now(UTC)
    given = datetime.fromisoformat(now)
    return given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
