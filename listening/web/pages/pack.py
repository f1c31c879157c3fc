"""The review pack: download it in any format, give the filled-in workbook back, look at what it changes, apply it."""

from __future__ import annotations

import base64
import binascii
from datetime import date
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import Response

from listening import journey
from listening.errors import InputError
from listening.store import reads
from listening.web.days import read_day
from listening.web.packs import FORMATS, as_file
from listening.web.rendering import go, render
from listening.web.visit import Here, Visit

router = APIRouter()
HELD = 700_000  # bytes of a workbook that travels in the page between preview and apply; a form's field holds 1 MB


@router.get("/pack")
def pack(request: Request, since: str = "", until: str = "") -> Response:
    """Offer the pack in every format, and take a filled-in workbook back."""
    return render(request, "pack.html", title="Review pack", since=since, until=until, formats=FORMATS, wrong="")


@router.get("/pack/{ending}")
def download(visit: Here, ending: str, since: str = "", until: str = "") -> Response:
    """Give the pack as a file; nothing of it is shown within the board."""
    return as_file(visit, ending, _day(since), _day(until))


@router.post("/pack/preview")
def preview(request: Request, visit: Here, file: Annotated[UploadFile, File()]) -> Response:
    """Show what a filled-in workbook would change; nothing is written."""
    content = file.file.read()
    try:
        trip = journey.fill_in(visit.store, visit.settings, content, who=visit.who, now=visit.now, dry_run=True)
    except InputError as error:
        told = f"{(file.filename or 'The file')[:80]}: {error.thing}: {error.mend}."
        return render(
            request, "pack.html", title="Review pack", status=422, since="", until="", formats=FORMATS, wrong=told
        )
    held = base64.b64encode(content).decode() if len(content) <= HELD else ""
    names = {one.pain_point_id: _name(visit, one.pain_point_id) for one in trip.edits}
    names |= {one.edit.pain_point_id: _name(visit, one.edit.pain_point_id) for one in trip.conflicts}
    return render(
        request,
        "pack_preview.html",
        title="What the workbook changes",
        crumbs=[("Review pack", "/pack")],
        trip=trip,
        held=held,
        names=names,
        called=(file.filename or "workbook")[:80],
    )


@router.post("/pack/apply")
def apply(
    request: Request,
    visit: Here,
    held: Annotated[str, Form()] = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Apply a filled-in workbook: its edits as lines in the pain points' histories, all of them or none."""
    try:
        content = file.file.read() if file is not None and file.filename else base64.b64decode(held, validate=True)
        trip = journey.fill_in(visit.store, visit.settings, content, who=visit.who, now=visit.now)
    except binascii.Error:
        return go(request, "/pack", wrong="The workbook got lost on the way: choose the file again.")
    except InputError as error:
        return go(request, "/pack", wrong=f"{error.thing}: {error.mend}.")
    left = len(trip.conflicts) + len(trip.refusals)
    visit.thing, visit.detail = "workbook", f"{len(trip.edits)} applied, {left} not"
    more = f" {left} were not: see the preview." if left else ""
    return go(request, "/pack", said=f"{len(trip.edits)} changes of the workbook were applied.{more}")


def _day(text: str) -> date | None:
    if text and read_day(text) is None:
        raise InputError(f"{text[:40]!r} is no day", "write it as 2026-03-02")
    return read_day(text)


def _name(visit: Visit, point_id: str) -> str:
    return reads.point(visit.store, point_id).name
