"""Signing in: sessions that are new, end when they must, and cannot be guessed or carried off the site."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi import FastAPI
from web_nouns import NOON, PASSWORD, Browser, Clients, Clock

from listening.errors import InputError
from listening.journey import accounts, passwords
from listening.store import Store, reads

pytest_plugins = ("store_fixtures", "web_fixtures")


@pytest.fixture
def ann(board_store: Store) -> str:
    """An admin with a password."""
    accounts.set_password(board_store, "admin", PASSWORD, who="test", now=NOON)
    return "admin"


def sign_in(browser: Browser, password: str = PASSWORD, name: str = "admin", **more: str) -> int:
    return browser.post("/sign-in", name=name, password=password, **more).status_code


def inside(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


@pytest.mark.usefixtures("ann")
class TestSessions:
    def test_a_new_session_has_a_new_secret(self, client: Clients) -> None:
        browser = client("anonymous")
        assert browser.csrf
        before = browser.http.cookies["listening"]
        assert sign_in(browser, name=" Admin ") == 303
        after = browser.http.cookies["listening"]
        assert after != before
        assert len(after) >= 43  # 32 random bytes
        assert inside(browser)

    def test_what_the_browser_had_before_signs_nobody_in(self, client: Clients) -> None:
        victim, thief = client("anonymous"), client("anonymous")
        victim.http.cookies.set("listening", "planted")
        thief.http.cookies.set("listening", "planted")
        sign_in(victim)
        assert inside(victim)
        assert not inside(thief)

    def test_signing_out_ends_all_of_ones_sessions(self, client: Clients) -> None:
        here, there, other = client("admin"), client("admin"), client("editor")
        assert here.post("/sign-out").status_code == 303
        assert not inside(here)
        assert not inside(there)
        assert inside(other)

    def test_each_place_is_listed_and_ended_by_itself(self, client: Clients) -> None:
        here, there = client("anonymous"), client("anonymous")
        for browser, agent in (
            (here, "X11; Linux x86_64; rv:130.0) Firefox/130.0"),
            (there, "iPhone; Version/18 Safari/6"),
        ):
            browser.http.headers["user-agent"] = agent
            assert sign_in(browser) == 303
        shown = here.get("/account").text
        assert "Firefox on Linux <span" in shown  # this one
        assert "Safari on an iPhone</th>" in shown
        assert "testclient</bdi>" in shown
        theirs = accounts.hashed(there.http.cookies["listening"])
        assert here.post("/account/sessions/end", session=theirs, password="not this one").status_code == 422
        assert inside(there)
        assert here.post("/account/sessions/end", session=theirs, password=PASSWORD).status_code == 303
        assert not inside(there)
        assert inside(here)
        assert "Safari" not in here.get("/account").text

    def test_nobody_ends_anothers(self, client: Clients, board_store: Store) -> None:
        accounts.set_password(board_store, "editor", PASSWORD, who="test", now=NOON)
        mine, other = client("editor"), client("admin")
        theirs = accounts.hashed(other.http.cookies["listening"])
        got = mine.post("/account/sessions/end", session=theirs, password=PASSWORD)
        assert (got.status_code, "no such place" in got.text, inside(other)) == (422, True, True)

    def test_who_has_no_password_ends_one_soon_after_signing_in(self, client: Clients, clock: Clock) -> None:
        here, there = client("viewer"), client("viewer")
        theirs = accounts.hashed(there.http.cookies["listening"])
        clock.at += timedelta(minutes=11)
        assert "signed in a while ago" in here.post("/account/sessions/end", session=theirs).text
        fresh = client("viewer")
        assert fresh.post("/account/sessions/end", session=theirs).status_code == 303
        assert not inside(there)

    def test_places_that_are_over_are_not_listed(self, client: Clients, clock: Clock) -> None:
        client("viewer")
        clock.at += timedelta(minutes=31)
        assert 'Signed in at <a href="#places">1 place</a>' in client("viewer").get("/account").text

    def test_a_new_password_ends_them(self, client: Clients) -> None:
        here, there = client("admin"), client("admin")
        new = "seven grey lamps sing"
        assert here.post("/account/password", old=PASSWORD, new=new, again=new).status_code == 303
        assert not inside(there)
        assert sign_in(client("anonymous")) == 422
        assert sign_in(client("anonymous"), new) == 303

    @pytest.mark.parametrize(
        ("form", "told"),
        [
            (
                {"old": "wrong wrong wrong", "new": "seven grey lamps sing", "again": "seven grey lamps sing"},
                "together",
            ),
            ({"old": PASSWORD, "new": "seven grey lamps sing", "again": "other"}, "not the same"),
            ({"old": PASSWORD, "new": "short", "again": "short"}, "12 to 256"),
            ({"old": PASSWORD, "new": "qwertyuiop123", "again": "qwertyuiop123"}, "easily guessed"),
        ],
    )
    def test_a_password_is_changed_by_its_owner_for_a_good_one(
        self, client: Clients, form: dict[str, str], told: str
    ) -> None:
        browser = client("admin")
        got = browser.post("/account/password", **form)
        assert got.status_code == 422
        assert told in got.text
        assert inside(browser)

    def test_whoever_loses_the_access_is_out_at_the_next_request(self, client: Clients) -> None:
        admin, viewer = client("admin"), client("viewer")
        assert inside(viewer)
        assert admin.post("/people/viewer/disable").status_code == 303
        assert not inside(viewer)
        assert viewer.http.get("/api/v1/me", headers={"authorization": f"Bearer {viewer.key}"}).status_code == 401

    def test_a_new_role_ends_them_too(self, client: Clients) -> None:
        admin, viewer = client("admin"), client("viewer")
        assert admin.post("/people/viewer/role", role="editor").status_code == 303
        assert not inside(viewer)

    def test_who_does_nothing_for_half_an_hour_is_out(self, client: Clients, clock: Clock) -> None:
        browser = client("admin")
        for _ in range(3):
            clock.at += timedelta(minutes=29)
            assert inside(browser)
        clock.at += timedelta(minutes=31)
        assert not inside(browser)

    def test_after_twelve_hours_everybody_is(self, client: Clients, clock: Clock) -> None:
        browser = client("admin")
        while clock.at < NOON + timedelta(hours=11, minutes=45):
            assert inside(browser)
            clock.at += timedelta(minutes=25)
        clock.at = NOON + timedelta(hours=12)
        assert not inside(browser)


@pytest.mark.usefixtures("ann")
class TestGuessing:
    def test_known_and_unknown_names_get_the_same_words(self, client: Clients) -> None:
        told = {client("anonymous").post("/sign-in", name=name, password="wrong").text for name in ("admin", "nobody")}
        plain = {text[text.index("<main") :].partition("<form")[0] for text in told}
        assert len(plain) == 1

    def test_known_and_unknown_names_cost_the_same_work(
        self, board_store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[bool] = []
        fits = passwords.fits

        def counted(password: str, kept: str) -> bool:
            asked.append(bool(kept))
            return fits(password, kept)

        monkeypatch.setattr(passwords, "fits", counted)
        for name in ("admin", "nobody"):
            with pytest.raises(accounts.SignInRefused):
                accounts.change_password(board_store, name, "wrong", "x", address="a", now=NOON)
        assert asked == [True, False]

    def test_after_ten_tries_even_the_right_one_waits(self, client: Clients, clock: Clock, board_store: Store) -> None:
        for _ in range(10):
            assert sign_in(client("anonymous"), "wrong") == 422
        assert sign_in(client("anonymous")) == 422
        clock.at += timedelta(minutes=16)
        assert sign_in(client("anonymous")) == 303
        assert [line.what for line in reads.audit(board_store)[0]].count("failed to sign in") == 10

    def test_fifty_tries_from_one_address_are_enough(
        self, client: Clients, board_store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(passwords, "fits", lambda _password, _kept: False)
        browser = client("anonymous")
        for number in range(50):
            sign_in(browser, "wrong", f"name{number}")
        monkeypatch.undo()
        assert sign_in(browser) == 422
        counted = reads.failed_tries(board_store, account="", address="testclient", since=NOON - timedelta(minutes=1))
        assert counted == (0, 50)

    @pytest.mark.parametrize(
        "weak",
        [
            "password1234",
            "123456789012",
            "qwertyuiop123",
            "iloveyou1234",
            "aaaaaaaaaaaa",
            "1q2w3e4r5t6y",
            "listening2026",
        ],
    )
    def test_what_is_guessed_first_is_refused(self, weak: str) -> None:
        with pytest.raises(InputError):
            passwords.check(weak)


AWAY = [
    "https://evil.test",
    "//evil.test",
    "///evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "/\t/evil.test",
    "/\n/evil.test",
    "javascript:alert(1)",
    "data:text/html,x",
    "https:evil.test",
    "http:/\\evil.test",
    "evil.test",
    " //evil.test",
    "/%5cevil.test\r\nset-cookie: a=b",
    "//board.test@evil.test",
    "http://board.test.evil.test/",
    "ftp://evil.test",
    "",
    "?next=//evil.test",
    "/\u2028/evil.test",
]
HERE = [
    "/",
    "/inbox",
    "/map?stage=use&since=2026-01-01",
    "/pain-points/pp-1",
    "/search?q=a%2Fb",
    "/a/b/c",
    "/%E2%82%AC",
]


@pytest.mark.usefixtures("ann")
class TestNext:
    @pytest.mark.parametrize("to", AWAY)
    def test_nobody_is_sent_away(self, client: Clients, to: str) -> None:
        browser = client("anonymous")
        got = browser.post("/sign-in", name="admin", password=PASSWORD, next=to)
        assert got.status_code == 303
        assert got.headers["location"] == "/"

    @pytest.mark.parametrize("to", HERE)
    def test_one_goes_where_one_wanted(self, client: Clients, to: str) -> None:
        got = client("anonymous").post("/sign-in", name="admin", password=PASSWORD, next=to)
        assert got.headers["location"] == to

    def test_who_has_to_sign_in_first_comes_back(self, client: Clients) -> None:
        got = client("anonymous").get("/audit?who=ann&page=2")
        assert got.headers["location"] == "/sign-in?next=%2Faudit%3Fwho%3Dann%26page%3D2"


def test_without_anybody_the_first_admin_is_explained(
    app: FastAPI, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "people", lambda _store: [])
    assert "listening users add NAME --role admin" in client("anonymous").get("/sign-in").text
    assert app
