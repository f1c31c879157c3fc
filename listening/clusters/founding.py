"""Says whether a few voices found a pain point: enough people, alike enough, in words of their own, and in pain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from listening.clusters.group import CUT, Voice, agree, by_head, compare, compare_to_groups, group
from listening.clusters.weights import WordWeights

PAIR_EXTRA = 0.15  # two voices alone must be this much more alike: a pair is easily chance
SAME_WORDS = 0.5  # share of content words from which two texts are one text that went round
ENOUGH_WORDS = 8  # fewer words may well be shared by chance
NEAR = 0.3  # mean likeness at which others speak of what the founders speak of
HALF_HEARD = 0.6  # share of the sure floor from which a voice may help to found
ENOUGH_PAIN = 2.0  # so many people must be expected to suffer where some are only half heard
HURTS = 0.4  # how likely a pain must be, over the founders and all who speak of the same


def holds(voices: Sequence[Voice], common: float, weights: WordWeights) -> bool:
    """Whether `voices` are a pain point in the making: two people or more, and the fewer they are the more alike.

    Only pairs of different people count, so that one loud author makes no core that strangers stick to; people who
    paste the same text are one. To have met in one thread makes nobody more alike here: a thread has a subject.
    """
    heads = find_heads(voices)
    people = len(set(heads))
    if people < 2:  # noqa: PLR2004 -- two people
        return False
    strangers = 1 - agree(heads, heads)
    likeness = compare(voices, voices, common, weights, thread=0.0) * strangers
    return float(likeness.sum() / strangers.sum()) >= CUT + PAIR_EXTRA / (people - 1)


def find_groups(voices: Sequence[Voice], common: float, weights: WordWeights) -> list[list[Voice]]:
    """Group `voices`; a group that does not hold is parted by what is said alone.

    Else an answer that only stands in their thread could keep those who tell the same from being heard.
    """
    found = []
    for held in group(voices, common, weights):
        whole = len(held) <= 2 or holds(held, common, weights)  # noqa: PLR2004 -- two have nobody between them
        found += [held] if whole else group(held, common, weights, thread=0.0)
    return found


def suffices(voices: Sequence[Voice], sure: float) -> bool:
    """Whether half-heard voices found with others: one person surely suffers, and two are expected to in all."""
    told = [max(voice.pain for voice in held) for held in by_head(voices).values()]
    return max(told) >= sure and sum(told) >= ENOUGH_PAIN


def find_heads(voices: Sequence[Voice]) -> list[str]:
    """Say for each voice whose words it tells: one head for all that a person wrote, and for all who wrote the same.

    All who send the reader elsewhere are one head too: adverts come by the dozen, in other words under other names.
    """
    heads: list[str] = []
    for voice in voices:
        same = {heads[i] for i, other in enumerate(voices[: len(heads)]) if _is_same(voice, other)}
        head = min(same, default=voice.id)
        heads = [head if one in same else one for one in heads]
        heads.append(head)
    return heads


def _is_same(left: Voice, right: Voice) -> bool:
    if left.person == right.person or (left.elsewhere and right.elsewhere):
        return True
    shared, all_said = len(left.stems & right.stems), len(left.stems | right.stems)
    return shared >= max(ENOUGH_WORDS, SAME_WORDS * all_said)


def choose_hurting(
    groups: Sequence[Sequence[Voice]], unsure: Sequence[Voice], common: float, weights: WordWeights, *, sure: float
) -> list[Sequence[Voice]]:
    """Choose the groups of founders around whom most of what is said is likely pain: what few dislike founds nothing.

    `unsure` are all voices that may be no pain; those who speak of the same count too. Without `sure` all hurt.
    """
    if not sure or not groups:
        return list(groups)
    near = compare_to_groups(unsure, groups, common, weights) >= NEAR
    around = [[unsure[i] for i in np.flatnonzero(column).tolist()] for column in near.T]
    return [held for held, others in zip(groups, around, strict=True) if _hurts([*held, *others])]


def _hurts(voices: Sequence[Voice]) -> bool:
    people = by_head(voices).values()
    return sum(max(voice.pain for voice in held) for held in people) >= HURTS * len(people)
