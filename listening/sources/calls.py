"""One request to a web server in its host's turn, with its tries: waits when told to, and gives up in time."""

from __future__ import annotations

import email.utils
import logging
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC

import httpx

from listening.errors import SourceBroken, SourceRefused, SourceUnavailable, why_unreachable
from listening.sources.guard import GuardedBackend, GuardedTransport, allows
from listening.sources.hosts import MAX_SILENT, MAX_TOLD_OFF, Host, HostLeft, Hosts
from listening.sources.inflate import ACCEPTED, CutOff, inflate
from listening.sources.manners import Manners, user_agent
from listening.sources.pages import refusal_on

log = logging.getLogger(__name__)

SHORT = 65_536  # bytes of an error page that are cheaper to read than a new connection
PUBLIC_GAP = 1.0  # the shortest pause on any host that the operator did not allow by name
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NETWORK = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError, CutOff)
_TELLING = frozenset({401, 402, 403, 405, 406, 418, 451, 503})  # statuses whose page may say what keeps us out
_SAID = 65_536  # bytes of it
_SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")


class Unsafe(SourceRefused):
    """The server's certificate or its encryption is not one to trust."""

    id = "unsafe-connection"


class VisitOver(HostLeft):
    """All pages of one night took too long together."""

    id = "visit-over"
    permanent = True  # for tonight: the next night goes on from the cursor


@dataclass(frozen=True, slots=True)
class Ask:
    """What to ask for. `delay` is the pause that the host's robots.txt wants; `limit` cuts a body, None refuses it."""

    target: httpx.URL
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    delay: float = 0.0
    limit: int | None = None

    @property
    def netloc(self) -> str:
        """The host and port that is asked."""
        return self.target.netloc.decode("ascii")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: its headers as they came, and the unpacked body where the status is 2xx.

    Of a status that keeps us out the body is the first part of what it says, "" where that cannot be unpacked.
    """

    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)

    def exactly(self, name: str) -> str | None:
        """Return a header's bytes as letters (Latin-1), the first where it came twice, to be sent back as they were."""
        wanted = name.encode("ascii")
        return next((value.decode("latin-1") for key, value in self.headers.raw if key.lower() == wanted), None)

    @property
    def location(self) -> str | None:
        """Where a redirect leads; None where this is none."""
        return self.headers.get("location") if self.status in _REDIRECTS else None


class Caller:
    """Asks servers, one request at a time. `wall` gives seconds since 1970, for Retry-After dates only."""

    def __init__(
        self,
        manners: Manners,
        hosts: Hosts,
        *,
        wall: Callable[[], float],
        backend: GuardedBackend,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._manners = manners
        self._hosts = hosts
        self._wall = wall
        self._backend = backend
        self._until = hosts.clock() + manners.visit_timeout
        # the transport and no client: a client reads redirects by itself, and stumbles over bad ones
        self._transport = GuardedTransport(backend, tls)
        self._cookies = httpx.Cookies()  # of this visit: without them some forums send us in circles
        self._headers = {"User-Agent": user_agent(manners.contact), "Accept-Encoding": ACCEPTED}
        self._timeout = httpx.Timeout(manners.read_timeout, connect=manners.connect_timeout).as_dict()

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def ask(self, ask: Ask) -> Answer:
        """Return an answer that is no passing trouble, after a few tries.

        Raises SourceUnavailable (HostLeft, VisitOver), Unsafe, SourceRefused (guard), SourceBroken (too large,
        unreadable).
        """
        trouble, tries, patience = "", 0, self._manners.total_timeout
        while tries < self._manners.tries and patience > 0:
            if tries:
                self._hosts.hold(ask.netloc, self._manners.retry_wait * 2 ** (tries - 1))
            tries += 1
            try:
                answer = self._once(ask, patience)
            except _NETWORK as error:
                _refuse_unsafe(ask, error)
                trouble = _said(error)
            else:
                if answer.status not in _PASSING or _is_challenge(answer):
                    return answer
                trouble = f"status {answer.status}"
            log.info("try %d at %s failed: %s", tries, ask.netloc, trouble)
            self._hosts.check(ask.netloc)
            patience = self._backend.left_over()
        raise SourceUnavailable(f"{ask.target} did not answer ({trouble}, {tries} tries)", "tried again next night")

    def _once(self, ask: Ask, patience: float) -> Answer:
        """One request in the host's turn. What it teaches about the host is kept before the next one's turn."""
        with self._hosts.turn(ask.netloc, self._gap(ask)) as host:
            if self._hosts.clock() >= self._until:
                raise VisitOver("this visit took too long", "the next night goes on; visit_minutes may be raised")
            began, well = self._hosts.clock(), False
            self._backend.begin(patience)
            try:
                answer = self._answer(ask, host)
                well = answer.status < 300  # noqa: PLR2004 -- 2xx
            except httpx.TransportError:
                host.silent += 1
                if host.silent >= MAX_SILENT:
                    host.left = f"it gave no answer {host.silent} times in a row"
                raise
            finally:
                self._hosts.took(ask.netloc, self._hosts.clock() - began, well=well)
        return answer

    def _answer(self, ask: Ask, host: Host) -> Answer:
        # as bytes, for a validator may hold any; httpx would take letters beyond ASCII for a mistake
        headers = [(name.encode(), value.encode("latin-1")) for name, value in (self._headers | ask.headers).items()]
        request = httpx.Request("GET", ask.target, headers=headers, extensions={"timeout": self._timeout})
        self._cookies.set_cookie_header(request)
        response = self._transport.handle_request(request)
        response.request = request
        try:
            self._cookies.extract_cookies(response)
            host.silent = 0
            self._heed(ask, host, response)
            body = self._body(ask, response) if response.is_success else self._said_no(response)
        finally:
            response.close()
        return Answer(response.status_code, response.headers, body)

    def _body(self, ask: Ask, response: httpx.Response) -> bytes:
        chunks: Iterator[bytes] = response.iter_raw(65_536)
        packed = response.headers.get("content-encoding", "")
        limit = self._manners.max_bytes if ask.limit is None else ask.limit
        return inflate(chunks, packed, limit, cut=ask.limit is not None)

    def _said_no(self, response: httpx.Response) -> bytes:
        """Return what a status that keeps us out says, as far as it matters; what cannot be unpacked says nothing."""
        if response.status_code not in _TELLING or "html" not in response.headers.get("content-type", ""):
            return _skipped(response)
        with suppress(SourceBroken, CutOff, httpx.TransportError):
            return inflate(response.iter_raw(65_536), response.headers.get("content-encoding", ""), _SAID, cut=True)
        return b""

    def _heed(self, ask: Ask, host: Host, response: httpx.Response) -> None:
        """Wait as long as the host asks. After three 429s, or too long a wait, it is left for tonight."""
        seconds = 0.0 if response.is_success else retry_after(response.headers, self._wall())
        host.told_off += response.status_code == httpx.codes.TOO_MANY_REQUESTS
        if host.told_off >= MAX_TOLD_OFF:
            host.left = f"it said {host.told_off} times that we ask too often (429)"
        elif seconds > self._manners.longest_wait:
            host.left = f"it asked us to wait {seconds:.0f} s"
        if seconds:
            self._hosts.hold(ask.netloc, seconds)

    def _gap(self, ask: Ask) -> float:
        """Seconds between two requests: the host's wish, ours, and never none on a public host."""
        port = ask.target.port or (443 if ask.target.scheme == "https" else 80)
        own = allows(ask.target.host, port, self._manners.allow_hosts)
        return max(ask.delay, self._manners.gap, 0.0 if own else PUBLIC_GAP)


def _is_challenge(answer: Answer) -> bool:
    """Return True for a 503 by which what stands before a site asks for a person: trying again cannot help."""
    found = refusal_on(answer.body) if answer.status == httpx.codes.SERVICE_UNAVAILABLE and answer.body else None
    return found is not None and found.name == "captcha page"


def _skipped(response: httpx.Response) -> bytes:
    """Read past a short body that does not matter, so that the connection can be used again. Returns nothing."""
    length = response.headers.get("content-length", "")
    if response.status_code == httpx.codes.NOT_MODIFIED or (length.isdigit() and int(length) <= SHORT):
        with suppress(httpx.TransportError):
            for _ in response.iter_raw():
                pass
    return b""


def retry_after(headers: httpx.Headers, now: float) -> float:
    """Seconds from a Retry-After header, given as seconds or as a date; 0 where there is none or it is unreadable.

    A date is measured by the server's own clock too, if it tells: of two clocks that differ, the longer wait counts.
    """
    value = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    until = _moment(value)
    if until is None:
        return 0.0
    theirs = _moment(headers.get("date", ""))
    return max(0.0, until - now, until - (now if theirs is None else theirs))


def _moment(value: str) -> float | None:
    """Seconds since 1970 of a date as HTTP writes it; one without a zone is in UTC."""
    try:
        found = email.utils.parsedate_to_datetime(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _refuse_unsafe(ask: Ask, error: BaseException) -> None:
    """Raise Unsafe where the connection failed for its certificate or encryption: trying again cannot help."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            why = getattr(cause, "verify_message", "") or (cause.reason or "").replace("_", " ").lower()
            raise Unsafe(f"{ask.netloc} cannot be trusted: {why or 'no safe connection'}", "ask its owner to mend it")
        cause = cause.__cause__ or cause.__context__


def _said(error: Exception) -> str:
    """Return what went wrong on the way, in a word or two."""
    if isinstance(error, CutOff | httpx.RemoteProtocolError):
        return "the answer broke off"
    if isinstance(error, httpx.TimeoutException):
        return f"time-out: {error}"
    return why_unreachable(error)
