"""Signing in and out, and which colours one wants."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from listening.errors import SignInRefused
from listening.journey import accounts
from listening.store import reads
from listening.web.rendering import LOOK, LOOKS, go, local, render, set_cookie
from listening.web.visit import Here, address_of, cookie_name

router = APIRouter()
YEAR = 365 * 24 * 3600


@router.get("/sign-in")
def sign_in_page(request: Request, visit: Here, next: str = "/") -> Response:  # noqa: A002 - the address bar's word
    """Ask who it is."""
    if visit.user:
        return go(request, local(next))
    return render(
        request, "sign_in.html", title="Sign in", next=local(next), wrong="", nobody=not reads.people(visit.store)
    )


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
        secret = accounts.sign_in(
            visit.store, visit.settings, name, password, address=address_of(request), now=visit.now
        )
    except SignInRefused as error:
        told = f"{error.thing[0].upper()}{error.thing[1:]}: {error.mend}."
        return render(request, "sign_in.html", title="Sign in", status=422, next=local(next), wrong=told, nobody=False)
    answer = go(request, local(next))
    set_cookie(answer, visit, cookie_name(visit.settings), secret)
    return answer


@router.post("/sign-out")
def sign_out(request: Request, visit: Here) -> Response:
    """End all sessions of this person."""
    accounts.sign_out(visit.store, visit.who, now=visit.now)
    answer = go(request, "/sign-in")
    answer.delete_cookie(cookie_name(visit.settings), path="/", secure=visit.settings.web.https, httponly=True)
    return answer


@router.post("/look")
def look(
    request: Request, visit: Here, look: Annotated[str, Form()] = LOOKS[0], back: Annotated[str, Form()] = "/"
) -> Response:
    """Keep which colours this browser wants."""
    answer = go(request, local(back))
    set_cookie(answer, visit, LOOK, look if look in LOOKS else LOOKS[0], seconds=YEAR)
    return answer
