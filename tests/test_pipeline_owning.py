"""Who hears of a pain point: whose it is, and who follows its stage."""

from __future__ import annotations

from dataclasses import replace

from store_nouns import pain_point

from listening.pipeline.owning import readers_of
from listening.types import JourneyMap, Owner, Stage

ANN, BOB = Owner("ann", "Ann", "ann@house.test"), Owner("bob", "Bob", "bob@house.test")
MAP = JourneyMap("bikes", "Bikes", (Stage("use", "Use", owner="ann"), Stage("help", "Help", owner="bob")))


def heard(*owners: Owner, stage: str = "use") -> list[str]:
    point = pain_point(stage=stage, touchpoint=None)
    return [one.id for one in readers_of(replace(MAP, owners=owners), point)]


def test_its_owner_hears_first_and_who_follows_its_stage_too() -> None:
    follower = replace(BOB, follows=("use",))
    assert heard(ANN, BOB) == ["ann"]
    assert heard(ANN, follower) == ["ann", "bob"]
    assert heard(follower, ANN, stage="help") == ["bob"]


def test_nobody_hears_twice_and_the_switched_off_not_at_all() -> None:
    assert heard(replace(ANN, follows=("use",)), BOB) == ["ann"]
    assert heard(ANN, replace(BOB, follows=("use",), enabled=False)) == ["ann"]
    assert heard(replace(ANN, enabled=False), replace(BOB, follows=("use",))) == ["bob"]
