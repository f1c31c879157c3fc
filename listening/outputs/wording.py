"""Says dates, counts and states the way a map owner would."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from listening.types import AlertItem, Interval, PainPointRow

_ISO_DAY = re.compile(r"(?<![^\s(])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![^\s),.:;])")  # not within an address

STATUS_WORDS = {
    "open": "open",
    "planned": "planned",
    "doing": "being fixed",
    "done": "done",
    "watch": "fixed, being watched",
    "holds": "fix holds",
    "came_back": "came back",
    "wont": "will not be fixed",
    "no_pain": "no pain",
}
CHANGE_WORDS = {
    "new": "New",
    "back": "Back again",
    "grown": "Grown",
    "shrunk": "Shrunk",
    "resolved": "Resolved",
    "merged": "Merged",
}
SIGHT_WORDS = {"blind": "Blind", "seen_again": "Seen again"}
DUE_WORDS = {"due": "Due", "late": "Late"}
KIND_WORDS = {"new": "New", "back": "Back again", "rising": "Rising", "slow_burn": "Slow burn"}


def facts(item: AlertItem) -> tuple[tuple[str, str, str], ...]:
    """Return a pain point's measures of four weeks as (what, how much, interval or remark); few words each."""
    found, rate = item.measures, item.rate
    if found is None or rate is None:
        return ()
    inside = f"{found.people_inside:,} more told you" if found.people_inside else "nobody told you"
    index, feels = found.unspoken_index, found.sentiment
    told = [
        ("people in four weeks", f"{found.people:,}", inside),
        ("per 1,000 posts seen", f"{rate.value:.1f}", f"{rate.low:.1f} to {rate.high:.1f}"),
    ]
    if index is None:
        told.append(("unspoken index", "unknown", "until surveys or tickets are imported"))
    else:
        told.append(("unspoken index", percent(index.value), f"{percent(index.low)} to {percent(index.high)}"))
    if feels is not None:
        told.append(("how they feel", signed(feels.value), f"{signed(feels.low)} to {signed(feels.high)}"))
    if found.reach:
        told.append(("read it", f"{found.reach:,}", "views or likes, counted apart"))
    return tuple(told)


def trouble(told: str) -> str:
    """Say what the command line tells as "thing -> mend", with dates as everywhere else: "thing; mend"."""
    return _ISO_DAY.sub(_said_day, told).replace(" -> ", "; ")


def _said_day(found: re.Match[str]) -> str:
    try:
        return day(date.fromisoformat(found[0]))
    except ValueError:
        return found[0]


def day(when: date) -> str:
    """Say a date: "9 March 2026"."""
    return f"{when.day} {when:%B %Y}"


def short_day(when: date) -> str:
    """Say a date of which the year is known: "9 Mar"."""
    return f"{when.day} {when:%b}"


def count(number: int, one: str, many: str = "") -> str:
    """Say how many: "1 person", "1,200 people"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def forgotten(posts: int, passages: int, quotes: int) -> str:
    """Say what went with somebody: "1 post, 2 passages and 1 quote"."""
    return f"{count(posts, 'post')}, {count(passages, 'passage')} and {count(quotes, 'quote')}"


def percent(share: float) -> str:
    """Say a share of 0..1 as "57 %"."""
    return f"{round(100 * share)} %"


def status(name: str) -> str:
    """Say a status: "came_back" is "came back"."""
    return STATUS_WORDS.get(name, name.replace("_", " "))


def signed(number: float) -> str:
    """Say a feeling with its sign and a true minus: "+0.4", "0.0"; halves go away from zero, as workbooks do."""
    text = f"{Decimal(str(number)).quantize(Decimal('0.1'), ROUND_HALF_UP):+.1f}"
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


def importance(row: PainPointRow) -> int | None:
    """Return the importance that counts: a person's own, else the measured one."""
    measured = row.measures.importance if row.measures else None
    return measured if row.importance is None else row.importance


def interval(found: Interval | None, unknown: str = "unknown") -> str:
    """Say a share with its interval: "57 % (41 to 72)"."""
    return (
        unknown if found is None else f"{percent(found.value)} ({round(100 * found.low)} to {round(100 * found.high)})"
    )


def feeling(found: Interval | None, unknown: str = "unknown") -> str:
    """Say a feeling with its interval: "+0.4 (+0.1 to +0.7)"."""
    return unknown if found is None else f"{signed(found.value)} ({signed(found.low)} to {signed(found.high)})"


def mix(found: Iterable[tuple[str, int]], most: int = 4) -> str:
    """Say a mix by people: "workaround 5, dead end 2"."""
    return ", ".join(f"{name.replace('_', ' ')} {people:,}" for name, people in [*found][:most])


def priority(row: PainPointRow) -> int | None:
    """Multiply importance, cost and ease, 1 to 5 each (5: matters most, costs least, is easiest); None with a gap."""
    weight = importance(row)
    if weight is None or row.cost is None or row.ease is None:
        return None
    return weight * row.cost * row.ease
