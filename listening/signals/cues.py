"""Finds the words that carry a signal: they show where it lies, and speak a little for it; they never decide alone.

The patterns are spaCy Matcher patterns from `configs/pain_cues.toml`, each with a sentence in which it must be found
and one in which it must not. A pattern is looked for only where each of its sure words stands: most texts have few.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from listening.errors import SettingsError
from listening.signals.spelling import as_seen
from listening.types import SIGNALS, Passage, Span

if TYPE_CHECKING:
    from spacy.matcher import Matcher
    from spacy.vocab import Vocab

KEYS = {"signal", "name", "patterns", "fires", "silent"}


Pattern = list[dict[str, Any]]  # spaCy's own shape of a token pattern
Found = list[tuple[str, tuple[int, int]]]  # signal, and from where to where in the text


@dataclass(frozen=True, slots=True)
class Cue:
    """A turn of phrase that carries `signal`: token patterns, and examples that must and must not match."""

    signal: str
    name: str
    patterns: tuple[Pattern, ...]
    fires: tuple[str, ...]
    silent: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Finder:
    """One pattern, ready to be looked for; of each of `needs`, words by spaCy's numbers, one must stand in the text."""

    signal: str
    needs: tuple[frozenset[int], ...]
    matcher: Matcher


class Cues:
    """All cues, ready to be looked for."""

    def __init__(self, cues: Sequence[Cue]) -> None:
        self.cues = tuple(cues)
        self._finders: list[Finder] | None = None

    def spans(self, passage: Passage, signals: Iterable[str], found: Found | None = None) -> tuple[Span, ...]:
        """Give the spans for the `signals` that are on; the whole passage where no cue of a signal is found.

        `found` is what `find` gives of the passage as it is seen, where that is known already.
        """
        wanted = list(signals)
        if not wanted:
            return ()
        seen = as_seen(passage.text)
        places_of = [(name, seen.back(*place)) for name, place in (self.find(seen.text) if found is None else found)]
        out = []
        for signal in wanted:
            places = longest(place for name, place in places_of if name == signal) or [(0, len(passage.text))]
            out += [Span(signal, passage.start + start, passage.start + end) for start, end in places]
        return tuple(out)

    def find(self, text: str) -> Found:
        """Give (signal, (start, end)) of every cue in `text`, in characters."""
        from listening.signals.sentences import splitter  # noqa: PLC0415 - spaCy is loaded when something is read

        nlp = splitter()
        if self._finders is None:
            self._finders = [finder for cue in self.cues for finder in finders_of(cue, nlp.vocab)]
        doc = nlp.make_doc(text)
        there = frozenset(doc.to_array("LOWER").tolist())
        out = [
            (finder.signal, (doc[first].idx, doc[last - 1].idx + len(doc[last - 1])))
            for finder in self._finders
            if not any(need.isdisjoint(there) for need in finder.needs)
            for _, first, last in finder.matcher(doc)
        ]
        return sorted(set(out))


def marks_of(found: Sequence[Found]) -> NDArray[np.float32]:
    """Say which signals have a cue in each text: float32[n, 9] of zeros and ones."""
    told = [{signal for signal, _ in one} for one in found]
    rows = np.array([[name in one for name in SIGNALS] for one in told], dtype=np.float32)
    return rows.reshape(len(told), len(SIGNALS))


def finders_of(cue: Cue, vocab: Vocab) -> Iterator[Finder]:
    """Compile the patterns of one cue; SettingsError names the cue whose pattern spaCy does not take."""
    from spacy.matcher import Matcher  # noqa: PLC0415 - loaded when something is read

    for pattern in cue.patterns:
        matcher = Matcher(vocab, validate=True)
        try:
            matcher.add(cue.name, [pattern])
        except ValueError as error:
            raise SettingsError(f"cue {cue.name!r}: {str(error).splitlines()[0]}", "mend its patterns") from error
        needs = tuple(frozenset(map(vocab.strings.add, sure)) for token in pattern if (sure := sure_words(token)))
        yield Finder(cue.signal, needs, matcher)


def sure_words(token: Mapping[str, Any]) -> list[str]:
    """List the words of which one must stand where this token of a pattern is found; none where that is not known."""
    told = token.get("LOWER")
    if "OP" in token or told is None:
        return []
    if isinstance(told, str):
        return [told]
    return list(told.get("IN", []))


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
