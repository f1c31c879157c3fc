"""Lets several groupings of the same texts vote, and asks of each whether others of a group would have told its texts.

Grouped by meaning with a little or more of their wording, the same texts fall apart differently, and no share is best
for all kinds of texts: those that most groupings put together belong together (Lancichinetti and Fortunato 2012). To
each grouping comes what a classifier makes of it that never saw the text itself: ridge regression, left one out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from listening.clusters.wording import Doubles

Ints = NDArray[np.int64]

RIDGE = 1.0  # in texts: how much a classifier mistrusts what few of them say
ROUNDS = 5  # of learning and telling again, at most
SETTLED = 0.001  # share of texts that may still move
SURE = 4  # the share of groupings that put two together counts with this power
_ROWS = 1_000  # rows told at once


def tell_again(features: Doubles, labels: Ints) -> Ints:
    """Move each text (float64[n, d], rows of length one) to the group that its classifier tells without that text.

    One that is alone in its group stays there. Ints from 0, in the order of `labels`.
    """
    inverse = np.linalg.inv(features.T @ features + RIDGE * np.eye(features.shape[1]))
    reach = features @ inverse
    leverage = np.einsum("ij,ij->i", reach, features)
    for _ in range(ROUNDS):
        moved = _tell(features, reach, leverage, labels)
        still = np.count_nonzero(moved != labels)
        _, labels = np.unique(moved, return_inverse=True)
        if still <= SETTLED * len(labels):
            break
    return labels


def _tell(features: Doubles, reach: Doubles, leverage: Doubles, labels: Ints) -> Ints:
    sizes = np.bincount(labels)
    share = sizes / len(labels)
    sums = np.zeros((len(sizes), features.shape[1]))
    np.add.at(sums, labels, features)
    learnt = sums.T - np.outer(features.sum(axis=0), share)
    found = labels.copy()
    for at in range(0, len(labels), _ROWS):
        rows = slice(at, at + _ROWS)
        own = (labels[rows, None] == np.arange(len(sizes))) - share
        weight = leverage[rows, None]
        told = np.round((reach[rows] @ learnt - weight * own) / (1 - weight), 6)
        found[rows] = np.where(sizes[labels[rows]] > 1, told.argmax(axis=1), labels[rows])
    return found


def tie(near: csr_matrix, groupings: Sequence[Ints]) -> csr_matrix:
    """Weigh the ties of those that are `near` (symmetric) by how many of the `groupings` put them together."""
    pairs = near.tocoo()
    together = sum((labels[pairs.row] == labels[pairs.col]).astype(np.float64) for labels in groupings)
    weights = np.round(pairs.data * (together / len(groupings)) ** SURE, 6)
    ties = csr_matrix((weights, (pairs.row, pairs.col)), shape=near.shape)
    ties.eliminate_zeros()
    return ties
