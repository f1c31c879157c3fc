"""How texts are worded beside what they mean: questions of one subject, texts of no words, copies."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from listening.clusters.communities import find_communities
from listening.clusters.wording import blend, find_meaning, find_wording
from listening.clusters.words import every_word, find_words

WHEN = [f"when will the {thing} be there" for thing in ("kiln", "glaze", "clay", "wheel", "apron", "sieve")]
HOW_MANY = [f"how many of {thing} do you hold" for thing in ("kilns", "glazes", "clays", "wheels", "aprons", "sieves")]
SHARE = 0.15


def vague(count: int, seed: int = 0) -> NDArray[np.float32]:
    """Vectors of one subject: all alike, and none nearer to one than to another but by chance."""
    found = np.random.default_rng(seed).standard_normal((count, 64)).astype(np.float32) / 16
    found[:, 0] += 1
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


def both(vectors: NDArray[np.float32], texts: list[str]) -> NDArray[np.float32]:
    """Blend them as a grouping does."""
    return blend(find_meaning(vectors), find_wording(texts), SHARE)


def test_what_is_asked_tells_texts_apart_that_mean_the_same_things() -> None:
    blended = both(vague(12), [*WHEN, *HOW_MANY])
    likeness = blended @ blended.T
    within = np.concatenate([likeness[:6, :6].ravel(), likeness[6:, 6:].ravel()])
    assert (within.sum() - 12) / 60 > likeness[:6, 6:].mean() + SHARE / 3


def test_how_a_text_begins_and_goes_on_is_wording_too() -> None:
    one = ["far is it how", "far was it how", "far will it how"]
    other = ["how far is it", "how far was it", "how far will it"]
    wording = find_wording([*one, *other])
    likeness = wording @ wording.T
    assert likeness[:3, :3].mean() > likeness[:3, 3:].mean() + 0.1


def test_a_blend_has_a_row_of_length_one_for_each_text() -> None:
    blended = both(vague(12), [*WHEN, *HOW_MANY])
    assert len(blended) == 12
    assert blended.shape[1] > 64
    assert blended.dtype == np.float32
    assert np.allclose(np.linalg.norm(blended, axis=1), 1, atol=1e-5)


def test_the_share_is_what_wording_decides() -> None:
    meaning, wording = find_meaning(vague(12)), find_wording([*WHEN, *HOW_MANY])
    bare, half = blend(meaning, wording, 0.0), blend(meaning, wording, 0.5)
    assert np.allclose(bare @ bare.T, meaning @ meaning.T, atol=1e-5)
    assert abs((half[0] @ half[1]) - (half[0, :64] @ half[1, :64])) > 0.05


def test_meaning_alone_speaks_where_no_text_has_a_word() -> None:
    vectors = vague(5)
    blended = both(vectors, ["", "!!", "12", "[name]", "?"])
    assert blended.shape[0] == 5
    assert np.allclose(np.linalg.norm(blended, axis=1), 1, atol=1e-5)
    assert both(vectors[:1], ["kiln"]).shape[0] == 1


def test_as_many_texts_as_vectors_are_asked_for() -> None:
    with pytest.raises(ValueError, match="3 vectors but 2 texts"):
        both(vague(3), ["one", "two"])


def test_a_blend_does_not_hang_on_the_other_rows_order() -> None:
    texts, vectors = [*WHEN, *HOW_MANY], vague(12)
    order = np.random.default_rng(3).permutation(12)
    here, there = both(vectors, texts), both(vectors[order], [texts[row] for row in order])
    assert np.allclose((here @ here.T)[np.ix_(order, order)], there @ there.T, atol=1e-4)


def test_copies_of_one_text_leave_the_others_as_they_are() -> None:
    vectors = np.concatenate([vague(12), vague(12, seed=1)[:, ::-1]]).astype(np.float32)
    texts = [f"{text} {place}" for place in ("here", "elsewhere") for text in (*WHEN, *HOW_MANY)]
    alone = find_communities(vectors, common=0.0, texts=texts)
    flood = np.concatenate([vectors, np.repeat(vectors[:1], 300, axis=0)])
    found = find_communities(flood, common=0.0, texts=[*texts, *texts[:1] * 300])
    assert found[:24].tolist() == alone.tolist()
    assert set(found[24:]) == {found[0]}
    assert not set(found[:12]) & set(found[12:24])


def test_every_word_stands_in_its_order_and_no_placeholder() -> None:
    text = "When will [name] see the kiln\u2019s lid BACK?"
    assert every_word(text) == ["when", "will", "see", "the", "kiln", "lid", "back"]
    assert find_words(text) == ["kiln", "lid"]
