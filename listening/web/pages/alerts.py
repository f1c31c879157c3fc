"""Alerts: which mails went to whom, what became of them, and how to hear less of a pain point."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from listening import journey
from listening.store import reads
from listening.web.rendering import go, render
from listening.web.visit import Here, Visit

router = APIRouter()
MAILS = 40
STATES = ("queued", "claimed", "sent", "dead")
MONTH = timedelta(days=28)
SENSITIVITIES = {"": "as the map says", "low": "only what is sure", "medium": "usual", "high": "early, with more noise"}


@router.get("/alerts")
def alerts(
    request: Request,
    visit: Here,
    state: Annotated[str, Query(max_length=20)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Show the mails, the newest first."""
    wanted = state if state in STATES else ""
    rows, total = reads.alert_page(
        visit.store, state=wanted, map_id=visit.settings.called[0], limit=MAILS, offset=(page - 1) * MAILS
    )
    return render(
        request,
        "alerts.html",
        title="Alerts",
        rows=rows,
        total=total,
        state=wanted,
        states=STATES,
        page=page,
        last=max(1, -(-total // MAILS)),
        owners={one.id: one.name for one in visit.journey.owners},
        mine={one.id: _stages_of(visit, one.id) for one in visit.journey.owners},
        moods=SENSITIVITIES,
        mail_on=bool(visit.settings.mail.host),
    )


def _stages_of(visit: Visit, owner: str) -> list[str]:
    """Return the names of the stages and touchpoints that are an owner's."""
    stages = [one.name for one in visit.journey.stages if one.owner == owner]
    return stages + [one.name for one in visit.journey.touchpoints if one.owner == owner]


@router.post("/alerts/subscriptions/{owner}")
def subscribe(
    request: Request,
    visit: Here,
    owner: str,
    digest: Annotated[str, Form()] = "daily",
    sensitivity: Annotated[str, Form()] = "",
    follows: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Say how an owner hears: daily or weekly, how readily, and of which stages beside their own."""
    journey.subscribe(
        visit.store,
        visit.settings,
        owner,
        digest=digest,
        sensitivity=sensitivity,
        follows=tuple(follows or ()),
        who=visit.who,
        now=visit.now,
    )
    return go(request, "/alerts#who", said="Kept; the next night follows it.")


@router.get("/alerts/{alert}")
def alert(request: Request, visit: Here, alert: str) -> Response:
    """Show one mail: what it told, and why."""
    found = reads.alert(visit.store, alert)
    row = reads.alert_row(visit.store, alert)
    return render(
        request,
        "alert.html",
        title=f"Mail of {found.night}",
        crumbs=[("Alerts", "/alerts")],
        alert=found,
        row=row,
        until=visit.now.date() + MONTH,
    )


@router.post("/alerts/{alert}/retry")
def retry(request: Request, visit: Here, alert: str) -> Response:
    """Put a mail back into the outbox."""
    again = journey.retry(visit.store, alert, now=visit.now)
    if not again:
        visit.detail = "it was under way or sent"
        return go(request, "/alerts", wrong="That mail is under way or was sent already.")
    return go(request, "/alerts", said="The mail is back in the outbox; the next night sends it.")


@router.post("/alerts/{alert}/mute")
def mute(
    request: Request, visit: Here, alert: str, point: Annotated[str, Form()], until: Annotated[date, Form()]
) -> Response:
    """Hear nothing of one of its pain points until a day."""
    visit.must_own("point", point)
    journey.mute(visit.store, point, until=until, who=visit.who, now=visit.now)
    return go(request, f"/alerts/{alert}", said=f"No mails about {point} until {until}; it is counted on.")
