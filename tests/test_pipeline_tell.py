"""The last verb: who is told what, once; mails that are put off, refused or were never written; and the week."""

from __future__ import annotations

import os
import socket
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from nights_houses import House
from nights_world import MONDAY

from listening import journey, pipeline
from listening.demo.mailbox import Mailbox
from listening.pipeline import Told
from listening.store import reads, writes
from listening.store.tables import crawls
from listening.types import PainPoint

pytest_plugins = ("nights_fixtures",)
NIGHT = MONDAY.date()


@pytest.fixture
def untold(house: House) -> House:
    """A night that died before its mails."""
    house.posts()
    assert house.night(tell=False).emerged
    return house


def tell(house: House, now: datetime = MONDAY) -> Told:
    return pipeline.tell(house.store, house.settings, now=now)


def points(house: House) -> list[PainPoint]:
    return reads.points(house.store, map_id="bags")


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class TestWhoIsTold:
    def test_what_emerged_in_a_night_that_died_is_told_the_next_night_once(
        self, untold: House, mailbox: Mailbox
    ) -> None:
        tomorrow = MONDAY + timedelta(days=1)
        emerged = {one.pain_point_id for one in reads.emergences(untold.store)}
        assert untold.night(tomorrow).told.sent
        assert {point for mail in mailbox.mails() for point in mail.pain_points} == emerged
        count = len(mailbox.mails())
        untold.night(tomorrow)
        untold.night(tomorrow + timedelta(days=1))
        assert len(mailbox.mails()) == count

    def test_what_is_older_than_a_week_is_no_news(self, untold: House) -> None:
        assert tell(untold, MONDAY + timedelta(days=7)) == Told()

    def test_a_muted_pain_point_is_silent_and_the_others_speak(self, untold: House, mailbox: Mailbox) -> None:
        muted = reads.emergences(untold.store)[0].pain_point_id
        journey.mute(untold.store, muted, until=NIGHT, who="ann", now=MONDAY)
        assert tell(untold).sent
        told = {point for mail in mailbox.mails() for point in mail.pain_points}
        assert told == {one.pain_point_id for one in reads.emergences(untold.store)} - {muted}

    def test_its_own_owner_comes_before_the_touchpoints(self, untold: House, mailbox: Mailbox) -> None:
        for one in points(untold):
            journey.assign(untold.store, untold.settings, one.id, "zip-owner", who="ann", now=MONDAY)
        assert tell(untold).sent == 1
        assert "zip-owner@house.test" in mailbox.mails()[0].to

    def test_an_owner_who_left_the_map_is_followed_by_the_touchpoints(self, untold: House, mailbox: Mailbox) -> None:
        before = {one.touchpoint for one in points(untold)}
        for one in points(untold):
            writes.change_point(untold.store, one.id, fields={"owner": "somebody who left"})
        assert tell(untold).sent == len(before)
        assert not any("left" in mail.to for mail in mailbox.mails())

    def test_without_a_mail_server_alerts_wait(self, untold: House) -> None:
        untold.change(mail={"host": ""})
        told = tell(untold)
        assert told.queued == told.waiting > 0
        assert told.sent == 0


class TestTrouble:
    def test_a_server_that_is_away_is_tried_again_with_growing_waits(self, untold: House, mailbox: Mailbox) -> None:
        untold.change(mail={"port": closed_port()})
        now, waits = MONDAY, []
        count = tell(untold, now).waiting
        assert count
        assert tell(untold, now + timedelta(minutes=10)).waiting == 0  # not due yet
        for _ in range(7):
            row = reads.alerts(untold.store, states=("queued",))[0]
            waits.append((row.next_try - now) / timedelta(minutes=1))
            now = row.next_try
            tell(untold, now)
        assert waits == [30, 60, 120, 240, 480, 720, 720]
        untold.change(mail={"port": mailbox.port})
        assert tell(untold, now + timedelta(hours=12)).sent == count == len(mailbox.mails())

    def test_after_the_days_of_trying_a_mail_is_laid_aside_with_its_reason(self, untold: House) -> None:
        untold.change(mail={"port": closed_port()}, alerts={"tries_days": 2})
        count = tell(untold).waiting
        assert tell(untold, MONDAY + timedelta(days=2)).waiting == count
        assert tell(untold, MONDAY + timedelta(days=3)).dead == count
        dead = reads.alerts(untold.store, states=("dead",))
        assert len(dead) == count
        assert "out of reach" in dead[0].last_error

    def test_a_bad_address_costs_its_own_mail_only(self, untold: House, mailbox: Mailbox) -> None:
        bad = next(one.touchpoint for one in points(untold) if one.touchpoint != "app")
        owners = tuple(
            replace(one, email="nobody at all") if one.id == f"{bad}-owner" else one
            for one in untold.settings.journey.owners
        )
        untold.settings = replace(untold.settings, journey=replace(untold.settings.journey, owners=owners))
        told = tell(untold)
        assert (told.dead, told.sent) == (1, told.queued - 1)
        (row,) = reads.alerts(untold.store, states=("dead",))
        assert f"the address of owner {bad}-owner is none" in row.last_error
        assert len(mailbox.mails()) == told.sent

    def test_what_a_dead_process_claimed_is_sent_at_once_and_what_a_living_one_claimed_is_left(
        self, untold: House
    ) -> None:
        untold.change(mail={"host": ""})
        tell(untold)
        me = pipeline.nights.this_process()
        dead = f"{socket.gethostname()}:{os.getpid()}:1"
        other = "another-host:1:1"
        claimed = {
            by: alert.id
            for by in (dead, me, other)
            if (alert := writes.claim_alert(untold.store, by=by, now=MONDAY)) is not None
        }
        assert len(claimed) == 3
        assert writes.free_claims(untold.store, dead=pipeline.nights.is_dead) == 1
        rows = {row.id: row for row in reads.alerts(untold.store)}
        assert (rows[claimed[dead]].state, rows[claimed[dead]].tries) == ("queued", 0)
        assert {rows[claimed[one]].state for one in (me, other)} == {"claimed"}


class TestTheWeek:
    def row(self, house: House, source: str, day: int, *, new: int = 0, state: str = "done", error: str = "") -> None:
        night = NIGHT - timedelta(days=day)
        values = {"source": source, "night": night, "state": state, "new": new, "error": error}
        with house.store.writing() as connection:
            connection.execute(sa.delete(crawls).where(crawls.c.source == source, crawls.c.night == night))
            connection.execute(sa.insert(crawls).values(**values))

    def digest(self, house: House, mailbox: Mailbox) -> str:
        before = len(mailbox.mails())
        assert pipeline.tell_week(house.store, house.settings, now=MONDAY).sent == 1
        (mail,) = mailbox.mails()[before:]
        assert "rest@house.test" in mail.to
        return mail.path.read_text().replace("=\n", "")

    def test_names_a_silent_a_failing_and_a_drying_source(self, house: House, mailbox: Mailbox) -> None:
        self.row(house, "yard", 10, new=5)
        self.row(house, "yard", 1, state="failed", error="yard.test says 503")
        for day in range(20):
            self.row(house, "board", day, new=30 if day >= 7 else 1)
        said = self.digest(house, mailbox)
        assert f"yard: no good visit this week (last: {NIGHT - timedelta(days=10)}); yard.test says 503" in said
        assert "board: 7 new posts in 7 nights, usually 30 a night; look at its page" in said

    def test_a_source_that_is_off_or_well_is_not_named(self, house: House) -> None:
        for day in range(20):
            self.row(house, "board", day, new=30)
        self.row(house, "yard", 0, state="off", error="no key")
        assert pipeline.tell_week(house.store, house.settings, now=MONDAY) == Told()

    def test_a_source_that_was_never_read_is_named(self, house: House, mailbox: Mailbox) -> None:
        with house.store.writing() as connection:
            connection.execute(sa.delete(crawls))
        assert "yard: no good visit this week (last: never); it was never tried" in self.digest(house, mailbox)

    def test_comes_once(self, untold: House, mailbox: Mailbox) -> None:
        self.digest(untold, mailbox)
        again = pipeline.tell_week(untold.store, untold.settings, now=MONDAY)
        assert (again.queued, again.sent) == (0, 0)

    def test_does_not_stand_in_for_the_owners_own_mail(self, untold: House, mailbox: Mailbox) -> None:
        emerged = {one.pain_point_id for one in reads.emergences(untold.store)}
        self.digest(untold, mailbox)
        assert tell(untold, MONDAY + timedelta(days=1)).sent
        told = {point for mail in mailbox.mails()[1:] for point in mail.pain_points}
        assert told == emerged

    def test_without_a_fallback_owner_there_is_none(self, untold: House) -> None:
        untold.settings = replace(untold.settings, journey=replace(untold.settings.journey, fallback_owner=""))
        assert pipeline.tell_week(untold.store, untold.settings, now=MONDAY) == Told()


def test_the_fixture_emerged_on_the_night_itself(untold: House) -> None:
    assert {one.night for one in reads.emergences(untold.store)} == {date(2026, 3, 9)}
