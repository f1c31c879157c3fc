"""The invented world, for who wants to see what the board looks like when it is full."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from listening.web.demo_world import DemoState, Wish, wish
from listening.web.rendering import go, render
from listening.web.visit import Here

router = APIRouter()
AT_HOME = ("127.0.0.1", "localhost", "::1")


@router.get("/demo")
def page(request: Request, visit: Here) -> Response:
    """Say how far the invented world is, and where its board stands."""
    state = visit.board.demo.state() if visit.board.demo else None
    here = request.url.hostname or ""
    return render(
        request,
        "demo.html",
        title="The demo world",
        crumbs=[("Start", "/")],
        state=state,
        address=address(state, here) if state else "",
        far=here not in AT_HOME,
    )


@router.post("/demo")
def change(request: Request, visit: Here, wanted: Annotated[Wish, Form()] = "start") -> Response:
    """Start the invented world, or end it."""
    wish(visit.board.demo, wanted)
    return go(request, "/demo", said="The demo world has ended." if wanted == "end" else "")


def address(state: DemoState, here: str) -> str:
    """Return where a browser on this machine finds its board: by another name than ours, whose cookie it would take."""
    return f"http://{'localhost' if here == AT_HOME[0] else AT_HOME[0]}:{state.port}/"
