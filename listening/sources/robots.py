"""Reads robots.txt as the standard says (RFC 9309): what we may open, and how long to pause between pages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from protego import Protego

AGENT = "listening"  # the product token that site owners write into their robots.txt
MAX_BYTES = 512_000  # 500 KiB is the least a crawler must read; what follows is ignored

_LINE = re.compile(r"\r\n|\r|\n")
_TOKEN = re.compile(r"[A-Za-z_-]+")
# Google's parser takes these spellings, and a missing colon, too.
_KEYS = {
    "user-agent": "user-agent",
    "useragent": "user-agent",
    "user agent": "user-agent",
    "allow": "allow",
    "disallow": "disallow",
    "dissallow": "disallow",
    "dissalow": "disallow",
    "disalow": "disallow",
    "diasllow": "disallow",
    "disallaw": "disallow",
    "crawl-delay": "crawl-delay",
}


@dataclass(frozen=True, slots=True)
class Robots:
    """One host's rules. `parsed` is None where everything is allowed; `closed` where nothing is, and then `why`."""

    parsed: Protego | None = None
    closed: bool = False
    why: str = ""

    def allows(self, url: str, agent: str = AGENT) -> bool:
        """Return True where `agent` may open `url`."""
        if self.closed:
            return False
        return self.parsed is None or bool(self.parsed.can_fetch(url, agent))

    def delay(self, agent: str = AGENT) -> float:
        """Seconds that the host wants between two pages, 0 where it does not say."""
        seconds = self.parsed.crawl_delay(agent) if self.parsed else None
        return max(0.0, float(seconds or 0.0))


def read_robots(body: bytes) -> Robots:
    """Rules from the bytes of a robots.txt; never raises, and lines that mean nothing are skipped."""
    text = _without_mark(body[:MAX_BYTES]).decode("utf-8", errors="replace")
    lines = [kept for line in _LINE.split(text) if (kept := _plain(line))]
    return Robots(parsed=Protego.parse("\n".join(lines)))


def _without_mark(body: bytes) -> bytes:
    """Return the bytes after a byte order mark; half a mark counts too, as in Google's parser."""
    for mark in (b"\xef\xbb\xbf", b"\xef\xbb", b"\xef"):
        if body.startswith(mark):
            return body[len(mark) :]
    return body


def _plain(line: str) -> str:
    """Return a line in the one spelling that the parser reads right, or "" where it is none of ours.

    `Sitemap:` and unknown lines go, for they must not end a group; an agent is its token up to the first other sign.
    """
    key, value = _split(line.split("#", 1)[0].strip())
    if key == "user-agent" and not value.startswith("*"):
        token = _TOKEN.match(value)
        value = token.group() if token else ""
    elif key == "user-agent":
        value = "*"
    return f"{key}: {value}" if key and (value or key != "user-agent") else ""


def _split(line: str) -> tuple[str, str]:
    """Key and value of a line; the colon may be missing."""
    if ":" in line:
        key, value = line.split(":", 1)
    else:
        key, _, value = line.partition(" ")
    return _KEYS.get(key.strip().casefold(), ""), value.strip()
