"""Cluster: find each pain its lasting pain point, or let it wait until a second person says the same."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from listening.clusters import Voice, attach, centre, find_voices, grow, name, place_voices, point_id, reconsider
from listening.pipeline.nights import night_of
from listening.pipeline.reading import BEHIND, SPACE, UNSETTLED
from listening.settings import Settings
from listening.store import Store, reads, writes
from listening.types import Change, Cluster, LedgerEntry, Membership, Pain, PainPoint, Placement

log = logging.getLogger(__name__)
WAITS = timedelta(days=120)  # so long a pain waits for others
UNSURE_WAITS = timedelta(days=45)  # one that may be no pain at all
ARCHIVE = timedelta(days=36_500)  # how far after a night an imported archive may reach
ROUNDS = 12  # placing settles in two or three; more would be a circle
RENAME_AT = (3, 5, 8, 13, 21, 34, 55, 89)  # passages at which the machine looks for a better name
NAME_FROM = 200  # passages that a name is made from at most
NEIGHBOURS = 12
REGROUP_DAY = 0  # Mondays
NO_NOTE = "*"
PLACED = "placed"  # the note after placing, while pain points are being reconsidered


@dataclass(frozen=True, slots=True)
class Clustered:
    """What tonight's pains became."""

    carried: int = 0
    born: int = 0
    merged: int = 0
    split: int = 0


def cluster(store: Store, settings: Settings, *, now: datetime) -> Clustered:
    """Place what waits until nothing moves any more; on Mondays look whether pain points are one or two."""
    unsettled = reads.note(store, UNSETTLED)
    if not unsettled:
        return Clustered()
    total = Clustered()
    voices = find_voices(_waiting(store, settings, now)) if unsettled != PLACED else []
    for _ in range(ROUNDS):
        found = _place(store, settings, voices, now) if voices else Placement((), (), ())
        total = replace(total, carried=total.carried + len(found.carried), born=total.born + len(found.born))
        if not (found.carried or found.born):
            break
        waiting = set(found.waiting)
        voices = [voice for voice in voices if voice.id in waiting]
    # while old readings by another model are left, half of a pain point's passages cannot be compared
    if night_of(settings, now).weekday() == REGROUP_DAY and not reads.note(store, BEHIND):
        writes.keep_meta(store, UNSETTLED, PLACED)  # a night killed from here on does not place by half-made changes
        total = _reconsider(store, settings, now, total)
    writes.keep_meta(store, UNSETTLED, "yes" if _told_later(store, settings, now) else "")
    log.info("clustered", extra={"carried": total.carried, "born": total.born})
    return total


def _place(store: Store, settings: Settings, voices: Sequence[Voice], now: datetime) -> Placement:
    night = night_of(settings, now)
    points = _points(store, settings)
    threads = reads.threads_told(store, {voice.thread for voice in voices if voice.thread})
    sure, apart = settings.reading.pain_floor, reads.apart(store)
    found = place_voices(voices, points, night=night, apart=apart, threads=threads, sure=sure)
    if not (found.carried or found.born):
        return found
    by_id = {pain.signal_id: pain for voice in voices for pain in voice.pains}
    stages = {touchpoint.id: touchpoint.stage for touchpoint in settings.journey.touchpoints}
    changed = _grown(store, points, found, by_id, night=night, stages=stages)
    born = [_born(settings.journey.id, one, by_id, night, stages) for one in found.born]
    named = _named(store, points, changed, by_id, born)
    lines = [_line(now, "born", point.id, named[point.id].name) for point, _ in born]
    writes.keep_placement(
        store,
        found.carried,
        [(named[point.id], members) for point, members in born],
        [named[point.id] for point in changed],
        lines,
    )
    return found


def _waiting(store: Store, settings: Settings, now: datetime) -> list[Pain]:
    """The pains without a place: sure ones for long, unsure ones only as long as others may still name them."""
    space, reading = _space(store), settings.reading
    sure = reads.unplaced_pains(store, since=now - WAITS, until=now, floor=reading.pain_floor, space=space)
    unsure = reads.unplaced_pains(store, since=now - UNSURE_WAITS, until=now, floor=reading.join_floor, space=space)
    return list({pain.signal_id: pain for pain in (*sure, *unsure)}.values())


def _told_later(store: Store, settings: Settings, now: datetime) -> bool:
    """Whether pains of an imported archive wait for nights after this one."""
    floor = settings.reading.pain_floor
    return bool(reads.unplaced_pains(store, since=now, until=now + ARCHIVE, floor=floor, space=_space(store)))


def _space(store: Store) -> str | None:
    """The space of the latest embeddings; None in a store in which nothing was read since spaces are noted."""
    found = reads.note(store, SPACE, NO_NOTE)
    return None if found == NO_NOTE else found


def _points(store: Store, settings: Settings) -> list[PainPoint]:
    """The pain points that tonight's pains can be compared with."""
    space = _space(store)
    return [one for one in reads.points(store, map_id=settings.journey.id) if space is None or one.space == space]


def _grown(
    store: Store,
    points: Sequence[PainPoint],
    found: Placement,
    pains: Mapping[str, Pain],
    *,
    night: date,
    stages: Mapping[str, str],
) -> list[PainPoint]:
    """The pain points that somebody joined, with their centre, stage and touchpoint moved on."""
    joined: dict[str, list[Pain]] = defaultdict(list)
    for member in found.carried:
        joined[member.pain_point_id].append(pains[member.signal_id])
    before = reads.pains_of(store, joined.keys(), limit_each=NAME_FROM)
    grown = []
    for point in points:
        if point.id in joined:
            stage, touchpoint = attach([*before[point.id], *joined[point.id]], stages)
            grown.append(replace(grow(point, joined[point.id], night=night), stage=stage, touchpoint=touchpoint))
    return grown


def _born(
    map_id: str, group: Cluster, pains: Mapping[str, Pain], night: date, stages: Mapping[str, str]
) -> tuple[PainPoint, list[Membership]]:
    mine = [pains[one] for one in group.members]
    new = point_id(map_id, night, group.members)
    stage, touchpoint = attach(mine, stages)
    point = PainPoint(
        id=new,
        map=map_id,
        name="",
        named_by="",
        stage=stage,
        touchpoint=touchpoint,
        status="open",
        born=night,
        last_seen=night,
        centroid=centre(mine),
        size=len(mine),
        space=mine[0].space,
    )
    return point, [Membership(one, new, night, 1.0) for one in group.members]


def _named(
    store: Store,
    points: Sequence[PainPoint],
    changed: Sequence[PainPoint],
    pains: Mapping[str, Pain],
    born: Sequence[tuple[PainPoint, Sequence[Membership]]],
) -> dict[str, PainPoint]:
    """The changed and born pain points, with a name and telling words where it is time for (another) one."""
    before = {point.id: point.size for point in points}
    mine = {point.id: [pains[member.signal_id] for member in members] for point, members in born}
    due = [*(point for point, _ in born), *(p for p in changed if _worth_renaming(p, before[p.id]))]
    now = {point.id: point for point in (*points, *changed, *(point for point, _ in born))}
    beside = {point.id: _neighbours(point, list(now.values())) for point in due}
    asked = {one for others in beside.values() for one in others} | {point.id for point in due}
    told = {**reads.pains_of(store, asked - mine.keys(), limit_each=NAME_FROM), **mine}
    joined = {point.id: point for point in (*changed, *(point for point, _ in born))}
    for point in due:
        words = name(told[point.id], [told[one] for one in beside[point.id] if told[one]])
        joined[point.id] = replace(point, name=words.name, words=words.words)
    return joined


def _neighbours(point: PainPoint, others: Sequence[PainPoint]) -> list[str]:
    """The nearest pain points: a name has to tell it from these."""
    near = sorted(others, key=lambda other: (-float(other.centroid @ point.centroid), other.id))
    return [other.id for other in near if other.id != point.id and other.merged_into is None][:NEIGHBOURS]


def _worth_renaming(point: PainPoint, before: int) -> bool:
    return not point.named_by and any(before < at <= point.size for at in RENAME_AT)


def _reconsider(store: Store, settings: Settings, now: datetime, total: Clustered) -> Clustered:
    """Merge pain points that are one, split those that are two; what a person named or owns is left alone."""
    for _ in range(ROUNDS):
        points = {point.id: point for point in _points(store, settings)}
        fixed = {point.id for point in points.values() if point.named_by or point.owner or point.status != "open"}
        changes = reconsider(
            list(points.values()),
            reads.pains_of(store, points.keys(), limit_each=NAME_FROM, space=_space(store)),
            fixed=fixed,
        )
        writes.apply_changes(store, [_planned(store, settings, points, change, now) for change in changes])
        merged = sum(change.kind == "merge" for change in changes)
        total = replace(total, merged=total.merged + merged, split=total.split + len(changes) - merged)
        if not changes:
            break
    return total


def _planned(
    store: Store, settings: Settings, points: Mapping[str, PainPoint], change: Change, now: datetime
) -> tuple[Change, list[PainPoint], list[LedgerEntry]]:
    """The change with its pain points made anew, and its line."""
    told = reads.pains_of(store, [change.into_id, change.from_id])
    stages = {touchpoint.id: touchpoint.stage for touchpoint in settings.journey.touchpoints}
    line = _line(now, change.kind, change.from_id, change.why, other=change.into_id)
    if change.kind == "merge":
        both = [*told[change.into_id], *told[change.from_id]]
        latest = max(points[change.into_id].last_seen, points[change.from_id].last_seen)
        return change, [_again(replace(points[change.into_id], last_seen=latest), both, stages)], [line]
    leaving = [pain for pain in told[change.from_id] if pain.signal_id in set(change.members)]
    staying = [pain for pain in told[change.from_id] if pain.signal_id not in set(change.members)]
    old = points[change.from_id]
    new = replace(old, id=change.into_id, named_by="", merged_into=None)
    return change, [_again(old, staying, stages), _again(new, leaving, stages)], [line]


def _again(point: PainPoint, pains: Sequence[Pain], stages: Mapping[str, str]) -> PainPoint:
    """The pain point made anew from these pains."""
    stage, touchpoint = attach(pains, stages)
    words = name(pains)
    fresh = replace(point, centroid=centre(pains), stage=stage, touchpoint=touchpoint, size=len(pains))
    return replace(fresh, name=words.name, words=words.words)


def _line(now: datetime, what: str, point: str, detail: str, other: str = "") -> LedgerEntry:
    return LedgerEntry(at=now, who="listening", what=what, pain_point_id=point, other_id=other, detail=detail)
