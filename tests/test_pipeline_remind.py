"""Reminding: of a review or a day that is near or late, once each, in the one mail that its owner gets that night."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from email.utils import parseaddr
from typing import Any

import pytest
from nights_houses import House
from nights_world import MONDAY

from listening import journey, pipeline
from listening.demo.mailbox import Mailbox
from listening.pipeline import Told
from listening.store import reads, writes
from listening.types import Alert, Measure

pytest_plugins = ("nights_fixtures",)
NIGHT = MONDAY.date()
LATER = MONDAY + timedelta(days=30)  # when nothing emerges any more


@pytest.fixture
def point(lived: House) -> str:
    return reads.points(lived.store, map_id="bags")[0].id


def tell(house: House, now: datetime) -> Told:
    return pipeline.tell(house.store, house.settings, now=now)


def queued(house: House) -> list[Alert]:
    return [reads.alert(house.store, one.id) for one in reads.alerts(house.store)]


def due_in(house: House, point: str, days: int, owner: str = "zip-owner", now: datetime = LATER) -> None:
    journey.assign(house.store, house.settings, point, owner, who="ann", now=now)
    journey.set_due(house.store, point, now.date() + timedelta(days=days), who="ann", now=now)


def aim_at(house: House, point: str, **wanted: Any) -> None:  # noqa: ANN401 - a target and a day
    said = {"specific": "Zips glide", "metric": "people_week", "stage": "use"}
    journey.set_goal(house.store, house.settings, point, **said, **wanted, who="ann", now=MONDAY)


def review_due(house: House) -> date:
    first = min(reads.first_nights(house.store).values())
    return first.replace(month=first.month + 3)


class TestWhen:
    def test_a_review_is_announced_a_week_before_and_when_it_is_late(self, lived: House) -> None:
        wait = review_due(lived) - NIGHT
        told = [tell(lived, MONDAY + wait + timedelta(days=days)).queued for days in (-8, -7, -6, 1, 2)]
        assert told == [0, 1, 0, 1, 0]
        assert {one.owner.id for one in queued(lived)} == {lived.settings.journey.fallback_owner}
        (near, late) = (one.reminders[0] for one in queued(lived))
        assert (near.kind, near.name, late.kind) == ("due", "Review of Bags", "late")
        assert near.sentence.startswith(f"Due on {review_due(lived).day} ")
        assert late.sentence.startswith("It was due on ")

    def test_a_stamped_review_is_quiet_until_the_next(self, lived: House) -> None:
        now = MONDAY + timedelta(days=100)
        journey.stamp_review(lived.store, lived.settings, since=NIGHT, until=now.date(), note="", who="ann", now=now)
        assert tell(lived, now).queued == 0

    def test_a_day_that_comes_near_is_told_to_the_owner_once(self, lived: House, point: str) -> None:
        due_in(lived, point, 3)
        assert [tell(lived, LATER + timedelta(days=days)).queued for days in (0, 0, 1, 3, 4, 5)] == [1, 0, 0, 0, 1, 0]
        near, late = queued(lived)
        assert (near.owner.id, near.reminders[0].about, near.reminders[0].kind) == ("zip-owner", point, "due")
        assert late.reminders[0].kind == "late"

    @pytest.mark.parametrize("status", ["wont", "done"])
    def test_what_is_done_or_refused_is_not_due(self, lived: House, point: str, status: str) -> None:
        due_in(lived, point, 3)
        journey.set_status(lived.store, point, status, who="ann", now=LATER)
        assert tell(lived, LATER).queued == 0

    def test_a_goal_that_is_not_reached_is_told_with_how_it_stands(self, lived: House, point: str) -> None:
        aim_at(lived, point, target=0.1, due=LATER.date() + timedelta(days=3))
        told = [tell(lived, LATER + timedelta(days=days)).queued for days in (-5, -4, 0, 4, 5)]
        assert told == [0, 1, 0, 1, 0]
        near, late = (one.reminders[0] for one in queued(lived))
        assert near.sentence == "Due on 11 April 2026: Zips glide. Not measured yet: the next night does."
        assert (near.kind, near.about, late.kind) == ("due", point, "late")

    def test_a_goal_that_is_reached_is_not_due(self, lived: House, point: str) -> None:
        aim_at(lived, point, target=0.1, due=LATER.date() + timedelta(days=3))
        now = Measure(0.0, 0.0, 0.9, 0, LATER.date())
        writes.keep_goal_nights(lived.store, {(point, "people_week"): now})
        assert tell(lived, LATER).queued == 0

    def test_another_day_is_told_again(self, lived: House, point: str) -> None:
        due_in(lived, point, 3)
        tell(lived, LATER)
        due_in(lived, point, 5)
        assert tell(lived, LATER + timedelta(days=1)).queued == 1


class TestOneMail:
    def test_a_person_gets_all_that_is_due_in_one_mail(self, lived: House, mailbox: Mailbox) -> None:
        for one in reads.points(lived.store, map_id="bags"):
            due_in(lived, one.id, 2)
        assert tell(lived, LATER).sent == 1
        (mail,) = mailbox.mails()
        assert parseaddr(mail.to)[1] == "zip-owner@house.test"
        due = {one.about for one in queued(lived)[0].reminders}
        assert due == {one.id for one in reads.points(lived.store, map_id="bags")}
        assert len(due) > 1
        assert f"{len(due)} things of yours are due." in mail.path.read_text()

    def test_news_and_what_is_due_are_one_mail(self, lived: House, mailbox: Mailbox) -> None:
        points = reads.points(lived.store, map_id="bags")
        for one in points:
            due_in(lived, one.id, 2, now=MONDAY)
        assert tell(lived, MONDAY).sent == 1
        (mail,) = mailbox.mails()
        assert set(mail.pain_points) == {one.pain_point_id for one in reads.emergences(lived.store)}
        assert len(queued(lived)[0].reminders) == len(points)

    def test_who_reads_once_a_week_hears_of_what_is_due_at_once(self, lived: House, point: str) -> None:
        owners = tuple(replace(one, digest="weekly") for one in lived.settings.journey.owners)
        weekly = replace(lived.settings.journey, owners=owners)
        lived.settings = replace(lived.settings, journey=weekly, maps=(weekly,))
        due_in(lived, point, 2, now=MONDAY)
        assert tell(lived, MONDAY).queued == 1
        (mail,) = queued(lived)
        assert (mail.items, mail.reminders[0].about) == ((), point)

    def test_what_becomes_due_after_the_nights_mail_is_told_the_next_night(self, lived: House, point: str) -> None:
        assert tell(lived, MONDAY).queued
        owner = next(one.owner.id for one in queued(lived))
        due_in(lived, point, 2, owner=owner, now=MONDAY)
        assert tell(lived, MONDAY).queued == 0
        assert tell(lived, MONDAY + timedelta(days=1)).queued == 1

    def test_an_owner_who_left_is_followed_by_whoever_hears_the_rest(self, lived: House, point: str) -> None:
        due_in(lived, point, 2)
        owners = tuple(replace(one, enabled=one.id == "rest") for one in lived.settings.journey.owners)
        left = replace(lived.settings.journey, owners=owners)
        lived.settings = replace(lived.settings, journey=left, maps=(left,))
        assert tell(lived, LATER).queued == 1
        assert queued(lived)[0].owner.id == "rest"
