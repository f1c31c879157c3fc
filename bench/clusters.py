"""How well texts are put together, beside BERTopic with its defaults and k-means that is told the true number.

    .venv/bin/python bench/clusters.py [--quick] [--most 3000] [--no-bertopic] [--sets trec,airline] [--nights 30]

Same vectors for all (the reader's). BERTopic is no dependency: `pip install bertopic` first. Its labels and our vectors
are kept under data/var/clusters, so that a second run measures ours only. `--nights 0` leaves out the stream.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from cluster_sets import FILES, KEPT, LabelledSet, open_set
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_mutual_info_score

from listening.clusters import group_texts

Homes = Sequence[str | None]
BETTER, ALONE, KEPT_IDS = 0.08, 0.15, 0.995
AIM = -0.02  # beside k-means that is told the true number
SMALL, TINY = (10, 29, 0.75), (3, 9, 0.5)


def main() -> None:
    """Print the tables; exit code 1 where a target is missed."""
    wish = _wish()
    met = _show_sets(wish)
    if wish.nights:
        met &= _show_stream(wish)
    sys.exit(0 if met else 1)


def _wish() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--quick", action="store_true", help="1,000 rows a set, 10 nights")
    asked.add_argument("--most", type=int, default=3_000, help="rows of a set, a fixed sample")
    asked.add_argument("--no-bertopic", action="store_true")
    asked.add_argument("--sets", default=",".join(FILES))
    asked.add_argument("--nights", type=int, default=30)
    asked.add_argument("--stream", type=int, default=11_109, help="rows of the stream")
    wish = asked.parse_args()
    if wish.quick:
        wish.most, wish.nights, wish.stream = 1_000, 10, 2_000
    return wish


def score(labels: Sequence[str], homes: Homes) -> float:
    """Adjusted mutual information; what stands alone is a group of its own."""
    own = [home if home is not None else f"alone {row}" for row, home in enumerate(homes)]
    return float(adjusted_mutual_info_score(labels, own))


def left_alone(labels: Sequence[str], homes: Homes) -> float:
    """The share left alone of those that share a human group with five others."""
    sizes = Counter(labels)
    alone = [home is None for label, home in zip(labels, homes, strict=True) if sizes[label] > 5]  # noqa: PLR2004 -- five others
    return sum(alone) / max(1, len(alone))


def _show_sets(wish: argparse.Namespace) -> bool:
    print("| set | rows | groups | ours AMI | found | alone | s | BERTopic AMI | alone | k-means, true k |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    gains, told_k = list[float](), list[float]()
    alones = []
    for name in wish.sets.split(","):
        one = open_set(name, wish.most)
        start = time.monotonic()
        homes = [home for home, _, _ in group_texts(one.texts, list(one.vectors))]
        took = time.monotonic() - start
        ours, alone = score(one.labels, homes), left_alone(one.labels, homes)
        theirs = [] if wish.no_bertopic else _bertopic(one)
        told = f"{score(one.labels, theirs):.3f} | {left_alone(one.labels, theirs):.1%}" if theirs else "- | -"
        means = KMeans(len(set(one.labels)), n_init=2, random_state=0).fit_predict(one.vectors)
        known = score(one.labels, [str(home) for home in means])
        print(f"| {name} | {len(one.texts):,} | {len(set(one.labels))} | {ours:.3f} | ", end="")
        print(f"{len(set(homes) - {None})} | {alone:.1%} | {took:.0f} | {told} | {known:.3f} |", flush=True)
        gains += [ours - score(one.labels, theirs)] if theirs else []
        told_k.append(ours - known)
        alones.append(alone)
    print(f"\nmost left alone in a set: {max(alones):.1%} (target: under {ALONE:.0%})")
    print(f"AMI above k-means told the true k: mean {np.mean(told_k):+.3f}, least {min(told_k):+.3f} (aim {AIM:+.2f})")
    if gains:
        print(f"AMI above BERTopic: mean {np.mean(gains):+.3f} (target {BETTER:+.2f}), least {min(gains):+.3f} (0)")
    return max(alones) < ALONE and (not gains or (float(np.mean(gains)) >= BETTER and min(gains) >= 0))


def _bertopic(one: LabelledSet) -> Homes:
    path = KEPT / f"bertopic-{one.name}-{len(one.texts)}.npy"
    if not path.exists():
        from bertopic import BERTopic  # noqa: PLC0415 -- only where it is wanted and installed

        topics, _ = BERTopic().fit_transform(one.texts, one.vectors)
        np.save(path, np.asarray(topics))
    return [str(topic) if topic >= 0 else None for topic in np.load(path).tolist()]


# --- the stream


def _show_stream(wish: argparse.Namespace) -> bool:
    """Go through the stream a night at a time, each time with all that came before, and see who keeps an id."""
    one = open_set("newsT", wish.stream)
    night_of = np.arange(len(one.texts)) * wish.nights // len(one.texts)
    start = datetime(2026, 3, 2, 12, tzinfo=UTC)
    dates = [start + timedelta(days=int(night)) for night in night_of]
    checked = sorted({wish.nights // 3, 2 * wish.nights // 3, wish.nights - 1})
    before: Homes = []
    kept, compared = 0, 0
    for night in checked:
        upto = int((night_of <= night).sum())
        found = group_texts(one.texts[:upto], list(one.vectors[:upto]), created_at=dates[:upto])
        homes = [home for home, _, _ in found]
        pairs = [(old, new) for old, new in zip(before, homes, strict=False) if old is not None]
        kept, compared = kept + sum(old == new for old, new in pairs), compared + len(pairs)
        before = homes
    share = kept / max(1, compared)
    ami = score(one.labels, before)
    print(f"\nstream of {len(one.texts):,} over {wish.nights} nights: AMI {ami:.3f}, alone {_share_alone(before):.1%}")
    print(f"ids kept from one third of the nights to the next: {share:.1%} (target {KEPT_IDS:.1%} a night)")
    met = share >= KEPT_IDS
    for least, most, target in (SMALL, TINY):
        small = find_small(one.labels, before, least, most)
        print(f"topics of {least} to {most} found: {small:.0%} (target {target:.0%})")
        met &= small >= target
    return met


def _share_alone(homes: Homes) -> float:
    return sum(home is None for home in homes) / max(1, len(homes))


def find_small(labels: Sequence[str], homes: Homes, least: int, most: int) -> float:
    """The share of human groups of that size that one of ours has, with precision and recall of a half or more."""
    sizes, ours = Counter(labels), Counter(homes)
    both = Counter(zip(labels, homes, strict=True))
    wanted = [label for label, size in sizes.items() if least <= size <= most]
    hits: NDArray[np.bool_] = np.array(
        [
            any(
                2 * both[label, home] >= max(sizes[label], ours[home])
                for home in {h for name, h in both if name == label and h is not None}
            )
            for label in wanted
        ],
        dtype=bool,
    )
    return float(hits.mean()) if wanted else 1.0


if __name__ == "__main__":
    main()
