"""Reddit's API with the operator's key: one request at a time, a hundred a minute at most, waiting where it says so.

PRAW waits for no 429 and gives up soon after a 5xx, so both are handled here, above it. Loaded only where a key is
set: PRAW takes a second.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import httpx
import praw
import requests
from praw.exceptions import PRAWException
from prawcore import exceptions as wrong
from requests.adapters import HTTPAdapter

from listening.errors import SourceBroken, SourceError, SourceRefused, SourceUnavailable
from listening.sources.calls import retry_after
from listening.sources.guard import allows
from listening.sources.reddit_ways import API, KEYS, SITE, Lost, reddit_agent
from listening.types import SourceConfig

log = logging.getLogger(__name__)

T = TypeVar("T")
Raw = Any  # PRAW publishes no types; what it gives leaves these files as Post only

CALLS_A_MINUTE = 100
WINDOW = 600.0  # Reddit counts over ten minutes: a longer wait is none for tonight
UNTOLD_WAIT = 60.0  # some 429s come without saying how long
FIRST_WAIT = 5.0  # seconds after a 5xx; doubles with each
UNAUTHORIZED, TIMED_OUT, TOO_MANY, SERVER_ERROR = 401, 408, 429, 500
_REFUSED = frozenset({400, UNAUTHORIZED, 403})
_ODD = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class Pace:
    """The turns at one address: one request at a time, and a pause from the start of one to the start of the next."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = 0.0

    @contextmanager
    def turn(self, pause: float, clock: Callable[[], float], sleep: Callable[[float], None]) -> Iterator[None]:
        """Wait for a turn and hold it."""
        with self._lock:
            wait = min(self._next - clock(), pause)
            if wait > 0:
                sleep(wait)
            self._next = clock() + pause
            yield

    def rest(self, seconds: float, sleep: Callable[[float], None]) -> None:
        """Let nobody ask for so long."""
        with self._lock:
            sleep(seconds)


_PACES: dict[str, Pace] = {}  # by address: the limit holds for all clients of this process together


class Wire:
    """A read-only client and the way to call it. Use as a context manager."""

    client: Raw

    def __init__(
        self,
        config: SourceConfig,
        secrets: Mapping[str, str],
        *,
        contact: str = "",
        base_url: str = "",
        tries: int = 3,
        timeout: float = 20.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self._config = config
        self._secrets = secrets
        self._contact = contact
        self._base = base_url.rstrip("/")
        self._tries = max(1, tries)
        self._timeout = timeout
        self._clock = clock
        self._sleep = sleep or time.sleep
        self._pace = _PACES.setdefault(self._base or API, Pace())

    def __enter__(self) -> Self:
        self._session = requests.Session()
        self._session.trust_env = False
        adapter = _Adapter(self._turn)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self.client = praw.Reddit(
            client_id=self._secrets[KEYS[0]],
            client_secret=self._secrets[KEYS[1]],
            user_agent=reddit_agent(self._secrets, self._contact),
            oauth_url=self._base or API,
            reddit_url=self._base or SITE,
            requestor_kwargs={"session": self._session, "timeout": self._timeout},
            check_for_updates=False,
            ratelimit_seconds=int(WINDOW),
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def _turn(self) -> Any:  # noqa: ANN401 -- a context manager of nothing
        return self._pace.turn(self._pause(), self._clock, self._sleep)

    def _pause(self) -> float:
        """Seconds from request to request; none only at the operator's own address with `gap = 0`."""
        address = urlsplit(self._base or API)
        port = address.port or (443 if address.scheme == "https" else 80)
        own = allows(address.hostname or "", port, self._config.allow_hosts)
        return 0.0 if own and self._config.gap == 0 else 60 / CALLS_A_MINUTE

    def call(self, ask: Callable[[], T], what: str) -> T:
        """Return what `ask` gives, after waiting and trying again where that may help; `ask` makes one request.

        `what` names the place for the operator. Raises Lost (this place only), SourceRefused (the key),
        SourceUnavailable, SourceBroken (no answer that PRAW can read).
        """
        trouble = ""
        for turn in range(self._tries):
            try:
                return ask()
            except (wrong.PrawcoreException, PRAWException, *_ODD) as error:
                wait = _wait(error, turn)
                if wait is None:
                    raise _translated(error, what) from error
                if wait > WINDOW:
                    told = f"Reddit asks us to wait {wait:.0f} s"
                    raise SourceUnavailable(told, "it is tried again next night") from error
                trouble = _said(error)
                log.info("reddit.again", extra={"try": turn + 1, "trouble": trouble})
                if turn + 1 < self._tries or isinstance(error, wrong.TooManyRequests):
                    self._pace.rest(wait, self._sleep)
        told = f"Reddit did not answer ({trouble}, {self._tries} tries)"
        raise SourceUnavailable(told, "it is tried again next night")


class _Adapter(HTTPAdapter):
    """Sends each request in its turn, and mends headers at which prawcore would stumble."""

    def __init__(self, turn: Callable[[], Any]) -> None:
        super().__init__()
        self._turn = turn

    def send(self, request: requests.PreparedRequest, *args: Any, **named: Any) -> requests.Response:  # noqa: ANN401 -- as requests has it
        """Return the whole answer, so that one request is over before the next begins."""
        with self._turn():
            response = super().send(request, *args, **named)
            _ = response.content
        headers = response.headers
        if "retry-after" in headers:  # prawcore takes numbers only, but a date is allowed too
            seconds = retry_after(httpx.Headers(list(headers.items())), time.time())
            headers.pop("retry-after")
            if seconds:
                headers["retry-after"] = str(seconds)
        headers.pop("www-authenticate", None)  # prawcore knows two of its values and breaks at the others
        if response.status_code == UNAUTHORIZED:
            headers["www-authenticate"] = 'Bearer error="invalid_token"'
        if response.is_redirect is False and 300 <= response.status_code < 400:  # noqa: PLR2004 -- redirects to nowhere
            headers.setdefault("location", "/")
        return response


def _status(error: Exception) -> int:
    return int(getattr(getattr(error, "response", None), "status_code", 0))


def _said(error: Exception) -> str:
    """Return what went wrong, without addresses, which may hold words."""
    status = _status(error)
    return f"status {status}" if status else type(getattr(error, "original_exception", error)).__name__


def _wait(error: Exception, turn: int) -> float | None:
    """Seconds after which trying again may help; None where it cannot."""
    status = _status(error)
    if status == TOO_MANY:
        told = getattr(error, "response").headers.get("retry-after")  # noqa: B009 -- not every error has one
        return float(told or UNTOLD_WAIT)
    passing = status >= SERVER_ERROR or status == TIMED_OUT
    return FIRST_WAIT * 2**turn if passing or isinstance(error, wrong.RequestException) else None


def _translated(error: Exception, what: str) -> SourceError:
    """Return what a failure means that waiting does not mend."""
    place = (wrong.BadRequest, wrong.Forbidden, wrong.InsufficientScope, wrong.NotFound, wrong.Redirect)
    if isinstance(error, (*place, wrong.UnavailableForLegalReasons)):
        return Lost(f"{what} cannot be read ({type(error).__name__})", "check its name, or take it out")
    if isinstance(error, wrong.OAuthException | wrong.InvalidToken) or _status(error) in _REFUSED:
        return SourceRefused(f"Reddit refuses the key ({_said(error)})", f"check {KEYS[0]} and {KEYS[1]}")
    return SourceBroken(
        f"Reddit's answer for {what} cannot be read ({type(error).__name__})", "report this if it stays"
    )
