"""Says dates, counts and states the way a map owner would."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from listening.types import PainPointRow

STATUS_WORDS = {
    "open": "open",
    "planned": "planned",
    "doing": "being fixed",
    "done": "done",
    "watch": "fixed, being watched",
    "holds": "fix holds",
    "came_back": "came back",
    "wont": "will not be fixed",
}
KIND_WORDS = {"new": "New", "back": "Back again", "rising": "Rising", "slow_burn": "Slow burn"}


def day(when: date) -> str:
    """Say a date: "9 March 2026"."""
    return f"{when.day} {when:%B %Y}"


def short_day(when: date) -> str:
    """Say a date of which the year is known: "9 Mar"."""
    return f"{when.day} {when:%b}"


def count(number: int, one: str, many: str = "") -> str:
    """Say how many: "1 person", "1,200 people"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """Say a share of 0..1 as "57 %"."""
    return f"{round(100 * share)} %"


def status(name: str) -> str:
    """Say a status: "came_back" is "came back"."""
    return STATUS_WORDS.get(name, name.replace("_", " "))


def signed(number: float) -> str:
    """Say a feeling with its sign and a true minus: "+0.4", "0.0"."""
    text = f"{number:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text.replace("-", "\N{MINUS SIGN}")


def nights(found: Iterable[date]) -> str:
    """Say nights as stretches: "3 Mar, 12 Mar to 16 Mar"."""
    stretches: list[list[date]] = []
    for night in sorted(set(found)):
        if stretches and night - stretches[-1][-1] == timedelta(days=1):
            stretches[-1][1:] = [night]
        else:
            stretches.append([night])
    return ", ".join(" to ".join(short_day(one) for one in pair) for pair in stretches)


def priority(row: PainPointRow) -> int | None:
    """Multiply importance, cost and ease, 1 to 5 each (5: matters most, costs least, is easiest); None with a gap."""
    if row.importance is None or row.cost is None or row.ease is None:
        return None
    return row.importance * row.cost * row.ease
