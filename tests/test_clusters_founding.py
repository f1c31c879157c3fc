"""Who founds a pain point, who joins it and which two are one: what a thread and what few people can prove."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from identity_world import make_point, pain

from listening.clusters import place, reconsider

NIGHT = date(2026, 3, 5)
LOST = [
    pain("d1.0", "ann", "battery key lost hay barn towpath whale wooden", thread="t1"),
    pain("d2.0", "bob", "battery key lost duplicate dealer invoice papers", thread="t2"),
]
CAPS = [
    pain("c1.0", "ann", "charging port cap fell off, taped the port"),
    pain("c2.0", "bob", "port cap fell off in the rain, cork in the port"),
    pain("c3.0", "cat", "lost the rubber cap of the charging port"),
]


def test_an_answer_in_the_thread_of_one_keeps_two_from_nothing() -> None:
    answer = pain("d3.0", "cat", "battery pin frame", thread="t1")
    found = place([*LOST, answer], [], night=NIGHT)
    assert [set(one.members) for one in found.born] == [{"d1.0", "d2.0"}]
    assert found.waiting == ("d3.0",)


@pytest.mark.parametrize(("sure", "joins"), [(0.95, 1), (0.3, 0)])
def test_a_thread_pulls_only_as_far_as_the_voice_is_a_pain(sure: float, joins: int) -> None:
    point = make_point("pp-cap", CAPS)
    vague = replace(pain("d9.0", "dan", "cap fell, bell rings", thread="t1"), pain=sure)
    kept = place([vague], [point], night=NIGHT, threads={"t1": {"pp-cap"}}, sure=0.65)
    assert len(kept.carried) == joins


def test_the_fewer_tell_the_more_alike_two_must_be_to_be_one() -> None:
    many = [pain(f"m{i}.0", f"m{i}", "cover drips seam knees wet") for i in range(6)]
    said = ("cover edges epoxy coats yacht", "cover drips seam coats yacht")
    near = [pain(f"n{i}.0", f"n{i}", said[i % 2]) for i in range(6)]
    points = [make_point("pp-many", many), make_point("pp-near", near, night=date(2026, 3, 9), words=())]
    few = [points[0], make_point("pp-near", near[:2], night=date(2026, 3, 9), words=())]
    assert [c.kind for c in reconsider(points, {"pp-many": many, "pp-near": near})] == ["merge"]
    assert reconsider(few, {"pp-many": many, "pp-near": near[:2]}) == ()


def test_two_with_the_same_telling_words_are_sooner_one_and_stay_one() -> None:
    many = [pain(f"m{i}.0", f"m{i}", "cover drips seam knees wet") for i in range(6)]
    near = [pain(f"n{i}.0", f"n{i}", "cover drips epoxy coats yacht zebra") for i in range(6)]
    points = [make_point("pp-many", many), make_point("pp-near", near, night=date(2026, 3, 9))]
    told = {"pp-many": many, "pp-near": near}
    assert set(points[0].words) & set(points[1].words)
    assert [c.kind for c in reconsider(points, told)] == ["merge"]
    assert reconsider([points[0], replace(points[1], words=())], told) == ()
    assert reconsider([points[0], replace(points[1], touchpoint="till")], told) == ()
    assert reconsider([make_point("pp-many", [*many, *near])], {"pp-many": [*many, *near]}) == ()
