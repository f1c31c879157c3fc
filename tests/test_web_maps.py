"""Several maps on the board: a chooser, pages of the map in hand only, rights by map, new maps and lost ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from fastapi import FastAPI
from round_trip_nouns import edited
from round_trip_nouns import fill as fill_cells
from store_nouns import document, emergence, pain_point, told
from test_web_api import call
from web_nouns import JOURNEY, NOON, SOURCES, Browser, Clients, fill, furnish

from listening import journey
from listening.settings import Settings, load
from listening.store import Store, open_store, reads, writes
from listening.web.visit import Board

pytest_plugins = ("store_fixtures", "web_fixtures")
FIRMS = """
id = "firms"
name = "Firms"
fallback_owner = "kim"
[[owners]]
id = "kim"
name = "Kim"
email = "kim@house.test"
[[owners]]
id = "anna"
name = "Anna"
email = "Ann@house.test"
[[owners]]
id = "bob"
name = "Another Bob"
email = "robert@house.test"
[[stages]]
id = "use"
name = "Daily work"
owner = "anna"
[[stages]]
id = "help"
name = "Account care"
owner = "bob"
[[touchpoints]]
id = "rain_cover"
name = "Delivery note"
stage = "use"
"""
DESK = '[sources.desk]\nkind = "feed"\nurl = "http://127.0.0.1:9/desk"\nmap = "firms"\n'


@pytest.fixture(scope="session")
def furnished(shaped_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The board's installation with a second map, its source, and two pain points of it."""
    home = tmp_path_factory.mktemp("two_maps")
    store = open_store(f"sqlite:///{shutil.copy(shaped_file, home / 'store.db')}")
    fill(store, furnish(home))
    (home / "configs" / "sources.toml").write_text(SOURCES + DESK)
    (home / "configs" / "journeys").mkdir()
    (home / "configs" / "journeys" / "firms.toml").write_text(FIRMS)
    nine = pain_point("pp-9", map="firms", name="the note lists other goods")
    told(store, *(document(f"f{n}", day=-n, source="desk") for n in range(3)), point=nine, source="desk")
    ten = pain_point("pp-10", map="firms", name="nobody calls back", stage="help", touchpoint=None, owner="kim")
    told(store, document("f8", source="desk"), document("f9", source="desk"), point=ten, source="desk")
    writes.keep_emergences(store, [emergence("pp-9")])
    store.close()
    return home


def settings_of(app: FastAPI) -> Settings:
    board: Board = app.state.board
    return board.read_settings()


PAGES = ("/map", "/inbox?kind=all", "/pain-points", "/search?q=the", "/goals", "/reviews", "/pack", "/map/edit")
OURS, THEIRS = ("the cover drips", "nobody answers"), ("the note lists other goods", "nobody calls back")


class TestTheMapInHand:
    @pytest.mark.parametrize("path", PAGES)
    def test_every_page_shows_only_the_map_in_hand(self, client: Clients, path: str) -> None:
        browser = client("viewer")
        first = browser.get(path).text
        mark = "&" if "?" in path else "?"
        second = browser.get(f"{path}{mark}map=firms").text
        assert [one for one in THEIRS if one in first] == []
        assert [one for one in OURS if one in second] == []
        assert "Daily work" not in first

    def test_the_chooser_is_a_list_of_links_that_is_remembered(self, client: Clients) -> None:
        browser = client("viewer")
        assert 'href="/inbox?map=firms"' in browser.get("/inbox").text
        assert "<h1><bdi>Bikes" in browser.get("/map").text
        assert "<h1><bdi>Firms" in browser.get("/map?map=firms").text
        again = browser.get("/map").text
        assert "<h1><bdi>Firms" in again
        assert 'href="/map?map=firms" aria-current="true"' in again
        assert "<h1><bdi>Bikes" in client("editor").get("/map").text  # each browser has its own

    def test_a_pain_points_page_puts_its_map_in_hand(self, client: Clients) -> None:
        browser = client("viewer")
        assert "Daily work" in browser.get("/pain-points/pp-9").text
        assert "<h1><bdi>Firms" in browser.get("/map").text
        assert "Daily work" not in browser.get("/pain-points/pp-1").text

    def test_so_does_its_evidence(self, client: Clients) -> None:
        shown = client("viewer").get("/evidence?point=pp-9").text
        assert "Map: <strong><bdi>Firms" in shown
        assert "of f1</p>" in shown

    def test_an_unknown_map_is_told_with_the_known_ones(self, client: Clients) -> None:
        answer = client("viewer").get("/map?map=boats")
        assert answer.status_code == 404
        assert "Use one of bikes, firms" in answer.text

    def test_a_form_is_about_the_map_of_its_page(self, app: FastAPI, client: Clients) -> None:
        """Two windows: the page was opened on one map, then another one was chosen."""
        editor = client("editor")
        assert 'name="map" value="firms"' in editor.get("/map/edit?map=firms").text
        editor.get("/map?map=bikes")
        sent = {"map": "firms", "name": "Daily grind"}
        assert editor.post("/map/stages/use", **sent).status_code == 303
        maps = settings_of(app).maps
        assert [one.stages[0].name for one in maps] == ["Use", "Daily grind"]


class TestRights:
    def test_an_owner_owns_on_each_map_what_is_theirs_there(self, client: Clients, board_store: Store) -> None:
        ann, bob = client("owner"), client("other")
        # Ann is Anna on the map of firms, by her mail address; the Bob there is another one
        assert ann.post("/pain-points/pp-9/status", to="doing").status_code == 303
        assert bob.post("/pain-points/pp-10/status", status="doing").status_code == 403
        assert ann.post("/pain-points/pp-10/status", status="doing").status_code == 403
        assert bob.post("/map/stages/help", map="firms", name="Mine").status_code == 403
        assert ann.post("/map/stages/use", map="firms", name="Mine").status_code == 303
        assert reads.point(board_store, "pp-10").status == "open"

    def test_another_map_in_hand_opens_nothing(self, client: Clients, board_store: Store) -> None:
        bob = client("other")  # owns pp-2 in stage help of bikes; pp-10 stands in a stage of the same id
        for sent in ({"map": "bikes"}, {"map": "firms"}, {}):
            assert bob.post("/inbox", point="pp-10", do="mute", **sent).status_code == 403
            assert bob.post("/pain-points/pp-10/mute", until="2026-05-01", **sent).status_code == 403
        assert reads.point(board_store, "pp-10").muted_until is None

    def test_nothing_is_mixed_even_by_an_editor(self, client: Clients, board_store: Store) -> None:
        editor = client("editor")
        assert editor.post("/pain-points/pp-9/merge", into="pp-1").status_code == 422
        assert editor.post("/inbox", point=["pp-9", "pp-1"], owner="ann", map="bikes").status_code == 422
        assert editor.post("/pain-points/pp-9/assign", owner="ann").status_code == 404  # no owner of that map
        assert editor.post("/pain-points/pp-9/assign", owner="anna").status_code == 303
        assert [reads.point(board_store, one).owner for one in ("pp-9", "pp-1")] == ["anna", "ann"]
        assert reads.point(board_store, "pp-9").merged_into is None


class TestPrograms:
    def test_calls_take_the_map(self, client: Clients) -> None:
        viewer = client("viewer")
        lists = [call(viewer, f"/pain-points{which}")[1]["pain_points"] for which in ("", "?map=firms")]
        ids = [{one["id"] for one in found} for found in lists]
        assert ids == [{"pp-1", "pp-2"}, {"pp-9", "pp-10"}]
        assert call(viewer, "/map?map=firms")[1]["name"] == "Firms"
        assert call(viewer, "/pain-points/pp-9")[1]["point"]["map"] == "firms"
        assert call(viewer, "/map?map=boats")[0] == 404

    def test_places_say_which_map_they_feed(self, client: Clients) -> None:
        found = call(client("viewer"), "/sources")[1]
        assert {one["name"]: one["map"] for one in found} == {"yard": "bikes", "desk": "firms"}

    def test_maps_are_listed_added_and_put_back(self, app: FastAPI, client: Clients) -> None:
        admin = client("admin")
        assert call(admin, "/maps")[1] == [
            {"id": "bikes", "name": "Bikes", "sources": ["yard"], "pain_points": 2, "lost": False},
            {"id": "firms", "name": "Firms", "sources": ["desk"], "pain_points": 2, "lost": False},
        ]
        boats = JOURNEY.replace('"bikes"', '"boats"').replace('"Bikes"', '"Boats"')
        assert call(admin, "/maps", {"text": boats})[0] == 200
        assert call(admin, "/maps", {"text": boats})[0] == 422
        assert [one.id for one in settings_of(app).maps] == ["bikes", "boats", "firms"]
        assert call(client("editor"), "/maps", {"text": boats})[0] == 403


class TestMaps:
    def test_a_copy_under_another_name(self, app: FastAPI, client: Clients, board_settings: Settings) -> None:
        admin = client("admin")
        answer = admin.post("/maps", map="firms", name="Firms abroad")
        assert answer.headers["location"] == "/map/edit?map=firms_abroad"
        there = next(one for one in settings_of(app).maps if one.id == "firms_abroad")
        assert [one.name for one in there.stages] == ["Daily work", "Account care"]
        assert (board_settings.config / "journeys" / "firms_abroad.toml").is_file()
        assert "No source feeds this one yet" in admin.get("/map/edit?map=firms_abroad").text
        assert admin.post("/maps", name="Firms abroad").status_code == 422

    def test_versions_and_file_are_those_of_the_map(self, client: Clients) -> None:
        editor = client("editor")
        editor.post("/map/stages/use", map="firms", name="Daily grind")
        assert "Daily grind" in editor.get("/map/journey.toml?map=firms").text
        assert 'id = "bikes"' in editor.get("/map/journey.toml?map=bikes").text
        assert "Daily work" in editor.get("/map/versions/1?map=firms").text
        assert editor.post("/map/versions/1/restore", map="firms").status_code == 303
        assert "Daily work" in editor.get("/map/journey.toml?map=firms").text

    def test_a_map_without_a_file_keeps_its_pain_points_until_it_is_put_back(
        self, app: FastAPI, client: Clients, board_settings: Settings, board_store: Store
    ) -> None:
        admin, file = client("admin"), board_settings.config / "journeys" / "firms.toml"
        admin.post("/map/stages/use", map="firms", name="Daily grind")  # its versions are kept
        text = file.read_text()
        file.unlink()
        (board_settings.config / "sources.toml").write_text(SOURCES)
        shown = admin.get("/map/edit").text
        assert "has no file any more; 2 pain points of it wait" in shown
        page = admin.get("/pain-points/pp-9")
        assert page.status_code == 200
        assert "the note lists other goods" in page.text
        assert "its map <code>firms</code> has no file any more" in page.text
        assert admin.post("/pain-points/pp-9/status", status="doing").status_code == 404
        assert call(admin, "/maps")[1][-1] == {
            "id": "firms",
            "name": "Firms",
            "sources": [],
            "pain_points": 2,
            "lost": True,
        }
        assert admin.post("/maps", text=FIRMS).status_code == 422  # not by accident
        assert admin.post("/maps/firms/restore").status_code == 303
        assert file.read_text() == text
        assert [one.id for one in settings_of(app).maps] == ["bikes", "firms"]
        assert {one.id for one in reads.points(board_store, map_id="firms")} == {"pp-9", "pp-10"}

    def test_the_workbook_of_the_second_map_comes_back(
        self, client: Clients, board_settings: Settings, board_store: Store
    ) -> None:
        editor = client("editor")
        content = editor.get("/pack/xlsx?since=2026-01-01&until=2026-03-31&map=firms").content
        filled = edited(content, lambda book: fill_cells(book, {("pp-9", "Status"): "planned"}))
        assert "planned" not in upload(editor, content)
        assert "planned" in upload(editor, filled)
        settings, at = load(board_settings.config, {}), {"who": "ann", "now": NOON}
        assert journey.fill_in(board_store, settings, content, **at).edits == ()
        trip = journey.fill_in(board_store, settings, filled, **at)
        assert [(one.pain_point_id, one.field, one.new) for one in trip.edits] == [("pp-9", "status", "planned")]
        assert trip.conflicts == ()
        assert reads.point(board_store, "pp-9").status == "planned"


def upload(browser: Browser, content: bytes) -> str:
    files = {"file": ("firms.xlsx", content)}
    answer = browser.http.post("/pack/preview", data={"csrf": browser.csrf, "map": "bikes"}, files=files)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_with_one_map_nothing_of_it_is_seen(board_settings: Settings, board_store: Store, client: Clients) -> None:
    (board_settings.config / "sources.toml").write_text(SOURCES)
    shutil.rmtree(board_settings.config / "journeys")
    assert len(load(board_settings.config, {}).maps) == 1
    browser = client("viewer")
    shown = browser.get("/map").text
    assert "?map=" not in shown
    assert 'name="map"' not in shown
    assert "listening-map" not in browser.http.cookies
    assert len(reads.points(board_store, map_id="firms")) == 2
