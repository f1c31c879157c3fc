"""Where one comes in: the map, or on a first visit what to do first."""

from __future__ import annotations

import sys
from shlex import quote
from shutil import which

from fastapi import APIRouter, Request
from fastapi.responses import Response

from listening.store import reads
from listening.web.access import rule_of
from listening.web.rendering import go, render
from listening.web.visit import Here

router = APIRouter()


@router.get("/")
def start(request: Request, visit: Here) -> Response:
    """Go to the map; where nothing was read yet, say what to do first."""
    counts = reads.counts(visit.store)
    if counts.documents and rule_of("GET", "/map"):
        return go(request, "/map")
    return render(request, "start.html", title="Good morning", counts=counts, program=program())


def program() -> str:
    """Return how the command line is called on this machine: by its name where the shell finds it, else in full."""
    return "listening" if which("listening") else f"{quote(sys.executable)} -m listening"
