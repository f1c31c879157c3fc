"""Groups texts by whom they are near: tight groups and broad ones alike, without a cut that fits only some of them.

Each text is tied to its nearest others, the more the more neighbours two of them share; the ties are parted where they
are thin (Louvain, Blondel et al. 2008, with the modularity of Reichardt and Bornholdt 2006). Shared neighbours measure
on the set's own scale. A community that falls apart into tight ones is parted again, for among many small subjects
modularity sees only the larger (Fortunato and Barthelemy 2007). Where the texts are known, groupings that let their
wording count less or more vote. bench/clusters.py measures it beside BERTopic and k-means with the true number.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from listening.clusters.consensus import tell_again, tie
from listening.clusters.group import Floats, find_common
from listening.clusters.wording import Doubles, blend, find_meaning, find_wording

NEIGHBOURS = 20  # at most; fewer among few texts
FEWEST = 3
RESOLUTION = 4.0  # at most: above 1, communities are smaller than by chance alone; among few texts there are few
GROWS = 12.0  # with the root of their number, divided by this
SHARES = (0.05, 0.15, 0.3)  # of the likeness of two texts that their wording decides, in the groupings that vote
USUAL = SHARES[1]
MAIN = 50  # kinds of wording, the commonest, that say who is near; a classifier hears all
AGREED = 2.0  # resolution at which what they agree on is parted, as RESOLUTION
COPY = 0.97  # likeness from which two texts are one text that went round: they count once, and are never parted
STRANGER = 0.25  # likeness, freed from what all have in common, below which a neighbour is none
PARTS = 6  # so many texts can be two groups
TIGHT = 0.3  # mean likeness, freed as above, within each part of a community that is parted again
APART = 0.65  # at most so much of it is left between two of them
LOOSE = 10.0  # above any share
_ROWS = 1_000  # rows of the likeness matrix held at once
_ROUNDS = 30

Ints = NDArray[np.int64]


def find_communities(vectors: Floats, *, common: float, texts: Sequence[str] = ()) -> Ints:
    """Say for each vector (float32[n, d], length one) which community it is in: ints from 0, a lone one by itself.

    `common` is how alike unrelated ones are. With the `texts`, how they are worded counts beside what they mean.
    The rows' order decides ties only: give them in an order of their own.
    """
    if texts:
        return find_agreed(vectors, texts)[0]
    if not len(vectors):
        return np.zeros(0, dtype=np.int64)
    copies, first = _first_of_copies(vectors)
    return _number(_group(vectors[first], common)[copies])


def find_agreed(vectors: Floats, texts: Sequence[str]) -> tuple[Ints, Floats]:
    """Say as `find_communities` what most groupings put together, and where each text stands by meaning and wording.

    The second is float32[n, d + k], length one; copies stand at one place.
    """
    if not len(vectors):
        return np.zeros(0, dtype=np.int64), vectors
    copies, first = _first_of_copies(vectors)
    found, view = _agree(vectors[first], [texts[row] for row in first])
    return _number(found[copies]), view[copies]


def _first_of_copies(vectors: Floats) -> tuple[Ints, Ints]:
    """Number each row by its text, and give the first row of each: copies would be what all have in common."""
    copies = _number(_find_copies(vectors))
    return copies, np.unique(copies, return_index=True)[1]


def _group(vectors: Floats, common: float) -> Ints:
    return _part_again(vectors, _find_once(vectors, common), common)


def _agree(vectors: Floats, texts: Sequence[str]) -> tuple[Ints, Floats]:
    """Group by meaning with each share of wording, and again by a classifier; part what most of them put together."""
    meaning, wording = find_meaning(vectors), find_wording(texts)
    heard = blend(meaning, wording, max(SHARES)).astype(np.float64)
    near, groupings = csr_matrix((len(vectors), len(vectors))), list[Ints]()
    for share in SHARES:
        view = blend(meaning, wording[:, :MAIN], share)
        common = _common(view)
        ties = _find_ties(view, common)
        labels = _number(_part_again(view, _number(_part(ties, _resolve(len(view), RESOLUTION))), common))
        near, groupings = near + ties, [*groupings, labels, tell_again(heard, labels)]
    agreed = _number(_part(tie(near, groupings), _resolve(len(vectors), AGREED)))
    view = blend(meaning, wording[:, :MAIN], USUAL)
    return _part_again(view, agreed, _common(view)), view


def _common(vectors: Floats) -> float:
    return find_common(vectors.sum(axis=0, dtype=np.float64), len(vectors))


def _resolve(count: int, most: float) -> float:
    return max(1.0, min(most, sqrt(count) / GROWS))


def _find_once(vectors: Floats, common: float) -> Ints:
    return _number(_part(_find_ties(vectors, common), _resolve(len(vectors), RESOLUTION)))


def _find_ties(vectors: Floats, common: float) -> csr_matrix:
    nearest, likeness = _find_nearest(vectors, min(len(vectors) - 1, _neighbours(len(vectors))))
    return _share_neighbours(nearest, likeness >= common + STRANGER * (1 - common))


def _part_again(vectors: Floats, labels: Ints, common: float) -> Ints:
    """Part each community by its own neighbours, as long as it has parts that are tight and far from each other."""
    found = labels.copy()
    waiting = list(range(int(found.max()) + 1))
    while waiting:
        rows = np.flatnonzero(found == waiting.pop())
        if len(rows) < PARTS:
            continue
        parts = _join_near(vectors[rows], _find_once(vectors[rows], common), common)
        if parts.max():
            new = int(found.max()) + 1
            found[rows] = new + parts
            waiting += range(new, new + int(parts.max()) + 1)
    return found


def _join_near(vectors: Floats, parts: Ints, common: float) -> Ints:
    """Join the two parts that are least apart, again and again, until those left are tight and far from each other."""
    while count := int(parts.max()):
        sums = np.zeros((count + 1, vectors.shape[1]))
        np.add.at(sums, parts, vectors)
        near = _how_near(sums, np.bincount(parts), common)
        one, other = divmod(int(near.argmax()), count + 1)
        if near[one, other] <= APART:
            break
        parts = _number(np.where(parts == other, one, parts))
    return parts


def _how_near(sums: Doubles, sizes: Ints, common: float) -> Doubles:
    """How alike each two parts are, as a share of how alike the looser of them is within.

    More than any share where that one is not `TIGHT`, so that it joins what it is most like.
    """
    both = sums @ sums.T
    pairs = np.maximum(1, sizes * (sizes - 1))
    within = np.where(sizes > 1, _free((both.diagonal() - sizes) / pairs, common), 0.0)
    looser = np.minimum.outer(within, within)
    between = _free(both / np.outer(sizes, sizes), common)
    near = np.where(looser < TIGHT, LOOSE + between, between / np.maximum(looser, TIGHT))
    np.fill_diagonal(near, -np.inf)
    return np.round(near, 6).astype(np.float64)


def _free(likeness: Doubles, common: float) -> Doubles:
    return (likeness - common) / (1 - common)


def _neighbours(count: int) -> int:
    return max(FEWEST, min(NEIGHBOURS, int(sqrt(count))))


def _number(labels: Ints) -> Ints:
    """Number labels anew, by their first appearance."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[inverse], dtype=np.int64)


def _find_copies(vectors: Floats) -> Ints:
    """Give near copies the number of the first of them."""
    found = np.arange(len(vectors))
    for at in range(0, len(vectors), _ROWS):
        alike = np.round(vectors[at : at + _ROWS] @ vectors.T, 4) >= COPY
        for row, first in enumerate(alike.argmax(axis=1), start=at):
            found[row] = found[min(first, row)]
    return found


def _find_nearest(vectors: Floats, count: int) -> tuple[Ints, Floats]:
    """Find the `count` nearest others of each, nearest first (ties by order), and how alike they are."""
    nearest = np.zeros((len(vectors), count), dtype=np.int64)
    likeness = np.zeros((len(vectors), count), dtype=np.float32)
    for at in range(0, len(vectors) if count else 0, _ROWS):
        cosines = np.round(vectors[at : at + _ROWS] @ vectors.T, 5)
        rows = np.arange(len(cosines))
        cosines[rows, at + rows] = -2
        best = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
        best.sort(axis=1)
        order = np.argsort(-np.take_along_axis(cosines, best, axis=1), axis=1, kind="stable")
        nearest[at : at + _ROWS] = np.take_along_axis(best, order, axis=1)
        likeness[at : at + _ROWS] = np.take_along_axis(cosines, nearest[at : at + _ROWS], axis=1)
    return nearest, likeness


def _share_neighbours(nearest: Ints, near: NDArray[np.bool_]) -> csr_matrix:
    """Tie each to its near ones by the share of neighbours that two have in common (Jaccard, each its own too)."""
    count = len(nearest)
    rows, places = np.nonzero(near)
    one_way = csr_matrix((np.ones(len(rows)), (rows, nearest[rows, places])), shape=(count, count))
    with_self = one_way.copy().tolil()
    with_self.setdiag(1)
    with_self = with_self.tocsr()
    sizes = np.asarray(with_self.sum(axis=1)).ravel()
    shared = (with_self @ with_self.T).multiply((one_way + one_way.T) > 0).tocoo()
    share = shared.data / (sizes[shared.row] + sizes[shared.col] - shared.data)
    return csr_matrix((np.round(share, 6), (shared.row, shared.col)), shape=(count, count))


def _part(ties: csr_matrix, resolution: float) -> Ints:
    """Part the ties into communities: move each to where it gains most, make each community one, and again."""
    labels = np.arange(ties.shape[0])
    whole = float(ties.sum())
    while whole:
        moved = _number(_move(ties, resolution, whole))
        count = int(moved.max()) + 1
        if count == ties.shape[0]:
            break
        labels = moved[labels]
        member = csr_matrix((np.ones(len(moved)), (np.arange(len(moved)), moved)), shape=(len(moved), count))
        ties = (member.T @ ties @ member).tocsr()
    return labels


def _move(ties: csr_matrix, resolution: float, whole: float) -> Ints:
    """Move each node to the neighbouring community where it gains most, until hardly one moves."""
    degrees = np.asarray(ties.sum(axis=1)).ravel().tolist()
    starts, columns, weights = ties.indptr.tolist(), ties.indices.tolist(), ties.data.tolist()
    home = list(range(len(degrees)))
    total = list(degrees)
    for _ in range(_ROUNDS):
        moves = 0
        for node, degree in enumerate(degrees):
            pull: dict[int, float] = {home[node]: 0.0}
            for at in range(starts[node], starts[node + 1]):
                if columns[at] != node:
                    pull[home[columns[at]]] = pull.get(home[columns[at]], 0.0) + weights[at]
            total[home[node]] -= degree
            part = resolution * degree / whole
            best = max(pull, key=lambda one: (round(pull[one] - part * total[one], 9), one == home[node], -one))
            total[best] += degree
            moves += best != home[node]
            home[node] = best
        if moves * 1_000 <= len(degrees):
            break
    return np.asarray(home, dtype=np.int64)
