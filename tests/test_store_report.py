"""What a review and an export show of the store, on both databases."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from datetime import date

import pytest
from store_nouns import (
    NIGHT,
    NOW,
    alert,
    at,
    document,
    emergence,
    entry,
    keep,
    pain_point,
    place,
    reading,
    signal,
    told,
)

from listening.errors import InputError
from listening.store import Counts, Store, reads, writes
from listening.types import JourneyMap, Membership, PostKind, Stage, StageMood, Touchpoint, TouchpointRow

pytest_plugins = ("store_fixtures",)

SINCE, UNTIL = date(2026, 3, 1), date(2026, 3, 31)
JOURNEY = JourneyMap(
    "bikes",
    "Bikes",
    (Stage("use", "Using", assumed_emotion=1.5), Stage("stay", "Staying")),
    (Touchpoint("rain_cover", "Cover", "use"), Touchpoint("bell", "Bell", "use"), Touchpoint("care", "Care", "stay")),
)


def moody(store: Store, person: str, *moods: float, **more: object) -> None:
    """Let a person write one document with a passage of each mood."""
    name = f"m-{person}-{len(moods)}"
    keep(store, document(name, person=person, **more))
    writes.mark_clean(store, [name], {})
    passages = [
        signal(name, index, sentiment={"positive": max(mood, 0.0), "neutral": 0.0, "negative": max(-mood, 0.0)})
        for index, mood in enumerate(moods)
    ]
    writes.keep_readings(store, [reading(name, *passages)])


class TestMoods:
    def test_a_stage_is_measured_on_people(self, store: Store) -> None:
        moody(store, "loud", *([-1.0] * 9))
        moody(store, "calm", 0.5)
        moody(store, "glad", 0.5)
        moody(store, "early", -1.0, day=-30)
        using, staying = reads.stage_moods(store, JOURNEY, SINCE, UNTIL)
        assert (using.stage, using.assumed, using.people) == ("use", 1.5, 3)
        assert using.mean == pytest.approx(0.0)
        half = 4.30 * math.sqrt(1.5 / 2) / math.sqrt(3)
        assert (using.low, using.high) == (pytest.approx(max(-1, -half)), pytest.approx(min(1, half)))
        assert staying == StageMood("stay", "Staying", None, None, None, None, 0)

    def test_one_person_may_mean_anything(self, store: Store) -> None:
        moody(store, "calm", 0.5, 0.5)
        using = reads.stage_moods(store, JOURNEY, SINCE, UNTIL)[0]
        assert (using.mean, using.low, using.high) == (pytest.approx(0.5), -1.0, 1.0)

    def test_many_people_who_agree_are_sure(self, store: Store) -> None:
        for number in range(40):
            moody(store, f"p{number}", 0.5 if number % 2 else 0.3)
        using = reads.stage_moods(store, JOURNEY, SINCE, UNTIL)[0]
        assert using.low is not None
        assert using.low == pytest.approx(0.4 - 1.96 * math.sqrt(0.4 / 39) / math.sqrt(40))

    def test_a_touchpoint_is_heard_quiet_or_blind(self, store: Store) -> None:
        keep(store, document("d1"), document("d2"), document("d3", day=-60))
        writes.mark_clean(store, ["d1", "d2", "d3"], {})
        heard = [signal("d1", 0), signal("d1", 1, touchpoint="bell", pain="none")]
        late = [signal("d2", 0, touchpoint=None), signal("d2", 1)]
        writes.keep_readings(store, [reading("d1", *heard), reading("d2", *late)])
        writes.keep_readings(store, [reading("d3", signal("d3", touchpoint="care"))])
        place(store, pain_point("pp-1"), "s-d1-0")
        place(store, pain_point("pp-2", merged_into="pp-1"))
        assert reads.touchpoint_rows(store, JOURNEY, SINCE, UNTIL) == [
            TouchpointRow("rain_cover", "Cover", "use", "heard", 2, 1),
            TouchpointRow("bell", "Bell", "use", "quiet", 0, 0),
            TouchpointRow("care", "Care", "stay", "blind", 0, 0),
        ]


class TestPointRows:
    def test_a_row_adds_up_people_posts_and_reach(self, store: Store) -> None:
        keep(store, document("d1", likes=2, views=10), document("d2", person="p-d1", day=-3, likes=4))
        keep(store, document("d3", kind=PostKind.TICKET, source="desk"), document("d4", day=-30), source="desk")
        ids = ["d1", "d2", "d3", "d4"]
        writes.mark_clean(store, ids, {})
        read = [reading("d1", signal("d1", 0), signal("d1", 1, pain="spoken"))]
        writes.keep_readings(store, [*read, *(reading(one, signal(one)) for one in ids[1:])])
        members = [
            *(Membership(f"s-{one}-0", "pp-1", NIGHT, 0.5) for one in ids),
            Membership("s-d1-1", "pp-1", NIGHT, 0.9),
        ]
        writes.keep_placement(store, (), [(pain_point(importance=3), members)], (), ())
        writes.keep_emergences(store, [emergence(), emergence(night=date(2026, 4, 1), kind="rising")])
        (row,) = reads.point_rows(store, "bikes", SINCE, UNTIL)
        assert (row.people, row.people_inside, row.posts, row.reach) == (1, 1, 3, 14)
        assert row.unspoken_share == pytest.approx(3 / 4)
        assert (row.first_seen, row.last_seen) == (at(-30).date(), NIGHT)
        assert (row.sources, row.importance) == (("desk", "yard"), 3)
        assert row.emergences == ("new on 2026-03-10 (10 March 2026)",)
        assert (sum(row.trend), len(row.trend)) == (2, 12)
        assert row.quotes[0].text == "passage 1 of d1"

    def test_the_most_people_come_first_and_the_silent_only_where_somebody_works(self, store: Store) -> None:
        told(store, document("a"), point=pain_point("pp-one"))
        told(store, document("b"), document("c"), point=pain_point("pp-two"))
        told(store, document("old", day=-60), point=pain_point("pp-silent"))
        told(store, document("old2", day=-60), point=pain_point("pp-fixed", status="watch"))
        told(store, document("x"), point=pain_point("pp-later", born=date(2026, 5, 1)))
        told(store, document("y"), point=pain_point("pp-merged", merged_into="pp-one"))
        found = reads.point_rows(store, "bikes", SINCE, UNTIL)
        assert [one.id for one in found] == ["pp-two", "pp-one", "pp-fixed"]
        assert (found[2].people, found[2].posts, found[2].unspoken_share) == (0, 0, 0.0)
        assert reads.point_rows(store, "boats", SINCE, UNTIL) == []

    def test_one_post_that_three_hundred_like_stands_above_five_of_a_loud_author(self, store: Store) -> None:
        told(store, *(document(f"l{n}", person="p-loud") for n in range(5)), point=pain_point("pp-loud"))
        told(store, document("liked", likes=300), point=pain_point("pp-silent"))
        found = reads.point_rows(store, "bikes", SINCE, UNTIL)
        assert [(one.id, one.people, one.posts, one.reach) for one in found] == [
            ("pp-silent", 1, 1, 300),
            ("pp-loud", 1, 5, 0),
        ]


class TestExports:
    EXPECTED: Mapping[str, dict[str, object]] = {
        "posts": {"id": "d1", "kind": "forum", "created_at": "2026-03-10T12:00:00+00:00", "version": 1, "score": None},
        "signals": {"id": "s-d1-0", "pain": "unspoken", "pain_unspoken": 0.8, "signals_on": "workaround", "effort": 0.2,
                    "dead_end": None, "sentiment": "negative", "stage": "use", "stage_probability": 0.7},
        "pain-points": {"id": "pp-1", "words": "drips seam", "born": "2026-03-10", "size": 1, "merged_into": None},
        "members": {"pain_point_id": "pp-1", "signal_id": "s-d1-0", "night": "2026-03-10", "person": "p-d1"},
        "assignments": {"id": "pp-1", "owner": "ann", "status": "open", "importance": None},
        "alerts": {"id": "a-1", "email": "ann@house.test", "state": "queued", "sent_at": None, "pain_points": "pp-1"},
        "history": {"what": "born", "pain_point_id": "pp-1", "who": "listening", "at": "2026-03-10T02:00:00+00:00"},
    }  # fmt: skip

    @pytest.mark.parametrize("what", EXPECTED)
    def test_rows_are_flat_and_their_names_stay(self, store: Store, what: str) -> None:
        told(store, document("d1"), point=pain_point(owner="ann"))
        place(store, pain_point("pp-unowned", born=date(2026, 4, 1)))
        writes.queue_alerts(store, [alert()], map_id="bikes", now=NOW)
        row = next(iter(reads.export_rows(store, what)))
        assert {name: row[name] for name in self.EXPECTED[what]} == self.EXPECTED[what]
        assert all(isinstance(cell, str | int | float | None) for cell in row.values())
        documented = (reads.export_rows.__doc__ or "").partition(f"{what}:")[2].partition("\n    of the")[0]
        plain = [name for name in row if not name.startswith(("sentiment_", "pain_")) or name == "pain_point_id"]
        assert [name for name in plain if name not in documented and what != "signals"] == []

    def test_only_owned_points_are_assignments(self, store: Store) -> None:
        place(store, pain_point())
        assert list(reads.export_rows(store, "assignments")) == []

    def test_another_word_names_the_good_ones(self, store: Store) -> None:
        with pytest.raises(InputError, match="pain-points"):
            reads.export_rows(store, "everything")

    def test_all_rows_come_in_order(self, store: Store) -> None:
        keep(store, *(document(f"d{number:04}", day=-number) for number in range(1200)))
        exported = [row["id"] for row in reads.export_rows(store, "posts")]
        assert exported == [f"d{number:04}" for number in reversed(range(1200))]


def test_counts(store: Store) -> None:
    told(store, document("d1"), document("d2", person="p-d1"), document("d3", person=""), point=pain_point())
    keep(store, document("d4"))
    writes.mark_clean(store, ["d4"], {})
    writes.keep_readings(store, [reading("d4", signal("d4", pain="none"))])
    place(store, pain_point("pp-2", merged_into="pp-1"))
    assert reads.counts(store) == Counts(documents=4, signals=4, pains=3, pain_points=1, people=2)


def test_a_ledger_line_says_who(store: Store) -> None:
    line = dataclasses.replace(entry("assigned", detail="to ann"), who="bob", model="m1")
    writes.keep_ledger(store, [line])
    assert reads.ledger(store, "pp-1") == [line]
