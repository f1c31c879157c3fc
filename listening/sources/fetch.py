"""The only door to the web: polite (robots, pauses, waiting when told), thrifty (only what changed), and safe.

Every request waits for its host's turn (`calls`, `hosts`), obeys its robots.txt (`robots`), connects to public
addresses only (`guard`), and never holds more than `max_bytes` of a page (`inflate`). Redirects are followed by hand,
so each step passes the same checks.
"""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import httpx

from listening.errors import SourceBroken, SourceRefused, SourceUnavailable
from listening.sources.calls import Answer, Ask, Caller
from listening.sources.guard import GuardedBackend
from listening.sources.hosts import Hosts
from listening.sources.manners import Manners
from listening.sources.pages import refusal_on
from listening.sources.robots import MAX_BYTES, Robots, read_robots
from listening.types import Validator

MAX_REDIRECTS = 10
MAX_ROBOTS_REDIRECTS = 5
ROBOTS_LIVE = 86_400.0  # seconds after which robots.txt is read anew (RFC 9309)
MAX_PORT = 65_535
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[?[0-9A-Fa-f:.%]+\]?")
LONGEST_DELAY = 300.0  # a host that wants a longer pause between pages does not want us


class PageGone(SourceBroken):
    """The page is not there (404, 410)."""

    id = "page-gone"


@dataclass(frozen=True, slots=True)
class Page:
    """What a server gave for a URL: `url` after redirects, the unpacked body, and how to ask "changed since?"."""

    url: str
    status: int
    body: bytes
    content_type: str = ""
    validator: Validator | None = None

    @property
    def unchanged(self) -> bool:
        """True where the server said that nothing changed (304); then there is no body."""
        return self.status == httpx.codes.NOT_MODIFIED


class Fetcher:
    """Opens pages for one source. Use as a context manager. Waiting, clocks and the network may be given by tests.

    `wall` gives seconds since 1970, for Retry-After dates only; `tls` says which certificates are trusted.
    """

    def __init__(
        self,
        manners: Manners,
        hosts: Hosts,
        *,
        wall: Callable[[], float] = time.time,
        backend: GuardedBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._manners = manners
        self._hosts = hosts
        self._wall = wall
        self._backend = backend or GuardedBackend(manners.allow_hosts)
        self._tls = tls
        self._caller: Caller | None = None

    def __enter__(self) -> Self:
        self._caller = Caller(self._manners, self._hosts, wall=self._wall, backend=self._backend, tls=self._tls)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._caller is not None:
            self._caller.close()
            self._caller = None

    def get(
        self,
        url: str,
        *,
        validator: Validator | None = None,
        accept: str = "*/*",
        secret: Mapping[str, str] | None = None,
    ) -> Page:
        """Return the page at `url`, redirects followed; with a `validator`, 304 when it did not change.

        `secret` are headers that only the asked host may see, such as a key. Raises SourceRefused (robots, login,
        guard, certificate), PageGone (404, 410), SourceBroken (other 4xx, too large), SourceUnavailable (5xx,
        network, told to wait).
        """
        target = first = _checked(url)
        headers = {"Accept": accept} | _conditions(validator)
        for _ in range(MAX_REDIRECTS + 1):
            known = secret if secret and _origin(target) == _origin(first) else {}
            answer = self._ask(Ask(target, headers | dict(known), delay=self._obeyed(target).delay()))
            if answer.location is None:
                return _page(url, target, answer)
            target = _checked(answer.location, target)
        raise SourceBroken(f"{url} redirects more than {MAX_REDIRECTS} times", "give the address where it ends")

    def _ask(self, ask: Ask) -> Answer:
        if self._caller is None:
            raise RuntimeError("the fetcher is used outside its `with` block")
        return self._caller.ask(ask)

    # --- robots.txt

    def _obeyed(self, target: httpx.URL) -> Robots:
        """Return the rules of the target's host. Raises where they forbid the target, or could not be read."""
        robots, host = self._robots(target), _netloc(target)
        if robots.closed:
            raise SourceUnavailable(f"{host} gave no robots.txt: {robots.why}", "nothing is read there tonight")
        if not robots.allows(str(target)):
            raise SourceRefused(f"robots.txt of {host} forbids {target}", "leave this source out, or ask its owner")
        if robots.delay() > LONGEST_DELAY:
            raise SourceRefused(f"{host} wants {robots.delay():.0f} s between pages", "ask its owner for an API")
        return robots

    def _robots(self, target: httpx.URL) -> Robots:
        """Return the rules of the target's host, read once a day whoever asks."""
        host, origin = self._hosts.of(_netloc(target)), _origin(target)
        with host.lock:
            robots, read_at = host.robots.get(origin, (None, 0.0))
            if robots is None or self._hosts.clock() - read_at >= ROBOTS_LIVE:
                robots = self._read_robots(httpx.URL(f"{origin}/robots.txt"))
                host.robots[origin] = (robots, self._hosts.clock())
            return robots

    def _read_robots(self, target: httpx.URL) -> Robots:
        """4xx allows everything; 5xx, a silent network and what cannot be unpacked forbid everything (RFC 9309)."""
        for _ in range(MAX_ROBOTS_REDIRECTS + 1):
            try:
                answer = self._ask(Ask(target, {"Accept": "text/plain, */*;q=0.5"}, limit=MAX_BYTES + 1))
            except (SourceUnavailable, SourceBroken) as error:
                return Robots(closed=True, why=error.thing)
            if answer.status >= httpx.codes.INTERNAL_SERVER_ERROR:
                return Robots(closed=True, why=f"status {answer.status}")
            if answer.location is None:
                return read_robots(answer.body) if answer.status == httpx.codes.OK else Robots()
            target = _checked(answer.location, target)
        return Robots()


# by which a wall before a site says that it asks for a person: Cloudflare's, Amazon's
_CHALLENGE_HEADERS = ("cf-mitigated", "x-amzn-waf-action")


def _page(asked: str, target: httpx.URL, answer: Answer) -> Page:
    """Return a good answer as a page; a bad one as the error it means."""
    status = answer.status
    if status in (404, 410):
        raise PageGone(f"{target} is not there (status {status})", "check the address")
    if any(answer.headers.get(name) for name in _CHALLENGE_HEADERS):
        raise SourceRefused(
            f"{target} wants proof that a person reads it: a captcha page (status {status})", "ask its owner for an API"
        )
    kept_out = refusal_on(answer.body) if answer.body and not 200 <= status < 300 else None  # noqa: PLR2004 -- 2xx
    if kept_out is not None:
        raise SourceRefused(f"{target} shows {kept_out.shown} (status {status})", kept_out.mend)
    if status in (401, 402, 403, 407, 451):
        raise SourceRefused(f"{target} may not be read (status {status})", "it may need a login or forbid crawlers")
    if status != httpx.codes.NOT_MODIFIED and not 200 <= status < 300:  # noqa: PLR2004 -- the 2xx statuses
        raise SourceBroken(f"{target} answered with status {status}", "open it in a browser to see why")
    known = Validator(asked, answer.exactly("etag"), answer.exactly("last-modified"))
    kept = known if known.etag or known.last_modified else None
    return Page(str(target), status, answer.body, answer.headers.get("content-type", ""), kept)


def _checked(url: str, base: httpx.URL | None = None) -> httpx.URL:
    """Return a URL that we may ask for: http or https, with a host, without a password in it."""
    try:
        whole = urljoin(str(base), url.strip()) if base else url.strip()
        if not whole.casefold().startswith(("http://", "https://")):
            raise SourceRefused(f"{url[:200]!r} does not lead to the web", "only http and https are followed")
        parsed = httpx.URL(whole).copy_with(fragment=None, userinfo=b"")
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        raise SourceBroken(f"{url[:200]!r} is no web address", "check the link") from error
    # a port beyond the last one would be taken modulo 65,536, and so pass by the guard's list
    port = 80 if parsed.port is None else parsed.port
    if not _HOST.fullmatch(parsed.raw_host.decode("ascii")) or not 0 < port <= MAX_PORT:
        raise SourceBroken(f"{url[:200]!r} is no web address", "check the link")
    return parsed


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{_netloc(url)}"


def _netloc(url: httpx.URL) -> str:
    return url.netloc.decode("ascii")


def _conditions(validator: Validator | None) -> dict[str, str]:
    """Return the headers that ask "changed since?", byte for byte as the server gave them."""
    if validator is None:
        return {}
    given = {"If-None-Match": validator.etag, "If-Modified-Since": validator.last_modified}
    return {name: value for name, value in given.items() if value}
