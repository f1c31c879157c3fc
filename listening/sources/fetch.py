"""The only door to the web: polite (robots, pauses, waiting when told), thrifty (only what changed), and safe.

Every request waits for its host's turn (`hosts`), obeys its robots.txt (`robots`), connects to public addresses only
(`guard`), and never holds more than `max_bytes` of a page (`inflate`). Redirects are followed by hand, so each step
passes the same checks.
"""

from __future__ import annotations

import email.utils
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import httpx

from listening.errors import SourceBroken, SourceRefused, SourceUnavailable
from listening.sources.guard import GuardedBackend, GuardedTransport, allows
from listening.sources.hosts import MAX_TOLD_OFF, Hosts
from listening.sources.inflate import CutOff, inflate
from listening.sources.manners import Manners, user_agent
from listening.sources.robots import Robots, read_robots
from listening.types import Validator

log = logging.getLogger(__name__)

MAX_REDIRECTS = 10
MAX_ROBOTS_REDIRECTS = 5
LONGEST_DELAY = 300.0  # a host that wants a longer pause between pages does not want us
PUBLIC_GAP = 1.0  # the shortest pause on any host that the operator did not allow by name
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
_NETWORK = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError, CutOff)


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


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)


class Fetcher:
    """Opens pages for one source. Use as a context manager. Waiting, clocks and the network may be given by tests.

    `wall` gives seconds since 1970, for Retry-After dates only.
    """

    def __init__(
        self,
        manners: Manners,
        hosts: Hosts,
        *,
        wall: Callable[[], float] = time.time,
        backend: GuardedBackend | None = None,
    ) -> None:
        self._manners = manners
        self._hosts = hosts
        self._wall = wall
        self._backend = backend or GuardedBackend(manners.allow_hosts)
        self._client: httpx.Client | None = None

    def __enter__(self) -> Self:
        self._client = httpx.Client(
            transport=GuardedTransport(self._backend),
            trust_env=False,
            headers={"User-Agent": user_agent(self._manners.contact), "Accept-Encoding": "gzip, deflate"},
            timeout=httpx.Timeout(self._manners.read_timeout, connect=self._manners.connect_timeout),
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            self._client.close()

    def get(self, url: str, *, validator: Validator | None = None, accept: str = "*/*") -> Page:
        """Return the page at `url`, redirects followed; with a `validator`, 304 when it did not change.

        Raises SourceRefused (robots, login, guard), PageGone (404, 410), SourceBroken (other 4xx, too large),
        SourceUnavailable (5xx, network, told to wait).
        """
        headers = {"Accept": accept} | _conditions(validator)
        target = _checked(url)
        for _ in range(MAX_REDIRECTS + 1):
            self._obey(target)
            answer = self._ask(target, headers)
            if answer.status not in _REDIRECTS or "location" not in answer.headers:
                return self._page(url, target, answer)
            target = _checked(urljoin(str(target), answer.headers["location"]))
        raise SourceBroken(f"{url} redirects more than {MAX_REDIRECTS} times", "give the address where it ends")

    def _page(self, asked: str, target: httpx.URL, answer: _Answer) -> Page:
        """Return a good answer as a page; a bad one as the error it means."""
        status, headers = answer.status, answer.headers
        if status in (404, 410):
            raise PageGone(f"{target} is not there (status {status})", "check the address")
        if status in (401, 402, 403, 407, 451):
            raise SourceRefused(f"{target} may not be read (status {status})", "it may need a login or forbid crawlers")
        if status != httpx.codes.NOT_MODIFIED and not 200 <= status < 300:  # noqa: PLR2004 -- the 2xx statuses
            raise SourceBroken(f"{target} answered with status {status}", "open it in a browser to see why")
        known = Validator(asked, headers.get("etag"), headers.get("last-modified"))
        return Page(
            str(target),
            status,
            answer.body,
            headers.get("content-type", ""),
            known if known.etag or known.last_modified else None,
        )

    # --- robots.txt

    def _obey(self, target: httpx.URL) -> None:
        """Raise where the host's robots.txt says no, or could not be read."""
        robots = self._robots(target)
        if robots.closed:
            raise SourceUnavailable(
                f"{_netloc(target)} gave no robots.txt: {robots.why}", "nothing is read there tonight"
            )
        if not robots.allows(str(target)):
            raise SourceRefused(
                f"robots.txt of {_netloc(target)} forbids {target}", "leave this source out, or ask its owner"
            )
        if robots.delay() > LONGEST_DELAY:
            raise SourceRefused(
                f"{_netloc(target)} wants {robots.delay():.0f} s between pages", "ask its owner for an API"
            )

    def _robots(self, target: httpx.URL) -> Robots:
        """Return the rules of the target's host, read once a night."""
        host = self._hosts.of(_netloc(target))
        origin = f"{target.scheme}://{_netloc(target)}"
        if origin not in host.robots:
            host.robots[origin] = self._read_robots(httpx.URL(f"{origin}/robots.txt"))
        return host.robots[origin]

    def _read_robots(self, target: httpx.URL) -> Robots:
        """4xx allows everything, 5xx and a silent network forbid everything (RFC 9309)."""
        for _ in range(MAX_ROBOTS_REDIRECTS + 1):
            try:
                answer = self._ask(target, {"Accept": "text/plain"})
            except SourceUnavailable as error:
                return Robots(closed=True, why=error.thing)
            except SourceBroken as error:
                log.info("robots.txt of %s is unreadable: %s", _netloc(target), error.id)
                return Robots()
            if answer.status not in _REDIRECTS or "location" not in answer.headers:
                break
            target = _checked(urljoin(str(target), answer.headers["location"]))
        else:
            return Robots()
        return read_robots(answer.body) if answer.status == httpx.codes.OK else Robots()

    # --- one request, with its tries

    def _ask(self, target: httpx.URL, headers: Mapping[str, str]) -> _Answer:
        """Return an answer that is not a passing trouble, after a few tries. Raises SourceUnavailable."""
        trouble = ""
        for turn in range(self._manners.tries):
            wait = self._manners.retry_wait * 2**turn
            try:
                answer = self._once(target, headers)
            except _NETWORK as error:
                trouble = _said(error)
            else:
                if answer.status not in _PASSING:
                    return answer
                trouble = f"status {answer.status}"
                wait = max(wait, self._told_to_wait(target, answer))
            log.info("try %d at %s failed: %s", turn + 1, _netloc(target), trouble)
            if turn + 1 < self._manners.tries:
                self._hosts.hold(_netloc(target), wait)
        self._hosts.check(_netloc(target))
        raise SourceUnavailable(
            f"{target} did not answer ({trouble}, {self._manners.tries} tries)", "tried again next night"
        )

    def _told_to_wait(self, target: httpx.URL, answer: _Answer) -> float:
        """Seconds that the host asks for. After three 429s, or too long a wait, it is left for tonight."""
        netloc = _netloc(target)
        host = self._hosts.of(netloc)
        seconds = _retry_after(answer.headers, self._wall())
        if answer.status == httpx.codes.TOO_MANY_REQUESTS:
            host.told_off += 1
        if host.told_off >= MAX_TOLD_OFF:
            host.left = f"it said {host.told_off} times that we ask too often (429)"
        elif seconds > self._manners.longest_wait:
            host.left = f"it asked us to wait {seconds:.0f} s"
        if seconds:
            self._hosts.hold(netloc, seconds)
        return seconds

    def _once(self, target: httpx.URL, headers: Mapping[str, str]) -> _Answer:
        """One request in the host's turn."""
        if self._client is None:
            raise RuntimeError("the fetcher is used outside its `with` block")
        with self._hosts.turn(_netloc(target), self._gap(target)):
            self._backend.begin(self._manners.total_timeout)
            request = self._client.build_request("GET", target, headers=dict(headers))
            response = self._client.send(request, stream=True)
            try:
                body = self._body(response)
            finally:
                response.close()
            return _Answer(response.status_code, response.headers, body)

    def _body(self, response: httpx.Response) -> bytes:
        """Return the unpacked body; none where the status says that it does not matter."""
        if not response.is_success:
            return b""
        return inflate(response.iter_raw(65_536), response.headers.get("content-encoding", ""), self._manners.max_bytes)

    def _gap(self, target: httpx.URL) -> float:
        """Seconds to leave after a request: the host's wish, ours, and never none on a public host."""
        host = self._hosts.of(_netloc(target))
        known = host.robots.get(f"{target.scheme}://{_netloc(target)}")
        own = allows(target.host, target.port or _default_port(target), self._manners.allow_hosts)
        return max(known.delay() if known else 0.0, self._manners.gap, 0.0 if own else PUBLIC_GAP)


def _checked(url: str) -> httpx.URL:
    """Return a URL that we may ask for: http or https, with a host, without a password in it."""
    try:
        parsed = httpx.URL(url.strip()).copy_with(fragment=None, userinfo=b"")
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        raise SourceBroken(f"{url[:200]!r} is no web address", "check the link") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise SourceRefused(f"{url[:200]!r} does not lead to the web", "only http and https are followed")
    return parsed


def _default_port(url: httpx.URL) -> int:
    return 443 if url.scheme == "https" else 80


def _netloc(url: httpx.URL) -> str:
    return url.netloc.decode("ascii")


def _conditions(validator: Validator | None) -> dict[str, str]:
    """Return the headers that ask "changed since?", byte for byte as the server gave them."""
    if validator is None:
        return {}
    given = {"If-None-Match": validator.etag, "If-Modified-Since": validator.last_modified}
    return {name: value for name, value in given.items() if value}


def _retry_after(headers: httpx.Headers, now: float) -> float:
    """Seconds from a Retry-After header, given as seconds or as a date; 0 where there is none or it is unreadable."""
    value = headers.get("retry-after", "").strip()
    if value.isdigit():
        return float(value)
    try:
        until = email.utils.parsedate_to_datetime(value).timestamp()
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return max(0.0, until - now)


def _said(error: Exception) -> str:
    """Return what went wrong on the way, in a word or two."""
    if isinstance(error, httpx.TimeoutException):
        return "time-out"
    if isinstance(error, CutOff | httpx.RemoteProtocolError):
        return "the answer broke off"
    return str(error) or "no connection"
