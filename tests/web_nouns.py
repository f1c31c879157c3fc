"""The nouns that the board's tests are told in: the people, the things in paths, a clock and a browser.

`SAMPLES` says which thing a path's parameter stands for in the tests that walk all routes: the owner's own one and a
foreign one. A new parameter wants a row there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from httpx import Response
from starlette.testclient import TestClient

from listening.web.visit import Board

HOST = "http://board.test"
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
PASSWORD = "blue kettle moss 47"
JOURNEY = """
id = "bikes"
name = "Bikes"
fallback_owner = "cara"
[[owners]]
id = "ann"
name = "Ann"
email = "ann@house.test"
department = "Product"
[[owners]]
id = "bob"
name = "Bob"
email = "bob@house.test"
department = "Care"
[[owners]]
id = "cara"
name = "Cara"
email = "cara@house.test"
department = "Experience"
[[stages]]
id = "use"
name = "Use"
assumed_emotion = 1.0
owner = "ann"
[[stages]]
id = "help"
name = "Help"
owner = "bob"
[[touchpoints]]
id = "rain_cover"
name = "Rain cover"
stage = "use"
[[touchpoints]]
id = "hotline"
name = "Hotline"
stage = "help"
"""
SOURCES = """
[sources.yard]
kind = "feed"
url = "http://127.0.0.1:9/feed"
"""
PEOPLE = {"viewer": "", "owner": "ann", "other": "bob", "editor": "", "admin": "", "disabled": ""}
ROLE_OF = {"other": "owner", "disabled": "editor"}
WALKERS = ("anonymous", *PEOPLE)
# a path's parameter -> what is the owner's own, and what is somebody else's
SAMPLES: dict[str, tuple[str, str]] = {
    "point": ("pp-1", "pp-2"),
    "stage": ("use", "help"),
    "touchpoint": ("rain_cover", "hotline"),
    "alert": ("a-1", "a-2"),
    "source": ("yard", "yard"),
    "name": ("viewer", "viewer"),
    "key": ("none", "none"),
    "number": ("1", "1"),
    "night": ("2026-03-10", "2026-03-10"),
}


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Browser:
    """A browser at the board, with the token that its forms carry."""

    board: Board
    http: TestClient
    name: str = "anonymous"
    key: str = ""

    @property
    def csrf(self) -> str:
        """The token of this browser's forms."""
        if not self.http.cookies.get("listening"):
            self.http.get("/sign-in")
        return self.board.sign("form", self.http.cookies["listening"])

    def get(self, path: str, **more: object) -> Response:
        """Open a page; redirects are not followed."""
        return self.http.get(path, follow_redirects=False, **more)  # type: ignore[arg-type]  # httpx's own words

    def post(self, path: str, **form: object) -> Response:
        """Send a form as a page of ours would."""
        return self.http.post(path, data={"csrf": self.csrf, **form}, follow_redirects=False)
