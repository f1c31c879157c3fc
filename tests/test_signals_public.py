"""The figures on public sets are counted right: on a few rows whose answers can be told by hand."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from listening.signals import public
from listening.signals.gate import Floors, check_public
from listening.signals.public import Row
from listening.types import PAINS, SENTIMENTS, SIGNALS, Passage, Reading, Signal


def heard(tone: str, pain: float = 0.0, embedding: tuple[float, ...] = (1.0, 0.0), name: str = "d") -> Reading:
    sentiment = {label: 0.8 if label == tone else 0.1 for label in SENTIMENTS}
    chances = dict(zip(PAINS, (1 - pain, 0.0, pain), strict=True))
    passage = Passage(name, 0, 0, 4, "text")
    signal = Signal(
        id="s",
        document_id=name,
        passage=passage,
        sentiment=sentiment,
        pain=chances,
        signals=dict.fromkeys(SIGNALS, 0.0),
        signals_on=(),
        stage={"none": 1.0},
        touchpoint=None,
        spans=(),
        embedding=np.array(embedding, dtype=np.float32),
        model="reader.v0",
        space="reader.v0",
    )
    return Reading(name, "en", readable=True, signals=(signal,), model="reader.v0", space="reader.v0")


def test_tones_count_each_tone_alike_however_rare() -> None:
    rows = [Row("", "positive")] * 8 + [Row("", "negative")] * 2 + [Row("", "neutral")] * 2
    said = [heard("positive")] * 8 + [heard("negative"), heard("neutral"), heard("neutral"), heard("neutral")]
    assert public.tones(rows, said).value == pytest.approx((1 + 0.5 + 1) / 3, abs=1e-3)


def test_a_fact_that_sounds_neutral_is_found_by_pain_and_not_by_tone() -> None:
    rows = [Row("", "negative", mark=True)] * 10 + [Row("", "other")] * 10
    by_pain = [heard("neutral", 0.9)] * 10 + [heard("neutral", 0.1)] * 10
    assert public.implicit_gain(rows, by_pain).value == 1.0
    by_tone = [heard("negative", 0.5)] * 10 + [heard("positive", 0.5)] * 10
    assert public.implicit_gain(rows, by_tone).value == -1.0


def test_an_openly_negative_review_counts_neither_way() -> None:
    rows = [Row("", "negative", mark=True), Row("", "other"), Row("", "negative")]
    said = [heard("neutral", 0.9), heard("neutral", 0.1), heard("negative", 1.0)]
    assert public.implicit_gain(rows, said).value == 1.0


def test_one_in_ten_of_the_others_may_be_a_false_alarm() -> None:
    marks = np.array([True, True, *[False] * 10])
    assert public.found(np.array([0.95, 0.5, *np.linspace(0, 0.9, 10)]), marks) == 0.5
    assert public.found(np.array([0.5]), np.array([True])) == 0.0


STAGES = [Row(f"{name} {n}", f"{name}_{n}") for name in ("alarm", "music") for n in range(public.SHOTS)]


def test_a_map_of_a_few_phrases_is_held_against_a_regression_on_the_same() -> None:
    vectors = {row.text: public.unit(np.array([row.label[0] == "a", row.label[0] == "m"], float)) for row in STAGES}
    asked = np.array([[1, 0], [0, 1]], dtype=np.float32)
    rows = [Row("", "alarm_set"), Row("", "music_play")]
    assert public.few_shot_gain(rows, asked, [STAGES], vectors).value == 0.0  # both are right
    assert public.places(["alarm", "music"], STAGES, vectors, asked).tolist() == [0, 1]
    nowhere = public.places(["alarm", "music"], STAGES, vectors, np.array([[-1, -1]], dtype=np.float32))
    assert nowhere.tolist() == [-1]


def test_the_same_examples_are_drawn_each_time() -> None:
    many = [Row(f"{row.text} {n}", row.label) for row in STAGES for n in range(9)]
    drawn = public.drawn_examples(many)
    assert drawn == public.drawn_examples(many)
    assert [len(rows) for rows in drawn] == [2 * public.SHOTS] * public.DRAWS


def test_likeness_is_whole_where_the_groups_lie_apart() -> None:
    rows = [Row("", "a")] * 5 + [Row("", "b")] * 5
    vectors = np.array([[1, 0]] * 5 + [[0, 1]] * 5, dtype=np.float32)
    assert public.likeness(rows, vectors).value == 1.0


def test_sets_are_read_and_a_review_is_marked_by_its_silent_judgement(tmp_path: Path) -> None:
    assert public.read_sets(tmp_path) == {}
    plain = [{"text": f"text {n}", "label": "a_b"} for n in range(4)]
    judged = [{"polarity": "negative", "opinion": "NULL"}], [{"polarity": "positive", "opinion": "good"}]
    for kind, names in public.FILES.items():
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            rows = [{"text": "it broke", "labels": one} for one in judged] if kind == "reviews" else plain
            path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    sets = public.read_sets(tmp_path)
    assert sets["reviews"][:2] == [Row("it broke", "negative", mark=True), Row("it broke", "other")]
    assert [row.text for row in sets["bank"]] == ["text 0", "text 3"]
    assert public.fingerprint(sets) != public.fingerprint(sets | {"bank": []})


def test_floors_do_not_hold_for_other_sets() -> None:
    floors = Floors({"public": "another"}, {"public": {"likeness_ami": 0.7}})
    lines = check_public({"bank": [Row("a", "b")]}, floors, None)  # type: ignore[arg-type] # refused before it reads
    assert [line.ok for line in lines] == [False]
