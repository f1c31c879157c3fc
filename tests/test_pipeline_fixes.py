"""A pain point that was said to be mended, in a real store: what becomes of its status, its history and its owner."""

from __future__ import annotations

from datetime import timedelta

from nights_houses import House
from nights_world import MONDAY

from listening import journey, pipeline
from listening.demo.mailbox import Mailbox
from listening.store import reads, writes
from listening.types import PainPoint

pytest_plugins = ("nights_fixtures",)
FIXED = MONDAY + timedelta(days=1)


def biggest(house: House) -> PainPoint:
    return max(reads.points(house.store, map_id="bags"), key=lambda one: (one.people, one.id))


def test_what_comes_back_is_open_again_and_mailed_within_two_nights(lived: House, mailbox: Mailbox) -> None:
    lived.night(MONDAY)
    point = biggest(lived)
    journey.resolve(lived.store, point.id, on=FIXED.date(), who="ann", now=FIXED)
    back = None
    for day in range(2, 10):
        now = MONDAY + timedelta(days=day)
        if day >= 5:  # the same troubles, by other people
            lived.posts(24, seed=70 + day, start=now - timedelta(hours=9), days=0.2)
        lived.night(now)
        if reads.point(lived.store, point.id).status == "came_back":
            back = back or now
    assert back is not None
    line = next(one for one in reads.ledger(lived.store, point.id) if one.what == "came back")
    assert (line.who, line.at) == ("listening", back)
    assert line.detail.startswith("came back: fixed on ")
    mailed = [mail.night for mail in mailbox.mails() if point.id in mail.pain_points and mail.night > FIXED.date()]
    assert len(mailed) == 1
    assert mailed[0] <= (back + timedelta(days=1)).date()


def test_a_night_lived_twice_writes_one_line(lived: House) -> None:
    point = biggest(lived)
    journey.resolve(lived.store, point.id, on=MONDAY.date() - timedelta(days=13), who="ann", now=MONDAY)
    for minutes in (0, 10):
        pipeline.watch(lived.store, lived.settings, now=MONDAY + timedelta(minutes=minutes))
    lines = [one.what for one in reads.ledger(lived.store, point.id) if one.who == "listening"]
    assert lines.count("came back") == 1


def test_a_fix_of_long_ago_is_still_measured_against_the_weeks_before_it(lived: House) -> None:
    point = biggest(lived)
    journey.resolve(lived.store, point.id, on=FIXED.date(), who="ann", now=FIXED)
    nights = [FIXED.date() + timedelta(days=days) for days in (20, 100, 300)]
    found = [pipeline.judge_fixes(lived.store, lived.settings, [point.id], night=night)[point.id] for night in nights]
    assert len({(one.people_before, one.before) for one in found}) == 1
    assert found[-1].people_before >= 3
    assert not any("told it in the eight weeks before" in one.sentence for one in found)


def test_a_verdict_needs_a_fix(lived: House) -> None:
    point = biggest(lived)
    ids = [one.id for one in reads.points(lived.store, map_id="bags")]
    assert pipeline.judge_fixes(lived.store, lived.settings, ids, night=MONDAY.date()) == {}
    writes.change_point(lived.store, point.id, fields={"resolved_on": MONDAY.date(), "status": "watch"})
    found = pipeline.judge_fixes(lived.store, lived.settings, ids, night=MONDAY.date())
    assert [(one, verdict.kind) for one, verdict in found.items()] == [(point.id, "too_early")]


def test_acknowledged_is_written_and_opening_again_takes_it_back(lived: House) -> None:
    point = biggest(lived)
    journey.acknowledge(lived.store, point.id, who="ann", now=MONDAY)
    found = reads.point(lived.store, point.id)
    assert (found.acknowledged_by, found.acknowledged_at) == ("ann", MONDAY)
    assert reads.ledger(lived.store, point.id)[-1].what == "acknowledged"
    journey.reopen(lived.store, point.id, who="ann", now=MONDAY)
    assert reads.point(lived.store, point.id).acknowledged_at is None
