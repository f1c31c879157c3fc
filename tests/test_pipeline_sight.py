"""A forum that falls silent makes touchpoints blind: kept, told to their owners once, and again when it speaks."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from nights_houses import House
from nights_world import MONDAY

from listening import pipeline
from listening.demo.mailbox import Mailbox
from listening.store import reads

pytest_plugins = ("nights_fixtures",)


def live(house: House, days: int) -> None:
    """Watch and tell on a later night, without a visit to any source."""
    now = MONDAY + timedelta(days=days)
    pipeline.watch(house.store, house.settings, now=now)
    pipeline.tell(house.store, house.settings, now=now)


def subjects(mailbox: Mailbox) -> list[str]:
    return [one.subject for one in mailbox.mails() if one.subject.startswith(("Blind", "Seen again"))]


def test_who_owns_a_blind_touchpoint_hears_of_it_once_and_when_it_is_seen_again(lived: House, mailbox: Mailbox) -> None:
    live(lived, 0)
    assert reads.sights(lived.store, "bags") == []
    live(lived, 10)
    blind = reads.sights(lived.store, "bags")
    assert blind
    assert {one.kind for one in blind} == {"blind"}
    told = {
        one.sight.touchpoint for row in reads.alerts(lived.store) for one in reads.alert(lived.store, row.id).sights
    }
    assert told == {one.touchpoint for one in blind}
    count = len(mailbox.mails())
    live(lived, 10)
    live(lived, 11)
    assert len(mailbox.mails()) == count
    # the forums speak again
    lived.posts(30, seed=5, start=MONDAY + timedelta(days=11), days=1)
    lived.night(MONDAY + timedelta(days=12))
    again = [one for one in reads.sights(lived.store, "bags") if one.kind == "seen_again"]
    assert {one.touchpoint for one in again} == {one.touchpoint for one in blind}
    assert max(Counter(mail.subject for mail in mailbox.mails() if mail.subject in subjects(mailbox)).values()) == 1
