"""Which words of a customer's sentence carry its subject, in a form in which `caps` and `cap` are one word."""

from __future__ import annotations

import re
from functools import lru_cache

_TOKEN = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
_PLACEHOLDER = re.compile(r"\[[a-z]+\]")  # redaction leaves [name], [email] ... behind: they say nothing
_SHORTEST = 3

STOP_WORDS = frozenset(
    """a about above actually after again against ago all almost already also although always am an and another any
    anybody anyone anything anyway are around as ask asked at away back bad be because been before being below best
    better between big bit both but by call came can cannot come could couldn day days did didn different do does doesn
    doing don done down during each either else end enough even ever every everybody everyone everything exactly far
    feel few find fine first five for found four from full further gave get gets getting give given go goes going gone
    gonna good got great guess had half happen happened hard has hasn have haven having he hello help her here hers
    hey hi him himself his honest honestly hope hour hours how however i idea if in instead into is isn it its itself
    just keep keeps kept kind knew know known knows last late later least leave left less let like likely little ll
    long look looked looking looks lot lots made make makes making many matter may maybe me mean means might mine
    minute minutes money month months more morning most much must my myself near need needed needs neither never new
    next nice no nobody none nor not nothing now of off often oh ok okay old on once one ones only onto or other
    others our ours out over own part people per perhaps please possible pretty probably problem put quite rather re
    read real really right said same saw say saying says second see seem seems seen set several shall she should
    shouldn show shows side since six so some somebody someone something sometimes somewhere soon sorry sort start
    started still stop stopped stuff such sure take taken takes taking tell ten than thank thanks that the their
    theirs them themselves then there these they thing things think third this those though thought three through
    thus time times to today together told tomorrow tonight too took tried try trying turn turned twice two under
    until up upon us use used using usual usually ve very via want wanted wants was wasn way we week weeks well went
    were weren what whatever when where whether which while who whole whom whose why will wish with within without
    won wonder word words work worked working works worse worst would wouldn wrong yeah year years yes yesterday yet
    you your yours yourself isn't aren't wasn't weren't don't doesn't didn't can't couldn't won't wouldn't shouldn't
    haven't hasn't hadn't i'm i've i'd i'll you're you've you'd you'll it's that's there's what's he's she's we're
    we've we'd we'll they're they've they'd they'll let's""".split()  # noqa: SIM905 -- a list to read
)
"""Words that are in every complaint and tell no two of them apart."""


def every_word(text: str) -> list[str]:
    """List the words of `text` in lower case, in order, with the stop words and without placeholders."""
    plain = _PLACEHOLDER.sub(" ", text.lower()).replace("\u2019", "'")
    return [token.removesuffix("'s") for token in _TOKEN.findall(plain)]


def find_words(text: str) -> list[str]:
    """List the content words of `text` as written but in lower case, in order, placeholders and stop words left out."""
    return [word for word in every_word(text) if len(word) >= _SHORTEST and word not in STOP_WORDS]


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Cut English endings off a lower-case word, so that `taping`, `taped` and `tapes` meet; three letters stay."""
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", "e"), ("s", "")):
        base = word.removesuffix(ending) + instead
        if word.endswith(ending) and len(base) > _SHORTEST - 1 and not word.endswith("ss"):
            return base.removesuffix("e") if len(base) > _SHORTEST else _undouble(base)
    return word.removesuffix("e") if len(word) > _SHORTEST else word


def _undouble(base: str) -> str:
    return base[:-1] if len(base) > _SHORTEST and base[-1] == base[-2] else base


@lru_cache(maxsize=65_536)  # a night weighs the same passages again and again
def stems(text: str) -> frozenset[str]:
    """Find the stems of the content words of `text`."""
    return frozenset(stem(word) for word in find_words(text))


FIRST_NAMES = frozenset(
    """adam alan albert alex alexander alice amanda amy andrea andrew angela anna anne anthony ashley barbara ben
    benjamin betty bob brian bruce carl carol caroline catherine charles charlotte chris christine christopher claire
    clara daniel dave david debbie deborah dennis diana donald donna doris dorothy douglas edward eleanor elizabeth ella
    ellen emily emma eric eva evelyn felix fiona frances francis frank fred gareth gary george gloria greg hannah harold
    harry heather heidi helen henry holly ian isabel jack jackie jacob jake james jamie jane janet jason jean jeff
    jennifer jenny jeremy jerry jessica jill jim joan joe john jon jonathan joseph josh joshua joyce judith judy julia
    julie justin karen karl kate katherine kathy keith kelly ken kenneth kevin kim kyle larry laura lauren leo leon lily
    linda lisa louis louise lucas lucy luke lynn marcus margaret maria marie marilyn martha martin mary matt matthew max
    megan melissa michael michelle mike mohammed monica nancy natalie nathan neil nicholas nick nicole nina noah nora
    oliver olivia oscar pamela patricia patrick paul paula pauline peter phil philip rachel ralph raymond rebecca
    richard rick robert robin roger ronald rosie ruth ryan sally sam samantha samuel sandra sara sarah scott sean sharon
    shirley simon sophia sophie stefan stephanie stephen steve steven stuart sue susan tara teresa theo thomas tim
    timothy tina toby tom tony tracy vera victoria vincent walter wendy william zoe""".split()  # noqa: SIM905 -- a list to read
)
"""Common first names: a pain point is never called after a person."""
