"""The night as a Prefect flow: a task a source, then one a step; only names, moments and counts are passed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from prefect import State, Task, flow, task
from prefect.futures import wait
from prefect.runtime import task_run
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from flows.house import House, enter, leave, moment
from listening import pipeline
from listening.errors import NotFound, SourceUnavailable, StoreUnavailable
from listening.store import reads
from listening.types import Crawl

T = TypeVar("T")
Step = Callable[[str], AbstractContextManager[list[str]]]


@dataclass(frozen=True, slots=True)
class NightResult:
    """How a night went: `state` is done, or partial where some sources failed; the rest are counts of this run."""

    state: str
    note: str
    crawls: tuple[Crawl, ...]
    cleaned: int
    read: int
    placed: int
    born: int
    emergences: int
    queued: int
    sent: int
    seconds: float
    reread: int = 0  # old documents that a new model read again
    ill: tuple[str, ...] = ()  # sources that answered and gave far less than they used to


def add_up(counts: Iterable[pipeline.Clustered]) -> pipeline.Clustered:
    """Return the sum of what was counted on each map, field by field."""
    first, *more = counts
    for one in more:
        told = {spec.name: getattr(first, spec.name) + getattr(one, spec.name) for spec in fields(one)}
        first = replace(first, **told)
    return first


def may_pass(_task: object, _run: object, state: State[str]) -> bool:
    """Whether a source is tried again: only where it failed in a way that may have passed by then."""
    return isinstance(state.data, SourceUnavailable)


@task(name="crawl", task_run_name="crawl {source}", persist_result=False, retry_condition_fn=may_pass)
def crawl_source(config: str, source: str, now: str) -> State[str]:
    """Read one source; a failure that may pass raises as long as Prefect will try it again."""
    house = enter(config)
    found = house.settings.source(source)
    if found is None:
        raise NotFound(f"no source {source!r}", "see `listening sources list`")
    crawl = pipeline.crawl(house.store, house.settings, found, key=house.key, now=moment(now))
    tries = house.settings.night.retries
    if crawl.state == "failed" and crawl.again and (task_run.run_count or 1) <= tries:
        raise SourceUnavailable(crawl.error)
    if crawl.state == "failed":
        return Failed(message=crawl.error)
    return Completed(message=crawl.state, data=crawl.state)


@task(name="recheck", persist_result=False)
def recheck(config: str, now: str) -> pipeline.Rechecked:
    """Forget what was deleted where it came from."""
    house = enter(config)
    return pipeline.recheck(house.store, house.settings, now=moment(now))


@task(name="clean", persist_result=False)
def clean(config: str, now: str) -> int:
    """Tell copies from originals."""
    return sum(pipeline.clean(*hand, now=moment(now)) for hand in enter(config).maps)


@task(name="read", persist_result=False)
def read(config: str, now: str) -> int:
    """Read what is new."""
    return sum(pipeline.read(*hand, now=moment(now)) for hand in enter(config).maps)


@task(name="reread", persist_result=False)
def reread(config: str, now: str) -> int:
    """Let a new model read some of the old."""
    return sum(pipeline.reread(*hand, now=moment(now)) for hand in enter(config).maps)


@task(name="cluster", persist_result=False)
def cluster(config: str, now: str) -> pipeline.Clustered:
    """Find each pain its place."""
    return add_up(pipeline.cluster(*hand, now=moment(now)) for hand in enter(config).maps)


@task(name="watch", persist_result=False)
def watch(config: str, now: str) -> int:
    """See what emerged."""
    return sum(len(pipeline.watch(*hand, now=moment(now))) for hand in enter(config).maps)


@task(name="mind", persist_result=False)
def mind(config: str, now: str) -> int:
    """Measure the goals."""
    return sum(pipeline.mind(*hand, now=moment(now)) for hand in enter(config).maps)


@task(name="tell", persist_result=False)
def tell(config: str, now: str) -> pipeline.Told:
    """Send the mails."""
    house = enter(config)
    return pipeline.tell(house.store, house.settings, now=moment(now))


@task(name="write back", persist_result=False)
def write_back(config: str, now: str) -> pipeline.WrittenBack:
    """Tell other programs, make the tickets that wait, and take home how tickets stand."""
    house = enter(config)
    return pipeline.write_back(house.store, house.settings, now=moment(now))


@flow(name="nightly", task_runner=ThreadPoolTaskRunner(max_workers=4), persist_result=False)  # type: ignore[arg-type]  # the runner's generic is wider than the flow's
def nightly(config: str = "configs", now: str = "", crawl: bool = True, only: str = "") -> NightResult:
    """One night. Raises NightRunning where another one holds the lease."""
    start, clock = time.monotonic(), datetime.now(UTC)
    house = enter(config)
    now = moment(now).isoformat()
    holder = pipeline.begin_night(house.store, house.settings, now=moment(now), clock=clock)
    step = partial(pipeline.step, house.store, house.settings, now=moment(now))
    try:
        if crawl:
            with step("crawl"):
                _crawl_all(house, config, now, only)
            with step("recheck") as stopped:  # what it cannot do tonight must not cost the night
                stopped.extend(_troubles(recheck(config, now, return_state=True)))
        run = partial(_run, step, config, now)
        cleaned, heard, again, placed, emerged = run(clean), run(read), run(reread), run(cluster), run(watch)
        run(mind)
        told = run(tell)
        if house.settings.webhook.url or house.settings.tickets.system:
            with step("write back") as stopped:  # another program's trouble must not cost the night
                stopped.extend(_troubles(write_back(config, now, return_state=True)))
        crawls = reads.crawls(house.store, pipeline.night_of(house.settings, moment(now)))
        ended = pipeline.end_night(house.store, house.settings, crawls=crawls, holder=holder, now=moment(now))
    finally:
        pipeline.give_back(house.store, holder)
    return NightResult(
        ended.state,
        ended.note,
        tuple(crawls),
        cleaned=cleaned,
        read=heard,
        reread=again,
        placed=placed.carried,
        born=placed.born,
        emergences=emerged,
        queued=told.queued,
        sent=told.sent,
        seconds=round(time.monotonic() - start, 2),
        ill=tuple(
            said
            for hand in house.maps
            for said in pipeline.ill_tonight(*hand, night=pipeline.night_of(house.settings, moment(now)))
        ),
    )


def _run(step: Step, config: str, now: str, work: Task[[str, str], T]) -> T:
    with step(work.name):
        return work(config, now)


def _troubles(state: State[T]) -> list[str]:
    """Return what stopped a task whose failure was let pass."""
    if not (state.is_failed() or state.is_crashed()):
        return []
    reason = state.result(raise_on_failure=False)
    return [pipeline.trouble(reason) if isinstance(reason, BaseException) else state.message or "failed"]


def _crawl_all(house: House, config: str, now: str, only: str) -> None:
    """Read the sources side by side; a task that failed has left its row, and the night goes on."""
    night = house.settings.night
    tried = crawl_source.with_options(retries=night.retries, retry_delay_seconds=night.retry_minutes * 60)
    names = _chosen([one.name for one in house.settings.sources if one.enabled], only)
    for part in range(0, len(names), max(1, night.parallel)):
        side = [tried.submit(config, name, now) for name in names[part : part + max(1, night.parallel)]]
        wait(side)
        for one in side:
            _no_store(one.state)


def _no_store(state: State[str]) -> None:
    """End the night where nothing could be kept: that is no source's failure. Raises StoreUnavailable."""
    reason = state.result(raise_on_failure=False) if state.is_failed() or state.is_crashed() else None
    if isinstance(reason, StoreUnavailable):
        raise reason


def _chosen(names: Sequence[str], only: str) -> Sequence[str]:
    """Return the names in `only`, which commas part, or all. Raises NotFound for one that is not switched on."""
    asked = list(dict.fromkeys(filter(None, only.split(","))))
    if unknown := next((name for name in asked if name not in names), ""):
        raise NotFound(f"no source {unknown!r} is switched on", f"use one of {', '.join(names) or '(none)'}")
    return asked or names


def run_night(
    config: Path, *, now: datetime | None = None, crawl: bool = True, only: Sequence[str] = ()
) -> NightResult:
    """Run one night here and now, with whatever Prefect API is set, else a short-lived one of its own.

    `only` names the sources to visit; all without it.
    """
    given = "" if now is None else now.isoformat()
    try:
        return nightly(str(config), given, crawl, ",".join(only))
    finally:
        leave(str(config))
