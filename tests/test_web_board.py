"""The board's pages: what they say, what their forms do, who may, and that no stranger's word becomes a page's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from store_nouns import NIGHT, NOW, document, emergence, keep, pain_point, told
from web_nouns import Browser, Clock

from listening import journey
from listening.settings import load
from listening.store import Store, reads, writes
from listening.types import Alert, LedgerEntry, Share, SuggestedTouchpoint
from listening.web.visit import Board

pytest_plugins = ("store_fixtures", "web_fixtures")
ROOT = Path(__file__).parent.parent
Clients = Callable[[str], Browser]
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>'\"{{7*7}}"
PAGES = (
    "/map",
    "/map/edit",
    "/inbox",
    "/pain-points",
    "/pain-points/pp-1",
    "/pain-points/pp-1/merge?into=pp-2",
    "/pain-points/pp-1/split?passage=s-d1-0",
    "/pain-points/pp-1/goal",
    "/goals",
    "/reviews",
    "/search?q=words",
    "/evidence?point=pp-1",
    "/evidence?stage=use&painful=1",
)


def text(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.text[:300])
    return answer.text


def point(app: FastAPI, name: str = "pp-1") -> object:
    board: Board = app.state.board
    return reads.point(board.store, name)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_holds_no_inline_script_or_style(client: Clients, path: str) -> None:
    page = text(client("admin"), path)
    assert "<style" not in page
    assert " style=" not in page
    assert "onclick" not in page
    assert page.count("<script") == page.count("<script src=")
    assert "<h1" in page


@pytest.mark.parametrize("path", PAGES)
def test_hostile_words_stay_words_on_every_page(client: Clients, board_store: Store, path: str) -> None:
    told(board_store, document("h1", HOSTILE, title=HOSTILE, url="javascript:alert(1)"), point=pain_point("pp-h"))
    for one in ("pp-1", "pp-2", "pp-h"):
        journey.rename(board_store, one, HOSTILE, who=HOSTILE, now=NOW)
    writes.keep_ledger(board_store, [LedgerEntry(NOW, HOSTILE, "comment", "pp-1", detail=HOSTILE)])
    page = text(client("admin"), path)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert 'href="javascript:' not in page


class TestMap:
    def test_says_heard_and_blind_with_the_numbers_that_open_their_posts(self, client: Clients) -> None:
        page = text(client("viewer"), "/map")
        assert "in pain" in page
        assert "Blind: nobody spoke of it" in page
        assert "/evidence?touchpoint=rain_cover&amp;painful=1" in page
        assert "the cover drips" in page
        assert "not drawn" in page  # the stage without an assumed emotion, in the curve's table

    def test_follows_its_filters(self, client: Clients) -> None:
        browser = client("viewer")
        assert "the cover drips" not in text(browser, "/map?owner=bob")
        assert "the cover drips" not in text(browser, "/map?status=done")
        assert "Nobody was heard through these filters" in text(browser, "/map?side=inside")

    def test_nonsense_in_a_filter_is_left_out(self, client: Clients) -> None:
        assert "the cover drips" in text(client("viewer"), "/map?period=x&source=x&side=x&status=x&owner=x&since=x")

    def test_pain_points_of_a_lost_place_stand_apart(self, client: Clients, board_store: Store) -> None:
        told(board_store, document("l1"), point=pain_point("pp-l", name="lost one", touchpoint="gone"))
        assert "No longer on the map" in text(client("viewer"), "/map")


class TestPlaces:
    @pytest.fixture
    def suggestion(self, board_store: Store) -> str:
        told(
            board_store, document("w1"), document("w2"), point=pain_point("pp-w", name="wheel truing", touchpoint=None)
        )
        place = SuggestedTouchpoint("st-1", "bikes", "wheel truing", "use", ("wheel",), ("pp-w",), 2, NIGHT)
        writes.keep_suggestions(board_store, "bikes", [place])
        return place.id

    def test_a_suggested_touchpoint_goes_on_the_map(self, app: FastAPI, client: Clients, suggestion: str) -> None:
        browser = client("editor")
        assert "Suggested touchpoints" in text(browser, "/map")
        answer = browser.post(f"/map/suggestions/{suggestion}/accept", name="Workshop", stage="use")
        assert answer.status_code == 303
        board: Board = app.state.board
        assert "workshop" in {one.id for one in board.read_settings().journey.touchpoints}
        assert reads.point(board.store, "pp-w").touchpoint == "workshop"
        assert "Suggested touchpoints" not in text(browser, "/map")

    def test_or_is_none(self, client: Clients, board_store: Store, suggestion: str) -> None:
        browser = client("editor")
        assert browser.post(f"/map/suggestions/{suggestion}/dismiss").status_code == 303
        assert "Suggested touchpoints" not in text(browser, "/map")
        assert reads.suggestion(board_store, suggestion, map_id="bikes").state == "dismissed"

    def test_where_it_begins_and_who_tells_it(self, client: Clients, board_store: Store) -> None:
        client("editor").post("/map/personas", name="Commuter")
        attached = pain_point("pp-b", name="late again", begins_stage="help", personas=(Share("commuter", 2),))
        told(board_store, document("b1"), document("b2"), point=attached)
        page = text(client("viewer"), "/pain-points/pp-b")
        assert "begins at Help" in page
        assert "Commuter" in page
        mine = text(client("viewer"), "/pain-points?persona=commuter")
        assert "late again" in mine
        assert "the cover drips" not in mine


class TestInbox:
    def test_shows_what_nobody_owns_with_the_reason(self, client: Clients, board_store: Store) -> None:
        told(board_store, document("n1"), point=pain_point("pp-n", name="bell is mute"))
        writes.keep_emergences(board_store, [emergence("pp-n")])
        page = text(client("editor"), "/inbox")
        assert "bell is mute" in page
        assert "new on 2026-03-10" in page
        assert "Give to <bdi>Ann</bdi></span>" in page
        assert "the cover drips" not in page

    def test_one_click_gives_it_away(self, client: Clients, board_store: Store) -> None:
        told(board_store, document("n1"), point=pain_point("pp-n"))
        answer = client("owner").post("/inbox", do="assign:pp-n:bob")
        assert (answer.status_code, reads.point(board_store, "pp-n").owner) == (303, "bob")

    def test_many_at_once_and_muting(self, client: Clients, board_store: Store) -> None:
        for one in ("pp-m", "pp-n"):
            told(board_store, document(one), point=pain_point(one))
        browser = client("editor")
        assert browser.post("/inbox", point=["pp-m", "pp-n"], owner="cara", do="assign").status_code == 303
        assert [reads.point(board_store, one).department for one in ("pp-m", "pp-n")] == ["Experience", "Experience"]
        assert browser.post("/inbox", do="mute:pp-m").status_code == 303
        assert reads.point(board_store, "pp-m").muted_until == NIGHT + timedelta(days=14)

    def test_an_owner_gives_away_what_is_theirs_only(self, client: Clients, board_store: Store) -> None:
        told(board_store, document("n1"), point=pain_point("pp-n", stage="help", touchpoint="hotline"))
        assert client("owner").post("/inbox", do="assign:pp-n:ann").status_code == 403
        assert reads.point(board_store, "pp-n").owner == ""

    @pytest.mark.parametrize(
        "form", [{"do": "assign"}, {"do": "assign:pp-1:nobody"}, {"point": "pp-x", "owner": "ann"}]
    )
    def test_what_cannot_be_done_is_said(self, client: Clients, form: dict[str, str]) -> None:
        assert client("admin").post("/inbox", **form).status_code in (404, 422)


class TestPainPoint:
    def test_tells_what_it_is(self, client: Clients) -> None:
        page = text(client("viewer"), "/pain-points/pp-1")
        for words in ("the cover drips", "age 0 of d1", "<mark", "workaround", "new on 2026-03-10", "of 5", "unknown"):
            assert words in page, words
        assert "/pain-points/pp-1/assign" not in page  # a viewer sees no form but the comment's
        assert "/pain-points/pp-1/comment" in page

    @pytest.mark.parametrize(
        ("verb", "form", "field", "value"),
        [
            ("assign", {"owner": "bob"}, "owner", "bob"),
            ("assign", {"owner": ""}, "owner", ""),
            ("rate", {"importance": "5", "cost": "4", "ease": "3"}, "importance", 5),
            ("status", {"to": "doing"}, "status", "doing"),
            ("due", {"due": "2026-04-01"}, "due", date(2026, 4, 1)),
            ("rename", {"name": " Puddles  "}, "name", "Puddles"),
            ("place", {"to": "help/hotline"}, "touchpoint", "hotline"),
            ("mute", {"days": "30"}, "muted_until", date(2026, 4, 9)),
            ("acknowledge", {}, "acknowledged_by", "editor"),
            ("no-pain", {}, "status", "no_pain"),
            ("resolve", {"on": "2026-03-09"}, "resolved_on", date(2026, 3, 9)),
        ],
    )
    def test_each_form_is_a_verb_that_can_be_undone(
        self, app: FastAPI, client: Clients, *, verb: str, form: dict[str, str], field: str, value: object
    ) -> None:
        browser = client("editor")
        before = point(app)
        assert browser.post(f"/pain-points/pp-1/{verb}", **form).status_code == 303
        assert getattr(point(app), field) == value
        line = reads.history(app.state.board.store, "pp-1")[0]
        assert (line.entry.who, line.undoable) == ("editor", True)
        assert browser.post("/pain-points/pp-1/undo", key=line.key).status_code == 303
        if field != "name":  # the machine names it anew
            assert getattr(point(app), field) == getattr(before, field)

    @pytest.mark.parametrize(
        ("verb", "form"),
        [
            ("rate", {"importance": "6"}),
            ("rate", {"cost": "many"}),
            ("status", {"to": "great"}),
            ("due", {"due": "soon"}),
            ("rename", {"name": " "}),
            ("place", {"to": "use/hotline"}),
            ("mute", {"days": "0"}),
            ("comment", {"text": "  "}),
            ("undo", {"key": "none"}),
            ("merge", {"into": "pp-1"}),
            ("split", {}),
            ("goal", {"metric": "wishes"}),
            ("goal", {"target": "nan"}),
        ],
    )
    def test_a_mistake_is_said_and_changes_nothing(
        self, app: FastAPI, client: Clients, verb: str, form: dict[str, str]
    ) -> None:
        lines = len(reads.history(app.state.board.store, "pp-1"))
        answer = client("admin").post(f"/pain-points/pp-1/{verb}", **form)
        assert answer.status_code in (404, 422), answer.text[:300]
        assert len(reads.history(app.state.board.store, "pp-1")) == lines

    def test_merge_shows_first_then_does_and_is_undone(self, app: FastAPI, client: Clients) -> None:
        browser = client("editor")
        page = text(browser, "/pain-points/pp-2/merge?into=pp-1")
        assert "What would change" in page
        assert "its owner Bob does not own the other one (Ann)" in page
        assert "it stands at Hotline, the other one at Rain cover" in page
        assert reads.point(app.state.board.store, "pp-2").merged_into is None
        assert browser.post("/pain-points/pp-2/merge", into="pp-1").status_code == 303
        gone = text(browser, "/pain-points/pp-2")
        assert "was merged into" in gone
        key = next(one.key for one in reads.history(app.state.board.store, "pp-2") if one.entry.what == "merge")
        assert browser.post("/pain-points/pp-2/undo", key=key).status_code == 303
        assert [reads.point(app.state.board.store, one).people for one in ("pp-1", "pp-2")] == [3, 2]

    def test_an_owner_may_not_merge_into_a_foreign_one(self, client: Clients) -> None:
        assert client("owner").post("/pain-points/pp-1/merge", into="pp-2").status_code == 403

    def test_split_takes_the_ticked_ones_out(self, app: FastAPI, client: Clients) -> None:
        answer = client("owner").post("/pain-points/pp-1/split", passage="s-d1-0")
        new = answer.headers["location"].rsplit("/", 1)[-1]
        assert reads.point(app.state.board.store, new).people == 1

    def test_a_comment_mails_whom_it_names(self, app: FastAPI, client: Clients) -> None:
        client("viewer").post("/pain-points/pp-1/comment", text="is this fixed, @bob? (not me@cara.test)")
        store = app.state.board.store
        waiting = [reads.alert(store, one.id) for one in reads.alerts(store) if "#" in one.map]
        assert [(one.owner.id, one.about) for one in waiting] == [("bob", "pp-1")]
        assert isinstance(waiting[0], Alert)
        assert "is this fixed" in waiting[0].note

    def test_says_whether_the_fix_holds(self, client: Clients) -> None:
        browser = client("editor")
        assert "Does the fix hold?" not in text(browser, "/pain-points/pp-1")
        browser.post("/pain-points/pp-1/resolve", on="2026-03-09")
        assert "Does the fix hold?" in text(browser, "/pain-points/pp-1")

    def test_an_unknown_one_is_not_found(self, client: Clients) -> None:
        assert client("admin").get("/pain-points/pp-none").status_code == 404


class TestGoals:
    def test_fills_the_baseline_and_says_what_is_missing(self, app: FastAPI, client: Clients) -> None:
        browser = client("owner")
        browser.post("/pain-points/pp-1/goal", specific="Dry", metric="people_week", target="0.1")
        page = text(browser, "/pain-points/pp-1/goal")
        assert "Not SMART yet" in page
        for letter in ("Specific:", "Attainable:", "Relevant:", "Timely:"):
            assert letter in page, letter
        goal = reads.goal(app.state.board.store, "pp-1")
        assert goal is not None
        assert goal.baseline is not None
        assert goal.baseline.people == 3

    def test_becomes_smart(self, app: FastAPI, client: Clients) -> None:
        browser = client("owner")
        browser.post("/pain-points/pp-1/rate", importance="4")
        form = {"metric": "people_week", "target": "0,1", "due": "2026-06-30", "stage": "use"}
        browser.post("/pain-points/pp-1/goal", specific="Nobody's knees get wet below the cover", **form)
        browser.post("/pain-points/pp-1/goal/confirm")
        assert '<span class="state good">SMART</span>' in text(browser, "/pain-points/pp-1/goal")
        assert "Nobody&#39;s knees" in text(browser, "/goals")
        browser.post("/pain-points/pp-1/goal", specific="Nobody's knees get wet below it", **{**form, "target": "0,05"})
        goal = reads.goal(app.state.board.store, "pp-1")
        assert goal is not None
        assert goal.attainable_by == ""  # another target wants another yes
        browser.post("/pain-points/pp-1/goal/drop")
        assert reads.goal(app.state.board.store, "pp-1") is None


class TestReviews:
    def test_lists_what_is_new_and_stamps(self, client: Clients, board_store: Store) -> None:
        browser = client("editor")
        page = text(browser, "/reviews?since=2026-03-01&until=2026-03-10")
        assert 'id="new"' in page
        assert "the cover drips" in page
        assert browser.post("/reviews", since="2026-03-01", until="2026-03-10", note="go on").status_code == 303
        found = reads.reviews(board_store, "bikes")
        assert [(one.reviewed_by, one.note) for one in found] == [("editor", "go on")]
        assert "go on" in text(browser, "/reviews")

    def test_an_owner_looks_and_does_not_stamp(self, client: Clients) -> None:
        assert "Stamp it" not in text(client("owner"), "/reviews")
        assert client("owner").post("/reviews").status_code == 403


class TestSearch:
    def test_finds_and_says_where_it_was_told(self, client: Clients) -> None:
        page = text(client("viewer"), "/search?q=words+d1")
        assert "<mark>words</mark> of <mark>d1</mark>" in page
        assert "/pain-points/pp-1" in page

    def test_marks_what_was_asked_in_names_and_strangers_words(self, client: Clients, board_store: Store) -> None:
        keep(board_store, document("x1", "<script>script</script> & scripting", title="<b>script</b>"))
        page = text(client("viewer"), "/search?q=script")
        mark = "<mark>script</mark>"
        assert f"&lt;b&gt;{mark}&lt;/b&gt;" in page
        assert f"&lt;{mark}&gt;{mark}&lt;/{mark}&gt; &amp; <mark>scripting</mark>" in page
        assert "<script>script" not in page
        shown = text(client("viewer"), "/search?q=cover")
        assert "the <mark>cover</mark> drips</bdi></a>" in shown

    def test_says_what_to_try_where_nothing_is_found(self, client: Clients) -> None:
        assert "Nothing holds all these words" in text(client("viewer"), "/search?q=zzz")


class TestEvidence:
    def test_shows_the_posts_of_a_number_page_by_page(self, client: Clients) -> None:
        page = text(client("viewer"), "/evidence?point=pp-1")
        assert "3 passages" in page
        assert "https://yard.test/d1" in page
        assert "No passage" in text(client("viewer"), "/evidence?point=pp-1&side=inside")


class TestMapEditing:
    def test_a_changed_touchpoint_is_in_file_store_and_map(self, app: FastAPI, client: Clients) -> None:
        browser = client("owner")
        form = {"name": "Rain roof", "stage": "use", "owner": "ann", "examples": "water runs in\n it drips "}
        assert browser.post("/map/touchpoints/rain_cover", **form).status_code == 303
        board: Board = app.state.board
        found = load(board.read_settings().config).journey
        assert found.touchpoints[0].examples == ("water runs in", "it drips")
        assert "Rain roof" in text(browser, "/map")
        assert [one.number for one in reads.map_versions_of(board.store, "bikes")] == [2, 1]

    def test_a_removed_touchpoints_pain_points_wait_or_go(self, app: FastAPI, client: Clients) -> None:
        browser = client("editor")
        assert browser.post("/map/touchpoints/rain_cover/remove").status_code == 303
        store = app.state.board.store
        assert reads.point(store, "pp-1").touchpoint == "rain_cover"
        assert "No longer on the map" in text(browser, "/map")
        assert browser.post("/map/rehome", lost="rain_cover", to="hotline").status_code == 303
        assert (reads.point(store, "pp-1").stage, reads.point(store, "pp-1").touchpoint) == ("help", "hotline")
        assert browser.post("/map/touchpoints/hotline/remove", to="use").status_code == 303
        assert (reads.point(store, "pp-2").stage, reads.point(store, "pp-2").touchpoint) == ("use", None)

    def test_a_version_comes_back(self, app: FastAPI, client: Clients) -> None:
        browser = client("editor")
        browser.post("/map/stages/use", name="Ride", feeling="-1,5")
        assert app.state.board.read_settings().journey.stages[0].assumed_emotion == -1.5
        assert 'name = "Use"' in browser.get("/map/versions/1").text
        browser.post("/map/versions/1/restore")
        assert app.state.board.read_settings().journey.stages[0].name == "Use"

    def test_export_and_import_are_each_others_way_back(self, app: FastAPI, client: Clients) -> None:
        browser = client("editor")
        file = browser.get("/map/journey.toml").text
        before = app.state.board.read_settings().journey
        assert browser.post("/map/import", text=file.replace('"Bikes"', '"Wheels"')).status_code == 303
        assert app.state.board.read_settings().journey.name == "Wheels"
        browser.post("/map/import", text=file)
        assert app.state.board.read_settings().journey == before

    def test_owners_and_personas_are_changed_where_they_stand(self, app: FastAPI, client: Clients) -> None:
        browser, board = client("editor"), app.state.board
        browser.post("/map/personas", name="Commuter", examples="on my way to work\n\n my commute ")
        browser.post("/map/personas", id="commuter", name="Daily rider", examples="on my way to work\nmy commute")
        (persona,) = board.read_settings().journey.personas
        assert (persona.id, persona.name, persona.examples) == (
            "commuter", "Daily rider", ("on my way to work", "my commute"),
        )  # fmt: skip
        before = {one.id: one for one in board.read_settings().journey.owners}
        sent = {"name": "Ann B.", "email": before["ann"].email, "department": "Product"}
        browser.post("/map/owners", id="ann", **sent)
        after = {one.id: one for one in board.read_settings().journey.owners}
        assert after == before | {"ann": replace(before["ann"], name="Ann B.", department="Product")}
        shown = browser.get("/map/edit").text
        assert 'name="id" value="ann"' in shown
        assert "on my way to work\nmy commute</textarea>" in shown

    def test_what_is_there_is_not_added_again(self, app: FastAPI, client: Clients) -> None:
        browser, board = client("editor"), app.state.board
        browser.post("/map/personas", name="Commuter", examples="my commute")
        before = board.read_settings().journey
        assert browser.post("/map/personas", name="Commuter").status_code == 422
        assert browser.post("/map/owners", name="Ann", email="other@house.test").status_code == 422
        assert board.read_settings().journey == before

    def test_a_fourth_persona_is_explained(self, app: FastAPI, client: Clients) -> None:
        browser = client("editor")
        for name in ("One", "Two", "Three"):
            assert browser.post("/map/personas", name=name).status_code == 303
        answer = browser.post("/map/personas", name="Four")
        assert answer.status_code == 422
        assert "helps nobody" in answer.text
        assert len(app.state.board.read_settings().journey.personas) == 3

    @pytest.mark.parametrize(
        ("path", "form"),
        [
            ("/map/touchpoints", {"name": "Rain cover", "id": "rain_cover", "stage": "use"}),
            ("/map/touchpoints", {"name": "X", "stage": "nowhere"}),
            ("/map/touchpoints", {"name": "  "}),
            ("/map/stages/use", {"feeling": "3"}),
            ("/map/owners", {"id": "dan", "name": "Dan", "email": "no address"}),
            ("/map/import", {"text": "id = 'other'\nname = 'x'\n[[stages]]\nid='a'\nname='A'"}),
            ("/map/import", {"text": "not toml ["}),
            ("/map/rehome", {"lost": "rain_cover", "to": "use"}),
        ],
    )
    def test_what_no_map_can_be_is_refused(
        self, app: FastAPI, client: Clients, path: str, form: dict[str, str]
    ) -> None:
        before = app.state.board.read_settings().journey
        assert client("admin").post(path, **form).status_code == 422
        assert app.state.board.read_settings().journey == before


def test_the_board_shows_the_last_night_and_follows_the_clock_where_there_was_none(
    app: FastAPI, client: Clients, clock: Clock
) -> None:
    clock.at += timedelta(days=30)
    assert "9 April 2026" not in text(client("viewer"), "/map"), "a stale store never looks quiet"
    with app.state.board.store.writing() as connection:
        connection.execute(sa.text("DELETE FROM nights"))
    clock.at += timedelta(hours=1)
    assert "9 April 2026" in text(client("viewer"), "/map")


def test_what_a_mail_links_to_on_the_page_of_a_pain_point_is_there(client: Clients) -> None:
    mail = (ROOT / "listening" / "outputs" / "templates" / "alert.html").read_text(encoding="utf-8")
    wanted = set(re.findall(r"piece\.link }}#([a-z]+)", mail))
    page = client("admin").get("/pain-points/pp-1").text
    assert wanted == {"acknowledge", "mute", "assign"}
    assert {one for one in wanted if f'id="{one}"' in page} == wanted
