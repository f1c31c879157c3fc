"""Writes a report as one JSON object for other programs; names stay, new ones may be added."""

from __future__ import annotations

import json
from typing import TypeAlias

from listening.outputs.text import encodable, finite
from listening.outputs.wording import priority
from listening.types import (
    Crawl,
    Health,
    Interval,
    MapChange,
    Measures,
    PainPointRow,
    Quote,
    Report,
    StageMood,
    TouchpointRow,
)

Json: TypeAlias = "str | int | float | list[Json] | dict[str, Json] | None"

FORMAT = "listening.report.v1"


def render(report: Report) -> bytes:
    """Return UTF-8 JSON: dates as ISO text, shares and feelings as numbers, what is unknown as null, never NaN.

    report: format, map, map_name, since, until, made_at, documents, people, stages, touchpoints, pain_points, sources,
        health, owners, changes
    stages: stage, name, assumed (-2..2), mean, low, high (-1..1, 95 % interval), people, blind, owner (an id)
    touchpoints: id, name, stage, state (heard, quiet, blind), people, pain_points
    pain_points: id, name, stage, touchpoint, status, owner, department, people, people_inside, posts, reach,
        unspoken_share (0..1), importance, cost, ease, priority, first_seen, last_seen, trend (people a week, oldest
        first), sources, emergences, quotes, measures (null where none were made), fix (how it
        fares, in a sentence), goal, due, notes (the last comment)
    measures: sentiment (-1..1), unspoken_index (0..1, null: unknown), each as value, low, high; signals and sources
        (people by name), exposure (posts that could be seen), importance (1..5) and formula (how it was added up)
    quotes: text, source, url, created_at, likes
    owners: id, name, department
    changes: kind (new, grown, shrunk, resolved, back, merged), pain_point_id, name, before, after (people), sentence
    sources: source, night, state, seen, new, changed, seconds, error, warnings, removed
    health: source, state (well, ill, failed, off, new), last_success, new, usual (median of new posts a night),
        page_yield, usual_yield (posts a page), errors (nights by kind of error), warnings, notes
    """
    whole: dict[str, Json] = {
        "format": FORMAT,
        "map": report.map,
        "map_name": report.map_name,
        "since": report.since.isoformat(),
        "until": report.until.isoformat(),
        "made_at": report.made_at.isoformat(),
        "documents": report.documents,
        "people": report.people,
        "stages": [_stage(one) for one in report.moods],
        "touchpoints": [_touchpoint(one) for one in report.touchpoints],
        "pain_points": [_pain_point(one) for one in report.pain_points],
        "sources": [_source(one) for one in report.sources],
        "health": [_health(one) for one in report.health],
        "owners": [{"id": one.id, "name": one.name, "department": one.department} for one in report.owners],
        "changes": [_change(one) for one in report.changes],
    }
    return (encodable(json.dumps(whole, ensure_ascii=False, allow_nan=False, indent=1)) + "\n").encode()


def _stage(mood: StageMood) -> Json:
    return {
        "stage": mood.stage,
        "name": mood.name,
        "assumed": finite(mood.assumed),
        "mean": finite(mood.mean),
        "low": finite(mood.low),
        "high": finite(mood.high),
        "people": mood.people,
        "blind": finite(mood.mean) is None,
        "owner": mood.owner,
    }


def _touchpoint(row: TouchpointRow) -> Json:
    return {
        "id": row.id,
        "name": row.name,
        "stage": row.stage,
        "state": row.state,
        "people": row.people,
        "pain_points": row.pain_points,
    }


def _pain_point(row: PainPointRow) -> Json:
    return {
        "id": row.id,
        "name": row.name,
        "stage": row.stage,
        "touchpoint": row.touchpoint,
        "status": row.status,
        "owner": row.owner,
        "department": row.department,
        "people": row.people,
        "people_inside": row.people_inside,
        "posts": row.posts,
        "reach": row.reach,
        "unspoken_share": finite(row.unspoken_share),
        "importance": row.importance,
        "cost": row.cost,
        "ease": row.ease,
        "priority": priority(row),
        "first_seen": row.first_seen.isoformat(),
        "last_seen": row.last_seen.isoformat(),
        "trend": list(row.trend),
        "sources": list(row.sources),
        "emergences": list(row.emergences),
        "quotes": [_quote(one) for one in row.quotes],
        "measures": _measures(row.measures),
        "fix": row.fix,
        "goal": row.goal,
        "due": row.due.isoformat() if row.due else None,
        "notes": row.notes,
    }


def _measures(found: Measures | None) -> Json:
    if found is None:
        return None
    return {
        "sentiment": _interval(found.sentiment),
        "unspoken_index": _interval(found.unspoken_index),
        "signals": dict(found.signals),
        "sources": dict(found.sources),
        "exposure": found.exposure,
        "importance": found.importance,
        "formula": found.formula,
    }


def _interval(found: Interval | None) -> Json:
    if found is None:
        return None
    return {"value": finite(found.value), "low": finite(found.low), "high": finite(found.high)}


def _change(change: MapChange) -> Json:
    return {
        "kind": change.kind,
        "pain_point_id": change.pain_point_id,
        "name": change.name,
        "before": change.before,
        "after": change.after,
        "sentence": change.sentence,
    }


def _quote(quote: Quote) -> Json:
    """A quote without its writer's pseudonym: outside the store it would only serve to follow a person."""
    return {
        "text": quote.text,
        "source": quote.source,
        "url": quote.url,
        "created_at": quote.created_at.isoformat(),
        "likes": quote.likes,
    }


def _source(crawl: Crawl) -> Json:
    return {
        "source": crawl.source,
        "night": crawl.night.isoformat(),
        "state": crawl.state,
        "seen": crawl.seen,
        "new": crawl.new,
        "changed": crawl.changed,
        "seconds": finite(crawl.seconds),
        "error": crawl.error,
        "warnings": list(crawl.warnings),
        "removed": crawl.removed,
    }


def _health(health: Health) -> Json:
    return {
        "source": health.source,
        "state": health.state,
        "last_success": health.last_success.isoformat() if health.last_success else None,
        "new": health.new,
        "usual": finite(health.usual),
        "page_yield": finite(health.page_yield),
        "usual_yield": finite(health.usual_yield),
        "errors": dict(health.errors),
        "warnings": list(health.warnings),
        "notes": list(health.notes),
    }
