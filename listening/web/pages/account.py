"""One's own account: the password, and keys for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from listening.errors import InputError, SignInRefused
from listening.journey import accounts
from listening.store import reads
from listening.web.rendering import go, render
from listening.web.visit import Here, address_of

router = APIRouter()


@router.get("/account")
def account(request: Request, visit: Here) -> Response:
    """Show who one is here, and one's keys."""
    return _show(request, visit)


def _show(request: Request, visit: Here, *, status: int = 200, wrong: str = "", secret: str = "") -> Response:
    keys = reads.tokens(visit.store, visit.who)
    places = reads.sessions_of(visit.store, visit.who)
    title = "Password and keys"
    return render(
        request, "account.html", title=title, status=status, keys=keys, places_in=places, wrong=wrong, secret=secret
    )


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
