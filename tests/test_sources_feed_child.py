"""The child that reads what strangers wrote: it serves many, is replaced when it must be, and has no way out."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from sources_site import NOW

from listening.errors import SourceBroken
from listening.sources import feed_child, feed_parser
from listening.sources.feed_parse import parse
from listening.sources.feed_parser import read_feed

FEED = b"<rss version='2.0'><channel><item><title>x</title><description>y</description></item></channel></rss>"
HANG = b"<rss version='2.0'><channel><item><author>a@a" + b".a" * 300_000 + b"!</author></item></channel></rss>"


def idle() -> list[Any]:
    return feed_parser._idle.get(os.getpid(), [])


def read(body: bytes = FEED, seconds: float = 10) -> dict[str, Any]:
    return read_feed(body, "u", "", seconds)


@pytest.fixture(autouse=True)
def alone() -> None:
    feed_parser.end_children()


def test_one_child_reads_many_feeds() -> None:
    children = set()
    for _ in range(5):
        assert len(read()["entries"]) == 1
        children.add(idle()[0]._process.pid)
    assert len(children) == len(idle()) == 1


def test_child_of_a_large_parent_is_not_taken_for_grown() -> None:
    held = b"x" * 260_000_000
    read()
    assert len(idle()) == 1
    del held


def test_child_that_hangs_is_ended_and_the_next_feed_has_another() -> None:
    read()
    first = idle()[0]
    with pytest.raises(SourceBroken, match="could not be read within 1 s"):
        read(HANG, 1)
    assert not first.alive
    assert len(read()["entries"]) == 1
    assert idle()[0] is not first


def test_child_that_hangs_without_working_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_parser, "_PATIENCE", 0.0)
    monkeypatch.setattr(feed_parser, "_GRACE", 0.2)
    stopped = feed_parser._Child()
    os.kill(stopped._process.pid, signal.SIGSTOP)
    feed_parser._put_back(stopped)
    with pytest.raises(SourceBroken, match="could not be read within"):
        read()
    assert not stopped.alive


def test_child_that_went_home_or_was_killed_while_idle_is_replaced() -> None:
    for number in (signal.SIGALRM, signal.SIGKILL):
        read()
        child = idle()[0]
        os.kill(child._process.pid, number)
        child._process.wait()
        assert len(read()["entries"]) == 1


def test_child_that_goes_home_as_the_order_comes_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    read()
    child = idle()[0]
    os.kill(child._process.pid, signal.SIGALRM)
    child._process.wait()
    monkeypatch.setattr(type(child), "alive", property(lambda self: self is child))  # as it still was a moment ago
    assert len(read()["entries"]) == 1


def test_child_that_was_killed_from_outside_is_told() -> None:
    read()
    child = idle()[0]
    os.kill(child._process.pid, signal.SIGSTOP)
    threading.Timer(0.1, child._process.kill).start()
    with pytest.raises(SourceBroken, match="ended from outside"):
        read()


def test_child_that_served_long_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_parser, "MOST_ORDERS", 2)
    read()
    assert len(idle()) == 1
    read()
    assert idle() == []


def test_child_is_held_to_memory_time_and_no_files() -> None:
    read()
    limits = Path(f"/proc/{idle()[0]._process.pid}/limits").read_text(encoding="ascii")
    assert re.search(rf"Max address space\s+{feed_child.MEMORY}\s", limits)
    assert re.search(r"Max file size\s+0\s", limits)
    assert re.search(r"Max cpu time\s+1\d\s", limits)


def test_each_thread_has_a_child_of_its_own() -> None:
    done: list[int] = []
    threads = [threading.Thread(target=lambda: done.append(len(read()["entries"]))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [1, 1, 1, 1]
    assert len({child._process.pid for child in idle()}) == len(idle()) <= 4


def test_child_ends_with_its_parent() -> None:
    code = (
        "from listening.sources.feed_parser import read_feed, _idle;"
        f"read_feed({FEED!r}, 'u', '', 10); print([c._process.pid for v in _idle.values() for c in v][0])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ})  # noqa: S603 -- our own line
    with pytest.raises(ProcessLookupError):
        os.kill(int(done.stdout), 0)


def test_child_has_no_network_no_programs_and_writes_no_files() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(feed_parser.CHILD.parent)!r}); import feed_child as c\n"
        "c._limit_rest(); sys.addaudithook(c._no_doors)\n"
        "import socket, subprocess, os\n"
        "for way in (socket.socket, lambda: subprocess.run(['true']), os.fork, lambda: os.system('true'),\n"
        "            lambda: open('written', 'w').write('x' * 9_000) or open('written', 'a').close()):\n"
        "    try: way(); print('open')\n"
        "    except OSError as error: print(type(error).__name__)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="/tmp")  # noqa: S603, S108 -- our own line; nothing is written there
    assert done.stdout.split()[:4] == ["PermissionError"] * 4


@pytest.mark.parametrize("body", [b"/etc/passwd", b"/dev/zero", b"http://127.0.0.1:1/feed", __file__.encode()])
def test_bytes_that_name_a_file_open_none(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    parse(FEED)  # so that what the parser loads is loaded
    monkeypatch.setattr("builtins.open", lambda *_, **__: pytest.fail("a file was opened"))
    assert parse(body)["entries"] == []


def test_orders_are_answered_also_when_the_parser_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_child, "_limit_time", lambda _: None)
    monkeypatch.setattr(feed_child, "_end_in", lambda _: None)
    order = {"work": "feed", "content_type": "", "url": "u", "now": NOW.isoformat(), "seconds": 1, "length": 3}
    for fault, words in ((RecursionError("deep"), "RecursionError: deep"), (MemoryError(), "too much memory")):

        def fail(*_: object, fault: BaseException = fault) -> None:
            raise fault

        monkeypatch.setattr("listening.sources.feed_parse.parse", fail)
        answers = io.BytesIO()
        feed_child.serve(io.BytesIO(json.dumps(order).encode() + b"\nabc"), answers)
        length, _, answer = answers.getvalue().partition(b"\n")
        assert int(length) == len(answer)
        assert words in json.loads(answer)["error"]
        assert json.loads(answer)["grown"] is True
