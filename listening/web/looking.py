"""Reads from an address through which lens somebody looks, and writes lenses back into addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from listening.pipeline import last_lived
from listening.store import reads
from listening.types import STATUSES, Lens
from listening.web.days import FIRST, read_day
from listening.web.visit import Visit

PERIODS = {"4w": ("4 weeks", 28), "13w": ("a quarter", 91), "26w": ("half a year", 182), "52w": ("a year", 364)}
SIDES = {"": "outside and inside", "outside": "outside: forums, Reddit, blogs", "inside": "inside: surveys, tickets"}
USUAL = "13w"


@dataclass(frozen=True, slots=True)
class Looking:
    """A lens with the words of its address, so that a link can keep them."""

    lens: Lens
    asked: Mapping[str, str]
    sources: tuple[str, ...]

    def link(self, path: str, **more: str | int | None) -> str:
        """Return an address that keeps the filters; None takes one away."""
        words = {**self.asked, **{key: str(value) for key, value in more.items() if value not in (None, "")}}
        words = {key: value for key, value in words.items() if key not in more or more[key] not in (None, "")}
        return f"{path}?{urlencode(words)}" if words else path

    @property
    def all_past(self) -> bool:
        """True where it looks as far back as there can be posts."""
        return self.lens.since == FIRST

    @property
    def narrowed(self) -> bool:
        """True where anything but the period is filtered."""
        return bool(self.asked.keys() - {"period", "since", "until", "map"})


def look(visit: Visit, query: Mapping[str, str], *, usual: str = USUAL) -> Looking:
    """Return the lens that a query asks for; what it says wrongly is left out."""
    newest = newest_day(visit)
    since, until = read_day(query.get("since", "")), read_day(query.get("until", "")) or newest
    period = query.get("period", "") if query.get("period", "") in PERIODS else usual
    if since is None or since > until:
        since = until - timedelta(days=PERIODS[period][1] - 1)
    sources = tuple(sorted(reads.first_nights(visit.store)))
    side = query.get("side", "") if query.get("side", "") in SIDES else ""
    lens = Lens(
        since=since,
        until=until,
        zone=visit.settings.night.timezone,
        source=query.get("source", "") if query.get("source", "") in sources else "",
        inside={"inside": True, "outside": False}.get(side),
        status=query.get("status", "") if query.get("status", "") in STATUSES else "",
        owner=query.get("owner", "") if query.get("owner", "") in {one.id for one in visit.journey.owners} else "",
    )
    personas = {one.id for one in visit.journey.personas}
    lens = replace(lens, persona=query.get("persona", "") if query.get("persona", "") in personas else "")
    asked = {"period": period if period != usual else "", "source": lens.source, "side": side, "status": lens.status}
    asked |= {"owner": lens.owner, "persona": lens.persona, "map": visit.settings.called[0]}
    asked |= {key: query.get(key, "") for key in ("since", "until") if read_day(query.get(key, ""))}
    return Looking(lens, {key: value for key, value in asked.items() if value}, sources)


def window_of(sentence: str, night: date) -> date:
    """Return the first night of those that an emergence's sentence counts in: "7 people in 4 nights, ..."."""
    found = re.search(r" in (\d+) nights?,", sentence)
    return night - timedelta(days=int(found[1]) - 1 if found else 27)


def newest_day(visit: Visit) -> date:
    """Return the last night that ended, or today where there was none: a stale store never looks quiet."""
    return last_lived(visit.store, visit.settings, now=visit.now)
