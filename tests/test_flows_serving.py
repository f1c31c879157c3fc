"""The Prefect server beside `listening serve` is replaced where it dies, and nothing is left when we stop."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable

import pytest

from flows import serving
from flows.serving import answers, kept

SLEEPS = [sys.executable, "-c", "import time; time.sleep(600)"]
ENDS = [sys.executable, "-c", ""]
PATIENCE = 30.0  # seconds, for a machine that is busy


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look often and pause little."""
    for name, seconds in (("LOOKS", 0.02), ("STARTS", 0.02), ("LONGEST_WAIT", 0.1)):
        monkeypatch.setattr(serving, name, seconds)


def wait_until(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE
    while not true() and time.monotonic() < until:
        time.sleep(0.01)
    return true()


def test_a_killed_server_is_started_again_and_again() -> None:
    with kept(SLEEPS, os.environ, lambda: False) as processes:
        for count in (1, 2, 3):
            assert len(processes) == count
            os.kill(processes[-1].pid, signal.SIGKILL)
            assert wait_until(lambda wanted=count + 1: len(processes) == wanted)  # type: ignore[misc]  # a default binds
        assert processes[-1].poll() is None
    assert all(one.poll() is not None for one in processes)


def test_a_server_that_cannot_start_is_tried_again_and_leaves_nothing() -> None:
    with kept(ENDS, os.environ, lambda: False) as processes:
        assert wait_until(lambda: len(processes) > 2)
    assert all(one.poll() is not None for one in processes)


def test_where_another_one_answers_none_is_started() -> None:
    asked: list[bool] = []

    def well() -> bool:
        asked.append(True)
        return True

    with kept(ENDS, os.environ, well) as processes:
        assert wait_until(lambda: len(asked) > 2)
        assert len(processes) == 1


def test_nobody_answers_where_nothing_listens() -> None:
    assert not answers("http://127.0.0.1:9/api")
