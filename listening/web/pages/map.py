"""The map at 8 a.m.: stages as columns, touchpoints below them, how people feel, and what hurts where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from listening import journey
from listening.outputs.charts import emotion_curve
from listening.store import reads
from listening.types import STATUSES, Cell, Lens, PointCard, Spot, StageMood
from listening.web.looking import PERIODS, SIDES, look
from listening.web.pages.inbox import names
from listening.web.rendering import render
from listening.web.visit import Here, Visit

router = APIRouter()
TOP = 3  # pain points in a cell; the rest is one click away
LOOSE = "No touchpoint"
WIDE = 1240.0  # of the curve, as of the columns below it: each stage is felt above its column


@dataclass(frozen=True, slots=True)
class Column:
    """A stage with its mood and its cells; the last cell holds what fits none of its touchpoints."""

    id: str
    name: str
    mood: StageMood | None
    cells: tuple[Cell, ...]
    owner: str


@router.get("/map")
def page(request: Request, visit: Here) -> Response:
    """Show the map through a lens."""
    looking = look(visit, request.query_params)
    moods = visit.count(reads.moods, visit.journey, looking.lens)
    lost = journey.lost(visit.store, visit.journey)
    columns = _columns(visit, looking.lens, moods)
    suggestions = reads.suggestions(visit.store, map_id=visit.journey.id)[:5]
    counts = reads.counts(visit.store) if not any(one.people for one in moods) else None
    return render(
        request,
        "map.html",
        title=visit.journey.name,
        looking=looking,
        columns=columns,
        moods=moods,
        curve=emotion_curve(moods, width=WIDE, left=0, right=0),
        lost=lost,
        counts=counts,
        suggestions=suggestions,
        told=reads.cards_of(visit.store, [one for each in suggestions for one in each.pain_points[:3]]),
        channels={one.id: one.channels for one in visit.journey.touchpoints},
        names=names(visit),
        periods=PERIODS,
        sides=SIDES,
        statuses=STATUSES,
        owners={one.id: one.name for one in visit.journey.owners},
        blind=sum(cell.state == "blind" for column in columns for cell in column.cells),
        cells=sum(len(column.cells) for column in columns),
    )


def _columns(visit: Visit, lens: Lens, moods: Sequence[StageMood]) -> list[Column]:
    by_cell = _told(visit, lens)
    cards = _cards(visit, lens, [one.id for spots in by_cell.values() for one in spots[:TOP]])
    voices, weeks = visit.count(reads.voices, lens), visit.count(reads.touchpoint_weeks, lens)

    def cell(touchpoint: str, name: str, spots: Sequence[Spot], owner: str = "") -> Cell:
        spoke, hurt = voices.get(touchpoint, (0, 0))
        state = "heard" if hurt or not touchpoint else "quiet" if spoke else "blind"
        shown = tuple(cards[one.id] for one in spots[:TOP] if one.id in cards)
        return Cell(
            *(touchpoint, name, state, hurt, spoke, weeks.get(touchpoint, ()), shown),
            owner=owner,
            more=len(spots) - len(shown),
        )

    columns = []
    for stage, mood in zip(visit.journey.stages, moods, strict=True):
        places = [one for one in visit.journey.touchpoints if one.stage == stage.id]
        cells = [cell(one.id, one.name, by_cell["", one.id], one.owner) for one in places]
        if loose := by_cell[stage.id, ""]:
            cells.append(cell("", LOOSE, loose))
        columns.append(Column(stage.id, stage.name, mood, tuple(cells), stage.owner))
    if nowhere := by_cell["none", ""]:
        columns.append(Column("none", "Fits no stage", None, (cell("", "In no part of the journey", nowhere),), ""))
    return columns


def _told(visit: Visit, lens: Lens) -> dict[tuple[str, str], list[Spot]]:
    """Return what was told in the lens by ("", touchpoint) or (stage, ""), those of most people first."""
    states = (lens.status,) if lens.status else reads.OPEN
    people = visit.count(reads.point_people, lens)
    homes = {one.id for one in visit.journey.touchpoints}
    found: dict[tuple[str, str], list[Spot]] = defaultdict(list)
    spots = reads.spots(visit.store, visit.journey.id, states=states, owner=lens.owner, persona=lens.persona)
    for one in sorted((one for one in spots if one.id in people), key=lambda one: (-people[one.id], one.id)):
        at_home = one.touchpoint in homes
        found["" if at_home else one.stage, one.touchpoint if at_home else ""].append(one)
    return found


def _cards(visit: Visit, lens: Lens, ids: Sequence[str]) -> dict[str, PointCard]:
    people, points = visit.count(reads.point_people, lens), reads.cards_of(visit.store, ids)
    news = reads.latest_news(visit.store, visit.journey.id, since=lens.since)
    return {
        one: PointCard(points[one], people[one], kind=news[one].kind if one in news else "")
        for one in ids
        if one in points
    }
