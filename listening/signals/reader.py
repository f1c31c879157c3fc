"""Reads documents: every passage once through one small network, and out come tone, pain, signals, place and vector."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from listening.signals.cues import Cues, load_cues, marks_of
from listening.signals.encoder import Encoder, Encoding, as_vector, package_folder
from listening.signals.fewshot import learn_map
from listening.signals.heads import Answers, Floats, Heads, load_heads
from listening.signals.language import READABLE, detect_language
from listening.signals.memory import give_back
from listening.signals.others import Classifier, OtherEncoder
from listening.signals.pain import pain_of, signals_of, signals_on, voice_of
from listening.signals.sentences import split_passages
from listening.signals.sentiment import sentiment_of
from listening.signals.shelf import read_manifest, verify
from listening.signals.spelling import as_seen
from listening.signals.stage import Found, find_places
from listening.signals.swapped import find_place, name_swaps
from listening.types import JourneyMap, Passage, Reading, Signal, Swaps, Text, Vector

log = logging.getLogger(__name__)

AT_ONCE = 4096  # passages that are in memory at once: 20 MB of numbers
CHANGES = "reader/encoder.safetensors"
BRANCH = "reader/branch.safetensors"
HEADS = "reader/heads.safetensors"
NO_SWAPS = Swaps()


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """One text cut up: its language, and its passages (none where it cannot be read)."""

    text: Text
    language: str
    passages: tuple[Passage, ...]


class Tones(Protocol):
    """Another model for the sentiment."""

    def answer(self, texts: Sequence[str]) -> Floats:
        """Give float32[n, 3]: probabilities of negative, neutral, positive."""
        ...


class Reader:
    """A model in memory that knows one journey map. `model` is its name and version, `stages` the map's and `none`.

    `likeness` and `tones` are other models in the place of its own embeddings and sentiment; `space` names the encoder
    of the embeddings, so that those of two are never compared.
    """

    def __init__(
        self,
        model: str,
        encoder: Encoding,
        heads: Heads,
        cues: Cues,
        journey: JourneyMap,
        *,
        space: str = "",
        likeness: Encoding | None = None,
        tones: Tones | None = None,
    ) -> None:
        self.model = model
        self.space = space or model
        self._encoder = encoder
        self._heads = heads
        self._cues = cues
        self._likeness = likeness
        self._tones = tones
        self._map = learn_map(journey, likeness or encoder)
        self.stages = (*(stage.id for stage in journey.stages), "none")

    def on(self, journey: JourneyMap) -> Reader:
        """Return a reader that knows another map; the models are the same ones in memory."""
        other = copy(self)
        other._map = learn_map(journey, self._likeness or self._encoder)  # noqa: SLF001 - its own kind
        other.stages = (*(stage.id for stage in journey.stages), "none")
        return other

    def read(self, texts: Sequence[Text]) -> list[Reading]:
        """Read each text, in order; an unreadable one gives a reading without signals."""
        opened = [open_text(text) for text in texts]
        out = []
        for group in grouped(opened):
            signals = iter(self._judge([passage for one in group for passage in one.passages]))
            for one in group:
                heard = tuple(next(signals) for _ in one.passages)
                out.append(Reading(one.text.id, one.language, bool(heard), heard, self.model, self.space))
            give_back()
        log.info(
            "read texts=%d passages=%d unreadable=%d",
            len(out),
            sum(len(r.signals) for r in out),
            sum(not r.readable for r in out),
        )
        return out

    def hear(self, phrases: Sequence[str]) -> list[tuple[float, Vector]]:
        """Say of each phrase how surely it tells a pain (0 to 1), and its embedding (length one)."""
        if not phrases:
            return []
        texts = [as_seen(phrase).text for phrase in phrases]
        own = self._encoder.encode(texts)
        voices = self._heads.answer(own.features).voice
        embedding = (self._likeness.encode(texts) if self._likeness is not None else own).embedding
        return [(voice_of(row), as_vector(vector)) for row, vector in zip(voices, embedding, strict=True)]

    def _judge(self, passages: Sequence[Passage]) -> list[Signal]:
        if not passages:
            return []
        texts = [as_seen(passage.text).text for passage in passages]
        own = self._encoder.encode(texts)
        cues = [self._cues.find(text) for text in texts]
        answers = self._heads.answer(own.features, marks_of(cues))
        if self._tones is not None:
            answers = replace(answers, sentiment=self._tones.answer(texts))
        embedding = (self._likeness.encode(texts) if self._likeness is not None else own).embedding
        found = find_places(self._map, answers.stage, embedding)
        signals = [self._signal(row, passage, embedding[row], answers, found) for row, passage in enumerate(passages)]
        return [
            replace(signal, spans=self._cues.spans(signal.passage, signal.signals_on, told))
            for signal, told in zip(signals, cues, strict=True)
        ]

    def _signal(self, row: int, passage: Passage, embedding: Floats, answers: Answers, found: Found) -> Signal:
        pain, signals = pain_of(answers.pain[row]), signals_of(answers.signals[row])
        on = signals_on(pain, signals, answers.cuts)
        return Signal(
            id=signal_id(passage),
            document_id=passage.document_id,
            passage=passage,
            sentiment=sentiment_of(answers.sentiment[row]),
            pain=pain,
            signals=signals,
            signals_on=on,
            stage=found.stage_of(row),
            touchpoint=found.touchpoints[row],
            spans=(),
            embedding=as_vector(embedding),
            model=self.model,
            space=self.space,
            voice=voice_of(answers.voice[row]),
        )


def open_reader(
    models: Path,
    journey: JourneyMap,
    *,
    threads: int = 0,
    exact: bool = False,
    cues: Path | None = None,
    swaps: Swaps = NO_SWAPS,
) -> Reader:
    """Load the reader from the shelf `models` for one map, after checking every file's hash; raises ModelError.

    `threads` 0 means one a core; `exact` reads in fp32 on every processor; `cues` is the cues' file (default:
    configs/pain_cues.toml beside the shelf); `swaps` are other models in the place of the reader's own sentiment and
    embeddings.
    """
    manifest = read_manifest(models)
    package = package_folder()
    verify(models, manifest, package)
    changes, branch = (models / path if path in manifest.paths else None for path in (CHANGES, BRANCH))
    encoder = Encoder(package, changes=changes, branch=branch, threads=threads, exact=exact)
    patterns = load_cues(cues or models.parent / "configs" / "pain_cues.toml")
    other = find_place(swaps.encoder, swaps.root) if swaps.encoder else None
    tones = find_place(swaps.sentiment, swaps.root) if swaps.sentiment else None
    return Reader(
        manifest.model + name_swaps(swaps),
        encoder,
        load_heads(models / HEADS),
        patterns,
        journey,
        space=other.told if other else manifest.space,
        likeness=OtherEncoder(other, threads) if other else None,
        tones=Classifier(tones, swaps.sentiment_labels, threads) if tones else None,
    )


def name_reader(models: Path, swaps: Swaps = NO_SWAPS) -> str:
    """Give the name and version of the reader that would be opened, without loading it; raises ModelError."""
    return read_manifest(models).model + name_swaps(swaps)


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


def signal_id(passage: Passage) -> str:
    """Name a signal for ever: by document, place in the text and words, whatever model hears it."""
    told = f"{passage.document_id}\0{passage.start}\0{passage.end}\0{passage.text}"
    return "s" + hashlib.blake2b(told.encode(), digest_size=10).hexdigest()
