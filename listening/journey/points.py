"""What a person does with the map's pain points; every change leaves a line with who and when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta

from listening.clusters import centre, name, point_id
from listening.errors import InputError, NotFound
from listening.settings import Settings
from listening.store import PointChange, Store, reads, writes
from listening.types import Change, LedgerEntry, PainPoint, Vector

RATING = range(1, 6)


def assign(
    store: Store,
    settings: Settings,
    point: str,
    owner: str,
    *,
    who: str,
    now: datetime,
    importance: int | None = None,
    cost: int | None = None,
    ease: int | None = None,
) -> None:
    """Give a pain point its owner (a person or department of the map), and rate it from 1 to 5."""
    found = next((one for one in settings.journey.owners if one.id == owner), None)
    if found is None:
        known = ", ".join(one.id for one in settings.journey.owners)
        raise NotFound(f"no owner {owner!r} on the map", f"use one of {known}, or add it to journey.toml")
    fields = PointChange(owner=owner, department=found.department)
    for key, value in (("importance", importance), ("cost", cost), ("ease", ease)):
        if value is not None:
            if value not in RATING:
                raise InputError(f"{key} {value}", "rate from 1 to 5")
            fields[key] = value  # type: ignore[literal-required]  # the three keys above are PointChange's own
    _change(store, point, fields, "assigned", owner, who=who, now=now)


def rename(store: Store, point: str, to: str, *, who: str, now: datetime) -> None:
    """Give a pain point a person's name; the machine never changes it again."""
    to = " ".join(to.split())
    if not to:
        raise InputError("an empty name", "say what customers would call it")
    _change(store, point, PointChange(name=to, named_by=who), "renamed", to, who=who, now=now)


def merge(store: Store, from_id: str, into_id: str, *, who: str, now: datetime) -> None:
    """Say that two pain points are one; `into_id` stays, `from_id` points to it for ever."""
    gone, stays = reads.point(store, from_id), reads.point(store, into_id)
    if gone.map != stays.map:
        raise InputError(f"{from_id} and {into_id} are of different maps", "a pain point stays on its map")
    line = LedgerEntry(at=now, who=who, what="merge", pain_point_id=from_id, other_id=into_id)
    latest = replace(stays, last_seen=max(gone.last_seen, stays.last_seen))
    writes.apply_change(store, Change("merge", into_id, from_id), [latest], [line])
    name_anew(store, [into_id])


def split(store: Store, settings: Settings, point: str, signal_ids: Collection[str], *, who: str, now: datetime) -> str:
    """Say that these passages are another pain; returns the new pain point's id. They never drift back."""
    old = reads.point(store, point)
    told = {pain.signal_id: pain for pain in reads.pains_of(store, [point])[point]}
    if missing := sorted(set(signal_ids) - told.keys()):
        raise NotFound(f"passage {missing[0]} is not in {point}", "see `listening pain-points show`")
    leaving = [told[one] for one in sorted(signal_ids)]
    if not leaving or len(leaving) == len(told):
        raise InputError("a split needs some, but not all, of the passages", "name those that are another pain")
    new = point_id(settings.journey.id, now.date(), sorted(signal_ids))
    words = name(leaving)
    line = LedgerEntry(at=now, who=who, what="split", pain_point_id=point, other_id=new)
    half = _copy(old, new, words.name, words.words, centre(leaving))
    writes.apply_change(store, Change("split", new, point, tuple(sorted(signal_ids))), [half], [line])
    writes.keep_apart(store, {(one, point) for one in signal_ids})
    name_anew(store, [point])
    return new


def move(store: Store, signal: str, from_id: str, *, who: str, now: datetime) -> None:
    """Say that a passage does not belong to a pain point; it is placed anew, but never there again."""
    if signal not in {pain.signal_id for pain in reads.pains_of(store, [from_id])[from_id]}:
        raise NotFound(f"passage {signal} is not in {from_id}", "see `listening pain-points show`")
    writes.move_out(store, signal, LedgerEntry(now, who, "moved out", from_id, detail=signal))
    for note in ("unsettled", f"unsettled {reads.point(store, from_id).map}"):  # of the first map, of another one
        writes.keep_meta(store, note, "yes")
    name_anew(store, [from_id])


def resolve(store: Store, point: str, *, on: date, who: str, now: datetime) -> None:
    """Say that a pain was mended on a day; from then it is watched, and told when it comes back.

    Raises InputError for a day that is still to come anywhere on earth.
    """
    if on > now.date() + timedelta(days=1):
        raise InputError(
            f"mended on {on.day} {on:%B %Y}, which is still to come",
            "say so when it is; until then set a day and a status",
        )
    _change(store, point, PointChange(status="watch", resolved_on=on), "resolved", on.isoformat(), who=who, now=now)


def acknowledge(store: Store, point: str, *, who: str, now: datetime) -> None:
    """Say that one knows of a pain point: no digest asks for it, and it speaks again only when it has grown."""
    _change(store, point, PointChange(acknowledged_by=who, acknowledged_at=now), "acknowledged", "", who=who, now=now)


def mute(store: Store, point: str, *, until: date, who: str, now: datetime) -> None:
    """Hear nothing of a pain point until a day; it is counted on. Raises InputError for a day that is over."""
    if until < now.date() - timedelta(days=1):
        raise InputError(
            f"silent until {until.day} {until:%B %Y}, which is over",
            "give a day to come, or `listening pain-points reopen`",
        )
    _change(store, point, PointChange(muted_until=until), "muted", until.isoformat(), who=who, now=now)


def no_pain(store: Store, point: str, *, who: str, now: datetime) -> None:
    """Say that what a pain point tells is no pain: it is shown no more, and takes in all who say the same."""
    _change(store, point, PointChange(status="no_pain"), "called no pain", "", who=who, now=now)


def no_pain_passage(store: Store, signal: str, from_id: str, *, who: str, now: datetime) -> None:
    """Say that one passage of a pain point is no pain: it is placed nowhere again, whatever model reads it."""
    if signal not in {pain.signal_id for pain in reads.pains_of(store, [from_id])[from_id]}:
        raise NotFound(f"passage {signal} is not in {from_id}", "see `listening pain-points show`")
    line = LedgerEntry(now, who, "called no pain", from_id, detail=signal)
    writes.keep_no_pains(store, [signal], who=who, at=now, ledger=[line])
    name_anew(store, [from_id])


def reopen(store: Store, point: str, *, who: str, now: datetime) -> None:
    """Open a pain point again, and end its mute."""
    fields = PointChange(status="open", resolved_on=None, muted_until=None, acknowledged_by="", acknowledged_at=None)
    _change(store, point, fields, "reopened", "", who=who, now=now)


def _change(store: Store, point: str, fields: PointChange, what: str, detail: str, *, who: str, now: datetime) -> None:
    line = LedgerEntry(at=now, who=who, what=what, pain_point_id=point, detail=detail)
    writes.change_point(store, point, fields=fields, ledger=line)


def name_anew(store: Store, points: Collection[str]) -> None:
    """Make centre, words and the machine's name anew after members came or went; of nobody's words nothing stays."""
    for one in points:
        point, told = reads.point(store, one), reads.pains_of(store, [one])[one]
        words = name(told)
        made = _copy(point, point.id, words.name, words.words, centre(told) if told else point.centroid)
        writes.keep_placement(store, (), (), [made], ())


def _copy(point: PainPoint, to: str, called: str, words: tuple[str, ...], middle: Vector) -> PainPoint:
    return replace(point, id=to, name=called, words=words, centroid=middle, named_by=point.named_by * (to == point.id))
