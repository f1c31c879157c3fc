"""Stories of nights, and what a pain point may say about itself over many random ones."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stories import DAY_0, day, rows_of

from listening.emergence import judge
from listening.types import DayCount, Emergence

STORIES = tomllib.loads((Path(__file__).parent / "cases" / "emergence.toml").read_text())["story"]


def live(rows: list[DayCount], nights: int, *, from_night: int = 0, sensitivity: str = "medium") -> list[Emergence]:
    """Judge every night in turn, remembering the last alert as the pipeline does."""
    said: list[Emergence] = []
    people_at_last = 0
    for number in range(from_night, nights):
        so_far = [row for row in rows if row.day <= day(number)]
        emergence = judge(
            so_far,
            pain_point_id="pp-1",
            night=day(number),
            born=DAY_0,
            last=said[-1] if said else None,
            people_at_last=people_at_last,
            resolved_on=None,
            sensitivity=sensitivity,
        )
        if emergence is not None:
            said.append(emergence)
            people_at_last = len(set().union(*(row.people for row in so_far if not row.backlog)))
    return said


@pytest.mark.parametrize("story", STORIES, ids=[story["name"].replace(" ", "-") for story in STORIES])
def test_a_story_of_nights(story: dict[str, Any]) -> None:
    rows = rows_of(story)
    resolved = story.get("resolved")
    said: list[Emergence] = []
    people_at_last = 0
    for number in range(story["nights"]):
        is_known = resolved is not None and number >= resolved
        so_far = [r for r in rows if r.day <= day(number)]
        emergence = judge(
            so_far,
            pain_point_id="pp-1",
            night=day(number),
            born=DAY_0,
            resolved_on=day(resolved) if is_known else None,
            last=said[-1] if said else None,
            people_at_last=people_at_last,
            sensitivity=story.get("sensitivity", "medium"),
        )
        if emergence is not None:
            said.append(emergence)
            people_at_last = len(set().union(*(r.people for r in so_far if not r.backlog)))
    expected = [(int(night), kind) for night, kind in story["verdict"].items()]
    got = [((e.night - DAY_0).days, e.kind) for e in said]
    assert [kind for _, kind in got] == [kind for _, kind in expected], got
    slack = story.get("slack", 0)
    assert all(0 <= g - e <= slack for (g, _), (e, _) in zip(got, expected, strict=True)), got


def sudden() -> list[DayCount]:
    people = {60: "a", 61: "b c", 62: "d e f g"}
    return [DayCount(day(n), "yard", 41, frozenset(people.get(n, "").split())) for n in range(63)]


def test_the_sentence_tells_its_numbers() -> None:
    said = live(sudden(), 63, from_night=62)
    assert [e.kind for e in said] == ["new"]
    assert said[0].sentence == (
        f"7 people in 3 nights, {said[0].expected:.1f} expected ({said[0].low:.1f} to {said[0].high:.1f}) "
        "from 123 posts seen; new: first told on 1 May"
    )
    assert said[0].people == 7
    assert said[0].low <= said[0].expected <= said[0].high < 7
    assert said[0].surprise > 3


def test_the_order_of_rows_does_not_matter() -> None:
    rows = sudden()
    first = live(rows, 63)
    for seed in range(3):
        random.Random(seed).shuffle(rows)  # noqa: S311 -- a shuffle
        assert live(rows, 63) == first


def test_rows_after_the_night_are_not_known_yet() -> None:
    assert judge(
        sudden(), pain_point_id="p", night=day(60), born=DAY_0, resolved_on=None, last=None, people_at_last=0
    ) is None  # fmt: skip


def test_nothing_is_said_before_birth_or_without_days() -> None:
    late: dict[str, Any] = {
        "pain_point_id": "p",
        "night": day(62),
        "resolved_on": None,
        "last": None,
        "people_at_last": 0,
    }
    assert judge(sudden(), born=day(63), **late) is None
    assert judge([], born=DAY_0, **late) is None


def test_an_unknown_sensitivity_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="low, medium, high"):
        live(sudden(), 63, sensitivity="huge")


def test_one_person_under_a_thousand_posts_is_silent() -> None:
    rows = [DayCount(day(n), "yard", 1000, frozenset({"gus"})) for n in range(90)]
    assert live(rows, 90) == []


def stationary(seed: int, rate: float, nights: int, *, times: float = 1, since: int = 10_000) -> list[DayCount]:
    """A pain that `rate` people a day tell, with a weekday rhythm in posts and people alike."""
    chance = np.random.default_rng(seed)
    rows = []
    for number in range(nights):
        rhythm = 1.3 if number % 7 < 5 else 0.5
        count = chance.poisson(rate * rhythm * (times if number >= since else 1))
        people = frozenset(f"p{chance.integers(5000)}" for _ in range(count))
        rows.append(DayCount(day(number), "yard", int(chance.poisson(60 * rhythm)), people))
    return rows


RATES = (0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0)


def test_stationary_pains_speak_once_and_then_stay_quiet() -> None:
    points = 200
    again = 0
    for seed in range(points):
        said = live(stationary(seed, RATES[seed % len(RATES)], 60), 60)
        again += max(0, len(said) - 1)
        assert all(e.kind in ("new", "slow_burn", "back") for e in said[:1])
    assert again / points * 100 / 2 <= 1  # alerts after the first, per 100 pain points and 30 nights


@pytest.mark.parametrize("rate", [2.0, 3.0, 4.0])
def test_a_fivefold_rise_is_found_within_two_nights(rate: float) -> None:
    runs, found = 60, 0
    for seed in range(runs):
        said = live(stationary(seed, rate, 47, times=5, since=45), 47)
        found += any(e.night >= day(45) and e.kind == "rising" for e in said)
    assert found >= 0.95 * runs


def test_one_new_person_every_four_days_is_heard_by_the_fifth() -> None:
    runs, found = 60, 0
    for seed in range(runs):
        chance = np.random.default_rng(seed)
        days = np.cumsum(chance.integers(3, 6, size=8))
        rows = [DayCount(day(n), "yard", 60, frozenset(f"p{n}" for d in days if d == n)) for n in range(50)]
        said = live(rows, 50)
        found += bool(said) and said[0].night <= day(int(days[4]))
    assert found >= 0.9 * runs
