"""Write back: other programs hear what happens to pain points, teams get tickets, whose state comes home at night."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from listening.errors import DeliveryError, InputError, NotConfigured, SourceRefused
from listening.outputs.tickets import System, make_ticket, open_system
from listening.outputs.webhook import key_of, post
from listening.pipeline.calling import open_client
from listening.pipeline.nights import is_dead, night_of, this_process
from listening.settings import Settings
from listening.store import PointChange, Store, reads, writes
from listening.types import Delivery, LedgerEntry, PainPoint, PointTicket, Ticket, TicketDraft

log = logging.getLogger(__name__)
RECENT = timedelta(days=7)  # so far back what nobody was told yet is told
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=12)
MACHINE = "listening"
WORKING = ("open", "planned", "doing", "came_back")


@dataclass(frozen=True, slots=True)
class WrittenBack:
    """What became of the outbox to other programs, and how many tickets had changed."""

    queued: int = 0
    sent: int = 0
    waiting: int = 0
    dead: int = 0
    synced: int = 0


def write_back(store: Store, settings: Settings, *, now: datetime) -> WrittenBack:
    """Tell other programs what is new, make the tickets that wait, and take home how the tickets stand."""
    told = replace(write_out(store, settings, now=now), synced=_sync(store, settings, now=now))
    log.info("written_back", extra=asdict(told))
    return told


def write_out(store: Store, settings: Settings, *, now: datetime) -> WrittenBack:
    """Tell other programs what is new and make the tickets that wait; few calls, so between the nights too."""
    queued = 0
    if settings.webhook.url:
        queued = writes.queue_deliveries(store, _news(store, settings, now), now=now)
    return WrittenBack(queued, *send_due(store, settings, now=now))


def order_ticket(store: Store, settings: Settings, point_id: str, *, who: str, now: datetime) -> PointTicket | None:
    """Make the ticket of a pain point, or give the one that it has; None where the system does not answer: it waits.

    Raises NotConfigured without [tickets], NotFound, InputError for a merged pain point, DeliveryError where the
    system refuses for good.
    """
    if settings.tickets.place() is None:
        raise NotConfigured("no ticket system is set", "set system and project in [tickets] of listening.toml")
    point = reads.point(store, point_id)
    if point.merged_into:
        raise InputError(f"pain point {point_id} was merged into {point.merged_into}", f"use {point.merged_into}")
    if (old := _ticket_of(store, point_id)) is not None:
        return old
    asked = Delivery(f"ticket-{point_id}", "ticket", "ticket.ordered", point_id, {"who": who}, now)
    if not writes.queue_deliveries(store, [asked], now=now):
        writes.requeue_delivery(store, asked.id, now=now)
    send_due(store, settings, now=now, channels=("ticket",))
    refused = next((one for one in reads.deliveries(store, states=("dead",)) if one.id == asked.id), None)
    if refused is not None:
        raise DeliveryError(f"the ticket of {point_id} was refused: {refused.last_error}", "mend that, and ask again")
    return _ticket_of(store, point_id)


def _ticket_of(store: Store, point_id: str) -> PointTicket | None:
    return next((one for one in reads.tickets(store) if one.pain_point_id == point_id), None)


# --- what is told


def _news(store: Store, settings: Settings, now: datetime) -> list[Delivery]:
    """What emerged, and what people did, in the last days; a delivery's id is made of it, so none is queued twice."""
    night = night_of(settings, now)
    mine = {point.id for one in settings.maps for point in reads.points(store, map_id=one.id)}
    found = [
        _delivery("pain_point.emerged", one.pain_point_id, now, kind=one.kind, night=one.night.isoformat())
        for one in reads.emergences(store, mine)
        if night - RECENT < one.night <= night
    ]
    lines = [one for one in reads.ledger(store) if one.at > now - RECENT and one.pain_point_id in mine]
    return found + [
        _delivery("pain_point.changed", one.pain_point_id, one.at, what=one.what, who=one.who, other=one.other_id)
        for one in lines
        if one.who != MACHINE
    ]


def _delivery(event: str, point: str, at: datetime, **detail: str) -> Delivery:
    moment = "" if event == "pain_point.emerged" else at.isoformat()
    said = "\0".join([event, point, moment, *(f"{name}={value}" for name, value in sorted(detail.items()))])
    return Delivery(f"wh-{blake2b(said.encode(), digest_size=10).hexdigest()}", "webhook", event, point, detail, at)


# --- how it travels


def send_due(
    store: Store, settings: Settings, *, now: datetime, channels: Sequence[str] = ("webhook", "ticket")
) -> tuple[int, int, int]:
    """Send what is due on the channels that are set; returns how many went out, wait, and were given up."""
    on = {"webhook": bool(settings.webhook.url), "ticket": settings.tickets.place() is not None}
    wanted = [one for one in channels if on[one]]
    me, sent, waiting, dead = this_process(), 0, 0, 0
    writes.free_deliveries(store, dead=is_dead)  # of a night that was killed while it sent
    while wanted and (one := writes.claim_delivery(store, by=me, now=now, channels=wanted)):
        try:
            ticket = _WAYS[one.channel](store, settings, one, now)
        except (DeliveryError, SourceRefused, InputError) as error:
            wait = None if error.permanent else _next_try(one, settings, now)
            writes.postpone_delivery(store, one.id, error=str(error), next_try=wait)
            waiting, dead = waiting + (wait is not None), dead + (wait is None)
        else:
            writes.mark_delivered(store, one, now=now, ticket=ticket)
            sent += 1
    return sent, waiting, dead


def _next_try(one: Delivery, settings: Settings, now: datetime) -> datetime | None:
    """Wait twice as long each time; None where the days of trying are over."""
    if one.at is not None and now - one.at > timedelta(days=settings.webhook.tries_days):
        return None
    wait = min(LONGEST_WAIT, FIRST_WAIT * float(2 ** min(one.tries - 1, 12)))
    return now + wait


def _call_webhook(store: Store, settings: Settings, one: Delivery, now: datetime) -> None:
    key_of(settings.webhook.secret)  # no unsigned call ever leaves
    point = reads.point(store, one.pain_point_id)
    body = {
        "type": one.event,
        "timestamp": (one.at or now).isoformat(),
        "data": {**one.detail, "map": point.map, "pain_point": _shown(point, settings)},
    }
    with open_client(settings.webhook.allow_hosts) as client:
        hook = settings.webhook
        post(client, hook.url, delivery_id=one.id, body=body, secret=hook.secret, now=now)


def _shown(point: PainPoint, settings: Settings) -> dict[str, object]:
    """Return a pain point as other programs see it: its name and numbers, never what customers said."""
    return {
        "id": point.id,
        "name": point.name,
        "stage": point.stage,
        "touchpoint": point.touchpoint,
        "status": point.status,
        "owner": point.owner,
        "department": point.department,
        "people": point.people,
        "merged_into": point.merged_into,
        "url": _address(point.id, settings),
    }


def _address(point_id: str, settings: Settings) -> str:
    base = settings.alerts.base_url.rstrip("/")
    return f"{base}/pain-points/{point_id}" if base else ""


def _make_ticket(store: Store, settings: Settings, one: Delivery, now: datetime) -> PointTicket:
    place = settings.tickets.place()
    if place is None:
        raise NotConfigured("no ticket system is set", "set [tickets] in listening.toml")
    draft = _draft(reads.point(store, one.pain_point_id), settings)
    with open_client(settings.tickets.allow_hosts) as client:
        made = make_ticket(open_system(client, place), draft)
    return PointTicket(one.pain_point_id, place.system, place.project, made, now)


def _draft(point: PainPoint, settings: Settings) -> TicketDraft:
    """Write a ticket: name, place and numbers. What customers said stays here, where it can be forgotten."""
    journey = next((one for one in settings.maps if one.id == point.map), settings.journey)
    stages = {one.id: one.name for one in journey.stages}
    places = {one.id: one.name for one in journey.touchpoints}
    where = " > ".join(filter(None, [stages.get(point.stage, ""), places.get(point.touchpoint or "", "")]))
    address = _address(point.id, settings)
    lines = [
        f"{point.people} different people told this pain on their own, outside our channels.",
        f"Where on the journey: {where or 'no stage'}. First told {point.born}, last {point.last_seen}.",
        f"Evidence, trend and history: {address}" if address else f"Evidence: listening pain-points show {point.id}",
        "When this is closed the pain is watched, and opened again if people go on telling it.",
    ]
    return TicketDraft(f"listening-{point.id}", point.name[:200] or point.id, "\n\n".join(lines))


_WAYS: dict[str, Callable[[Store, Settings, Delivery, datetime], PointTicket | None]] = {
    "webhook": _call_webhook,
    "ticket": _make_ticket,
}


# --- what comes home


def _sync(store: Store, settings: Settings, *, now: datetime) -> int:
    """Ask how the tickets stand; each change is a line in the history. A system that is down costs nothing."""
    place, changed = settings.tickets.place(), 0
    if place is None:
        return 0
    here = (place.system, place.project)
    tickets = [one for one in reads.tickets(store) if (one.system, one.project) == here]
    if not tickets:
        return 0
    with open_client(settings.tickets.allow_hosts) as client:
        system = open_system(client, place)
        for one in tickets:
            try:
                changed += _take_home(store, system, one, now)
            except (DeliveryError, SourceRefused) as error:
                log.warning("tickets.unread", extra={"system": place.system, "error": error.thing})
                break
    return changed


def _take_home(store: Store, system: System, one: PointTicket, now: datetime) -> bool:
    found = system.look(one.ticket.key)
    found = found or Ticket(one.ticket.key, one.ticket.url, "refused")
    if found.state != one.ticket.state:
        point = reads.point(store, one.pain_point_id)
        detail = f"{one.ticket.key} is {found.state}"
        line = LedgerEntry(now, one.system, "ticket", point.id, detail=detail)
        writes.change_point(store, point.id, fields=_follow(point, found.state, now), ledger=line)
    writes.keep_ticket_state(store, PointTicket(one.pain_point_id, one.system, one.project, found), now=now)
    return found.state != one.ticket.state


def _follow(point: PainPoint, state: str, now: datetime) -> PointChange:
    """What a ticket's state does to the pain point: done is watched, doing is being fixed, open again is open.

    A refused ticket changes nothing: whether a pain is left alone is for its owner to say.
    """
    if state == "done" and point.status in WORKING:
        return PointChange(status="watch", resolved_on=now.date())
    if state == "doing" and point.status in ("open", "planned", "came_back"):
        return PointChange(status="doing")
    if state == "open" and point.status in ("watch", "done"):
        return PointChange(status="open", resolved_on=None)
    return PointChange()
