"""The audit: who did what to which thing, and when."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from listening.store import reads
from listening.web.pages.inbox import names
from listening.web.rendering import render
from listening.web.visit import Here

router = APIRouter()
LINES = 50


@router.get("/audit")
def audit(
    request: Request,
    visit: Here,
    who: Annotated[str, Query(max_length=100)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Show a page of it, newest first; of everybody or of one person."""
    lines, total = reads.audit(visit.store, who=who, limit=LINES, offset=(page - 1) * LINES)
    last = max(1, -(-total // LINES))
    people = [one.name for one in reads.people(visit.store)]
    return render(
        request,
        "audit.html",
        title="Audit",
        lines=lines,
        total=total,
        who=who,
        page=page,
        last=last,
        people=people,
        names=names(visit),
        points=reads.cards_of(visit.store, {one.thing for one in lines}),
    )
