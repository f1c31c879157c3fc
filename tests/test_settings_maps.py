"""Several journey maps: which there are, which source feeds which, and every mistake told with its file and mend."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from listening.errors import NotFound, SettingsError
from listening.settings import Settings, load, source_block
from listening.types import SourceConfig

MAP = 'id = "{0}"\nname = "{0}"\n[[stages]]\nid = "use"\nname = "Use"\n'
SOURCES = """
[sources.yard]
kind = "feed"
url = "https://yard.test/feed"
[sources.desk]
kind = "feed"
url = "https://desk.test/feed"
map = "firms"
[sources.hall]
kind = "feed"
url = "https://hall.test/feed"
map = "bikes"
"""


def write(folder: Path, sources: str = SOURCES, **maps: str) -> Path:
    """Write settings whose first map is `bikes`, and these files in the folder of the other maps."""
    (folder / "journeys").mkdir()
    (folder / "listening.toml").write_text("")
    (folder / "sources.toml").write_text(sources)
    (folder / "journey.toml").write_text(MAP.format("bikes"))
    for name, text in maps.items():
        (folder / "journeys" / f"{name}.toml").write_text(text)
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Bikes, and the map of firms."""
    return load(write(tmp_path, firms=MAP.format("firms")), {})


def test_the_first_map_is_in_hand_until_another_one_is(settings: Settings) -> None:
    assert [one.id for one in settings.maps] == ["bikes", "firms"]
    assert settings.journey.id == "bikes"
    assert settings.on("firms").journey.id == "firms"
    assert settings.on("firms").maps == settings.maps
    assert settings.on("firms").on("bikes") == settings
    assert settings.called == ("bikes", "bikes")


def test_each_map_has_its_own_file(settings: Settings, tmp_path: Path) -> None:
    assert settings.map_file == tmp_path / "journey.toml"
    assert settings.on("firms").map_file == tmp_path / "journeys" / "firms.toml"


@pytest.mark.parametrize(
    ("map_id", "hears", "not_hears"),
    [("bikes", ("yard", "hall", "a survey of last year"), ("desk",)), ("firms", ("desk",), ("yard", "hall", "other"))],
)
def test_a_map_hears_its_sources_and_the_first_all_that_no_other_does(
    settings: Settings, map_id: str, hears: tuple[str, ...], not_hears: tuple[str, ...]
) -> None:
    ears = settings.on(map_id).ears
    assert all(ears.hears(one) for one in hears)
    assert not any(ears.hears(one) for one in not_hears)
    assert {one.name for one in settings.on(map_id).heard} == {one for one in hears if settings.source(one)}


def test_without_a_folder_there_is_one_map_that_hears_all(tmp_path: Path) -> None:
    write(tmp_path, sources="")
    (tmp_path / "journeys").rmdir()
    settings = load(tmp_path, {})
    assert settings.maps == (settings.journey,)
    assert settings.ears.hears("anything")
    assert settings.called == ("", "")


def test_an_unknown_map_names_the_known_ones(settings: Settings) -> None:
    with pytest.raises(NotFound, match="no map 'boats' -> use one of bikes, firms"):
        settings.on("boats")


def test_a_map_that_was_changed_stands_among_the_maps_as_it_is_now(settings: Settings) -> None:
    changed = replace(settings, journey=replace(settings.journey, name="Wheels"))
    assert [one.name for one in changed.maps] == ["Wheels", "firms"]
    assert changed.on("bikes").journey.name == "Wheels"


def test_a_source_that_is_written_says_which_map_it_feeds() -> None:
    block = source_block(SourceConfig("desk", "feed", url="https://desk.test/feed", map="firms"))
    assert 'map = "firms"' in block.splitlines()
    assert "map" not in source_block(SourceConfig("yard", "feed", url="https://yard.test/feed"))


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"firms": MAP.format("bikes")}, "journeys/firms.toml: id: 'bikes' is the id of journey.toml already"),
        ({"firms": MAP.format("boats")}, "journeys/firms.toml: id: is 'boats'; call the file boats.toml, or say id"),
        ({"firms": MAP.format("a b")}, "journeys/firms.toml: id: 'a b' is no id for a map; take letters, digits"),
        ({"firms": "id = "}, "journeys/firms.toml: is no valid TOML"),
        ({"firms": 'id = "firms"'}, "journeys/firms.toml: journey.name: is missing"),
        ({"firms": MAP.format("firms") + 'owner = "zed"'}, "journeys/firms.toml: stages.use.owner.zed: no such key"),
        ({}, "sources.toml: sources.desk.map: no map 'firms'; use one of bikes, or put its file into journeys/firms"),
    ],
)
def test_mistakes_name_file_and_mend(tmp_path: Path, files: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError) as error:
        load(write(tmp_path, **files), {})
    assert said in str(error.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    write(tmp_path, sources="")
    (tmp_path / "journeys" / "firms.toml").mkdir()
    with pytest.raises(SettingsError, match=r"journeys/firms\.toml: cannot be read \(Is a directory\)"):
        load(tmp_path, {})
