"""Groups plain texts without a store, through the nights where they are dated: the same rules, no lasting memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from listening.clusters.group import centre, unit
from listening.clusters.identity import grow, place, point_id
from listening.clusters.lasting import reconsider
from listening.clusters.naming import name
from listening.errors import InputError
from listening.types import NO_STAGE, Cluster, Pain, PainPoint, PostKind, Vector

WAITS = timedelta(days=120)  # how long a text waits for company
RECONSIDERS = 7  # every so many nights
_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
_NAMED_BESIDE = 20  # neighbours that a name has to stand apart from


def group_texts(
    texts: Sequence[str],
    embeddings: Sequence[Vector],
    *,
    ids: Sequence[str] = (),
    people: Sequence[str] = (),
    created_at: Sequence[datetime | None] = (),
) -> list[tuple[str | None, str, float]]:
    """Group `texts`: for each (cluster id or None where it stands alone, the cluster's name, cosine to its middle).

    `embeddings` are vectors of length one. With `created_at` the nights are gone through in order, so that an id is
    never used for something else. Without `people` each text is another person's. Raises InputError where the lengths
    differ.
    """
    for thing, given in (("embeddings", embeddings), ("ids", ids), ("people", people), ("dates", created_at)):
        if len(given) not in ({len(texts)} if thing == "embeddings" else {0, len(texts)}):
            raise InputError(f"{len(texts)} texts but {len(given)} {thing}", "give one for each text")
    dates = created_at or [None] * len(texts)
    keys = [f"{own_id}\0{i}" for i, own_id in enumerate(ids or [""] * len(texts))]  # two lines may share an id
    pains = [
        _make_pain(key, text, np.asarray(embedding), person, when)
        for key, text, embedding, person, when in zip(keys, texts, embeddings, people or keys, dates, strict=True)
    ]
    homes = _go_through(pains)
    return _tell(pains, homes)


def _make_pain(key: str, text: str, embedding: Vector, person: str, when: datetime | None) -> Pain:
    return Pain(
        signal_id=key,
        document_id=key,
        person=person or key,
        source="",
        kind=PostKind.FORUM,
        text=text,
        created_at=when or _UNDATED,
        stage=NO_STAGE,
        touchpoint=None,
        unspoken=False,
        embedding=unit(embedding),
    )


def _go_through(pains: Sequence[Pain]) -> dict[str, str]:
    """Signal id -> pain point id after the last night."""
    by_night: dict[date, list[Pain]] = defaultdict(list)
    for pain in pains:
        by_night[pain.created_at.astimezone(UTC).date()].append(pain)
    points: dict[str, PainPoint] = {}
    members: dict[str, list[Pain]] = {}
    waiting: dict[str, Pain] = {}
    for count, night in enumerate(sorted(by_night), start=1):
        waiting = {k: p for k, p in waiting.items() if night - p.created_at.astimezone(UTC).date() <= WAITS}
        waiting |= {pain.signal_id: pain for pain in by_night[night]}
        waiting = _one_night(waiting, night, points, members)
        if count % RECONSIDERS == 0 or count == len(by_night):
            _merge(points, members)
    return {pain.signal_id: point for point, held in members.items() for pain in held}


def _one_night(
    waiting: dict[str, Pain], night: date, points: dict[str, PainPoint], members: dict[str, list[Pain]]
) -> dict[str, Pain]:
    placed = place(list(waiting.values()), list(points.values()), night=night)
    joined: dict[str, list[Pain]] = defaultdict(list)
    for membership in placed.carried:
        joined[membership.pain_point_id].append(waiting[membership.signal_id])
    for cluster in placed.born:
        new = point_id("group", night, cluster.members)
        held = members[new] = [waiting[m] for m in cluster.members]
        points[new] = _make_point(new, night, cluster, name(held, _beside(members, new)).words)
    for point, pains in joined.items():
        members[point] += pains
        words = name(members[point], _beside(members, point)).words
        points[point] = replace(grow(points[point], pains, night=night), words=words)
    return {signal_id: waiting[signal_id] for signal_id in placed.waiting}


def _make_point(new: str, night: date, cluster: Cluster, words: tuple[str, ...]) -> PainPoint:
    return PainPoint(
        id=new,
        map="group",
        name="",
        named_by="",
        stage=cluster.stage,
        touchpoint=cluster.touchpoint,
        status="open",
        born=night,
        last_seen=night,
        centroid=cluster.centroid,
        size=len(cluster.members),
        people=len(cluster.members),
        words=words,
    )


def _beside(members: dict[str, list[Pain]], point: str) -> list[list[Pain]]:
    return [held[:50] for other, held in list(members.items())[: _NAMED_BESIDE + 1] if other != point]


def _merge(points: dict[str, PainPoint], members: dict[str, list[Pain]]) -> None:
    for change in reconsider(list(points.values()), members):
        if change.kind == "merge":
            members[change.into_id] += members.pop(change.from_id)
            gone = points.pop(change.from_id)
            kept = points[change.into_id]
            held = members[change.into_id]
            points[change.into_id] = replace(
                kept, centroid=centre(held), size=len(held), people=kept.people + gone.people
            )


def _tell(pains: Sequence[Pain], homes: dict[str, str]) -> list[tuple[str | None, str, float]]:
    members: dict[str, list[Pain]] = defaultdict(list)
    for pain in pains:
        if pain.signal_id in homes:
            members[homes[pain.signal_id]].append(pain)
    labels = {point: name(held, _beside(members, point)).name for point, held in members.items()}
    middles = {point: unit(centre(held)) for point, held in members.items()}
    return [
        (home, labels[home], round(float(pain.embedding @ middles[home]), 4))
        if (home := homes.get(pain.signal_id))
        else (None, "", 0.0)
        for pain in pains
    ]
