"""The second factor: set up with an app, asked for at signing in, good once, and a way back without the phone."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from fastapi import FastAPI
from httpx import Response
from web_nouns import NOON, PASSWORD, SAMPLES, Browser, Clients, Clock

from listening.errors import SettingsError
from listening.journey import accounts, codes
from listening.settings import Settings
from listening.store import Store, reads
from listening.web.access import RULES, SAFE
from listening.web.visit import API

pytest_plugins = ("store_fixtures", "web_fixtures")


@dataclass
class Phone:
    """Somebody's authenticator app: it knows the secret and shows the code of a moment."""

    secret: str
    clock: Clock
    recovery: list[str]

    def code(self, later: int = 0) -> str:
        """What it shows now, or where its clock is some seconds ahead."""
        return pyotp.TOTP(self.secret).at(self.clock.at + timedelta(seconds=later))


def password_given(browser: Browser, name: str = "admin") -> Response:
    return browser.post("/sign-in", name=name, password=PASSWORD, next="/inbox")


def with_code(browser: Browser, code: str, to: str = "/inbox") -> Response:
    return browser.post("/sign-in/code", code=code, next=to)


def inside(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def set_up(browser: Browser, clock: Clock) -> Phone:
    """Set the second factor up as a person does: password, app, one code."""
    shown = browser.post("/account/second-factor", password=PASSWORD).text
    secret = "".join(re.findall(r'<code class="long">(.*?)</code>', shown)).replace(" ", "")
    phone = Phone(secret, clock, [])
    done = browser.post("/account/second-factor/confirm", code=phone.code())
    assert done.status_code == 200
    phone.recovery = re.findall(r"<li><code>(.*?)</code></li>", done.text)
    clock.at += timedelta(seconds=60)  # the code of setting up is used
    return phone


def noted(store: Store) -> list[str]:
    """What the audit holds of it, oldest first."""
    return [line.what for line in reversed(reads.audit(store)[0]) if line.thing == "admin" or line.who == "admin"]


def demand(settings: Settings, whom: str) -> None:
    text = f'[web]\ncalls_per_minute = 0\nsecond_factor = "{whom}"\n'
    (settings.config / "listening.toml").write_text(text)


@pytest.fixture(autouse=True)
def _password(board_store: Store) -> None:
    accounts.set_password(board_store, "admin", PASSWORD, who="test", now=NOON)


@pytest.fixture
def admin(client: Clients) -> Browser:
    """An admin who signed in before there was a second factor."""
    browser = client("anonymous")
    password_given(browser)
    return browser


@pytest.fixture
def phone(admin: Browser, clock: Clock) -> Phone:
    """The admin's app, set up."""
    return set_up(admin, clock)


class TestSettingUp:
    def test_the_page_shows_the_picture_and_the_secret_that_it_holds(self, admin: Browser) -> None:
        shown = admin.post("/account/second-factor", password=PASSWORD).text
        secret = re.findall(r'<code class="long">(.*?)</code>', shown)[0].replace(" ", "")
        assert re.fullmatch(r"[A-Z2-7]{32}", secret)
        assert '<svg width="' in shown
        assert "style=" not in shown  # the policy lets none in
        told = codes.app_address(secret, "admin")
        assert told == f"otpauth://totp/Listening:admin?secret={secret}&issuer=Listening"

    def test_it_wants_the_password(self, admin: Browser, board_store: Store) -> None:
        assert admin.post("/account/second-factor", password="wrong").status_code == 422
        assert reads.second_factor(board_store, "admin") is None

    @pytest.mark.parametrize("code", ["", "000000x", "12345", "abcdefgh"])
    def test_it_does_not_count_before_a_right_code(self, admin: Browser, client: Clients, code: str) -> None:
        admin.post("/account/second-factor", password=PASSWORD)
        got = admin.post("/account/second-factor/confirm", code=code)
        assert got.status_code == 422
        assert '<svg width="' in got.text  # to try again
        assert password_given(client("anonymous")).headers["location"] == "/inbox"

    def test_it_takes_ten_minutes_at_most(self, admin: Browser, clock: Clock, board_store: Store) -> None:
        admin.post("/account/second-factor", password=PASSWORD)
        clock.at += timedelta(minutes=11)
        got = admin.post("/account/second-factor/confirm", code="123456")
        assert "Setting up took too long" in got.text
        assert reads.person(board_store, "admin").second_factor is None

    @pytest.mark.usefixtures("phone")
    def test_the_secret_is_not_shown_again(self, admin: Browser) -> None:
        assert "Let your app read this" not in admin.get("/account/second-factor").text
        again = admin.post("/account/second-factor", password=PASSWORD)
        assert again.status_code == 422
        assert "There is a second factor already" in again.text

    def test_ones_other_sessions_end(self, admin: Browser, client: Clients, clock: Clock) -> None:
        other = client("admin")
        set_up(admin, clock)
        assert (inside(admin), inside(other)) == (True, False)

    def test_neither_secret_nor_codes_lie_open(
        self, phone: Phone, board_store: Store, board_settings: Settings, admin: Browser
    ) -> None:
        files = b"".join(file.read_bytes() for file in board_settings.root.glob("store.db*"))
        assert reads.person(board_store, "admin").second_factor is not None
        for secret in (phone.secret, *phone.recovery, *(one.replace("-", "") for one in phone.recovery)):
            assert secret.encode() not in files
        told = admin.get("/audit").text + admin.get("/account").text + admin.get("/people").text
        assert not [one for one in (phone.secret, *phone.recovery) if one in told]

    def test_who_has_no_password_here_is_told_why_not(self, client: Clients) -> None:
        assert "a second factor is asked for there, not here" in client("viewer").get("/account/second-factor").text


class TestSigningIn:
    def test_asks_for_the_code_on_a_second_page(self, phone: Phone, client: Clients, board_store: Store) -> None:
        browser = client("anonymous")
        assert password_given(browser).headers["location"] == "/sign-in/code?next=%2Finbox"
        half = browser.http.cookies["listening"]
        assert 'autocomplete="one-time-code"' in browser.get("/sign-in/code?next=/inbox").text
        done = with_code(browser, f" {phone.code()[:3]} {phone.code()[3:]} ")
        assert (done.status_code, done.headers["location"]) == (303, "/inbox")
        assert browser.http.cookies["listening"] != half
        assert inside(browser)
        assert reads.session(board_store, accounts.hashed(half)) is None
        assert noted(board_store)[-2:] == ["gave the right password", "signed in"]

    @pytest.mark.parametrize(("off", "good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
    def test_clocks_may_differ_by_one_step(self, phone: Phone, client: Clients, off: int, *, good: bool) -> None:
        browser = client("anonymous")
        password_given(browser)
        with_code(browser, phone.code(off))
        assert inside(browser) == good

    def test_a_code_is_good_once(self, phone: Phone, client: Clients, clock: Clock) -> None:
        first, second = client("anonymous"), client("anonymous")
        for browser in (first, second):
            password_given(browser)
            with_code(browser, phone.code())
        assert (inside(first), inside(second)) == (True, False)
        with_code(second, phone.code(-30))  # nor an older one, after it
        assert not inside(second)
        clock.at += timedelta(seconds=30)
        with_code(second, phone.code())
        assert inside(second)

    def test_ten_wrong_ones_stop_the_right_one_too(self, phone: Phone, client: Clients, clock: Clock) -> None:
        browser = client("anonymous")
        password_given(browser)
        for number in range(10):
            assert with_code(browser, f"{number:06}").status_code == 422
        assert with_code(browser, phone.code()).status_code == 422
        assert password_given(client("anonymous")).status_code == 422  # one limit for both
        clock.at += timedelta(minutes=16)
        password_given(browser)
        assert with_code(browser, phone.code()).status_code == 303

    def test_it_takes_five_minutes_at_most(self, phone: Phone, client: Clients, clock: Clock) -> None:
        browser = client("anonymous")
        password_given(browser)
        clock.at += timedelta(minutes=5)
        assert with_code(browser, phone.code()).headers["location"] == "/sign-in"
        assert not inside(browser)

    def test_without_the_password_first_no_code_is_taken(self, phone: Phone, client: Clients) -> None:
        browser = client("anonymous")
        assert browser.get("/sign-in/code").headers["location"] == "/sign-in"
        assert with_code(browser, phone.code()).headers["location"] == "/sign-in"
        assert not inside(browser)

    def test_nobody_is_sent_away_after_it(self, phone: Phone, client: Clients) -> None:
        browser = client("anonymous")
        password_given(browser)
        assert with_code(browser, phone.code(), to="//evil.test").headers["location"] == "/"

    @pytest.mark.parametrize("what", ["password", "disable"])
    def test_a_new_password_or_no_access_ends_the_half_session(
        self, phone: Phone, client: Clients, board_store: Store, what: str
    ) -> None:
        browser = client("anonymous")
        password_given(browser)
        if what == "password":
            accounts.set_password(board_store, "admin", "seven grey lamps sing", who="test", now=NOON)
        else:
            accounts.add_user(
                board_store, browser.board.read_settings().journey, "else", "", role="admin", who="test", now=NOON
            )
            accounts.disable(board_store, "admin", who="test", now=NOON)
        assert with_code(browser, phone.code()).headers["location"] == "/sign-in"

    @pytest.mark.usefixtures("phone")
    def test_a_half_session_may_what_nobody_signed_in_may(self, client: Clients) -> None:
        browser = client("anonymous")
        password_given(browser)
        for rule in RULES:
            if "anonymous" in rule.roles:
                continue
            got = _ask(browser, rule.method, rule.path)
            refused = got.status_code == 401 or got.headers.get("location", "").startswith("/sign-in?")
            assert refused, f"{rule.method} {rule.path}"

    @pytest.mark.usefixtures("phone")
    def test_keys_for_programs_go_on(self, client: Clients) -> None:
        key = client("admin").key
        assert client("anonymous").http.get(f"{API}/me", headers={"authorization": f"Bearer {key}"}).status_code == 200


class TestALostPhone:
    def test_each_recovery_code_lets_in_once(self, phone: Phone, client: Clients, board_store: Store) -> None:
        assert len(set(phone.recovery)) == 10
        assert all(re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", one) for one in phone.recovery)
        first, second, third = client("anonymous"), client("anonymous"), client("anonymous")
        for browser, code in ((first, 3), (second, 3), (third, 4)):
            password_given(browser)
            with_code(browser, phone.recovery[code].upper().replace("-", " "))
        assert [inside(one) for one in (first, second, third)] == [True, False, True]
        assert "8 recovery codes left" in third.get("/account/second-factor").text
        used = [line.detail for line in reads.audit(board_store)[0] if line.what == "used a recovery code"]
        assert used == ["8 left", "9 left"]

    def test_they_are_kept_as_passwords_are(self, phone: Phone, board_store: Store) -> None:
        kept = [one for _, one in reads.recovery_hashes(board_store, "admin")]
        assert len(kept) == 10
        assert all(one.startswith("$argon2id$") for one in kept)
        assert phone

    def test_new_ones_take_the_place_of_the_old(self, phone: Phone, admin: Browser, client: Clients) -> None:
        assert admin.post("/account/second-factor/codes", password="wrong", code=phone.code()).status_code == 422
        got = admin.post("/account/second-factor/codes", password=PASSWORD, code=phone.code())
        fresh = re.findall(r"<li><code>(.*?)</code></li>", got.text)
        assert len(set(fresh) | set(phone.recovery)) == 20
        browser = client("anonymous")
        password_given(browser)
        with_code(browser, phone.recovery[0])
        assert not inside(browser)
        with_code(browser, fresh[0])
        assert inside(browser)

    def test_an_admin_switches_it_off_for_somebody(
        self, phone: Phone, admin: Browser, client: Clients, board_store: Store
    ) -> None:
        other = client("admin")  # signed in by the tests themselves
        assert "Second factor off (phone lost)" in other.get("/people").text
        assert other.post("/people/admin/second-factor/off").status_code == 303
        assert (inside(admin), inside(other)) == (False, False)
        assert password_given(client("anonymous")).headers["location"] == "/inbox"
        assert noted(board_store)[-2:] == ["switched the second factor off", "signed in"]
        assert reads.recovery_hashes(board_store, "admin") == []
        assert phone

    def test_programs_of_admins_may_too(self, phone: Phone, client: Clients) -> None:
        key = {"authorization": f"Bearer {client('admin').key}"}
        browser = client("anonymous")
        listed = browser.http.get(f"{API}/people", headers=key).json()
        assert [one["name"] for one in listed if one["second_factor"]] == ["admin"]
        got = browser.http.post(f"{API}/people/admin/second-factor/off", headers=key)
        assert (got.status_code, got.json()["second_factor"]) == (200, None)
        assert browser.http.post(f"{API}/people/admin/second-factor/off", headers=key).status_code == 404
        assert phone

    def test_with_another_key_recovery_codes_still_let_in(
        self, phone: Phone, client: Clients, board_settings: Settings
    ) -> None:
        (board_settings.var / "factor-key").write_text("another")
        browser = client("anonymous")
        password_given(browser)
        with_code(browser, phone.code())
        assert not inside(browser)
        with_code(browser, phone.recovery[0])
        assert inside(browser)


class TestSwitchingOff:
    def test_wants_password_and_code(self, phone: Phone, admin: Browser, client: Clients, clock: Clock) -> None:
        for wrong in ({"password": "wrong", "code": phone.code()}, {"password": PASSWORD, "code": "000000"}):
            assert admin.post("/account/second-factor/off", **wrong).status_code == 422
        clock.at += timedelta(seconds=30)
        there = client("admin")
        assert admin.post("/account/second-factor/off", password=PASSWORD, code=phone.code()).status_code == 303
        assert (inside(admin), inside(there)) == (True, False)
        assert password_given(client("anonymous")).headers["location"] == "/inbox"


class TestDemanded:
    @pytest.mark.parametrize(("whom", "led"), [("optional", False), ("admins", True), ("all", True)])
    def test_an_admin_is_led_to_set_it_up(
        self, client: Clients, board_settings: Settings, whom: str, *, led: bool
    ) -> None:
        demand(board_settings, whom)
        browser = client("anonymous")
        password_given(browser)
        got = browser.get("/inbox")
        assert got.headers.get("location", "") == ("/account/second-factor" if led else "")

    @pytest.mark.parametrize(("whom", "led"), [("admins", False), ("all", True)])
    def test_a_viewer_where_all_are(self, client: Clients, board_settings: Settings, whom: str, *, led: bool) -> None:
        demand(board_settings, whom)
        assert (client("viewer").get("/inbox").status_code == 303) == led

    def test_nothing_else_can_be_done_before(self, client: Clients, board_settings: Settings, clock: Clock) -> None:
        demand(board_settings, "all")
        browser = client("anonymous")
        password_given(browser)
        for rule in RULES:
            if "anonymous" in rule.roles or rule.early or rule.path.startswith(API):
                continue
            got = _ask(browser, rule.method, rule.path)
            assert got.headers.get("location") == "/account/second-factor", f"{rule.method} {rule.path}"
        shown = html.unescape(browser.get("/account/second-factor").text)
        assert "a password alone does not let admins in" in shown
        assert 'href="/inbox"' not in shown
        set_up(browser, clock)
        assert browser.get("/inbox").status_code == 200

    def test_four_routes_are_open_before(self) -> None:
        assert {f"{rule.method} {rule.path}" for rule in RULES if rule.early} == {
            "POST /sign-out",
            "GET /account/second-factor",
            "POST /account/second-factor",
            "POST /account/second-factor/confirm",
        }

    def test_who_comes_by_the_company_is_not_asked(
        self, app: FastAPI, client: Clients, board_settings: Settings, board_store: Store
    ) -> None:
        demand(board_settings, "all")
        browser = client("anonymous")
        secret = accounts.open_session(board_store, board_settings, "admin", now=NOON, way=accounts.COMPANY)
        browser.http.cookies.set("listening", secret)
        assert browser.get("/inbox").status_code == 200
        assert app


class TestSealing:
    def test_opens_with_its_key_for_its_person_only(self) -> None:
        sealed = codes.seal("SECRET", "ann", b"key")
        assert codes.unseal(sealed, "ann", b"key") == "SECRET"
        assert codes.seal("SECRET", "ann", b"key") != sealed
        for name, key in (("bob", b"key"), ("ann", b"other")):
            with pytest.raises(SettingsError):
                codes.unseal(sealed, name, key)


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_the_standard(at: int, code: str) -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238, appendix B
    assert codes.step_of(secret, code, datetime.fromtimestamp(at, UTC)) == at // 30


def _ask(browser: Browser, method: str, path: str) -> Response:
    where = re.sub(r"{(\w+)}", lambda found: SAMPLES[found[1]][0], path)
    headers = {} if method in SAFE or path.startswith(API) else {"x-csrf-token": browser.csrf}
    return browser.http.request(method, where, headers=headers, follow_redirects=False)
