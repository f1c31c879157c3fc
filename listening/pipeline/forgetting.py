"""Follows deletions at Reddit: each night the stored posts are looked up there, and what is gone there goes here too.

Reddit asks that what its people delete is deleted everywhere within two days. The posts are gone through in a circle,
by id, a hundred a request: a night goes on where the last one stopped and makes one round at most, so that those looked
up longest ago come first. A run that dies goes on behind the last part that was written.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from listening.clusters import centre
from listening.errors import NotConfigured, SourceError
from listening.pipeline.naming import name_points
from listening.settings import Settings
from listening.sources import Missing, fullname_of, open_recheck
from listening.store import Origin, Store, reads, writes
from listening.types import STATUSES, PainPoint, PostKind, SourceConfig

log = logging.getLogger(__name__)
NOTE = "reddit.recheck"  # where the store keeps how far we came
A_PART = 500  # posts between two writes

Ask = Callable[[Sequence[str]], Missing]


@dataclass(frozen=True, slots=True)
class Rechecked:
    """How the last run ended: `state` is done, off (no key) or failed, and `reason` says why.

    `after` is the last id that was looked up; `whole` is the moment (ISO) at which the last run began that came round,
    so all posts were looked up since; "" for never. The rest are counts of the run: posts `checked`, `unknown` to
    Reddit's ids (an archive may have others), `gone` with all that hung on them, and `nameless` now.
    """

    state: str = "done"
    reason: str = ""
    after: str = ""
    whole: str = ""
    checked: int = 0
    unknown: int = 0
    gone: int = 0
    nameless: int = 0


def recheck(store: Store, settings: Settings, *, now: datetime) -> Rechecked:
    """Look up the stored Reddit posts and forget what was deleted there. A failure is in the answer, never raised."""
    last = last_recheck(store)
    run = Rechecked(after=last.after, whole=last.whole)
    with ExitStack() as stack:
        asks = _Asks(settings, stack)
        try:
            for part in _round(store, run.after, _since(settings, now)):
                run = _follow(store, asks, part, run)
                _keep(store, run)
            run = replace(run, whole=now.isoformat())
        except NotConfigured as error:
            run = replace(run, state="off", reason=str(error))
        except SourceError as error:
            run = replace(run, state="failed", reason=str(error))
    _keep(store, run)
    _name_nameless(store, settings)
    if run.gone or run.nameless:
        writes.sweep(store)
    level = logging.WARNING if run.state == "failed" else logging.INFO
    log.log(level, "recheck.%s", run.state, extra={"checked": run.checked, "gone": run.gone, "nameless": run.nameless})
    return run


def last_recheck(store: Store) -> Rechecked:
    """Return how the last run ended."""
    kept = reads.note(store, NOTE)
    return Rechecked(**json.loads(kept)) if kept else Rechecked()


def _keep(store: Store, run: Rechecked) -> None:
    writes.keep_meta(store, NOTE, json.dumps(asdict(run)))


def _since(settings: Settings, now: datetime) -> datetime | None:
    days = settings.store.recheck_days
    return now - timedelta(days=days) if days > 0 else None


def _round(store: Store, turn: str, since: datetime | None) -> Iterator[list[Origin]]:
    """Yield all posts once, in parts: from behind the id `turn` to the end, then from the start to it."""
    for first, last in ((turn, ""), ("", turn)) if turn else (("", ""),):
        after = first
        while part := reads.origins(store, PostKind.REDDIT, after=after, to=last, limit=A_PART, since=since):
            yield part
            after = part[-1].id


class _Asks:
    """The way to ask for a source's posts, opened when first needed; an archive's are asked for like any others."""

    def __init__(self, settings: Settings, stack: ExitStack) -> None:
        self._secrets = settings.secrets
        self._known = {one.name: one for one in settings.sources if one.kind == "reddit"}
        self._usual = next(iter(self._known.values()), SourceConfig("reddit", "reddit"))
        self._stack = stack
        self._open: dict[str, Ask] = {}

    def config(self, source: str) -> SourceConfig:
        """Return the block of sources.toml that says how this source's posts are reached."""
        return self._known.get(source, self._usual)

    def ask(self, config: SourceConfig, names: Sequence[str]) -> Missing:
        """Ask Reddit for these fullnames. Raises NotConfigured, SourceError."""
        if config.name not in self._open:
            self._open[config.name] = self._stack.enter_context(open_recheck(config, self._secrets))
        return self._open[config.name](names)


def _follow(store: Store, asks: _Asks, part: Sequence[Origin], run: Rechecked) -> Rechecked:
    """Look these posts up and do with ours what was done with theirs."""
    names = {one.id: fullname_of(one.native_id, one.url) for one in part}
    sources: dict[str, list[Origin]] = defaultdict(list)
    for one in part:
        if names[one.id]:
            sources[asks.config(one.source).name].append(one)
    gone, nameless = list[str](), list[str]()
    for group in sources.values():
        missing = asks.ask(asks.config(group[0].source), [names[one.id] for one in group])
        gone += [one.id for one in group if names[one.id] in missing.gone]
        nameless += [one.id for one in group if names[one.id] in missing.nameless]
    forgotten = writes.forget_documents(store, gone).documents if gone else 0
    unsigned = writes.forget_authors(store, nameless) if nameless else 0
    known = sum(map(len, sources.values()))
    return replace(
        run,
        after=part[-1].id,
        checked=run.checked + known,
        unknown=run.unknown + len(part) - known,
        gone=run.gone + forgotten,
        nameless=run.nameless + unsigned,
    )


def _name_nameless(store: Store, settings: Settings) -> None:
    """Give centre, words and name again to the pain points that lost theirs, also those of a run that died before."""
    every = [point for one in settings.maps for point in reads.points(store, map_id=one.id, states=STATUSES)]
    bare = [point for point in every if not point.words]
    told = reads.pains_of(store, [point.id for point in bare])
    made: list[PainPoint] = []
    for point in bare:
        if pains := told[point.id]:
            taken = [other.name for other in (*every, *made) if other.map == point.map and other.words]
            words = name_points(store, settings, {point.id: pains}, taken=taken)[point.id]
            made.append(replace(point, centroid=centre(pains), name=words.name, words=words.words))
    writes.name_points(store, made)
