"""To whom a waiting mail goes now: to who owns it today, never to somebody whose access was taken away."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime
from hashlib import blake2b

from listening.pipeline.owning import heard_by, readers_of
from listening.settings import Settings
from listening.store import Store, reads, writes
from listening.types import Alert, AlertItem, JourneyMap, Owner, User

WEEK = "#week"  # what tells a digest's id from that of its night's alert


def with_access(store: Store, settings: Settings) -> Settings:
    """Return the settings with those owners off whose access to the board was taken away, on all maps.

    They are known by who they are on a map, or by mail address; who also has an account that is open stays.
    """
    people = reads.people(store)
    gone = {mail for one in people if not one.active for mail in _mails(settings, one)}
    gone -= {mail for one in people if one.active for mail in _mails(settings, one)}
    if not gone:
        return settings
    maps = tuple(_without(one, gone) for one in settings.maps)
    return replace(settings, maps=maps, journey=next(one for one in maps if one.id == settings.journey.id))


def _mails(settings: Settings, user: User) -> set[str]:
    named = (one for journey in settings.maps for one in journey.owners if user.owner and one.id == user.owner)
    owner = next(named, None)
    return {mail.casefold() for mail in (user.email, owner.email if owner else "") if mail}


def _without(journey: JourneyMap, gone: set[str]) -> JourneyMap:
    owners = (replace(one, enabled=one.enabled and one.email.casefold() not in gone) for one in journey.owners)
    return replace(journey, owners=tuple(owners))


def alert_id(journey: JourneyMap, owner: Owner, night: date, channel: str, kind: str = "") -> str:
    """Return the id of an owner's alert of a night; `kind` is WEEK for a digest."""
    way = "" if channel == "mail" else f"\0{channel}"
    return _id(f"{journey.id}\0{owner.id}{kind}\0{night.isoformat()}{way}")


def addressed(store: Store, settings: Settings, alert: Alert, *, now: datetime) -> Alert | None:
    """Return the alert with who reads it now: its owner as the map has them today, else whoever hears the rest.

    What was given to somebody else since goes to them; where it is not all for one, the others' share is queued for
    each of them, once however often this is asked. None where nobody hears of anything.
    """
    journey = next((one for one in settings.maps if one.id == alert.map), settings.maps[0])
    known = next((one for one in journey.owners if one.id == alert.owner.id and one.enabled), None)
    reader = known or heard_by(journey, "", "", "")
    if reader is None:
        return None
    if alert.channel != "mail":  # an address of its owner's own
        return replace(alert, owner=reader, channel=alert.channel if known else "mail")
    digest = alert.id == alert_id(journey, alert.owner, alert.night, alert.channel, WEEK)
    shares = {reader: list(alert.items)} if digest else _shares(store, settings, alert, reader)
    stays = reader in shares or alert.sights or alert.reminders or not shares
    first = reader if stays else next(iter(shares))
    mine = replace(alert, owner=first, items=tuple(shares.pop(first, ())))
    for owner, items in shares.items():
        over = replace(
            mine, id=_id(f"{alert.id}\0{owner.id}"), owner=owner, items=tuple(items), sights=(), reminders=()
        )
        writes.queue_alerts(store, [over], map_id=f"{alert.map}#{over.id}", now=now)
    return mine


def _shares(store: Store, settings: Settings, alert: Alert, reader: Owner) -> dict[Owner, list[AlertItem]]:
    """Deal out what an alert tells to whose it is now; the reader keeps what they hear of, and what is nobody's."""
    points = {one.id: one for one in reads.points_by_id(store, [item.pain_point_id for item in alert.items])}
    maps = {one.id: one for one in settings.maps}
    found: dict[Owner, list[AlertItem]] = defaultdict(list)
    for item in alert.items:
        point = points.get(item.pain_point_id)
        journey = maps.get(point.map) if point else None
        hear = readers_of(journey, point) if journey and point else ()
        stays = not hear or reader.email.casefold() in {one.email.casefold() for one in hear}
        found[reader if stays else hear[0]].append(item)
    return found


def _id(said: str) -> str:
    return f"al-{blake2b(said.encode(), digest_size=8).hexdigest()}"
