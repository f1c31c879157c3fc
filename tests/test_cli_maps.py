"""The command line over several maps: which there are, which is in hand, and one whose file is gone."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_nouns import Run
from store_nouns import NOW, document, pain_point, told

from listening import journey
from listening.settings import load
from listening.store import Store, reads

pytest_plugins = ("cli_fixtures",)
FIRMS = """id = "firms"
name = "Firms"
[[owners]]
id = "kim"
name = "Kim"
email = "kim@house.test"
[[stages]]
id = "use"
name = "Daily work"
"""
DESK = '\n[sources.desk]\nkind = "feed"\nurl = "https://desk.test/feed"\nmap = "firms"\n'


@pytest.fixture
def firms(bikes_home: Path, bikes_store: Store, cli: Run, tmp_path: Path) -> Path:
    """The file of a second map, added from the command line, with a source and a pain point."""
    given = tmp_path / "given.toml"
    given.write_text(FIRMS)
    got = cli("maps", "add", str(given), "--who", "ann")
    assert 'a source feeds it by map = "firms"' in got.out
    sources = bikes_home / "configs" / "sources.toml"
    sources.write_text(sources.read_text() + DESK)
    point = pain_point("pp-9", map="firms", name="the note lists other goods", touchpoint=None)
    told(bikes_store, document("f1", source="desk"), document("f2", source="desk"), point=point, source="desk")
    return bikes_home / "configs" / "journeys" / "firms.toml"


def test_the_list_says_what_feeds_each(firms: Path, cli: Run) -> None:
    assert firms.read_text() == FIRMS
    lines = cli("maps", "list").out.splitlines()
    assert lines[0].split("  ")[0] == "id"
    assert [line.split()[0] for line in lines[1:]] == ["bikes", "firms"]
    assert lines[2].split()[1:] == ["1", "0", "1", "desk", "Firms"]


@pytest.mark.usefixtures("firms")
def test_a_map_is_put_in_hand_by_its_id_or_name(cli: Run, tmp_path: Path) -> None:
    assert "pp-9" not in cli("pain-points", "list").out
    for name in ("firms", "Firms"):
        shown = cli("pain-points", "list", "--map", name).out
        assert "pp-9" in shown
        assert "pp-1" not in shown
    file = tmp_path / "firms.json"
    assert "1 pain point," in cli("report", "--map", "firms", "-o", str(file), "--until", "2026-03-31").out
    assert '"Firms"' in file.read_text()
    got = cli("report", "--map", "boats", "-o", str(file))
    assert (got.code, "no map 'boats' -> use one of bikes, firms" in got.err) == (1, True)


@pytest.mark.usefixtures("firms")
def test_a_pain_point_is_changed_on_its_own_map(cli: Run, bikes_store: Store) -> None:
    assert cli("pain-points", "assign", "pp-9", "--owner", "kim").code == 0
    assert reads.point(bikes_store, "pp-9").owner == "kim"
    got = cli("pain-points", "assign", "pp-1", "--owner", "kim")
    assert (got.code, "no owner 'kim' on the map" in got.err) == (1, True)
    got = cli("pain-points", "merge", "pp-9", "pp-1")
    assert (got.code, "are of different maps" in got.err) == (1, True)


def test_a_lost_map_is_told_and_put_back(firms: Path, cli: Run, bikes_home: Path) -> None:
    firms.unlink()
    got = cli("maps", "list")
    assert (got.code, "sources.desk.map: no map 'firms'" in got.err) == (1, True)  # its source is noticed at once
    sources = bikes_home / "configs" / "sources.toml"
    sources.write_text(sources.read_text().replace(DESK, ""))
    assert "no file: see `maps restore`" in cli("maps", "list").out
    assert "no file, 1 pain point -> `listening maps restore firms`" in cli("doctor").out
    assert cli("maps", "restore", "boats").code == 1
    assert cli("maps", "restore", "firms").code == 0
    assert firms.read_text() == FIRMS
    assert "pp-9" in cli("pain-points", "list", "--map", "firms").out


@pytest.mark.usefixtures("firms")
def test_a_workbook_goes_to_its_own_map(cli: Run, tmp_path: Path) -> None:
    file = tmp_path / "firms.xlsx"
    cli("report", "--map", "firms", "-o", str(file), "--until", "2026-03-31")
    assert cli("workbook", "import", str(file)).out.startswith("0 applied")


def test_a_copy_has_all_but_the_name(bikes_home: Path, bikes_store: Store) -> None:
    settings = load(bikes_home / "configs", {})
    made = journey.copy_map(bikes_store, settings, "Cargo bikes", who="ann", now=NOW)
    assert (made.journey.id, made.journey.name) == ("cargo_bikes", "Cargo bikes")
    assert made.journey.stages == settings.journey.stages
    assert load(bikes_home / "configs", {}).on("cargo_bikes").journey == made.journey
    assert [one.note for one in reads.map_versions_of(bikes_store, "cargo_bikes")] == [
        f"a copy of {settings.journey.id}"
    ]
