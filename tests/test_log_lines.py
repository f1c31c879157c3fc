"""The log is one line an event, with its keys, and holds nothing that anybody wrote."""

from __future__ import annotations

import json
import logging
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from web_nouns import Clients

from flows.house import enter, leave
from listening.errors import SettingsError, StoreError
from listening.log_lines import VARIABLE, Line, level_of, log_lines, start, trace
from listening.settings import Settings

pytest_plugins = ("store_fixtures", "web_fixtures")

log = logging.getLogger("listening.web.refusals")
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
PROGRAM = """
import importlib, logging
logging.basicConfig()  # as Prefect does
app = importlib.import_module("listening.cli.app")
app.app = lambda **_: logging.getLogger("listening.x").warning("an.event", extra={"key": "a b"})
app.main()
"""
FORGED = (
    "\n2026-01-01T00:00:00Z error x",
    "\r\nHTTP/1.1 200",
    "\x1b[2K",
    "\u2028next",
    "\u202eback",
    "\x00",
    "\ud800",
    "\x85",
)


@pytest.fixture
def lines(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """The log is written while the test runs."""
    capfd.readouterr()
    with log_lines():
        yield


def record(message: str, **told: object) -> logging.LogRecord:
    made = logging.makeLogRecord({"msg": message, "levelname": "WARNING", "created": 0.0})
    made.__dict__.update(told)
    return made


def test_a_line_has_moment_level_event_and_keys() -> None:
    line = Line().format(record("web.refused", who="ann", tries=3, map=None))
    assert line == '1970-01-01T00:00:00Z warning web.refused who="ann" tries=3 map=null'


@pytest.mark.parametrize("words", FORGED, ids=ascii)
def test_whatever_it_holds_stays_on_one_line(words: str) -> None:
    line = Line().format(record(f"try at {words} failed", error=f"a {words} b"))
    assert line.isprintable()
    assert len(line.splitlines()) == 1
    assert json.loads(line.partition("error=")[2]) == f"a {words} b"


def broken(words: str) -> BaseException:
    """An error that nobody foresaw, behind one that we know."""
    try:
        try:
            int(words)
        except ValueError as error:
            raise StoreError("the file is full", "free some space") from error
    except StoreError as error:
        return error
    raise AssertionError(words)


def test_of_an_error_kinds_and_places_are_told_and_only_our_words() -> None:
    told = trace(broken("what Ann wrote"))
    assert "StoreError (the file is full -> free some space) at " in told
    assert re.search(r"because of ValueError at .*tests/test_log_lines\.py:\d+", told)
    assert "Ann" not in told
    line = Line().format(record("web.unforeseen", exc_info=(None, broken("what Ann wrote"), None)))
    assert "Ann" not in line
    assert "\n" not in line


def test_errors_in_a_ring_end() -> None:
    one, two = ValueError(), KeyError()
    one.__cause__, two.__cause__ = two, one
    assert trace(one) == "ValueError at no place because of KeyError at no place"


@pytest.mark.parametrize(("given", "level"), [("", "warning"), ("DEBUG", "debug"), (" info ", "info")])
def test_the_environment_says_from_which_level_on(given: str, level: str) -> None:
    assert level_of({VARIABLE: given}, "warning") == level
    assert level_of({}, level) == level


def test_another_word_names_the_levels() -> None:
    with pytest.raises(SettingsError, match="LISTENING_LOG: 'loud' is no level of the log -> use one of debug, info"):
        level_of({VARIABLE: "loud"}, "warning")


@pytest.mark.usefixtures("lines")
def test_it_is_written_once_however_often_it_is_begun(capfd: pytest.CaptureFixture[str]) -> None:
    end = start("info")
    log.info("told")
    end()
    assert re.fullmatch(f"{MOMENT} info told\n", capfd.readouterr().err)


def test_afterwards_all_is_as_it_was() -> None:
    logger = logging.getLogger("listening")
    before = (logger.level, logger.propagate, list(logger.handlers))
    with log_lines("debug"):
        assert (logger.level, logger.propagate) == (logging.DEBUG, False)
    assert (logger.level, logger.propagate, logger.handlers) == before


@pytest.mark.usefixtures("lines")
def test_who_tried_what_is_not_theirs_stands_in_it(client: Clients, capfd: pytest.CaptureFixture[str]) -> None:
    client("viewer").get("/audit?who=secret-words")
    said = [line for line in capfd.readouterr().err.splitlines() if "web.refused" in line]
    assert len(said) == 1
    told = dict(word.split("=", 1) for word in shlex.split(said[0])[3:])
    assert (told["who"], told["method"], told["route"]) == ("viewer", "GET", "/audit")
    assert "secret-words" not in said[0]


@pytest.mark.usefixtures("lines")
def test_a_run_of_its_own_process_writes_it_where_serve_said_so(
    board_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "info")
    enter(str(board_settings.config))
    leave(str(board_settings.config))
    assert logging.getLogger("listening").level == logging.INFO


def test_a_command_writes_it_once_whatever_others_set_up() -> None:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    ran = subprocess.run([sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, check=True)  # noqa: S603 -- our own words
    assert re.fullmatch(f'{MOMENT} warning an.event key="a b"\n', ran.stderr)
