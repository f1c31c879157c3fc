"""Looks at every part of an installation and says: ok, off, ill (it works oddly), or broken with the mend."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from listening.cli.opened import current
from listening.cli.reddit_findings import reddit_lines
from listening.cli.upkeep import BACKED_UP
from listening.errors import ListeningError, NotConfigured, why_unreachable

if TYPE_CHECKING:
    from listening.settings import Settings
    from listening.store import Night, Store
    from listening.types import AuditLine, Health, SourceConfig

OK, OFF, ILL, BROKEN = "ok", "off", "ill", "BROKEN"
OLDEST_BACKUP = 30  # days: what was deleted at its source must not live on in a copy
A_WEEK = timedelta(days=7)  # the weekly flow may be so late
PATIENCE = 5.0  # seconds that a server may take to answer


@dataclass(frozen=True, slots=True)
class Finding:
    """One part, its state (ok, off, ill, BROKEN), and a sentence that ends with the mend where there is one."""

    part: str
    state: str
    sentence: str


def examine(settings: Settings) -> list[Finding]:
    """Look at all parts; never raises for a part that is broken."""
    journey = settings.journey
    told = f"map {journey.id}: {len(journey.stages)} stages, {len(journey.touchpoints)} touchpoints"
    told += f"; and {len(settings.maps) - 1} more, see `listening maps list`" if len(settings.maps) > 1 else ""
    found = [Finding("settings", OK, told), _key(settings), _models(settings), _mail(settings), _prefect()]
    store = None
    try:
        store = _existing_store(settings)
        found += list(_stored(store, settings) if store else _unstored(settings))
        found += _lost(store, settings) if store else []
        found += [_source(source, settings, store) for source in settings.sources]
        found += [Finding(*line) for line in reddit_lines(settings.secrets, store, current())]
    except ListeningError as error:
        found.append(Finding("database", BROKEN, str(error)))
    finally:
        if store:
            store.close()
    if not any(source.enabled for source in settings.sources):
        found.append(Finding("sources", OFF, "none is on -> see docs/adding-a-source.md"))
    return found


def _key(settings: Settings) -> Finding:
    from listening.settings.secret_files import with_files

    if with_files(os.environ, []).get("LISTENING_KEY"):
        return Finding("key", OK, "pseudonyms are made with LISTENING_KEY")
    path = settings.var / "key"
    if not path.exists():
        return Finding("key", OFF, f"{path} will be made by the first night")
    if not path.read_text(encoding="utf-8").strip():
        return Finding("key", BROKEN, f"{path} is empty -> put it back from your backup, or delete it to start anew")
    return Finding("key", OK, f"pseudonyms are made with {path}; keep a copy apart from the database")


def _models(settings: Settings) -> Finding:
    from listening.cli.shelf import swapped_of
    from listening.signals import name_reader
    from listening.signals.encoder import package_folder
    from listening.signals.shelf import read_manifest, verify

    try:
        manifest = read_manifest(settings.models)
        verify(settings.models, manifest, package_folder())
        swapped = "".join(f"; {line}" for line in swapped_of(settings))
        called = name_reader(settings.models, settings.swaps)
    except ListeningError as error:
        return Finding("models", BROKEN, str(error))
    return Finding("models", OK, f"{called}: {len(manifest.files)} files, all as they were measured{swapped}")


def _mail(settings: Settings) -> Finding:
    mail = settings.mail
    if not mail.host:
        return Finding("mail", OFF, "mails wait in the outbox -> set mail.host in listening.toml")
    try:
        socket.create_connection((mail.host, mail.port), timeout=PATIENCE).close()
    except OSError as error:
        told = f"the mail server {mail.host}:{mail.port} does not answer: {why_unreachable(error)}; mails wait"
        return Finding("mail", BROKEN, f"{told} -> start it, or correct mail.host and mail.port in listening.toml")
    return Finding("mail", OK, f"{mail.host}:{mail.port} answers, {mail.security}, from {mail.sender}")


def _prefect() -> Finding:
    url = os.environ.get("PREFECT_API_URL", "").rstrip("/")
    if not url:
        return Finding(
            "prefect", OFF, "PREFECT_API_URL is not set: each night starts its own server -> see docs/operations.md"
        )
    import httpx

    try:
        httpx.get(f"{url}/health", timeout=PATIENCE).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        told = f"{url} does not answer: {why_unreachable(error)}"
        return Finding("prefect", BROKEN, f"{told} -> start `prefect server start`")
    return Finding("prefect", OK, f"{url} answers")


def _existing_store(settings: Settings) -> Store | None:
    """Open the store; None where there is none yet, so that looking makes nothing."""
    from listening.store import open_store
    from listening.store.engine import sqlite_file

    file = sqlite_file(settings.database_url)
    return None if file is not None and not file.exists() else open_store(settings.database_url)


def _lost(store: Store, settings: Settings) -> list[Finding]:
    """Maps with pain points and without a file: they are kept, and hear nothing."""
    from listening.journey import lost_maps
    from listening.outputs.wording import count

    told = [(one.id, count(one.pain_points, "pain point")) for one in lost_maps(store, settings)]
    return [Finding(f"map {one}", ILL, f"no file, {waits} -> `listening maps restore {one}`") for one, waits in told]


def _unstored(settings: Settings) -> Iterator[Finding]:
    from listening.store.engine import sqlite_file

    file = sqlite_file(settings.database_url)
    folder = next((one for one in file.absolute().parents if one.exists()), None) if file is not None else None
    if folder is not None and not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        mend = f"let this user write to {folder}, or correct store.var or LISTENING_DATABASE_URL"
        yield Finding("database", BROKEN, f"not there yet, and {file} cannot be made -> {mend}")
    else:
        yield Finding("database", OFF, "not there yet; the first night or import makes it")


def _stored(store: Store, settings: Settings) -> Iterator[Finding]:
    from listening.store import reads
    from listening.store.engine import shown

    counts = reads.counts(store)
    told = f"{counts.documents} posts of {counts.people} people, {counts.pains} pains, {counts.pain_points} pain points"
    yield Finding("database", OK, f"{shown(settings.database_url)}: {told}")
    yield _languages(reads.unread(store))
    yield _night(reads.nights(store), settings)
    yield _retention(store, settings.store.retention_days)
    yield _backups(reads.audited(store, BACKED_UP))
    dead = len(reads.alerts(store, states=("dead",)))
    waiting = len(reads.alerts(store, states=("queued", "claimed")))
    if dead:
        yield Finding("alerts", BROKEN, f"{dead} were refused -> see `listening alerts list`, then `alerts retry`")
    else:
        yield Finding("alerts", OK, f"{waiting} wait to be sent")


def _night(nights: Sequence[Night], settings: Settings) -> Finding:
    """How the last night ended; one that is some days ago is ill, however well it ended."""
    from listening.pipeline import night_of

    if not nights:
        return Finding("night", OFF, "none yet -> run `listening night`, or `listening serve` for every night")
    last = nights[-1]
    told = f"{last.date} {last.state} {last.note}".strip()
    since = (night_of(settings, current()) - last.date).days
    if last.state == "failed":
        return Finding("night", BROKEN, told)
    if since > 1:
        return Finding("night", ILL, f"{told}; none for {since} days -> is `listening serve` running?")
    return Finding("night", OK, told)


def _retention(store: Store, days: int) -> Finding:
    """Whether posts are dropped when they are too old: the weekly flow does it, which not everybody serves."""
    from listening.outputs.wording import count
    from listening.store import reads

    if days <= 0:
        return Finding("retention", OFF, "store.retention_days is 0: posts are kept until somebody erases them")
    late = reads.count_older(store, current() - timedelta(days=days) - A_WEEK)
    if not late:
        return Finding("retention", OK, f"no post is more than a week over its {days} days")
    mend = "let `listening serve` keep the week, or run `listening retention run`"
    return Finding(
        "retention", ILL, f"{count(late, 'post')} should be gone: older than {days} days and a week -> {mend}"
    )


def _backups(copies: Sequence[AuditLine]) -> Finding:
    """How old the copies are that still stand where they were written: an old one holds what was deleted since."""
    standing = {copy.thing: copy.at for copy in reversed(copies) if Path(copy.thing).exists()}
    if not standing:
        return Finding("backup", OFF, "none is known -> run `listening backup FILE`, on Postgres pg_dump")
    ages = {path: (current() - at).days for path, at in standing.items()}
    oldest = max(ages, key=lambda path: ages[path])
    told = f"{len(ages)} known, the newest {min(ages.values())} days old"
    if ages[oldest] > OLDEST_BACKUP:
        mend = "it holds posts and people that were deleted since -> delete it"
        return Finding("backup", ILL, f"{told}; {oldest} is {ages[oldest]} days old: {mend}")
    return Finding("backup", OK, f"{told}, the oldest {ages[oldest]}")


def _languages(unread: Mapping[str, int]) -> Finding:
    """How many posts the reader cannot read: they are kept and counted, never judged."""
    from listening.types import UNJUDGED

    if not unread:
        return Finding("languages", OK, "every post that was read is in a language that the reader knows")
    shown = {"und": "no words", "zxx": "code or data", UNJUDGED: "own accounts"}
    told = ", ".join(f"{shown.get(language, language)} {count}" for language, count in unread.items())
    return Finding("languages", OK, f"{sum(unread.values())} posts are kept unjudged, the reader knows English: {told}")


def _source(source: SourceConfig, settings: Settings, store: Store | None) -> Finding:
    from listening.health import in_one_line
    from listening.sources import open_source
    from listening.store import reads
    from listening.types import Memory

    part = f"source {source.name}"
    if not source.enabled:
        return Finding(part, OFF, "enabled = false in sources.toml")
    try:
        open_source(source, now=current(), memory=Memory(), secrets=settings.secrets)
    except NotConfigured as error:
        return Finding(part, OFF, str(error))
    except ListeningError as error:
        return Finding(part, BROKEN, str(error))
    fares = _fares(source, settings, store) if store else None
    if fares is None or fares.state == "new":
        return Finding(part, OK, "never visited yet; try `listening sources check`")
    visit = reads.crawls(store, source=source.name)[-1] if store else None
    warned = f"; {len(visit.warnings)} warnings: {visit.warnings[0]}" if visit and visit.warnings else ""
    return Finding(part, _STATES[fares.state], in_one_line(fares) + warned)


_STATES = {"failed": BROKEN, "ill": ILL, "off": OFF, "well": OK}


def _fares(source: SourceConfig, settings: Settings, store: Store) -> Health | None:
    from listening.pipeline import examine_sources, night_of

    found = examine_sources(store, settings, night=night_of(settings, current()))
    return next((one for one in found if one.source == source.name), None)
