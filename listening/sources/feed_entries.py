"""Turns a feed's bytes into entries, in a child process with a time limit, and says what came when it is no feed."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from listening.errors import SourceBroken
from listening.sources.dates import read_moment

CHILD = Path(__file__).with_name("feed_child.py")
_LONGEST_ID = 300
_TEASER_END = re.compile(
    r"(\[?(…|\.\.\.|&hellip;|&#8230;)\]?|read more|continue reading|more|weiterlesen)\W*(</[a-z]+>\s*)*$", re.IGNORECASE
)
_TEASER_LENGTH = 400  # a summary under this many letters is asked for in full


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed. `mark` changes when the entry changes; `comments` is the address of its comment feed."""

    id: str
    link: str
    title: str
    author: str
    body: str
    full: bool
    published: datetime | None
    updated: datetime | None
    comments: str
    mark: str


@dataclass(frozen=True, slots=True)
class FeedText:
    """What a feed said: its entries, and what was wrong with it though it could be read."""

    entries: tuple[Entry, ...]
    broken: str = ""


def parse_feed(body: bytes, url: str, seconds: float) -> FeedText:
    """Entries of a feed, in its order. Raises SourceBroken naming what came instead, or that reading took too long."""
    command = [sys.executable, "-I", str(CHILD), str(max(1, int(seconds)))]
    try:
        done = subprocess.run(command, input=body, capture_output=True, timeout=seconds + 5, check=False)  # noqa: S603 -- our own script, no shell
    except subprocess.TimeoutExpired as error:
        raise _too_long(url, seconds) from error
    if done.returncode < 0:
        raise _too_long(url, seconds)
    try:
        return read_entries(json.loads(done.stdout), body, url)
    except ValueError as error:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise SourceBroken(
            f"the feed at {url} cannot be read ({last[:200]})", "open it in a feed reader to compare"
        ) from error


def _too_long(url: str, seconds: float) -> SourceBroken:
    return SourceBroken(
        f"the feed at {url} could not be read within {seconds:.0f} s", "raise parse_seconds if it is honest"
    )


def read_entries(found: dict[str, Any], body: bytes, url: str) -> FeedText:
    """Entries from what the child said. Raises SourceBroken where the bytes are no feed."""
    if not found["version"] and not found["entries"]:
        raise SourceBroken(
            f"{url} gave {what_came(body)} instead of a feed", "look for the feed's own address on that page"
        )
    return FeedText(tuple(_entry(raw) for raw in found["entries"]), found["broken"])


def what_came(body: bytes) -> str:
    """Return a few words for the operator: "an HTML page titled 'Log in'", "an empty answer"."""
    start = body[:20_000].decode("utf-8", errors="replace")
    if not start.strip():
        return "an empty answer"
    title = re.search(r"<title[^>]*>(.*?)</title", start, re.IGNORECASE | re.DOTALL)
    if re.search(r"<(!doctype\s+html|html|body|head)\b", start, re.IGNORECASE):
        name = " ".join(title[1].split())[:80] if title else ""
        return f"an HTML page titled {name!r}" if name else "an HTML page"
    if start.lstrip().startswith(("{", "[")):
        return "JSON"
    return "XML of another kind" if start.lstrip().startswith("<") else "text that is neither HTML nor XML"


def _entry(raw: dict[str, Any]) -> Entry:
    body = raw["content"] or raw["summary"]
    published, updated = read_moment(raw["published"]), read_moment(raw["updated"])
    mark = _hash(raw["title"], body, str(raw["updated"] or raw["published"]))
    native = (raw["id"] or raw["link"] or _hash(raw["title"], body)).strip()
    return Entry(
        id=native if len(native) <= _LONGEST_ID else _hash(native),
        link=raw["link"],
        title=raw["title"],
        author=raw["author"],
        body=body,
        full=bool(raw["content"]) or not _is_teaser(raw["summary"]),
        published=published or updated,
        updated=updated if published and updated and updated > published else None,
        comments=raw["comments"],
        mark=mark,
    )


def _is_teaser(summary: str) -> bool:
    plain = re.sub(r"<[^>]+>", " ", summary).strip()
    return len(plain) < _TEASER_LENGTH or bool(_TEASER_END.search(summary.strip()))


def _hash(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
