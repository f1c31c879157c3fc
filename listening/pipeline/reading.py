"""Clean and read: know the copies, hear each document once, and again where the model has become another."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from listening.clusters import Hear, centre
from listening.documents import near_copies
from listening.pipeline.own_accounts import mind_own, of_own, unjudged
from listening.settings import ReadingSettings, Settings
from listening.signals import Reader, name_reader, open_reader, with_corrections
from listening.store import Store, reads, writes
from listening.types import STATUSES, JourneyMap, Reading, Stage, Swaps, Text

log = logging.getLogger(__name__)
CLEAN_BATCH = 2000
ANY_MAP = JourneyMap("", "", (Stage("any", "any"),))  # until the reader learns one
# the store's notes:
UNSETTLED = "unsettled"  # that pains may wait for a place
SPACE = "space"  # in which the latest embeddings lie
SPACE_SINCE = "space since"  # when it became another one
REREAD = "reread"  # the model by which everything that should be was read
BEHIND = "behind"  # that old readings by another model are left
OWN = "own accounts"  # the pseudonyms of the company's own accounts
FED = "fed"  # the sources that the map heard last, where there are several maps
LIVES_BY = 24  # passages of a pain point that are read again at once, so that new ones find it
TAUGHT = 500  # corrected passages that teach the map at most
CENTRED_ON = 200  # passages that a centre is made of at most


def of_map(settings: Settings, note: str) -> str:
    """Return under which key a note of the map in hand is kept."""
    return note if settings.on_first else f"{note} {settings.journey.id}"


def clean(store: Store, settings: Settings, *, now: datetime) -> int:  # noqa: ARG001 -- verbs of the night look alike
    """Tell copies from originals among the documents that are new; returns how many were looked at."""
    count = 0
    while documents := reads.documents_to_clean(store, CLEAN_BATCH):
        bands = {band for one in documents for band in one.bands}
        known = reads.documents_sharing(store, bands, [one.id for one in documents])
        writes.mark_clean(store, [one.id for one in documents], near_copies(documents, known))
        count += len(documents)
    return count


def read(store: Store, settings: Settings, *, now: datetime) -> int:
    """Read every document that is clean and no copy; returns how many. The models load only if there is one."""
    count = 0
    _welcome(store, settings)
    _mind_own(store, settings)
    while texts := reads.documents_to_read(store, settings.reading.batch):
        if not count:
            writes.keep_meta(store, of_map(settings, UNSETTLED), "yes")  # before, so that a kill cannot lose it
            opened = reader(_taught(store, settings))
            _note_space(store, opened.space, now)
        writes.keep_readings(store, _judge(store, settings, opened, texts))
        count += len(texts)
    log.info("read", extra={"documents": count})
    return count


def _judge(store: Store, settings: Settings, opened: Reader, texts: Sequence[Text]) -> list[Reading]:
    """Read texts, but for those of the company's own accounts, in which nothing is heard."""
    own = of_own(store, settings, [text.id for text in texts])
    return [*unjudged(own, opened.model), *opened.read([text for text in texts if text.id not in own])]


def _mind_own(store: Store, settings: Settings) -> None:
    model = name_reader(settings.models, settings.swaps)
    if mind_own(store, settings, note=of_map(settings, OWN), model=model):
        writes.keep_meta(store, of_map(settings, REREAD), "")


def _note_space(store: Store, space: str, now: datetime) -> None:
    if reads.note(store, SPACE, space) != space:
        writes.keep_meta(store, SPACE_SINCE, now.isoformat())
    writes.keep_meta(store, SPACE, space)


def _welcome(store: Store, settings: Settings) -> None:
    """Have read again what a source brought while it fed another map: it was placed among the stages of that one."""
    key, names = of_map(settings, FED), [one.name for one in settings.heard]
    before = reads.note(store, key)
    if "\n".join(names) == before or (len(settings.maps) == 1 and not before):
        return
    known = set(before.splitlines()) if before or not settings.on_first else set(names)
    if writes.read_anew(store, set(names) - known):
        writes.keep_meta(store, of_map(settings, REREAD), "")
    writes.keep_meta(store, key, "\n".join(names))


def reread(store: Store, settings: Settings, *, now: datetime) -> int:
    """Let a new model read old documents again, newest first, `reading.reread` a night; returns how many.

    Passages keep their ids, so pain points keep their members, and what people decided stays. Where the encoder is
    another one, what the pain points live by is read first and at once, and their centres are made anew: numbers of two
    encoders cannot be compared, and a new voice would not find its pain point.
    """
    most = max(0, settings.reading.reread)
    done = f"{name_reader(settings.models, settings.swaps)}{'' if most else ', no old posts'}"
    if reads.note(store, of_map(settings, REREAD)) == done:
        return 0
    opened = reader(_taught(store, settings))
    _note_space(store, opened.space, now)
    first = reads.outdated_members(store, opened.space, opened.model, each=LIVES_BY)
    wanted = list(dict.fromkeys([*first, *(reads.outdated_readings(store, opened.model, most) if most else ())]))
    if wanted:
        writes.keep_meta(store, of_map(settings, UNSETTLED), "yes")
        writes.keep_meta(store, of_map(settings, BEHIND), "yes")
    for part in range(0, len(wanted), settings.reading.batch):
        texts = reads.texts_of(store, wanted[part : part + settings.reading.batch])
        writes.keep_readings(store, _judge(store, settings, opened, texts))
    left = bool(most and reads.outdated_readings(store, opened.model, 1))
    _recentre(store, settings, opened.space, every=not left)
    if not left:
        writes.keep_meta(store, of_map(settings, BEHIND), "")
        writes.keep_meta(store, of_map(settings, REREAD), done)
    log.info("read again", extra={"documents": len(wanted), "left": left})
    return len(wanted)


def _recentre(store: Store, settings: Settings, space: str, *, every: bool) -> None:
    """Make centres anew from what was heard in `space`: of pain points of another space, at the end of all."""
    points = reads.points(store, map_id=settings.journey.id, states=STATUSES)
    moved = {one.id: one for one in points if every or one.space != space}
    told = reads.pains_of(store, moved.keys(), limit_each=CENTRED_ON, space=space)
    writes.recentre(
        store, [replace(moved[one], centroid=centre(pains), space=space) for one, pains in told.items() if pains]
    )


def _taught(store: Store, settings: Settings) -> Settings:
    """Add what people corrected to the map's example phrases."""
    told = reads.corrected(store, settings.journey.id, limit=TAUGHT)
    return replace(settings, journey=with_corrections(settings.journey, told))


def hearing(store: Store, settings: Settings) -> Hear:
    """Say of phrases how surely they tell a pain, and where they point; the models load at the first phrase."""
    return lambda phrases: reader(_taught(store, settings)).hear(phrases)


def reader(settings: Settings) -> Reader:
    """The reader for these settings' journey, opened once in a process."""
    cues = settings.config / "pain_cues.toml"
    return _knowing(settings.models, settings.journey, settings.reading, cues, settings.swaps)


@lru_cache(maxsize=8)  # a map is a few phrases; the model behind all of them is one
def _knowing(models: Path, journey: JourneyMap, how: ReadingSettings, cues: Path, swaps: Swaps) -> Reader:
    return _open(models, how.threads, how.precision == "fp32", cues, swaps).on(journey)


@lru_cache(maxsize=1)
def _open(models: Path, threads: int, exact: bool, cues: Path, swaps: Swaps) -> Reader:
    found = cues if cues.is_file() else None
    return open_reader(models, ANY_MAP, threads=threads, exact=exact, cues=found, swaps=swaps)
