"""The mailbox and the scorecard: judged from what was caught and kept, on a few pains in a few words."""

from __future__ import annotations

import io
import json
import smtplib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console
from store_nouns import document, pain_point, told

from listening.demo import Mail, Mailbox, World, load_world, look, read_mails, score, show
from listening.demo.judge import Held, Point, Scorecard, judge
from listening.demo.run import called
from listening.demo.truth import Decoy, Key, Planted, Truth
from listening.demo.world import Site, Written
from listening.settings import load
from listening.store import Store, open_store

ZERO = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("program", "shown"),
    [
        (".venv/bin/listening", ".venv/bin/listening"),
        ("/my house/listening", "'/my house/listening'"),
        ("/a/listening/__main__.py", "listening"),
    ],
)
def test_what_is_shown_at_the_end_can_be_typed(program: str, shown: str) -> None:
    assert called(program) == shown


def world_of(days: Mapping[str, int]) -> World:
    """A world of one forum: each post's id is its author's letter and a number, written at noon of its day."""
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    posts = tuple(
        Written("yard", name, "t", name[0], noon + timedelta(days=day), f"words of {name}")
        for name, day in sorted(days.items(), key=lambda pair: pair[1])
    )
    sites = (Site("yard", "discourse", "Yard"),)
    return World(Path(), ZERO, 30, 2, ZoneInfo("Europe/Berlin"), sites, {"yard": posts}, ())


def keys(names: str) -> frozenset[Key]:
    return frozenset(("yard", name) for name in names.split())


def planted(key: str, names: str, shape: str = "sudden", **more: int) -> Planted:
    return Planted(key, key, "use", "brakes", True, shape, 1, 9, 4, True, False, keys(names), frozenset(), **more)  # noqa: FBT003 -- a row of truth.toml in order


def held(
    members: Mapping[str, str], stages: Mapping[str, str] | None = None, merged: Mapping[str, str] | None = None
) -> Held:
    points = {
        one: Point(f"name of {one}", (stages or {}).get(one, "use"), "brakes", (merged or {}).get(one))
        for one in {*members, *(merged or {})}
    }
    return Held({one: keys(names) for one, names in members.items()}, points)


def mail(night: int, *points: str) -> Mail:
    return Mail(Path("x.eml"), "a@b.example", "s", ZERO + timedelta(days=night), points)


# four people tell a pain on days 1 to 4, a fifth on day 8; c is a chatterer; z writes a decoy three times
DAYS = {"a1": 1, "b1": 2, "d1": 3, "e1": 4, "f1": 8, "c1": 1, "c2": 2, "z1": 5, "z2": 6, "z3": 6}
PAIN = planted("squeal", "a1 b1 d1 e1 f1")
LOUD = Decoy("loud", "one loud author", keys("z1 z2 z3"))


def card(
    mails: list[Mail],
    end: Held,
    snapshots: Mapping[int, Held] | None = None,
    *,
    pains: tuple[Planted, ...] = (PAIN,),
    decoys: tuple[Decoy, ...] = (LOUD,),
    until: int = 10,
) -> Scorecard:
    kept = {ZERO + timedelta(days=night): one for night, one in (snapshots or {}).items()}
    return judge(world_of(DAYS), Truth(pains, decoys), mails=mails, snapshots=kept, end=end, until=until)


class TestJudge:
    def test_a_pain_found_in_time(self) -> None:
        found = card([mail(5, "pp-1")], held({"pp-1": "a1 b1 d1 e1 c1"}))
        assert (found.planted, found.found, found.right_stage, found.alerted) == (1, 1, 1, 1)
        row = found.pains[0]
        assert (row.pain_point_id, row.name, row.posts_found, row.posts_planted) == ("pp-1", "name of pp-1", 4, 5)
        assert (row.first_possible_night, row.first_alert_night, row.nights_late) == (4, 5, 1)
        assert (row.people_at_alert, row.people) == (4, 5)

    @pytest.mark.parametrize(
        ("members", "found"),
        [
            ("a1 b1 d1", True),
            ("a1 b1", False),  # two people, under half of the posts
            ("a1 b1 d1 c1 c2 z1", False),  # half of its texts are others'
            ("a1 b1 d1 c1 c2", True),
            ("", False),
        ],
    )
    def test_found_means_most_of_it_and_half_of_the_pain(self, members: str, found: bool) -> None:
        assert card([], held({"pp-1": members})).found == int(found)

    def test_the_half_is_of_what_could_be_read_by_then(self) -> None:
        assert card([], held({"pp-1": "a1 b1 d1"}), until=4).pains[0].posts_planted == 3

    def test_a_wrong_stage_is_found_but_not_right(self) -> None:
        found = card([], held({"pp-1": "a1 b1 d1"}, stages={"pp-1": "help"}))
        assert (found.found, found.right_stage) == (1, 0)

    def test_nothing_found_is_nothing(self) -> None:
        found = card([], held({}))
        assert (found.found, found.alerted, found.false_alerts, found.ids_changed) == (0, 0, 0, 0)
        row = found.pains[0]
        assert (row.pain_point_id, row.first_alert_night, row.nights_late, row.people_at_alert) == (None,) * 4

    def test_an_alert_about_a_decoy_is_false(self) -> None:
        found = card([mail(7, "pp-z"), mail(7, "pp-z"), mail(8, "pp-z")], held({"pp-z": "z1 z2 c1"}))
        assert (found.false_alerts, found.decoys[0].nights, found.unplanned_alerts) == (2, (7, 8), ())

    def test_an_alert_about_neither_is_shown_but_not_false(self) -> None:
        found = card([mail(7, "pp-c")], held({"pp-c": "c1 c2 a1"}))
        assert found.false_alerts == 0
        assert [(one.night, one.pain_point_id, one.texts) for one in found.unplanned_alerts] == [(7, "pp-c", 3)]

    def test_an_alert_is_judged_by_what_was_held_that_night(self) -> None:
        then = held({"pp-1": "z1 z2"})
        found = card([mail(7, "pp-1")], held({"pp-1": "a1 b1 d1 e1 z1 z2"}), {7: then})
        assert (found.false_alerts, found.alerted) == (1, 0)

    def test_an_alert_when_a_source_is_back_is_false_unless_it_is_a_pains_first(self) -> None:
        outage = Decoy("outage", "down", frozenset(), source="yard", nights=(5, 6))
        end = held({"pp-1": "a1 b1 d1 e1", "pp-c": "c1 c2"})
        first = card([mail(7, "pp-1")], end, decoys=(outage,))
        again = card([mail(4, "pp-1"), mail(7, "pp-1")], end, decoys=(outage,))
        other = card([mail(8, "pp-c"), mail(9, "pp-c")], end, decoys=(outage,))
        assert (first.false_alerts, again.false_alerts, other.false_alerts) == (0, 1, 1)
        assert [one.night for one in other.unplanned_alerts] == [9]

    def test_ids_change_when_most_texts_live_elsewhere_than_at_the_first_alert(self) -> None:
        then = {4: held({"pp-1": "a1 b1 d1"})}
        stayed = card([mail(4, "pp-1")], held({"pp-1": "a1 b1 d1", "pp-2": "e1 f1"}), then)
        moved = card([mail(4, "pp-1")], held({"pp-1": "a1", "pp-2": "b1 d1 e1 f1"}), then)
        merged = card([mail(4, "pp-1")], held({"pp-2": "a1 b1 d1 e1"}, merged={"pp-1": "pp-2"}), then)
        assert (stayed.ids_changed, moved.ids_changed, merged.ids_changed) == (0, 1, 0)
        assert moved.alerted == 1

    def test_a_slow_burn_counts_the_people_until_its_alert(self) -> None:
        slow = (planted("squeal", "a1 b1 d1 e1 f1", "slow_burn"),)
        end = held({"pp-1": "a1 b1 d1 e1 f1"})
        assert card([mail(5, "pp-1")], end, pains=slow).slow_burn_by_person == 4
        assert card([mail(9, "pp-1")], end, pains=slow).slow_burn_by_person == 5
        assert card([], end, pains=slow).slow_burn_by_person == 5  # never told: all five, not none
        assert card([], end).slow_burn_by_person is None

    def test_a_pain_that_comes_back_is_told_again(self) -> None:
        back = (planted("squeal", "a1 b1 d1 e1 f1", comes_back=1),)
        row = card([mail(1, "pp-1"), mail(9, "pp-1")], held({"pp-1": "a1 b1 d1 e1 f1"}), pains=back).pains[0]
        assert (row.first_alert_night, row.back_possible_night, row.back_alert_night) == (1, 4, 9)

    def test_it_becomes_json_with_the_agreed_fields(self) -> None:
        shown = json.loads(json.dumps(card([mail(5, "pp-1")], held({"pp-1": "a1 b1 d1"})).as_json()))
        agreed = {"planted", "found", "right_stage", "false_alerts", "ids_changed", "slow_burn_by_person", "pains"}
        assert agreed | {"decoys", "unplanned_alerts"} <= shown.keys()
        assert shown["pains"][0]["key"] == "squeal"

    def test_it_can_be_read_by_a_person(self) -> None:
        console = Console(width=200, record=True, file=io.StringIO())
        show(
            card(
                [mail(5, "pp-1"), mail(6, "pp-c"), mail(7, "pp-z")],
                held({"pp-1": "a1 b1 d1", "pp-c": "c1", "pp-z": "z1"}),
            ),
            console,
        )
        text = console.export_text()
        for words in ("squeal (unspoken)", "night 4", "3/5", "name of pp-c", "1 (nights 7)", "Pains found: 1 of 1"):
            assert words in text

    def test_on_a_narrow_terminal_names_are_folded_and_whole(self) -> None:
        console = Console(width=60, record=True, file=io.StringIO())
        show(card([mail(5, "pp-1")], held({"pp-1": "a1 b1 d1"})), console)
        assert "\N{HORIZONTAL ELLIPSIS}" not in console.export_text()


class TestFromTheStore:
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        opened = open_store(f"sqlite:///{tmp_path / 's.db'}")
        yield opened
        opened.close()

    def test_members_and_points_are_read_by_source_and_native_id(self, store: Store) -> None:
        told(store, document("d1", native_id="20107"), document("d2", native_id="20108"), point=pain_point("pp-1"))
        found = look(store, "bikes")
        assert found.members == {"pp-1": keys("20107 20108")}
        assert found.points["pp-1"] == Point("the cover drips", "use", "rain_cover", None)
        assert look(store, "another").members == {}
        assert look(store, "bikes", date(2026, 3, 1)).members == {"pp-1": frozenset()}

    def test_the_real_world_is_judged_from_the_store_and_the_mails(self, store: Store) -> None:
        world = load_world()
        settings = load(world.folder / "configs", {})
        posts = [f"yard:{one.id}" for one in world.posts["yard"]]
        assert posts
        told(
            store,
            *(document(f"d{n}", native_id=one.id, source="yard") for n, one in enumerate(world.posts["yard"][:4])),
            point=pain_point("pp-1", map=settings.journey.id),
        )
        found = score(world, store, settings, [Mail(Path(), "", "", date(2026, 3, 10), ("pp-1",))], until=104)
        assert (found.planted, found.found, found.false_alerts) == (16, 0, 0)
        assert [one.pain_point_id for one in found.unplanned_alerts] == ["pp-1"]


class TestMailbox:
    def test_mails_are_caught_and_read_back(self, tmp_path: Path) -> None:
        with Mailbox(tmp_path / "mail") as mailbox:
            _send(mailbox, "product@brindlewheel.example", night="2026-05-01", points="pp-1a2b, pp-3c4d")
            _send(
                mailbox,
                "service@brindlewheel.example",
                text="Night of 2026-05-02: see /pain-points/pp-9f9f twice pp-9f9f",
            )
            first, second = mailbox.mails()
        assert [one.path.name for one in (first, second)] == ["001-product.eml", "002-service.eml"]
        assert (first.night, first.pain_points) == (date(2026, 5, 1), ("pp-1a2b", "pp-3c4d"))
        assert (second.night, second.pain_points) == (date(2026, 5, 2), ("pp-9f9f",))
        assert read_mails(tmp_path / "mail") == [first, second]

    def test_numbers_go_on_and_names_stay_inside_the_folder(self, tmp_path: Path) -> None:
        for _ in range(2):
            with Mailbox(tmp_path) as mailbox:
                _send(mailbox, "a/../b@house.test")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["001-a_.._b.eml", "002-a_.._b.eml"]
        assert read_mails(tmp_path)[0].night is None


def _send(mailbox: Mailbox, to: str, *, night: str = "", points: str = "", text: str = "hello") -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "l@house.test", "someone@house.test", "Tonight"
    if night:
        message["X-Listening-Night"], message["X-Listening-Pain-Points"] = night, points
    message.set_content(text)
    with smtplib.SMTP(mailbox.host, mailbox.port, timeout=10) as server:
        server.send_message(message, to_addrs=[to])
