"""A look at everything: who stands keeps its id unless the vote is clear, and each change is one for the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from identity_world import make_point, pain

from listening.clusters.regrouping import Regrouping, regroup
from listening.clusters.texts import GROWN, RECONSIDERS, Nights
from listening.types import Pain, PainPoint

NIGHT = date(2026, 3, 30)
SUBJECTS = {
    "strap": "the strap of my pannier broke at the buckle",
    "brake": "brake squeals in the rain since the service",
    "bill": "charged twice, invoice is wrong again",
    "app": "the app logs me out at every start",
}
Stand = dict[str, list[Pain]]


def tells(subject: str, count: int, *, first: int = 0, spread: float = 0.5, person: str = "") -> list[Pain]:
    """So many people's pains about one subject, as near to each other as `spread` lets them."""
    axis = list(SUBJECTS).index(subject)
    found = []
    for number in range(first, first + count):
        noise = np.random.default_rng([axis, number]).standard_normal(64) / 8
        noise[axis] += 1 / spread
        vector = (noise / np.linalg.norm(noise)).astype(np.float32)
        key = f"{subject}{number}"
        text = f"{SUBJECTS[subject]}, {key}"
        found.append(replace(pain(f"{key}.0", person or key, text, number % 20), embedding=vector))
    return found


def look(stand: Stand, waiting: list[Pain] | None = None) -> Regrouping:
    """Look at pain points that were born a day after each other, in this order."""
    return regroup(born(stand), stand, waiting or [], night=NIGHT)


def born(stand: Stand) -> list[PainPoint]:
    return [make_point(key, held, night=date(2026, 3, 1 + age)) for age, (key, held) in enumerate(stand.items())]


OTHERS: Stand = {"pp-bill": tells("bill", 12), "pp-app": tells("app", 12)}


def test_what_stands_well_is_left_alone() -> None:
    assert look({"pp-a": tells("strap", 12), "pp-b": tells("brake", 12), **OTHERS}) == Regrouping()
    assert regroup([], {}, [], night=NIGHT) == Regrouping()


@pytest.mark.parametrize(("elder", "younger", "stays"), [(9, 5, "pp-a"), (5, 9, "pp-b"), (7, 7, "pp-a")])
def test_two_that_are_one_become_the_one_that_most_know(elder: int, younger: int, stays: str) -> None:
    found = look({"pp-a": tells("strap", elder), "pp-b": tells("strap", younger, first=elder), **OTHERS})
    (change,) = found.changes
    assert (change.kind, change.into_id) == ("merge", stays)
    assert {change.into_id, change.from_id} == {"pp-a", "pp-b"}


def test_one_that_is_two_is_parted_and_the_smaller_part_gets_a_new_id() -> None:
    leaving = tells("brake", 8)
    (change,) = look({"pp-a": tells("strap", 12) + leaving, **OTHERS}).changes
    assert (change.kind, change.from_id) == ("split", "pp-a")
    assert set(change.members) == {one.signal_id for one in leaving}
    assert change.into_id not in {"pp-a", *OTHERS}


def test_a_part_that_belongs_to_another_goes_there_by_way_of_a_new_id() -> None:
    stand = {"pp-a": tells("strap", 12) + tells("brake", 6), "pp-b": tells("brake", 12, first=6), **OTHERS}
    part, move = look(stand).changes
    assert (part.kind, part.from_id, move.kind) == ("split", "pp-a", "merge")
    assert (move.from_id, move.into_id) == (part.into_id, "pp-b")


def test_what_is_fixed_is_left_as_it_is_and_may_take_up_others() -> None:
    lump, rest, twin = tells("strap", 12) + tells("brake", 8), tells("brake", 4, first=8), tells("strap", 5, first=12)
    stand = {"pp-a": lump, "pp-b": rest, "pp-c": twin, **OTHERS}
    assert regroup(born(stand), stand, [], night=NIGHT, fixed=["pp-a", "pp-c"]).changes == ()
    (change,) = regroup(born(stand), stand, [], night=NIGHT, fixed=["pp-a"]).changes
    assert (change.kind, change.into_id, change.from_id) == ("merge", "pp-a", "pp-c")


def test_where_another_encoder_took_over_what_stood_before_stays() -> None:
    nights, stand = Nights(), {"pp-a": tells("strap", 12) + tells("brake", 8), **OTHERS}
    nights.members, nights.points = {key: list(held) for key, held in stand.items()}, {p.id: p for p in born(stand)}
    vectors = {one.signal_id: one.embedding for held in stand.values() for one in held}
    nights.read_again(vectors, datetime(2026, 3, 29, tzinfo=UTC))
    assert nights.look(NIGHT) == ()
    nights.read_again(vectors, datetime(2026, 2, 1, tzinfo=UTC))
    assert [change.kind for change in nights.look(NIGHT)] == ["split"]


@pytest.mark.parametrize("person", ["", "ann"])
def test_a_few_people_do_not_leave(person: str) -> None:
    few = tells("brake", 8, person=person) if person else tells("brake", 3)
    assert look({"pp-a": tells("strap", 12) + few, **OTHERS}).changes == ()


def test_what_waits_joins_what_stands_or_founds_one_where_nothing_stands() -> None:
    joins, founds, alone = tells("strap", 2, first=40), tells("brake", 6), tells("app", 5, person="ann")
    found = look({"pp-a": tells("strap", 12), "pp-bill": OTHERS["pp-bill"]}, [*alone, *founds, *joins])
    assert found.joined == {one.signal_id: "pp-a" for one in joins}
    assert [{one.signal_id for one in held} for held in found.born] == [{one.signal_id for one in founds}]
    assert found.changes == ()


def test_the_order_of_pains_and_pain_points_does_not_matter() -> None:
    stand = {"pp-a": tells("strap", 12) + tells("brake", 6), "pp-b": tells("brake", 12, first=6), **OTHERS}
    waiting, points = tells("strap", 3, first=40), born(stand)
    back = {key: held[::-1] for key, held in reversed(stand.items())}
    assert regroup(points[::-1], back, waiting[::-1], night=NIGHT) == regroup(points, stand, waiting, night=NIGHT)


def test_the_nights_do_what_a_look_says_and_tell_every_change() -> None:
    nights = Nights()
    stand = {"pp-a": tells("strap", 12) + tells("brake", 6), "pp-b": tells("brake", 12, first=6), **OTHERS}
    nights.members = {key: list(held) for key, held in stand.items()}
    nights.points = {point.id: point for point in born(stand)}
    before = nights.homes()
    changes = nights.look(NIGHT)
    after = nights.homes()
    assert {key: home for key, home in before.items() if after[key] != home} == dict.fromkeys(
        [f"brake{number}.0" for number in range(6)], "pp-a"
    )
    assert {after[f"brake{number}.0"] for number in range(18)} == {"pp-b"}
    assert [change.kind for change in changes] == ["split", "merge"]
    assert (nights.points["pp-a"].size, nights.points["pp-b"].size, len(nights.points)) == (12, 18, 4)
    assert nights.points["pp-b"].people == 18
    assert nights.look(NIGHT) == ()


def test_everything_is_looked_at_again_when_there_is_more_of_it() -> None:
    nights = Nights()
    nights.live(NIGHT, [*tells("strap", 12), *tells("brake", 12)])
    for _ in range(RECONSIDERS - 1):
        nights.live(NIGHT, [])
    seen = nights.looked_at
    assert seen == 24
    for _ in range(RECONSIDERS):
        nights.live(NIGHT, [])
    assert nights.looked_at == seen
    nights.live(NIGHT, tells("bill", int(GROWN * seen) - seen + 1))
    for _ in range(RECONSIDERS - 1):
        nights.live(NIGHT, [])
    assert nights.looked_at > seen
