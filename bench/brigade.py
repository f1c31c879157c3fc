"""Lets twenty accounts flood the last night of the demo's forums within an hour, and compares it with the clean night.

    PYTHONPATH=.:tests .venv/bin/python bench/brigade.py [--flood 0.25]

The posts are those of the demo's three places (some 1,400), lived with the real reader; on the last night twenty
accounts write a quarter as many more within an hour, filled from templates about one thing, and one author says the
same thing a thousand times. Targets: the order of the ten pain points of which most people tell keeps a Kendall tau of
.9 with the clean night's, no alert that the flood made is without a mark, the one author counts three times at most.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from adverts import ROOT, Post, live_night, move_in
from scipy.stats import kendalltau

from listening.store import Store, reads
from listening.store.tables import documents, emergences, memberships, signals

ACCOUNTS, ALONE, LOUDEST, TAU, TOP = 20, 1_000, 3, 0.9, 10
STEP, DAILY = 7, 5  # days between the nights, and for how many days before the last each night is lived
TEMPLATES = (
    "The {part} of my {bike} {broke} after {n} {days}, never again.",
    "Second {bike} in a year and the {part} {broke} again. {shame}",
    "{shame} My {part} {broke} on the way to {place}, with the {kids} in the box.",
    "Do not buy the {bike}: {n} {days} and the {part} {broke}. {shame}",
    "{n} {days} old and the {part} already {broke}, nobody of them answers.",
)
SLOTS = {
    "part": ("kickstand", "side stand", "stand", "double stand"),
    "bike": ("Heron", "Wren", "cargo bike", "bike"),
    "broke": ("snapped", "bent", "collapsed", "broke off", "gave way"),
    "n": ("three", "five", "12", "20", "two", "nine"),
    "days": ("days", "weeks", "rides"),
    "shame": ("Shame on them.", "What a joke.", "Disgrace.", "Stay away."),
    "place": ("school", "nursery", "the market", "work"),
    "kids": ("kids", "twins", "dog", "shopping"),
}


@dataclass(frozen=True, slots=True)
class Night:
    """What a night came to: people by pain point, alerts with what they say, and the share of flood in each."""

    people: dict[str, int]
    told: dict[str, str]
    held: dict[str, int]
    flood: dict[str, float]
    loud: int
    copies: int


def main() -> int:
    """Print what each night came to; 1 where a target is missed."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--flood", type=float, default=0.25, help="posts of the flood for each post of the forums")
    share = asked.parse_args().flood
    posts = _posts()
    clean, flooded = _live(posts, []), _live(posts, _flood(posts, share))
    top = sorted(clean.people, key=lambda one: (-clean.people[one], one))[:TOP]
    tau = float(kendalltau([clean.people[one] for one in top], [flooded.people.get(one, 0) for one in top]).statistic)
    moved = {one: said for one, said in flooded.told.items() if flooded.flood.get(one, 0) and one not in clean.told}
    print(f"{len(posts):,} posts and {int(share * len(posts)):,} of a flood: tau of the first {TOP} {tau:.2f}")
    for one, part in sorted(flooded.flood.items()):
        if part:
            print(
                f"{one}: {flooded.people.get(one, 0)} people, {part:.0%} of {flooded.held[one]} passages from the flood"
            )
    for one, said in moved.items():
        print(f"told: {said} ({flooded.flood[one]:.0%} flood)")
    print(f"{flooded.copies} of the flood's posts are copies; one author with {ALONE:,} posts counts {flooded.loud}")
    missed = tau < TAU or any("few accounts" not in said for said in moved.values()) or flooded.loud > LOUDEST
    print("MISSED" if missed else "met")
    return int(missed)


def _posts() -> list[Post]:
    found = []
    for name in ("yard", "board", "reddit"):
        for line in (ROOT / "data" / "sample" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            post = {"id": f"{name}-{one['id']}", "text": one["text"], "author": one["author"]}
            post |= {"created_at": one["at"].replace("Z", "+00:00"), "thread": f"{name} {one.get('thread', '')}"}
            found.append(post | {"url": f"https://{name}.test/{one['id']}"})
    return sorted(found, key=lambda post: post["created_at"])


def _flood(posts: Sequence[Post], share: float) -> list[Post]:
    """Twenty accounts within the last hour, and one author a thousand times."""
    chance, last = random.Random(6), datetime.fromisoformat(posts[-1]["created_at"])  # noqa: S311 - a bench, no secret
    made = []
    for at in range(int(share * len(posts))):
        text = chance.choice(TEMPLATES).format(**{name: chance.choice(words) for name, words in SLOTS.items()})
        made.append((f"flood{at}", text, f"angry {at % ACCOUNTS}", last + timedelta(seconds=chance.randrange(3_600))))
    for at in range(ALONE):
        text = f"The bell of my bike rattles on every cobble in town and nobody mends it, day {at}."
        made.append((f"loud{at}", text, "the loud one", last + timedelta(seconds=at)))
    return [
        {
            "id": name,
            "text": text,
            "author": who,
            "created_at": when.isoformat(),
            "thread": "",
            "url": f"https://x.test/{name}",
        }
        for name, text, who, when in made
    ]


def _live(posts: Sequence[Post], flood: Sequence[Post]) -> Night:
    """Live all nights; the flood is there on the last."""
    with tempfile.TemporaryDirectory(prefix="listening-brigade-") as folder:
        home = Path(folder)
        store, settings = move_in(home)
        first, last = (datetime.fromisoformat(posts[at]["created_at"]).replace(hour=2) for at in (0, -1))
        days = (last - first).days + 1
        for number in [*range(STEP, days - DAILY, STEP), *range(days - DAILY, days + 1)]:
            now = first + timedelta(days=number)
            seen = [one for one in posts if one["created_at"] < now.isoformat()]
            seen += flood if number == days else []
            live_night(home, store, settings, seen, now=now + timedelta(hours=6 if number == days else 0))
        found = _night(store, settings.journey.id, last)
        store.close()
        return found


def _night(store: Store, map_id: str, last: datetime) -> Night:
    people = {one.id: one.people for one in reads.points(store, map_id=map_id)}
    told = memberships.join(signals, signals.c.id == memberships.c.signal_id)
    told = told.join(documents, documents.c.id == signals.c.document_id)
    held, flood = Counter[str](), Counter[str]()
    loud = set[str]()
    with store.reading() as connection:
        columns = sa.select(memberships.c.pain_point_id, documents.c.native_id).select_from(told)
        for point, native in connection.execute(columns):
            held[point] += 1
            flood[point] += native.startswith(("flood", "loud"))
            loud |= {point} if native.startswith("loud") else set()
        late = sa.select(emergences.c.pain_point_id, emergences.c.sentence).where(emergences.c.night >= last.date())
        said = {row.pain_point_id: row.sentence for row in connection.execute(late)}
        copied = sa.select(sa.func.count()).where(documents.c.near_of.is_not(None))
        copies = connection.execute(copied.where(documents.c.native_id.like("flood%"))).scalar_one()
    return Night(people, said, dict(held), {one: flood[one] / held[one] for one in held}, len(loud), copies)


if __name__ == "__main__":
    sys.exit(main())
