"""People and roles: who may sign in, and what each may do."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from listening.errors import InputError, NotFound
from listening.journey import accounts, factor
from listening.store import reads
from listening.types import ROLES
from listening.web.rendering import go, render
from listening.web.visit import Here

router = APIRouter()
Text = Annotated[str, Form(max_length=300)]


@router.get("/people")
def people(request: Request, visit: Here) -> Response:
    """Show who may sign in."""
    return _show(request, visit)


def _show(request: Request, visit: Here, *, status: int = 200, wrong: str = "", **filled: str) -> Response:
    everybody = reads.people(visit.store)
    known = {one.owner for one in everybody if one.active}
    return render(
        request,
        "people.html",
        title="People and roles",
        status=status,
        people=everybody,
        without=[one for one in visit.journey.owners if one.id not in known],
        roles=ROLES,
        wrong=wrong,
        filled={"name": "", "email": "", "role": "viewer", "owner": "", **filled},
    )


@router.post("/people")
def add(
    request: Request,
    visit: Here,
    name: Text = "",
    password: Text = "",
    role: Text = "viewer",
    owner: Text = "",
    email: Text = "",
) -> Response:
    """Give somebody access."""
    try:
        user = accounts.add_user(
            visit.store,
            visit.journey,
            name,
            password or " ",  # too short: who signs in here needs one
            role=role,
            owner=owner,
            email=email,
            who=visit.who,
            now=visit.now,
        )
    except (InputError, NotFound) as error:
        told = f"{error.thing}: {error.mend}."
        return _show(request, visit, status=422, wrong=told, name=name, role=role, owner=owner, email=email)
    return go(request, "/people", said=f"{user.name} may sign in as {user.role}.")


@router.post("/people/{name}/role")
def change_role(request: Request, visit: Here, name: str, role: Text = "", owner: Text = "") -> Response:
    """Let somebody do more or less."""
    accounts.change_role(visit.store, visit.journey, name, role=role, owner=owner, who=visit.who, now=visit.now)
    return go(request, "/people", said=f"{name} is {role} now, and has to sign in again.")


@router.post("/people/{name}/password")
def set_password(request: Request, visit: Here, name: str, password: Text = "") -> Response:
    """Give somebody a new password."""
    accounts.set_password(visit.store, name, password, who=visit.who, now=visit.now)
    return go(request, "/people", said=f"{name} has a new password, and is signed out everywhere.")


@router.post("/people/{name}/disable")
def disable(request: Request, visit: Here, name: str) -> Response:
    """Take somebody's access away."""
    accounts.disable(visit.store, name, who=visit.who, now=visit.now)
    return go(request, "/people", said=f"{name} may not sign in any more.")


@router.post("/people/{name}/enable")
def enable(request: Request, visit: Here, name: str) -> Response:
    """Give the access back."""
    accounts.enable(visit.store, name, who=visit.who, now=visit.now)
    return go(request, "/people", said=f"{name} may sign in again.")


@router.post("/people/{name}/second-factor/off")
def switch_factor_off(request: Request, visit: Here, name: str) -> Response:
    """Take the second factor of somebody away who lost the phone."""
    factor.switch_off_for(visit.store, name, who=visit.who, now=visit.now)
    return go(request, "/people", said=f"{name} signs in with the password alone now, and is signed out everywhere.")
