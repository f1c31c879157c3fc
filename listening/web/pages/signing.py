"""Signing in and out, and which colours one wants."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from listening.errors import SignInRefused
from listening.journey import accounts, factor
from listening.settings import factor_key
from listening.store import reads
from listening.web.rendering import LOOK, LOOKS, go, local, render, set_cookie
from listening.web.visit import Here, Visit, cookie_name, seat_of

router = APIRouter()
YEAR = 365 * 24 * 3600


@router.get("/sign-in")
def sign_in_page(request: Request, visit: Here, next: str = "/") -> Response:  # noqa: A002 - the address bar's word
    """Ask who it is."""
    if visit.user:
        return go(request, local(next))
    return sign_in_form(request, visit, next=local(next))


def sign_in_form(request: Request, visit: Visit, *, next: str, refused: SignInRefused | None = None) -> Response:  # noqa: A002 - the address bar's word
    """Show the form, and what was wrong with the last try."""
    return render(
        request,
        "sign_in.html",
        title="Sign in",
        status=422 if refused else 200,
        next=next,
        wrong=_told(refused),
        nobody=not refused and not reads.people(visit.store),
        company=visit.settings.oidc.label if visit.settings.oidc.issuer else "",
    )


def _told(refused: SignInRefused | None) -> str:
    return f"{refused.thing[0].upper()}{refused.thing[1:]}: {refused.mend}." if refused else ""


@router.post("/sign-in")
def sign_in(
    request: Request,
    visit: Here,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002 - the same
) -> Response:
    """Let somebody in: a new session with a new secret, whatever the browser had before."""
    try:
        entry = accounts.sign_in(visit.store, visit.settings, name, password, seat=seat_of(request), now=visit.now)
    except SignInRefused as error:
        return sign_in_form(request, visit, next=local(next), refused=error)
    answer = go(request, f"/sign-in/code?next={quote(local(next), safe='')}" if entry.half else local(next))
    set_cookie(answer, visit, cookie_name(visit.settings), entry.secret)
    return answer


@router.get("/sign-in/code")
def code_page(request: Request, visit: Here, next: str = "/") -> Response:  # noqa: A002 - the address bar's word
    """Ask for the code of the second factor, after the password."""
    if visit.user:
        return go(request, local(next))
    if factor.waiting(visit.store, visit.cookie, now=visit.now) is None:
        return go(request, "/sign-in")
    return _code_form(request, next=local(next))


def _code_form(request: Request, *, next: str, refused: SignInRefused | None = None) -> Response:  # noqa: A002 - the same
    status = 422 if refused else 200
    return render(request, "sign_in_code.html", title="Your code", status=status, next=next, wrong=_told(refused))


@router.post("/sign-in/code")
def give_code(
    request: Request,
    visit: Here,
    code: Annotated[str, Form(max_length=100)] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002 - the same
) -> Response:
    """Let somebody in who gave the password before and now the code: again a new session with a new secret."""
    if factor.waiting(visit.store, visit.cookie, now=visit.now) is None:
        return go(request, "/sign-in", wrong="That took too long, or began in another browser: sign in again.")
    key, seat = factor_key(visit.settings), seat_of(request)
    try:
        secret = factor.finish(visit.store, visit.settings, key, visit.cookie, code, seat=seat, now=visit.now)
    except SignInRefused as error:
        return _code_form(request, next=local(next), refused=error)
    answer = go(request, local(next))
    set_cookie(answer, visit, cookie_name(visit.settings), secret)
    return answer


@router.post("/sign-out")
def sign_out(request: Request, visit: Here) -> Response:
    """End all sessions of this person."""
    accounts.sign_out(visit.store, visit.who, now=visit.now)
    answer = go(request, "/sign-in")
    answer.delete_cookie(cookie_name(visit.settings), path="/", secure=visit.settings.web.https, httponly=True)
    answer.headers["clear-site-data"] = '"cache", "storage"'  # what the browser kept of our pages goes too
    return answer


@router.post("/look")
def look(
    request: Request, visit: Here, look: Annotated[str, Form()] = LOOKS[0], back: Annotated[str, Form()] = "/"
) -> Response:
    """Keep which colours this browser wants."""
    answer = go(request, local(back))
    set_cookie(answer, visit, LOOK, look if look in LOOKS else LOOKS[0], seconds=YEAR)
    return answer
