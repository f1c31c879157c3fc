"""Looks at all that was ever told at once, and says what becomes of the pain points that stand.

What most groupings put together (see `communities`) is a vote, not a verdict: a pain point that stands keeps its id and
its people unless it is clearly two or clearly the same as a larger one, and every change is one for the ledger. What
waits, or was never alike enough to anybody on its own nights, goes where the vote puts it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from listening.clusters.communities import find_agreed
from listening.clusters.group import Floats, find_common
from listening.clusters.identity import point_id
from listening.types import Change, Pain, PainPoint

PEOPLE = 4  # so many at least leave a pain point together
PARTED = 0.6  # of the likeness within two parts (the looser one), freed of what all have in common: below, they are two
OWN = 0.5  # of the likeness within a smaller pain point: if it is less like the larger one, it stays by itself ...
TIGHT = 0.3  # ... where it is as alike as this within

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Regrouping:
    """What a look at everything changes: pain points, then who joins one (signal id -> its id), then who founds one."""

    changes: tuple[Change, ...] = ()
    joined: Mapping[str, str] = field(default_factory=dict)
    born: tuple[tuple[Pain, ...], ...] = ()


def regroup(
    points: Sequence[PainPoint],
    members: Mapping[str, Sequence[Pain]],
    waiting: Sequence[Pain],
    *,
    night: date,
    fixed: Collection[str] = (),
) -> Regrouping:
    """Look at all pains, those in `points` (by id in `members`) and those `waiting`.

    Pain points that are `fixed` are neither parted nor put into another; they may take up what belongs to them.
    In a split `members` leave `from_id` for a new id; where they belong to one that stands, a merge of the new id
    follows. The same for the same pains in any order.
    """
    held = {pain.signal_id: point.id for point in points for pain in members.get(point.id, ())}
    pains = [pain for point in points for pain in members.get(point.id, ())]
    pains = sorted([*pains, *waiting], key=_shuffle)
    if not pains:
        return Regrouping()
    labels, view = find_agreed(np.stack([pain.embedding for pain in pains]), [pain.text for pain in pains])
    elders = [point.id for point in sorted(points, key=lambda point: (point.born, point.id)) if members.get(point.id)]
    number = {point: place for place, point in enumerate(elders)}
    homes = np.array([number.get(held.get(pain.signal_id, ""), -1) for pain in pains], dtype=np.int64)
    still = frozenset(number[one] for one in fixed)
    return _Look(tuple(pains), homes, labels, view, elders, still, night).decide()


def _shuffle(pain: Pain) -> tuple[bytes, str]:
    return blake2b(pain.signal_id.encode("utf-8", "replace"), digest_size=8).digest(), pain.signal_id


@dataclass
class _Look:
    """Who stands where (`homes`: a pain point's number, elders first, or -1), and where the vote puts them."""

    pains: tuple[Pain, ...]
    homes: Ints
    labels: Ints
    view: Floats
    elders: Sequence[str]
    fixed: frozenset[int]
    night: date

    @cached_property
    def common(self) -> float:
        return find_common(self.view.sum(axis=0, dtype=np.float64), len(self.view))

    @cached_property
    def parts(self) -> dict[tuple[int, int], Ints]:
        """The rows of each pain point in each community."""
        found: dict[tuple[int, int], list[int]] = defaultdict(list)
        for row, pair in enumerate(zip(self.homes.tolist(), self.labels.tolist(), strict=True)):
            found[pair].append(row)
        return {pair: np.array(rows, dtype=np.int64) for pair, rows in found.items()}

    @cached_property
    def main(self) -> dict[int, int]:
        """The community in which most of each pain point stands."""
        sizes: dict[int, Counter[int]] = defaultdict(Counter)
        for (home, label), rows in self.parts.items():
            sizes[home][label] = len(rows)
        return {home: min(of, key=lambda label: (-of[label], label)) for home, of in sizes.items() if home >= 0}

    def within(self, rows: Ints) -> float:
        """How alike these are, two by two, freed of what all have in common; one alone is like nobody."""
        total, count = self.view[rows].sum(axis=0, dtype=np.float64), len(rows)
        return self._free((float(total @ total) - count) / (count * (count - 1))) if count > 1 else 0.0

    def between(self, left: Ints, right: Ints) -> float:
        one, other = (self.view[rows].sum(axis=0, dtype=np.float64) for rows in (left, right))
        return self._free(float(one @ other) / (len(left) * len(right)))

    def _free(self, likeness: float) -> float:
        return (likeness - self.common) / (1 - self.common)

    def decide(self) -> Regrouping:
        leads = self._find_leads()
        names = {label: self.elders[home] for label, home in leads.items()}
        leaving = {pair for pair in self.parts if self._leaves(*pair)}
        parted = self._part(leaving, names)
        return self._settle((*parted, *self._put_together(leads, leaving)), names)

    def _part(self, leaving: Collection[tuple[int, int]], names: dict[int, str]) -> list[Change]:
        """Part what leaves; `names` learns which pain point stands for a community that had none."""
        changes = []
        for home, label in sorted(leaving, key=lambda pair: (pair[1], -len(self.parts[pair]), pair[0])):
            rows = self.parts[home, label].tolist()
            members = tuple(sorted(self.pains[row].signal_id for row in rows))
            new = point_id("group", self.night, (*members, self.elders[home], self.night.isoformat()))
            changes.append(Change("split", new, self.elders[home], members, "most groupings part them"))
            if (into := names.setdefault(label, new)) != new:
                changes.append(Change("merge", into, new, why="most groupings put it there"))
        return changes

    def _put_together(self, leads: Mapping[int, int], leaving: Collection[tuple[int, int]]) -> list[Change]:
        changes = []
        for home, label in sorted(self.main.items()):
            lead = leads[label]
            if (
                home != lead
                and home not in self.fixed
                and self._is_one(self._staying(home, leaving), self.parts[lead, label])
            ):
                why = "most groupings put them together"
                changes.append(Change("merge", self.elders[lead], self.elders[home], why=why))
        return changes

    def _leaves(self, home: int, label: int) -> bool:
        """Whether the part of a pain point in another community is large enough and far enough from its main part."""
        if home < 0 or home in self.fixed or self.main[home] == label:
            return False
        part, rest = self.parts[home, label], self.parts[home, self.main[home]]
        if len({self.pains[row].person for row in part.tolist()}) < PEOPLE:
            return False
        tight = min(self.within(part), self.within(rest))
        return tight > 0 and self.between(part, rest) <= PARTED * tight

    def _find_leads(self) -> dict[int, int]:
        """The pain point that stands for each community: of those at home there the one with most, else the elder."""
        found: dict[int, int] = {}
        for home, label in sorted(self.main.items(), key=lambda pair: (-len(self.parts[pair]), pair[0])):
            found.setdefault(label, home)
        return found

    def _staying(self, home: int, leaving: Collection[tuple[int, int]]) -> Ints:
        return np.concatenate([rows for pair, rows in self.parts.items() if pair[0] == home and pair not in leaving])

    def _is_one(self, rows: Ints, lead: Ints) -> bool:
        tight = self.within(rows)
        return tight < TIGHT or self.between(rows, lead) > OWN * tight

    def _settle(self, changes: tuple[Change, ...], names: Mapping[int, str]) -> Regrouping:
        """Send what waits where the vote puts it: to the pain point there, or together where there is none."""
        joined: dict[str, str] = {}
        born: list[tuple[Pain, ...]] = []
        for (home, label), rows in sorted(self.parts.items()):
            if home >= 0:
                continue
            pains = [self.pains[row] for row in rows.tolist()]
            if label in names:
                joined |= {pain.signal_id: names[label] for pain in pains}
            elif len({pain.person for pain in pains}) > 1:
                born.append(tuple(pains))
        return Regrouping(changes, joined, tuple(born))
