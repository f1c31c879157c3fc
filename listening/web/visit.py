"""Who asks, for what, and may they: the one gate that every page and every call of a program goes through."""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, TypeVar, cast
from urllib.parse import urlsplit

from fastapi import BackgroundTasks, Depends, Path, Request
from starlette.datastructures import FormData

from listening.errors import ListeningError, NotAllowed, NotFound
from listening.journey import accounts, factor, keep_audit
from listening.outputs.text import one_line
from listening.pipeline import ids_of
from listening.settings import Settings
from listening.store import Store, reads
from listening.types import AuditLine, JourneyMap, Seat, Session, User
from listening.web.access import SAFE, Rule, may, owners_of, rule_of
from listening.web.counting import Counted
from listening.web.demo_world import DemoWorld
from listening.web.pace import Pace

API = "/api/v1"
NOBODY = "nobody is signed in", "sign in first"
NO_KEY = "no key that is known and not over", "send one from Password and keys as `Authorization: Bearer lst_...`"
T = TypeVar("T")
TOKEN_FIELD, TOKEN_HEADER = "csrf", "x-csrf-token"
MAP, MAP_COOKIE = "map", "listening-map"


class SignInFirst(NotAllowed):
    """Nobody is signed in."""

    id = "sign-in-first"


class SetUpFirst(NotAllowed):
    """The house demands a second factor, and this person has none yet."""

    id = "set-up-first"


class Forged(NotAllowed):
    """A form that did not come from one of our pages."""

    id = "forged"


class TooOften(ListeningError):
    """More was asked in a minute than one may."""

    id = "too-often"

    def __init__(self, seconds: float) -> None:
        super().__init__("you asked too often", "wait a little, and try again")
        self.seconds = max(1, math.ceil(seconds))


@dataclass(frozen=True, slots=True)
class Board:
    """What the whole board shares: the store, the settings as they are now, the key of its forms, and the clock."""

    store: Store
    read_settings: Callable[[], Settings]
    secret: bytes
    clock: Callable[[], datetime]
    counted: Counted = field(default_factory=Counted)
    pace: Pace = field(default_factory=Pace)
    demo: DemoWorld | None = None

    def sign(self, purpose: str, text: str) -> str:
        """Return a signature that only this board can make."""
        return hmac.new(self.secret, f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()


@dataclass(slots=True)
class Visit:
    """One request: who asks, when, and what is at hand. `cookie` is the browser's secret, new where it had none."""

    board: Board
    settings: Settings
    now: datetime
    rule: Rule
    cookie: str
    session: Session | None = None
    user: User | None = None
    thing: str = ""  # for the audit: what was changed, and how
    detail: str = ""

    @property
    def store(self) -> Store:
        """The store as the map in hand hears it."""
        return self.board.store.hearing(self.settings.ears)

    @property
    def journey(self) -> JourneyMap:
        """The map in hand."""
        return self.settings.journey

    def count(self, what: Callable[..., T], *asked: Hashable) -> T:
        """Return what a read of the store counts, minutes old at most; `asked` are its arguments after the store."""
        return self.board.counted.get(
            (what.__name__, self.journey.id, *asked), self.now, lambda: what(self.store, *asked)
        )

    @property
    def who(self) -> str:
        """Return the name for history and audit."""
        return self.user.name if self.user else ""

    @property
    def csrf(self) -> str:
        """Return the token that every form of this browser carries."""
        return self.board.sign("form", self.cookie)

    def may(self, method: str, path: str, thing: str = "") -> bool:
        """Say whether the person may use a route (by its declared path); ask it before a button is shown.

        With `thing` an owner is asked about that one; without it whether anything of theirs could be changed there.
        """
        rule = rule_of(method, path)
        if rule is None or (self.held and not rule.early):
            return False
        mine = self.mine()
        owners = owners_of(self.store, self.journey, rule.own, thing) if rule.own and thing else mine
        return may(rule, self.user, mine=mine, owners=owners)

    @property
    def held(self) -> bool:
        """True for who has to set a second factor up before anything else."""
        return self.session is not None and factor.demanded(self.settings, self.session)

    def own(self, kind: str, thing: str) -> bool:
        """Say whether the person may change this one: editors all, owners what is theirs."""
        if self.user is None or self.user.role == "viewer":
            return False
        if self.user.role != "owner":
            return True
        home = _home(self, thing) if kind == "point" else None
        hand = self.settings.on(home) if home in {one.id for one in self.settings.maps} else self.settings
        mine = ids_of(hand, self.user.owner)
        return not mine.isdisjoint(owners_of(self.store, hand.journey, kind, thing))

    def must_own(self, kind: str, *things: str) -> None:
        """Refuse where one of these is not theirs to change; for forms that name several. Raises `NotAllowed`."""
        for thing in things:
            if not self.own(kind, thing):
                raise NotAllowed(f"{thing} is not yours to change", "ask its owner or an editor")

    def mine(self) -> frozenset[str]:
        """Return by which ids the person owns on the map in hand."""
        return ids_of(self.settings, self.user.owner) if self.user else frozenset()


def address_of(request: Request) -> str:
    """Return from where somebody asks; behind proxies of ours it is who asked them."""
    return request.client.host if request.client else ""


def seat_of(request: Request) -> Seat:
    """Return from where somebody signs in."""
    return Seat(address_of(request), one_line(request.headers.get("user-agent", ""), 300))


def cookie_name(settings: Settings) -> str:
    """Return the cookie's name: under https one that no other host and no plain page can set."""
    return "__Host-listening" if settings.web.https else "listening"


async def read_form(request: Request) -> FormData | None:
    """Read what a form sent, once; None where nothing was sent as a form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method in SAFE or kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return None
    return await request.form()


def enter(request: Request, later: BackgroundTasks, form: Annotated[FormData | None, Depends(read_form)]) -> None:
    """Let a request in or refuse it: who is it, is the route declared for them, is the form ours.

    Raises `SignInFirst`, `SetUpFirst`, `NotAllowed`, `Forged` or `TooOften`.
    """
    board: Board = request.app.state.board
    path = cast("str", request.scope["route"].path)
    rule = rule_of(request.method, path)
    if rule is None:
        raise NotAllowed(f"{request.method} {path} is not declared", "add its row to web/access.py")
    settings, now = board.read_settings(), board.clock()
    visit = Visit(board, settings, now, rule, request.cookies.get(cookie_name(settings), ""))
    request.state.visit = visit
    in_api = path.startswith(API)
    _by_key(request, visit) if in_api else _by_cookie(visit, later)
    _slow_down(request, visit)
    if visit.user is not None:
        put_in_hand(request, visit, form)
    _allow(request, visit)
    if request.method not in SAFE and not in_api:
        check_form(request, visit, form)


def put_in_hand(request: Request, visit: Visit, form: FormData | None) -> None:
    """Put a map in hand: the pain point's own, the one that the form or the address names, or the last one chosen.

    Raises `NotFound` where it is none; a pain point of a map whose file is gone can be looked at, not changed.
    """
    settings, known = visit.settings, {one.id for one in visit.settings.maps}
    asked = str((form.get(MAP) if form else "") or request.query_params.get(MAP, ""))
    last = request.cookies.get(MAP_COOKIE, "")
    point = str(request.path_params.get("point", "") or request.query_params.get("point", ""))
    if (home := _home(visit, point)) is not None:
        if home not in known and request.method not in SAFE:
            raise NotFound(f"the map {home!r} has no file any more", "ask an admin to put it back: Map, Edit the map")
        asked = home if home in known else ""
    if asked:
        visit.settings = settings.on(asked)
    elif last in known and not request.scope["path"].startswith(API):
        visit.settings = settings.on(last)


def _home(visit: Visit, point: str) -> str | None:
    """Return the map of a pain point, None where there is no such one."""
    found = reads.points_by_id(visit.board.store, [point]) if point else []
    return found[0].map if found else None


def _by_key(request: Request, visit: Visit) -> None:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and secret:
        visit.user = accounts.token_user(visit.store, secret.strip(), now=visit.now)


def _by_cookie(visit: Visit, later: BackgroundTasks) -> None:
    if visit.cookie:
        visit.session = accounts.signed_in(visit.store, visit.settings, visit.cookie, now=visit.now)
    if visit.session is None:
        visit.cookie = visit.cookie or secrets.token_urlsafe(32)
        return
    visit.user = visit.session.user
    later.add_task(accounts.stay, visit.store, visit.session, visit.cookie, now=visit.now)


def _slow_down(request: Request, visit: Visit) -> None:
    """Count the call by its person, else by its address; what is heavy counts apart as well. Raises `TooOften`."""
    who, web = visit.who or f"from {address_of(request)}", visit.settings.web
    wait = visit.board.pace.wait(who, web.calls_per_minute, visit.now)
    if not wait and visit.rule.heavy:
        wait = visit.board.pace.wait((who, "heavy"), web.heavy_per_minute, visit.now)
    if wait:
        raise TooOften(wait)


def _allow(request: Request, visit: Visit) -> None:
    rule = visit.rule
    thing = str(request.path_params.get(rule.own, "")) if rule.own else ""
    owners = owners_of(visit.store, visit.journey, rule.own, thing) if rule.own else ()
    if may(rule, visit.user, mine=visit.mine(), owners=owners):
        if visit.held and not rule.early and "anonymous" not in rule.roles:
            raise SetUpFirst("a second factor is asked for here", "set it up first, under your account")
        return
    if visit.user is None:
        raise SignInFirst(*(NO_KEY if request.url.path.startswith(API) else NOBODY))
    raise NotAllowed("this is not yours to see or change", f"your role is {visit.user.role}; ask an admin or its owner")


def check_form(request: Request, visit: Visit, form: FormData | None) -> None:
    """Refuse what does not come from one of our pages. Raises `Forged`."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Forged("this form comes from another site", "open the board itself and try again")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forged("this form comes from another site", "open the board itself and try again")
    given = request.headers.get(TOKEN_HEADER) or (form.get(TOKEN_FIELD) if form else "") or ""
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), visit.csrf.encode()):
        raise Forged("this form is too old", "load the page again and send it once more")


def keep_line(visit: Visit, path_params: dict[str, object], *, via: str) -> None:
    """Keep in the audit what the route's row says that it does."""
    if visit.rule.noted:
        thing = visit.thing or " ".join(str(value) for value in path_params.values())
        keep_audit(visit.store, AuditLine(visit.now, visit.who, visit.rule.noted, thing, visit.detail, via))


def visit_of(request: Request) -> Visit:
    """Return the visit of a request that came in."""
    return cast("Visit", request.state.visit)


Here = Annotated[Visit, Depends(visit_of)]
Number = Annotated[int, Path(ge=0, le=2**31 - 1)]  # more than a database's whole number holds would break it
