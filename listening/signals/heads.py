"""Asks the questions: small layers on the encoder's numbers that answer with honest probabilities.

Weights and calibration lie in one safetensors file. For a head `h`: `h.hidden.weight|bias` (optional),
`h.out.weight|bias`, and `h.scale`, `h.shift`, by which its logits were made honest on rows that nobody trained on.
`signals.cue` (optional) is what a cue of `configs/pain_cues.toml` adds to the logit of its signal. `voice` (optional)
is a head for the labels of pain, by which pain points are grouped: it belongs to the embeddings and stays as long as
they do, so that a reader that hears better does not deal the pain points anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from listening.errors import ModelError
from listening.types import DEFAULT_STAGES, NO_STAGE, PAINS, SENTIMENTS, SIGNALS

Floats = NDArray[np.float32]

STAGE_LABELS = (*DEFAULT_STAGES, NO_STAGE)
LABELS: Mapping[str, tuple[str, ...]] = {
    "sentiment": SENTIMENTS,
    "pain": PAINS,
    "signals": SIGNALS,
    "stage": STAGE_LABELS,
}


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Per passage, float32[n, labels]: probabilities of each question; `cuts` float32[9]: above it a signal is on.

    `voice` are the probabilities of pain by which it is grouped.
    """

    sentiment: Floats
    pain: Floats
    signals: Floats
    stage: Floats
    cuts: Floats
    voice: Floats


class Heads:
    """The heads in memory, from the tensors of one file."""

    def __init__(self, tensors: Mapping[str, Floats]) -> None:
        self._tensors = {name: tensor.astype(np.float32) for name, tensor in tensors.items()}  # tables lie in fp16
        for name, labels in LABELS.items():
            for part, shape in (("out.bias", len(labels)), ("shift", len(labels))):
                if self._tensors.get(f"{name}.{part}", np.empty(0)).shape != (shape,):
                    raise ModelError(f"the heads' file lacks {name}.{part} for {shape} labels", "train it again")

    def answer(self, features: Floats, cues: Floats | None = None) -> Answers:
        """Answer all questions for float32[n, 768]; `cues` float32[n, 9] says which signals have a cue in the text."""
        signals = self.logits("signals", features)
        if cues is not None and "signals.cue" in self._tensors:
            signals += cues * self._tensors["signals.cue"]
        pain = softmax(self.logits("pain", features))
        heard = softmax(self.logits("voice", features)) if "voice.shift" in self._tensors else pain
        return Answers(
            softmax(self.logits("sentiment", features)),
            pain,
            sigmoid(signals),
            softmax(self.logits("stage", features)),
            self._tensors["signals.cuts"],
            heard,
        )

    def logits(self, name: str, features: Floats) -> Floats:
        """Give the calibrated logits of one head, float32[n, labels]."""
        return self.raw(name, features) * self._tensors[f"{name}.scale"] + self._tensors[f"{name}.shift"]

    def raw(self, name: str, features: Floats) -> Floats:
        """Give the logits of one head before calibration."""
        rows = features
        if f"{name}.hidden.weight" in self._tensors:
            table = self._tensors[f"{name}.hidden.weight"]  # one that knows no branch takes the first numbers only
            rows = gelu(rows[:, : table.shape[1]] @ table.T + self._tensors[f"{name}.hidden.bias"])
        out: Floats = rows @ self._tensors[f"{name}.out.weight"].T + self._tensors[f"{name}.out.bias"]
        return out


def load_heads(path: Path) -> Heads:
    """Read the heads' file; ModelError where it is missing or not one."""
    from safetensors import SafetensorError  # noqa: PLC0415 - only when a reader is opened
    from safetensors.numpy import load_file  # noqa: PLC0415 - the same

    try:
        return Heads(load_file(path))
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{path.name} cannot be loaded: {error}", "restore models/reader from the release") from error


def softmax(logits: Floats) -> Floats:
    """Turn logits into probabilities that add up to one."""
    top = np.exp(logits - logits.max(axis=-1, keepdims=True))
    out: Floats = (top / top.sum(axis=-1, keepdims=True)).astype(np.float32)
    return out


def sigmoid(logits: Floats) -> Floats:
    """Turn each logit into a probability of its own."""
    out: Floats = (1 / (1 + np.exp(-np.clip(logits, -30, 30)))).astype(np.float32)
    return out


def gelu(rows: Floats) -> Floats:
    """Take the smooth step between layers, in its exact form."""
    from scipy.special import erf  # noqa: PLC0415 - only when a reader is opened

    out: Floats = (rows * 0.5 * (1 + erf(rows / np.sqrt(2)))).astype(np.float32)
    return out


def named(labels: Sequence[str], row: Floats) -> dict[str, float]:
    """Put names to one row of probabilities, to six digits: beyond them speaks the order of adding, not the text."""
    return {label: round(float(value), 6) for label, value in zip(labels, row, strict=True)}
