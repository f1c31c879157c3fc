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
from listening.types import STATUSES, Cell, Lens, PointCard, StageMood
from listening.web.looking import PERIODS, SIDES, look
from listening.web.rendering import render
from listening.web.visit import Here, Visit

router = APIRouter()
TOP = 3  # pain points in a cell; the rest is one click away
LOOSE = "No touchpoint"


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
    moods = reads.moods(visit.store, visit.journey, looking.lens)
    lost = journey.lost(visit.store, visit.journey)
    columns = _columns(visit, looking.lens, moods)
    counts = reads.counts(visit.store) if not any(one.people for one in moods) else None
    return render(
        request,
        "map.html",
        title=visit.journey.name,
        looking=looking,
        columns=columns,
        moods=moods,
        curve=emotion_curve(moods),
        lost=lost,
        counts=counts,
        periods=PERIODS,
        sides=SIDES,
        statuses=STATUSES,
        owners={one.id: one.name for one in visit.journey.owners},
        blind=sum(cell.state == "blind" for column in columns for cell in column.cells),
        cells=sum(len(column.cells) for column in columns),
    )


def _columns(visit: Visit, lens: Lens, moods: Sequence[StageMood]) -> list[Column]:
    cards = _cards(visit, lens)
    voices, weeks = reads.voices(visit.store, lens), reads.touchpoint_weeks(visit.store, lens)
    homes = {one.id for one in visit.journey.touchpoints}
    by_cell: dict[tuple[str, str], list[PointCard]] = defaultdict(list)
    for card in cards:
        touchpoint = card.point.touchpoint if card.point.touchpoint in homes else ""
        by_cell["" if touchpoint else card.point.stage, touchpoint or ""].append(card)
    columns = []
    for stage, mood in zip(visit.journey.stages, moods, strict=True):
        cells = [
            _cell(one.id, one.name, voices.get(one.id), weeks.get(one.id, ()), by_cell["", one.id], one.owner)
            for one in visit.journey.touchpoints
            if one.stage == stage.id
        ]
        if loose := by_cell[stage.id, ""]:
            cells.append(Cell("", LOOSE, "heard", sum(card.people for card in loose), 0, (), tuple(loose)))
        columns.append(Column(stage.id, stage.name, mood, tuple(cells), stage.owner))
    if nowhere := by_cell["none", ""]:
        cell = Cell("", "In no part of the journey", "heard", sum(one.people for one in nowhere), 0, (), tuple(nowhere))
        columns.append(Column("none", "Fits no stage", None, (cell,), ""))
    return columns


def _cards(visit: Visit, lens: Lens) -> list[PointCard]:
    """Return the pain points that were told in the lens, those of most people first."""
    states = (lens.status,) if lens.status else reads.OPEN
    people = reads.point_people(visit.store, lens)
    news = reads.latest_news(visit.store, visit.journey.id, since=lens.since)
    points = reads.card_points(visit.store, visit.journey.id, states=states, owner=lens.owner)
    told = [one for one in points if people.get(one.id)]
    cards = [PointCard(one, people[one.id], kind=news[one.id].kind if one.id in news else "") for one in told]
    return sorted(cards, key=lambda card: (-card.people, card.point.id))


def _cell(
    touchpoint: str,
    name: str,
    voices: tuple[int, int] | None,
    weeks: tuple[int, ...],
    cards: Sequence[PointCard],
    owner: str,
) -> Cell:
    spoke, hurt = voices or (0, 0)
    state = "heard" if hurt else "quiet" if spoke else "blind"
    return Cell(touchpoint, name, state, hurt, spoke, weeks, tuple(cards), owner)
