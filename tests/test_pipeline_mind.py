"""Minding: goals are measured each night, and who has to act is reminded once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from nights_houses import House
from nights_world import MONDAY

from listening import journey, pipeline
from listening.store import reads
from listening.types import Alert

pytest_plugins = ("nights_fixtures",)


def notes(house: House) -> list[Alert]:
    """The reminders in the outbox."""
    return [reads.alert(house.store, one.id) for one in reads.alerts(house.store) if "#" in one.map]


@pytest.fixture
def point(lived: House) -> str:
    return reads.points(lived.store, map_id="bags")[0].id


def test_a_goal_is_measured_once_a_night(lived: House, point: str) -> None:
    goal = journey.set_goal(
        lived.store,
        lived.settings,
        point,
        specific="Zips glide for everybody who packs a bag",
        metric="people_week",
        target=0.5,
        due=date(2026, 6, 1),
        stage="use",
        who="ann",
        now=MONDAY,
    )
    assert goal.baseline is not None
    for _ in range(2):
        assert pipeline.mind(lived.store, lived.settings, now=MONDAY).goals == 1
    (measured,) = reads.goal_series(lived.store, point, "people_week")
    assert (measured.on, measured.value) == (MONDAY.date(), goal.baseline.value)
    assert measured.people == len({one.person for one in reads.pains_of(lived.store, [point])[point]})


def test_the_map_is_kept_as_a_version_where_its_file_changed(lived: House) -> None:
    pipeline.mind(lived.store, lived.settings, now=MONDAY)
    file = lived.settings.config / "journey.toml"
    file.write_text(file.read_text() + "\n# mine\n")
    for _ in range(2):
        pipeline.mind(lived.store, lived.settings, now=MONDAY)
    assert [one.number for one in reads.map_versions_of(lived.store, "bags")] == [2, 1]


def test_a_review_is_announced_a_week_before_and_when_it_is_late(lived: House) -> None:
    first = min(reads.first_nights(lived.store).values())
    due = first.replace(month=first.month + 3)
    wait = due - MONDAY.date()
    told = [
        pipeline.mind(lived.store, lived.settings, now=MONDAY + wait + timedelta(days=days))
        for days in (-8, -7, -6, 1, 2)
    ]
    assert [one.reminders for one in told] == [0, 1, 0, 1, 0]
    assert {one.owner.id for one in notes(lived)} == {lived.settings.journey.fallback_owner}
    assert all("Review of" in one.subject for one in notes(lived))


def test_a_stamped_review_is_quiet_until_the_next(lived: House) -> None:
    now = MONDAY + timedelta(days=100)
    journey.stamp_review(
        lived.store, lived.settings, since=MONDAY.date(), until=now.date(), note="", who="ann", now=now
    )
    assert pipeline.mind(lived.store, lived.settings, now=now).reminders == 0


def test_a_day_that_comes_near_is_told_to_the_owner(lived: House, point: str) -> None:
    journey.assign(lived.store, lived.settings, point, "zip-owner", who="ann", now=MONDAY)
    journey.set_due(lived.store, point, MONDAY.date() + timedelta(days=3), who="ann", now=MONDAY)
    assert pipeline.mind(lived.store, lived.settings, now=MONDAY).reminders == 1
    assert pipeline.mind(lived.store, lived.settings, now=MONDAY).reminders == 0
    (note,) = notes(lived)
    assert (note.owner.id, note.about) == ("zip-owner", point)


def told(house: House) -> list[tuple[str, str]]:
    """What became of the pain points since the last review."""
    until = MONDAY.date()
    since, due = pipeline.review_period(house.store, house.settings, since=None, until=until)
    assert due is not None
    found = pipeline.compare(house.store, house.settings, since=since, until=until)
    return [(one.kind, one.pain_point_id) for one in found.changes]


def test_what_changed_since_the_last_review(lived: House, point: str) -> None:
    assert ("new", point) in told(lived)
    other = reads.points(lived.store, map_id="bags")[1].id
    journey.merge(lived.store, other, point, who="ann", now=MONDAY)
    assert [one for one in told(lived) if one[0] == "merged"] == [("merged", other)]
