"""One's own second factor: set up with an authenticator app, new recovery codes, switched off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from markupsafe import Markup

from listening.errors import InputError, ListeningError, NotFound, SignInRefused
from listening.journey import codes, factor
from listening.settings import factor_key
from listening.store import reads
from listening.types import Session
from listening.web.rendering import go, render
from listening.web.visit import Here, Visit, address_of

router = APIRouter()
Secret = Annotated[str, Form(max_length=300)]
Code = Annotated[str, Form(max_length=100)]
MODULE, QUIET = 5, 4  # pixels of one dot of the QR code, dots of the white around it


@router.get("/account/second-factor")
def second_factor(request: Request, visit: Here) -> Response:
    """Show whether one has a second factor, and what to do with it."""
    return _show(request, visit)


def _show(
    request: Request,
    visit: Visit,
    *,
    refused: ListeningError | None = None,
    setting_up: bool = False,
    fresh: Sequence[str] = (),
) -> Response:
    """Show the page; while one is `setting_up` with the QR code, and the `fresh` recovery codes once."""
    user = reads.person(visit.store, visit.who)
    secret = factor.begun(visit.store, factor_key(visit.settings), visit.who, now=visit.now) if setting_up else ""
    return render(
        request,
        "second_factor.html",
        title="Second factor",
        status=422 if refused else 200,
        crumbs=[] if visit.held else [("Password and keys", "/account")],
        since=user.second_factor,
        left=factor.codes_left(visit.store, visit.who),
        has_password=bool(reads.password_hash(visit.store, visit.who)),
        demanded=visit.settings.web.second_factor in ("all", f"{user.role}s"),
        secret=secret,
        picture=_picture(codes.app_address(secret, visit.who)) if secret else "",
        fresh=fresh,
        wrong=f"{refused.thing[0].upper()}{refused.thing[1:]}: {refused.mend}." if refused else "",
    )


def _picture(address: str) -> Markup:
    """Return a QR code as SVG that needs no style of its own: dark on white in either look."""
    drawn = segno.make(address, error="m").svg_inline(
        scale=MODULE, border=QUIET, dark="#000", light="#fff", svgclass="qr"
    )
    return Markup(drawn)  # noqa: S704 - drawn by segno of dots only, no word of anybody's is in it


def _session(visit: Visit) -> Session:
    assert visit.session is not None  # noqa: S101 - the table lets in whom a session names
    return visit.session


@router.post("/account/second-factor")
def begin(request: Request, visit: Here, password: Secret = "") -> Response:
    """Make a secret for the app and show it, after the password."""
    key, address = factor_key(visit.settings), address_of(request)
    try:
        factor.begin(visit.store, key, visit.who, password, address=address, now=visit.now)
    except (InputError, SignInRefused) as error:
        return _show(request, visit, refused=error)
    return _show(request, visit, setting_up=True)


@router.post("/account/second-factor/confirm")
def confirm(request: Request, visit: Here, code: Code = "") -> Response:
    """Let it count after one right code, and show the recovery codes, this once."""
    key, address = factor_key(visit.settings), address_of(request)
    try:
        fresh = factor.confirm(visit.store, key, _session(visit), code, address=address, now=visit.now)
    except (InputError, SignInRefused) as error:
        return _show(request, visit, refused=error, setting_up=True)
    return _show(request, visit, fresh=fresh)


@router.post("/account/second-factor/codes")
def renew_codes(request: Request, visit: Here, password: Secret = "", code: Code = "") -> Response:
    """Make ten new recovery codes and show them, this once; the old ones are good no more."""
    key, address = factor_key(visit.settings), address_of(request)
    try:
        fresh = factor.renew_codes(visit.store, key, visit.who, password, code, address=address, now=visit.now)
    except SignInRefused as error:
        return _show(request, visit, refused=error)
    return _show(request, visit, fresh=fresh)


@router.post("/account/second-factor/off")
def switch_off(request: Request, visit: Here, password: Secret = "", code: Code = "") -> Response:
    """Go on with the password alone, or begin anew with another phone."""
    key, address = factor_key(visit.settings), address_of(request)
    try:
        factor.switch_off(visit.store, key, _session(visit), password, code, address=address, now=visit.now)
    except (NotFound, SignInRefused) as error:
        return _show(request, visit, refused=error)
    return go(request, "/account/second-factor", said="Your second factor is off.")
