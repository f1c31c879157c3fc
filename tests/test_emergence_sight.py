"""Touchpoints that went blind: when it is said, once, and when they are seen again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from listening.emergence import judge_sight
from listening.types import Sight

NIGHT = date(2026, 3, 31)
GONE = {"yard": date(2026, 3, 20)}
BLIND = Sight("delivery", NIGHT, "blind", date(2026, 3, 24), ("yard",), "")


@pytest.mark.parametrize(
    ("spoke", "silent", "is_blind"),
    [
        ({"yard": 9, "board": 1}, GONE, True),
        ({"yard": 5}, GONE, True),
        ({"yard": 4}, GONE, False),  # hardly anybody ever spoke of it
        ({"yard": 7, "board": 3}, GONE, False),  # a third can still be heard
        ({"yard": 9, "board": 1}, {}, False),
        ({"board": 9}, GONE, False),  # another place fell silent
        ({"yard": 4, "board": 5, "blog": 1}, {**GONE, "board": NIGHT - timedelta(8)}, True),
        ({"yard": 4, "board": 5, "blog": 1}, {**GONE, "board": NIGHT - timedelta(6)}, False),  # not for a week yet
        ({}, GONE, False),
    ],
)
def test_it_is_blind_where_three_of_four_spoke_in_places_that_fell_silent(
    spoke: dict[str, int], silent: dict[str, date], is_blind: bool
) -> None:
    found = judge_sight("delivery", night=NIGHT, spoke=spoke, silent=silent, last=None)
    assert (found is not None and found.kind == "blind") is is_blind


def test_the_sentence_tells_since_when_and_what_it_was_heard_by() -> None:
    silent = {**GONE, "board": NIGHT - timedelta(7)}
    found = judge_sight("delivery", night=NIGHT, spoke={"yard": 4, "board": 7, "blog": 1}, silent=silent, last=None)
    assert found == Sight(
        "delivery",
        NIGHT,
        "blind",
        date(2026, 3, 24),
        ("board", "yard"),
        "blind since 24 March: 11 of the 12 people who spoke of it in the eight weeks before did so in board, yard, "
        "from where nothing comes any more; silence is no good news here",
    )


def test_it_is_told_once_and_again_when_it_is_seen_again() -> None:
    later = NIGHT + timedelta(days=9)
    assert judge_sight("delivery", night=later, spoke={"yard": 9}, silent=GONE, last=BLIND) is None
    again = judge_sight("delivery", night=later, spoke={"yard": 9}, silent={}, last=BLIND)
    assert again is not None
    assert (again.kind, again.sentence) == (
        "seen_again",
        "seen again after 16 nights: yard can be read again; what was said meanwhile may be missing",
    )
    assert judge_sight("delivery", night=later + timedelta(1), spoke={"yard": 9}, silent={}, last=again) is None


def test_talk_that_moved_elsewhere_is_seen_again_too() -> None:
    found = judge_sight("delivery", night=NIGHT, spoke={"yard": 6, "board": 4}, silent=GONE, last=BLIND)
    assert found is not None
    assert "people speak of it elsewhere now" in found.sentence
