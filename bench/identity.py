"""Who keeps an id: thirty nights of a stream of news titles, ours beside BERTopic's models merged night by night.

    .venv/bin/python bench/identity.py [--nights 30] [--rows 11109] [--no-bertopic] [--swap] [--deal hwu64,trec]

Ours lives each night as `listening group` does with dated texts. BERTopic (min_topic_size 5, else its defaults, seeded)
is fitted on each night and merged, so that it only ever appends. `--swap` lets another encoder take over after two
thirds of the nights. `--deal` goes through other sets instead, 3,000 of each dealt out to the nights at random, ours
only: what is found by night beside what is found at once. Vectors are kept under data/var/clusters.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
from cluster_sets import KEPT, LabelledSet, embed, open_set
from clusters import ALONE, SMALL, TINY, Homes, find_small, left_alone, score
from numpy.typing import NDArray

from listening.clusters import group_texts
from listening.clusters.texts import Nights
from listening.types import NO_STAGE, Change, Pain, PostKind

START = date(2026, 3, 2)
KEPT_IDS, BETTER, SWAPPED = 0.995, 0.02, 0.95
Vectors = NDArray[np.float32]


def main() -> None:
    """Print what each keeps and finds; exit code 1 where a target is missed."""
    wish = _wish()
    if wish.deal:
        met = [_deal(name, wish.nights) for name in wish.deal.split(",")]
        sys.exit(0 if all(met) else 1)
    one = open_set("newsT", wish.rows)
    night_of = np.arange(len(one.texts)) * wish.nights // len(one.texts)
    start = time.process_time()
    ours, kept = _live(one, night_of, one.vectors)
    met = _show("ours", one, ours, time.process_time() - start)
    print(
        f"ids kept from night to night, unless the ledger says merged or split: {kept:.2%} (target {KEPT_IDS:.1%})",
        flush=True,
    )
    met &= kept >= KEPT_IDS
    if not wish.no_bertopic:
        start = time.process_time()
        theirs = _bertopic(one, night_of)
        _show("BERTopic", one, theirs, time.process_time() - start)
        gain = score(one.labels, ours) - score(one.labels, theirs)
        print(f"AMI above BERTopic: {gain:+.3f} (target {BETTER:+.2f})")
        met &= gain >= BETTER
    if wish.swap:
        met &= _swap(one, night_of)
    sys.exit(0 if met else 1)


def _wish() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--nights", type=int, default=30)
    asked.add_argument("--rows", type=int, default=11_109)
    asked.add_argument("--no-bertopic", action="store_true")
    asked.add_argument("--swap", action="store_true", help="also with another encoder from the twentieth night on")
    asked.add_argument("--deal", default="", help="sets of bench/clusters.py")
    return asked.parse_args()


def _deal(name: str, nights: int) -> bool:
    """Deal a set out to the nights; whether those that share a group with five others are not left alone."""
    whole = open_set(name, 3_000)
    order = np.random.default_rng(7).permutation(len(whole.texts)).tolist()
    one = LabelledSet(name, [whole.texts[at] for at in order], [whole.labels[at] for at in order], whole.vectors[order])
    start = time.process_time()
    homes, kept = _live(one, np.arange(len(order)) * nights // len(order), one.vectors)
    _show(f"{name}, by night", one, homes, time.process_time() - start)
    at_once = [home for home, _, _ in group_texts(one.texts, list(one.vectors))]
    alone = left_alone(one.labels, homes)
    print(
        f"ids kept {kept:.2%}; alone of those that share a group with five others {alone:.1%} (under {ALONE:.0%}); ",
        end="",
    )
    print(f"at once AMI {score(one.labels, at_once):.3f}", flush=True)
    return alone < ALONE and kept >= KEPT_IDS


def _show(name: str, one: LabelledSet, homes: Homes, seconds: float) -> bool:
    alone = sum(home is None for home in homes) / len(homes)
    found = [find_small(one.labels, homes, least, most) for least, most, _ in (SMALL, TINY)]
    sizes = Counter(one.labels)
    many = [sum(least <= size <= most for size in sizes.values()) for least, most, _ in (SMALL, TINY)]
    print(f"{name}: AMI {score(one.labels, homes):.3f}, {len(set(homes) - {None})} groups, {alone:.1%} alone, ", end="")
    print(f"topics of 10 to 29 found {found[0]:.0%} of {many[0]}, of 3 to 9 {found[1]:.0%} of {many[1]}, ", end="")
    print(f"{seconds:.0f} CPU seconds", flush=True)
    return found[0] >= SMALL[2] and found[1] >= TINY[2]


def _pains(one: LabelledSet, vectors: Vectors, rows: NDArray[np.int64], night: date) -> list[Pain]:
    when = datetime(night.year, night.month, night.day, 12, tzinfo=UTC)
    return [
        Pain(
            signal_id=str(row),
            document_id=str(row),
            person=str(row),
            source="",
            kind=PostKind.FORUM,
            text=one.texts[row],
            created_at=when,
            stage=NO_STAGE,
            touchpoint=None,
            unspoken=False,
            embedding=vectors[row],
        )
        for row in rows.tolist()
    ]


def _live(one: LabelledSet, night_of: NDArray[np.int64], vectors: Vectors) -> tuple[list[str | None], float]:
    """Live the nights and look once more; homes at the end, and the share of rows that keep their id each time."""
    nights, before, kept, compared = Nights(), dict[str, str](), 0, 0
    last = int(night_of.max())
    for number in range(last + 2):
        night = START + timedelta(days=min(number, last))
        pains = _pains(one, vectors, np.flatnonzero(night_of == number), night)
        changes = nights.live(night, pains) if number <= last else nights.finish()
        homes, told = nights.homes(), _Told(changes)
        kept += sum(homes.get(row) == told.follow(row, home) for row, home in before.items())
        compared += len(before)
        before = homes
    return [homes.get(str(row)) for row in range(len(one.texts))], kept / max(1, compared)


class _Told:
    """Where the ledger's changes, one after the other, bring a row."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self._by_point: dict[str, list[tuple[int, Change, frozenset[str]]]] = defaultdict(list)
        for place, change in enumerate(changes):
            self._by_point[change.from_id].append((place, change, frozenset(change.members)))

    def follow(self, row: str, home: str) -> str:
        """Say which pain point `row` belongs to after the changes, if it stood in `home` before them."""
        at, found = -1, True
        while found:
            found = False
            for place, change, leaving in self._by_point.get(home, ()):
                if place > at and (change.kind == "merge" or row in leaving):
                    home, at, found = change.into_id, place, True
                    break
        return home


def _bertopic(one: LabelledSet, night_of: NDArray[np.int64]) -> Homes:
    path = KEPT / f"bertopic-nights-{len(one.texts)}-{int(night_of.max()) + 1}.npy"
    if not path.exists():
        from bertopic import BERTopic  # noqa: PLC0415 -- only where it is wanted and installed
        from umap import UMAP  # noqa: PLC0415 -- the same

        models = []
        for number in range(int(night_of.max()) + 1):
            rows = np.flatnonzero(night_of == number)
            umap = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=0)
            model = BERTopic(min_topic_size=5, umap_model=umap)
            model.fit([one.texts[row] for row in rows], one.vectors[rows])
            models.append(model)
            print(f"BERTopic, night {number + 1}", file=sys.stderr, flush=True)
        np.save(path, np.asarray(BERTopic.merge_models(models).topics_))
    return [str(topic) if topic >= 0 else None for topic in np.load(path).tolist()]


def _swap(one: LabelledSet, night_of: NDArray[np.int64]) -> bool:
    """Let the untouched encoder take over after two thirds of the nights: who of those placed before keeps the id."""
    path = KEPT / f"newsT-{len(one.texts)}-untouched.npy"
    if not path.exists():
        np.save(path, embed(one.texts, changed=False))
    other: Vectors = np.load(path)
    last, nights = int(night_of.max()) + 1, Nights()
    changes: list[Change] = []
    placed: dict[str, str] = {}
    for number in range(last):
        night = START + timedelta(days=number)
        if number == 2 * last // 3:
            placed = nights.homes()
            since = datetime(night.year, night.month, night.day, tzinfo=UTC)
            nights.read_again({str(row): other[row] for row in range(len(other))}, since)
        vectors = other if placed else one.vectors
        made = nights.live(night, _pains(one, vectors, np.flatnonzero(night_of == number), night))
        changes += made if placed else ()
    homes, ledger = nights.homes(), _Told(changes)
    kept = sum(homes.get(row) == home for row, home in placed.items()) / len(placed)
    told = sum(homes.get(row) == ledger.follow(row, home) for row, home in placed.items()) / len(placed)
    ami = score(one.labels, [homes.get(str(row)) for row in range(len(one.texts))])
    print(
        f"another encoder: {kept:.1%} keep their id (target {SWAPPED:.0%}), {told:.1%} with changes that the ledger ",
        end="",
    )
    print(f"tells; AMI {ami:.3f}")
    return kept >= SWAPPED


if __name__ == "__main__":
    main()
