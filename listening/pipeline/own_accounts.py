"""The company's own accounts: what they write where customers talk is kept, and neither judged nor counted."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from listening.documents import pseudonym
from listening.settings import Settings, pseudonym_key
from listening.store import Store, reads, writes
from listening.types import UNJUDGED, Reading


def own_people(settings: Settings) -> frozenset[str]:
    """Return the pseudonyms of the accounts that the settings call the company's own."""
    names = [name.strip() for name in settings.reading.own_accounts.split(",") if name.strip()]
    key = pseudonym_key(settings) if names else b""
    return frozenset(pseudonym(name, key) for name in names) - {""}


def unjudged(document_ids: Collection[str], model: str) -> list[Reading]:
    """Return readings in which nothing was heard, as if by `model`."""
    return [Reading(one, UNJUDGED, readable=False, signals=(), model=model) for one in sorted(document_ids)]


def mind_own(store: Store, settings: Settings, *, note: str, model: str) -> bool:
    """Follow a changed setting: take back what was heard of accounts that are the company's own from now on.

    `note` is the store's note of the accounts that were its own before. Returns True where some are not any more: what
    they wrote then waits to be read by a model again.
    """
    own, before = own_people(settings), frozenset(reads.note(store, note).split())
    if own == before:
        return False
    writes.keep_readings(store, unjudged(reads.written_by(store, own - before), model))
    again = writes.read_anew_of(store, before - own)
    writes.keep_meta(store, note, " ".join(sorted(own)))
    return bool(again)


def of_own(store: Store, settings: Settings, document_ids: Sequence[str]) -> frozenset[str]:
    """Return which of these documents were written by the company's own accounts."""
    people = own_people(settings)
    return reads.written_by(store, people, document_ids) if people else frozenset()
