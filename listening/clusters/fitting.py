"""Says how well a voice fits a pain point that lasts: by its middle, its telling words, its place and thread."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from listening.clusters.group import SAME_STAGE, SAME_THREAD, SAME_TOUCHPOINT, Floats, Voice, agree, free
from listening.clusters.weights import WordWeights
from listening.clusters.words import stem
from listening.types import PainPoint, Vector

FADES = 0.8  # each telling word counts this much of the one before it
SHARED_TELLING = 0.6  # what it is worth to say a pain point's telling words
USUAL_TIGHTNESS = 0.35  # mean cosine inside a pain point, for centres that were scaled to length one elsewhere


def count_people(point: PainPoint) -> int:
    """How many people a pain point stands for: one at least."""
    return max(1, point.people or point.size)


def middle(point: PainPoint) -> Vector:
    """Take the mean of the members' vectors; one scaled to length one gets the usual length for its size."""
    length = float(np.linalg.norm(point.centroid))
    people = count_people(point)
    if people == 1 or length < 0.999:  # noqa: PLR2004 -- shorter than one: it is a mean already
        return point.centroid
    usual = (USUAL_TIGHTNESS + (1 - USUAL_TIGHTNESS) / people) ** 0.5
    return np.asarray(point.centroid * (usual / length), dtype=np.float32)


def telling(point: PainPoint) -> frozenset[str]:
    """The stems of the words that tell a pain point from others."""
    return frozenset(stem(word) for phrase in point.words for word in phrase.lower().split())


def doubt(voice: Voice, sure: float) -> float:
    """Say how far a voice is from being surely a pain: 0 to 1."""
    return max(0.0, 1 - voice.pain / sure) if sure else 0.0


def fit(
    voices: Sequence[Voice],
    points: Sequence[PainPoint],
    common: float,
    weights: WordWeights,
    threads: Mapping[str, Collection[str]],
    *,
    sure: float = 0.0,
) -> Floats:
    """How well each voice fits each pain point: the mean likeness to its members, as far as the pain point keeps it.

    That the pain point was told in the voice's thread counts as far as the voice is surely (`sure`) a pain: a cheerful
    answer stands there too.
    """
    if not voices or not points:
        return np.zeros((len(voices), len(points)), dtype=np.float32)
    cosines = np.stack([v.vector for v in voices]) @ np.stack([middle(p) for p in points]).T
    telling = _share_words(voices, points, weights)
    thread = np.zeros((len(voices), len(points)), dtype=np.float32)
    column = {p.id: i for i, p in enumerate(points)}
    for row, voice in enumerate(voices):
        if told := threads.get(voice.thread):
            thread[row, [column[point] for point in told if point in column]] = 1 - doubt(voice, sure)
    return np.asarray(
        free(cosines, common)
        + SHARED_TELLING * telling
        + SAME_TOUCHPOINT * agree([v.touchpoint for v in voices], [p.touchpoint for p in points])
        + SAME_STAGE * agree([v.stage for v in voices], [p.stage for p in points])
        + SAME_THREAD * thread,
        dtype=np.float32,
    )


def _share_words(voices: Sequence[Voice], points: Sequence[PainPoint], weights: WordWeights) -> Floats:
    """How much of each pain point's telling words each voice says (0..1), the first of them counting most."""
    worth = weights.spread([_weigh_telling(point, weights) for point in points])
    return np.asarray((weights.incidence([voice.stems for voice in voices]) @ worth.T).toarray(), dtype=np.float32)


def _weigh_telling(point: PainPoint, weights: WordWeights) -> dict[str, float]:
    """What each telling word of a pain point is worth; all together 1."""
    values = [(stem(word), weights(stem(word)) * FADES**rank) for rank, word in enumerate(point.words)]
    total = max(1e-6, sum(value for _, value in values))
    worth: dict[str, float] = defaultdict(float)
    for word, value in values:
        worth[word] += value / total
    return worth


def forbid(
    scores: Floats, voices: Sequence[Voice], points: Sequence[PainPoint], apart: Collection[tuple[str, str]]
) -> None:
    """Put -1 where a person said that a signal does not belong to a pain point."""
    column = {p.id: i for i, p in enumerate(points)}
    row = {pain.signal_id: i for i, voice in enumerate(voices) for pain in voice.pains}
    for signal_id, point_id in apart:
        if signal_id in row and point_id in column:
            scores[row[signal_id], column[point_id]] = -1.0
