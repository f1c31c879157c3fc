"""Reads the places where customers talk: one file or folder a kind of source, and the table that names them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Protocol

from listening.errors import SettingsError
from listening.sources.adding import Found, find_sources, open_address
from listening.sources.discourse import Discourse, key_name
from listening.sources.feed import Feed
from listening.sources.fetch import Fetcher
from listening.sources.forum.source import Forum
from listening.sources.hosts import tonight
from listening.sources.importer import File, import_file
from listening.sources.importer_layout import layout_mistakes
from listening.sources.links import plain_link
from listening.sources.notes import robots_notes
from listening.sources.options import Options, manners, option_mistakes
from listening.sources.reddit import Reddit
from listening.sources.reddit_posts import fullname_of
from listening.sources.reddit_recheck import Missing, open_recheck
from listening.sources.reddit_ways import Way, way
from listening.types import Batch, Memory, SourceConfig

__all__ = [
    "KINDS",
    "Found",
    "Missing",
    "Source",
    "Way",
    "check_config",
    "find_sources",
    "fullname_of",
    "import_file",
    "open_address",
    "open_recheck",
    "open_source",
    "plain_link",
    "robots_notes",
    "way",
]


class Source(Protocol):
    """A place where customers talk.

    `batches` raises SourceError; each batch is stored, with its cursor, before the next is asked for.
    """

    def batches(self) -> Iterator[Batch]:
        """Return what is new since the memory that the source was opened with."""
        ...  # pragma: no cover


Kind = type[Feed] | type[Discourse] | type[Forum] | type[Reddit] | type[File]

KINDS: Mapping[str, Kind] = {"feed": Feed, "discourse": Discourse, "forum": Forum, "reddit": Reddit, "file": File}
ON_THE_WEB = ("feed", "discourse", "forum")


def check_config(config: SourceConfig) -> list[str]:
    """Return a sentence for each mistake in one block of sources.toml; empty where it can be opened."""
    if config.kind not in KINDS:
        near = difflib.get_close_matches(config.kind, KINDS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"it may be {', '.join(KINDS)}"
        return [f"[sources.{config.name}] kind: {config.kind!r} is unknown; {hint}"]
    found = option_mistakes(config, KINDS[config.kind].OPTIONS)
    found += [] if found else layout_mistakes(config)
    if config.kind == "reddit":
        missing = [] if config.options.get("subreddits") or config.options.get("search") else ["subreddits"]
    elif config.kind == "file":
        missing = [] if config.url or config.options.get("path") else ["path"]
    else:
        missing = [] if config.url else ["url"]
    if config.url and not config.url.casefold().startswith(("http://", "https://")) and config.kind in ON_THE_WEB:
        found.append(f"[sources.{config.name}] url: {config.url!r} should begin with https://")
    return found + [f"[sources.{config.name}] {name}: is missing" for name in missing]


def open_source(config: SourceConfig, *, now: datetime, memory: Memory, secrets: Mapping[str, str]) -> Source:
    """Return the source that a block of sources.toml describes. Opens nothing yet.

    Raises SettingsError naming all mistakes, NotConfigured where credentials are missing.
    """
    if mistakes := check_config(config):
        raise SettingsError("; ".join(mistakes), "mend sources.toml")
    if config.kind == "reddit":
        return Reddit(config, now=now, memory=memory, secrets=secrets)
    if config.kind == "file":
        return File(config, memory=memory)
    kind = KINDS[config.kind]
    assert issubclass(kind, Feed | Discourse | Forum)  # noqa: S101 -- tells the type checker what is left of the table
    fetcher = Fetcher(manners(config, Options(config, kind.OPTIONS)), tonight(now))
    if issubclass(kind, Discourse):
        return kind(config, now=now, memory=memory, fetcher=fetcher, key=secrets.get(key_name(config.name), ""))
    return kind(config, now=now, memory=memory, fetcher=fetcher)
