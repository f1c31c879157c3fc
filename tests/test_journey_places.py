"""What a person decides about places and pains: it stays through the nights, on the map and in the history."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from nights_houses import House
from nights_world import MONDAY

from listening import journey, pipeline
from listening.clusters import suggest
from listening.clusters.lasting import FADES
from listening.errors import InputError, NotFound, SettingsError
from listening.pipeline.mapping import suggest_places
from listening.settings import load
from listening.store import reads, writes
from listening.types import PainPoint, Share, SuggestedTouchpoint

pytest_plugins = ("nights_fixtures",)
AT = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)


def points(house: House) -> list[PainPoint]:
    return reads.points(house.store, map_id="bags")


def history(house: House, point: str) -> list[str]:
    return [line.what for line in reads.ledger(house.store, point)]


def suggested(house: House) -> SuggestedTouchpoint:
    """Suggest the largest pain point's place, as if nobody had named a touchpoint."""
    first = max(points(house), key=lambda p: (p.people, p.id))
    off = replace(first, touchpoint=None, touchpoints=(Share("unknown", first.people),))
    writes.keep_placement(house.store, (), (), [off], ())
    writes.keep_suggestions(house.store, "bags", suggest([off], night=date(2026, 3, 9)))
    (found,) = reads.suggestions(house.store, map_id="bags")
    assert (found.name, found.words, found.pain_points) == (first.name, first.words, (first.id,))
    return found


def test_a_night_says_who_speaks_for_which_place(lived: House) -> None:
    for point in points(lived):
        assert sum(share.people for share in point.stages) == point.people
        assert sum(share.people for share in point.personas) == point.people
        assert point.stages[0].name == point.stage


def test_an_accepted_place_is_on_the_map_and_its_pains_stand_there(lived: House) -> None:
    found = suggested(lived)
    settings = journey.accept_touchpoint(lived.store, lived.settings, found.id, name="Loan  desk!", who="ann", now=AT)
    place = settings.journey.touchpoints[-1]
    assert (place.id, place.name, place.stage) == ("loan_desk", "Loan desk!", found.stage)
    assert settings.journey.touchpoints[:-1] == lived.settings.journey.touchpoints
    assert load(lived.settings.config, {}).journey == settings.journey
    stands = reads.point(lived.store, found.pain_points[0])
    assert (stands.touchpoint, stands.placed_by) == ("loan_desk", "ann")
    assert "touchpoint accepted" in history(lived, found.pain_points[0])
    assert reads.suggestions(lived.store, map_id="bags") == []
    decided = reads.suggestion(lived.store, found.id, map_id="bags")
    assert (decided.state, decided.touchpoint, decided.decided_by) == ("accepted", "loan_desk", "ann")
    with pytest.raises(InputError, match="accepted already"):
        journey.accept_touchpoint(lived.store, lived.settings, found.id, name="Again", who="ann", now=AT)
    with pytest.raises(InputError, match="accepted already"):
        journey.dismiss_touchpoint(lived.store, lived.settings, found.id, who="ann", now=AT)


def test_a_name_that_the_map_has_or_that_is_none_changes_nothing(lived: House) -> None:
    found = suggested(lived)
    taken = lived.settings.journey.touchpoints[0].name
    before = (lived.settings.config / "journey.toml").read_text()
    with pytest.raises(SettingsError, match="stands 2 times"):
        journey.accept_touchpoint(lived.store, lived.settings, found.id, name=taken, who="ann", now=AT)
    with pytest.raises(SettingsError, match="moon"):
        journey.accept_touchpoint(lived.store, lived.settings, found.id, name="Desk", stage="moon", who="ann", now=AT)
    with pytest.raises(InputError, match="empty name"):
        journey.accept_touchpoint(lived.store, lived.settings, found.id, name=" ?! ", who="ann", now=AT)
    with pytest.raises(NotFound, match="st-none"):
        journey.dismiss_touchpoint(lived.store, lived.settings, "st-none", who="ann", now=AT)
    assert (lived.settings.config / "journey.toml").read_text() == before
    assert reads.suggestions(lived.store, map_id="bags") == [found]


def test_a_dismissed_place_stays_dismissed_through_nights(lived: House) -> None:
    found = suggested(lived)
    journey.dismiss_touchpoint(lived.store, lived.settings, found.id, who="ann", now=AT)
    suggest_places(lived.store, lived.settings, now=MONDAY + timedelta(days=1))
    assert reads.suggestions(lived.store, map_id="bags") == []
    assert reads.suggestion(lived.store, found.id, map_id="bags").state == "dismissed"
    assert "touchpoint dismissed" in history(lived, found.pain_points[0])


def test_no_pain_takes_in_who_says_the_same_and_is_shown_no_more(lived: House) -> None:
    first = points(lived)[0]
    journey.no_pain(lived.store, first.id, who="ann", now=AT)
    now = MONDAY + timedelta(days=1)
    lived.posts(30, seed=11, start=now - timedelta(hours=9), days=0.2)
    night = lived.night(now)
    assert reads.point(lived.store, first.id).size > first.size
    assert first.id not in {point.id for point in points(lived)}
    assert first.id not in {one.pain_point_id for one in night.emerged}
    rows = reads.point_rows(lived.store, "bags", date(2026, 1, 1), date(2026, 12, 31))
    assert first.id not in {row.id for row in rows}
    journey.reopen(lived.store, first.id, who="ann", now=AT)
    assert first.id in {point.id for point in points(lived)}


def test_a_passage_that_is_no_pain_is_placed_nowhere_again(lived: House) -> None:
    first = points(lived)[0]
    passage = reads.pains_of(lived.store, [first.id])[first.id][0].signal_id
    journey.no_pain_passage(lived.store, passage, first.id, who="ann", now=AT)
    writes.keep_meta(lived.store, "unsettled", "yes")
    pipeline.cluster(lived.store, lived.settings, now=MONDAY + timedelta(days=1))
    members = reads.pains_of(lived.store, [p.id for p in points(lived)])
    assert passage not in {pain.signal_id for held in members.values() for pain in held}
    assert history(lived, first.id)[-1] == "called no pain"
    with pytest.raises(NotFound, match="is not in"):
        journey.no_pain_passage(lived.store, passage, first.id, who="ann", now=AT)


def test_what_nobody_tells_fades_and_comes_back(lived: House) -> None:
    first = max(points(lived), key=lambda p: p.last_seen)
    silent = MONDAY + FADES + timedelta(days=2)
    lived.night(silent)
    assert reads.point(lived.store, first.id).faded == silent.date()
    assert history(lived, first.id).count("faded") == 1
    lived.night(silent + timedelta(days=1))
    assert history(lived, first.id).count("faded") == 1
    now = silent + timedelta(days=2)
    lived.posts(60, seed=12, start=now - timedelta(hours=9), days=0.2)
    lived.night(now)
    told = reads.point(lived.store, first.id)
    assert (told.faded, told.last_seen) == (None, now.date())
    assert history(lived, first.id)[-2:] == ["back again", "carried"]
