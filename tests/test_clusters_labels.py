"""How groups of plain texts are named: by what hurts in them, no two alike, in any order."""

from __future__ import annotations

import random
from collections.abc import Sequence

from identity_world import encode, pain

from listening.clusters import Said, group_texts
from listening.clusters.labels import beside, find_labels

PRAISE = "I love how the saddle cover looks"
HURTS = "The saddle cover drips on my coat"
PAINS = [pain(f"d{i}.0", f"p{i}", f"{PRAISE}. {HURTS}", i) for i in range(3)]
HOMES = {one.signal_id: "g1" for one in PAINS}


def said(*parts: tuple[str, float]) -> list[Said]:
    return [Said(text, sure, encode(text)) for text, sure in parts]


def test_the_passage_that_hurts_names_the_group() -> None:
    passages = {one.signal_id: said((PRAISE, 0.01), (HURTS, 0.95)) for one in PAINS}
    assert find_labels(PAINS, HOMES, passages) == {"g1": HURTS}
    calm = {one.signal_id: said((HURTS, 0.0), ("My saddle cover is lost", 0.9)) for one in PAINS}
    assert find_labels(PAINS, HOMES, calm) == {"g1": "My saddle cover is lost"}


def test_where_a_signal_was_heard_the_name_is_taken_from() -> None:
    both = "bike key of my battery; battery key of my bike"
    heard = {one.signal_id: [Said(both, 1.0, encode(both), ((24, 28),))] for one in PAINS}
    assert find_labels(PAINS, HOMES, heard) == {"g1": "Battery key of my bike"}
    heard = {one.signal_id: [Said(both, 1.0, encode(both), ((0, 4),))] for one in PAINS}
    assert find_labels(PAINS, HOMES, heard) == {"g1": "Bike key of my battery"}


def test_without_passages_the_text_names_the_group() -> None:
    assert find_labels(PAINS, HOMES, {})["g1"] in {PRAISE, HURTS}
    assert find_labels(PAINS, {}, {}) == {}


def test_two_groups_of_the_same_words_have_two_names() -> None:
    texts = ["The cover drips on my coat", "My cover drips at the seam", "The cover drips all night"]
    pains = [pain(f"d{i}.0", f"p{i}", text, i) for i, text in enumerate(texts * 2)]
    homes = {one.signal_id: f"g{i // 3}" for i, one in enumerate(pains)}
    found = find_labels(pains, homes, {})
    assert len(set(found.values())) == 2
    for seed in range(3):
        shuffled = random.Random(seed).sample(pains, len(pains))  # noqa: S311 -- a shuffle
        assert find_labels(shuffled, homes, {}) == found


def test_a_group_is_not_beside_itself() -> None:
    members = {f"g{n:02}": [pain(f"d{n}.0", "ann", f"word {n}")] * 60 for n in range(30)}
    around = beside(members, "g03")
    assert len(around) == 20
    assert all(len(held) == 50 for held in around)
    assert not any(one.text == "word 3" for held in around for one in held)


def test_hearing_chooses_the_name_and_never_the_group() -> None:
    texts = [
        *[f"The cover drips {end}" for end in ("on me", "all day", "at night")],
        "Cover seam is bent",
        "Seam bends",
    ]
    vectors = [encode(text) for text in texts]
    asked: list[str] = []

    def hear(phrases: Sequence[str]) -> list[tuple[float, object]]:
        asked.extend(phrases)
        return [(float("night" in one), vectors[0]) for one in phrases]

    plain = group_texts(texts, vectors)
    heard = group_texts(texts, vectors, said=[said((text, 0.9)) for text in texts], hear=hear)  # type: ignore[arg-type]
    assert [(home, score) for home, _, score in heard] == [(home, score) for home, _, score in plain]
    assert asked
    assert "The cover drips at night" in {label for _, label, _ in heard}
