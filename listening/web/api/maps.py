"""The journey maps for programs: which there are, one more, and one whose file is gone put back."""

from __future__ import annotations

from dataclasses import dataclass

from listening import journey
from listening.settings import Settings
from listening.store import reads
from listening.web.api import sent, shapes
from listening.web.visit import Here, Visit

router = shapes.calls(tag="map")


@dataclass(frozen=True, slots=True)
class MapRow:
    """A journey map; `sources` feed it. `lost` where its file is gone: its pain points wait until it is put back."""

    id: str
    name: str
    sources: list[str]
    pain_points: int
    lost: bool = False


@router.get("/maps")
def maps(visit: Here) -> list[MapRow]:
    """List the maps, the first first, and those whose file is gone."""
    counts = reads.points_by_map(visit.store)
    hands = [visit.settings.on(one.id) for one in visit.settings.maps]
    rows = [
        MapRow(one.journey.id, one.journey.name, [s.name for s in one.heard], counts.get(one.journey.id, 0))
        for one in hands
    ]
    gone = journey.lost_maps(visit.store, visit.settings)
    return rows + [MapRow(one.id, one.name, [], one.pain_points, lost=True) for one in gone]


@router.post("/maps")
def add(visit: Here, given: sent.MapText) -> shapes.Done:
    """Add the map that a journey.toml says; say in sources.toml which sources feed it."""
    return _there(
        visit,
        journey.add_map(visit.store, visit.settings, given.text, who=visit.who, now=visit.now, note=given.note),
    )


@router.post("/maps/{map}/restore")
def restore(visit: Here, map: str) -> shapes.Done:  # noqa: A002 - the path's word
    """Put back the file of a map that is lost, as it was last kept."""
    return _there(visit, journey.put_back(visit.store, visit.settings, map, who=visit.who, now=visit.now))


def _there(visit: Visit, made: Settings) -> shapes.Done:
    visit.thing = made.journey.id
    visit.board.counted.clear()
    return shapes.Done(done=True, id=made.journey.id)
