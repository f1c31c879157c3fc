"""Finds the words that carry a signal, as evidence for a reader of the report; cues explain, they never decide.

The patterns are spaCy Matcher patterns from `configs/pain_cues.toml`, each with a sentence in which it must be found
and one in which it must not.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from listening.errors import SettingsError
from listening.signals.spelling import as_seen
from listening.types import SIGNALS, Passage, Span

if TYPE_CHECKING:
    from spacy.matcher import Matcher
    from spacy.vocab import Vocab

KEYS = {"signal", "name", "patterns", "fires", "silent"}


Pattern = list[dict[str, Any]]  # spaCy's own shape of a token pattern


@dataclass(frozen=True, slots=True)
class Cue:
    """A turn of phrase that carries `signal`: token patterns, and examples that must and must not match."""

    signal: str
    name: str
    patterns: tuple[Pattern, ...]
    fires: tuple[str, ...]
    silent: tuple[str, ...]


class Cues:
    """All cues, ready to be looked for."""

    def __init__(self, cues: Sequence[Cue]) -> None:
        self.cues = tuple(cues)
        self._matcher: Matcher | None = None

    def spans(self, passage: Passage, signals: Iterable[str]) -> tuple[Span, ...]:
        """Give the spans for the `signals` that are on; the whole passage where no cue of a signal is found."""
        wanted = list(signals)
        if not wanted:
            return ()
        seen = as_seen(passage.text)
        found = [(name, seen.back(*place)) for name, place in self.find(seen.text)]
        out = []
        for signal in wanted:
            places = longest(place for name, place in found if name == signal) or [(0, len(passage.text))]
            out += [Span(signal, passage.start + start, passage.start + end) for start, end in places]
        return tuple(out)

    def find(self, text: str) -> list[tuple[str, tuple[int, int]]]:
        """Give (signal, (start, end)) of every cue in `text`, in characters."""
        from listening.signals.sentences import splitter  # noqa: PLC0415 - spaCy is loaded when something is read

        nlp = splitter()
        if self._matcher is None:
            self._matcher = build_matcher(self.cues, nlp.vocab)
        doc = nlp.make_doc(text)
        out = []
        for key, first, last in self._matcher(doc):
            signal = nlp.vocab.strings[key].partition("/")[0]
            out.append((signal, (doc[first].idx, doc[last - 1].idx + len(doc[last - 1]))))
        return sorted(out)


def build_matcher(cues: Sequence[Cue], vocab: Vocab) -> Matcher:
    """Compile the patterns; SettingsError names the cue whose pattern spaCy does not take."""
    from spacy.matcher import Matcher  # noqa: PLC0415 - loaded when something is read

    matcher = Matcher(vocab, validate=True)
    for cue in cues:
        try:
            matcher.add(f"{cue.signal}/{cue.name}", list(cue.patterns))
        except ValueError as error:
            raise SettingsError(f"cue {cue.name!r}: {str(error).splitlines()[0]}", "mend its patterns") from error
    return matcher


def load_cues(path: Path) -> Cues:
    """Read the cues' file; SettingsError names every mistake at once. A missing file means no cues."""
    if not path.exists():
        return Cues(())
    try:
        blocks = tomllib.loads(path.read_text(encoding="utf-8")).get("cue", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name}: {error}", "mend the file") from error
    mistakes = [
        f"{path.name}, cue {number}: {said}" for number, block in enumerate(blocks, 1) for said in faults(block)
    ]
    if mistakes:
        raise SettingsError("; ".join(mistakes), "mend the file")
    return Cues([as_cue(block) for block in blocks])


def faults(block: Mapping[str, object]) -> list[str]:
    """List what is wrong with one block."""
    said = [f"unknown key {key!r}" for key in sorted(set(block) - KEYS)]
    said += [f"lacks {key!r}" for key in sorted(KEYS - set(block))]
    if block.get("signal") not in SIGNALS:
        said.append(f"signal {block.get('signal')!r} is none of {', '.join(SIGNALS)}")
    return said


def as_cue(block: Mapping[str, object]) -> Cue:
    """Freeze one checked block. A pattern written as a sentence of words means those words in any case."""
    patterns = block["patterns"]
    listed: list[Any] = patterns if isinstance(patterns, list) else [patterns]
    return Cue(
        str(block["signal"]),
        str(block["name"]),
        tuple(words(p) if isinstance(p, str) else p for p in listed),
        as_texts(block["fires"]),
        as_texts(block["silent"]),
    )


def as_texts(value: object) -> tuple[str, ...]:
    """Take one sentence or several."""
    return tuple(str(v) for v in value) if isinstance(value, list) else (str(value),)


def words(pattern: str) -> Pattern:
    """Read the short form: `(a|b)` is a choice, `word?` may be missing, `*` is any one word; case does not matter."""
    out: Pattern = []
    for word in pattern.split():
        maybe: dict[str, Any] = {"OP": "?"} if word.endswith("?") and len(word) > 1 else {}
        bare = word[:-1] if maybe else word
        if bare == "*":
            out.append(maybe)
        elif bare.startswith("(") and bare.endswith(")"):
            out.append({"LOWER": {"IN": bare[1:-1].split("|")}, **maybe})
        else:
            out.append({"LOWER": bare, **maybe})
    return out


def longest(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Keep, of overlapping places, the longest; in order."""
    kept: list[tuple[int, int]] = []
    for place in sorted(set(places), key=lambda p: (p[0] - p[1], p[0])):
        if all(place[1] <= other[0] or place[0] >= other[1] for other in kept):
            kept.append(place)
    return sorted(kept)
