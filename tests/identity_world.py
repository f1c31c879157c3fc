"""The store and the pipeline in a few lines, and how a story of nights is lived in them."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from listening.clusters import centre, fade, name, place, point_id, reconsider
from listening.clusters.words import find_words, stem
from listening.types import Change, Pain, PainPoint, Placement, PostKind, Vector

MONDAY = date(2026, 3, 2)
DAY_0 = datetime(2026, 3, 2, 8, tzinfo=UTC)
CASES = Path(__file__).parent / "cases" / "identity"
STORIES: list[dict[str, Any]] = [
    {"file": path.stem, **story}
    for path in sorted(CASES.glob("*.toml"))
    for story in tomllib.loads(path.read_text())["story"]
]


def encode(text: str, encoder: int = 0) -> Vector:
    """A fake encoder: every content word is a fixed direction, a text their sum; a trace of one common direction."""
    total = np.full(64, 0.02)
    for word in sorted({stem(w) for w in find_words(text)} or {text}):
        seed = int.from_bytes(blake2b(word.encode(), digest_size=4).digest(), "big") + encoder
        total += np.random.default_rng(seed).standard_normal(64) / 8
    return (total / np.linalg.norm(total)).astype(np.float32)


def pain(key: str, person: str, text: str, night: int = 0, **kwargs: Any) -> Pain:  # noqa: ANN401 -- any field
    """One painful passage, `key` its signal's id; the document is what stands before the dot."""
    given: dict[str, Any] = {
        "signal_id": key,
        "document_id": key.split(".", maxsplit=1)[0],
        "person": person,
        "source": "yard",
        "kind": PostKind.FORUM,
        "text": text,
        "created_at": DAY_0 + timedelta(days=night),
        "stage": "use",
        "touchpoint": None,
        "unspoken": True,
        "embedding": encode(text),
    }
    return Pain(**(given | kwargs))


def make_point(key: str, pains: Sequence[Pain], *, night: date = MONDAY, **kwargs: Any) -> PainPoint:  # noqa: ANN401 -- a builder passes any field on
    """A pain point of these pains."""
    touchpoints = [p.touchpoint for p in pains]
    given: dict[str, Any] = {
        "id": key,
        "map": "map",
        "name": "",
        "named_by": "",
        "stage": pains[0].stage,
        "touchpoint": max(set(touchpoints), key=touchpoints.count),
        "status": "open",
        "born": night,
        "last_seen": night,
        "centroid": centre(pains),
        "size": len(pains),
        "people": len({p.person for p in pains}),
        "words": name(pains).words,
    }
    return PainPoint(**(given | kwargs))


def read_posts(story: dict[str, Any]) -> list[tuple[int, str, list[Pain]]]:
    """The story's posts: night, the pain it must end in, its passages."""
    posts = []
    for at, (night, person, touchpoint, text, home) in enumerate(story["posts"]):
        pains = [
            pain(f"d{at}.{i}", person, part.strip(), night, touchpoint=None if touchpoint == "-" else touchpoint)
            for i, part in enumerate(text.split("|"))
        ]
        posts.append((night, home, pains))
    return posts


class World:
    """Places every night, reconsiders on Mondays, keeps points, members and a ledger, and does what people decide."""

    def __init__(self) -> None:
        self.points: dict[str, PainPoint] = {}
        self.home: dict[str, str] = {}
        self.pains: dict[str, Pain] = {}
        self.waiting: set[str] = set()
        self.apart: set[tuple[str, str]] = set()
        self.parted: set[tuple[str, str]] = set()
        self.whole: set[str] = set()
        self.ledger: list[list[object]] = []  # night, what, pain point
        self.encoder = 0

    def night(self, number: int, pains: Iterable[Pain]) -> Placement:
        """Place what came and what waits."""
        night = MONDAY + timedelta(days=number)
        for p in pains:
            self.pains[p.signal_id] = replace(p, embedding=encode(p.text, self.encoder))
            self.waiting.add(p.signal_id)
        living = list(self.points.values())
        placed = place([self.pains[k] for k in self.waiting], living, night=night, apart=self.apart)
        joined = {m.pain_point_id for m in placed.carried}
        for m in placed.carried:
            self._keep(m.signal_id, m.pain_point_id)
        for cluster in placed.born:
            new = point_id("map", night, cluster.members)
            self.points[new] = make_point(new, [self.pains[m] for m in cluster.members], night=night)
            for member in cluster.members:
                self._keep(member, new)
        for point in joined:
            if self.points[point].faded:
                self.ledger.append([number, "back again", point])
            self._again(point, last_seen=night, faded=None)
        assert set(placed.waiting) == self.waiting
        return placed

    def _keep(self, signal_id: str, point: str) -> None:
        assert signal_id not in self.home, "nobody moves once placed"
        self.home[signal_id] = point
        self.waiting.discard(signal_id)

    def members(self, point: str) -> list[Pain]:
        """The pains of a pain point."""
        return [self.pains[k] for k, home in self.home.items() if home == point]

    def _again(self, point: str, **fields: object) -> None:
        old, held = self.points[point], self.members(point)
        kept = {field: getattr(old, field) for field in ("name", "named_by", "owner", "status", "last_seen", "faded")}
        self.points[point] = make_point(point, held, night=old.born, **(kept | fields))

    def care(self, number: int) -> None:
        """Merge and split on Mondays, and note every night what faded."""
        if number % 7 == 0:
            living = {one: self.members(one) for one in self.points}
            fixed = {p.id for p in self.points.values() if p.named_by or p.owner or p.status != "open"}
            changes = reconsider(list(self.points.values()), living, fixed=fixed, whole=self.whole, apart=self.parted)
            for change in changes:
                self.ledger.append([number, change.kind, change.from_id])
                self.apply(change)
        for point in fade(list(self.points.values()), night=MONDAY + timedelta(days=number)):
            self.points[point.id] = point
            self.ledger.append([number, "faded", point.id])

    def apply(self, change: Change) -> None:
        """Merge or split."""
        going = set(change.members) or {p.signal_id for p in self.members(change.from_id)}
        for signal in going:
            self.home[signal] = change.into_id
        if change.kind == "merge":
            gone = self.points[change.from_id]
            self.points[change.from_id] = replace(gone, merged_into=change.into_id)
            latest = max(gone.last_seen, self.points[change.into_id].last_seen)
            self._again(change.into_id, last_seen=latest)
        else:
            old = self.points[change.from_id]
            self.points[change.into_id] = replace(old, id=change.into_id, named_by="", owner="", status="open")
            self._again(change.from_id)
            self._again(change.into_id)

    def decide(self, verb: str, people: Collection[str]) -> None:
        """Do what a person decided; see the head of decisions.toml."""
        told = {p.person: p.signal_id for p in self.pains.values()}
        signals = [told[person] for person in people]
        homes = [self.home.get(signal, "") for signal in signals]
        if verb == "merge":
            self.apply(Change("merge", homes[1], homes[0]))
            self.whole.add(homes[1])
        elif verb == "split":
            new = point_id("map", MONDAY, signals)
            self.apply(Change("split", new, homes[0], tuple(signals)))
            self.parted.add((homes[0], new))
            self.apart |= {(signal, homes[0]) for signal in signals}
        elif verb == "move":
            self.apart.add((signals[0], homes[0]))
            self.waiting.add(signals[0])
            del self.home[signals[0]]
            self._again(homes[0])
        elif verb == "own":
            self.points[homes[0]] = replace(self.points[homes[0]], name="Ours", named_by="eva", owner="parts")
        elif verb == "no pain":
            self.points[homes[0]] = replace(self.points[homes[0]], status="no_pain")
        else:
            assert verb == "swap encoder"
            self._swap()

    def _swap(self) -> None:
        self.encoder += 1_000_003
        for key, held in self.pains.items():
            self.pains[key] = replace(held, embedding=encode(held.text, self.encoder))
        for one, point in self.points.items():
            if point.merged_into is None:
                self._again(one)


def live(story: dict[str, Any]) -> World:
    """Live through a story."""
    world = World()
    posts = read_posts(story)
    if story.get("lump"):
        lump = [p for night, _, pains in posts if night <= 1 for p in pains]
        world.pains = {p.signal_id: p for p in lump}
        world.home = {p.signal_id: "pp-lump" for p in lump}
        world.points["pp-lump"] = make_point("pp-lump", lump)
        posts = [post for post in posts if post[0] > 1]
    decisions = story.get("do", [])
    last = max([0, *(n for n, _, _ in posts), *(one[0] for one in (*decisions, *story.get("happens", [])))])
    for night in range(last + 1):
        world.night(night, [p for n, _, pains in posts if n == night for p in pains])
        world.care(night)
        for at, verb, *people in decisions:
            if at == night:
                world.decide(verb, people)
    return world
