"""The nouns that the board's tests are told in: the people, the things in paths, a clock and a browser.

`SAMPLES` says which thing a path's parameter stands for in the tests that walk all routes: the owner's own one and a
foreign one. A new parameter wants a row there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI
from httpx import Response
from starlette.testclient import TestClient
from store_nouns import NIGHT, NOW, alert, document, emergence, pain_point, told

from listening.journey import accounts
from listening.settings import Settings, load
from listening.store import Store, writes
from listening.types import Crawl
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
GUEST = "guest"  # whom the walks of all routes disable, rename and so on
ROLE_OF = {"other": "owner", "disabled": "editor"}
WALKERS = ("anonymous", *PEOPLE)
# a path's parameter -> what is the owner's own, and what is somebody else's
SAMPLES: dict[str, tuple[str, str]] = {
    "point": ("pp-1", "pp-2"),
    "stage": ("use", "help"),
    "touchpoint": ("rain_cover", "hotline"),
    "alert": ("a-1", "a-2"),
    "source": ("yard", "yard"),
    "name": ("guest", "guest"),
    "key": ("none", "none"),
    "suggestion": ("none", "none"),
    "owner": ("ann", "bob"),
    "map": ("none", "none"),
    "persona": ("none", "none"),
    "number": ("1", "1"),
    "ending": ("json", "csv"),
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


Clients = Callable[[str], Browser]


def furnish(home: Path) -> Settings:
    """Write the settings of an installation with two stages, three owners and a source."""
    configs = home / "configs"
    configs.mkdir()
    (configs / "listening.toml").write_text("[web]\ncalls_per_minute = 0\nheavy_per_minute = 0\n")
    (configs / "sources.toml").write_text(SOURCES)
    (configs / "journey.toml").write_text(JOURNEY)
    return load(configs, {})


def fill(store: Store, settings: Settings) -> None:
    """Fill a store: a pain point of Ann's and one of Bob's, told by five, an emergence, alerts, a night, people."""
    one = pain_point(owner="ann", department="Product")
    other = pain_point("pp-2", name="nobody answers", stage="help", touchpoint="hotline", owner="bob")
    told(store, document("d1", day=-2), document("d2", day=-1), document("d3"), point=one)
    told(store, document("d4", day=-1), document("d5"), point=other)
    writes.keep_emergences(store, [emergence()])
    writes.queue_alerts(store, [alert(), alert("a-2", "bob", quoted="d4")], map_id="bikes", now=NOON)
    writes.keep_crawl(store, Crawl("yard", NIGHT, "done", seen=5, new=5))
    writes.open_night(store, NIGHT, NOW)
    writes.close_night(store, NIGHT, state="done", now=NOW, note="")
    for name, owner in {**PEOPLE, GUEST: ""}.items():
        role = ROLE_OF.get(name, "viewer" if name == GUEST else name)
        accounts.add_user(store, settings.journey, name, "", role=role, owner=owner, who="test", now=NOON)
    accounts.disable(store, "disabled", who="test", now=NOON)


@contextmanager
def browsers(app: FastAPI) -> Iterator[Clients]:
    """Make browsers at a board, and close them."""
    board: Board = app.state.board
    keys: dict[str, str] = {}
    with start_blocking_portal() as portal, ExitStack() as stack:

        def make(name: str) -> Browser:
            http = stack.enter_context(closing(TestClient(app, base_url=HOST)))
            http.portal = portal  # one loop for all requests; by itself each would start its own in a new thread
            if name == "anonymous":
                return Browser(board, http)
            secret = accounts.open_session(board.store, board.read_settings(), name, now=board.clock())
            http.cookies.set("listening", secret)
            if name not in keys:
                keys[name] = accounts.make_token(board.store, name, "tests", days=1, now=board.clock())[1]
            return Browser(board, http, name, keys[name])

        yield make
