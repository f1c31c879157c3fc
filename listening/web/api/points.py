"""Pain points for programs: what hurts, its evidence and history, and all that an owner can do."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from listening import journey
from listening.errors import InputError
from listening.store import reads
from listening.types import STATUSES, Preview
from listening.web.api import sent, shapes
from listening.web.visit import Here

router = shapes.calls(tag="pain points")


@router.get("/pain-points")
def list_points(
    visit: Here,
    status: Annotated[str, Query(max_length=20)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> shapes.Points:
    """List pain points, those of most people first; of one status, or all that are not dropped."""
    if status and status not in STATUSES:
        raise InputError(f"no status {status!r}", f"use one of {', '.join(STATUSES)}")
    found = reads.points(visit.store, map_id=visit.journey.id, states=(status,) if status else reads.OPEN)
    found.sort(key=lambda one: (-one.people, one.id))
    return shapes.Points(len(found), [shapes.point_of(one) for one in found[offset : offset + limit]])


@router.get("/pain-points/{point}")
def show(visit: Here, point: str) -> shapes.PointInFull:
    """Show one with quotes, passages, emergences and history."""
    found, store = reads.point(visit.store, point), visit.store
    return shapes.PointInFull(
        point=shapes.point_of(found),
        weekly_people=reads.weekly_people(store, [point], visit.now.date(), zone=visit.settings.night.timezone)[point],
        quotes=[shapes.words_of(one) for one in reads.quotes(store, [point])[point]],
        passages=[
            shapes.Passage(one.signal_id, one.text, one.source, one.created_at)
            for one in reads.pains_of(store, [point], limit_each=1000)[point]
        ],
        emergences=[shapes.news_of(one) for one in reads.emergences(store, [point])],
        history=[shapes.line_of(one) for one in reads.history(store, point)],
    )


@router.post("/pain-points/{point}/assign")
def assign(visit: Here, point: str, given: sent.Assignment) -> shapes.Point:
    """Give it to an owner of the map, and rate it."""
    journey.assign(
        visit.store,
        visit.settings,
        point,
        given.owner,
        who=visit.who,
        now=visit.now,
        importance=given.importance,
        cost=given.cost,
        ease=given.ease,
    )
    return _now(visit, point)


@router.post("/pain-points/{point}/rename")
def rename(visit: Here, point: str, given: sent.Name) -> shapes.Point:
    """Give it a name that the machine never changes again."""
    journey.rename(visit.store, point, given.name, who=visit.who, now=visit.now)
    return _now(visit, point)


@router.get("/pain-points/{point}/merge")
def preview_merge(visit: Here, point: str, into: Annotated[str, Query(max_length=100)]) -> Preview:
    """Say what merging it into another one would change; nothing is done."""
    return journey.preview_merge(visit.store, point, into)


@router.get("/pain-points/{point}/split")
def preview_split(visit: Here, point: str, passage: Annotated[list[str], Query(max_length=1000)]) -> Preview:
    """Say what taking these passages out into a pain point of their own would change; nothing is done."""
    return journey.preview_split(visit.store, point, passage)


@router.post("/pain-points/{point}/merge")
def merge(visit: Here, point: str, given: sent.Into) -> shapes.Point:
    """Say that it is one with another, which stays; both have to be yours."""
    visit.must_own("point", given.into)
    if given.into == point:
        raise InputError("a pain point cannot be merged into itself", "name the other one")
    journey.merge(visit.store, point, given.into, who=visit.who, now=visit.now)
    return _now(visit, given.into)


@router.post("/pain-points/{point}/split")
def split(visit: Here, point: str, given: sent.Passages) -> shapes.Point:
    """Say that some passages are another pain; gives the new pain point."""
    new = journey.split(visit.store, visit.settings, point, given.passages, who=visit.who, now=visit.now)
    return _now(visit, new)


@router.post("/pain-points/{point}/move")
def move(visit: Here, point: str, given: sent.OnePassage) -> shapes.Done:
    """Say that a passage does not belong there; the next night finds its place."""
    journey.move(visit.store, given.passage, point, who=visit.who, now=visit.now)
    return shapes.Done(done=True, said=f"{given.passage} left {point}")


@router.post("/pain-points/{point}/resolve")
def resolve(visit: Here, point: str, given: sent.On) -> shapes.Point:
    """Say that it was mended on a day; it is watched from then."""
    journey.resolve(visit.store, point, on=given.on, who=visit.who, now=visit.now)
    return _now(visit, point)


@router.post("/pain-points/{point}/mute")
def mute(visit: Here, point: str, given: sent.Until) -> shapes.Point:
    """Hear nothing of it until a day; it is counted on."""
    journey.mute(visit.store, point, until=given.until, who=visit.who, now=visit.now)
    return _now(visit, point)


@router.post("/pain-points/{point}/reopen")
def reopen(visit: Here, point: str) -> shapes.Point:
    """Open it again, and end its mute."""
    journey.reopen(visit.store, point, who=visit.who, now=visit.now)
    return _now(visit, point)


def _now(visit: Here, point: str) -> shapes.Point:
    return shapes.point_of(reads.point(visit.store, point))
