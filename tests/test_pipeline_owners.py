"""How owners want to hear: weekly, on other channels, not any more; and a pain point that goes on in its thread."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from nights_houses import House
from nights_world import MONDAY

from listening import pipeline
from listening.demo.mailbox import Mailbox
from listening.store import reads, writes

pytest_plugins = ("nights_fixtures",)
NIGHT = MONDAY.date()


def want(house: House, **fields: object) -> None:
    """Let every owner want to hear like this."""
    owners = tuple(replace(one, **fields) for one in house.settings.journey.owners)  # type: ignore[arg-type]  # its fields
    house.settings = replace(house.settings, journey=replace(house.settings.journey, owners=owners))


def test_who_wants_it_weekly_hears_once_a_week_of_their_own(lived: House, mailbox: Mailbox) -> None:
    want(lived, digest="weekly")
    assert pipeline.tell(lived.store, lived.settings, now=MONDAY).sent == 0
    week = pipeline.tell_week(lived.store, lived.settings, now=MONDAY)
    mine = {
        owner.id
        for p in reads.points(lived.store, map_id="bags")
        if (owner := pipeline.owner_of(lived.settings.journey, p))
    }
    assert week.sent == len(mine | {lived.settings.journey.fallback_owner})
    assert {point for mail in mailbox.mails() for point in mail.pain_points} == {
        one.pain_point_id for one in reads.emergences(lived.store)
    }
    assert pipeline.tell_week(lived.store, lived.settings, now=MONDAY).sent == 0


def test_a_disabled_owner_gets_nothing_even_of_what_was_queued_before(lived: House, mailbox: Mailbox) -> None:
    lived.change(mail={"host": ""})
    queued = pipeline.tell(lived.store, lived.settings, now=MONDAY).queued
    lived.change(mail={"host": "127.0.0.1"})
    fallback = lived.settings.journey.fallback_owner
    owners = tuple(replace(one, enabled=one.id == fallback) for one in lived.settings.journey.owners)
    lived.settings = replace(lived.settings, journey=replace(lived.settings.journey, owners=owners))
    assert pipeline.send_waiting(lived.store, lived.settings, now=MONDAY).sent == queued
    assert {mail.to for mail in mailbox.mails()} == {mailbox.mails()[0].to}
    assert fallback in mailbox.mails()[0].to


def test_each_channel_is_a_delivery_of_its_own(lived: House) -> None:
    want(lived, channels=("mail", "webhook http://127.0.0.1:9/hook"))
    told = pipeline.tell(lived.store, lived.settings, now=MONDAY)
    rows = reads.alerts(lived.store)
    assert told.queued == len(rows) == 2 * told.sent
    assert {row.state for row in rows if row.channel == "mail"} == {"sent"}
    assert {row.state for row in rows if row.channel != "mail"} == {"queued"}


def test_a_pain_point_that_speaks_again_goes_on_in_its_thread(lived: House) -> None:
    pipeline.tell(lived.store, lived.settings, now=MONDAY)
    first = next(row for row in reads.alerts(lived.store) if row.pain_points)
    one = next(e for e in reads.emergences(lived.store) if e.pain_point_id == first.pain_points[0])
    later = MONDAY + timedelta(days=9)
    writes.keep_emergences(lived.store, [replace(one, night=later.date(), kind="rising")])
    pipeline.tell(lived.store, lived.settings, now=later)
    again = [row.id for row in reads.alerts(lived.store) if row.night == later.date()]
    threads = [item.thread for each in again for item in reads.alert(lived.store, each).items]
    assert threads == [(first.id,)]
