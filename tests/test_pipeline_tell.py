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
from listening.store.tables import crawls, documents
from listening.types import PainPoint

pytest_plugins = ("nights_fixtures",)
NIGHT = MONDAY.date()


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
        self, lived: House, mailbox: Mailbox
    ) -> None:
        tomorrow = MONDAY + timedelta(days=1)
        emerged = {one.pain_point_id for one in reads.emergences(lived.store)}
        assert lived.night(tomorrow).told.sent
        assert {point for mail in mailbox.mails() for point in mail.pain_points} == emerged
        count = len(mailbox.mails())
        lived.night(tomorrow)
        lived.night(tomorrow + timedelta(days=1))
        assert len(mailbox.mails()) == count

    def test_what_is_older_than_a_week_is_no_news(self, lived: House) -> None:
        assert tell(lived, MONDAY + timedelta(days=7)) == Told()

    def test_a_muted_pain_point_is_silent_and_the_others_speak(self, lived: House, mailbox: Mailbox) -> None:
        muted = reads.emergences(lived.store)[0].pain_point_id
        journey.mute(lived.store, muted, until=NIGHT, who="ann", now=MONDAY)
        assert tell(lived).sent
        told = {point for mail in mailbox.mails() for point in mail.pain_points}
        assert told == {one.pain_point_id for one in reads.emergences(lived.store)} - {muted}

    def test_its_own_owner_comes_before_the_touchpoints(self, lived: House, mailbox: Mailbox) -> None:
        for one in points(lived):
            journey.assign(lived.store, lived.settings, one.id, "zip-owner", who="ann", now=MONDAY)
        assert tell(lived).sent == 1
        assert "zip-owner@house.test" in mailbox.mails()[0].to

    def test_an_owner_who_left_the_map_is_followed_by_the_touchpoints(self, lived: House, mailbox: Mailbox) -> None:
        before = {one.touchpoint for one in points(lived)}
        for one in points(lived):
            writes.change_point(lived.store, one.id, fields={"owner": "somebody who left"})
        assert tell(lived).sent == len(before)
        assert not any("left" in mail.to for mail in mailbox.mails())

    @pytest.mark.usefixtures("mailbox")
    def test_a_mail_quotes_the_four_weeks_that_it_counts(self, lived: House) -> None:
        one = reads.emergences(lived.store)[0].pain_point_id
        texts = {said.document_id: said.text for said in reads.quotes(lived.store, [one], each=99)[one]}
        latest, *others = sorted(texts)
        with lived.store.writing() as connection:
            long_ago = sa.update(documents).where(documents.c.id.in_(others))
            connection.execute(long_ago.values(created_at=MONDAY - timedelta(days=70)))
        assert tell(lived).sent
        (alert,) = (found for found in reads.alerts_sent(lived.store) if one in found.pain_points)
        (item,) = (item for item in reads.alert(lived.store, alert.id).items if item.pain_point_id == one)
        assert item.quotes[0].document_id == latest

    def test_without_a_mail_server_alerts_wait(self, lived: House) -> None:
        lived.change(mail={"host": ""})
        told = tell(lived)
        assert told.queued == told.waiting > 0
        assert told.sent == 0


class TestTrouble:
    def test_a_server_that_is_away_is_tried_again_at_each_run(self, lived: House, mailbox: Mailbox) -> None:
        lived.change(mail={"port": closed_port()})
        count = tell(lived).waiting
        assert count
        for number in range(1, 13):
            assert tell(lived, MONDAY + number * timedelta(minutes=5)).waiting == count
        rows = reads.alerts(lived.store, states=("queued",))
        assert {(row.tries, "out of reach" in row.last_error) for row in rows} == {(0, True)}
        lived.change(mail={"port": mailbox.port})
        assert tell(lived, MONDAY + timedelta(minutes=65)).sent == count == len(mailbox.mails())

    def test_after_the_days_of_trying_a_mail_is_laid_aside_with_its_reason(self, lived: House) -> None:
        lived.change(mail={"port": closed_port()}, alerts={"tries_days": 2})
        count = tell(lived).waiting
        assert tell(lived, MONDAY + timedelta(days=2)).waiting == count
        assert tell(lived, MONDAY + timedelta(days=3)).dead == count
        dead = reads.alerts(lived.store, states=("dead",))
        assert len(dead) == count
        assert "out of reach" in dead[0].last_error

    def test_a_bad_address_costs_its_own_mail_only(self, lived: House, mailbox: Mailbox) -> None:
        bad = next(one.touchpoint for one in points(lived) if one.touchpoint != "app")
        owners = tuple(
            replace(one, email="nobody at all") if one.id == f"{bad}-owner" else one
            for one in lived.settings.journey.owners
        )
        lived.settings = replace(lived.settings, journey=replace(lived.settings.journey, owners=owners))
        told = tell(lived)
        assert (told.dead, told.sent) == (1, told.queued - 1)
        (row,) = reads.alerts(lived.store, states=("dead",))
        assert f"the address of owner {bad}-owner is none" in row.last_error
        assert len(mailbox.mails()) == told.sent

    def test_what_a_dead_process_claimed_is_sent_at_once_and_what_a_living_one_claimed_is_left(
        self, lived: House
    ) -> None:
        lived.change(mail={"host": ""})
        tell(lived)
        me = pipeline.nights.this_process()
        dead = f"{socket.gethostname()}:{os.getpid()}:1"
        other = "another-host:1:1"
        claimed = {
            by: alert.id
            for by in (dead, me, other)
            if (alert := writes.claim_alert(lived.store, by=by, now=MONDAY)) is not None
        }
        assert len(claimed) == 3
        assert writes.free_claims(lived.store, dead=pipeline.nights.is_dead) == 1
        rows = {row.id: row for row in reads.alerts(lived.store)}
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
        assert "yard: no good visit this week (last: 27 February 2026); yard.test says 503" in said
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

    def test_comes_once(self, lived: House, mailbox: Mailbox) -> None:
        self.digest(lived, mailbox)
        again = pipeline.tell_week(lived.store, lived.settings, now=MONDAY)
        assert (again.queued, again.sent) == (0, 0)

    def test_does_not_stand_in_for_the_owners_own_mail(self, lived: House, mailbox: Mailbox) -> None:
        emerged = {one.pain_point_id for one in reads.emergences(lived.store)}
        self.digest(lived, mailbox)
        assert tell(lived, MONDAY + timedelta(days=1)).sent
        told = {point for mail in mailbox.mails()[1:] for point in mail.pain_points}
        assert told == emerged

    def test_without_a_fallback_owner_there_is_none(self, lived: House) -> None:
        lived.settings = replace(lived.settings, journey=replace(lived.settings.journey, fallback_owner=""))
        assert pipeline.tell_week(lived.store, lived.settings, now=MONDAY) == Told()


def test_the_fixture_emerged_on_the_night_itself(lived: House) -> None:
    assert {one.night for one in reads.emergences(lived.store)} == {date(2026, 3, 9)}
