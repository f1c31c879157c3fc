"""Minding: goals are measured each night, the map is kept as it was, and what changed since the last review is told."""

from __future__ import annotations

from datetime import date

import pytest
from nights_houses import House
from nights_world import MONDAY

from listening import journey, pipeline
from listening.store import reads

pytest_plugins = ("nights_fixtures",)


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
        assert pipeline.mind(lived.store, lived.settings, now=MONDAY) == 1
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
