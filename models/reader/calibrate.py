"""Makes the heads' probabilities honest, and chooses the cuts of the signals, on rows that trained nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from corpus import Row
from numpy.typing import NDArray
from scipy.optimize import minimize

from listening.signals.heads import Heads, sigmoid, softmax
from listening.types import PAINS, SENTIMENTS, SIGNALS

Floats = NDArray[np.float32]
TOWARDS_PLAIN = 4.0  # a handful of rows' worth of trust in "scale 1, shift 0"
DEFAULT_CUT = 0.4
# Nats taken from "no pain": the rows with a free licence hold less pain than what customers write elsewhere. Chosen
# with the calibration rows, the gold and the rows that may only validate in sight; between .4 and 1.2 the gold's
# any-pain F1 moves by .01. The voice, by which pain points are grouped, keeps what it was grouped by.
LEAN = {"pain": 0.8, "voice": 0.4}
PLAIN = 0.45  # nats taken from "neutral", since the two classes beside it are rarer where we calibrate; chosen likewise
# Nats that a cue adds to its signal: alone it never decides. Fitted with reader.v3 on the calibration rows and on those
# of heard.jsonl.gz, which had trained nothing then: each signal's own best lies between .25 and 1.75, breakage's at .5.
CUE = 1.0
TRUST = 100  # positives at which a signal's own best cut and the one that its probabilities promise weigh alike
SMOOTH = 15  # cuts, a hundredth apart, over which F1 is smoothed before the best is chosen: 450 rows are few


def calibrate(tensors: dict[str, Floats], features: Floats, rows: Sequence[Row], cues: Floats) -> dict[str, Floats]:
    """Add `scale` and `shift` of each head, `signals.cue` and `signals.cuts` to the raw heads.

    `cues` float32[n, 9] says which signals have a cue in a row's text. Only wild rows count for shares.
    """
    out = dict(tensors)
    asked = {"pain": "pain", "sentiment": "sentiment", "stage": "stage"}
    asked |= {"voice": "pain"} if "voice.out.bias" in tensors else {}
    for name in (*asked, "signals"):
        size = len(tensors[f"{name}.out.bias"])
        out[f"{name}.scale"] = np.ones(1 if name != "signals" else size, dtype=np.float32)
        out[f"{name}.shift"] = np.zeros(size, dtype=np.float32)
    heads = Heads(out)
    wild = np.array([row.wild for row in rows])
    for name, question in asked.items():
        labels = np.array([getattr(row, question) for row in rows])
        out[f"{name}.scale"], out[f"{name}.shift"] = fit_softmax(heads.raw(name, features)[wild], labels[wild])
    for name in asked.keys() & LEAN.keys():
        out[f"{name}.shift"][PAINS.index("none")] -= LEAN[name]
    out["sentiment.shift"][SENTIMENTS.index("neutral")] -= PLAIN
    marks = np.array([row.signals for row in rows])
    raw = heads.raw("signals", features)
    out["signals.cue"] = np.full(len(SIGNALS), CUE, dtype=np.float32)
    fits = [fit_sigmoid(raw[:, i], marks[:, i], CUE * cues[:, i]) for i in range(len(SIGNALS))]
    out["signals.scale"] = np.array([scale for scale, _ in fits], dtype=np.float32)
    out["signals.shift"] = np.array([shift for _, shift in fits], dtype=np.float32)
    chances = sigmoid(raw * out["signals.scale"] + out["signals.shift"] + cues * out["signals.cue"])
    out["signals.cuts"] = np.array([cut_of(chances[:, i], marks[:, i]) for i in range(len(SIGNALS))], dtype=np.float32)
    return out


def fit_softmax(logits: Floats, labels: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Find the scale (one number) and shift (one a class) that make the true labels likeliest."""
    size = logits.shape[1]

    def loss(x: NDArray[np.float64]) -> float:
        chances = softmax((logits * x[0] + x[1:]).astype(np.float32))
        said = -np.log(np.clip(chances[np.arange(len(labels)), labels], 1e-7, 1)).sum()
        return float(said + TOWARDS_PLAIN * ((x[0] - 1) ** 2 + (x[1:] ** 2).sum()))

    found = minimize(loss, np.array([1.0, *[0.0] * size]), method="Powell").x
    return np.array([found[0]], dtype=np.float32), found[1:].astype(np.float32)


def fit_sigmoid(logits: Floats, marks: NDArray[np.float64], told: Floats) -> tuple[float, float]:
    """Find the scale and shift of one signal, to which its cues add `told`."""

    def loss(x: NDArray[np.float64]) -> float:
        chances = np.clip(sigmoid((logits * x[0] + x[1] + told).astype(np.float32)), 1e-7, 1 - 1e-7)
        said = -(marks * np.log(chances) + (1 - marks) * np.log(1 - chances)).sum()
        return float(said + TOWARDS_PLAIN * ((x[0] - 1) ** 2 + x[1] ** 2 / 4))

    found = minimize(loss, np.array([1.0, 0.0]), method="Powell").x
    return float(found[0]), float(found[1])


def cut_of(chances: Floats, marks: NDArray[np.float64]) -> float:
    """Choose the cut with the best F1; a rare signal's choice is drawn towards what its probabilities promise."""
    cuts = np.linspace(0.1, 0.7, 61)
    promised = [2 * chances[chances > c].sum() / (chances.sum() + (chances > c).sum()) for c in cuts]
    seen = [2 * marks[chances > c].sum() / max(1, marks.sum() + (chances > c).sum()) for c in cuts]
    trust = marks.sum() / (marks.sum() + TRUST)
    if not np.isfinite(promised).all():
        return DEFAULT_CUT
    mixed = trust * np.array(seen) + (1 - trust) * np.array(promised)
    smooth = np.convolve(np.pad(mixed, SMOOTH // 2, "edge"), np.ones(SMOOTH) / SMOOTH, "valid")
    return float(cuts[int(smooth.argmax())])
