"""The review pack as a download, in every format: for the board's page and for programs."""

from __future__ import annotations

from datetime import date

from fastapi.responses import Response

from listening.errors import InputError, NotFound
from listening.outputs import render
from listening.pipeline import make_report
from listening.web.visit import Visit

SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {
    "html": ("Page", "one file, prints well", "text/html; charset=utf-8"),
    "xlsx": ("Workbook", "to fill in at the meeting and give back", SHEETS),
    "pdf": ("PDF", "for paper: the sixty pain points of most people", "application/pdf"),
    "csv": ("CSV", "one line a pain point", "text/csv; charset=utf-8"),
    "json": ("JSON", "for programs", "application/json"),
}


def as_file(visit: Visit, ending: str, first: date | None, last: date | None) -> Response:
    """Return the pack of a period as a download. Raises `NotFound` for another format, `InputError` for no period."""
    if ending not in FORMATS:
        raise NotFound(f"there is no pack as {ending!r}", f"use one of {', '.join(FORMATS)}")
    if first and last and first > last:
        raise InputError("the first day lies after the last", "turn them round")
    made = make_report(visit.store, visit.settings, since=first, until=last, now=visit.now)
    name = f"review-{made.map}-{made.until}.{ending}".encode("ascii", "replace").decode().replace('"', "")
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(render(made, f".{ending}"), media_type=FORMATS[ending][2], headers=headers)
