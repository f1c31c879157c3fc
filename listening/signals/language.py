"""Hears which language a post is in, so that what the encoder cannot read is marked instead of misjudged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from listening.signals.spelling import as_seen

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

READABLE = frozenset({"en"})
UNKNOWN = "und"  # ISO 639-2 for "undetermined": no letters at all
NO_LANGUAGE = "zxx"  # ISO 639-2 for "no linguistic content": program code, data, a wall of signs
FEW_LETTERS = 20  # below this nobody can tell: taken as English
LOOKED_AT = 2000  # characters
LONGEST_WORD = 50  # letters; longer is no word (scripts without spaces are let through)
SURE = 0.9  # how sure the table must be of another language where some words are English
LIKELY = 0.6  # the same where hardly a word is
ENGLISH_SHARE = 0.15  # of the words: ordinary English has .25 to .45 of these, other languages under .05
HARDLY_ENGLISH = 0.05
CODE_FROM = 60  # characters; what is shorter is not taken for code
CODE_SIGNS = re.compile(r"[{}<>;=+|\\_$]|[\"'] ?:")
CODE_SHARE, CODE_ALONE = 0.08, 0.2  # of the characters: people's words have under .02 of these signs
SENTENCE = 6  # common English words: where so many stand, somebody writes around the code
WALL = 60  # characters between two blanks on average: nobody writes so
EXPECTED = (
    *("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "no", "fi", "cs", "sk", "hu", "ro", "hr", "tr", "id"),
    *("ms", "vi", "tl", "ca", "ru", "uk", "bg", "el", "ar", "fa", "he", "hi", "bn", "ta", "th", "zh", "ja", "ko"),
)
WORDS = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
ENTITY = re.compile(r"&#?\w+;")
REPEATED = re.compile(r"([\W_])\1+")
NOISE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[@#]\S+|\[[a-z]+\]")
ENGLISH_WORDS = """
the and but if of to for with from are were been i you she it they my your his its our their this that these those not
does did have has had can could will would should what when where who why how there here just like get got i'm it's
don't didn't can't i've that's very any some than then out up about after before because us
"""  # none that other languages write too ("a", "no", "me", "was", "in")
ENGLISH = frozenset(ENGLISH_WORDS.split())


def detect_language(text: str) -> str:
    """Give the ISO 639-1 code of `text`, "en" where it is too short to tell.

    "und" where it has no letters, "zxx" where it is code or data.
    """
    seen = as_seen(text[:LOOKED_AT]).text
    words = [w for w in WORDS.findall(NOISE.sub(" ", seen)) if len(w) <= LONGEST_WORD or foreign_script(w)]
    letters = "".join(words)
    if not letters:
        return UNKNOWN
    if is_code(seen, words):
        return NO_LANGUAGE
    needed = 0.0
    if not foreign_script(letters):
        share = english_share(words)
        if len(letters) < FEW_LETTERS or share >= ENGLISH_SHARE:
            return "en"
        needed = LIKELY if share < HARDLY_ENGLISH else SURE
    language, chance = identifier().classify(" ".join(words))
    return str(language) if chance >= needed else "en"


def is_code(text: str, words: Sequence[str]) -> bool:
    """Say whether a Latin text is no sentences: too many of a programmer's signs, or hardly a blank."""
    parts = REPEATED.sub(r"\1", ENTITY.sub(" ", text)).split()
    size = sum(map(len, parts))
    if size < CODE_FROM or foreign_script("".join(words)):
        return False
    signs = len(CODE_SIGNS.findall(" ".join(parts))) / size
    longer = [word for word in words if len(word) > 1]
    share = english_share(longer)
    if share * len(longer) >= SENTENCE:
        return signs >= CODE_ALONE
    enough = CODE_SHARE if share < ENGLISH_SHARE else CODE_ALONE
    return signs >= enough or size > WALL * len(parts)


def english_share(words: Sequence[str]) -> float:
    """Give the share of the commonest English words among `words`."""
    plain = [word.lower().replace("\u2019", "'") for word in words]
    return sum(word in ENGLISH for word in plain) / max(1, len(plain))


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
