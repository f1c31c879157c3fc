"""Privacy: what is kept of people, for how long, and how somebody is forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from listening import journey
from listening.documents import pseudonym
from listening.errors import InputError
from listening.outputs.wording import count, forgotten
from listening.settings import pseudonym_key
from listening.store import reads
from listening.web.rendering import go, render
from listening.web.visit import Here, Visit

router = APIRouter()
Text = Annotated[str, Form(max_length=300)]


@router.get("/privacy")
def privacy(request: Request, visit: Here) -> Response:
    """Show what is kept, and for how long."""
    return _show(request, visit)


def _show(
    request: Request,
    visit: Visit,
    *,
    author: str = "",
    source: str = "",
    theirs: Mapping[str, int] | None = None,
    wrong: str = "",
) -> Response:
    return render(
        request,
        "privacy.html",
        title="Privacy",
        status=422 if wrong else 200,
        kept=reads.counts(visit.store),
        days=visit.settings.store.retention_days,
        sources=visit.settings.sources,
        author=author,
        source=source,
        theirs=theirs,
        wrong=wrong,
    )


@router.post("/privacy/look")
def look(request: Request, visit: Here, author: Text = "", source: Text = "") -> Response:
    """Say what is kept of an author before it is erased; the name is kept nowhere."""
    if not author.strip():
        return _show(request, visit, wrong="Whom? Write the name as the site shows it.")
    person = pseudonym(author.strip(), pseudonym_key(visit.settings))
    theirs = reads.posts_of_person(visit.store, person)
    wanted = {name: posts for name, posts in theirs.items() if source in ("", name)}
    visit.thing = source or "every source"
    return _show(request, visit, author=author.strip(), source=source, theirs=wanted)


@router.post("/privacy/erase")
def erase(request: Request, visit: Here, author: Text = "", source: Text = "") -> Response:
    """Forget an author for ever."""
    if not author.strip():
        raise InputError("no author was named", "write the name as the site shows it")
    key = pseudonym_key(visit.settings)
    gone = journey.erase(visit.store, author.strip(), source=source or None, key=key)
    told = forgotten(gone.documents, gone.signals, gone.quotes)
    visit.thing, visit.detail = source or "every source", told
    return go(request, "/privacy", said=f"Forgotten: {told}.")


@router.post("/privacy/retention")
def retention(request: Request, visit: Here) -> Response:
    """Drop what is older than the settings allow, now."""
    visit.detail = count(journey.retire_old(visit.store, visit.settings, now=visit.now), "post")
    return go(request, "/privacy", said=f"Too old, and gone: {visit.detail}.")
