"""Who may use which page: every route is declared, and every role gets exactly what the table says, and no more."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from web_nouns import ROLE_OF, SAMPLES, WALKERS, Browser, Clients

from listening.web.access import RULES, SAFE, Rule
from listening.web.pages import PAGES
from listening.web.visit import API

pytest_plugins = ("store_fixtures", "web_fixtures")


def routes() -> Iterator[tuple[str, str]]:
    """Every route of every page, as method and path."""
    for page in PAGES:
        for route in page.router.routes:
            assert isinstance(route, APIRoute), f"{route}: a page has routes of its own only"
            yield from ((method, route.path) for method in route.methods)


def expected(rule: Rule, name: str, *, own: bool) -> bool:
    """What the table says: may this person, on this thing?"""
    if name in ("anonymous", "disabled"):
        return "anonymous" in rule.roles
    role = ROLE_OF.get(name, name)
    if rule.own and role == "owner":
        return "owner" in rule.roles and own == (name == "owner")
    return role in rule.roles


def ask(browser: Browser, rule: Rule, *, own: bool) -> int | str:
    """Ask for it, with a token of the browser's own; the status, or "sign in"."""
    path = re.sub(r"{(\w+)(:\w+)?}", lambda found: SAMPLES[found[1]][not own], rule.path)
    if path.startswith(API):
        headers = {"authorization": f"Bearer {browser.key}"} if browser.key else {}
    else:
        headers = {"x-csrf-token": browser.csrf} if rule.method not in SAFE else {}
    answer = browser.http.request(rule.method, path, headers=headers, follow_redirects=False)
    if answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?"):
        return "sign in"
    return answer.status_code


def test_every_route_is_declared_and_every_declaration_has_its_route() -> None:
    assert sorted(routes()) == sorted((rule.method, rule.path) for rule in RULES)


def test_no_route_is_declared_twice() -> None:
    declared = [(rule.method, rule.path) for rule in RULES]
    assert len(declared) == len(set(declared))


def test_an_owner_may_by_the_thing_in_the_path_only() -> None:
    for rule in RULES:
        if rule.own:
            assert f"{{{rule.own}}}" in rule.path, f"{rule.path}: {rule.own} is not in it"
            assert rule.own in ("point", "touchpoint", "stage", "owner")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.method} {rule.path}")
def test_every_role_gets_what_is_declared(request: pytest.FixtureRequest, rule: Rule) -> None:
    client: Clients = request.getfixturevalue("browser" if rule.method in SAFE else "client")  # looking changes nothing
    for name in WALKERS:
        walker = client(name)
        for own in (True, False) if rule.own else (True,):
            got = ask(walker, rule, own=own)
            if expected(rule, name, own=own):
                assert got not in (401, 403, "sign in"), f"{name} may not {rule.method} {rule.path}"
            elif name in ("anonymous", "disabled"):
                assert got in (401, "sign in"), f"{name} may {rule.method} {rule.path}"
            else:
                assert got == 403, f"{name} may {rule.method} {rule.path}"


def test_an_undeclared_route_is_nobodys(app: FastAPI, client: Clients) -> None:
    @app.get("/forgotten")
    def forgotten() -> str:
        return "secret"

    assert client("admin").http.get("/forgotten").status_code == 403
