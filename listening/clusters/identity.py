"""Decides which lasting pain point tonight's words belong to, so that a pain keeps one id from its first people on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from hashlib import blake2b

import numpy as np

from listening.clusters.attachment import attach
from listening.clusters.fitting import count_people, doubt, fit, forbid, middle, telling
from listening.clusters.founding import HALF_HEARD, choose_hurting, find_groups, holds, suffices
from listening.clusters.group import (
    Voice,
    by_head,
    centre,
    find_common,
    find_voices,
    weigh_person,
)
from listening.clusters.weights import Lexicon, WordWeights
from listening.types import Cluster, Membership, Pain, PainPoint, Placement, Vector

CARRY = 0.6  # mean likeness to a pain point's members at which a voice joins it
DOUBT = 0.3  # how much more alike a voice that is surely no pain must be to join one; the likelier a pain, the less


def place(
    pains: Sequence[Pain],
    points: Sequence[PainPoint],
    *,
    night: date,
    apart: Collection[tuple[str, str]] = (),
    threads: Mapping[str, Collection[str]] | None = None,
    sure: float = 0.0,
    carry: float = CARRY,
) -> Placement:
    """Carry each pain to the pain point that it fits, else group it with the others that wait.

    `pains` are all that have no pain point: tonight's and those still waiting, in any order.
    `apart` are (signal id, pain point id) that a person said do not belong together. `threads` tells, where known,
    which pain points were already told in a thread (its id -> their ids). Groups of two people or more are born.
    Voices whose pain is less likely than `sure` may join what others told; they found only together with a sure one.
    `carry` is the mean likeness to a pain point's members at which one joins it.
    """
    voices = find_voices(pains)
    return place_voices(voices, points, night=night, apart=apart, threads=threads, sure=sure, carry=carry)


def place_voices(
    voices: Sequence[Voice],
    points: Sequence[PainPoint],
    *,
    night: date,
    apart: Collection[tuple[str, str]] = (),
    threads: Mapping[str, Collection[str]] | None = None,
    sure: float = 0.0,
    lexicon: Lexicon | None = None,
    carry: float = CARRY,
) -> Placement:
    """As `place`, for voices that were gathered before: a night places what waits again and again.

    `lexicon` keeps what is known of their words from one round to the next.
    """
    living = sorted((p for p in points if p.merged_into is None), key=lambda p: (p.born, p.id))
    common = _common(voices, living)
    weights = WordWeights([v.stems for v in voices] + [telling(p) for p in living], lexicon)
    scores = fit(voices, living, common, weights, threads or {}, sure=sure)
    forbid(scores, voices, living, apart)
    best = scores.max(axis=1, initial=-1.0)
    joins = [bool(best[i] >= carry + DOUBT * doubt(voice, sure)) for i, voice in enumerate(voices)]
    carried = [m for i, join in enumerate(joins) if join for m in _join(voices[i], living[scores[i].argmax()], night)]
    rest = [i for i in range(len(voices)) if not joins[i] and voices[i].pain >= sure]
    unsure = [voice for i, voice in enumerate(voices) if not joins[i] and voice.pain < sure]
    row = {voices[i].id: i for i in rest}
    candidates: list[list[Voice]] = []
    waiting: list[Voice] = []
    for held in find_groups([voices[i] for i in rest], common, weights):
        together = scores[[row[v.id] for v in held]].mean(axis=0)
        if len(held) > 1 and together.max(initial=-1.0) >= carry:
            carried += [m for v in held for m in _join(v, living[together.argmax()], night)]
        elif holds(held, common, weights):
            candidates.append(held)
        else:
            waiting += held
    founders = choose_hurting(candidates, unsure, common, weights, sure=sure)
    if not (carried or founders) and sure:
        founders = _half_heard(waiting, unsure, common, weights, sure)
    gone = {voice.id for held in founders for voice in held}
    left = [*waiting, *(voice for held in candidates for voice in held), *unsure]
    kept = [p.signal_id for v in sorted(left, key=_by_date) if v.id not in gone for p in v.pains]
    return Placement(carried=tuple(carried), born=tuple(_bear(held) for held in founders), waiting=tuple(kept))


def _half_heard(
    waiting: Sequence[Voice], unsure: Sequence[Voice], common: float, weights: WordWeights, sure: float
) -> list[Sequence[Voice]]:
    """Find founders among voices of which only some are sure: asked last, when all else has its place."""
    half = [*waiting, *(voice for voice in unsure if voice.pain >= HALF_HEARD * sure)]
    groups = find_groups(sorted(half, key=_by_date), common, weights)
    enough = [held for held in groups if suffices(held, sure) and holds(held, common, weights)]
    return choose_hurting(enough, unsure, common, weights, sure=sure)


def _by_date(voice: Voice) -> tuple[datetime, str]:
    return voice.created_at, voice.id


def _common(voices: Sequence[Voice], points: Sequence[PainPoint]) -> float:
    total = np.zeros(len(_any_vector(voices, points)), dtype=np.float64)
    for voice in voices:
        total += voice.vector
    weight = len(voices) + sum(count_people(p) for p in points)
    for point in points:
        total += middle(point).astype(np.float64) * count_people(point)
    return find_common(total, weight)


def _any_vector(voices: Sequence[Voice], points: Sequence[PainPoint]) -> Vector:
    if voices:
        return voices[0].vector
    return points[0].centroid if points else np.zeros(1, dtype=np.float32)


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
    before, weight = count_people(point), sum(weigh_person(held) for held in people)
    total = middle(point).astype(np.float64) * before + centre(pains).astype(np.float64) * weight
    return replace(
        point,
        centroid=(total / (before + weight)).astype(np.float32),
        size=point.size + len(pains),
        people=before + len(people),
        last_seen=max(point.last_seen, night),
    )
