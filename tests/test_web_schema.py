"""What the API says of itself holds: each answer has a status, a kind and a shape that its description declares.

`bench/scanners.py` sets schemathesis on the same; this is the part of it that is quick enough for every run.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from httpx import Response
from jsonschema import Draft202012Validator
from test_web_api import call
from web_nouns import SAMPLES, Browser, Clients

from listening.web.visit import API

pytest_plugins = ("store_fixtures", "web_fixtures")
ODD: tuple[object, ...] = (
    None,
    True,
    -1,
    0,
    1.5,
    "",
    " ",
    "\x00",
    "x" * 301,
    "1e9",
    "2026-02-30",
    [],
    [[]],
    {},
    {"a": 1},
)
TRIES = 120


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the description."""

    method: str
    path: str
    told: dict[str, Any]
    described: dict[str, Any]

    def fields(self) -> list[str]:
        """The fields of what is sent as JSON."""
        kinds = self.told.get("requestBody", {}).get("content", {})
        if "application/json" not in kinds:
            return []
        name = kinds["application/json"]["schema"]["$ref"].rpartition("/")[2]
        return list(self.described["components"]["schemas"][name]["properties"])

    def ask(self, browser: Browser, sent: object, *, odd: dict[str, str] | None = None) -> Response:
        """Ask for it about the things of the samples, or about odd ones."""
        path = re.sub(r"{(\w+)}", lambda found: (odd or {}).get(found[1], SAMPLES[found[1]][0]), self.path)
        headers = {"authorization": f"Bearer {browser.key}"}
        return browser.http.request(
            self.method, path, headers=headers, json=sent if self.method == "post" else None, follow_redirects=False
        )

    def holds(self, got: Response) -> None:
        """Check an answer against what is declared."""
        told = f"{self.method} {got.request.url.path}: {got.status_code} {got.text[:200]}"
        declared = self.told["responses"].get(str(got.status_code))
        assert declared is not None, f"not declared: {told}"
        kind = got.headers["content-type"].partition(";")[0]
        assert kind in declared["content"], f"{kind} is not declared: {told}"
        if kind == "application/json" and (schema := declared["content"][kind].get("schema")):
            wrong = list(
                Draft202012Validator({**schema, "components": self.described["components"]}).iter_errors(got.json())
            )
            assert not wrong, f"{wrong[0].message}: {told}"


@pytest.fixture(scope="module")
def calls(browser: Clients) -> list[Call]:
    """All calls of the description."""
    described = browser("anonymous").get(f"{API}/openapi.json").json()
    return [Call(m, path, told, described) for path, ms in described["paths"].items() for m, told in ms.items()]


@pytest.mark.parametrize("name", ["anonymous", "viewer", "owner", "admin"])
def test_every_call_answers_as_declared(browser: Clients, calls: list[Call], name: str) -> None:
    asker, seen = browser(name), set[int]()
    for one in calls:
        got = one.ask(asker, {})
        one.holds(got)
        seen.add(got.status_code)
    assert seen >= ({401} if name == "anonymous" else {200, 422} if name == "admin" else {200, 403, 422})


def oddities(calls: list[Call]) -> Iterator[tuple[Call, object]]:
    """Every field of what is sent, with something odd in it; and no object at all."""
    for one in calls:
        for field in one.fields():
            yield from ((one, {field: odd}) for odd in ODD)
        if one.fields():
            yield from ((one, odd) for odd in (None, [], "x", 1))


def test_whatever_is_sent_is_answered_as_declared(browser: Clients, calls: list[Call]) -> None:
    admin = browser("admin")
    drawn = random.Random(7).sample(list(oddities(calls)), TRIES)  # noqa: S311 - no secret, the same in every run
    for one, sent in drawn:
        one.holds(one.ask(admin, sent))


def test_things_that_are_not_there_are_answered_as_declared(browser: Clients, calls: list[Call]) -> None:
    admin = browser("admin")
    words = itertools.cycle(("none", "%00", "9" * 30, "%F0%9F%98%80"))
    for one in calls:
        if "{" in one.path:
            one.holds(one.ask(admin, {}, odd=dict.fromkeys(SAMPLES, next(words))))


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/changes?until=0", None),  # seconds since 1970, or so it was taken
        ("/evidence?since=1700000000", None),
        ("/nights/0/visits", None),
        ("/pain-points/pp-1/mute", {"until": 0}),
        ("/pain-points/pp-1/due", {"due": "2026-03-10T00:00:00"}),
        ("/reviews", {"since": 0, "until": "2026-03-10"}),
        ("/map/stages/use", {"name": "Use", "assumed_emotion": False}),
        ("/pain-points/pp-1/rate", {"ease": True}),
        ("/pain-points/pp-1/rate", {"ease": "3"}),
        ("/map/stages/new", {"name": ""}),  # a place that nobody can call
        ("/map/touchpoints/hotline", {"name": " ", "stage": "help"}),
    ],
)
def test_what_is_no_day_number_or_name_is_refused(client: Clients, path: str, sent: dict[str, object] | None) -> None:
    assert call(client("admin"), path, sent)[0] == 422


def test_too_much_is_refused_as_declared(browser: Clients, calls: list[Call]) -> None:
    one = next(one for one in calls if one.path == f"{API}/map" and one.method == "post")
    got = one.ask(browser("admin"), {"text": "x" * 2**20})
    assert got.status_code == 413
    one.holds(got)


@pytest.mark.parametrize(("path", "ways"), [("/map", "GET, POST"), ("/pack/workbook", "POST"), ("/pack/csv", "GET")])
def test_an_address_tells_every_way_to_ask_it(browser: Clients, path: str, ways: str) -> None:
    got = browser("admin").http.put(f"{API}{path}")
    assert (got.status_code, got.headers["allow"]) == (405, ways)
