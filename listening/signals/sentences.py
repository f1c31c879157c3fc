"""Cuts a post into passages, the pieces that we judge: sentences, with scraps joined to their neighbours.

Lines are cut first (a list item or a line of its own ends a thought even without a full stop), then spaCy's rules cut
sentences inside a line. A scrap ("Hi all", ":)", "Any ideas?") joins its neighbour, and short sentences of a paragraph
stay together up to AIM characters, because a pain is often told in two short ones. All this looks at the text as a
person sees it, without invisible characters. Offsets are exact and count in the text as it was written:
`text[passage.start:passage.end] == passage.text` (a lone surrogate, which no encoding can write, stands as U+FFFD).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

from listening.signals.spelling import as_seen
from listening.types import Passage

if TYPE_CHECKING:
    from spacy.language import Language

AIM = 200  # characters up to which sentences of one paragraph share a passage
LONGEST = 400  # characters; nothing longer is judged at once
SCRAP = 25  # letters; a piece with fewer is no passage of its own where it has a neighbour
MOST = 200  # passages of one text that are judged; the rest of a long post is left unread
GIANT = 100_000  # characters; what is longer is a log or a copied book, no post:
FEW = 60  # so many of its passages are judged, a second or two of one core without units for bf16
LOOKED_AT = 200_000  # characters of one text: more than so many passages fill, whatever lies between them
RUN = re.compile(r"\S{100,}")  # no word: the splitter would take seconds over 2,000 quotation marks
CHUNK = 2000  # characters given to spaCy at once: keeps a word of 200 kB from taking its time

PARAGRAPH = re.compile(r"\n[^\S\n]*\n")
OPENS = re.compile(r"\s([\"'(\[\u201c\u2018]+)\Z")
LINE = re.compile(r"[^\n\r\u2028\u2029\x0b\x0c]+")
SURROGATE = re.compile("[\ud800-\udfff]")
ABBREVIATIONS = """
approx. appt. apt. capt. col. cont. dept. diff. drs. esp. est. etc. ext. fig. gen. govt. hr. hrs. inc. incl. info. lt.
ltd. max. min. mins. misc. mm. orig. pls. pref. prob. rec. ref. resp. sec. secs. sgt. tel. temp. ver. viz. vol. vs. w.
wk.
""".split()  # noqa: SIM905 - a list of words is read as words

Piece = tuple[int, int]


def split_passages(text: str, document_id: str, *, most: int = MOST) -> list[Passage]:
    """Cut `text` into passages of at most LONGEST characters, in order; none for a text of white space.

    At most `most` of them; FEW of a giant text. What lies behind the last one is not looked at.
    """
    most = min(most, FEW) if len(text) > GIANT else most
    text = speakable(text[:LOOKED_AT])
    seen = as_seen(text)
    found = (seen.back(*piece) for piece in pack(seen.text, split_sentences(seen.text)))
    short = (piece for start, end in found for piece in chunks(text, start, end, size=LONGEST))
    pieces = islice((piece for piece in short if as_seen(text[slice(*piece)]).text.strip()), most)
    return [Passage(document_id, i, start, end, text[start:end]) for i, (start, end) in enumerate(pieces)]


def speakable(text: str) -> str:
    """Put U+FFFD for each lone surrogate, so that every library can take the text; lengths and offsets stay."""
    return SURROGATE.sub("\ufffd", text)


def split_sentences(text: str) -> Iterator[Piece]:
    """Yield start and end of each sentence, in order, lazily: a giant text costs only what is taken of it."""
    nlp = splitter()
    for line in LINE.finditer(text):
        for start, end in chunks(text, line.start(), line.end()):
            cuts = [begins(text, start + one.start_char) for one in nlp(blotted(text[start:end])).sents]
            for left, right in pairwise([start, *cuts[1:], end]):
                piece = trimmed(text, left, right)
                if piece is not None:
                    yield from chunks(text, *piece, size=LONGEST)


def blotted(text: str) -> str:
    """Put x for what is no word, character by character."""
    return RUN.sub(lambda run: "x" * len(run[0]), text)


def begins(text: str, start: int) -> int:
    """Say where a sentence begins whose first word is at `start`: at the quotation mark or bracket that it opens."""
    opened = OPENS.search(text, max(0, start - 4), start)
    return opened.start(1) if opened else start


def pack(text: str, pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Join scraps to a neighbour, and short sentences of one paragraph to each other."""
    start, end = -1, -1
    for piece in pieces:
        if start < 0:
            start, end = piece
        elif piece[1] - start <= LONGEST and belongs(text, (start, end), piece):
            end = piece[1]
        else:
            yield start, end
            start, end = piece
    if start >= 0:
        yield start, end


def belongs(text: str, before: Piece, after: Piece) -> bool:
    """Say whether two neighbouring pieces make one passage."""
    if is_scrap(text[slice(*before)]) or is_scrap(text[slice(*after)]):
        return True
    apart = PARAGRAPH.search(text, before[1], after[0]) is not None
    return not apart and after[1] - before[0] <= AIM


def is_scrap(piece: str) -> bool:
    """Say whether a piece has too few letters to be judged by itself."""
    return sum(map(str.isalpha, piece)) < SCRAP


def trimmed(text: str, start: int, end: int) -> Piece | None:
    """Take white space off both ends; None where nothing is left."""
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    return (start + left, start + right) if right > left else None


def chunks(text: str, start: int, end: int, *, size: int = CHUNK) -> Iterator[Piece]:
    """Cut what is longer than `size`, at the last white space where there is one in its second half."""
    while end - start > size:
        space = max(text.rfind(mark, start + size // 2, start + size) for mark in " \t")
        cut = space if space > 0 else start + size
        piece = trimmed(text, start, cut)
        if piece is not None:
            yield piece
        start = cut
    piece = trimmed(text, start, end)
    if piece is not None:
        yield piece


@cache
def splitter() -> Language:
    """Build spaCy's rule-based splitter with the abbreviations of forum English."""
    import spacy  # noqa: PLC0415 - a second to import: only when something is read

    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer", config={"punct_chars": ["!", "?", ".", "…", "!!", "??", "?!", "。", "！", "？"]})  # noqa: RUF001 - the marks of other scripts
    tokenizer: Any = nlp.tokenizer
    for word in ABBREVIATIONS:
        for form in (word, word.capitalize(), word.upper()):
            tokenizer.add_special_case(form, [{"ORTH": form}])
    return nlp
