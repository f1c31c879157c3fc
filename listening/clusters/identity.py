"""Decides which lasting pain point tonight's words belong to, so that a pain keeps one id from its first people on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from hashlib import blake2b

import numpy as np

from listening.clusters.attachment import attach
from listening.clusters.founding import find_hurting, holds
from listening.clusters.group import (
    CUT,
    SAME_STAGE,
    SAME_THREAD,
    SAME_TOUCHPOINT,
    Floats,
    Voice,
    WordWeights,
    agree,
    by_head,
    centre,
    compare,
    find_common,
    find_voices,
    free,
    group,
    weigh_person,
)
from listening.clusters.words import stem
from listening.types import Change, Cluster, Membership, Pain, PainPoint, Placement, Vector

CARRY = 0.6  # mean likeness to a pain point's members at which a voice joins it
MERGE = CUT - 0.12  # mean likeness of all pairs at which two pain points are one; above where a split would part them
DOUBT = 0.3  # how much more alike a voice that is surely no pain must be to join one; the likelier a pain, the less
FADES = 0.8  # each telling word counts this much of the one before it
ROUGH = 0.3  # how much touchpoint, thread and words can add to the likeness of two centres
SPLIT_PEOPLE, SPLIT_GAP = 4, 0.14  # a split needs this many people on both sides, this far below the cut
SHARED_TELLING = 0.6  # what it is worth to say a pain point's telling words
USUAL_TIGHTNESS = 0.35  # mean cosine inside a pain point, for centres that were scaled to length one elsewhere


def place(
    pains: Sequence[Pain],
    points: Sequence[PainPoint],
    *,
    night: date,
    apart: Collection[tuple[str, str]] = (),
    threads: Mapping[str, Collection[str]] | None = None,
    sure: float = 0.0,
) -> Placement:
    """Carry each pain to the pain point that it fits, else group it with the others that wait.

    `pains` are all that have no pain point: tonight's and those still waiting, in any order.
    `apart` are (signal id, pain point id) that a person said do not belong together. `threads` tells, where known,
    which pain points were already told in a thread (its id -> their ids). Groups of two people or more are born.
    Voices whose pain is less likely than `sure` may join what others told, but found nothing.
    """
    voices = find_voices(pains)
    living = sorted((p for p in points if p.merged_into is None), key=lambda p: (p.born, p.id))
    common = _common(voices, living)
    weights = WordWeights([v.stems for v in voices] + [_telling(p) for p in living])
    scores = _fit(voices, living, common, weights, threads or {})
    _forbid(scores, voices, living, apart)
    best = scores.max(axis=1, initial=-1.0)
    joins = [bool(best[i] >= CARRY + DOUBT * _doubt(voice, sure)) for i, voice in enumerate(voices)]
    carried = [m for i in np.flatnonzero(joins) for m in _join(voices[i], living[scores[i].argmax()], night)]
    rest = [i for i in range(len(voices)) if not joins[i] and voices[i].pain >= sure]
    unsure = [voice for i, voice in enumerate(voices) if not joins[i] and voice.pain < sure]
    row = {voices[i].id: i for i in rest}
    candidates: list[list[Voice]] = []
    waiting: list[Voice] = []
    for held in group([voices[i] for i in rest], common, weights):
        together = scores[[row[v.id] for v in held]].mean(axis=0)
        if len(held) > 1 and together.max(initial=-1.0) >= CARRY:
            carried += [m for v in held for m in _join(v, living[together.argmax()], night)]
        elif holds(held, common, weights):
            candidates.append(held)
        else:
            waiting += held
    hurting = find_hurting(candidates, unsure, common, weights, sure=sure)
    born = [_bear(held) for held, hurts in zip(candidates, hurting, strict=True) if hurts]
    waiting += [voice for held, hurts in zip(candidates, hurting, strict=True) if not hurts for voice in held]
    kept = [p.signal_id for v in sorted([*waiting, *unsure], key=lambda v: (v.created_at, v.id)) for p in v.pains]
    return Placement(carried=tuple(carried), born=tuple(born), waiting=tuple(kept))


def _doubt(voice: Voice, sure: float) -> float:
    """Say how far a voice is from being surely a pain: 0 to 1."""
    return max(0.0, 1 - voice.pain / sure) if sure else 0.0


def _common(voices: Sequence[Voice], points: Sequence[PainPoint]) -> float:
    total = np.zeros(len(_any_vector(voices, points)), dtype=np.float64)
    for voice in voices:
        total += voice.vector
    weight = len(voices) + sum(_count(p) for p in points)
    for point in points:
        total += _middle(point).astype(np.float64) * _count(point)
    return find_common(total, weight)


def _any_vector(voices: Sequence[Voice], points: Sequence[PainPoint]) -> Vector:
    if voices:
        return voices[0].vector
    return points[0].centroid if points else np.zeros(1, dtype=np.float32)


def _count(point: PainPoint) -> int:
    return max(1, point.people or point.size)


def _middle(point: PainPoint) -> Vector:
    """Take the mean of the members' vectors; one scaled to length one gets the usual length for its size."""
    length = float(np.linalg.norm(point.centroid))
    count = _count(point)
    if count == 1 or length < 0.999:  # noqa: PLR2004 -- shorter than one: it is a mean already
        return point.centroid
    usual = (USUAL_TIGHTNESS + (1 - USUAL_TIGHTNESS) / count) ** 0.5
    return np.asarray(point.centroid * (usual / length), dtype=np.float32)


def _telling(point: PainPoint) -> frozenset[str]:
    return frozenset(stem(word) for phrase in point.words for word in phrase.lower().split())


def _fit(
    voices: Sequence[Voice],
    points: Sequence[PainPoint],
    common: float,
    weights: WordWeights,
    threads: Mapping[str, Collection[str]],
) -> Floats:
    """How well each voice fits each pain point: the mean likeness to its members, as far as the pain point keeps it."""
    if not voices or not points:
        return np.zeros((len(voices), len(points)), dtype=np.float32)
    cosines = np.stack([v.vector for v in voices]) @ np.stack([_middle(p) for p in points]).T
    told = _share_words(voices, points, weights)
    thread = np.zeros((len(voices), len(points)), dtype=np.float32)
    column = {p.id: i for i, p in enumerate(points)}
    for row, voice in enumerate(voices):
        thread[row, [column[point] for point in threads.get(voice.thread, ()) if point in column]] = 1.0
    return np.asarray(
        free(cosines, common)
        + SHARED_TELLING * told
        + SAME_TOUCHPOINT * agree([v.touchpoint for v in voices], [p.touchpoint for p in points])
        + SAME_STAGE * agree([v.stage for v in voices], [p.stage for p in points])
        + SAME_THREAD * thread,
        dtype=np.float32,
    )


def _share_words(voices: Sequence[Voice], points: Sequence[PainPoint], weights: WordWeights) -> Floats:
    """How much of each pain point's telling words each voice says (0..1), the first of them counting most."""
    told = np.zeros((len(voices), len(points)), dtype=np.float32)
    sayers: dict[str, list[int]] = defaultdict(list)
    for row, voice in enumerate(voices):
        for word in voice.stems:
            sayers[word].append(row)
    for column, point in enumerate(points):
        telling = [stem(word) for word in point.words]
        worth = [weights(word) * FADES**rank for rank, word in enumerate(telling)]
        for word, value in zip(telling, worth, strict=True):
            told[sayers.get(word, []), column] += value / max(1e-6, sum(worth))
    return told


def _forbid(
    scores: Floats, voices: Sequence[Voice], points: Sequence[PainPoint], apart: Collection[tuple[str, str]]
) -> None:
    column = {p.id: i for i, p in enumerate(points)}
    row = {pain.signal_id: i for i, voice in enumerate(voices) for pain in voice.pains}
    for signal_id, point_id in apart:
        if signal_id in row and point_id in column:
            scores[row[signal_id], column[point_id]] = -1.0


def _join(voice: Voice, point: PainPoint, night: date) -> list[Membership]:
    length = float(np.linalg.norm(point.centroid)) or 1.0
    return [
        Membership(p.signal_id, point.id, night, round(float(p.embedding @ point.centroid) / length, 4))
        for p in voice.pains
    ]


def _bear(voices: Sequence[Voice]) -> Cluster:
    pains = [pain for voice in voices for pain in voice.pains]
    stage, touchpoint = attach(pains)
    return Cluster(
        members=tuple(p.signal_id for p in sorted(pains, key=lambda p: (p.created_at, p.signal_id))),
        centroid=centre(pains),
        stage=stage,
        touchpoint=touchpoint,
    )


def point_id(map_id: str, night: date, members: Sequence[str]) -> str:
    """Make the id of a pain point born on `night` from `members`: the same for the same, whatever their order."""
    digest = blake2b("\0".join((map_id, night.isoformat(), *sorted(members))).encode(), digest_size=5)
    return f"pp-{digest.hexdigest()}"


def grow(point: PainPoint, pains: Sequence[Pain], *, night: date) -> PainPoint:
    """`point` after `pains` joined it: centre, size and last day moved on, at the cost of what is new.

    `people` counts those added as new, an upper bound until the store counts heads.
    """
    voices = find_voices(pains)
    if not voices:
        return point
    people = by_head(voices).values()
    before, weight = _count(point), sum(weigh_person(held) for held in people)
    total = _middle(point).astype(np.float64) * before + centre(pains).astype(np.float64) * weight
    return replace(
        point,
        centroid=(total / (before + weight)).astype(np.float32),
        size=point.size + len(pains),
        people=before + len(people),
        last_seen=max(point.last_seen, night),
    )


def reconsider(
    points: Sequence[PainPoint], pains_by_point: Mapping[str, Sequence[Pain]], *, fixed: Collection[str] = ()
) -> tuple[Change, ...]:
    """Find pain points that are one (the elder's id stays) and such that are clearly two; few, and never a `fixed` one.

    Each pain point takes part in one change at most, so that a person can follow; what is left comes the next time.
    In a split `members` leave `from_id` for the new id `into_id`.
    """
    living = [p for p in points if p.merged_into is None and p.id not in fixed and pains_by_point.get(p.id)]
    living.sort(key=lambda p: (p.born, p.id))
    voices = {p.id: find_voices(pains_by_point[p.id]) for p in living}
    everyone = [v for p in living for v in voices[p.id]]
    if not everyone:
        return ()
    common = find_common(np.sum([v.vector for v in everyone], axis=0, dtype=np.float64), len(everyone))
    weights = WordWeights([v.stems for v in everyone])
    changes: list[Change] = []
    touched: set[str] = set()
    for likeness, elder, younger in _near_pairs(living, voices, common, weights):
        if not touched & {elder.id, younger.id}:
            touched |= {elder.id, younger.id}
            changes.append(Change("merge", elder.id, younger.id, why=f"mean likeness {likeness:.2f}"))
    for point in living:
        if point.id not in touched and (leaving := _find_split(voices[point.id], common, weights)):
            members = tuple(sorted(p.signal_id for v in leaving for p in v.pains))
            born = max(v.created_at for v in leaving).date()
            new = point_id(point.map, born, members)
            changes.append(Change("split", new, point.id, members, f"{len(leaving)} voices stand apart"))
    return tuple(changes)


def _near_pairs(
    points: Sequence[PainPoint], voices: Mapping[str, Sequence[Voice]], common: float, weights: WordWeights
) -> list[tuple[float, PainPoint, PainPoint]]:
    """Pairs of pain points whose members are alike enough to be one, the most alike first."""
    middles = np.stack([np.mean([v.vector for v in voices[p.id]], axis=0, dtype=np.float32) for p in points])
    rough = free(middles @ middles.T, common)
    pairs = []
    for i, j in zip(*np.nonzero(np.triu(rough >= MERGE - ROUGH, k=1)), strict=True):
        likeness = float(compare(voices[points[i].id], voices[points[j].id], common, weights).mean())
        if likeness >= MERGE:
            pairs.append((round(likeness, 4), points[i], points[j]))
    return sorted(pairs, key=lambda pair: (-pair[0], pair[1].id, pair[2].id))


def _find_split(voices: Sequence[Voice], common: float, weights: WordWeights) -> list[Voice]:
    """Find the part of `voices` that should leave: both parts of four people or more, far from each other."""
    if len({v.person for v in voices}) < 2 * SPLIT_PEOPLE:
        return []
    parts = [part for part in group(voices, common, weights) if len({v.person for v in part}) >= SPLIT_PEOPLE]
    if len(parts) < 2:  # noqa: PLR2004 -- two parts
        return []
    stays, leaves = sorted(parts, key=lambda part: (-len(part), part[0].created_at, part[0].id))[:2]
    likeness = float(compare(stays, leaves, common, weights).mean())
    return leaves if likeness < CUT - SPLIT_GAP else []
