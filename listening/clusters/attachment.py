"""Says where on the journey a pain is felt, by whom, and where it begins if its texts point to an earlier place."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from listening.clusters.group import NO_PAIN_COUNTS, Voice, find_voices
from listening.clusters.words import stems
from listening.types import NO_STAGE, Attachment, JourneyMap, Pain, Share, Stage, Touchpoint

UNKNOWN = "unknown"
BEGINS_PEOPLE, BEGINS_SHARE = 2, 0.3  # so many people, and such a share of all, must point to the same earlier stage
A_FIFTIETH = 1.02  # so much larger


class _Wording:
    """Finds patterns, as whole words in any case, in texts of which nearly none has one.

    Each pattern comes with letters (lower case) that all it finds have: to look for these costs a quarter.
    """

    def __init__(self, patterns: Mapping[str, str]) -> None:
        self._letters = tuple(dict.fromkeys(patterns.values()))
        told = "|".join(patterns)
        self._pattern = re.compile(rf"\b(?:{told})\b" if told else r"(?!)", re.IGNORECASE)

    def found_in(self, text: str) -> bool:
        """Say whether `text` has one of them."""
        plain = text.lower()
        if plain.isascii():
            for letters in self._letters:
                if letters in plain:
                    break
            else:
                return False
        return self._pattern.search(text) is not None


# Words that tie a trouble to what was before it.
_CAUSE = _Wording(
    {
        r"said|never said": "said",
        r"says": "says",
        r"promis\w+": "promis",
        r"advertis\w+": "advertis",
        r"claim(?:s|ed)": "claim",
        r"told (?:me|us)|never told": "told",
        r"according to": "according to",
        r"as described": "as described",
        r"suppos\w+": "suppos",
        r"because": "because",
        r"since": "since",
        r"after": "after",
        r"when (?:i|we)": "when ",
        r"turn(?:s|ed) out": "turn",
        r"came with": "came with",
        r"never mention\w+": "never mention",
    }
)
_CLAUSE = re.compile(r"[.!?;:()\n]+|,\s|\s-+\s")


def may_move(before: int, now: int, *, known: int) -> bool:
    """Say whether a pain point that grew from `before` to `now` passages may stand elsewhere, and is placed anew.

    While all its passages are `known` it always is; later, when its place is found by the newest of them alone, with
    every fiftieth part more.
    """
    return now <= known or math.floor(math.log(before or 1, A_FIFTIETH)) < math.floor(math.log(now, A_FIFTIETH))


def attach(pains: Sequence[Pain], stages: Mapping[str, str] | None = None) -> tuple[str, str | None]:
    """Say to which stage and touchpoint `pains` belong ("none", None where nobody says).

    Each person's voice counts by how sure their pain is. `stages` are the map's touchpoints and where each lies: then a
    voice speaks for its own stage and for that of its touchpoint, and the touchpoint is one of the stage that wins.
    Worth asking again whenever pains have joined, because two people's words place a pain less surely than ten's.
    """
    return _attach(find_voices(pains), stages)


def _attach(voices: Sequence[Voice], stages: Mapping[str, str] | None) -> tuple[str, str | None]:
    told: list[tuple[str | None, float]] = [(voice.stage, voice.pain) for voice in voices]
    if stages:
        told += [(stages.get(v.touchpoint or ""), v.pain) for v in voices]
    stage = _heaviest(told) or NO_STAGE
    touchpoints = [(v.touchpoint, v.pain) for v in voices]
    fitting = [pair for pair in touchpoints if stages and stages.get(pair[0] or "") == stage]
    return stage, _heaviest(fitting or touchpoints)


def _heaviest(told: Iterable[tuple[str | None, float]]) -> str | None:
    """Find the label that says something and weighs most (ties by alphabet), or None."""
    sums: dict[str, float] = defaultdict(float)
    for label, weight in told:
        if label is not None and label != NO_STAGE:
            sums[label] += max(NO_PAIN_COUNTS, weight)
    return min(sums, key=lambda label: (-round(sums[label], 6), label), default=None)


def find_places(pains: Sequence[Pain], journey: JourneyMap, texts: Mapping[str, str] | None = None) -> Attachment:
    """Say where `pains` are felt (see `attach`), where they begin, and how many people speak for what.

    They begin earlier where two people or more, and three in ten, tell of an earlier stage too: in another passage of
    the same post, or in a clause that gives a cause ("the product page said ..."). `texts` are whole posts by id.
    """
    voices = find_voices(pains)
    lies = {touchpoint.id: touchpoint.stage for touchpoint in journey.touchpoints}
    stage, touchpoint = _attach(voices, lies)
    whole = {v.id: (texts or {}).get(v.pains[0].document_id) or " \n".join(p.text for p in v.pains) for v in voices}
    begins_stage, begins_touchpoint = _begins(voices, stage, journey, whole)
    return Attachment(
        stage=stage,
        touchpoint=touchpoint,
        begins_stage=begins_stage,
        begins_touchpoint=begins_touchpoint,
        stages=_shares(voices, lambda v: v.stage if v.stage != NO_STAGE else lies.get(v.touchpoint or "")),
        touchpoints=_shares(voices, lambda v: v.touchpoint),
        personas=_shares(voices, _find_persona(journey, whole)),
    )


def _shares(voices: Sequence[Voice], label: Callable[[Voice], str | None]) -> tuple[Share, ...]:
    """Count people by the label that they say most, "unknown" where they say none; most people first."""
    said: dict[str, list[str | None]] = defaultdict(list)
    for voice in voices:
        said[voice.person].append(label(voice))
    counts: dict[str, int] = defaultdict(int)
    for labels in said.values():
        most = labels[0] if len(labels) == 1 else _heaviest((one, 1.0) for one in labels)
        counts[UNKNOWN if not most or most == NO_STAGE else most] += 1
    return tuple(Share(name, counts[name]) for name in sorted(counts, key=lambda name: (-counts[name], name)))


def _begins(
    voices: Sequence[Voice], felt: str, journey: JourneyMap, whole: Mapping[str, str]
) -> tuple[str, str | None]:
    order = [stage.id for stage in journey.stages]
    if felt not in order:
        return "", None
    earlier = set(order[: order.index(felt)])
    if not earlier:
        return "", None
    words = _find_words(journey.stages, journey.touchpoints)
    told: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))  # stage -> touchpoint -> people
    for voice in voices:
        pointed = {(pain.stage, pain.touchpoint or "") for pain in voice.pains if pain.stage in earlier}
        if _CAUSE.found_in(whole[voice.id]):  # no cause reaches over the end of a clause
            pointed.update(_causes(whole[voice.id], words, earlier))
        for stage, touchpoint in pointed:
            told[stage][touchpoint].add(voice.person)
    people = {stage: set().union(*by_place.values()) for stage, by_place in told.items()}
    best = min(people, key=lambda stage: (-len(people[stage]), order.index(stage)), default="")
    needed = max(BEGINS_PEOPLE, BEGINS_SHARE * len({voice.person for voice in voices}))
    if not best or len(people[best]) < needed:
        return "", None
    places = {place: len(said) for place, said in told[best].items() if place}
    return best, min(places, key=lambda place: (-places[place], place), default=None)


def _causes(text: str, words: Mapping[str, tuple[str, str]], earlier: set[str]) -> Iterable[tuple[str, str]]:
    """The earlier places that clauses with a cause in them name, in the map's own words."""
    for clause in _CLAUSE.split(text):
        if _CAUSE.found_in(clause):
            yield from (words[word] for word in stems(clause) if word in words and words[word][0] in earlier)


@lru_cache(maxsize=16)  # a night asks it for hundreds of pain points of one map
def _find_words(stages: tuple[Stage, ...], touchpoints: tuple[Touchpoint, ...]) -> Mapping[str, tuple[str, str]]:
    """The words that name one place of the map and no other: stem -> (stage, touchpoint or "")."""
    told: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for touchpoint in touchpoints:
        for word in stems(f"{touchpoint.name} {touchpoint.description}"):
            told[word].add((touchpoint.stage, touchpoint.id))
    for stage in stages:
        for word in stems(f"{stage.name} {stage.description}"):
            told[word].add((stage.id, ""))
    found: dict[str, tuple[str, str]] = {}
    for word, places in told.items():
        if len({stage for stage, _ in places}) == 1:
            named = sorted(place for _, place in places if place)
            found[word] = (next(iter(places))[0], named[0] if len(named) == 1 else "")
    return found


def _find_persona(journey: JourneyMap, whole: Mapping[str, str]) -> Callable[[Voice], str | None]:
    """Know a persona by its example phrases; where a post has none, or those of two personas, nobody guesses."""
    known = {persona.id: _find_any(persona.examples) for persona in journey.personas}
    anybody = _find_any(example for persona in journey.personas for example in persona.examples)

    def find(voice: Voice) -> str | None:
        if not anybody.found_in(whole[voice.id]):
            return None
        said = {persona for persona, phrases in known.items() if phrases.found_in(whole[voice.id])}
        return said.pop() if len(said) == 1 else None

    return find


def _find_any(phrases: Iterable[str]) -> _Wording:
    """Find any of these phrases however its words are spaced; of none nothing is found."""
    words = [phrase.split() for phrase in phrases if phrase.strip()]
    return _Wording({r"\s+".join(map(re.escape, each)): max(each, key=len).lower() for each in words})
