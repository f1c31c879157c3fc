"""The process that reads what strangers wrote: feeds and pages, one after the other, held to time and memory.

Run as a script by `feed_parser`. An order is a line of JSON (`work`, `length`, `content_type`, `url`, `now`,
`seconds`) and `length` bytes; its answer is a line with the length and as many bytes of JSON: {"found": ...} or
{"error": words}.
"""

from __future__ import annotations

import json
import sys
import types
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

MEMORY = 1 << 30  # address space of the child in bytes; what it really uses is a fraction
GROWN = 200_000_000  # bytes; a child that holds more is replaced
_PAGE = 4_096  # bytes, at least
IDLE = 60  # seconds without an order after which the child ends itself


def serve(orders: BinaryIO, answers: BinaryIO) -> None:
    """Answer orders until there are no more."""
    while line := orders.readline():
        _end_in(0)
        order = json.loads(line)
        body = orders.read(order["length"])
        _limit_time(order["seconds"])
        answer = _answer(order, body)
        answers.write(b"%d\n" % len(answer))
        answers.write(answer)
        answers.flush()
        _end_in(IDLE)


def _answer(order: dict[str, Any], body: bytes) -> bytes:
    """Return the answer to an order: any fault of the reading is words, never the end of the child."""
    try:
        found = _work(order, body)
        return json.dumps({"found": found, "grown": _grown()}).encode("ascii")
    except MemoryError:
        return b'{"error": "it takes too much memory", "grown": true}'
    except Exception as error:  # noqa: BLE001 -- a parser may fail in any way on what strangers wrote
        return json.dumps({"error": f"{type(error).__name__}: {error}"[:200], "grown": True}).encode("ascii")


def _work(order: dict[str, Any], body: bytes) -> object:
    """Return what was asked for, as plain values. What a work needs is loaded when it is first asked for."""
    kind, url, now = order["content_type"], order["url"], datetime.fromisoformat(order["now"])
    if order["work"] == "article":
        from listening.sources.feed_article import main_text  # noqa: PLC0415 -- takes a second, and is seldom needed

        return main_text(body, kind, url)
    if order["work"] == "comments":
        from listening.sources.feed_comments import read_comments  # noqa: PLC0415 -- needed for few sources

        found = read_comments(body, kind, now=now)
        return [asdict(one) | {"created_at": one.created_at and one.created_at.isoformat()} for one in found]
    if order["work"] == "feeds":
        from listening.sources.discovery import find_feeds  # noqa: PLC0415 -- needed once a source

        return [asdict(one) for one in find_feeds(body, url, kind)]
    from listening.sources.feed_parse import parse  # noqa: PLC0415 -- the child has no package before `_stand_alone`

    return parse(body, kind)


# --- limits, where the system has them


def _limit_time(seconds: int) -> None:
    """End this process by a signal when it has worked so many seconds more."""
    try:
        import resource  # noqa: PLC0415 -- not on every system
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + max(1, seconds), -1))


def _limit_rest() -> None:
    """Hold this process to its memory, and let it write no file."""
    try:
        import resource  # noqa: PLC0415 -- not on every system
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _grown() -> bool:
    """Tell whether this process holds too much. Its `ru_maxrss` does not tell: Linux hands the parent's down."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return False
    return pages * _PAGE > GROWN


def _end_in(seconds: int) -> None:
    """End this process by a signal in so many seconds (0: not at all)."""
    import signal  # noqa: PLC0415 -- beside its only use

    if hasattr(signal, "alarm"):
        signal.alarm(seconds)


def _no_doors(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse network and programs: an audit hook of Python, told before each such step."""
    if event.startswith(("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.system", "os.fork", "urllib.")):
        raise PermissionError(f"the reader of feeds may not use {event} {arguments[:1]}")


def _stand_alone() -> None:
    """Make our modules known without their packages, which would load everything that a source may need."""
    here = Path(__file__).resolve().parent
    for name, folder in (("listening", here.parent), ("listening.sources", here)):
        package = types.ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package


if __name__ == "__main__":
    _stand_alone()
    _limit_rest()
    sys.addaudithook(_no_doors)
    _end_in(IDLE)
    serve(sys.stdin.buffer, sys.stdout.buffer)
