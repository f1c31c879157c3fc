"""Clean and read: know the copies, then hear each document once."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from listening.documents import near_copies
from listening.settings import Settings
from listening.signals import Reader, open_reader
from listening.store import Store, reads, writes
from listening.types import JourneyMap

log = logging.getLogger(__name__)
CLEAN_BATCH = 2000
UNSETTLED = "unsettled"  # the store's note that pains may wait for a place


def clean(store: Store, settings: Settings, *, now: datetime) -> int:  # noqa: ARG001 -- verbs of the night look alike
    """Tell copies from originals among the documents that are new; returns how many were looked at."""
    count = 0
    while documents := reads.documents_to_clean(store, CLEAN_BATCH):
        bands = {band for one in documents for band in one.bands}
        known = reads.documents_sharing(store, bands, [one.id for one in documents])
        writes.mark_clean(store, [one.id for one in documents], near_copies(documents, known))
        count += len(documents)
    return count


def read(store: Store, settings: Settings, *, now: datetime) -> int:  # noqa: ARG001 -- verbs of the night look alike
    """Read every document that is clean and no copy; returns how many. The models load only if there is one."""
    count = 0
    while texts := reads.documents_to_read(store, settings.reading.batch):
        if not count:
            writes.keep_meta(store, UNSETTLED, "yes")  # before, so that a kill cannot lose it
        writes.keep_readings(store, reader(settings).read(texts))
        count += len(texts)
    log.info("read", extra={"documents": count})
    return count


def reader(settings: Settings) -> Reader:
    """The reader for these settings' journey, opened once in a process."""
    return _open(settings.models, settings.journey, settings.reading.threads, settings.config / "pain_cues.toml")


@lru_cache(maxsize=2)
def _open(models: Path, journey: JourneyMap, threads: int, cues: Path) -> Reader:
    return open_reader(models, journey, threads=threads, cues=cues if cues.is_file() else None)
