"""Knows a text again when somebody posts it twice: the same, or with a few words changed."""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from listening.types import Document

PERMUTATIONS = 64
ROWS = 3  # 21 bands of 3: two texts with Jaccard .7 share a band for sure, with .45 six times in 7, with .1 once in 50
SHINGLE = 3  # words
FEWEST_WORDS = 8
SAME = 0.7
LONG_WORDS, SAME_LONG = 30, 0.45  # so much alike in so many words is no chance: a text pasted with small changes
CROWD = 100  # a band that more originals than this share says nothing; the earliest stand for all
SEED = 1

_MIX = ((16, 0x85EBCA6B), (13, 0xC2B2AE35))  # shifts and factors of MurmurHash3's last step, as datasketch takes them
_WORD = re.compile(r"\w+")
_ASCII_WORDS = bytes(ord(chr(code).lower()) if re.match(r"\w", chr(code), re.ASCII) else 32 for code in range(256))
# Letters of other alphabets that look like ours, after decomposition: upper and lower case differ (Greek eta: H, n).
_LOOK_ALIKES = str.maketrans(
    "АВЕЗКМНОРСТУХІЈЅҺԌԚԜаеорсухіјѕһԁԛԝѵкмтгΑΒΕΖΗΙΚΜΝΟΡΤΥΧαεικνορτυχγıɑɡοՕօնսհ",
    "ABE3KMHOPCTYXIJShGQWaeopcyxijshdqwvkmtrABEZHIKMNOPTYXaeikvoptuxyiagoOonuh",
)


@dataclass(frozen=True, slots=True)
class Signature:
    """What is needed to know a text again: see `Document`. Texts under 8 words have no minhash and no bands."""

    fingerprint: str
    minhash: bytes
    bands: tuple[str, ...]


def signature(text: str) -> Signature:
    """Return the signature of a text: blind to case, accents, punctuation, spaces and look-alike letters.

    `minhash` is 64 little-endian uint32 (256 bytes), `bands` 21 keys: the same on each machine and each night.
    """
    words = _words(text)
    fingerprint = hashlib.blake2b(b" ".join(words), digest_size=16).hexdigest()
    if len(words) < FEWEST_WORDS:
        return Signature(fingerprint, b"", ())
    minhash = _sketch(words)
    return Signature(fingerprint, minhash, _bands(minhash))


def near_copies(new: Sequence[Document], known: Sequence[Document]) -> dict[str, str]:
    """Return the id of each new document that copies an earlier one -> id of the earliest that it copies.

    Earlier is by `created_at`, then id. A copy is the same in words, or has an estimated Jaccard of 0.7 or more on
    3-word shingles, 0.45 where it has 30 words or more. Only originals are compared with, found by their bands: a
    flood of one text costs one comparison each. Texts under 8 words are never copies.
    """
    fresh = {one.id for one in new}
    pool = {one.id: one for one in (*known, *new) if one.bands and one.minhash}
    originals = _Originals()
    copies: dict[str, str] = {}
    for one in sorted(pool.values(), key=lambda document: (document.created_at, document.id)):
        if one.near_of and one.id not in fresh:
            continue
        earliest = originals.copied_by(one)
        if earliest is None or one.id not in fresh:
            originals.add(one)
        else:
            copies[one.id] = earliest
    return copies


class _Originals:
    """The documents that copy nobody so far, oldest first, found by fingerprint and by band."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._sketches: list[np.ndarray] = []
        self._exact: dict[str, int] = {}
        self._bands: dict[str, list[int]] = {}

    def add(self, one: Document) -> None:
        place = len(self._ids)
        self._ids.append(one.id)
        self._sketches.append(_values(one))
        self._exact.setdefault(one.fingerprint, place)
        for band in one.bands:
            shared = self._bands.setdefault(band, [])
            if len(shared) < CROWD:
                shared.append(place)

    def copied_by(self, one: Document) -> str | None:
        """Return the id of the earliest original that this document copies."""
        values = _values(one)
        near = sorted({place for band in one.bands for place in self._bands.get(band, ())})
        near = [place for place in near if self._sketches[place].shape == values.shape]
        found = [self._exact[one.fingerprint]] if one.fingerprint in self._exact else []
        if near:
            alike = (np.stack([self._sketches[place] for place in near]) == values).mean(axis=1) >= _same(one)
            found += [near[at] for at in np.flatnonzero(alike)[:1]]
        return self._ids[min(found)] if found else None


def _same(one: Document) -> float:
    return SAME_LONG if len(one.text.split()) >= LONG_WORDS else SAME


def _values(one: Document) -> np.ndarray:
    return np.frombuffer(one.minhash[: len(one.minhash) // 4 * 4], dtype="<u4")


def _words(text: str) -> list[bytes]:
    """Return the words that a text comes down to when all that cannot be seen or told apart is gone."""
    plain = unicodedata.normalize("NFKD", text)
    if plain.isascii():  # most are, and then a table does in a tenth of the time what is done below
        found = plain.encode().translate(_ASCII_WORDS).split()
    else:
        plain = "".join(one for one in plain if unicodedata.category(one) not in ("Mn", "Me", "Cf", "Cs"))
        plain = plain.translate(_LOOK_ALIKES)
        found = [word.encode() for word in _WORD.findall(plain.casefold())]
    return found or [word.encode() for word in plain.split()]


def _bands(minhash: bytes) -> tuple[str, ...]:
    step = ROWS * 4
    hashed = hashlib.blake2b
    starts = range(0, len(minhash) - step + 1, step)
    return tuple([f"{at // step:x}-{hashed(minhash[at : at + step], digest_size=8).hexdigest()}" for at in starts])


def _sketch(words: Sequence[bytes]) -> bytes:
    """Return the minhash of the words' shingles, as datasketch's MinHash (affine32) makes it, in half the time."""
    hashes = map(zlib.crc32, map(b" ".join, zip(*(words[at:] for at in range(SHINGLE)), strict=False)))
    mixed = np.fromiter(hashes, np.uint32, len(words) - SHINGLE + 1)
    for shift, factor in _MIX:
        mixed ^= mixed >> shift
        mixed *= factor
    mixed ^= mixed >> 16
    by, plus = _permutations()
    shuffled = mixed[:, None] * by
    shuffled += plus
    least: np.ndarray = shuffled.min(axis=0)
    return least.astype("<u4").tobytes()


@cache
def _permutations() -> tuple[np.ndarray, np.ndarray]:
    """Return datasketch's permutations under our seed: by what each multiplies a hash, and what it adds."""
    from datasketch import MinHash  # noqa: PLC0415 -- takes most of a second to load

    by, plus = MinHash(num_perm=PERMUTATIONS, seed=SEED, scheme="affine32").permutations
    return by, plus
