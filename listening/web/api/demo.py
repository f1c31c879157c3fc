"""The invented world, for programs."""

from __future__ import annotations

from listening.web.api import sent, shapes
from listening.web.demo_world import DemoState, wish
from listening.web.visit import Here

router = shapes.calls(tag="demo")


@router.get("/demo")
def state(visit: Here) -> DemoState:
    """Say how far the demo world is, and the port, name and password of its board on this board's machine."""
    return visit.board.demo.state() if visit.board.demo else DemoState("off")


@router.post("/demo")
def change(visit: Here, given: sent.DemoWish) -> shapes.Done:
    """Start the demo world, or end it."""
    wish(visit.board.demo, given.wanted)
    return shapes.Done(done=True)
