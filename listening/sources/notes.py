"""Says what a site's robots.txt wants of us, in sentences that an operator reads in the list of sources."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from listening.sources.hosts import tonight
from listening.sources.robots import Robots
from listening.types import SourceConfig


def robots_notes(config: SourceConfig, now: datetime) -> tuple[str, ...]:
    """Return a sentence for each robots.txt that was read for this source in the night that began at `now`."""
    boards = config.options.get("boards", ())
    urls = (config.url, *(boards if isinstance(boards, tuple) else ()))
    hosts = sorted({urlsplit(url).netloc.rpartition("@")[2] for url in urls if "//" in url})
    read = [robots for host in hosts for robots, _ in tonight(now).of(host).robots.values()]
    return tuple(dict.fromkeys(_sentence(robots) for robots in read if robots is not None))


def _sentence(robots: Robots) -> str:
    if robots.closed:
        return f"robots.txt could not be read ({robots.why}), so nothing is"
    if not robots.groups:
        return "robots.txt sets no rules"
    delay = robots.delay()
    return f"robots.txt is obeyed, with {delay:g} s between pages" if delay else "robots.txt is obeyed"
