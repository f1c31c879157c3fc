"""The log: one line an event, with its keys and ids, to stderr; never what people typed or wrote.

A line is the moment (UTC), the level, the event, and its keys as JSON: `2026-03-02T02:00:00Z warning web.refused
who="ann"`. Whatever an event holds, it stays on its line: what would begin another one is escaped. Of an error nobody
foresaw the line tells kind and places in the code, not its message, which may quote what somebody wrote.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from listening.errors import ListeningError, SettingsError

VARIABLE = "LISTENING_LOG"
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_LOGGERS = ("listening", "flows", "uvicorn")
_USUAL = {*logging.makeLogRecord({}).__dict__, "message", "asctime", "color_message", "taskName"}
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_SEEN = 12  # places in the code that an error tells


class Line(logging.Formatter):
    """Makes one line of a record."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        told = {key: value for key, value in vars(record).items() if key not in _USUAL}
        if record.exc_info and record.exc_info[1] is not None:
            told["trace"] = trace(record.exc_info[1])
        words = [moment, record.levelname.lower(), _BREAKS.sub(_escaped, record.getMessage().strip())]
        return " ".join([*words, *(f"{key}={json.dumps(value, default=str)}" for key, value in told.items())])


def _escaped(found: re.Match[str]) -> str:
    return found.group().encode("unicode_escape", "surrogatepass").decode("ascii")


def trace(error: BaseException) -> str:
    """Return kind and places of an error and of those behind it; the words of those only that are ours."""
    told, seen, one = list[str](), set[int](), error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        places = [
            f"{'/'.join(Path(at.filename).parts[-3:])}:{at.lineno}" for at in traceback.extract_tb(one.__traceback__)
        ]
        said = f" ({one})" if isinstance(one, ListeningError) else ""
        told.append(f"{type(one).__name__}{said} at {' > '.join(places[-_SEEN:]) or 'no place'}")
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)  # type: ignore[assignment]  # None ends it
    return " because of ".join(told)


class _Stderr(logging.StreamHandler):  # type: ignore[type-arg]  # whatever stderr is
    """Writes to what stderr is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record's line."""
        self.stream = sys.stderr
        super().emit(record)


def level_of(environ: Mapping[str, str], usual: str) -> str:
    """Return from which level on events are told. Raises SettingsError for a word that is none."""
    wanted = environ.get(VARIABLE, "").strip().lower() or usual
    if wanted not in LEVELS:
        raise SettingsError(f"{VARIABLE}: {wanted!r} is no level of the log", f"use one of {', '.join(LEVELS)}")
    return wanted


def start(usual: str) -> Callable[[], None]:
    """Write the log from now on, from the level that the environment names, else the `usual` one; gives how to end it.

    Where it is written already only its level changes.
    """
    level = LEVELS[level_of(os.environ, usual)]
    before = [(one, one.level, one.propagate) for one in map(logging.getLogger, _LOGGERS)]
    handler = _Stderr()
    handler.setFormatter(Line())
    for logger, _, _ in before:
        logger.setLevel(level)
        logger.propagate = False  # Prefect's own handler would tell the event once more, without its keys
        if not any(isinstance(one, _Stderr) for one in logger.handlers):
            logger.addHandler(handler)

    def end() -> None:
        for logger, was, propagated in before:
            logger.setLevel(was)
            logger.propagate = propagated
            logger.removeHandler(handler)

    return end


@contextmanager
def log_lines(usual: str = "warning") -> Iterator[None]:
    """Write the log as long as the block lasts; see `start`."""
    end = start(usual)
    try:
        yield
    finally:
        end()
