"""Says what becomes of pain points over the weeks: which are one, which are two, and which nobody tells any more."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np

from listening.clusters.fitting import telling
from listening.clusters.group import CUT, Voice, compare, find_common, find_voices, free, group
from listening.clusters.identity import point_id
from listening.clusters.weights import WordWeights
from listening.types import Change, Pain, PainPoint

MERGE = CUT - 0.12  # mean likeness of all pairs at which two pain points are one; above where a split would part them
SAME_TELLING, MOST_TELLING = 0.08, 0.24  # what each telling word is worth that two of one place have, and all at most
MERGE_EXTRA = 0.1  # one of a single person must be so much more alike, of two half as much: few are easily chance
ROUGH = 0.3  # how much touchpoint, thread and words can add to the likeness of two centres
SPLIT_PEOPLE, SPLIT_GAP = 4, 0.18  # a split needs this many people on both sides, this far below the cut
FADES = timedelta(days=60)  # so long nobody tells a pain until it has faded


def fade(points: Sequence[PainPoint], *, night: date) -> tuple[PainPoint, ...]:
    """Find the pain points that nobody has told for long, and that were not known to be silent; `faded` is set."""
    silent = [p for p in points if p.merged_into is None and p.faded is None and p.last_seen <= night - FADES]
    return tuple(replace(point, faded=night) for point in sorted(silent, key=lambda p: (p.born, p.id)))


def reconsider(
    points: Sequence[PainPoint],
    pains_by_point: Mapping[str, Sequence[Pain]],
    *,
    fixed: Collection[str] = (),
    whole: Collection[str] = (),
    apart: Collection[tuple[str, str]] = (),
    since: datetime | None = None,
    night: date = date.min,
) -> tuple[Change, ...]:
    """Find pain points that are one (the elder's id stays) and such that are clearly two; few, and never a `fixed` one.

    Each pain point takes part in one change at most, so that a person can follow; what is left comes the next time.
    In a split `members` leave `from_id` for the new id `into_id`, another each `night`. What a person put together is
    `whole` and not split; the pairs of pain points that were parted before are `apart` and not merged. Where another
    encoder took over, at `since`, that is no news of any customer: what stood before stays, until half of its voices
    have come after.
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
    settled = {p.id for p in living if since is not None and is_settled(voices[p.id], since)}
    for likeness, elder, younger in _near_pairs(living, voices, common, weights):
        parted = (elder.id, younger.id) in apart or (younger.id, elder.id) in apart
        parted = parted or {elder.id, younger.id} <= settled
        if not parted and not touched & {elder.id, younger.id}:
            touched |= {elder.id, younger.id}
            changes.append(Change("merge", elder.id, younger.id, why=f"mean likeness {likeness:.2f}"))
    for point in living:
        if point.id in touched or point.id in whole or point.id in settled:
            continue
        if leaving := _find_split(voices[point.id], common, weights):
            members = tuple(sorted(p.signal_id for v in leaving for p in v.pains))
            born = max(v.created_at for v in leaving).date()
            # not the id of one that was born from the same passages: this one, or an earlier half that came back
            new = point_id(point.map, born, (*members, point.id, night.isoformat()))
            changes.append(Change("split", new, point.id, members, f"{len(leaving)} voices stand apart"))
    return tuple(changes)


def is_settled(told: Sequence[Voice | Pain], since: datetime) -> bool:
    """Say whether more than half of what was `told` was told before another encoder took over at `since`."""
    return sum(one.created_at >= since for one in told) < len(told) / 2


def _near_pairs(
    points: Sequence[PainPoint], voices: Mapping[str, Sequence[Voice]], common: float, weights: WordWeights
) -> list[tuple[float, PainPoint, PainPoint]]:
    """Pairs of pain points whose members are alike enough to be one, the most alike first."""
    middles = np.stack([np.mean([v.vector for v in voices[p.id]], axis=0, dtype=np.float32) for p in points])
    rough = free(middles @ middles.T, common) + ROUGH  # no two are more alike than this
    words = [telling(point) for point in points]
    pairs = []
    for i, j in zip(*np.nonzero(np.triu(rough > CUT - SPLIT_GAP, k=1)), strict=True):
        left, right = voices[points[i].id], voices[points[j].id]
        here = points[i].touchpoint == points[j].touchpoint
        extra = min(MOST_TELLING, SAME_TELLING * len(words[i] & words[j])) if here else 0.0
        fewest = min(len({voice.person for voice in side}) for side in (left, right))
        needed = max(MERGE + MERGE_EXTRA / fewest - extra, CUT - SPLIT_GAP)
        if rough[i, j] > needed and (likeness := float(compare(left, right, common, weights).mean())) > needed:
            pairs.append((round(likeness + extra, 4), points[i], points[j]))
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
