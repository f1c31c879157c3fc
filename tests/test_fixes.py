"""Stories of fixes, many random ones, and one that comes back in a real store: ledger, status and mail."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stories import day, rows_of

from listening.emergence import judge_fix
from listening.types import DayCount, FixVerdict

STORIES = tomllib.loads((Path(__file__).parent / "cases" / "fixes.toml").read_text())["story"]


def judged(rows: list[DayCount], night: int, fixed: int) -> FixVerdict:
    return judge_fix(rows, pain_point_id="pp-1", resolved_on=day(fixed), night=day(night))


@pytest.mark.parametrize("story", STORIES, ids=[story["name"].replace(" ", "-") for story in STORIES])
def test_a_story_of_a_fix(story: dict[str, Any]) -> None:
    rows = rows_of(story)
    found = {night: judged(rows, int(night), story["fixed"]) for night in story["verdict"]}
    assert {night: one.kind for night, one in found.items()} == story["verdict"], [v.sentence for v in found.values()]


def gone() -> list[DayCount]:
    return rows_of({"nights": 90, "only": ["yard"], "every": {"yard": [{"from": 0, "to": 49, "days": 1}]}})


def test_the_sentence_tells_its_numbers() -> None:
    found = judged(gone(), 80, 50)
    assert found.sentence == (
        "holds: fixed on 21 April; 0 people since 24 April, where 28.0 were expected at the rate before: "
        "0 % of it (0 % to 9 %)"
    )
    assert (found.people_before, found.people_after, found.expected, found.coverage) == (50, 0, 28.0, 1.0)
    assert found.before.value == pytest.approx(50.0)  # 50 people in 1,000 posts
    assert found.before.low < 50 < found.before.high
    assert (found.after.value, found.after.low) == (0, 0)


def test_the_order_of_rows_does_not_matter_and_the_future_is_not_known() -> None:
    rows = gone()
    first = judged(rows, 70, 50)
    random.Random(1).shuffle(rows)  # noqa: S311 -- a shuffle
    assert judged(rows, 70, 50) == first == judged([row for row in rows if row.day <= day(70)], 70, 50)


def lived(seed: int, before: float, after: float) -> list[DayCount]:
    """120 nights of a pain that `before` people a night tell until the fix on night 60, then `after`."""
    chance = np.random.default_rng(seed)
    return [
        DayCount(
            day(n),
            "yard",
            int(chance.poisson(60)),
            frozenset(f"p{n}-{one}" for one in range(chance.poisson(before if n < 60 else after))),
        )
        for n in range(120)
    ]


@pytest.mark.parametrize("rate", [0.3, 1.0, 3.0])
def test_a_fix_that_did_nothing_never_holds(rate: float) -> None:
    for seed in range(20):
        rows = lived(seed, rate, rate)
        assert "holds" not in {judged(rows, night, 60).kind for night in range(60, 120, 3)}


@pytest.mark.parametrize("rate", [0.5, 1.0, 3.0])
def test_a_fix_that_worked_holds_and_is_never_called_back(rate: float) -> None:
    held = 0
    for seed in range(20):
        rows = lived(seed, rate, rate / 20)
        kinds = [judged(rows, night, 60).kind for night in range(60, 120, 3)]
        held += kinds[-1] == "holds"
        assert "came_back" not in kinds
    assert held >= 18
