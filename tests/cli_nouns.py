"""What the command line's tests are told in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from store_nouns import signal

from listening.types import SIGNALS, Passage, Reading, Text, Vector


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


class FewWords:
    """A reader that hears one passage a text, and nothing in a text that begins with "??"."""

    model = "fake.v1"
    stages = ("use", "none")

    def __init__(self) -> None:
        self.batches: list[int] = []

    def read(self, texts: Sequence[Text]) -> list[Reading]:
        """Read each text, in order."""
        self.batches.append(len(texts))
        return [self._one(text) for text in texts]

    @staticmethod
    def hear(phrases: Sequence[str]) -> list[tuple[float, Vector]]:
        """Hear pain in a phrase that tells of drips, and no direction in any."""
        return [("drips" in phrase, np.zeros(0, dtype=np.float32)) for phrase in phrases]

    def _one(self, text: Text) -> Reading:
        if text.text.startswith("??"):
            return Reading(text.id, "xx", readable=False, signals=(), model=self.model)
        passage = Passage(text.id, 0, 0, len(text.text), text.text)
        heard = signal(text.id, passage=passage, signals=dict.fromkeys(SIGNALS, 0.1), spans=())
        return Reading(text.id, "en", readable=True, signals=(heard,), model=self.model)
