"""Editing the map on the board: touchpoints, stages, owners, journey.toml in and out, versions, and lost places."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import PlainTextResponse, Response

from listening import journey
from listening.errors import InputError, NotFound
from listening.journey.drawing import Part
from listening.store import reads
from listening.types import Owner, Persona, Stage, Touchpoint
from listening.web.pages.inbox import names
from listening.web.rendering import go, render
from listening.web.visit import Here, Number, Visit

router = APIRouter()
Text = Annotated[str, Form()]
LARGEST = 200_000  # characters of a journey.toml
SHOWN = 20


@router.get("/map/edit")
def page(request: Request, visit: Here) -> Response:
    """Show all that can be edited."""
    return render(
        request,
        "map_edit.html",
        title="Edit the map",
        crumbs=[("Map", "/map")],
        lost=journey.lost(visit.store, visit.journey),
        versions=reads.map_versions_of(visit.store, visit.journey.id)[:SHOWN],
        gone=journey.lost_maps(visit.store, visit.settings),
        fed=visit.settings.heard,
        names=names(visit),
    )


def _drawn(request: Request, visit: Visit, part: Part, said: str, *, fresh: bool = False) -> Response:
    journey.draw(visit.store, visit.settings, part, who=visit.who, now=visit.now, fresh=fresh)
    return changed(request, visit, said)


def changed(request: Request, visit: Visit, said: str) -> Response:
    """Go back to the map's edits after one; what was counted for pages is counted anew."""
    visit.board.counted.clear()
    return go(request, "/map/edit", said=said)


def farewell(visit: Visit, part: str, to: str) -> str:
    """Say, before it goes, that a stage or touchpoint is removed, and where its pain points wait if they go nowhere."""
    wait = "" if to else " Its pain points stand below “No longer on the map”."
    return f"Removed {names(visit).get(part, part)}.{wait}"


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip()[:40] for word in text.split(",") if word.strip()))


def _feeling(text: str) -> float | None:
    """Read an assumed emotion from -2 to 2, None where none is drawn. Raises `InputError`."""
    plain = text.strip().replace(",", ".").replace("\N{MINUS SIGN}", "-")
    if not plain:
        return None
    try:
        found = float(plain)
    except ValueError as error:
        raise InputError(f"{text!r} is no feeling", "give a number from -2 (dread) to 2 (delight)") from error
    if not -2 <= found <= 2:  # noqa: PLR2004 - the map's scale
        raise InputError(f"{text!r} is no feeling", "give a number from -2 (dread) to 2 (delight)")
    return found


@router.post("/map/stages/{stage}")
def edit_stage(
    request: Request,
    visit: Here,
    stage: str,
    name: Text = "",
    description: Text = "",
    feeling: Text = "",
    owner: Text = "",
) -> Response:
    """Change a stage."""
    old = next((one for one in visit.journey.stages if one.id == stage), None)
    if old is None:
        raise NotFound(f"no stage {stage!r} on the map", "see the map")
    new = replace(
        old,
        name=name.strip() or old.name,
        description=description.strip(),
        assumed_emotion=_feeling(feeling),
        owner=owner,
    )
    return _drawn(request, visit, new, f"Changed {new.name}.")


@router.post("/map/touchpoints/{touchpoint}")
def edit_touchpoint(
    request: Request,
    visit: Here,
    touchpoint: str,
    name: Text = "",
    stage: Text = "",
    description: Text = "",
    examples: Text = "",
    owner: Text = "",
    channels: Text = "",
) -> Response:
    """Change a touchpoint; its id stays, so that its pain points stay with it."""
    old = next((one for one in visit.journey.touchpoints if one.id == touchpoint), None)
    if old is None:
        raise NotFound(f"no touchpoint {touchpoint!r} on the map", "see the map")
    said = (name.strip() or old.name, stage or old.stage, description.strip(), _lines(examples), owner)
    return _drawn(request, visit, Touchpoint(touchpoint, *said, _words(channels)), f"Changed {old.name}.")


@router.post("/map/touchpoints")
def add_touchpoint(
    request: Request,
    visit: Here,
    id: Text = "",  # noqa: A002 - the map's word
    name: Text = "",
    stage: Text = "",
    examples: Text = "",
    owner: Text = "",
    channels: Text = "",
) -> Response:
    """Add a touchpoint."""
    said = (name.strip() or id, stage, "", _lines(examples), owner, _words(channels))
    return _drawn(request, visit, Touchpoint(journey.an_id(id or name), *said), f"Added {said[0]}.", fresh=True)


@router.post("/map/touchpoints/{touchpoint}/remove")
def remove_touchpoint(request: Request, visit: Here, touchpoint: str, to: Text = "") -> Response:
    """Take a touchpoint off the map; its pain points go where somebody says, or wait until somebody does."""
    told = farewell(visit, touchpoint, to)
    journey.wipe_touchpoint(visit.store, visit.settings, touchpoint, home=to, who=visit.who, now=visit.now)
    return changed(request, visit, told)


@router.post("/map/stages")
def add_stage(request: Request, visit: Here, name: Text = "", feeling: Text = "", owner: Text = "") -> Response:
    """Add a stage at the end of the map."""
    new = Stage(journey.an_id(name), name.strip(), assumed_emotion=_feeling(feeling), owner=owner)
    return _drawn(request, visit, new, f"Added {new.name}.", fresh=True)


@router.post("/map/owners")
def keep_owner(
    request: Request,
    visit: Here,
    id: Text = "",  # noqa: A002 - the map's word
    name: Text = "",
    email: Text = "",
    department: Text = "",
) -> Response:
    """Add an owner, or change the one of that id."""
    old = next((one for one in visit.journey.owners if one.id == id), Owner(journey.an_id(id or name), "", ""))
    new = replace(old, name=name.strip() or old.name, email=email.strip(), department=department.strip())
    if "@" not in new.email:
        raise InputError(f"{new.email!r} is no address", "give one like ann@example.com: alert mails go there")
    return _drawn(request, visit, new, f"Kept {new.name}.", fresh=not id)


@router.post("/map/personas")
def keep_persona(
    request: Request,
    visit: Here,
    id: Text = "",  # noqa: A002 - the map's word
    name: Text = "",
    description: Text = "",
    examples: Text = "",
    remove: Text = "",
) -> Response:
    """Add a persona, change the one of that id, or remove one; a fourth is refused with the reason."""
    if remove:
        journey.wipe_persona(visit.store, visit.settings, remove, who=visit.who, now=visit.now)
        return changed(request, visit, "Removed.")
    old = next((one for one in visit.journey.personas if one.id == id), Persona(journey.an_id(id or name), ""))
    new = replace(old, name=name.strip() or old.name, description=description.strip(), examples=_lines(examples))
    return _drawn(request, visit, new, f"Kept {new.name}.", fresh=not id)


@router.post("/map/suggestions/{suggestion}/accept")
def accept(request: Request, visit: Here, suggestion: str, name: Text = "", stage: Text = "") -> Response:
    """Put a suggested touchpoint on the map."""
    journey.accept_touchpoint(
        visit.store, visit.settings, suggestion, name=name, stage=stage, who=visit.who, now=visit.now
    )
    visit.board.counted.clear()
    return go(request, "/map", said=f"{name.strip()} stands on the map; the reader knows it from the next night on.")


@router.post("/map/suggestions/{suggestion}/dismiss")
def dismiss(request: Request, visit: Here, suggestion: str) -> Response:
    """Say that a suggested touchpoint is none."""
    journey.dismiss_touchpoint(visit.store, visit.settings, suggestion, who=visit.who, now=visit.now)
    return go(request, "/map", said="Dismissed; its pain points never suggest it again.")


@router.post("/map/rehome")
def rehome(request: Request, visit: Here, lost: Text = "", to: Text = "") -> Response:
    """Say where the pain points of a lost place go."""
    count = journey.rehome(visit.store, visit.journey, lost, to, who=visit.who, now=visit.now)
    return changed(request, visit, f"{count} went to {names(visit).get(to, to)}.")


@router.get("/map/journey.toml")
def export(visit: Here) -> Response:
    """Give the map as the file that it is."""
    name = visit.settings.map_file.name
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return PlainTextResponse(journey.map_text(visit.settings), headers=headers)


@router.post("/map/import")
def bring_in(request: Request, visit: Here, text: Text = "") -> Response:
    """Make the map that a pasted journey.toml says the map."""
    if len(text) > LARGEST:
        raise InputError("a map of so many letters", f"keep it under {LARGEST}")
    journey.import_map(visit.store, visit.settings, text.replace("\r\n", "\n"), who=visit.who, now=visit.now)
    return changed(request, visit, "Imported. Each version is kept.")


@router.get("/map/versions/{number}")
def version(visit: Here, number: Number) -> Response:
    """Give one version as the file that it was."""
    found = reads.map_version(visit.store, visit.journey.id, number)
    return PlainTextResponse(found.text)


@router.post("/map/versions/{number}/restore")
def restore(request: Request, visit: Here, number: Number) -> Response:
    """Make an earlier version the map again."""
    journey.restore_map(visit.store, visit.settings, number, who=visit.who, now=visit.now)
    return changed(request, visit, f"Version {number} is the map again.")
