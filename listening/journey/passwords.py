"""Passwords: which are good enough, how they are kept (Argon2id), and whether one is the right one."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from listening.errors import InputError

SHORTEST, LONGEST = 12, 256
HARD_ENOUGH = 3  # of zxcvbn's 0 to 4: ten thousand million guesses are not enough
NAME_AT_LEAST = 4
LEFT_OF_NAMES = 8  # characters that are not one's own name
READ_AS_FAR = 72  # characters that zxcvbn looks at
MEMORY_KIB, TIMES, LANES = 19 * 1024, 2, 1  # what OWASP's cheat sheet asks of Argon2id
_HASHER = PasswordHasher(time_cost=TIMES, memory_cost=MEMORY_KIB, parallelism=LANES)


def check(password: str, words: Collection[str] = ()) -> None:
    """Raise `InputError` for a password that is too short or easily guessed; `words` are the person's name and such."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InputError(f"a password of {len(password)} characters", f"take {SHORTEST} to {LONGEST} of them")
    known = [part for word in ("listening", *words) for part in word.replace("@", " ").split()]
    rest = password.casefold()
    for word in sorted((one for one in known if len(one) >= NAME_AT_LEAST), key=len, reverse=True):
        rest = rest.replace(word.casefold(), "")
    if len(rest.strip()) < LEFT_OF_NAMES:
        raise InputError("a password made of one's own name", "take four or five words that have nothing in common")
    found = zxcvbn(password[:READ_AS_FAR], user_inputs=known)
    if found["score"] < HARD_ENOUGH:
        why = found["feedback"]["warning"].rstrip(".") or "It is made of common words or patterns"
        raise InputError(
            f"a password that is easily guessed ({why})", "take four or five words that have nothing in common"
        )


def make_hash(password: str) -> str:
    """Return the salted hash that is kept in a password's place."""
    return _HASHER.hash(password)


def fits(password: str, kept: str) -> bool:
    """Say whether it is the right password. Without a kept hash it takes as long, and is not."""
    try:
        return _HASHER.verify(kept or _nobodys(), password) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return make_hash("nobody has this password")
