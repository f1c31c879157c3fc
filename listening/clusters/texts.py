"""Groups plain texts without a store, through the nights where they are dated: the same rules, no lasting memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b

import numpy as np

from listening.clusters.attachment import attach
from listening.clusters.communities import find_communities
from listening.clusters.group import centre, find_common, unit
from listening.clusters.identity import grow, place, point_id
from listening.clusters.labels import Said, beside, find_labels
from listening.clusters.lasting import is_settled, reconsider
from listening.clusters.naming import Hear, name
from listening.clusters.regrouping import regroup
from listening.errors import InputError
from listening.types import NO_STAGE, Change, Cluster, Membership, Pain, PainPoint, PostKind, Vector

WAITS = timedelta(days=120)  # how long a text waits for company
RECONSIDERS = 7  # every so many nights
GROWN = 1.25  # everything is looked at again when there is so much more of it, else the looks would cost most
ROUNDS = 12  # until nothing is one any more: a pain point takes part in one change a round
_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)


def group_texts(
    texts: Sequence[str],
    embeddings: Sequence[Vector],
    *,
    ids: Sequence[str] = (),
    people: Sequence[str] = (),
    created_at: Sequence[datetime | None] = (),
    said: Sequence[Sequence[Said]] = (),
    hear: Hear | None = None,
) -> list[tuple[str | None, str, float]]:
    """Group `texts`: for each (cluster id or None where it stands alone, the cluster's name, cosine to its middle).

    `embeddings` are vectors of length one. All at once they form communities, tight ones and broad ones; with
    `created_at` of several days the nights are gone through in order, so that an id is never used for something else.
    Without `people` each text is another person's. Names come from the passages `said` in each text, the painful ones
    first, and are chosen by `hear` as `name` does. Raises InputError where the lengths differ.
    """
    columns = {"embeddings": embeddings, "ids": ids, "people": people, "dates": created_at, "passages": said}
    for thing, given in columns.items():
        if len(given) not in ({len(texts)} if thing == "embeddings" else {0, len(texts)}):
            raise InputError(f"{len(texts)} texts but {len(given)} {thing}", "give one for each text")
    dates = created_at or [None] * len(texts)
    keys = _make_keys(texts, ids or [""] * len(texts))
    pains = [
        _make_pain(key, text, np.asarray(embedding), person, when)
        for key, text, embedding, person, when in zip(keys, texts, embeddings, people or keys, dates, strict=True)
    ]
    nights = {pain.created_at.astimezone(UTC).date() for pain in pains}
    homes = go_through(pains) if len(nights) > 1 else _group_at_once(pains)
    labels = find_labels(pains, homes, dict(zip(keys, said, strict=True)) if said else {}, hear)
    return _tell(pains, homes, labels)


def _make_keys(texts: Sequence[str], ids: Sequence[str]) -> list[str]:
    """Make a key of each line's id and text, so that their order says nothing; two lines may share both."""
    seen: Counter[str] = Counter()
    keys = []
    for own_id, text in zip(ids, texts, strict=True):
        key = f"{own_id}\0{blake2b(text.encode('utf-8', 'replace'), digest_size=8).hexdigest()}"
        seen[key] += 1
        keys.append(f"{key}\0{seen[key]}")
    return keys


def _group_at_once(pains: Sequence[Pain]) -> dict[str, str]:
    """Signal id -> id of its community, of two people or more."""
    if not pains:
        return {}
    ordered = sorted(pains, key=lambda pain: blake2b(pain.signal_id.encode("utf-8", "replace"), digest_size=8).digest())
    vectors = np.stack([pain.embedding for pain in ordered])
    common = find_common(vectors.sum(axis=0, dtype=np.float64), len(vectors))
    members: dict[int, list[Pain]] = defaultdict(list)
    communities = find_communities(vectors, common=common, texts=[pain.text for pain in ordered])
    for pain, community in zip(ordered, communities, strict=True):
        members[int(community)].append(pain)
    told = [held for held in members.values() if len({pain.person for pain in held}) > 1]
    homes: dict[str, str] = {}
    for held in told:
        home = point_id("group", held[0].created_at.date(), [pain.signal_id for pain in held])
        homes |= {pain.signal_id: home for pain in held}
    return homes


def _make_pain(key: str, text: str, embedding: Vector, person: str, when: datetime | None) -> Pain:
    return Pain(
        signal_id=key,
        document_id=key,
        person=person or key,
        source="",
        kind=PostKind.FORUM,
        text=text,
        created_at=when or _UNDATED,
        stage=NO_STAGE,
        touchpoint=None,
        unspoken=False,
        embedding=unit(embedding),
    )


def go_through(pains: Sequence[Pain]) -> dict[str, str]:
    """Signal id -> pain point id after the last night."""
    by_night: dict[date, list[Pain]] = defaultdict(list)
    for pain in pains:
        by_night[pain.created_at.astimezone(UTC).date()].append(pain)
    nights = Nights()
    for night in sorted(by_night):
        nights.live(night, by_night[night])
    nights.finish()
    return nights.homes()


class Nights:
    """Pain points that live from night to night without a store: `points` by id, and the pains in each as `members`.

    `looked_at` so many pains were there at the last look at everything.
    """

    def __init__(self) -> None:
        self.points: dict[str, PainPoint] = {}
        self.members: dict[str, list[Pain]] = {}
        self._waiting: dict[str, Pain] = {}
        self._lived = 0
        self.looked_at = 0
        self._night = _UNDATED.date()
        self._since: datetime | None = None

    def homes(self) -> dict[str, str]:
        """Signal id -> pain point id, of all that have one."""
        return {pain.signal_id: point for point, held in self.members.items() for pain in held}

    def live(self, night: date, pains: Sequence[Pain]) -> tuple[Change, ...]:
        """Place a night's pains and those that wait; once in a while say which pain points became one."""
        still = {k: p for k, p in self._waiting.items() if night - p.created_at.astimezone(UTC).date() <= WAITS}
        self._waiting = still | {pain.signal_id: pain for pain in pains}
        self._night = night
        self._place(night)
        self._lived += 1
        if self._lived % RECONSIDERS:
            return ()
        more = self._count() >= GROWN * self.looked_at
        return (*self.reconsider(), *(self.look(night) if more else ()))

    def look(self, night: date) -> tuple[Change, ...]:
        """Look at everything at once, as `regroup` does, and do what it says."""
        self.looked_at = self._count()
        since, waiting = self._since, list(self._waiting.values())
        settled = {one for one, held in self.members.items() if since is not None and is_settled(held, since)}
        found = regroup(list(self.points.values()), self.members, waiting, night=night, fixed=settled)
        for change in found.changes:
            self._change(change, night)
        for pains in found.born:
            self._found(_gather(pains), night)
        self._join([Membership(signal, point, night, 1.0) for signal, point in found.joined.items()], night)
        return found.changes

    def _count(self) -> int:
        return len(self._waiting) + sum(map(len, self.members.values()))

    def _change(self, change: Change, night: date) -> None:
        if change.kind == "merge":
            self._put_together(change)
            return
        leaving = set(change.members)
        both = self.members[change.from_id]
        self.members[change.from_id] = [pain for pain in both if pain.signal_id not in leaving]
        self.members[change.into_id] = [pain for pain in both if pain.signal_id in leaving]
        self.points[change.into_id] = replace(self.points[change.from_id], id=change.into_id, born=night)
        for point in (change.from_id, change.into_id):
            self.points[point] = self._made_anew(self.points[point])

    def _made_anew(self, point: PainPoint) -> PainPoint:
        held = self.members[point.id]
        people = len({pain.person for pain in held})
        words = name(held, beside(self.members, point.id)).words
        return replace(point, centroid=centre(held), size=len(held), people=people, words=words)

    def reconsider(self) -> tuple[Change, ...]:
        """Put together what is one, until nothing is."""
        merges: list[Change] = []
        for _ in range(ROUNDS):
            found = self._merge()
            merges += found
            if not found:
                break
        return tuple(merges)

    def finish(self) -> tuple[Change, ...]:
        """Take the last look."""
        return (*self.reconsider(), *self.look(self._night))

    def _merge(self) -> tuple[Change, ...]:
        merges = tuple(
            one
            for one in reconsider(list(self.points.values()), self.members, since=self._since)
            if one.kind == "merge"
        )
        for change in merges:
            self._put_together(change)
        return merges

    def _put_together(self, change: Change) -> None:
        held = self.members[change.into_id] = self.members[change.into_id] + self.members.pop(change.from_id)
        gone, kept = self.points.pop(change.from_id), self.points[change.into_id]
        people = kept.people + gone.people
        last = max(kept.last_seen, gone.last_seen)
        self.points[kept.id] = replace(kept, centroid=centre(held), size=len(held), people=people, last_seen=last)

    def read_again(self, vectors: Mapping[str, Vector], since: datetime) -> None:
        """Give every pain the vector (by signal id) that another encoder gives it: who is where stays, centres move."""
        self._since = since
        self._waiting = {k: replace(p, embedding=unit(vectors[k])) for k, p in self._waiting.items()}
        for point, held in self.members.items():
            self.members[point] = [replace(p, embedding=unit(vectors[p.signal_id])) for p in held]
            self.points[point] = replace(self.points[point], centroid=centre(self.members[point]))

    def _place(self, night: date) -> None:
        placed = place(list(self._waiting.values()), list(self.points.values()), night=night)
        for cluster in placed.born:
            self._found(cluster, night)
        self._join(placed.carried, night)

    def _found(self, cluster: Cluster, night: date) -> None:
        new = point_id("group", night, cluster.members)
        held = self.members[new] = [self._waiting.pop(m) for m in cluster.members]
        self.points[new] = _make_point(new, night, cluster, name(held, beside(self.members, new)).words)

    def _join(self, carried: Sequence[Membership], night: date) -> None:
        joined: dict[str, list[Pain]] = defaultdict(list)
        for membership in carried:
            joined[membership.pain_point_id].append(self._waiting.pop(membership.signal_id))
        for point, pains in joined.items():
            self.members[point] += pains
            words = name(self.members[point], beside(self.members, point)).words
            self.points[point] = replace(grow(self.points[point], pains, night=night), words=words)


def _make_point(new: str, night: date, cluster: Cluster, words: tuple[str, ...]) -> PainPoint:
    return PainPoint(
        id=new,
        map="group",
        name="",
        named_by="",
        stage=cluster.stage,
        touchpoint=cluster.touchpoint,
        status="open",
        born=night,
        last_seen=night,
        centroid=cluster.centroid,
        size=len(cluster.members),
        people=len(cluster.members),
        words=words,
    )


def _gather(pains: Sequence[Pain]) -> Cluster:
    stage, touchpoint = attach(pains)
    return Cluster(tuple(sorted(pain.signal_id for pain in pains)), centre(pains), stage, touchpoint)


def _tell(
    pains: Sequence[Pain], homes: Mapping[str, str], labels: Mapping[str, str]
) -> list[tuple[str | None, str, float]]:
    members: dict[str, list[Pain]] = defaultdict(list)
    for pain in pains:
        if pain.signal_id in homes:
            members[homes[pain.signal_id]].append(pain)
    middles = {point: unit(centre(held)) for point, held in members.items()}
    return [
        (home, labels[home], round(float(pain.embedding @ middles[home]), 4))
        if (home := homes.get(pain.signal_id))
        else (None, "", 0.0)
        for pain in pains
    ]
