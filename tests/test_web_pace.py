"""How often one may ask: a minute's worth at once, then evenly, each by themselves, and the heavy things less."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi import FastAPI
from web_nouns import NOON, Clients, Clock

from listening.settings import Settings
from listening.web.agents import browser_of
from listening.web.pace import MOST_KEPT, Pace
from listening.web.visit import API

pytest_plugins = ("store_fixtures", "web_fixtures")
SECOND = timedelta(seconds=1)


class TestPace:
    def test_a_minutes_worth_may_come_at_once_then_evenly(self) -> None:
        pace = Pace()
        assert [pace.wait("ann", 6, NOON) for _ in range(6)] == [0.0] * 6
        assert pace.wait("ann", 6, NOON) == 10.0
        assert pace.wait("ann", 6, NOON + 9 * SECOND) == 1.0
        assert pace.wait("ann", 6, NOON + 10 * SECOND) == 0.0
        assert pace.wait("ann", 6, NOON + 10 * SECOND) == 10.0
        assert [pace.wait("ann", 6, NOON + 90 * SECOND) for _ in range(6)] == [0.0] * 6

    def test_each_by_themselves(self) -> None:
        pace = Pace()
        assert [pace.wait(who, 1, NOON) for who in ("ann", "bob", ("ann", "heavy"))] == [0.0] * 3
        assert pace.wait("ann", 1, NOON) == 60.0

    def test_no_number_lets_everything_in(self) -> None:
        pace = Pace()
        assert not any(pace.wait("ann", 0, NOON) for _ in range(1000))

    def test_who_is_gone_is_forgotten(self) -> None:
        pace = Pace()
        for n in range(MOST_KEPT + 1):
            pace.wait(n, 60, NOON + n * SECOND)
        assert len(pace._full) == 1


@pytest.fixture
def slow(board_settings: Settings, app: FastAPI) -> None:
    """The board lets five calls a minute in, and two heavy ones."""
    (board_settings.config / "listening.toml").write_text("[web]\ncalls_per_minute = 5\nheavy_per_minute = 2\n")
    assert app.state.board.read_settings().web.calls_per_minute == 5


@pytest.mark.usefixtures("slow")
class TestTheBoard:
    def test_the_sixth_call_waits_and_says_how_long(self, client: Clients, clock: Clock) -> None:
        viewer, other = client("viewer"), client("editor")
        key = {"authorization": f"Bearer {viewer.key}"}
        assert [viewer.get("/goals").status_code for _ in range(3)] == [200] * 3
        assert [viewer.http.get(f"{API}/me", headers=key).status_code for _ in range(2)] == [200] * 2
        got = viewer.http.get(f"{API}/me", headers=key)
        assert (got.status_code, got.headers["retry-after"], got.json()["error"]) == (429, "12", "too-often")
        assert "Not so fast" in viewer.get("/goals").text
        assert other.get("/goals").status_code == 200
        clock.at += 12 * SECOND
        assert viewer.get("/goals").status_code == 200

    def test_who_is_not_signed_in_counts_by_address(self, client: Clients) -> None:
        assert [client("anonymous").get("/sign-in").status_code for _ in range(6)] == [200] * 5 + [429]
        assert client("viewer").get("/goals").status_code == 200

    def test_guessed_keys_count_too(self, client: Clients) -> None:
        guess = [client("anonymous").get(f"{API}/me", headers={"authorization": f"Bearer lst_{n}"}) for n in range(6)]
        assert [one.status_code for one in guess] == [401] * 5 + [429]

    def test_what_is_heavy_comes_less_often(self, client: Clients) -> None:
        viewer = client("viewer")
        assert [viewer.get("/pack/csv").status_code for _ in range(3)] == [200, 200, 429]
        assert viewer.get("/goals").status_code == 200

    def test_what_has_to_wait_changes_nothing_and_is_noted_once(
        self, client: Clients, caplog: pytest.LogCaptureFixture
    ) -> None:
        editor = client("editor")
        for _ in range(5):
            editor.get("/goals")
        for _ in range(3):
            assert editor.post("/pain-points/pp-1/rename", name="other").status_code == 429
        assert [one.error for one in caplog.records if one.msg == "web.refused"] == ["too-often"]  # type: ignore[attr-defined]  # a key of ours


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        ("(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        ("(Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36", "Chrome on Android"),
        ("(Macintosh; Intel Mac OS X 14_7) AppleWebKit/605 Version/18 Safari/605", "Safari on macOS"),
        ("(iPad; CPU OS 18_0 like Mac OS X) CriOS/130 Safari/604", "Chrome on an iPad"),
        ("Links (2.29; Linux)", "a browser on Linux"),
        ("curl/8.9.1", "an unknown browser"),
        ("", "an unknown browser"),
    ],
)
def test_a_browser_in_a_few_words(agent: str, told: str) -> None:
    assert browser_of(agent) == told
