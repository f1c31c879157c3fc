"""The other journey maps: one more from a pasted text or a copy, and one whose file is gone put back."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from listening import journey
from listening.errors import InputError
from listening.settings import Settings
from listening.web.rendering import go
from listening.web.visit import MAP, Here, Visit

router = APIRouter()
Text = Annotated[str, Form()]
LARGEST = 200_000  # characters of a journey.toml


@router.post("/maps")
def add(request: Request, visit: Here, name: Text = "", text: Text = "") -> Response:
    """Add the map that a pasted journey.toml says, or a copy of the map in hand under another name."""
    if len(text) > LARGEST:
        raise InputError("a map of so many letters", f"keep it under {LARGEST}")
    if text.strip():
        pasted = text.replace("\r\n", "\n")
        made = journey.add_map(visit.store, visit.settings, pasted, who=visit.who, now=visit.now)
    elif name.strip():
        made = journey.copy_map(visit.store, visit.settings, name, who=visit.who, now=visit.now)
    else:
        raise InputError("a map without a name", "give the copy a name, or paste a journey.toml")
    return _there(request, visit, made, "is there. Say in sources.toml which sources feed it.")


@router.post("/maps/{map}/restore")
def restore(request: Request, visit: Here, map: str) -> Response:  # noqa: A002 - the path's word
    """Put back the file of a map that is lost."""
    made = journey.put_back(visit.store, visit.settings, map, who=visit.who, now=visit.now)
    return _there(request, visit, made, "is back, with its pain points.")


def _there(request: Request, visit: Visit, made: Settings, said: str) -> Response:
    visit.thing = made.journey.id
    visit.board.counted.clear()
    return go(request, f"/map/edit?{MAP}={quote(made.journey.id)}", said=f"The map {made.journey.name} {said}")
