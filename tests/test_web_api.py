"""The API: keys, what each call does, and refusals that say the thing and the mend."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from web_nouns import PASSWORD, Browser, Clients, Clock

from listening.journey import accounts
from listening.store import reads
from listening.web.access import RULES
from listening.web.visit import API

pytest_plugins = ("store_fixtures", "web_fixtures")


def call(browser: Browser, path: str, sent: dict[str, object] | None = None, *, key: str = "") -> Any:  # noqa: ANN401 - whatever JSON it is
    """Call it with the browser's key; POST where something is sent. Gives (status, JSON)."""
    headers = {"authorization": f"Bearer {key or browser.key}"}
    if sent is None:
        got = browser.http.get(f"{API}{path}", headers=headers)
    else:
        got = browser.http.post(f"{API}{path}", json=sent, headers=headers)
    return got.status_code, got.json()


def test_the_description_names_every_call_and_needs_a_key(client: Clients) -> None:
    described = client("anonymous").http.get(f"{API}/openapi.json").json()
    told = {(method.upper(), path) for path, methods in described["paths"].items() for method in methods}
    declared = {(rule.method, rule.path) for rule in RULES if rule.path.startswith(API)}
    assert told == declared - {("GET", f"{API}/openapi.json")}
    for methods in described["paths"].values():
        for one in methods.values():
            assert one["security"] == [{"HTTPBearer": []}]
            assert one["description"]


class TestKeys:
    def test_a_key_is_shown_once_and_kept_as_a_hash(self, client: Clients, app: FastAPI) -> None:
        browser, store = client("viewer"), app.state.board.store
        shown = browser.post("/account/keys", label="warehouse", days="30").text
        secret = shown.partition("<pre><code>")[2].partition("<")[0]
        assert secret.startswith("lst_")
        assert secret not in browser.get("/account").text
        assert call(browser, "/me", key=secret)[1]["name"] == "viewer"
        assert any(one.name == "warehouse" for one in reads.tokens(store, "viewer"))

    def test_it_ends_is_taken_back_and_dies_with_the_access(self, client: Clients, app: FastAPI, clock: Clock) -> None:
        store, browser = app.state.board.store, client("viewer")
        token, secret = accounts.make_token(store, "viewer", "x", days=2, now=clock.at)
        assert call(browser, "/me", key=secret)[0] == 200
        browser.post(f"/account/keys/{token.id}/drop")
        assert call(browser, "/me", key=secret)[0] == 401
        assert call(browser, "/me")[0] == 200
        accounts.disable(store, "viewer", who="test", now=clock.at)
        assert call(browser, "/me")[0] == 401
        other = client("editor")
        clock.at += timedelta(days=1)
        assert call(other, "/me")[0] == 401

    @pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer lst_nope"}, {"authorization": "Basic YTpi"}])
    def test_what_is_wrong_with_a_key_is_said(self, client: Clients, headers: dict[str, str]) -> None:
        got = client("anonymous").http.get(f"{API}/me", headers=headers)
        assert (got.status_code, got.json()["thing"]) == (401, "no key that is known and not over")

    def test_nobody_takes_anothers_key_back(self, client: Clients, app: FastAPI) -> None:
        store = app.state.board.store
        client("admin")
        theirs = reads.tokens(store, "admin")[0].id
        assert client("viewer").post(f"/account/keys/{theirs}/drop").status_code == 404
        assert reads.tokens(store, "admin")

    @pytest.mark.parametrize(
        "form", [{"label": " ", "days": "9"}, {"label": "x", "days": "0"}, {"label": "x", "days": "999"}]
    )
    def test_a_key_needs_a_name_and_an_end(self, client: Clients, form: dict[str, str]) -> None:
        assert client("viewer").post("/account/keys", **form).status_code == 422


class TestCalls:
    def test_pain_points_with_evidence_and_history(self, client: Clients) -> None:
        status, found = call(client("viewer"), "/pain-points")
        assert (status, found["total"], [one["id"] for one in found["pain_points"]]) == (200, 2, ["pp-1", "pp-2"])
        one = call(client("viewer"), "/pain-points/pp-1")[1]
        assert one["point"]["people"] == 3
        assert len(one["passages"]) == 3
        assert one["emergences"][0]["sentence"] == "new on 2026-03-10"
        assert "person" not in str(one)
        assert "centroid" not in str(one)

    def test_what_an_owner_does(self, client: Clients, app: FastAPI) -> None:
        owner, store = client("owner"), app.state.board.store
        assert call(owner, "/pain-points/pp-1/assign", {"owner": "bob", "importance": 5})[1]["owner"] == "bob"
        assert call(owner, "/pain-points/pp-1/rename", {"name": "Rain gets in"})[1]["name"] == "Rain gets in"
        assert call(owner, "/pain-points/pp-1/mute", {"until": "2026-04-01"})[1]["muted_until"] == "2026-04-01"
        assert call(owner, "/pain-points/pp-1/resolve", {"on": "2026-03-09"})[1]["status"] == "watch"
        assert call(owner, "/pain-points/pp-1/status", {"status": "planned"})[1]["status"] == "planned"
        assert call(owner, "/pain-points/pp-1/reopen", {})[1]["status"] == "open"
        told = [line.what for line in reads.ledger(store, "pp-1") if line.who == "owner"]
        assert told[:4] == ["assigned", "renamed", "muted", "resolved"]
        new = call(owner, "/pain-points/pp-1/split", {"passages": ["s-d1-0"]})[1]["id"]
        assert call(owner, f"/pain-points/{new}/merge", {"into": "pp-1"})[1]["id"] == "pp-1"
        undone = next(line for line in call(owner, "/pain-points/pp-1")[1]["history"] if line["undoable"])
        assert call(owner, "/pain-points/pp-1/undo", {"key": undone["key"]})[0] == 200

    def test_a_merge_wants_both(self, client: Clients) -> None:
        assert call(client("owner"), "/pain-points/pp-1/merge", {"into": "pp-2"})[0] == 403
        assert call(client("editor"), "/pain-points/pp-1/merge", {"into": "pp-1"})[0] == 422

    def test_a_goal_says_what_it_lacks(self, client: Clients) -> None:
        owner = client("owner")
        assert call(owner, "/pain-points/pp-1/goal")[1] == {"goal": None, "lacks": []}
        assert (
            call(owner, "/pain-points/pp-1/goal", {"specific": "no more wet seats"})[1]["specific"]
            == "no more wet seats"
        )
        assert call(owner, "/pain-points/pp-1/goal")[1]["lacks"]

    def test_the_house(self, client: Clients) -> None:
        admin = client("admin")
        assert call(admin, "/sources")[1][0]["name"] == "yard"
        assert call(admin, "/nights")[1][0]["night"] == "2026-03-10"
        assert call(admin, "/nights/2026-03-10/visits")[1][0]["new"] == 5
        assert {one["id"] for one in call(admin, "/alerts")[1]} == {"a-1", "a-2"}
        assert call(admin, "/map")[1]["id"] == "bikes"
        assert call(admin, "/counts")[1]["pain_points"] == 2
        assert call(admin, "/search?q=cover")[1]["pain_points"] == ["pp-1"]
        assert call(admin, "/people", {"name": "eve", "password": PASSWORD})[0] == 201
        assert call(admin, "/audit?limit=1")[1][0]["what"] == "added a user"
        assert "password" not in str(call(admin, "/people")[1])

    @pytest.mark.parametrize(
        ("path", "sent", "status", "error"),
        [
            ("/pain-points/none", None, 404, "not-found"),
            ("/pain-points?status=odd", None, 422, "input"),
            ("/pain-points/pp-1/assign", {"owner": "zed"}, 404, "not-found"),
            ("/pain-points/pp-1/assign", {"owner": "ann", "importance": 9}, 422, "input"),
            ("/pain-points/pp-1/assign", {"owner": "ann", "salary": 9}, 422, "input"),
            ("/pain-points/pp-1/split", {"passages": []}, 422, "input"),
            ("/sources/look", {"url": "http://127.0.0.1:9/"}, 422, "source-refused"),
            ("/alerts/none/retry", {}, 404, "not-found"),
        ],
    )
    def test_refusals_say_the_thing_and_the_mend(
        self, client: Clients, path: str, sent: dict[str, object] | None, status: int, error: str
    ) -> None:
        got, told = call(client("admin"), path, sent)
        assert (got, told["error"]) == (status, error)
        assert told["thing"]
        assert told["mend"]
