"""Hears which language a post is in, so that what the encoder cannot read is marked instead of misjudged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

READABLE = frozenset({"en"})
UNKNOWN = "und"  # ISO 639-2 for "undetermined": no letters at all
FEW_LETTERS = 20  # below this nobody can tell: taken as English
LOOKED_AT = 2000  # characters
LONGEST_WORD = 50  # letters; longer is no word (scripts without spaces are let through)
SURE = 0.9  # how sure the table must be of another language where some words are English
LIKELY = 0.6  # the same where hardly a word is
ENGLISH_SHARE = 0.15  # of the words: ordinary English has .25 to .45 of these, other languages under .05
HARDLY_ENGLISH = 0.05
EXPECTED = (
    *("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "no", "fi", "cs", "sk", "hu", "ro", "hr", "tr", "id"),
    *("ms", "vi", "tl", "ca", "ru", "uk", "bg", "el", "ar", "fa", "he", "hi", "bn", "ta", "th", "zh", "ja", "ko"),
)
WORDS = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
NOISE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[@#]\S+|\[[a-z]+\]")
ENGLISH_WORDS = """
the and but if of to for with from are were been i you she it they my your his its our their this that these those not
does did have has had can could will would should what when where who why how there here just like get got i'm it's
don't didn't can't i've that's very any some than then out up about after before because us
"""  # none that other languages write too ("a", "no", "me", "was", "in")
ENGLISH = frozenset(ENGLISH_WORDS.split())


def detect_language(text: str) -> str:
    """Give the ISO 639-1 code of `text`, "en" where it is too short to tell, "und" where it has no letters."""
    words = [w for w in WORDS.findall(NOISE.sub(" ", text[:LOOKED_AT])) if len(w) <= LONGEST_WORD or foreign_script(w)]
    letters = "".join(words)
    if not letters:
        return UNKNOWN
    needed = 0.0
    if not foreign_script(letters):
        share = english_share(words)
        if len(letters) < FEW_LETTERS or share >= ENGLISH_SHARE:
            return "en"
        needed = LIKELY if share < HARDLY_ENGLISH else SURE
    language, chance = identifier().classify(" ".join(words))
    return str(language) if chance >= needed else "en"


def english_share(words: Sequence[str]) -> float:
    """Give the share of the commonest English words among `words`."""
    plain = [word.lower().replace("\u2019", "'") for word in words]
    return sum(word in ENGLISH for word in plain) / len(plain)


def foreign_script(letters: str) -> bool:
    """Say whether most letters are of another script than the Latin one."""
    return sum(c > "\u024f" for c in letters) > len(letters) / 2


@cache
def identifier() -> LanguageIdentifier:
    """Load py3langid's table (4.5 MB), kept to languages that are likely on the sites that we read."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - only when something is read

    loaded = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    loaded.set_languages(list(EXPECTED))
    return loaded
