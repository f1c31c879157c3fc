"""Runs every site of the demo world in one thread: a port each, its own robots.txt, and 503 while it is down."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from listening.demo.sites.blogs import atom_blog, rss_blog
from listening.demo.sites.board import phpbb
from listening.demo.sites.subreddit import reddit
from listening.demo.sites.yard import discourse
from listening.demo.world import Site, World
from listening.errors import SettingsError
from listening.types import SourceConfig

HOST = "127.0.0.1"
START_SECONDS = 20.0
ROBOTS = "User-agent: *\nDisallow: /admin/\nDisallow: /ucp.php\n"
SECRETS: Mapping[str, str] = {"REDDIT_CLIENT_ID": "demo", "REDDIT_CLIENT_SECRET": "demo"}
KINDS: Mapping[str, Callable[[Site, World, Callable[[], datetime]], Starlette]] = {
    "discourse": discourse,
    "phpbb": phpbb,
    "reddit": reddit,
    "atom": atom_blog,
    "rss": rss_blog,
}
FEEDS: Mapping[str, str] = {"atom": "/feed.atom", "rss": "/feed.rss"}


class Sites:
    """The running sites. `urls` maps a source to its site's address, `secrets` holds the key of the Reddit-like API.

    Use as a context manager, or call `close`.
    """

    def __init__(self, world: World, port: int, now: datetime) -> None:
        self.world = world
        self.secrets = SECRETS
        self._now = now
        self._sockets = _sockets(len(world.sites), port)
        ports = [one.getsockname()[1] for one in self._sockets]
        self.urls = {site.source: f"http://{HOST}:{own}" for site, own in zip(world.sites, ports, strict=True)}
        apps = {own: self._app(site) for site, own in zip(world.sites, ports, strict=True)}
        settings = uvicorn.Config(
            _by_port(apps),
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(settings)
        self._thread = threading.Thread(target=self._server.run, args=(self._sockets,), name="demo-sites", daemon=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def set_now(self, now: datetime) -> None:
        """Turn the world's clock: from now on the sites show what stood there then."""
        self._now = now

    def now(self) -> datetime:
        """Return the world's clock."""
        return self._now

    def addresses(self) -> dict[str, tuple[str, str]]:
        """Return for each source the key of sources.toml that holds its address, and the address."""
        kinds = {site.source: site.kind for site in self.world.sites}
        return {
            name: ("base_url", url) if kinds[name] == "reddit" else ("url", url + FEEDS.get(kinds[name], "/"))
            for name, url in self.urls.items()
        }

    def configs(self, configs: Sequence[SourceConfig]) -> tuple[SourceConfig, ...]:
        """Return the sources that the operator has by now, with the addresses of the running sites filled in."""
        return tuple(self._filled(one) for one in configs if self.world.is_added(one.name, self._now))

    def start(self) -> None:
        """Serve until `close`. Raises SettingsError where the server does not come up."""
        self._thread.start()
        until = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > until:
                raise SettingsError("the demo's sites did not start", "look for another program on these ports")
            time.sleep(0.01)

    def close(self) -> None:
        """Stop serving."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        for one in self._sockets:
            one.close()

    def _filled(self, config: SourceConfig) -> SourceConfig:
        key, url = self.addresses()[config.name]
        if key == "url":
            return replace(config, url=url)
        return replace(config, options={**config.options, key: url})

    def _app(self, site: Site) -> ASGIApp:
        """Return the site's app behind its outages and its robots.txt."""
        app = KINDS[site.kind](site, self.world, self.now)
        down = PlainTextResponse("The site is down for maintenance.", status_code=503)
        robots = PlainTextResponse(ROBOTS)

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if self.world.is_down(site.source, self._now):
                await down(scope, receive, send)
            elif scope["path"] == "/robots.txt":
                await robots(scope, receive, send)
            else:
                await app(scope, receive, send)

        return answer


def serve(world: World, port: int = 0, now: datetime | None = None) -> Sites:
    """Serve the sites on loopback from `port` on (0: any free ones); the clock stands at `now` or the first night.

    Raises SettingsError where a port is taken.
    """
    sites = Sites(world, port, now or world.night_at(1))
    sites.start()
    return sites


def _by_port(apps: Mapping[int, ASGIApp]) -> ASGIApp:
    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        await apps[scope["server"][1]](scope, receive, send)

    return route


def _sockets(count: int, port: int) -> list[socket.socket]:
    """Return listening sockets on neighbouring ports, or on any free ones. Raises SettingsError."""
    made: list[socket.socket] = []
    for number in range(count):
        # said to be TCP in so many words: asyncio then sends at once, which saves 40 ms a page
        one = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        made.append(one)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((HOST, port + number if port else 0))
        except (OSError, OverflowError) as error:
            for opened in made:
                opened.close()
            raise SettingsError(f"port {port + number} cannot be used ({error})", "give another --port") from error
    return made
