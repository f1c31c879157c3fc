"""Who may sign in, what was done, and forgetting people, for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from listening import journey
from listening.documents import pseudonym
from listening.journey import accounts, factor
from listening.outputs import wording
from listening.settings import pseudonym_key
from listening.store import reads
from listening.types import AuditLine, User
from listening.web.api import sent, shapes
from listening.web.visit import Here

router = shapes.calls(tag="people")
VIA = "api"


@router.get("/people")
def list_people(visit: Here) -> list[User]:
    """List who may sign in, and as what."""
    return reads.people(visit.store)


@router.post("/people", status_code=201)
def add(visit: Here, given: sent.Person) -> User:
    """Give somebody access."""
    return accounts.add_user(
        visit.store,
        visit.journey,
        given.name,
        given.password or " ",  # too short: who signs in here needs one
        role=given.role,
        owner=given.owner,
        email=given.email,
        who=visit.who,
        now=visit.now,
        via=VIA,
    )


@router.post("/people/{name}/role")
def change_role(visit: Here, name: str, given: sent.Role) -> User:
    """Let somebody do more or less; they have to sign in again."""
    accounts.change_role(
        visit.store, visit.journey, name, role=given.role, owner=given.owner, who=visit.who, now=visit.now, via=VIA
    )
    return reads.person(visit.store, name)


@router.post("/people/{name}/password")
def set_password(visit: Here, name: str, given: sent.Password) -> shapes.Done:
    """Give somebody a new password; they are signed out everywhere."""
    accounts.set_password(visit.store, name, given.password, who=visit.who, now=visit.now, via=VIA)
    return shapes.Done(done=True)


@router.post("/people/{name}/disable")
def disable(visit: Here, name: str) -> User:
    """Take somebody's access away."""
    accounts.disable(visit.store, name, who=visit.who, now=visit.now, via=VIA)
    return reads.person(visit.store, name)


@router.post("/people/{name}/enable")
def enable(visit: Here, name: str) -> User:
    """Give the access back."""
    accounts.enable(visit.store, name, who=visit.who, now=visit.now, via=VIA)
    return reads.person(visit.store, name)


@router.post("/people/{name}/second-factor/off")
def switch_factor_off(visit: Here, name: str) -> User:
    """Take the second factor of somebody away who lost the phone; they are signed out everywhere."""
    factor.switch_off_for(visit.store, name, who=visit.who, now=visit.now, via=VIA)
    return reads.person(visit.store, name)


@router.get("/audit")
def audit(
    visit: Here,
    who: Annotated[str, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> list[AuditLine]:
    """List who did what, the newest first."""
    return reads.audit(visit.store, who=who, limit=limit, offset=offset)[0]


@router.post("/privacy/look")
def look_for(visit: Here, given: sent.Author) -> dict[str, int]:
    """Count what is kept of an author, by source, before it is erased; the name is kept nowhere."""
    theirs = reads.posts_of_person(visit.store, pseudonym(given.author, pseudonym_key(visit.settings)))
    visit.thing = given.source or "every source"
    return {name: posts for name, posts in theirs.items() if given.source in {"", name}}


@router.post("/privacy/erase")
def erase(visit: Here, given: sent.Author) -> shapes.Done:
    """Forget an author for ever; the name is kept nowhere."""
    gone = journey.erase(visit.store, given.author, source=given.source or None, key=pseudonym_key(visit.settings))
    told = wording.forgotten(gone.documents, gone.signals, gone.quotes)
    visit.thing, visit.detail = given.source or "every source", told
    return shapes.Done(done=True, said=told)


@router.post("/privacy/retention")
def retention(visit: Here) -> shapes.Done:
    """Drop what is older than the settings allow, now."""
    visit.detail = wording.count(journey.retire_old(visit.store, visit.settings, now=visit.now), "post")
    return shapes.Done(done=True, said=visit.detail)
