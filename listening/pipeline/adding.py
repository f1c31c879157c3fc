"""Add: look what an address is, and what a source there would bring, before it is written into sources.toml."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from listening.errors import ListeningError, SettingsError, SourceBroken
from listening.pipeline.crawling import Look, look
from listening.settings import Settings, source_block, write_source
from listening.sources import Found, check_config, find_sources, open_address
from listening.types import SourceConfig

UNDATED = ("none", "first-seen")


@dataclass(frozen=True, slots=True)
class Addition:
    """A source that was found and checked: what it is in words, its block, and what a first visit brought.

    `failed` tells for each better way to read it why that did not do.
    """

    what: str
    source: SourceConfig
    looked: Look
    failed: tuple[str, ...]

    @property
    def note(self) -> str:
        """Return the comment above its block."""
        return f"{self.what}; found by `listening sources add`"

    @property
    def block(self) -> str:
        """Return its block as it will stand in sources.toml."""
        return source_block(self.source, self.note)


def look_at(
    settings: Settings,
    url: str,
    *,
    key: bytes,
    now: datetime,
    name: str = "",
    allow_hosts: tuple[str, ...] = (),
    gap: float = 1.0,
) -> Addition:
    """Find out what an address is, by the first way that brings posts, for the map in hand; nothing is kept.

    Raises SettingsError where the name or the place is taken, SourceError where nothing there can be read,
    NotConfigured where it could be with credentials.
    """
    if name and settings.source(name):
        raise SettingsError(f"sources.toml has a source {name!r} already", "give another --name")
    like = SourceConfig(name, "", allow_hosts=allow_hosts, gap=gap, contact=settings.night.contact)
    failed: list[ListeningError] = []
    with open_address(like, now) as fetcher:
        for found in find_sources(url, now=now, fetcher=fetcher, like=like):
            feeds = "" if settings.on_first else settings.journey.id
            source = replace(found.config, name=name or _free(settings, found.config.name), map=feeds)
            _not_twice(settings, source, found.what)
            try:
                looked = _looked(settings, source, found, key=key, now=now)
            except ListeningError as error:
                failed.append(type(error)(f"{found.what}: {error.thing}", error.mend))
                continue
            return Addition(found.what, source, looked, tuple(map(str, failed)))
    if len(failed) == 1:
        raise failed[0]
    raise SourceBroken(
        "nothing there can be read:\n  " + "\n  ".join(map(str, failed)), "give its forum or feed itself"
    )


def add_source(settings: Settings, addition: Addition) -> Path:
    """Write a checked source into sources.toml; returns the file's path. Raises SettingsError."""
    return write_source(settings.config, addition.source, addition.note)


def _looked(settings: Settings, source: SourceConfig, found: Found, *, key: bytes, now: datetime) -> Look:
    """Return what a first visit brings. Raises where the block has mistakes, the visit fails, or nothing comes."""
    if mistakes := check_config(source):
        raise SettingsError("; ".join(mistakes), "declare it by hand in sources.toml")
    short = {"boards": found.boards} if found.boards else {}
    looked = look(settings, replace(source, options={**source.options, **short}), key=key, now=now)
    if not looked.documents:
        told = f" ({'; '.join(looked.warnings)})" if looked.warnings else ""
        raise SourceBroken(
            f"{source.url or source.name} shows no posts of the last year{told}", "declare it by hand if it is right"
        )
    signed = sum(bool(one.person) and one.date_from not in UNDATED for one in looked.documents)
    if found.guessed and signed * 2 < len(looked.documents):
        raise SourceBroken(
            f"{source.url} shows texts without author and date, which may be no posts", "declare selectors if they are"
        )
    return looked


def _not_twice(settings: Settings, source: SourceConfig, what: str) -> None:
    """Raise SettingsError where a source reads the same place already: its posts would be kept twice."""
    known = next((one.name for one in settings.sources if _places(one) & _places(source)), "")
    if known:
        told = f"{what}, at {source.url}: sources.toml has it" if source.url else f"sources.toml has {what}"
        raise SettingsError(f"{told} already, as {known!r}", "change that block instead")


def _places(source: SourceConfig) -> set[tuple[str, ...]]:
    """Return the places that a source reads."""
    if source.kind == "reddit":
        names = source.options.get("subreddits") or ()
        return {("reddit", str(name).casefold()) for name in (names if isinstance(names, tuple) else (names,))}
    category = str(source.options.get("category") or "")
    return {(source.kind, source.url.rstrip("/"), category)} if source.url else set()


def _free(settings: Settings, name: str) -> str:
    """Return the name, or the first of name-2, name-3 ... that is not taken."""
    number, free = 1, name
    while settings.source(free):
        number += 1
        free = f"{name}-{number}"
    return free
