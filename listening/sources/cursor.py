"""Remembers how far a source was read, so that a night is cheap, a killed run goes on, and late posts are met again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from listening.sources.dates import read_moment

Progress = dict[str, Any]  # a cursor's inside: plain JSON that only the source who wrote it understands


def load_cursor(text: str) -> Progress:
    """Return the inside of a stored cursor; empty where there is none or it is not ours."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def dump_cursor(progress: Mapping[str, Any]) -> str:
    """Return the cursor to store."""
    return json.dumps(progress, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_from(until: str | None, *, now: datetime, overlap_days: float, backlog_days: float) -> datetime:
    """Return the moment from which posts are wanted: days before the last one read, or the backlog at first.

    A cursor that lies in the future (a post dated 2099) counts as `now`, so it cannot blind the source.
    """
    last = read_moment(until)
    if last is None:
        return now - timedelta(days=backlog_days)
    return min(last, now) - timedelta(days=overlap_days)


def later(until: str | None, activity: datetime | None, now: datetime) -> str:
    """Return the later of what the cursor says and the activity just read, never after `now`; an ISO moment."""
    known = read_moment(until)
    moments = [min(moment.astimezone(UTC), now.astimezone(UTC)) for moment in (known, activity) if moment]
    return max(moments).isoformat() if moments else ""


def whose_turn(keys: Sequence[str], now: datetime, count: int) -> tuple[str, ...]:
    """Return the keys whose turn it is tonight, at most `count`: each comes round once in len(keys) / count nights.

    It takes no memory: the day says whose turn it is, so a night that is run again looks at the same ones.
    """
    if count <= 0:
        return ()
    ordered = sorted(keys)
    rounds = -(-len(ordered) // count)
    return tuple(ordered[now.toordinal() % rounds :: rounds]) if rounds else ()
