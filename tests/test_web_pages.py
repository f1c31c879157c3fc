"""The pages of the house: sources, alerts, people, audit, privacy, nights, and the first visit."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from store_nouns import NIGHT, alert, document, keep
from web_nouns import HOST, NOON, PASSWORD, Browser, Clients, browsers, furnish

from listening.documents import pseudonym
from listening.journey import accounts, passwords
from listening.settings import Settings, load, pseudonym_key
from listening.store import Store, reads, writes
from listening.types import AuditLine, Crawl, Reminder, Sight, SightItem
from listening.web import create_app
from listening.web.rendering import code_spans, sentence

pytest_plugins = ("store_fixtures", "web_fixtures")
REVIEW = Reminder("due", NIGHT, "Review of Bikes", "Due on 10 March 2026.", "review of bikes")


def said(browser: Browser, path: str) -> str:
    """The message that the next page shows, once."""
    shown = browser.http.get(path).text
    assert 'role="status"' not in browser.http.get(path).text
    return shown.partition('<p class="said')[2].partition("</p>")[0]


def audited(store: Store) -> list[AuditLine]:
    """What was done since the people were made, oldest first."""
    return [
        line
        for line in reads.audit(store)[0][::-1]
        if line.who != "test" and line.what not in ("signed in", "made a key")
    ]


class TestFirstVisit:
    def test_it_says_what_to_do(self, sqlite_store: Store, tmp_path: Path) -> None:
        settings = furnish(tmp_path)
        accounts.add_user(sqlite_store, settings.journey, "ada", PASSWORD, role="admin", who="test", now=NOON)
        with browsers(create_app(settings, sqlite_store, clock=lambda: NOON)) as make:
            got = make("ada").get("/")
        assert got.status_code == 200
        for told in ("Listen to a first place", "listening demo", "listening import"):
            assert told in got.text

    def test_with_data_one_comes_to_the_map(self, client: Clients) -> None:
        assert client("viewer").get("/").headers["location"] == "/map"

    def test_every_empty_page_helps(self, sqlite_store: Store, tmp_path: Path) -> None:
        settings = furnish(tmp_path)
        (settings.config / "sources.toml").write_text("")
        settings = load(settings.config, {})
        accounts.add_user(sqlite_store, settings.journey, "ada", PASSWORD, role="admin", who="test", now=NOON)
        helps = {"/sources": "an address is enough", "/nights": "listening night", "/alerts": "Two people"}
        with browsers(create_app(settings, sqlite_store, clock=lambda: NOON)) as make:
            for page, told in helps.items():
                assert told in make("ada").get(page).text


class TestSources:
    def test_health_and_the_next_night(self, client: Clients) -> None:
        shown = client("viewer").get("/sources").text
        assert "read next on 11 March 2026 at 02:00" in shown
        assert "not visited for" not in shown
        assert "Add a place" not in shown

    def test_one_in_trouble_comes_first_with_its_reason(self, client: Clients, app: FastAPI) -> None:
        writes.keep_crawl(app.state.board.store, Crawl("yard", NIGHT, "failed", error="the yard is closed -> knock"))
        assert "the yard is closed" in client("viewer").get("/sources").text
        one = client("editor").get("/sources/yard").text
        assert "the yard is closed" in one
        assert "[sources.yard]" in one

    @pytest.mark.parametrize(
        "url", ["http://127.0.0.1:9/", "http://[::1]/", "http://169.254.169.254/", "file:///etc/passwd"]
    )
    def test_no_address_inside_is_looked_at(self, client: Clients, url: str) -> None:
        got = client("admin").post("/sources/look", url=url)
        assert got.status_code == 422
        assert 'role="alert"' in got.text

    def test_a_check_of_one_that_is_refused_says_so(self, client: Clients, app: FastAPI) -> None:
        got = client("editor").post("/sources/yard/check")
        assert got.status_code == 422
        assert "private or reserved" in got.text
        assert audited(app.state.board.store) == []

    def test_the_settings_are_read_again_when_they_change(self, client: Clients, board_settings: Settings) -> None:
        browser = client("viewer")
        with (board_settings.config / "sources.toml").open("a") as file:
            file.write('[sources.barn]\nkind = "feed"\nurl = "https://barn.test/feed"\n')
        assert "barn" in browser.get("/sources").text
        (board_settings.config / "sources.toml").write_text("[sources.barn]\nkind = 7\n")
        assert "barn" in browser.get("/sources").text  # what cannot be followed leaves the last good ones


class TestAlerts:
    def test_each_mail_with_its_fate(self, client: Clients) -> None:
        shown = client("viewer").get("/alerts").text
        assert "Mails wait: no mail server is set" in shown
        assert shown.count("waits") == 2
        assert "the cover drips" in client("viewer").get("/alerts/a-1").text

    def test_each_says_what_it_tells_of(self, client: Clients, app: FastAPI) -> None:
        store = app.state.board.store
        sight = Sight("hotline", NIGHT, "blind", NIGHT, ("yard",), "nobody spoke of it")
        mails = [
            replace(alert(), id="no-1", items=(), subject="ann about", about="pp-1", named="the cover drips"),
            replace(alert(), id="al-3", items=(), reminders=(REVIEW, replace(REVIEW, told="x", about="pp-1"))),
            replace(alert(), id="al-1", items=()),
            replace(alert(), id="al-2", items=(), not_seen=(), sights=(SightItem(sight, "Hotline", "help"),)),
            replace(alert(), id="wk-1", items=(), not_seen=()),
        ]
        for one in mails:
            writes.queue_alerts(store, [one], map_id=f"bikes#{one.id}", now=NOON)
        shown = client("viewer").get("/alerts").text
        told = sorted(re.sub("<[^>]+>", "", one) for one in re.findall(r'data-name="Tells of">(.*?)</td>', shown))
        assert told == [
            "1 source with too little",
            "Hotline",
            "Review of Bikes and 1 more",
            "ann about: the cover drips",
            "the cover drips",
            "the cover drips",
            "the week",
        ]

    def test_a_comment_is_shown_with_its_words(self, client: Clients, app: FastAPI) -> None:
        said = {"subject": "ann about", "named": "<b>", "note": "Whose is it?", "about": "pp-1"}
        made = replace(alert(), id="no-1", items=(), not_seen=(), **said)
        writes.queue_alerts(app.state.board.store, [made], map_id="bikes#1", now=NOON)
        shown = client("viewer").get("/alerts/no-1").text
        for words in ("ann about: &lt;b&gt;", "Whose is it?", 'href="/pain-points/pp-1"'):
            assert words in shown

    def test_what_is_due_is_shown_with_its_place(self, client: Clients, app: FastAPI) -> None:
        step = Reminder("late", NIGHT, "<b>wet", "It was due.", "day of pp-1", about="pp-1")
        made = replace(alert(), id="al-1", items=(), reminders=(REVIEW, step))
        writes.queue_alerts(app.state.board.store, [made], map_id="bikes#1", now=NOON)
        shown = client("viewer").get("/alerts/al-1").text
        assert 'Due: <a href="/reviews"><bdi>Review of Bikes</bdi></a>' in shown
        assert 'Late: <a href="/pain-points/pp-1"><bdi>&lt;b&gt;wet</bdi></a>' in shown

    def test_one_that_was_given_up_is_sent_again(self, client: Clients, app: FastAPI) -> None:
        store, browser = app.state.board.store, client("editor")
        writes.claim_alert(store, by="w", now=NOON)
        assert writes.mark_dead(store, "a-1", by="w", error="550 no such person")
        assert "550 no such person" in browser.get("/alerts?state=dead").text
        assert browser.post("/alerts/a-1/retry").status_code == 303
        assert "back in the outbox" in said(browser, "/alerts")
        assert reads.alert_row(store, "a-1").state == "queued"
        assert [(line.who, line.what, line.thing, line.via) for line in audited(store)] == [
            ("editor", "put a mail back into the outbox", "a-1", "board")
        ]

    def test_an_owner_mutes_what_is_theirs_only(self, client: Clients, app: FastAPI) -> None:
        store = app.state.board.store
        assert client("other").post("/alerts/a-1/mute", point="pp-1", until="2026-04-01").status_code == 403
        assert reads.point(store, "pp-1").muted_until is None
        assert client("owner").post("/alerts/a-1/mute", point="pp-1", until="2026-04-01").status_code == 303
        assert str(reads.point(store, "pp-1").muted_until) == "2026-04-01"
        assert [(line.who, line.what) for line in audited(store)] == [("owner", "muted")]


class TestPeople:
    def test_somebody_is_let_in_and_signs_in(self, client: Clients, app: FastAPI) -> None:
        form = {"name": "Dora", "role": "owner", "owner": "bob", "email": "dora@house.test", "password": PASSWORD}
        browser = client("admin")
        assert browser.post("/people", **form).status_code == 303
        assert "dora may sign in as owner" in said(browser, "/people")
        assert client("anonymous").post("/sign-in", name="dora", password=PASSWORD).status_code == 303
        assert [(line.what, line.thing) for line in audited(app.state.board.store)] == [("added a user", "dora")]

    @pytest.mark.parametrize(
        ("form", "told"),
        [
            ({"name": "", "password": PASSWORD}, "no name to sign in with"),
            ({"name": "dora", "password": ""}, "12 to 256"),
            ({"name": "viewer", "password": PASSWORD}, "already"),
            ({"name": "dora", "password": PASSWORD, "role": "owner"}, "say which they are"),
            ({"name": "dora", "password": PASSWORD, "owner": "zed"}, "no owner"),
        ],
    )
    def test_what_cannot_be_is_told_with_the_form(self, client: Clients, form: dict[str, str], told: str) -> None:
        got = client("admin").post("/people", **form)
        assert got.status_code == 422
        assert told in got.text
        assert PASSWORD not in got.text

    def test_the_last_admin_cannot_go(self, client: Clients) -> None:
        browser = client("admin")
        assert "last admin" in browser.post("/people/admin/disable").text
        assert "last admin" in browser.post("/people/admin/role", role="viewer").text
        assert browser.get("/people").status_code == 200

    def test_a_new_password_and_the_access_back(self, client: Clients, app: FastAPI) -> None:
        browser, store = client("admin"), app.state.board.store
        assert browser.post("/people/disabled/enable").status_code == 303
        assert browser.post("/people/disabled/password", password=PASSWORD).status_code == 303
        assert passwords.fits(PASSWORD, reads.password_hash(store, "disabled"))
        assert client("anonymous").post("/sign-in", name="disabled", password=PASSWORD).status_code == 303


class TestPrivacy:
    def test_an_author_is_found_and_forgotten(self, client: Clients, app: FastAPI, board_settings: Settings) -> None:
        store, browser = app.state.board.store, client("admin")
        person = pseudonym("Loud Larry", pseudonym_key(board_settings))
        keep(store, document("l1", person=person), document("l2", person=person), source="yard")
        found = browser.post("/privacy/look", author=" Loud Larry ")
        assert "2 posts from <bdi>yard</bdi>" in found.text
        assert browser.post("/privacy/erase", author="Loud Larry").status_code == 303
        assert "2 posts" in said(browser, "/privacy")
        assert reads.posts_of_person(store, person) == {}
        lines = audited(store)
        assert [line.what for line in lines] == ["looked for an author", "erased an author"]
        assert "Larry" not in str(lines)

    def test_what_is_too_old_goes(self, client: Clients, app: FastAPI) -> None:
        store = app.state.board.store
        keep(store, document("old", day=-900))
        assert client("admin").post("/privacy/retention").status_code == 303
        assert reads.documents_by_id(store, ["old"]) == []
        assert [(line.what, line.detail) for line in audited(store)] == [("dropped old posts", "1 post")]

    def test_others_read_what_is_kept(self, client: Clients) -> None:
        shown = client("viewer").get("/privacy").text
        assert "An admin can erase an author here" in shown
        assert "Erase for ever" not in shown


class TestNightsAndAudit:
    def test_a_night_with_its_visits_news_and_mails(self, client: Clients) -> None:
        assert "10 March 2026" in client("viewer").get("/nights").text
        one = client("viewer").get(f"/nights/{NIGHT}").text
        for told in ("yard", "the cover drips", "new on 2026-03-10", "/alerts/a-1"):
            assert told in one
        assert client("viewer").get("/nights/2020-01-01").status_code == 404
        assert client("viewer").get("/nights/soon").status_code == 422

    def test_the_audit_is_paged_and_told_by_person(self, client: Clients, app: FastAPI) -> None:
        store, browser = app.state.board.store, client("admin")
        for number in range(70):
            accounts.change_email(store, "viewer", f"v{number}@house.test", who="editor", now=NOON)
        assert "page 1 of" in browser.get("/audit").text
        assert browser.get("/audit?who=editor").text.count("changed an address") == 50
        assert browser.get("/audit?who=editor&page=2").text.count("changed an address") == 20
        assert "has changed nothing so far" in browser.get("/audit?who=bob").text


def test_colours_are_kept_by_the_browser(client: Clients) -> None:
    browser = client("viewer")
    assert browser.post("/look", look="dark", back="/privacy").headers["location"] == "/privacy"
    assert '<html lang="en" data-look="dark">' in browser.get("/privacy").text
    assert browser.post("/look", look="evil", back="//evil.test").headers["location"] == "/"
    assert '<html lang="en" data-look="system">' in browser.get("/privacy").text


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("see `listening <b>`.", "see <code>listening &lt;b&gt;</code>."),
        ("one ` alone <i>", "one ` alone &lt;i&gt;"),
        ("plain & simple", "plain &amp; simple"),
        ("`a` or `b`", "<code>a</code> or <code>b</code>"),
        ("see `listening alerts list`", 'see <a href="/alerts">the list of alerts</a>'),
    ],
)
def test_what_stands_between_backticks_is_code(words: str, shown: str) -> None:
    assert code_spans(words) == shown


def test_a_page_that_is_not_there(client: Clients, app: FastAPI) -> None:
    assert "Nothing here" in client("viewer").get("/nowhere").text
    assert client("viewer").get("/alerts/none").status_code == 404
    assert TestClient(app, base_url=HOST).get("/api/v1/nowhere").json()["error"] == "http"


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("no night 3", "No night 3"),
        ("pp-1 was merged", "pp-1 was merged"),
        ("`listening night` runs one", "`listening night` runs one"),
        ("", ""),
    ],
)
def test_a_refusal_begins_like_a_sentence_and_leaves_ids_alone(told: str, shown: str) -> None:
    assert sentence(told) == shown
