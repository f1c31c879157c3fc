"""How often somebody may ask: so many calls a minute for each person, or for an address where nobody is signed in."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
MOST_KEPT = 10_000


class Pace:
    """Calls by who asks. A minute's worth may come at once; after it they are let in evenly (GCRA, a leaky bucket).

    One process serves the board, so that its memory is enough; a restart forgets.
    """

    def __init__(self) -> None:
        self._full: dict[Hashable, datetime] = {}  # until when what each has used is used up
        self._lock = threading.Lock()

    def wait(self, who: Hashable, most: int, now: datetime) -> float:
        """Count a call of somebody who may make `most` a minute; the seconds to wait where it is one too many, else 0.

        What has to wait is not counted. `most` 0 lets everything in.
        """
        if most <= 0:
            return 0.0
        with self._lock:
            used = max(self._full.get(who, now), now) + MINUTE / most
            over = used - now - MINUTE
            if over > timedelta(0):
                return over.total_seconds()
            self._full[who] = used
            if len(self._full) > MOST_KEPT:
                self._full = {one: until for one, until in self._full.items() if until > now}
        return 0.0
