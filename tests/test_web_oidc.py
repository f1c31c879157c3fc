"""The company's own sign-in, against a real provider on loopback: who is let in, as whom, and who is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from joserfc.jwk import OctKey, RSAKey
from oidc_fake import CLIENT, SECRET, Provider, providing
from web_nouns import NOON, Browser, Clients, Clock, browsers

from listening.errors import SettingsError
from listening.journey import accounts
from listening.settings import OidcSettings, Settings, load
from listening.store import Store, UserChange, reads, writes
from listening.types import AuditLine
from listening.web import create_app

pytest_plugins = ("store_fixtures", "web_fixtures")
ADA = {"sub": "ada-1", "email": "Ada@house.test", "email_verified": True}


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with providing(NOON.timestamp()) as provider:
        yield provider


@pytest.fixture
def provider(running: Provider) -> Provider:
    """A provider that vouches for Ada, honestly."""
    running.person, running.claims, running.forged, running.issuer = dict(ADA), {}, None, ""
    running.algorithm = "RS256"
    return running


@pytest.fixture
def company(
    board_settings: Settings, board_store: Store, clock: Clock, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Clients]:
    """Browsers at a board that knows the provider, and where Ada is an editor without a password."""
    monkeypatch.setenv("LISTENING_OIDC_CLIENT_SECRET", SECRET)
    configure(board_settings, provider)
    accounts.add_user(
        board_store, board_settings.journey, "ada", "", role="editor", email="ada@house.test", who="test", now=NOON
    )
    with browsers(create_app(load(board_settings.config), board_store, clock=clock)) as make:
        yield make


def configure(settings: Settings, provider: Provider, roles: str = "") -> None:
    (settings.config / "listening.toml").write_text(
        f'[oidc]\nissuer = "{provider.address}"\nclient_id = "{CLIENT}"\nroles = "{roles}"\n'
    )


def there(browser: Browser, to: str = "/inbox") -> httpx.URL:
    """Go to the provider and return the address that it sends the browser back to."""
    sent = browser.get(f"/sign-in/company?next={to}")
    assert sent.status_code == 303
    back = httpx.get(sent.headers["location"], follow_redirects=False)
    return httpx.URL(back.headers["location"])


def back(browser: Browser, url: httpx.URL) -> tuple[int, str]:
    got = browser.get(url.raw_path.decode())
    return got.status_code, got.headers.get("location", got.text)


def me(browser: Browser) -> str:
    got = browser.get("/account")
    return got.text.partition("You are <strong><bdi>")[2].partition("<")[0] if got.status_code == 200 else ""


def refused(store: Store) -> list[str]:
    return [line.detail for line in reads.audit(store)[0] if line.what == "failed to sign in"]


def test_without_an_issuer_there_is_no_such_way(client: Clients) -> None:
    browser = client("anonymous")
    assert "/sign-in/company" not in browser.get("/sign-in").text
    assert [browser.get(f"/sign-in/company{end}").status_code for end in ("", "/back?code=a&state=b")] == [404, 404]


def test_the_provider_is_asked_by_code_with_a_challenge_a_state_and_a_nonce(
    company: Clients, provider: Provider
) -> None:
    browser = company("anonymous")
    assert 'href="/sign-in/company?next=/inbox"' in browser.get("/sign-in?next=/inbox").text
    asked = httpx.URL(browser.get("/sign-in/company").headers["location"]).params
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://board.test/sign-in/company/back"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    assert not provider.codes


def test_whoever_has_the_verified_address_is_in_with_a_new_session(company: Clients, board_store: Store) -> None:
    browser = company("anonymous")
    before = browser.csrf
    assert back(browser, there(browser)) == (303, "/inbox")
    assert me(browser) == "ada"
    assert browser.csrf != before
    assert "listening-oidc" not in browser.http.cookies
    done = [(line.what, line.thing, line.via) for line in reads.audit(board_store)[0][:2]]
    assert sorted(done) == [
        ("signed in", "ada", "company sign-in"),
        ("tied to the company account", "ada", "company sign-in"),
    ]


def test_afterwards_the_subject_counts_and_the_address_no_more(
    company: Clients, provider: Provider, board_store: Store
) -> None:
    first, later, heir = company("anonymous"), company("anonymous"), company("anonymous")
    back(first, there(first))
    provider.person = {"sub": "ada-1", "email": "ada.new@house.test", "email_verified": False}
    assert back(later, there(later))[0] == 303
    assert me(later) == "ada"
    provider.person = {"sub": "heir-of-the-address", "email": "ada@house.test", "email_verified": True}
    assert back(heir, there(heir))[0] == 422
    assert "tied to somebody else" in refused(board_store)[0]


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"nonce": "of another try"}, "InvalidClaimError"),
        ({"nonce": None}, "MissingClaimError"),
        ({"aud": "another client"}, "InvalidClaimError"),
        ({"aud": [CLIENT, "another"], "azp": "another"}, "InvalidClaimError"),
        ({"iss": "https://evil.test"}, "InvalidClaimError"),
        ({"exp": NOON.timestamp() - 120}, "ExpiredTokenError"),
        ({"exp": None}, "MissingClaimError"),
        ({"iat": NOON.timestamp() + 600}, "InvalidClaimError"),
        ({"at_hash": "of another token"}, "InvalidClaimError"),
        ({"sub": None}, "MissingClaimError"),
        ({"email_verified": False}, "not verified"),
        ({"email_verified": "true"}, "not verified"),
        ({"email_verified": None}, "not verified"),
        ({"email": None}, "not verified"),
        ({"email": "stranger@house.test"}, "nobody with this mail address"),
    ],
)
def test_a_token_that_is_not_right_lets_nobody_in(
    company: Clients, provider: Provider, board_store: Store, claims: dict[str, object], why: str
) -> None:
    provider.claims = claims
    browser = company("anonymous")
    status, _ = back(browser, there(browser))
    assert (status, me(browser)) == (422, "")
    assert len(refused(board_store)) == 1
    assert why in refused(board_store)[0]


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("RS256", lambda: RSAKey.generate_key(2048, {"kid": "one"})),
        ("HS256", lambda: OctKey.import_key(SECRET)),
        ("none", lambda: None),
    ],
)
def test_only_the_providers_own_key_signs(
    company: Clients, provider: Provider, algorithm: str, key: Callable[[], RSAKey | OctKey | None]
) -> None:
    provider.algorithm, provider.forged = algorithm, key()
    browser = company("anonymous")
    assert back(browser, there(browser))[0] == 422
    assert me(browser) == ""


def test_the_way_back_is_open_to_the_browser_that_began_it_once_and_for_ten_minutes(
    company: Clients, clock: Clock
) -> None:
    victim, thief = company("anonymous"), company("anonymous")
    url = there(victim)
    assert back(thief, url)[0] == 422
    there(thief)
    assert back(thief, url)[0] == 422
    assert back(victim, url.copy_merge_params({"state": "another"}))[0] == 422
    assert back(victim, url)[0] == 422  # its try ended with the wrong answer
    url = there(victim)
    assert back(victim, url)[0] == 303
    victim.post("/sign-out")
    assert back(victim, url)[0] == 422
    url = there(victim)
    clock.at += timedelta(minutes=11)
    assert back(victim, url)[0] == 422
    assert me(victim) == ""


def test_a_stolen_code_is_worth_nothing_without_its_verifier(company: Clients) -> None:
    victim, thief = company("anonymous"), company("anonymous")
    stolen = there(victim).params["code"]
    own = there(thief)
    assert back(thief, own.copy_merge_params({"code": stolen}))[0] == 422
    assert me(thief) == ""


def test_what_the_provider_refuses_and_another_provider_says_is_refused(company: Clients) -> None:
    for bent in ({"error": "access_denied"}, {"iss": "https://evil.test"}, {"code": ""}):
        browser = company("anonymous")
        assert back(browser, there(browser).copy_merge_params(bent))[0] == 422


def test_a_provider_that_calls_itself_another_or_is_gone_is_not_gone_to(
    company: Clients, provider: Provider, clock: Clock, board_settings: Settings
) -> None:
    provider.issuer = "https://evil.test"
    assert company("anonymous").get("/sign-in/company").status_code == 422
    clock.at += timedelta(minutes=2)
    provider.address, kept = "http://127.0.0.1:9", provider.address
    configure(board_settings, provider)
    provider.address = kept
    got = company("anonymous").get("/sign-in/company")
    assert got.status_code == 422
    assert "no good answer (ConnectError)" in got.text


@pytest.mark.parametrize("to", ["https://evil.test", "//evil.test", "/\\evil.test"])
def test_nobody_is_sent_away_afterwards(company: Clients, to: str) -> None:
    browser = company("anonymous")
    assert back(browser, there(browser, to)) == (303, "/")


def test_who_lost_the_access_stays_out(company: Clients, board_store: Store) -> None:
    accounts.disable(board_store, "ada", who="test", now=NOON)
    browser = company("anonymous")
    assert back(browser, there(browser))[0] == 422
    assert "may not sign in any more" in refused(board_store)[0]


def test_an_address_of_two_accounts_is_nobodys(company: Clients, board_store: Store) -> None:
    line = AuditLine(NOON, "test", "changed an address")
    writes.change_user(board_store, "viewer", UserChange(email="ada@house.test"), line, sign_out=False)
    browser = company("anonymous")
    assert back(browser, there(browser))[0] == 422


@pytest.mark.parametrize(
    ("email", "groups", "role", "owner"),
    [
        ("eve@house.test", ["cx", "cx-admins"], "admin", ""),
        ("eve@house.test", ["cx"], "editor", ""),
        ("BOB@house.test", ["owners"], "owner", "bob"),
        ("eve@house.test", [], "viewer", ""),
    ],
)
def test_by_setting_groups_make_accounts(  # noqa: PLR0917 - a table's columns and the board's fixtures
    company: Clients,
    provider: Provider,
    board_settings: Settings,
    board_store: Store,
    email: str,
    groups: list[str],
    role: str,
    owner: str,
) -> None:
    configure(board_settings, provider, "cx-admins=admin, cx=editor, owners=owner, *=viewer")
    provider.person = {"sub": "new", "email": email, "email_verified": True, "groups": groups}
    browser = company("anonymous")
    assert back(browser, there(browser))[0] == 303
    found = reads.person(board_store, me(browser))
    assert (found.name, found.role, found.owner, found.email) == (email.lower(), role, owner, email)
    assert reads.password_hash(board_store, found.name) == ""


def test_an_owner_who_is_not_on_the_map_and_a_group_that_is_not_named_get_none(
    company: Clients, provider: Provider, board_settings: Settings, board_store: Store
) -> None:
    configure(board_settings, provider, "owners=owner")
    for groups in (["owners"], ["others"], []):
        provider.person = {"sub": "new", "email": "eve@house.test", "email_verified": True, "groups": groups}
        browser = company("anonymous")
        assert back(browser, there(browser))[0] == 422
    assert "eve@house.test" not in [one.name for one in reads.people(board_store)]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('issuer = "http://login.test"\nclient_id = "x"', "should begin with https://"),
        ('issuer = "https://login.test"', "oidc.client_id: is missing"),
        ('issuer = "https://login.test"\nclient_id = "x"\nroles = "cx=boss"', "roles are viewer, owner"),
        ('issuer = "https://login.test"\nclient_id = "x"\nscopes = "email"', "should hold openid"),
    ],
)
def test_settings_that_cannot_be_trusted_are_named(board_settings: Settings, said: str, told: str) -> None:
    (board_settings.config / "listening.toml").write_text(f"[oidc]\n{said}\n")
    with pytest.raises(SettingsError, match=told):
        load(board_settings.config, {})


def test_the_client_secret_is_never_shown() -> None:
    assert "hush" not in repr(replace(OidcSettings(), client_secret="hush"))
