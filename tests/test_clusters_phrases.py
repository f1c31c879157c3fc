"""Which phrases may be a name, and what hearing them adds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from identity_world import pain

from listening.clusters.clauses import clear
from listening.clusters.naming import HEARD, OF_CLAUSE, Hear, name, name_all
from listening.clusters.phrases import find_phrases
from listening.clusters.words import stem
from listening.types import Pain, Vector

CORE = {stem(word) for word in ("lease", "application", "salary")}
BEGINS = [
    ("Because the lease application stops", "the lease application stops"),
    ("Luckily the lease application stops", "the lease application stops"),
    ("so then my lease application stops", "my lease application stops"),
    ("My lease application stops", "My lease application stops"),
]
ENDS = [
    "The lease application stops because",
    "The lease application stops whether",
    "The lease application is getting",
]


def runs(text: str, least: int = 2) -> list[str]:
    return [one.text for phrases in find_phrases(pain("d1.0", "ann", text), CORE, least) for one in phrases]


def test_to_whom_something_is_said_is_no_part_of_a_name() -> None:
    found = runs("@LenderCo @helpdesk the lease application stops")
    assert "the lease application stops" in found
    assert not any("LenderCo" in run or "helpdesk" in run for run in found)
    assert any("LenderCo" in run for run in runs("the lease application of @LenderCo stops"))


@pytest.mark.parametrize(
    "sign", ["https://t.co/Ab1", "HTTP://lender.test/a?b=1&c", "www.lender.test", "&amp;", "&#39;"]
)
def test_a_link_or_the_name_of_a_sign_is_no_word(sign: str) -> None:
    text = f"The lease application stops {sign} my salary stands still"
    assert len(clear(text)) == len(text)
    assert clear(text).index("my salary") == text.index("my salary")
    found = name([pain(f"d{i}.0", f"p{i}", text, i) for i in range(3)])
    said = f"{found.name} {' '.join(found.words)}".lower()
    assert not {"http", "https", "www", "amp", "lender", "39"} & set(said.split())
    assert found.name in {"The lease application stops", "My salary stands still"}


def test_what_is_no_link_and_no_sign_stays() -> None:
    text = "R&D says https is fine, and 5 & 6 are www numbers"
    assert clear(text) == text


@pytest.mark.parametrize(("text", "best"), BEGINS)
def test_a_clause_begins_behind_what_joins_it_to_another(text: str, best: str) -> None:
    found = {one.text: one.worth for phrases in find_phrases(pain("d1.0", "ann", text), CORE, 2) for one in phrases}
    assert max(found, key=lambda run: (found[run], len(run))) == best


@pytest.mark.parametrize("text", ENDS)
def test_a_run_does_not_end_where_more_must_come(text: str) -> None:
    assert text not in runs(text)


def test_a_clause_must_say_enough_of_the_subject() -> None:
    assert not runs("The lease is blue and long")
    assert runs("The lease is blue and long", least=1)


def test_a_name_says_one_telling_word_where_no_clause_says_two() -> None:
    said = ["the lease takes for ever", "the salary counts for nothing", "an application goes nowhere"] * 2
    found = name([pain(f"d{i}.0", f"p{i}", text, i) for i, text in enumerate(said)]).name
    assert found.lower() in said


TOLD = [
    "battery key with a red ribbon on my keyring",
    "battery key turns in its lock like butter",
    "battery key bent and nobody can open it",
]


def listening_to(trouble: str, asked: list[str], vector: Vector | None = None) -> Hear:
    def hear(phrases: Sequence[str]) -> list[tuple[float, Vector]]:
        asked.extend(phrases)
        where = np.ones(384, dtype=np.float32) / 384**0.5 if vector is None else vector
        return [(0.95 if trouble in phrase else 0.02, where) for phrase in phrases]

    return hear


@pytest.mark.parametrize("trouble", ["ribbon", "butter", "bent"])
def test_the_phrase_that_sounds_like_trouble_is_the_name(trouble: str) -> None:
    told = [pain(f"d{i}.0", f"p{i}", text, i) for i, text in enumerate(TOLD)]
    assert trouble in name(told, hear=listening_to(trouble, [])).name


def test_two_encoders_vectors_are_not_compared() -> None:
    told = [pain(f"d{i}.0", f"p{i}", text, i) for i, text in enumerate(TOLD)]
    assert "bent" in name(told, hear=listening_to("bent", [], np.ones(3, dtype=np.float32))).name


def test_few_phrases_are_heard_and_few_of_a_clause() -> None:
    words = ["".join(two) for two in product("bdfg", "aeiouy", "lmnr")]
    told = [pain(f"d{i}.0", f"p{i}", f"{word} {TOLD[i % 3]}", i % 20) for i, word in enumerate(words)]
    asked: list[str] = []
    name(told, hear=listening_to("bent", asked))
    assert len(asked) == HEARD
    assert len(asked) == len(set(asked))
    assert all(sum(word in phrase.lower().split() for phrase in asked) <= OF_CLAUSE for word in words)


def test_all_phrases_of_a_night_are_heard_at_once() -> None:
    keys = [pain(f"d{i}.0", f"p{i}", text, i) for i, text in enumerate(TOLD)]
    seats = [pain(f"e{i}.0", f"p{i}", f"saddle cover drips {end}", i) for i, end in enumerate(("all day", "on me", ""))]
    times: list[int] = []
    asked: list[str] = []

    def hear(phrases: Sequence[str]) -> Sequence[tuple[float, Vector]]:
        times.append(len(phrases))
        return listening_to("bent", asked)(phrases)

    found = name_all({"keys": keys, "seats": seats, "none": []}, {"keys": [seats]}, hear=hear)
    assert len(times) == 1
    assert found["keys"] == name(keys, [seats], hear=listening_to("bent", []))
    assert found["seats"] == name(seats, hear=listening_to("bent", []))
    assert found["none"].name == ""


ALIKE = ["The battery key is bent", "My battery key snaps in the lock", "Battery key jams every morning"]


def keys(who: str, order: int = 1) -> list[Pain]:
    return [pain(f"{who}{i}.0", f"{who}{i}", text, i) for i, text in enumerate(ALIKE)][::order]


def test_no_two_pain_points_get_one_name_and_none_a_taken_one() -> None:
    found = name_all({"a": keys("a"), "b": keys("b")}, {})
    assert found["a"].name != found["b"].name
    assert name_all({"b": keys("b", -1), "a": keys("a", -1)}, {}) == found
    alone = name(keys("a")).name
    assert name_all({"a": keys("a")}, {}, taken=[alone])["a"].name not in {alone, ""}
    every = name_all({"a": keys("a")}, {}, taken=[*ALIKE, alone])["a"].name
    assert every not in {*ALIKE, alone, ""}


def test_what_most_tell_chooses_first() -> None:
    more = [*keys("b"), pain("b9.0", "b9", ALIKE[1], 9)]
    best = name(more).name
    assert name_all({"a": keys("a"), "b": more}, {})["b"].name == best


@pytest.mark.parametrize("was", ["The battery key is bent", "The battery key is cracked"])
def test_a_name_stays_where_another_is_hardly_better(was: str) -> None:
    said = ["The battery key is bent", "The battery key is cracked", "My battery is in the shed"] * 2
    told = [pain(f"d{i}.0", f"p{i}", text, i) for i, text in enumerate(said)]
    assert name_all({"a": told}, {}, was={"a": was})["a"].name == was
    for poor in ("My battery is in the shed", "Said by nobody"):
        assert name_all({"a": told}, {}, was={"a": poor})["a"].name == name(told).name


def test_few_clauses_that_say_much_are_joined_by_those_that_say_less() -> None:
    said = ["I like the battery key", "The key snaps in the lock", "The battery is dead by noon"]
    told = [pain(f"d{i}.0", f"p{i}", text, i) for i, text in enumerate(said)]
    asked: list[str] = []
    assert name(told, hear=listening_to("snaps", asked)).name == said[1]
    assert set(asked) == set(said)
