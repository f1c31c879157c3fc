"""Signing in by the company's own sign-in: there and back."""

from __future__ import annotations

import base64
import hmac

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from listening.errors import NotFound, SignInRefused
from listening.journey import elsewhere
from listening.types import Identity
from listening.web import oidc
from listening.web.pages.signing import sign_in_form
from listening.web.rendering import go, local, set_cookie
from listening.web.visit import Here, Visit, address_of, cookie_name, seat_of

router = APIRouter()
PURPOSE = "oidc"


@router.get("/sign-in/company")
def go_there(request: Request, visit: Here, next: str = "/") -> Response:  # noqa: A002 - the address bar's word
    """Send somebody to the company's sign-in."""
    _must_be_on(visit)
    flow = oidc.new_flow(local(next), visit.now)
    try:
        url = oidc.way_there(visit.settings.oidc, _provider(visit), flow, _back(request, visit))
    except SignInRefused as error:
        return sign_in_form(request, visit, next=flow.next, refused=error)
    answer = RedirectResponse(url, status_code=303)
    set_cookie(answer, visit, _cookie(visit), _sealed(visit, flow.text()), seconds=oidc.FLOW_SECONDS)
    return answer


@router.get("/sign-in/company/back")
def come_back(
    request: Request, visit: Here, code: str = "", state: str = "", error: str = "", iss: str = ""
) -> Response:
    """Let somebody in whom the company's sign-in sent back: a new session with a new secret."""
    _must_be_on(visit)
    try:
        flow = oidc.read_flow(_opened(visit, request.cookies.get(_cookie(visit), "")), state, visit.now)
        who = _who(request, visit, flow, code=code, error=error, iss=iss)
        secret = elsewhere.sign_in_elsewhere(visit.store, visit.settings, who, seat=seat_of(request), now=visit.now)
    except SignInRefused as refused:
        answer = sign_in_form(request, visit, next="/", refused=refused)
    else:
        answer = go(request, local(flow.next))
        set_cookie(answer, visit, cookie_name(visit.settings), secret)
    answer.delete_cookie(_cookie(visit), path="/", secure=visit.settings.web.https, httponly=True, samesite="lax")
    return answer


def _who(request: Request, visit: Visit, flow: oidc.Flow, *, code: str, error: str, iss: str) -> Identity:
    """Return whom the provider names; what goes wrong there is kept in the audit."""
    try:
        if error or not code or iss not in ("", visit.settings.oidc.issuer):
            raise SignInRefused("the company's sign-in let nobody in", "try again")  # noqa: TRY301 - kept below
        back = _back(request, visit)
        return oidc.identify(visit.settings.oidc, _provider(visit), flow, code=code, back=back, now=visit.now)
    except SignInRefused as refused:
        address = address_of(request)
        elsewhere.refuse(visit.store, "", f"{refused.thing} (from {address})", address=address, now=visit.now)
        raise


def _must_be_on(visit: Visit) -> None:
    if not visit.settings.oidc.issuer:
        raise NotFound("the company's sign-in is not set up", "an operator sets [oidc] in listening.toml")


def _provider(visit: Visit) -> dict[str, object]:
    """Return what the provider says of itself, asked once a minute at most."""
    settings = visit.settings.oidc
    return visit.board.counted.get((PURPOSE, settings.issuer), visit.now, lambda: oidc.discover(settings))


def _back(request: Request, visit: Visit) -> str:
    base = visit.settings.alerts.base_url or str(request.base_url)
    return f"{base.rstrip('/')}/sign-in/company/back"


def _cookie(visit: Visit) -> str:
    return f"{cookie_name(visit.settings)}-{PURPOSE}"


def _sealed(visit: Visit, text: str) -> str:
    packed = base64.urlsafe_b64encode(text.encode()).decode()
    return f"{packed}.{visit.board.sign(PURPOSE, packed)}"


def _opened(visit: Visit, sealed: str) -> str:
    """Return what was sealed, "" where we did not seal it."""
    packed, _, signed = sealed.partition(".")
    if not packed or not hmac.compare_digest(signed.encode(), visit.board.sign(PURPOSE, packed).encode()):
        return ""
    return base64.urlsafe_b64decode(packed).decode()
