"""Tight groups beside broad ones, copies, strangers: who ends in one community, in whatever order they come."""

from __future__ import annotations

import random

import numpy as np
import pytest
from identity_world import encode
from numpy.typing import NDArray

from listening.clusters import group_texts
from listening.clusters.communities import find_communities

Floats = NDArray[np.float32]


def crowd(middle: int, people: int, spread: float, seed: int) -> Floats:
    """Unit vectors around one axis of 64; the larger the spread, the broader the group."""
    found = np.random.default_rng(seed).standard_normal((people, 64)).astype(np.float32) * spread / 8
    found[:, middle] += 1
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


SETS = {
    "all tight": [(0, 12, 0.3), (1, 12, 0.3), (2, 12, 0.3)],
    "tight and broad": [(0, 40, 0.8), (1, 12, 0.3), (2, 8, 0.3)],
    "a pair beside crowds": [(0, 30, 0.4), (1, 30, 0.4), (2, 2, 0.2)],
    "one of many, many of few": [(0, 60, 0.5), *((place, 5, 0.3) for place in range(1, 9))],
}


@pytest.mark.parametrize("case", SETS, ids=[name.replace(" ", "-") for name in SETS])
def test_each_crowd_is_found_on_its_own_scale(case: str) -> None:
    crowds = [crowd(middle, people, spread, middle) for middle, people, spread in SETS[case]]
    truth = np.repeat(np.arange(len(crowds)), [len(one) for one in crowds])
    found = find_communities(np.concatenate(crowds), common=0.0)
    for place, (_, people, _) in enumerate(SETS[case]):
        sizes = np.bincount(found[truth == place])
        assert sizes.max() >= 0.5 * people
        assert (truth[found == sizes.argmax()] == place).mean() >= 0.9


def test_small_subjects_within_large_ones_are_parted() -> None:
    crowds = [crowd(place, 6, 0.6, place) for place in range(48)]
    for place, one in enumerate(crowds):
        one[:, 50 + place // 4] += 0.7  # twelve large subjects of four small ones
    vectors = np.concatenate(crowds)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = find_communities(vectors, common=0.05)
    assert len(set(found)) == 48
    assert all(len(set(found[at : at + 6])) == 1 for at in range(0, len(found), 6))


def test_a_small_subject_beside_a_large_one_that_falls_into_halves_is_parted_from_it() -> None:
    pairs, large, small = 20, 60, 8
    crowds = []
    for place in range(pairs):
        few = crowd(place, small, 0.9, 100 + place)
        few[:, 63 - place] += 2
        crowds += [crowd(place, large, 0.8, place), few / np.linalg.norm(few, axis=1, keepdims=True)]
    found = find_communities(np.concatenate(crowds), common=0.02).reshape(pairs, large + small)
    assert [len(set(both[:large]) | set(both[large:])) for both in found] == [2] * pairs
    assert len({both[at] for both in found for at in (0, -1)}) == 2 * pairs


def test_strangers_stay_by_themselves() -> None:
    strangers = np.eye(12, 64, dtype=np.float32)
    assert find_communities(strangers, common=0.0).tolist() == list(range(12))
    assert find_communities(strangers[:1], common=0.0).tolist() == [0]
    assert find_communities(strangers[:0], common=0.0).tolist() == []


def test_near_copies_are_never_parted_and_pull_no_more_than_one() -> None:
    two = np.concatenate([crowd(0, 9, 0.4, 1), crowd(1, 9, 0.4, 2)])
    flood = np.concatenate([two, np.repeat(two[:1], 500, axis=0)])
    found = find_communities(flood, common=0.0)
    assert len(set(found[18:]) | {found[0]}) == 1
    assert found[:18].tolist() == find_communities(two, common=0.0).tolist()


WORDS = ["cap port lost", "port cap torn", "lost cap of port", "courier window late", "late courier", "window courier"]


def test_any_order_gives_the_same_groups_with_or_without_ids() -> None:
    texts = [*WORDS, "saddle paint", "seam drips", "cap port lost"]
    for ids in ([], [f"id{i}" for i in range(len(texts))]):
        first = group_texts(texts, [encode(t) for t in texts], ids=ids)
        assert len({home for home, _, _ in first[:3]}) == 1
        for seed in range(4):
            order = random.Random(seed).sample(range(len(texts)), len(texts))  # noqa: S311 -- a shuffle
            chosen = [texts[i] for i in order]
            again = group_texts(chosen, [encode(t) for t in chosen], ids=[ids[i] for i in order] if ids else [])
            assert again == [first[i] for i in order]


def test_texts_of_one_day_are_grouped_at_once() -> None:
    crowds = np.concatenate([crowd(0, 40, 1.1, 0), crowd(1, 12, 0.3, 1)])
    found = group_texts([f"word{i}" for i in range(52)], list(crowds))
    assert sum(home is None for home, _, _ in found) < 0.15 * 52
