"""What a person says of a pain point: its status, ratings, due date, comments; and taking a change back."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime, timedelta
from hashlib import blake2b

from listening.errors import InputError, NotFound
from listening.journey.points import name_anew
from listening.settings import Settings
from listening.store import PointChange, Store, reads, writes
from listening.types import STATUSES, Alert, LedgerEntry, Owner, PainPoint

RATINGS = range(1, 6)
_MENTION = re.compile(r"(?<![\w@])@([\w.-]*\w)")
LONGEST_COMMENT = 4000
MUTES = timedelta(days=730)  # longer than this is a "no", not a mute


def rate(
    store: Store,
    point: str,
    *,
    importance: int | None,
    cost: int | None,
    ease: int | None,
    who: str,
    now: datetime,
) -> None:
    """Rate a pain point from 1 to 5 each (5: matters most, costs least, is easiest); None takes a rating away."""
    given = {"importance": importance, "cost": cost, "ease": ease}
    for name, value in given.items():
        if value is not None and value not in RATINGS:
            raise InputError(f"{name} {value}", "rate from 1 to 5")
    fields = PointChange(importance=importance, cost=cost, ease=ease)
    detail = " x ".join(f"{name} {value}" for name, value in given.items() if value is not None)
    _change(store, point, fields, "rated", detail or "no ratings", who=who, now=now)


def set_status(store: Store, point: str, status: str, *, who: str, now: datetime) -> None:
    """Say how it goes with a pain point: open, planned, doing, done, watch, holds, came_back or wont."""
    if status not in STATUSES:
        raise InputError(f"there is no status {status}", f"use one of {', '.join(STATUSES)}")
    before = reads.point(store, point)
    fields = PointChange(status=status)
    if status in ("done", "watch") and before.resolved_on is None:
        fields["resolved_on"] = now.date()
    if status in ("open", "planned", "doing"):
        fields["resolved_on"] = None
    _change(store, point, fields, "status", f"{before.status} > {status}", who=who, now=now)


def set_due(store: Store, point: str, due: date | None, *, who: str, now: datetime) -> None:
    """Set the day by which something shall be done about a pain point; None takes it away."""
    detail = due.isoformat() if due else "no day"
    _change(store, point, PointChange(due=due), "due", detail, who=who, now=now)


def assign_many(
    store: Store, settings: Settings, points: Collection[str], owner: str, *, who: str, now: datetime
) -> int:
    """Give several pain points to an owner; returns how many. All are known before the first is changed."""
    found = owner_of(settings, owner)
    for one in points:
        if (home := reads.point(store, one).map) != settings.journey.id:
            raise InputError(f"{one} is of the map {home!r}", "put that map in hand first")
    fields = PointChange(owner=found.id, department=found.department)
    for one in dict.fromkeys(points):
        _change(store, one, fields, "assigned", found.id, who=who, now=now)
    return len(set(points))


def unassign(store: Store, point: str, *, who: str, now: datetime) -> None:
    """Take a pain point from its owner: it stands in the inbox again."""
    _change(store, point, PointChange(owner="", department=""), "assigned", "nobody", who=who, now=now)


def owner_of(settings: Settings, owner: str) -> Owner:
    """Return an owner of the map. Raises `NotFound` that names the known ones."""
    found = next((one for one in settings.journey.owners if one.id == owner), None)
    if found is None:
        known = ", ".join(one.id for one in settings.journey.owners)
        raise NotFound(f"no owner {owner!r} on the map", f"use one of {known}, or add it to the map")
    return found


def comment(store: Store, settings: Settings, point: str, text: str, *, who: str, now: datetime) -> tuple[str, ...]:
    """Say something about a pain point; each @owner in it gets a mail. Returns the owners who do."""
    text = text.strip()
    if not text:
        raise InputError("an empty comment", "write what you want to say")
    if len(text) > LONGEST_COMMENT:
        raise InputError(f"a comment of {len(text)} letters", f"keep it under {LONGEST_COMMENT}")
    found = reads.point(store, point)
    line = LedgerEntry(now, who, "comment", point, detail=text)
    writes.keep_ledger(store, [line])
    owners = {one.id.casefold(): one for one in settings.journey.owners}
    asked = [owners[name] for name in mentioned(text) if name in owners]
    for owner in asked:
        _mail(store, settings, owner, found, text, who=who, now=now)
    return tuple(one.id for one in asked)


def mentioned(text: str) -> list[str]:
    """Return the names after an @ in a text, in small letters, each once."""
    return list(dict.fromkeys(name.casefold() for name in _MENTION.findall(text)))


def _mail(
    store: Store, settings: Settings, owner: Owner, point: PainPoint, text: str, *, who: str, now: datetime
) -> None:
    key = f"comment\0{now.isoformat()}\0{point.id}\0{owner.id}"
    name = blake2b(key.encode(), digest_size=8).hexdigest()
    alert = Alert(
        f"no-{name}",
        owner,
        now.date(),
        (),
        subject=f"{who} about",
        note=text,
        about=point.id,
        named=point.name or point.id,
        map=settings.journey.id,
    )
    writes.queue_alerts(store, [alert], map_id=f"{settings.journey.id}#{name}", now=now)


def undo(store: Store, key: str, *, who: str, now: datetime) -> tuple[str, ...]:
    """Take a change back by its line in the history; returns the pain points that it touched."""
    touched = writes.undo(store, key, who=who, now=now)
    name_anew(store, [one for one in touched if reads.point(store, one).merged_into is None])
    return touched


def mute_for(store: Store, point: str, days: int, *, who: str, now: datetime) -> date:
    """Hear nothing of a pain point for so many days; returns the last of them."""
    if not 0 < days <= MUTES.days:
        raise InputError(f"a mute of {days} days", f"choose 1 to {MUTES.days} days")
    until = now.date() + timedelta(days=days)
    _change(store, point, PointChange(muted_until=until), "muted", until.isoformat(), who=who, now=now)
    return until


def place(
    store: Store, settings: Settings, point: str, stage: str, touchpoint: str | None, *, who: str, now: datetime
) -> None:
    """Say where on the map a pain point belongs; the machine never moves it again."""
    journey = settings.journey
    if stage not in {one.id for one in journey.stages}:
        raise NotFound(f"no stage {stage!r} on the map", f"use one of {', '.join(one.id for one in journey.stages)}")
    home = next((one for one in journey.touchpoints if one.id == touchpoint), None)
    if touchpoint and (home is None or home.stage != stage):
        there = ", ".join(one.id for one in journey.touchpoints if one.stage == stage) or "none"
        raise NotFound(f"no touchpoint {touchpoint!r} in {stage}", f"use one of {there}")
    fields = PointChange(stage=stage, touchpoint=touchpoint or None, placed_by=who)
    _change(store, point, fields, "placed", f"> {touchpoint or stage}", who=who, now=now)


def _change(store: Store, point: str, fields: PointChange, what: str, detail: str, *, who: str, now: datetime) -> None:
    line = LedgerEntry(at=now, who=who, what=what, pain_point_id=point, detail=detail)
    writes.change_point(store, point, fields=fields, ledger=line)
