"""Measures emergence on nights resampled from real posts: false alerts, rises and slow burns found, decoys kept silent.

    python -m bench.emergence --shared FOLDER [--points 120] [--seeds 5] [--curve]

Real posts are dealt out to nights at random, so that whatever changes is chance; a pain point is who wrote a certain
word. The posts have no authors: these are drawn with a few loud ones. Grouping is not part of this bench.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from listening.emergence import SENSITIVITIES, judge, may_burn
from listening.types import DayCount, Emergence

START = date(2026, 1, 5)
WARM, NIGHTS = 60, 60
STIRRED = 8
LOUD = 0.05  # so much is written by a few loud authors
TOLD = range(8, 301)  # posts that hold a word which may be a pain point
BUSY = 3  # days a week on which the rhythmic pain is told
RHYTHM = (1.2, 1.2, 1.1, 1.1, 1.0, 0.7, 0.7)  # posts by weekday


def main() -> None:
    """Print one line a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--points", type=int, default=120)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--curve", action="store_true", help="also what each sensitivity costs and finds")
    given = parser.parse_args()
    posts = _read(given.shared / "data" / "reddit_posts_2013" / "dev_posts.jsonl.gz")
    _weigh(posts, given.points, given.seeds, "medium", runs=100)
    print(f"one new person every four days: {_slow():.0%} by the fifth", flush=True)
    for name, rows in _decoys().items():
        after = [one.kind for one in _live([rows], WARM + NIGHTS, given.points) if one.night >= START + timedelta(WARM)]
        print(f"decoy {name}: {len(after)} alerts {after}", flush=True)
    if given.curve:
        for points in (30, 120):
            for sensitivity in SENSITIVITIES:
                print(f"--- {sensitivity}, {points} pain points", flush=True)
                _weigh(posts, points, given.seeds, sensitivity, runs=50)


def _weigh(posts: Sequence[frozenset[str]], points: int, seeds: int, sensitivity: str, runs: int) -> None:
    """Print what speaks in vain, and which rises are found."""
    kinds: Counter[str] = Counter()
    for seed in range(seeds):
        said = _stationary(posts, points, seed, sensitivity)
        mine = [one.kind for one in said if one.night >= START + timedelta(days=WARM)]
        kinds.update(mine)
        print(f"stationary seed {seed}: {len(mine)} false alerts in {NIGHTS} nights", flush=True)
    each = {kind: round(count / seeds, 2) for kind, count in kinds.items()}
    print(f"stationary: {kinds.total() / seeds:.2f} in {NIGHTS} nights over {points} pain points, {each}", flush=True)
    for rate in (1.0, 2.0, 3.0, 4.0):
        found = _rises(rate, points, sensitivity, runs)
        print(f"x5 rise over two nights at {rate} a night: {found:.0%} found", flush=True)


def _read(path: Path) -> list[frozenset[str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line) for line in lines]
    return [frozenset(re.findall(r"[a-z]{4,}", f"{one['title']} {one['selftext']}".lower())) for one in texts]


def _live(
    points: Sequence[Sequence[DayCount]], nights: int, among: int, *, first: int = 0, sensitivity: str = "medium"
) -> list[Emergence]:
    """Judge the nights in turn, as the pipeline does; `among` counts pain points, where these are only some of them."""
    said: dict[int, list[Emergence]] = defaultdict(list)
    known: Counter[int] = Counter()
    told = [sorted({row.day for row in rows if row.people}) for rows in points]
    by_day = [sorted(rows, key=lambda row: row.day) for rows in points]
    for night in (START + timedelta(days=number) for number in range(first, nights)):
        since = night - timedelta(days=STIRRED)
        stirred = [one for one, days in enumerate(told) if bisect_right(days, night) > bisect_left(days, since)]
        others = max(0, among - len(points))
        days = {one: by_day[one][: bisect_right(by_day[one], night, key=lambda row: row.day)] for one in stirred}
        untold = others + sum(
            one not in said and may_burn(days[one], night=night, sensitivity=sensitivity) for one in days
        )
        for one, so_far in days.items():
            found = judge(
                so_far,
                pain_point_id=f"pp-{one}",
                night=night,
                born=START,
                resolved_on=None,
                last=said[one][-1] if one in said else None,
                people_at_last=known[one],
                sensitivity=sensitivity,
                among=others + len(stirred),
                untold=untold,
            )
            if found is not None:
                said[one].append(found)
                known[one] = len(set().union(*(row.people for row in so_far if not row.backlog)))
    return [one for mine in said.values() for one in mine]


def _stationary(posts: Sequence[frozenset[str]], points: int, seed: int, sensitivity: str) -> list[Emergence]:
    chance = random.Random(seed)  # noqa: S311 -- a simulation
    weights = [RHYTHM[number % 7] for number in range(WARM + NIGHTS)]
    nights = chance.choices(range(WARM + NIGHTS), weights, k=len(posts))
    loud = [f"loud{number}" for number in range(20)]
    people = [chance.choice(loud) if chance.random() < LOUD else f"p{number}" for number in range(len(posts))]
    seen = Counter(nights)
    common = Counter(word for post in posts for word in post)
    words = chance.sample(sorted(word for word, count in common.items() if count in TOLD), points)
    found: list[list[DayCount]] = []
    for word in words:
        told: dict[int, set[str]] = defaultdict(set)
        for number, post in enumerate(posts):
            if word in post:
                told[nights[number]].add(people[number])
        found.append(
            [
                DayCount(START + timedelta(days=night), "real", seen[night], frozenset(told[night]))
                for night in range(WARM + NIGHTS)
            ]
        )
    return _live(found, WARM + NIGHTS, points, sensitivity=sensitivity)


def _paced(chance: random.Random, rate: float, nights: int, times: float, since: int) -> list[DayCount]:
    rows = []
    for night in range(nights):
        count = _poisson(chance, rate * RHYTHM[night % 7] * (times if night >= since else 1))
        people = frozenset(f"p{night}-{one}" for one in range(count))
        rows.append(DayCount(START + timedelta(days=night), "real", _poisson(chance, 66 * RHYTHM[night % 7]), people))
    return rows


def _row(night: int, seen: int, people: set[str]) -> DayCount:
    return DayCount(START + timedelta(days=night), "real", seen, frozenset(people))


def _poisson(chance: random.Random, mean: float) -> int:
    count, passed = 0, chance.expovariate(1)
    while passed < mean:
        count, passed = count + 1, passed + chance.expovariate(1)
    return count


def _rises(rate: float, among: int, sensitivity: str, runs: int) -> float:
    """Share of rises that are told on one of their two nights; they begin on every day of the week."""
    found = 0
    for seed in range(runs):
        since = WARM + seed % 7
        rows = _paced(random.Random(seed), rate, since + 2, 5, since)  # noqa: S311 -- a simulation
        said = _live([rows], since + 2, among, first=since - 8, sensitivity=sensitivity)
        found += any(one.night >= START + timedelta(days=since) for one in said)
    return found / runs


def _slow(runs: int = 100) -> float:
    found = 0
    for seed in range(runs):
        chance, day, days = random.Random(seed), 0, []  # noqa: S311 -- a simulation
        for _ in range(8):
            day += chance.choice((3, 4, 4, 5))
            days.append(day)
        rows = [
            DayCount(START + timedelta(days=n), "real", 60, frozenset({f"p{n}"} if n in days else ()))
            for n in range(50)
        ]
        said = _live([rows], 50, 10)
        found += bool(said) and said[0].night <= START + timedelta(days=days[4])
    return found / runs


def _decoys() -> dict[str, list[DayCount]]:
    """Five that must stay silent; the copies of a flood are no documents of their own, so each account counts once."""
    chance = random.Random(7)  # noqa: S311 -- a simulation
    nights = range(WARM + NIGHTS)

    def rows(source: str, told: dict[int, set[str]], *, down: range = range(0), joins: int = 0) -> list[DayCount]:
        return [
            DayCount(START + timedelta(days=n), source, 60, frozenset(told.get(n, ())), backlog=n < joins)
            for n in nights
            if n not in down
        ]

    steady = {n: {f"s{n}"} for n in nights if n % 4 == 0}
    old = {n: {f"o{n}"} for n in range(0, 80, 3)}
    week = [_row(n, round(60 * RHYTHM[n % 7]), {f"w{n}"} if n % 7 < BUSY else set()) for n in nights]
    copies = {80: {f"bot{chance.randrange(1, 3)}"}}  # what is left of 5,000 copies by 20 accounts: the first text
    return {
        "flood": rows("real", copies),
        "loud author": rows("real", {n: {"gus"} for n in range(60, 120)}),
        "outage": [*rows("real", {}), *rows("board", steady, down=range(80, 95))],
        "new source with backlog": [*rows("real", {}), *rows("blog", old, joins=90)],
        "weekday rhythm": week,
    }


if __name__ == "__main__":
    main()
