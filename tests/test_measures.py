"""What a pain point measures: people apart from posts and reach, and an importance that can be checked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from store_nouns import document, keep, pain_point, place, reading, signal, told

from listening.measures import measure, share
from listening.store import Store, reads, writes
from listening.types import Exposure, Measures, PostKind, Telling

pytest_plugins = ("store_fixtures",)
SINCE, UNTIL = date(2026, 3, 1), date(2026, 3, 28)
SEEN = Exposure((("board", 300), ("yard", 700)), inside=50)


def telling(person: str, **more: object) -> Telling:
    values: dict[str, object] = {
        "document_id": f"d-{person}",
        "person": person,
        "source": "yard",
        "inside": False,
        "day": date(2026, 3, 10),
        "reach": 0,
        "mood": -0.5,
        "unspoken": True,
        "signals": ("workaround",),
    }
    return Telling(**{**values, **more})  # type: ignore[arg-type]  # a table of fields


def measured(*tellings: Telling, seen: Exposure = SEEN) -> Measures:
    return measure(tellings, seen, since=SINCE, until=UNTIL)


def test_a_loud_author_with_a_thousand_likes_is_one_person() -> None:
    loud = [telling("gus", document_id=f"d{n}", reach=1000, mood=-1.0) for n in range(9)]
    found = measured(*loud, telling("ann", mood=1.0))
    assert (found.people, found.posts, found.reach) == (2, 10, 9000)
    assert found.sentiment is not None
    assert found.sentiment.value == 0  # a mean over the two people, not over the ten posts


def test_two_passages_of_one_post_reach_its_readers_once() -> None:
    assert measured(telling("ann", reach=70), telling("ann", reach=70, unspoken=False)).reach == 70


def test_people_inside_stand_beside_those_outside() -> None:
    found = measured(telling("ann"), telling("ben"), telling("cat", inside=True, source="support"))
    assert (found.people, found.people_inside) == (2, 1)
    assert found.sources == (("yard", 2), ("support", 1))


def test_what_lies_outside_the_period_does_not_count() -> None:
    early, late = telling("a", day=SINCE - timedelta(days=1)), telling("b", day=UNTIL + timedelta(days=1))
    assert measured(early, late, telling("c", day=SINCE), telling("d", day=UNTIL)).people == 2


def test_signals_are_counted_in_people_most_first() -> None:
    found = measured(
        telling("ann", signals=("workaround", "effort")), telling("ann", signals=("effort",)), telling("ben")
    )
    assert found.signals == (("workaround", 2), ("effort", 1))


@pytest.mark.parametrize(
    ("outside", "inside", "index"),
    [
        (9, 1, (0.9, 0.596, 0.982)),  # Wilson's interval, as tables give it
        (5, 5, (0.5, 0.237, 0.763)),
        (0, 4, (0.0, 0.0, 0.490)),
        (8, 0, (1.0, 0.676, 1.0)),
    ],
)
def test_the_unspoken_index_has_an_interval(outside: int, inside: int, index: tuple[float, float, float]) -> None:
    tellings = [telling(f"o{n}") for n in range(outside)] + [telling(f"i{n}", inside=True) for n in range(inside)]
    found = measured(*tellings).unspoken_index
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx(index, abs=0.001)


def test_without_own_data_the_unspoken_index_is_unknown() -> None:
    assert measured(telling("ann"), seen=replace(SEEN, inside=0)).unspoken_index is None
    assert measured().unspoken_index is None


def test_nobody_feels_nothing_and_one_person_may_mean_anything() -> None:
    assert measured().sentiment is None
    one = measured(telling("ann")).sentiment
    assert one is not None
    assert (one.value, one.low, one.high) == (-0.5, -1.0, 1.0)


def test_a_share_of_one_in_one_is_not_sure() -> None:
    assert share(1, 1).low == pytest.approx(0.207, abs=0.001)


IMPORTANCE = [
    ("two people who do not care", 2, {"mood": 0.0, "signals": ()}, 0, 1),
    ("three people", 3, {"mood": 0.0, "signals": ()}, 0, 2),
    ("ten people", 10, {"mood": 0.0, "signals": ()}, 0, 3),
    ("ten people who are upset", 10, {"mood": -0.8, "signals": ()}, 0, 4),
    ("ten people who switch", 10, {"mood": 0.0, "signals": ("switching",)}, 0, 4),
    ("ten people whom the company never heard", 10, {"mood": 0.0, "signals": ()}, 50, 4),
    ("thirty upset people who give up, unheard", 30, {"mood": -0.9, "signals": ("resignation",)}, 50, 5),
]


@pytest.mark.parametrize(
    ("_story", "people", "more", "own", "importance"), IMPORTANCE, ids=[one[0] for one in IMPORTANCE]
)
def test_importance_is_a_sum_that_its_formula_shows(
    _story: str, people: int, more: dict[str, object], own: int, importance: int
) -> None:
    found = measured(*(telling(f"p{n}", **more) for n in range(people)), seen=replace(SEEN, inside=own))
    assert found.importance == importance
    total, _, parts = found.formula.partition(" = ")
    added = [int(part.split()[0]) for part in parts.split(" + ")]
    assert (int(total), added[0]) == (importance, 1)
    assert min(5, sum(added)) == importance


def test_reach_never_makes_a_pain_important() -> None:
    famous = [telling(name, reach=10**9, mood=0.0, signals=()) for name in ("ann", "ben")]
    assert measured(*famous).importance == 1


class TestStored:
    def test_tellings_come_from_members_without_copies(self, store: Store) -> None:
        point = pain_point()
        told(
            store,
            document("d1", person="ann", likes=4, views=90),
            document("d2", person="ben", day=-2, kind=PostKind.TICKET, source="support"),
            document("d3", person="", day=-40),
            point=point,
        )
        keep(store, document("d4", person="cat"))
        writes.mark_clean(store, ["d4"], {"d4": "d1"})
        writes.keep_readings(store, [reading("d4", signal("d4"))])
        place(store, point, "s-d4-0")
        found = reads.tellings(store, ["pp-1", "pp-none"], SINCE, UNTIL)
        assert found["pp-none"] == []
        assert [(one.document_id, one.person, one.inside, one.reach) for one in found["pp-1"]] == [
            ("d2", "ben", True, 0),
            ("d1", "ann", False, 90),
        ]
        assert found["pp-1"][0].mood == pytest.approx(-0.5)
        assert found["pp-1"][0].signals == ("workaround",)

    def test_exposure_counts_what_could_be_seen(self, store: Store) -> None:
        keep(store, document("d1"), document("d2", day=-3), document("old", day=-60))
        keep(store, document("t1", kind=PostKind.TICKET, source="support"), source="support", kind="ticket")
        found = reads.exposure(store, SINCE, UNTIL)
        assert (found.outside, found.inside, found.posts) == ((("yard", 2),), 1, 2)

    def test_a_night_is_local(self, store: Store) -> None:
        keep(store, document("d1", created_at=document("x").created_at.replace(day=9, hour=23, minute=30)))
        assert reads.exposure(store, date(2026, 3, 10), date(2026, 3, 10), "Europe/Berlin").posts == 1
        assert reads.exposure(store, date(2026, 3, 10), date(2026, 3, 10)).posts == 0
