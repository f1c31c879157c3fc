"""Where a pain is felt and begins, whose it is, and which places the map lacks: small maps, few people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from identity_world import make_point, pain

from listening.clusters import find_places, may_move, suggest
from listening.types import JourneyMap, Pain, PainPoint, Persona, Share, Stage, Touchpoint

SHOP = JourneyMap(
    "shop",
    "Shop",
    stages=(
        Stage("choose", "Choose", "Compares before buying"),
        Stage("buy", "Buy", "Orders and pays"),
        Stage("help", "Help", "Seeks help"),
    ),
    touchpoints=(
        Touchpoint("size_guide", "Size guide", "choose", "The table of measures"),
        Touchpoint("checkout", "Checkout", "buy", "The basket and the address form"),
        Touchpoint("support", "Support", "help", "Hotline and chat"),
    ),
    personas=(
        Persona("newcomer", "Newcomer", examples=("my first one", "new to this")),
        Persona("regular", "Regular", examples=("customer for years", "my third")),
    ),
)
ANSWERS = [  # person, passages as (text, stage, touchpoint)
    ("ann", [("support never answers", "help", "support")]),
    ("ben", [("no answer from the hotline", "help", "support")]),
    ("cat", [("the chat hangs up", "help", "support")]),
]
Told = list[tuple[str, list[tuple[str, str, str | None]]]]


def told(posts: Told) -> list[Pain]:
    return [
        pain(f"d{row}.{place}", person, text, stage=stage, touchpoint=touchpoint)
        for row, (person, passages) in enumerate(posts)
        for place, (text, stage, touchpoint) in enumerate(passages)
    ]


def says(person: str, text: str) -> tuple[str, list[tuple[str, str, str | None]]]:
    return person, [(text, "help", "support")]


BEGINS = {
    "nobody tells of an earlier place": (ANSWERS, ("", None)),
    "a cause in a clause, in the map's own words": (
        [*ANSWERS[:1], says("ben", "the size guide said it fits, hotline says tough luck"),
         says("cat", "chat again, because the measures are wrong")],
        ("choose", "size_guide"),
    ),
    "another passage of the same post": (
        [(who, [*said, *said, ("the basket lost my order", "buy", "checkout")]) for who, said in ANSWERS],
        ("buy", "checkout"),
    ),
    "one person in three is not enough": (
        [*ANSWERS[:2], says("cat", "the size guide said it fits, hotline says tough luck")],
        ("", None),
    ),
    "the map's words without a cause": (
        [says("ann", "support cannot read a size guide"), says("ben", "support wants my measures"), ANSWERS[2]],
        ("", None),
    ),
    "what comes later on the journey is no cause": (
        [("ann", [("checkout fails, since the hotline is shut", "buy", "checkout")]),
         ("ben", [("checkout fails, because support is shut", "buy", "checkout")])],
        ("", None),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BEGINS, ids=[name.replace(" ", "-") for name in BEGINS])
def test_where_a_pain_begins(case: str) -> None:
    posts, begins = BEGINS[case]
    found = find_places(told(posts), SHOP)
    assert (found.begins_stage, found.begins_touchpoint) == begins
    assert find_places(told(posts)[::-1], SHOP) == found


def test_it_is_felt_where_most_say_and_everybody_counts_once() -> None:
    posts: Told = [*ANSWERS, ("ann", [("nothing", "none", None)]), ("dan", [("grumble", "none", None)])]
    found = find_places(told(posts), SHOP)
    assert (found.stage, found.touchpoint) == ("help", "support")
    assert found.stages == (Share("help", 3), Share("unknown", 1))
    assert found.touchpoints == (Share("support", 3), Share("unknown", 1))


def test_a_persona_is_known_by_its_phrases_and_never_guessed() -> None:
    posts: Told = [
        says("ann", "this is My  first one, and support is silent"),
        says("ben", "support is silent"),
        says("cat", "new to this but my third, support is silent"),
    ]
    assert find_places(told(posts), SHOP).personas == (Share("unknown", 2), Share("newcomer", 1))


def test_the_whole_post_tells_more_than_its_painful_passages() -> None:
    whole = {"d0": "Customer for years. Support never answers.", "d1": "my third. no answer"}
    found = find_places(told(ANSWERS), SHOP, whole)
    assert found.personas == (Share("regular", 2), Share("unknown", 1))


def off(key: str, people: int, *, unknown: int, text: str = "loan bike while mine is repaired") -> PainPoint:
    shares = (Share("unknown", unknown), Share("repair", people - unknown))
    pains = [pain(f"{key}{i}.0", f"{key}{i}", text) for i in range(people)]
    return make_point(key, pains, touchpoints=tuple(share for share in shares if share.people), people=people)


def test_what_most_tell_at_no_touchpoint_is_suggested() -> None:
    points = [off("pp-a", 5, unknown=4), off("pp-b", 4, unknown=1), off("pp-c", 2, unknown=2)]
    (found,) = suggest(points, night=date(2026, 3, 9))
    assert (found.pain_points, found.people, found.stage, found.state) == (("pp-a",), 5, "use", "suggested")
    assert found.words[:2] == points[0].words[:2]


def test_alike_ones_in_one_stage_are_one_place() -> None:
    one, other = off("pp-a", 3, unknown=3), off("pp-b", 6, unknown=6)
    far = off("pp-c", 4, unknown=4, text="parking place before the shop")
    found = suggest([one, far, other], night=date(2026, 3, 9))
    assert [place.pain_points for place in found] == [("pp-a", "pp-b"), ("pp-c",)]
    assert suggest([other, far, one], night=date(2026, 3, 9)) == found
    apart = suggest([replace(one, stage="help"), other], night=date(2026, 3, 9))
    assert [place.pain_points for place in apart] == [("pp-b",), ("pp-a",)]


def test_a_decided_place_is_not_suggested_again_and_an_id_stays() -> None:
    one, other = off("pp-a", 3, unknown=3), off("pp-b", 6, unknown=6)
    assert suggest([one, other], night=date(2026, 3, 9), decided={"pp-a", "pp-b"}) == ()
    first, later = suggest([one], night=date(2026, 3, 9)), suggest([one, other], night=date(2026, 4, 9))
    assert first[0].id == later[0].id


def test_a_large_pain_point_is_placed_anew_with_every_fiftieth_part() -> None:
    assert all(may_move(size, size + 1, known=200) for size in range(200))
    sizes = range(200, 2_000)
    moves = [size for size in sizes if may_move(size, size + 1, known=200)]
    assert all(later / earlier < 1.03 for earlier, later in pairwise(moves))
    assert len(moves) < len(sizes) / 10
    assert may_move(500, 511, known=200)


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("The size guide PROMISED otherwise", True),
        ("when I read the size guide it fitted", True),
        ("nobody ever told me about the size guide — naïve", True),
        ("they never mentioned the size guide", True),
        ("the size guide is promising", True),
        ("whenever the size guide opens", False),
        ("aftermath, size guide", False),
        ("size guide, told nobody", False),
    ],
)
def test_a_cause_is_a_whole_word_in_any_case(text: str, begins: bool) -> None:
    posts: Told = [says("ann", text), says("ben", text)]
    assert find_places(told(posts), SHOP).begins_touchpoint == ("size_guide" if begins else None)


def test_places_open_in_the_order_of_their_people_and_take_the_first_that_is_near() -> None:
    crowd = [
        off(f"pp-{n}", 3 + n % 4, unknown=3 + n % 4, text=f"{'loan bike' if n % 2 else 'parking place'}")
        for n in range(12)
    ]
    found = suggest(crowd, night=date(2026, 3, 9))
    assert sorted(len(place.pain_points) for place in found) == [6, 6]
    assert {point for place in found for point in place.pain_points} == {point.id for point in crowd}
