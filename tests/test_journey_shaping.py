"""The shape of the map: its name and cadence, the order of its stages, what goes: file and store say the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from store_nouns import NOW, document, pain_point, told
from test_web_api import call
from web_nouns import JOURNEY, Clients, furnish

from listening import journey
from listening.errors import InputError, NotFound, SettingsError
from listening.settings import Settings, load
from listening.store import Store, reads
from listening.types import Stage

pytest_plugins = ("store_fixtures", "web_fixtures")
BY = {"who": "ann", "now": NOW}


@pytest.fixture
def house(tmp_path: Path) -> Settings:
    """An installation whose map's file has comments."""
    furnish(tmp_path)
    file = tmp_path / "configs" / "journey.toml"
    file.write_text("# ours\n" + JOURNEY.replace('[[stages]]\nid = "help"', '# the lines\n[[stages]]\nid = "help"'))
    return load(tmp_path / "configs", {})


def again(settings: Settings) -> Settings:
    """Read the settings from their files."""
    return load(settings.config, {})


def test_name_cadence_and_who_hears_the_rest(house: Settings, store: Store) -> None:
    new = journey.describe_map(store, house, name="Two wheels", review_months=1, fallback_owner="ann", **BY)
    assert again(house).journey == new.journey
    assert (new.journey.name, new.journey.review_months, new.journey.fallback_owner) == ("Two wheels", 1, "ann")
    assert "reviewed every 1 month" in reads.map_versions_of(store, "bikes")[0].note
    assert house.map_file.read_text().startswith("# ours\n")
    with pytest.raises(SettingsError, match="nobody"):
        journey.describe_map(store, house, name="", review_months=3, fallback_owner="nobody_here", **BY)


@pytest.mark.parametrize(
    ("stage", "by", "order"),
    [("use", 1, ["help", "use"]), ("help", -9, ["help", "use"]), ("help", 1, ["use", "help"])],
)
def test_a_stage_moves_with_its_comments_and_never_off_the_map(
    house: Settings, store: Store, stage: str, by: int, order: list[str]
) -> None:
    journey.shift_stage(store, house, stage, by=by, **BY)
    assert [one.id for one in again(house).journey.stages] == order
    assert '# the lines\n[[stages]]\nid = "help"' in house.map_file.read_text()
    with pytest.raises(NotFound):
        journey.shift_stage(store, house, "none", by=1, **BY)


def test_a_stage_goes_when_it_is_empty_and_its_pain_points_wait_or_move(house: Settings, store: Store) -> None:
    wider = journey.draw(store, house, Stage("sell", "Sell"), **BY)
    wider = journey.draw(store, wider, replace(wider.journey.owners[0], follows=("sell",)), **BY)
    told(store, document("d1"), point=pain_point("pp-1", stage="sell", touchpoint=None))
    with pytest.raises(InputError, match="Hotline"):
        journey.wipe_stage(store, wider, "help", **BY)
    narrow = journey.wipe_stage(store, wider, "sell", **BY)
    assert again(house).journey == narrow.journey
    assert [one.id for one in narrow.journey.stages] == ["use", "help"]
    assert narrow.journey.owners[0].follows == ()
    assert [one.id for one in journey.lost(store, narrow.journey)["sell"]] == ["pp-1"]
    wider = journey.draw(store, narrow, Stage("sell", "Sell"), **BY)
    journey.wipe_stage(store, wider, "sell", home="hotline", **BY)
    assert (reads.point(store, "pp-1").stage, reads.point(store, "pp-1").touchpoint) == ("help", "hotline")


def test_the_last_stage_stays(house: Settings, store: Store) -> None:
    one = replace(house, journey=replace(house.journey, stages=house.journey.stages[:1], touchpoints=()))
    with pytest.raises(InputError, match="only stage"):
        journey.wipe_stage(store, one, "use", **BY)
    with pytest.raises(NotFound):
        journey.wipe_stage(store, one, "help", **BY)


def test_an_owner_goes_when_nothing_is_theirs(house: Settings, store: Store) -> None:
    with pytest.raises(InputError, match="Use would have no owner"):
        journey.wipe_owner(store, house, "ann", **BY)
    with pytest.raises(InputError, match="what nobody owns"):
        journey.wipe_owner(store, house, "cara", **BY)
    with pytest.raises(NotFound):
        journey.wipe_owner(store, house, "none", **BY)
    freed = journey.draw(store, house, replace(house.journey.stages[1], owner="ann"), **BY)
    journey.wipe_owner(store, freed, "bob", **BY)
    assert [one.id for one in again(house).journey.owners] == ["ann", "cara"]


def test_all_of_it_on_the_board_and_by_programs(client: Clients) -> None:
    editor = client("editor")
    read = editor.board.read_settings
    for path, form in {
        "/map/about": {"name": "Wheels", "review_months": 6, "fallback_owner": "cara"},
        "/map/stages/help/shift": {"by": -1},
        "/map/stages": {"name": "Sell"},
        "/map/stages/sell/remove": {"to": "use"},
    }.items():
        assert editor.post(path, **form).headers["location"] == "/map/edit", path
    assert (read().journey.name, read().journey.review_months) == ("Wheels", 6)
    assert [one.id for one in read().journey.stages] == ["help", "use"]
    assert call(editor, "/map/stages/help/shift", {"by": 1})[0] == 200
    assert call(editor, "/map/about", {"name": "Bikes", "fallback_owner": "ann"})[0] == 200
    assert call(editor, "/map/stages/help/remove", {"home": ""}) == (
        422,
        {"error": "input", "thing": "there stand touchpoints in it: Hotline", "mend": "move or remove them first"},
    )
    assert call(editor, "/map/owners/cara/remove", {})[0] == 200
    assert [one.id for one in read().journey.owners] == ["ann", "bob"]
    assert editor.post("/map/owners/bob/remove").status_code == 422
    assert [one.id for one in read().journey.stages] == ["use", "help"]
    shown = editor.get("/map/edit").text
    assert "every 3 months" in shown
    assert "Removed Sell." not in shown  # it was said once
