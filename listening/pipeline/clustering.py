"""Cluster: find each pain its lasting pain point, or let it wait until a second person says the same."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from listening.clusters import Lexicon, Voice, centre, find_voices, grow, may_move, place_voices, point_id
from listening.outputs.wording import count
from listening.pipeline.collecting import collect_seldom
from listening.pipeline.mapping import note_faded, on_map, suggest_places
from listening.pipeline.naming import name_points
from listening.pipeline.nights import night_of
from listening.pipeline.reading import BEHIND, UNSETTLED, of_map
from listening.pipeline.reconsidering import NAME_FROM, ROUNDS, comparable_points, reconsider_points, space_of
from listening.settings import Settings
from listening.store import Store, reads, writes
from listening.types import (
    NO_STAGE,
    Cluster,
    LedgerEntry,
    Membership,
    Pain,
    PainPoint,
    Placement,
)

log = logging.getLogger(__name__)
WAITS = timedelta(days=120)  # so long a pain waits for others
UNSURE_WAITS = timedelta(days=45)  # one that may be no pain at all
ARCHIVE = timedelta(days=36_500)  # how far after a night an imported archive may reach
RENAME_AT = (3, 5, 8, 13, 21, 34, 55, 89)  # passages at which the machine looks for a better name
NEIGHBOURS, KNOWN_BY = 12, 60  # pain points that a name is told from, and by how many of their passages
ROUNDING = 1e-4  # far more than two ways to add up a product of two centres can differ
REGROUP_DAY = 0  # Mondays
SETTLED = "settled but for nights after"  # the note where an archive goes on: the same night again changes nothing
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
    key, settled = of_map(settings, UNSETTLED), f"{SETTLED} {night_of(settings, now)}"
    if (unsettled := reads.note(store, key)) in {"", settled}:
        note_faded(store, settings, now=now)
        return Clustered()
    collect_seldom()
    total = Clustered()
    voices = find_voices(_waiting(store, settings, now)) if unsettled != PLACED else []
    threads, lexicon = _threads(store, voices), Lexicon()
    for _ in range(ROUNDS):
        found = _place(store, settings, voices, threads, lexicon, now) if voices else Placement((), (), ())
        total = replace(total, carried=total.carried + len(found.carried), born=total.born + len(found.born))
        if not (found.carried or found.born):
            break
        waiting = set(found.waiting)
        voices = [voice for voice in voices if voice.id in waiting]
    # while old readings by another model are left, half of a pain point's passages cannot be compared
    if night_of(settings, now).weekday() == REGROUP_DAY and not reads.note(store, of_map(settings, BEHIND)):
        writes.keep_meta(store, key, PLACED)  # a night killed from here on does not place by half-made changes
        merged, split = reconsider_points(store, settings, now=now)
        total = replace(total, merged=merged, split=split)
    note_faded(store, settings, now=now)
    suggest_places(store, settings, now=now)
    writes.keep_meta(store, key, settled if _told_later(store, settings, now) else "")
    log.info("clustered", extra={"carried": total.carried, "born": total.born})
    return total


def _threads(store: Store, voices: Sequence[Voice]) -> dict[str, set[str]]:
    """Which pain points were told in the voices' threads before."""
    told = reads.threads_told(store, {voice.thread for voice in voices if voice.thread})
    return {thread: set(points) for thread, points in told.items()}


def _place(  # noqa: PLR0917 - all of them are needed
    store: Store,
    settings: Settings,
    voices: Sequence[Voice],
    threads: dict[str, set[str]],
    lexicon: Lexicon,
    now: datetime,
) -> Placement:
    """Place the voices once; `threads` learns what was told in them."""
    night = night_of(settings, now)
    points = comparable_points(store, settings)
    sure, apart = settings.reading.pain_floor, reads.apart(store)
    found = place_voices(voices, points, night=night, apart=apart, threads=threads, sure=sure, lexicon=lexicon)
    if not (found.carried or found.born):
        return found
    by_id = {pain.signal_id: pain for voice in voices for pain in voice.pains}
    changed = _grown(store, settings, points, found, by_id, night=night)
    born = _born(store, settings, found.born, by_id, night)
    named = _named(store, settings, points, changed, by_id, born)
    model = space_of(store) or ""
    lines = [_line(now, "born", point.id, named[point.id].name, model=model) for point, _ in born]
    lines += _carried(now, points, found, model)
    writes.keep_placement(
        store,
        found.carried,
        [(named[point.id], members) for point, members in born],
        [named[point.id] for point in changed],
        lines,
    )
    for member in (*found.carried, *(member for _, members in born for member in members)):
        if thread := by_id[member.signal_id].thread:
            threads.setdefault(thread, set()).add(member.pain_point_id)
    return found


def _waiting(store: Store, settings: Settings, now: datetime) -> list[Pain]:
    """The pains without a place: sure ones for long, unsure ones only as long as others may still name them."""
    space, reading = space_of(store), settings.reading
    lately, floor = now - UNSURE_WAITS, min(reading.pain_floor, reading.join_floor)
    before = reads.unplaced_pains(store, since=now - WAITS, until=lately, floor=reading.pain_floor, space=space)
    since = reads.unplaced_pains(store, since=lately, until=now, floor=floor, space=space)
    return list({pain.signal_id: pain for pain in (*before, *since)}.values())


def _told_later(store: Store, settings: Settings, now: datetime) -> bool:
    """Whether pains of an imported archive wait for nights after this one."""
    floor = settings.reading.pain_floor
    return bool(reads.unplaced_pains(store, since=now, until=now + ARCHIVE, floor=floor, space=space_of(store)))


def _grown(
    store: Store,
    settings: Settings,
    points: Sequence[PainPoint],
    found: Placement,
    pains: Mapping[str, Pain],
    *,
    night: date,
) -> list[PainPoint]:
    """The pain points that somebody joined, with their centre and place on the map moved on."""
    joined: dict[str, list[Pain]] = defaultdict(list)
    for member in found.carried:
        joined[member.pain_point_id].append(pains[member.signal_id])
    grown = {
        point.id: replace(grow(point, joined[point.id], night=night), faded=None)
        for point in points
        if point.id in joined
    }
    placed = [
        point.id
        for point in points
        if point.id in joined and may_move(point.size, grown[point.id].size, known=NAME_FROM)
    ]
    before, posts = reads.posts_of(store, placed, limit_each=NAME_FROM)
    told = {one: (grown[one], [*before[one], *joined[one]]) for one in placed}
    return list((grown | on_map(store, settings, told, posts)).values())


def _carried(now: datetime, points: Sequence[PainPoint], found: Placement, model: str) -> list[LedgerEntry]:
    """A line for each pain point that somebody joined, and one more for each that is back after a long silence."""
    counts = Counter(member.pain_point_id for member in found.carried)
    joined = [point for point in points if counts[point.id]]
    back = [_line(now, "back again", p.id, f"silent since {p.last_seen}", model=model) for p in joined if p.faded]
    return back + [_line(now, "carried", p.id, count(counts[p.id], "passage"), model=model) for p in joined]


def _born(
    store: Store, settings: Settings, groups: Sequence[Cluster], pains: Mapping[str, Pain], night: date
) -> list[tuple[PainPoint, list[Membership]]]:
    map_id = settings.journey.id
    told = {}
    members = {}
    for one in groups:
        mine = [pains[each] for each in one.members]
        new = point_id(map_id, night, one.members)
        members[new] = [Membership(each, new, night, 1.0) for each in one.members]
        told[new] = (_new_point(map_id, new, mine, night), mine)
    placed = on_map(store, settings, told)
    return [(placed[new], held) for new, held in members.items()]


def _new_point(map_id: str, new: str, pains: Sequence[Pain], night: date) -> PainPoint:
    return PainPoint(
        id=new,
        map=map_id,
        name="",
        named_by="",
        stage=NO_STAGE,
        touchpoint=None,
        status="open",
        born=night,
        last_seen=night,
        centroid=centre(pains),
        size=len(pains),
        space=pains[0].space,
    )


def _named(  # noqa: PLR0917 - all of them are needed
    store: Store,
    settings: Settings,
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
    beside = _neighbours(due, [point for point in now.values() if point.merged_into is None])
    around = {one for others in beside.values() for one in others}
    told = reads.words_of(store, around - mine.keys(), limit_each=KNOWN_BY) | mine
    told |= reads.pains_of(store, {point.id for point in due} - mine.keys(), limit_each=NAME_FROM)
    joined = {point.id: point for point in (*changed, *(point for point, _ in born))}
    others = {one: [told[each] for each in near if told[each]] for one, near in beside.items()}
    nameless = {point.id: told[point.id] for point in due}
    taken = [point.name for point in now.values() if point.id not in nameless and point.merged_into is None]
    names = name_points(store, settings, nameless, others, taken=taken, was={p.id: p.name for p in due})
    for point in due:
        joined[point.id] = replace(point, name=names[point.id].name, words=names[point.id].words)
    return joined


def _neighbours(due: Sequence[PainPoint], others: Sequence[PainPoint]) -> dict[str, list[str]]:
    """The nearest pain points of each that is due: a name has to tell it from these."""
    middles = np.stack([other.centroid for other in others]) if due else np.zeros((0, 0), dtype=np.float32)
    found = {}
    for point in due:
        roughly = middles @ point.centroid  # in another order of adding up than one by one
        fewest = min(len(others), NEIGHBOURS + 1)  # itself is there
        near = [others[at] for at in np.flatnonzero(roughly >= np.sort(roughly)[-fewest] - ROUNDING).tolist()]
        near.sort(key=lambda other: (-float(other.centroid @ point.centroid), other.id))
        found[point.id] = [other.id for other in near if other.id != point.id][:NEIGHBOURS]
    return found


def _worth_renaming(point: PainPoint, before: int) -> bool:
    return not point.named_by and any(before < at <= point.size for at in RENAME_AT)


def _line(now: datetime, what: str, point: str, detail: str, *, other: str = "", model: str = "") -> LedgerEntry:
    return LedgerEntry(now, "listening", what, point, other, detail, model)
