"""Puts together what several customers said about the same trouble, in whatever words they said it.

The unit is a *voice*: all painful passages of one document, because one sentence of a post ("tried all, no luck") often
does not name its subject and its neighbours do. How alike two voices are is their cosine, freed from what all
posts of this world have in common, plus a little for the same touchpoint, the same stage and shared content words.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from listening.clusters.words import stems
from listening.types import NO_STAGE, Pain, Vector

# Fixed once on several real sets of different kinds and the demo world.
SAME_TOUCHPOINT = 0.15
OTHER_TOUCHPOINT = 0.05  # both name a touchpoint, but not the same
SAME_STAGE = 0.02
SAME_THREAD = 0.12
SHARED_WORDS = 0.6
CUT = 0.28  # mean likeness at which a group of many still holds together
PAIR_EXTRA = 0.15  # two voices alone must be this much more alike: a pair is easily chance
USUAL_COMMON, USUAL_WEIGHT = 0.12, 60  # likeness of unrelated posts before we have seen many, and how much we trust it
_ROWS = 2_000  # rows of the likeness matrix held at once

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """One document's pains: `id` is its first signal, `vector` their mean direction (length one)."""

    id: str
    person: str
    created_at: datetime
    pains: tuple[Pain, ...]
    vector: Vector
    stage: str
    touchpoint: str | None
    stems: frozenset[str]
    thread: str
    pain: float


def find_voices(pains: Iterable[Pain]) -> list[Voice]:
    """Gather `pains` by document into voices, sorted by date and id whatever the order they come in."""
    by_document: dict[str, list[Pain]] = defaultdict(list)
    for pain in sorted(pains, key=lambda p: (p.created_at, p.signal_id)):
        by_document[pain.document_id].append(pain)
    voices = [_make_voice(tuple(held)) for held in by_document.values()]
    return sorted(voices, key=lambda v: (v.created_at, v.id))


def _make_voice(pains: tuple[Pain, ...]) -> Voice:
    first = pains[0]
    return Voice(
        id=first.signal_id,
        person=first.person,
        created_at=first.created_at,
        pains=pains,
        vector=unit(np.mean([p.embedding for p in pains], axis=0, dtype=np.float32)),
        stage=most_said((p.stage for p in pains), besides=NO_STAGE) or NO_STAGE,
        touchpoint=most_said(p.touchpoint for p in pains),
        stems=frozenset().union(*(stems(p.text) for p in pains)),
        thread=first.thread,
        pain=max(p.pain for p in pains),
    )


def most_said(labels: Iterable[str | None], besides: str | None = None) -> str | None:
    """Find the commonest label that is neither None nor `besides` (ties by alphabet), or None."""
    counts = Counter(label for label in labels if label is not None and label != besides)
    return min(counts, key=lambda label: (-counts[label], label), default=None)


def unit(vector: Vector) -> Vector:
    """Scale `vector` to length one; a zero vector stays zero."""
    length = float(np.linalg.norm(vector))
    return (vector / length).astype(np.float32) if length > 0 else vector.astype(np.float32)


def centre(pains: Sequence[Pain]) -> Vector:
    """Take the mean of the voices in `pains` (float32, as long as an embedding, *not* scaled to length one).

    Its product with a voice is that voice's mean cosine to all of them, so a loose group has a short centre and draws
    little. Each person counts once, however many posts they write.
    """
    if not pains:
        raise ValueError("a centre needs at least one pain")
    by_person: dict[str, list[Vector]] = defaultdict(list)
    for voice in find_voices(pains):
        by_person[voice.person].append(voice.vector)
    return _mean([_mean(vectors) for vectors in by_person.values()])


def _mean(vectors: Sequence[Vector]) -> Vector:
    return np.asarray(np.mean(np.asarray(vectors, dtype=np.float64), axis=0), dtype=np.float32)


def find_common(total: NDArray[np.float64], weight: float) -> float:
    """How alike unrelated voices are here: the mean cosine of all pairs, given the sum of `weight` unit vectors."""
    if weight <= 1:
        return USUAL_COMMON
    seen = (float(total @ total) - weight) / (weight * (weight - 1))
    trust = weight / (weight + USUAL_WEIGHT)
    return max(0.0, trust * seen + (1 - trust) * USUAL_COMMON)


def free(cosines: Floats, common: float) -> Floats:
    """Cosines with what all have in common taken off: 0 where two are no more alike than any two, 1 where the same."""
    return ((cosines - common) / (1 - common)).astype(np.float32)


class WordWeights:
    """How telling each stem is, by how few of the voices (and pain points) say it."""

    def __init__(self, stem_sets: Sequence[frozenset[str]]) -> None:
        self._counts = Counter(word for stem_set in stem_sets for word in stem_set)
        self._total = len(stem_sets)
        self._columns = {word: i for i, word in enumerate(sorted(self._counts))}

    def __call__(self, word: str) -> float:
        """Weigh one stem: 1 for one that nearly nobody says, towards 0 for one that all say."""
        return log((self._total + 20) / (self._counts[word] + 1)) / log(self._total + 20)

    def matrix(self, stem_sets: Sequence[frozenset[str]]) -> Any:  # noqa: ANN401 -- a scipy csr_matrix, untyped
        """Rows of weights of length one over the stems, so that a product of two rows is their shared words' share."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415 -- slow to import, needed only here

        column = self._columns
        rows, columns, values = [], [], []
        for row, stem_set in enumerate(stem_sets):
            known = sorted(word for word in stem_set if word in column)
            length = sum(self(word) ** 2 for word in known) ** 0.5 or 1.0
            for word in known:
                rows.append(row)
                columns.append(column[word])
                values.append(self(word) / length)
        return csr_matrix((np.asarray(values, dtype=np.float32), (rows, columns)), shape=(len(stem_sets), len(column)))


def agree(left: Sequence[str | None], right: Sequence[str | None]) -> Floats:
    """Put 1 where the labels of left and right are the same and say something, else 0: a matrix."""
    codes: dict[str | None, int] = {None: -1, "": -1, NO_STAGE: -1}
    for label in (*left, *right):
        codes.setdefault(label, len(codes))
    a, b = (np.array([codes[label] for label in side], dtype=np.int64) for side in (left, right))
    same: Floats = ((a[:, None] == b[None, :]) & (a[:, None] >= 0)).astype(np.float32)
    return same


def meet(left: Sequence[str | None], right: Sequence[str | None]) -> Floats:
    """Weigh touchpoints: something for the same, something off where both name one and they differ."""
    named = np.outer([label is not None for label in left], [label is not None for label in right])
    same = agree(left, right)
    return np.asarray(SAME_TOUCHPOINT * same - OTHER_TOUCHPOINT * (named - same), dtype=np.float32)


def compare(left: Sequence[Voice], right: Sequence[Voice], common: float, weights: WordWeights) -> Floats:
    """How alike each voice on the left is to each on the right: a matrix, about 0 for strangers, 1 for the same."""
    cosines = np.stack([v.vector for v in left]) @ np.stack([v.vector for v in right]).T
    shared = (weights.matrix([v.stems for v in left]) @ weights.matrix([v.stems for v in right]).T).toarray()
    return np.asarray(
        free(cosines, common)
        + SHARED_WORDS * shared
        + meet([v.touchpoint for v in left], [v.touchpoint for v in right])
        + SAME_STAGE * agree([v.stage for v in left], [v.stage for v in right])
        + SAME_THREAD * agree([v.thread for v in left], [v.thread for v in right]),
        dtype=np.float32,
    )


def group(voices: Sequence[Voice], common: float, weights: WordWeights) -> list[list[Voice]]:
    """Average-linkage groups of `voices`, in the order of their first voices; one that fits nowhere stays alone.

    Two groups can only join where at least one pair is above the cut, so each linked component is grouped by itself:
    the same answer as all against all, at a fraction of the cost.
    """
    groups = []
    for component in _find_components(voices, common, weights):
        held = [voices[i] for i in component]
        if len(held) == 1:
            groups.append(held)
            continue
        groups += [[held[i] for i in part] for part in _link(compare(held, held, common, weights))]
    return sorted(groups, key=lambda held: (held[0].created_at, held[0].id))


def _find_components(voices: Sequence[Voice], common: float, weights: WordWeights) -> list[list[int]]:
    from scipy.sparse import csr_matrix, vstack  # noqa: PLC0415 -- slow to import, needed only here
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 -- the same

    if not voices:
        return []
    blocks = [
        csr_matrix(compare(voices[at : at + _ROWS], voices, common, weights) >= CUT)
        for at in range(0, len(voices), _ROWS)
    ]
    _, labels = connected_components(vstack(blocks), directed=False)
    components: dict[int, list[int]] = defaultdict(list)
    for index, label in enumerate(labels):
        components[int(label)].append(index)
    return list(components.values())


def _link(likeness: Floats) -> list[list[int]]:
    """Cut the average-linkage tree of one component at CUT; parts and their members in ascending order."""
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415 -- slow to import, needed only here
    from scipy.spatial.distance import squareform  # noqa: PLC0415 -- the same

    farthest = 3.0  # above any likeness, so that distances stay positive
    distances = farthest - np.round((likeness + likeness.T) / 2, 5).astype(np.float64)
    np.fill_diagonal(distances, 0)
    labels = fcluster(linkage(squareform(distances), "average"), farthest - CUT, "distance")
    parts: dict[int, list[int]] = defaultdict(list)
    for index, label in enumerate(labels):
        parts[int(label)].append(index)
    return list(parts.values())


def holds(voices: Sequence[Voice], common: float, weights: WordWeights) -> bool:
    """Whether `voices` are a pain point in the making: two people or more, and the fewer they are the more alike.

    Only pairs of different people count, so that one loud author makes no core that strangers stick to.
    """
    persons = [voice.person for voice in voices]
    people = len(set(persons))
    if people < 2:  # noqa: PLR2004 -- two people
        return False
    strangers = 1 - agree(persons, persons)
    likeness = compare(voices, voices, common, weights) * strangers
    return float(likeness.sum() / strangers.sum()) >= CUT + PAIR_EXTRA / (people - 1)
