"""Opens an installation of the small invented world for tests that call the verbs one by one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from nights_world import KEY, MONDAY, TROUBLES, FewLines, Trouble, settings_of, settle, write_posts

from listening import pipeline
from listening.demo.mailbox import Mailbox
from listening.pipeline import Clustered, Told, reading
from listening.settings import Settings
from listening.store import Store, open_store
from listening.types import Crawl, Emergence

FIRST = MONDAY - timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Lived:
    """What each verb of a night answered."""

    crawls: tuple[Crawl, ...]
    cleaned: int
    read: int
    clustered: Clustered
    emerged: tuple[Emergence, ...]
    told: Told


@dataclass(slots=True)
class House:
    """An installation: its settings, its open store, its reader, and the folder with its sources' files."""

    home: Path
    settings: Settings
    store: Store
    reader: FewLines

    def night(self, now: datetime = MONDAY, *, tell: bool = True) -> Lived:
        """Live one night, as the flow orders it."""
        store, settings = self.store, self.settings
        crawls = tuple(pipeline.crawl(store, settings, one, key=KEY, now=now) for one in settings.sources)
        return Lived(
            crawls,
            cleaned=pipeline.clean(store, settings, now=now),
            read=pipeline.read(store, settings, now=now),
            clustered=pipeline.cluster(store, settings, now=now),
            emerged=pipeline.watch(store, settings, now=now),
            told=pipeline.tell(store, settings, now=now) if tell else Told(),
        )

    def posts(
        self,
        count: int = 80,
        *,
        seed: int = 2,
        start: datetime = FIRST,
        days: float = 13.5,
        troubles: Sequence[Trouble] = TROUBLES,
    ) -> None:
        """Write posts into each source's file."""
        for name in ("yard", "board"):
            write_posts(self.home / f"{name}.jsonl", count, seed=seed, start=start, days=days, troubles=troubles)

    def change(self, **sections: object) -> None:
        """Change a section of the settings: `mail={"port": 1}`."""
        for name, fields in sections.items():
            assert isinstance(fields, dict)
            self.settings = replace(self.settings, **{name: replace(getattr(self.settings, name), **fields)})


def open_house(home: Path, *, port: int = 0, database_url: str = "") -> House:
    """Open the installation in a folder, with these settings."""
    configs = settle(home, sources=("yard", "board"), port=port, database_url=database_url)
    settings = settings_of(configs)
    return House(home, settings, open_store(settings.database_url), FewLines())


def move_in(home: Path, *, port: int = 0, database_url: str = "") -> House:
    """Open a new installation with two sources, whose first quiet night is two weeks ago."""
    house = open_house(home, port=port, database_url=database_url)
    house.posts(15, seed=1, start=FIRST - timedelta(days=9), days=9, troubles=())
    return house


@contextmanager
def moved(template: Path, folder: Path, mailbox: Mailbox, patch: pytest.MonkeyPatch) -> Iterator[House]:
    """Open a copy of an installation, with a mailbox."""
    home = folder / "home"
    shutil.copytree(template, home)
    opened = open_house(home, port=mailbox.port)
    patch.setattr(reading, "reader", lambda _settings: opened.reader)
    yield opened
    opened.store.close()
