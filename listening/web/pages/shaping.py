"""The shape of the map on the board: its name and cadence, the order of its stages, and what of it goes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from listening import journey
from listening.web.pages.inbox import names
from listening.web.pages.mapping import Text, changed, farewell
from listening.web.visit import Here

router = APIRouter()


@router.post("/map/about")
def describe(
    request: Request,
    visit: Here,
    name: Text = "",
    review_months: Annotated[int, Form(ge=1, le=24)] = 3,
    fallback_owner: Text = "",
) -> Response:
    """Say what the map is called, how often it is reviewed, and who hears of what nobody owns."""
    said = {"name": name, "review_months": review_months, "fallback_owner": fallback_owner}
    journey.describe_map(visit.store, visit.settings, **said, who=visit.who, now=visit.now)  # type: ignore[arg-type]  # as named
    return changed(request, visit, "Kept.")


@router.post("/map/stages/{stage}/shift")
def shift(request: Request, visit: Here, stage: str, by: Annotated[int, Form(ge=-50, le=50)] = 1) -> Response:
    """Move a stage to the right, or to the left where `by` is negative."""
    journey.shift_stage(visit.store, visit.settings, stage, by=by, who=visit.who, now=visit.now)
    return changed(request, visit, f"Moved {names(visit).get(stage, stage)}.")


@router.post("/map/stages/{stage}/remove")
def remove_stage(request: Request, visit: Here, stage: str, to: Text = "") -> Response:
    """Take a stage without touchpoints off the map; its pain points go where somebody says, or wait."""
    told = farewell(visit, stage, to)
    journey.wipe_stage(visit.store, visit.settings, stage, home=to, who=visit.who, now=visit.now)
    return changed(request, visit, told)


@router.post("/map/owners/{owner}/remove")
def remove_owner(request: Request, visit: Here, owner: str) -> Response:
    """Take an owner off the map whose stages and touchpoints are somebody else's by now."""
    told = f"Removed {names(visit).get(owner, owner)}."
    journey.wipe_owner(visit.store, visit.settings, owner, who=visit.who, now=visit.now)
    return changed(request, visit, told)
