"""What is heard in a passage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from listening.types.words import Vector


@dataclass(frozen=True, slots=True)
class Swaps:
    """Models that the operator put in the place of the reader's own: a folder, or a name in the hub's local cache.

    `sentiment` is a sequence classifier, `sentiment_labels` says what its labels mean ("LABEL_0=negative, ...");
    `encoder` gives the embeddings for likeness. Empty leaves the reader's own. Folders are relative to `root`.
    """

    root: Path = Path()
    sentiment: str = ""
    sentiment_labels: str = ""
    encoder: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text to read: a document's id and its clean words."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document's text, `text[start:end]`: a sentence or a few short ones."""

    document_id: str
    index: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start:end` of the document's text that carry a signal."""

    signal: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """What one passage says: label -> probability for each question, the touchpoint, and the embedding.

    `signals_on` are the signals above their calibrated cuts; `touchpoint` is an id of the map or None ("fits nowhere").
    `space` names the encoder whose numbers the embedding is: only embeddings of one space can be compared. `voice` is
    how surely grouping counts the passage as a pain, 0 to 1; None where that is P(spoken) + P(unspoken).
    """

    id: str
    document_id: str
    passage: Passage
    sentiment: Mapping[str, float]
    pain: Mapping[str, float]
    signals: Mapping[str, float]
    signals_on: tuple[str, ...]
    stage: Mapping[str, float]
    touchpoint: str | None
    spans: tuple[Span, ...]
    embedding: Vector
    model: str
    space: str = ""
    voice: float | None = None

    @property
    def pain_label(self) -> str:
        """The most probable of none, spoken, unspoken."""
        return max(self.pain, key=lambda k: self.pain[k])

    @property
    def stage_label(self) -> str:
        """The most probable stage."""
        return max(self.stage, key=lambda k: self.stage[k])

    @property
    def sentiment_label(self) -> str:
        """The most probable sentiment."""
        return max(self.sentiment, key=lambda k: self.sentiment[k])


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """All that was heard in one document, in order of its passages.

    `readable` is False where the language is none that the encoder knows: then there are no signals.
    """

    document_id: str
    language: str
    readable: bool
    signals: tuple[Signal, ...]
    model: str
    space: str = ""
