"""The invented world beside a board: started by a button, told by what it prints, ended with the board."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from web_nouns import Clients

from listening.demo.beside import COMMAND, Beside, living, surroundings
from listening.errors import ListeningError
from listening.web.demo_world import DemoState

pytest_plugins = ("store_fixtures", "web_fixtures")
PATIENCE = 30.0  # seconds, for a machine that is busy
FIRST = "Listening to an invented world: 104 nights, five sites on loopback, everything below /x"
OPENED = "The board: http://127.0.0.1:8322   name visitor   password a-b_c"
TICKS = "import time\nwhile True: print('tick', flush=True), time.sleep(0.01)"
WAITS = "import time; time.sleep(600)"


def saying(words: str) -> str:
    return f"print({words!r}, flush=True); {WAITS}"


def world(tmp_path: Path, program: str) -> Beside:
    return Beside([sys.executable, "-c", program], tmp_path / "var" / "demo.log")


def wait_for(demo: Beside, phase: str) -> DemoState:
    until = time.monotonic() + PATIENCE
    while (state := demo.state()).phase != phase and time.monotonic() < until:
        time.sleep(0.02)
    return state


class TestTheProcess:
    def test_it_is_off_until_it_is_started_and_again_when_it_is_ended(self, tmp_path: Path) -> None:
        with world(tmp_path, saying(FIRST)) as demo:
            assert demo.state() == DemoState("off")
            demo.end()
            demo.start()
            assert wait_for(demo, "living").phase == "living"
            demo.end()
            assert demo.state() == DemoState("off")

    def test_a_second_start_starts_no_second_one(self, tmp_path: Path) -> None:
        with world(tmp_path, saying(FIRST)) as demo:
            demo.start()
            first = demo.process
            demo.start()
            assert demo.process is first

    def test_an_open_board_is_told_with_its_port_and_password(self, tmp_path: Path) -> None:
        with world(tmp_path, saying(f"{FIRST}\nnight 104 of 104, 90 s\n{OPENED}")) as demo:
            demo.start()
            assert wait_for(demo, "open") == DemoState("open", port=8322, name="visitor", password="a-b_c")

    def test_one_that_fails_is_told_with_its_last_words_and_started_again(self, tmp_path: Path) -> None:
        with world(tmp_path, "import sys; print('x' * 2000); sys.exit('no room')") as demo:
            demo.start()
            said = wait_for(demo, "failed").said
            assert said.endswith("no room")
            assert len(said) <= 600
            assert demo.process is not None
            before = demo.process.pid
            demo.start()
            assert demo.process.pid != before

    def test_nothing_is_left_of_it_when_the_board_ends(self, tmp_path: Path) -> None:
        with world(
            tmp_path, f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {TICKS!r}]); {WAITS}"
        ) as demo:
            demo.start()
            until = time.monotonic() + PATIENCE
            while "tick" not in demo.log.read_text() and time.monotonic() < until:
                time.sleep(0.02)
            assert "tick" in demo.log.read_text()
        size = demo.log.stat().st_size
        time.sleep(0.3)
        assert demo.log.stat().st_size == size

    def test_a_program_that_is_not_there_is_told_with_the_mend(self, tmp_path: Path) -> None:
        demo = Beside([str(tmp_path / "nothing")], tmp_path / "demo.log")
        with pytest.raises(ListeningError) as found:
            demo.start()
        assert "listening demo --board" in str(found.value)


@pytest.mark.parametrize(
    ("said", "night", "nights"),
    [("", 0, 0), (FIRST, 0, 104), (f"{FIRST}\nnight 13 of 104, 9 s\nnight 26 of 104, 16 s\n", 26, 104)],
)
def test_how_far_it_is(said: str, night: int, nights: int) -> None:
    assert living(said) == DemoState("living", night=night, nights=nights)


def test_its_board_listens_on_loopback_whatever_this_one_does() -> None:
    found = surroundings({"PATH": "/bin", "LISTENING_WEB_HOST": "0.0.0.0", "LISTENING_WEB_HTTPS": "1"})
    assert found["LISTENING_WEB_HOST"] == "127.0.0.1"
    assert 0 < int(found["LISTENING_WEB_PORT"]) < 65536
    assert "LISTENING_WEB_HTTPS" not in found
    assert found["PATH"] == "/bin"
    assert COMMAND[1:] == ("-m", "listening", "demo", "--board")


class Told:
    """A world that is as far as a test says."""

    def __init__(self, state: DemoState) -> None:
        self.told, self.done = state, list[str]()

    def start(self) -> None:
        self.done.append("start")

    def end(self) -> None:
        self.done.append("end")

    def state(self) -> DemoState:
        return self.told


@pytest.fixture
def told(client: Clients) -> Iterator[tuple[Clients, Told]]:
    """A board that was given a world."""
    made = Told(DemoState("off"))
    board = client("admin").board
    object.__setattr__(board, "demo", made)
    yield client, made
    object.__setattr__(board, "demo", None)


class TestThePage:
    def test_a_button_starts_it_and_another_ends_it(self, told: tuple[Clients, Told]) -> None:
        client, made = told
        admin = client("admin")
        assert "Start the demo world" in admin.get("/demo").text
        assert admin.post("/demo", wanted="start").headers["location"] == "/demo"
        assert admin.post("/demo", wanted="end").status_code == 303
        assert made.done == ["start", "end"]

    def test_it_looks_again_by_itself_only_while_nights_are_lived(self, told: tuple[Clients, Told]) -> None:
        client, made = told
        assert 'hx-trigger="every' not in client("admin").get("/demo").text
        made.told = DemoState("living", night=13, nights=104)
        shown = client("admin").get("/demo").text
        assert 'hx-trigger="every' in shown
        assert "Night 13 of 104" in shown
        assert '<progress id="nights" value="13" max="104">' in shown

    def test_its_board_is_another_host_so_that_each_keeps_its_cookie(self, told: tuple[Clients, Told]) -> None:
        client, made = told
        made.told = DemoState("open", port=8322, name="visitor", password="a-b_c")
        admin = client("admin")
        for host, other in (("127.0.0.1", "localhost"), ("localhost", "127.0.0.1"), ("board.test", "127.0.0.1")):
            cookie = f"listening={admin.http.cookies['listening']}"
            shown = admin.http.get(f"http://{host}/demo", headers={"cookie": cookie})
            assert f'href="http://{other}:8322/"' in shown.text
            assert "a-b_c" in shown.text
            assert ("ssh -L 8322" in shown.text) == (host == "board.test")

    def test_the_last_words_of_one_that_failed_are_text(self, told: tuple[Clients, Told]) -> None:
        client, made = told
        made.told = DemoState("failed", said="<script>alert(1)</script>")
        shown = client("admin").get("/demo").text
        assert "&lt;script&gt;" in shown
        assert "Start it again" in shown

    def test_programs_do_the_same(self, told: tuple[Clients, Told]) -> None:
        client, made = told
        admin = client("admin")
        key = {"authorization": f"Bearer {admin.key}"}
        made.told = DemoState("living", night=13, nights=104)
        assert admin.http.get("/api/v1/demo", headers=key).json()["night"] == 13
        for wanted in ("start", "end"):
            assert admin.http.post("/api/v1/demo", headers=key, json={"wanted": wanted}).json()["done"] is True
        assert made.done == ["start", "end"]
        assert admin.http.post("/api/v1/demo", headers=key, json={"wanted": "x"}).status_code == 422

    def test_a_board_without_one_says_how_else(self, client: Clients) -> None:
        admin = client("admin")
        assert "listening demo --board" in admin.get("/demo").text
        assert admin.post("/demo").status_code == 404
