"""How owners want to hear: weekly, on other channels, not any more; and a pain point that goes on in its thread."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import pytest
from nights_houses import House
from nights_world import MONDAY

from listening import journey, pipeline
from listening.demo.mailbox import Mailbox
from listening.journey import accounts
from listening.pipeline.addressing import addressed, with_access
from listening.store import reads, writes
from listening.types import Alert

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


def queued(house: House) -> list[Alert]:
    """Queue tonight's alerts while no mail can go out, and return them."""
    house.change(mail={"host": ""})
    pipeline.tell(house.store, house.settings, now=MONDAY)
    house.change(mail={"host": "127.0.0.1"})
    return [reads.alert(house.store, row.id) for row in reads.alerts(house.store)]


def users(house: House, *names: str, **fields: str) -> None:
    """Give people access to the board, each as the owner of that name, beside an admin."""
    first = [] if reads.people(house.store) else [("root", {"role": "admin"})]
    for name, user in [*first, *((name, {"role": "owner", "owner": name} | fields) for name in names)]:
        accounts.add_user(house.store, house.settings.journey, name, "", who="root", now=MONDAY, **user)


def disable(house: House, name: str) -> None:
    accounts.disable(house.store, name, who="root", now=MONDAY)


def told(mailbox: Mailbox) -> dict[str, set[str]]:
    """Which pain points each address was told of."""
    found: dict[str, set[str]] = defaultdict(set)
    for mail in mailbox.mails():
        found[mail.to.partition("@")[0].rpartition("<")[2]].update(mail.pain_points)
    return found


def test_whose_access_was_taken_away_hears_nothing_not_even_of_what_was_queued_before(
    lived: House, mailbox: Mailbox
) -> None:
    alerts = queued(lived)
    gone = next(one for one in alerts if one.items and one.owner.id != "rest")
    users(lived, "rest", gone.owner.id)
    disable(lived, gone.owner.id)
    assert pipeline.send_waiting(lived.store, lived.settings, now=MONDAY).sent == len(alerts)
    heard = told(mailbox)
    assert gone.owner.id not in heard
    assert {item.pain_point_id for item in gone.items} <= heard["rest"]


def test_nor_of_what_comes_later(lived: House, mailbox: Mailbox) -> None:
    users(lived, "zip-owner", "strap-owner")
    disable(lived, "zip-owner")
    pipeline.tell(lived.store, lived.settings, now=MONDAY)
    assert "zip-owner" not in told(mailbox)
    assert "strap-owner" in told(mailbox)


@pytest.mark.parametrize(
    ("fields", "hears"),
    [
        ({}, False),
        ({"role": "viewer", "owner": "", "email": "ZIP-owner@house.test"}, False),
        ({"role": "viewer", "owner": ""}, True),  # nobody on the map
    ],
)
def test_they_are_known_by_who_they_are_on_the_map_or_by_their_address(
    lived: House, fields: dict[str, str], hears: bool
) -> None:
    users(lived, "zip-owner", **fields)
    disable(lived, "zip-owner")
    owners = {one.id: one.enabled for one in with_access(lived.store, lived.settings).journey.owners}
    assert owners == {one.id: one.id != "zip-owner" or hears for one in lived.settings.journey.owners}


def test_who_has_another_account_still_hears(lived: House) -> None:
    users(lived, "zip-owner")
    users(lived, "zip-two", owner="zip-owner")
    disable(lived, "zip-owner")
    assert with_access(lived.store, lived.settings) == lived.settings


def test_where_nobody_hears_it_is_laid_aside_and_nothing_is_lost(lived: House, mailbox: Mailbox) -> None:
    alerts = queued(lived)
    names = [one.id for one in lived.settings.journey.owners]
    users(lived, *names)
    for name in names:
        disable(lived, name)
    assert pipeline.send_waiting(lived.store, lived.settings, now=MONDAY).dead == len(alerts)
    assert not mailbox.mails()
    assert "nobody on the map hears of it" in reads.alerts(lived.store)[0].last_error
    accounts.enable(lived.store, "rest", who="root", now=MONDAY)
    for one in alerts:
        journey.retry(lived.store, one.id, now=MONDAY)
    assert pipeline.send_waiting(lived.store, lived.settings, now=MONDAY).sent == len(alerts)
    assert told(mailbox)["rest"] == {item.pain_point_id for one in alerts for item in one.items}


def test_what_was_given_to_somebody_else_since_goes_to_them(lived: House, mailbox: Mailbox) -> None:
    alerts = queued(lived)
    old = next(one for one in alerts if one.items and one.owner.id != "rest")
    new = next(one.id for one in lived.settings.journey.owners if one.id not in (old.owner.id, "rest"))
    given = [item.pain_point_id for item in old.items]
    for one in given:
        journey.assign(lived.store, lived.settings, one, owner=new, who="root", now=MONDAY)
    pipeline.send_waiting(lived.store, lived.settings, now=MONDAY)
    heard = told(mailbox)
    assert old.owner.id not in heard
    assert set(given) <= heard[new]
    assert sum(len(mail.pain_points) for mail in mailbox.mails()) == sum(len(one.items) for one in alerts)


def test_where_only_a_part_was_given_away_each_hears_of_theirs_once(lived: House) -> None:
    one = next(alert for alert in queued(lived) if alert.items)
    items = (one.items[0], replace(one.items[0], pain_point_id=other(lived, one)))
    both = replace(one, items=items)
    given = items[0].pain_point_id
    journey.assign(lived.store, lived.settings, items[1].pain_point_id, owner=one.owner.id, who="root", now=MONDAY)
    journey.assign(lived.store, lived.settings, given, owner="rest", who="root", now=MONDAY)
    for _ in range(2):
        mine = addressed(lived.store, lived.settings, both, now=MONDAY)
        assert mine is not None
        assert [item.pain_point_id for item in mine.items] == [items[1].pain_point_id]
    over = [row for row in reads.alerts(lived.store) if row.pain_points == (given,) and row.owner == "rest"]
    assert len(over) == 1


def other(house: House, alert: Alert) -> str:
    """Another pain point than those of an alert."""
    known = {item.pain_point_id for item in alert.items}
    return next(one.id for one in reads.points(house.store, map_id="bags") if one.id not in known)


def test_another_channels_address_of_who_left_is_not_called(lived: House) -> None:
    one = replace(queued(lived)[0], channel="webhook https://ann.test/hook")
    kept = addressed(lived.store, lived.settings, one, now=MONDAY)
    assert kept is not None
    assert kept.channel == one.channel
    users(lived, one.owner.id)
    disable(lived, one.owner.id)
    moved = addressed(lived.store, with_access(lived.store, lived.settings), one, now=MONDAY)
    assert moved is not None
    assert (moved.channel, moved.owner.id) == ("mail", "rest")
