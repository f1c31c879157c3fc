"""Drawing on the map for programs: stages, touchpoints, owners, personas, subscriptions, versions and suggestions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fastapi.responses import PlainTextResponse

from listening import journey
from listening.journey.drawing import Part
from listening.outputs import wording
from listening.store import reads
from listening.types import MapVersion, Owner, Persona, Stage, SuggestedTouchpoint, Touchpoint
from listening.web.api import sent, shapes
from listening.web.visit import Here, Number, Visit

router = shapes.calls(tag="map")


def _id(known: Iterable[Part], wanted: str) -> str:
    """Return the id of a part that is there as it stands, else one made of what was asked for."""
    return wanted if any(one.id == wanted for one in known) else journey.an_id(wanted)


def _drawn(visit: Visit, part: Part) -> shapes.Done:
    journey.draw(visit.store, visit.settings, part, who=visit.who, now=visit.now)
    return _done(visit, part.id)


def _done(visit: Visit, thing: str) -> shapes.Done:
    visit.board.counted.clear()
    return shapes.Done(done=True, id=thing)


@router.post("/map/stages/{stage}")
def draw_stage(visit: Here, stage: str, given: sent.StageSent) -> shapes.Done:
    """Put a stage at the end of the map, or change the one of this id."""
    return _drawn(visit, Stage(_id(visit.journey.stages, stage), **given.model_dump()))


@router.post("/map/about")
def describe(visit: Here, given: sent.About) -> shapes.Done:
    """Say what the map is called, how often it is reviewed, and who hears of what nobody owns."""
    journey.describe_map(visit.store, visit.settings, **given.model_dump(), who=visit.who, now=visit.now)
    return _done(visit, visit.journey.id)


@router.post("/map/stages/{stage}/shift")
def shift_stage(visit: Here, stage: str, given: sent.Shift) -> shapes.Done:
    """Move a stage."""
    journey.shift_stage(visit.store, visit.settings, stage, by=given.by, who=visit.who, now=visit.now)
    return _done(visit, stage)


@router.post("/map/stages/{stage}/remove")
def remove_stage(visit: Here, stage: str, given: sent.Home) -> shapes.Done:
    """Take a stage without touchpoints off the map; its pain points go to a home or wait for one."""
    journey.wipe_stage(visit.store, visit.settings, stage, home=given.home, who=visit.who, now=visit.now)
    return _done(visit, stage)


@router.post("/map/owners/{owner}/remove")
def remove_owner(visit: Here, owner: str) -> shapes.Done:
    """Take an owner off the map whose stages and touchpoints are somebody else's by now."""
    journey.wipe_owner(visit.store, visit.settings, owner, who=visit.who, now=visit.now)
    return _done(visit, owner)


@router.post("/map/touchpoints/{touchpoint}")
def draw_touchpoint(visit: Here, touchpoint: str, given: sent.TouchpointSent) -> shapes.Done:
    """Put a touchpoint on the map, or change the one of this id; its pain points stay with it."""
    return _drawn(visit, Touchpoint(_id(visit.journey.touchpoints, touchpoint), **given.model_dump()))


@router.post("/map/touchpoints/{touchpoint}/remove")
def remove_touchpoint(visit: Here, touchpoint: str, given: sent.Home) -> shapes.Done:
    """Take a touchpoint off the map; its pain points go to a home or wait for one."""
    journey.wipe_touchpoint(visit.store, visit.settings, touchpoint, home=given.home, who=visit.who, now=visit.now)
    return _done(visit, touchpoint)


@router.post("/map/owners/{owner}")
def draw_owner(visit: Here, owner: str, given: sent.OwnerSent) -> shapes.Done:
    """Put an owner on the map, or change the one of this id; how they hear stays."""
    old = next((one for one in visit.journey.owners if one.id == owner), Owner(journey.an_id(owner), "", ""))
    return _drawn(visit, replace(old, **given.model_dump()))


@router.post("/map/owners/{owner}/subscription")
def subscribe(visit: Here, owner: str, given: sent.Subscription) -> shapes.Done:
    """Say how an owner hears of pain points."""
    wanted = given.model_dump()
    journey.subscribe(visit.store, visit.settings, owner, who=visit.who, now=visit.now, **wanted)
    return _done(visit, owner)


@router.post("/map/personas/{persona}")
def draw_persona(visit: Here, persona: str, given: sent.PersonaSent) -> shapes.Done:
    """Put a persona on the map, or change the one of this id; a fourth is refused."""
    return _drawn(visit, Persona(_id(visit.journey.personas, persona), **given.model_dump()))


@router.post("/map/personas/{persona}/remove")
def remove_persona(visit: Here, persona: str) -> shapes.Done:
    """Take a persona off the map."""
    journey.wipe_persona(visit.store, visit.settings, persona, who=visit.who, now=visit.now)
    return _done(visit, persona)


@router.post("/map/rehome")
def rehome(visit: Here, given: sent.Rehoming) -> shapes.Done:
    """Say where the pain points of a place go that is gone."""
    count = journey.rehome(visit.store, visit.journey, given.lost, given.to, who=visit.who, now=visit.now)
    visit.board.counted.clear()
    return shapes.Done(done=True, said=f"{wording.count(count, 'pain point')} went", id=given.to)


@router.get("/map/versions")
def versions(visit: Here) -> list[shapes.Version]:
    """List the versions of the map, the newest first."""
    return [_version(one) for one in reads.map_versions_of(visit.store, visit.journey.id)]


def _version(one: MapVersion) -> shapes.Version:
    return shapes.Version(one.number, one.at, one.who, one.note)


@router.get("/map/versions/{number}", response_class=PlainTextResponse)
def version(visit: Here, number: Number) -> PlainTextResponse:
    """Show a version as the journey.toml that it was."""
    return PlainTextResponse(reads.map_version(visit.store, visit.journey.id, number).text)


@router.post("/map/versions/{number}/restore")
def restore(visit: Here, number: Number) -> shapes.Done:
    """Make an earlier version the map again."""
    journey.restore_map(visit.store, visit.settings, number, who=visit.who, now=visit.now)
    return _done(visit, str(number))


@router.get("/map/suggestions")
def suggestions(visit: Here) -> list[SuggestedTouchpoint]:
    """List the touchpoints that the map lacks, until somebody decides."""
    return reads.suggestions(visit.store, map_id=visit.journey.id)


@router.post("/map/suggestions/{suggestion}/accept")
def accept(visit: Here, suggestion: str, given: sent.Accepted) -> shapes.Done:
    """Put a suggested touchpoint on the map."""
    named = given.model_dump()
    journey.accept_touchpoint(visit.store, visit.settings, suggestion, who=visit.who, now=visit.now, **named)
    return _done(visit, suggestion)


@router.post("/map/suggestions/{suggestion}/dismiss")
def dismiss(visit: Here, suggestion: str) -> shapes.Done:
    """Say that a suggested touchpoint is none."""
    journey.dismiss_touchpoint(visit.store, visit.settings, suggestion, who=visit.who, now=visit.now)
    return _done(visit, suggestion)
