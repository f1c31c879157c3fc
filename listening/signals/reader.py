"""Reads documents: every passage once through one small network, and out come tone, pain, signals, place and vector."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from listening.signals.cues import Cues, load_cues
from listening.signals.encoder import Encoded, Encoder, Encoding, as_vector, package_folder
from listening.signals.fewshot import learn_map
from listening.signals.heads import Answers, Heads, load_heads
from listening.signals.language import READABLE, detect_language
from listening.signals.pain import pain_of, signals_of, signals_on
from listening.signals.sentences import split_passages
from listening.signals.sentiment import sentiment_of
from listening.signals.shelf import read_manifest, verify
from listening.signals.stage import Found, find_places
from listening.types import JourneyMap, Passage, Reading, Signal, Text

log = logging.getLogger(__name__)

AT_ONCE = 4096  # passages that are in memory at once: 20 MB of numbers
CHANGES = "reader/encoder.safetensors"
HEADS = "reader/heads.safetensors"


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """One text cut up: its language, and its passages (none where it cannot be read)."""

    text: Text
    language: str
    passages: tuple[Passage, ...]


class Reader:
    """A model in memory that knows one journey map. `model` is its name and version, `stages` the map's and `none`."""

    def __init__(self, model: str, encoder: Encoding, heads: Heads, cues: Cues, journey: JourneyMap) -> None:
        self.model = model
        self._encoder = encoder
        self._heads = heads
        self._cues = cues
        self._map = learn_map(journey, encoder)
        self.stages = (*(stage.id for stage in journey.stages), "none")

    def read(self, texts: Sequence[Text]) -> list[Reading]:
        """Read each text, in order; an unreadable one gives a reading without signals."""
        opened = [open_text(text) for text in texts]
        out = []
        for group in grouped(opened):
            signals = iter(self._judge([passage for one in group for passage in one.passages]))
            for one in group:
                heard = tuple(next(signals) for _ in one.passages)
                out.append(Reading(one.text.id, one.language, bool(heard), heard, self.model))
        log.info(
            "read texts=%d passages=%d unreadable=%d",
            len(out),
            sum(len(r.signals) for r in out),
            sum(not r.readable for r in out),
        )
        return out

    def _judge(self, passages: Sequence[Passage]) -> list[Signal]:
        if not passages:
            return []
        encoded = self._encoder.encode([passage.text for passage in passages])
        answers = self._heads.answer(encoded.features)
        found = find_places(self._map, answers.stage, encoded.embedding)
        return [self._signal(row, passage, encoded, answers, found) for row, passage in enumerate(passages)]

    def _signal(self, row: int, passage: Passage, encoded: Encoded, answers: Answers, found: Found) -> Signal:
        pain, signals = pain_of(answers.pain[row]), signals_of(answers.signals[row])
        on = signals_on(pain, signals, answers.cuts)
        return Signal(
            id=signal_id(passage, self.model),
            document_id=passage.document_id,
            passage=passage,
            sentiment=sentiment_of(answers.sentiment[row]),
            pain=pain,
            signals=signals,
            signals_on=on,
            stage=found.stage_of(row),
            touchpoint=found.touchpoints[row],
            spans=self._cues.spans(passage, on),
            embedding=as_vector(encoded.embedding[row]),
            model=self.model,
        )


def open_reader(models: Path, journey: JourneyMap, *, threads: int = 0, cues: Path | None = None) -> Reader:
    """Load the reader from the shelf `models` for one map, after checking every file's hash; raises ModelError.

    `threads` 0 leaves torch's own choice; `cues` is the cues' file (default: configs/pain_cues.toml beside the shelf).
    """
    manifest = read_manifest(models)
    package = package_folder()
    verify(models, manifest, package)
    changes = models / CHANGES if any(file.path == CHANGES for file in manifest.files) else None
    encoder = Encoder(package, changes=changes, threads=threads)
    patterns = load_cues(cues or models.parent / "configs" / "pain_cues.toml")
    return Reader(manifest.model, encoder, load_heads(models / HEADS), patterns, journey)


def open_text(text: Text) -> Opened:
    """Detect the language and cut into passages; none where we could not judge them."""
    language = detect_language(text.text)
    passages = tuple(split_passages(text.text, text.id)) if language in READABLE else ()
    return Opened(text, language, passages)


def grouped(opened: Sequence[Opened]) -> Iterator[list[Opened]]:
    """Group texts so that a group has about AT_ONCE passages: memory stays flat however many come."""
    group: list[Opened] = []
    count = 0
    for one in opened:
        group.append(one)
        count += len(one.passages)
        if count >= AT_ONCE:
            yield group
            group, count = [], 0
    if group:
        yield group


def signal_id(passage: Passage, model: str) -> str:
    """Name a signal for ever: by document, place in the text, words and model version."""
    told = f"{passage.document_id}\0{passage.start}\0{passage.end}\0{passage.text}\0{model}"
    return "s" + hashlib.blake2b(told.encode(), digest_size=10).hexdigest()
