"""A store that has lived for months, invented: documents, their signals, and the pain points that they tell."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from listening import pipeline
from listening.settings import Settings
from listening.signals import name_reader
from listening.store import Store, writes
from listening.types import Document, Membership, PainPoint, Passage, PostKind, Reading, Signal, Vector

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)  # a Tuesday; --monday takes the day before, when pain points are reviewed
DAYS = 120
PASSAGES = 3  # a post
PAINFUL, UNSURE, WAITING = 0.2, 0.1, 0.15  # shares: of passages; of passages; of pains that belong nowhere yet
SOURCES = 6
BATCH = 2000


def fill(store: Store, settings: Settings, count: int) -> None:
    """Fill the store with invented documents over 120 days, their signals, and the pain points that they tell."""
    rng = np.random.default_rng(0)
    reader = name_reader(settings.models, settings.swaps)
    centres = _unit(rng.normal(size=(max(10, count // 120), 384)))
    words = _words(rng)
    members: dict[int, list[Signal]] = {}
    for start in range(0, count, BATCH):
        documents = [_document(rng, words, number, count) for number in range(start, min(count, start + BATCH))]
        for source in range(SOURCES):
            mine = [one for one in documents if one.source == f"source{source}"]
            night = (NOW - timedelta(days=DAYS)).date()
            writes.keep_batch(
                store, source=f"source{source}", kind="forum", documents=mine, cursor="", validators=(), night=night
            )
        writes.mark_clean(store, [one.id for one in documents], {})
        readings = [_reading(rng, one, centres, members, reader) for one in documents]
        writes.keep_readings(store, readings)
        print(f"{start + len(documents):,} documents", file=sys.stderr, flush=True)
    born = [_point(settings, number, signals) for number, signals in sorted(members.items()) if len(signals) > 1]
    for at in range(0, len(born), 50):
        writes.keep_placement(store, (), born[at : at + 50], (), ())
    # the night before: what its clusters leave waiting is what waits
    writes.keep_meta(store, "unsettled", "yes")
    pipeline.cluster(store, settings, now=NOW - timedelta(days=2 if NOW.weekday() == 1 else 1, hours=1))


def _words(rng: np.random.Generator) -> list[str]:
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    return ["".join(rng.choice(letters, size=rng.integers(3, 10))) for _ in range(6000)]


def _document(rng: np.random.Generator, words: list[str], number: int, count: int) -> Document:
    said = " ".join(words[int(one)] for one in np.minimum(rng.zipf(1.3, size=60), len(words)) - 1)
    when = NOW - timedelta(days=1 + (DAYS - 1) * (1 - number / count))
    return Document(
        id=f"d{number:019x}",
        source=f"source{number % SOURCES}",
        native_id=str(number),
        kind=PostKind.FORUM,
        title="",
        text=said,
        person=f"{int(rng.zipf(1.5)) % 10**6 + number % 9000:032x}",
        created_at=when,
        first_seen=when,
        url=f"https://source{number % SOURCES}.test/{number}",
        thread=str(number // 8),
        fingerprint=rng.bytes(16).hex(),
        minhash=rng.bytes(256),
        bands=tuple(rng.bytes(8).hex() for _ in range(21)),
    )


def _reading(
    rng: np.random.Generator,
    document: Document,
    centres: NDArray[np.float32],
    members: dict[int, list[Signal]],
    reader: str,
) -> Reading:
    step = len(document.text) // PASSAGES
    signals = []
    for index in range(PASSAGES):
        chance = rng.random()
        pain = 0.7 if chance < PAINFUL else 0.3 if chance < PAINFUL + UNSURE else 0.05
        placed = pain > UNSURE and rng.random() > WAITING
        cluster = int(len(centres) * rng.random() ** 2)
        towards = 1.2 * centres[cluster] if placed else np.zeros(384)
        vector = _unit(towards + rng.normal(size=384) / 384**0.5)
        signal = _signal(document, index, step, pain, np.asarray(vector, dtype=np.float32), reader)
        signals.append(signal)
        if placed:
            members.setdefault(cluster, []).append(signal)
    return Reading(document.id, "en", readable=True, signals=tuple(signals), model=reader, space=reader)


def _signal(  # noqa: PLR0917 - one invented passage
    document: Document, index: int, step: int, pain: float, vector: Vector, reader: str
) -> Signal:
    start, end = index * step, (index + 1) * step
    names = ("complaint", "breakage", "confusion", "effort", "workaround", "unmet_need", "switching", "resignation")
    stages = ("discover", "choose", "buy", "start", "use", "help", "stay", "none")
    stage = stages[(index + int(document.native_id)) % 8]
    return Signal(
        id=f"s{document.id}{index}",
        document_id=document.id,
        passage=Passage(document.id, index, start, end, document.text[start:end]),
        sentiment={"negative": 0.51234, "neutral": 0.31234, "positive": 0.17532},
        pain={"none": 1 - pain, "spoken": pain / 3, "unspoken": pain * 2 / 3},
        signals=dict.fromkeys(names, 0.12345),
        signals_on=(),
        stage={one: 0.65 if one == stage else 0.05 for one in stages},
        touchpoint=None,
        spans=(),
        embedding=vector,
        model=reader,
        space=reader,
    )


def _point(settings: Settings, number: int, signals: list[Signal]) -> tuple[PainPoint, list[Membership]]:
    middle = np.mean([one.embedding for one in signals], axis=0, dtype=np.float32)
    point = PainPoint(
        id=f"pp-{number:010x}",
        map=settings.journey.id,
        name=" ".join(signals[0].passage.text.split()[:4]),
        named_by="",
        stage=signals[0].stage_label,
        touchpoint=None,
        status="open",
        born=(NOW - timedelta(days=DAYS)).date(),
        last_seen=(NOW - timedelta(days=1 + number % 20)).date(),
        centroid=middle,
        size=len(signals),
        words=tuple(signals[0].passage.text.split()[:6]),
    )
    night = point.born
    return point, [Membership(one.id, point.id, night, 0.7) for one in signals]


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    scaled: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)
    return scaled
