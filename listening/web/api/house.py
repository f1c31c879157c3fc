"""The map and the counts, for programs."""

from __future__ import annotations

from listening.store import Counts, reads
from listening.types import JourneyMap, User
from listening.web.api import shapes
from listening.web.visit import Here

router = shapes.calls(tag="map")


@router.get("/map")
def journey_map(visit: Here) -> JourneyMap:
    """Show the map: stages in order, touchpoints, personas and owners."""
    return visit.journey


@router.get("/counts")
def counts(visit: Here) -> Counts:
    """Count what is stored."""
    return reads.counts(visit.store)


@router.get("/me")
def me(visit: Here) -> User:
    """Say whose key this is."""
    return reads.person(visit.store, visit.who)
