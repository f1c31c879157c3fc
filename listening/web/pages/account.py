"""One's own account: the password, and keys for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from listening.errors import InputError, NotFound, SignInRefused
from listening.journey import accounts
from listening.store import reads
from listening.web.agents import browser_of
from listening.web.rendering import go, render
from listening.web.visit import Here, address_of

router = APIRouter()


@router.get("/account")
def account(request: Request, visit: Here) -> Response:
    """Show who one is here, and one's keys."""
    return _show(request, visit)


def _show(request: Request, visit: Here, *, status: int = 200, wrong: str = "", secret: str = "") -> Response:
    keys = reads.tokens(visit.store, visit.who)
    return render(
        request,
        "account.html",
        title="Password and keys",
        status=status,
        keys=keys,
        seats=accounts.places(visit.store, visit.settings, visit.who, now=visit.now),
        here=visit.session.id if visit.session else "",
        has_password=bool(reads.password_hash(visit.store, visit.who)),
        browser_of=browser_of,
        wrong=wrong,
        secret=secret,
    )


@router.post("/account/sessions/end")
def end_session(
    request: Request,
    visit: Here,
    session: Annotated[str, Form(max_length=100)],
    password: Annotated[str, Form()] = "",
) -> Response:
    """Sign oneself out at one place."""
    assert visit.session is not None  # noqa: S101 - the table lets in whom a session names
    address = address_of(request)
    try:
        accounts.end_session(visit.store, visit.session, session, password, address=address, now=visit.now)
    except (NotFound, SignInRefused) as error:
        return _show(request, visit, status=422, wrong=f"{error.thing}: {error.mend}.")
    return go(request, "/account", said="You are signed out there.")


@router.post("/account/password")
def change_password(
    request: Request,
    visit: Here,
    old: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Change one's own password; everywhere one has to sign in anew."""
    if new != again:
        return _show(request, visit, status=422, wrong="The two new passwords are not the same.")
    try:
        accounts.change_password(visit.store, visit.who, old, new, address=address_of(request), now=visit.now)
    except (InputError, SignInRefused) as error:
        return _show(request, visit, status=422, wrong=f"{error.thing}: {error.mend}.")
    return go(request, "/sign-in", said="Your password is changed. Sign in with the new one.")


@router.post("/account/keys")
def make_key(
    request: Request,
    visit: Here,
    label: Annotated[str, Form()] = "",
    days: Annotated[int, Form(ge=1, le=accounts.LONGEST_KEY)] = 90,
) -> Response:
    """Make a key and show its secret, this once."""
    try:
        _, secret = accounts.make_token(visit.store, visit.who, label, days=days, now=visit.now)
    except InputError as error:
        return _show(request, visit, status=422, wrong=f"{error.thing}: {error.mend}.")
    return _show(request, visit, secret=secret)


@router.post("/account/keys/{key}/drop")
def drop_key(request: Request, visit: Here, key: str) -> Response:
    """Take one of one's own keys back."""
    accounts.drop_token(visit.store, visit.who, key, who=visit.who, now=visit.now)
    return go(request, "/account", said="The key works no more.")
