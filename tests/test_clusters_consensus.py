"""Several groupings vote, and a classifier that never saw a text tells where it belongs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from listening.clusters.communities import find_communities
from listening.clusters.consensus import SURE, tell_again, tie

Doubles = NDArray[np.float64]


def crowds(people: int, spread: float = 0.4, count: int = 3) -> tuple[Doubles, NDArray[np.int64]]:
    """Unit vectors around a few axes of 32, and the axis of each."""
    truth = np.repeat(np.arange(count), people)
    found = np.random.default_rng(5).standard_normal((len(truth), 32)) * spread / 6
    found[np.arange(len(truth)), truth] += 1
    return found / np.linalg.norm(found, axis=1, keepdims=True), truth


def test_who_was_put_with_strangers_is_told_where_it_belongs() -> None:
    features, truth = crowds(30)
    wrong = truth.copy()
    wrong[[0, 31, 62]] = [1, 2, 0]
    assert tell_again(features, wrong).tolist() == truth.tolist()


def test_its_own_label_does_not_count_for_a_text() -> None:
    features, truth = crowds(12, spread=0.1)
    alike = features[:1].repeat(2, axis=0)  # the same as the first crowd, labelled as if they were two others'
    labels = np.append(truth, [1, 2])
    assert tell_again(np.concatenate([features, alike]), labels)[-2:].tolist() == [0, 0]


def test_one_that_is_alone_stays_alone_and_groups_keep_their_order() -> None:
    features, truth = crowds(10)
    labels = np.where(np.arange(30) == 4, 3, truth)
    assert tell_again(features, labels).tolist() == labels.tolist()
    assert tell_again(features, labels + 4).max() == 3


def test_more_texts_than_are_told_at_once_are_told_alike() -> None:
    features, truth = crowds(500)
    wrong = np.where(np.arange(1500) % 50 == 0, (truth + 1) % 3, truth)
    assert tell_again(features, wrong).tolist() == truth.tolist()


def test_a_tie_is_worth_the_share_of_groupings_that_agree() -> None:
    near = csr_matrix(np.array([[0.0, 0.5, 0.8], [0.5, 0.0, 0.0], [0.8, 0.0, 0.0]]))
    votes = [np.array(one) for one in ([0, 0, 1], [0, 0, 0], [0, 1, 2], [0, 0, 1])]
    ties = tie(near, votes).toarray()
    assert ties[0, 1] == ties[1, 0] == round(0.5 * 0.75**SURE, 6)
    assert ties[0, 2] == round(0.8 * 0.25**SURE, 6)
    assert ties[1, 2] == 0


def test_where_meaning_says_little_and_wording_much_the_groupings_find_it() -> None:
    loose = np.random.default_rng(2).standard_normal((60, 48)) / 7
    loose[:, 0] += 1
    vague = np.asarray(loose / np.linalg.norm(loose, axis=1, keepdims=True), dtype=np.float32)
    asked = ("when will {} get there", "how many of {} are left", "who is it that made {}")
    texts = [ask.format(f"thing{row}") for ask in asked for row in range(20)]
    found = find_communities(vague, common=0.5, texts=texts)
    for at in (0, 20, 40):
        mine = np.bincount(found[at : at + 20], minlength=int(found.max()) + 1)
        assert mine.sum() == 20
        others = np.bincount(np.delete(found, np.s_[at : at + 20]), minlength=len(mine))
        assert (mine[mine > 0] > others[mine > 0]).all()
