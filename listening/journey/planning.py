"""Setting a goal for a pain point: the baseline is measured, the owner confirms, and what is missing is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from listening.errors import InputError, NotFound
from listening.goals import METRICS, WINDOW, measure
from listening.settings import Settings
from listening.store import Store, reads, writes
from listening.types import Goal, LedgerEntry, Lens, Measure, Review


def measured_now(store: Store, settings: Settings, point: str, metric: str, *, now: datetime) -> Measure | None:
    """Return a metric's figure over the last four weeks, None where nothing could be seen."""
    zone = settings.night.timezone
    today = now.astimezone(ZoneInfo(zone)).date()
    lens = Lens(today - WINDOW + timedelta(days=1), today, zone, inside=False)
    counted = reads.tally(store, point, lens)
    return measure(
        metric,
        people=counted.people,
        seen=counted.seen,
        passages=counted.passages,
        unspoken=counted.unspoken,
        on=today,
    )


def set_goal(
    store: Store,
    settings: Settings,
    point: str,
    *,
    specific: str,
    metric: str,
    target: float | None,
    due: date | None,
    stage: str,
    who: str,
    now: datetime,
) -> Goal:
    """Set or change a pain point's goal; the baseline is measured anew where the metric changed.

    A changed target or day must be confirmed again. Raises `InputError` for an unknown metric.
    """
    found = reads.point(store, point)
    if metric and metric not in METRICS:
        raise InputError(f"nothing measures {metric!r}", f"use one of {', '.join(METRICS)}")
    before = reads.goal(store, point)
    keeps = before is not None and before.metric == metric and before.baseline is not None
    baseline = before.baseline if before and keeps else None
    if metric and baseline is None:
        baseline = measured_now(store, settings, point, metric, now=now)
    goal = Goal(
        pain_point_id=point,
        specific=" ".join(specific.split()),
        metric=metric,
        target=target,
        due=due,
        stage=stage,
        importance=found.importance,
        baseline=baseline,
        set_by=who,
        set_at=now,
    )
    if before is not None and (before.metric, before.target, before.due) == (metric, target, due):
        goal = replace(goal, attainable_by=before.attainable_by, attainable_at=before.attainable_at)
    wanted = "" if target is None else f"{METRICS[metric].name} {target:g}" if metric else f"{target:g}"
    detail = ", ".join(part for part in (goal.specific, wanted, f"by {due}" if due else "") if part)
    writes.keep_goal(store, goal, LedgerEntry(now, who, "goal", point, detail=detail))
    return goal


def confirm_goal(store: Store, point: str, *, who: str, now: datetime) -> None:
    """Say as the owner that the goal can be reached. Raises `NotFound` where there is none."""
    goal = reads.goal(store, point)
    if goal is None:
        raise NotFound(f"{point} has no goal", "set one first")
    sure = replace(goal, attainable_by=who, attainable_at=now)
    writes.keep_goal(store, sure, LedgerEntry(now, who, "goal confirmed", point))


def drop_goal(store: Store, point: str, *, who: str, now: datetime) -> None:
    """Take a pain point's goal away."""
    writes.drop_goal(store, point, LedgerEntry(now, who, "goal dropped", point))


def stamp_review(
    store: Store, settings: Settings, *, since: date, until: date, note: str, who: str, now: datetime
) -> None:
    """Stamp the map as reviewed for a period. Raises `InputError` where the period is none."""
    if since > until:
        raise InputError(f"a period from {since} to {until}", "give the earlier day first")
    if until > now.date() + timedelta(days=1):
        raise InputError(f"a review until {until}, which is yet to come", "end it today")
    review = Review(settings.journey.id, since, until, who, now, " ".join(note.split()))
    writes.keep_review(store, review)
    line = LedgerEntry(now, who, "reviewed", f"map:{settings.journey.id}", detail=f"{since} to {until}")
    writes.keep_ledger(store, [line])
