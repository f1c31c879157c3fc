"""Ten thousand requests to a Reddit on loopback, judged by its own log: the pace, the limit, who asked and with what.

    .venv/bin/python bench/reddit_pace.py [--requests 10000]

The clock is a made one, so that hours take seconds; now and then the place answers 429 or 503, or lets the token die.
Promised: no ten minutes with more than a hundred requests a minute, never more than Reddit's own thousand in ten
minutes, a User-Agent in Reddit's form at each, and none but the request for the token without a token.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from reddit_fake import TOKEN_DIES  # noqa: E402 -- found by the line above
from sources_site import SECRETS, Call, Reply, site  # noqa: E402 -- the same

from listening.errors import SourceUnavailable  # noqa: E402 -- the same
from listening.sources.reddit_wire import CALLS_A_MINUTE, Wire  # noqa: E402 -- the same
from listening.types import SourceConfig  # noqa: E402 -- the same

TEN_MINUTES = 600.0
AGENT = re.compile(r"[\w.-]+:[\w.-]+:v?[\w.+-]+ \(by /u/[\w-]+\).*")
BAD = 0.008  # of the requests meet a bad mood
BAD_DAYS = (Reply(status=429, headers={"Retry-After": "7"}), Reply(status=429), TOKEN_DIES, Reply(status=503))
TOKEN = '{"access_token": "t", "token_type": "bearer", "expires_in": 86400, "scope": "*"}'  # noqa: S105 -- of nobody


@dataclass
class Place:
    """The site: its made clock, its log of (moment, User-Agent, whether a token came), and its bad moods."""

    now: float = 0.0
    log: list[tuple[float, str, bool]] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 -- moods, no secret

    def __call__(self, call: Call) -> Reply:
        """Note the request and answer it."""
        asks_token = call.path.endswith("access_token")
        with_token = call.headers.get("Authorization", "").lower().startswith("bearer ")
        self.log.append((self.now, call.headers.get("User-Agent", ""), with_token or asks_token))
        self.now += self.chance.choice((0.01, 0.01, 0.01, 0.3))  # a request takes its time
        if asks_token:
            return Reply(TOKEN, headers={"Content-Type": "application/json"})
        mood = self.chance.random()
        if mood < BAD:
            return self.chance.choice(BAD_DAYS)
        return Reply('{"kind": "Listing", "data": {"children": []}}', headers={"Content-Type": "application/json"})

    def sleep(self, seconds: float) -> None:
        """Let the made clock go on."""
        self.now += seconds


def most_within(moments: list[float], seconds: float) -> int:
    """Return the most of these moments, which stand in order, that lie within so many seconds."""
    first = most = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= seconds - 1e-6:
            first += 1
        most = max(most, last - first + 1)
    return most


def main() -> None:
    """Ask, and judge by the log; exit code 1 where a promise is not kept."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--requests", type=int, default=10_000)
    wanted, place = asked.parse_args().requests, Place()
    given_up = 0
    with site(place) as it:
        config = SourceConfig("it", "reddit", gap=0.0)
        secrets = {**SECRETS, "REDDIT_USER": "someone"}
        wire = Wire(config, secrets, base_url=it.url, clock=lambda: place.now, sleep=place.sleep)
        with wire:
            while len(place.log) < wanted:
                try:
                    wire.call(lambda: wire.client.get("/api/info", params={"id": "t3_a"}), "a post")
                except SourceUnavailable:
                    given_up += 1
    moments = [moment for moment, _, _ in place.log]
    minute, ten = most_within(moments, 60.0), most_within(moments, TEN_MINUTES)
    strange = sum(not AGENT.fullmatch(agent) for _, agent, _ in place.log)
    bare = sum(not token for _, _, token in place.log)
    print(f"{len(moments)} requests in {moments[-1] / 3600:.1f} hours of the made clock, {given_up} calls given up")
    print(f"most in a minute {minute}, in ten minutes {ten} (mean {ten / 10:.1f} a minute; allowed {CALLS_A_MINUTE})")
    print(f"User-Agents not in Reddit's form {strange}, requests without a token {bare}")
    sys.exit(1 if ten > 10 * CALLS_A_MINUTE or strange or bare else 0)


if __name__ == "__main__":
    main()
