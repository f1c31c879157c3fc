"""Drawing on the map by the board and by programs: channels, subscriptions, versions; the pack and the workbook."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from httpx import Response
from test_web_api import call
from web_nouns import Browser, Clients

from listening.store import reads
from listening.types import JourneyMap, Owner
from listening.web.visit import API, Board

EDIT = "http://board.test/map/edit?map=bikes"
pytest_plugins = ("store_fixtures", "web_fixtures")


def the_map(app: FastAPI) -> JourneyMap:
    board: Board = app.state.board
    return board.read_settings().journey


def an_owner(app: FastAPI, name: str) -> Owner:
    return next(one for one in the_map(app).owners if one.id == name)


def test_channels_of_a_touchpoint_are_edited_and_stand_on_the_map(app: FastAPI, client: Clients) -> None:
    sent = {"name": "Rain cover", "stage": "use", "channels": "shop,  app , shop,"}
    assert client("owner").post("/map/touchpoints/rain_cover", **sent).status_code == 303
    assert next(one for one in the_map(app).touchpoints if one.id == "rain_cover").channels == ("shop", "app")
    assert "shop · app" in client("viewer").get("/map").text


class TestSubscriptions:
    def test_an_owner_says_how_they_hear(self, app: FastAPI, client: Clients) -> None:
        sent = {"digest": "weekly", "sensitivity": "low", "follows": ["help"]}
        assert client("owner").post("/alerts/subscriptions/ann", **sent).status_code == 303
        ann = an_owner(app, "ann")
        assert (ann.digest, ann.sensitivity, ann.follows, ann.email) == ("weekly", "low", ("help",), "ann@house.test")
        shown = client("viewer").get("/alerts").text
        assert "weekly, only what is sure" in shown
        assert 'action="/alerts/subscriptions/' not in shown

    def test_what_cannot_be_is_refused_and_nothing_kept(self, app: FastAPI, client: Clients) -> None:
        for wrong in ({"digest": "hourly"}, {"follows": "nowhere"}, {"sensitivity": "odd"}):
            assert client("owner").post("/alerts/subscriptions/ann", **wrong).status_code == 422
        assert an_owner(app, "ann") == Owner("ann", "Ann", "ann@house.test", "Product")

    def test_by_a_program_of_ones_own_only(self, app: FastAPI, client: Clients) -> None:
        sent: dict[str, object] = {"digest": "weekly"}
        assert call(client("owner"), "/map/owners/bob/subscription", sent)[0] == 403
        assert call(client("owner"), "/map/owners/ann/subscription", sent)[0] == 200
        assert an_owner(app, "ann").digest == "weekly"


class TestPrograms:
    def test_they_draw_all_parts_of_the_map(self, app: FastAPI, client: Clients) -> None:
        editor = client("editor")
        assert call(editor, "/map/stages/leave", {"name": "Leave", "assumed_emotion": -1})[0] == 200
        touchpoint = {"name": "Exit form", "stage": "leave", "channels": ["web"]}
        assert call(editor, "/map/touchpoints/exit_form", touchpoint)[1]["id"] == "exit_form"
        assert call(editor, "/map/owners/dan", {"name": "Dan", "email": "dan@house.test"})[0] == 200
        assert call(editor, "/map/personas/parent", {"name": "Parent"})[0] == 200
        drawn = the_map(app)
        assert [one.id for one in drawn.stages] == ["use", "help", "leave"]
        assert drawn.touchpoints[-1].channels == ("web",)
        assert drawn.owners[-1].email == "dan@house.test"
        assert call(editor, "/map/personas/parent/remove", {})[0] == 200
        assert call(editor, "/map/touchpoints/exit_form/remove", {})[0] == 200
        assert (the_map(app).personas, len(the_map(app).touchpoints)) == ((), 2)
        versions = call(editor, "/map/versions")[1]
        assert [one["number"] for one in versions] == sorted((one["number"] for one in versions), reverse=True)
        assert call(editor, f"/map/versions/{versions[-1]['number']}/restore", {})[0] == 200
        assert [one.id for one in the_map(app).stages] == ["use", "help"]

    def test_a_fourth_persona_and_a_stage_that_is_not_there_are_refused(self, client: Clients) -> None:
        editor = client("editor")
        got = [call(editor, f"/map/personas/p{n}", {"name": f"P{n}"})[0] for n in range(4)]
        assert got == [200, 200, 200, 422]
        told = editor.http.post("/map/personas", data={"csrf": editor.csrf, "name": "P9"}, headers={"referer": EDIT})
        assert "three at most: a map that is drawn for everybody helps nobody" in told.text.replace("Three", "three")
        assert 'href="/map/edit?map=bikes">Back to where you were' in told.text
        assert call(editor, "/map/touchpoints/x", {"name": "X", "stage": "nowhere"})[0] == 422

    def test_pain_points_that_are_none_and_tickets(self, app: FastAPI, client: Clients) -> None:
        owner, store = client("owner"), app.state.board.store
        assert call(owner, "/pain-points/pp-1/no-pain", {"passage": "s-d1-0"})[0] == 200
        assert reads.point(store, "pp-1").people == 2
        assert call(owner, "/pain-points/pp-1/no-pain", {})[0] == 200
        assert reads.point(store, "pp-1").status == "no_pain"
        assert call(owner, "/tickets") == (200, [])
        status, told = call(owner, "/pain-points/pp-1/ticket", {})
        assert (status, told["error"]) == (422, "not-configured")

    def test_what_changed_evidence_and_goals(self, client: Clients) -> None:
        viewer = client("viewer")
        found = call(viewer, "/changes?since=2026-03-01&until=2026-03-10")[1]
        assert {(one["kind"], one["pain_point_id"]) for one in found["changes"]} == {("new", "pp-1"), ("new", "pp-2")}
        page = call(viewer, "/evidence?point=pp-1&limit=2")[1]
        assert (page["total"], len(page["passages"])) == (3, 2)
        assert call(viewer, "/goals") == (200, [])
        assert call(viewer, "/reviews") == (200, [])


class TestThePack:
    def test_in_every_format_and_back(self, client: Clients) -> None:
        editor = client("editor")
        assert call(editor, "/pack/json")[1]["format"] == "listening.report.v1"
        assert call(editor, "/pack/odd")[0] == 404
        book = _get(editor, "/pack/xlsx").content
        for dry in ("?dry_run=true", ""):
            answer = editor.http.post(
                f"{API}/pack/workbook{dry}",
                files={"file": ("pack.xlsx", book)},
                headers={"authorization": f"Bearer {editor.key}"},
            )
            assert (answer.status_code, answer.json()["edits"]) == (200, [])


def _get(browser: Browser, path: str) -> Response:
    return browser.http.get(f"{API}{path}", headers={"authorization": f"Bearer {browser.key}"})


@pytest.mark.parametrize("there", ["", "http://elsewhere.test/map/edit", "http://board.test//evil.test", "nonsense"])
def test_a_refusal_never_leads_off_the_board(client: Clients, there: str) -> None:
    editor = client("editor")
    told = editor.http.post("/map/personas", data={"csrf": editor.csrf}, headers={"referer": there})
    assert told.status_code == 422
    assert 'href="/">Back to the board' in told.text


def test_a_comment_to_nobody_says_so(client: Clients) -> None:
    owner = client("owner")
    owner.post("/pain-points/pp-1/comment", text="See @Cara and @kara")
    shown = owner.get("/pain-points/pp-1").text
    assert "A mail goes to Cara. Nobody on the map is called @kara, so no mail goes there." in shown


def test_the_new_posts_of_a_night_open_what_was_read_then(client: Clients) -> None:
    shown = client("viewer").get("/nights/2026-03-10").text
    assert "/nights/2026-03-10/posts?kind=new&amp;source=yard" in shown
    posts = client("viewer").get("/nights/2026-03-10/posts?kind=new&source=yard").text
    assert posts.count("<blockquote") == 5
    assert client("viewer").get("/nights/2026-03-09/posts").status_code == 404
    asked = "/nights/2026-03-10/posts?source=yard&limit=2&offset=2"
    assert call(client("viewer"), asked)[1]["count"] == 5
    assert [one["id"] for one in call(client("viewer"), asked)[1]["posts"]] == ["d2", "d4"]
