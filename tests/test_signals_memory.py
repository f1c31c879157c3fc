"""Memory that is free goes back to the system, where the C library can do that; elsewhere nothing happens."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from listening.signals.memory import give_back

STATUS = Path("/proc/self/status")


def resident() -> int:
    """Megabytes of this process that lie in memory."""
    (line,) = [one for one in STATUS.read_text().splitlines() if one.startswith("VmRSS")]
    return int(line.split()[1]) // 1024


def test_what_lies_free_between_what_is_held_goes_back() -> None:
    if not STATUS.is_file() or not hasattr(ctypes.CDLL(None), "malloc_trim"):
        pytest.skip("no C library here that can give memory back")
    blocks = [bytes(16_000) for _ in range(8_000)]
    held = blocks[::40]  # so that the end of the heap never comes free by itself
    before = resident()
    del blocks
    give_back()
    assert resident() < before - 80
    assert len(held) == 200


@pytest.mark.parametrize("fault", [OSError("no such library"), TypeError("no name")])
def test_another_system_is_left_alone(fault: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_name: object) -> object:
        raise fault

    monkeypatch.setattr(ctypes, "CDLL", refuse)
    give_back()


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    give_back()
