"""A report as it is kept: JSON that gives the same report back, so that last quarter's pack is made again as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from listening.store.payload import plain
from listening.types import (
    Crawl,
    Health,
    Interval,
    MapChange,
    Measures,
    Owner,
    PainPointRow,
    Quote,
    Report,
    StageMood,
    TouchpointRow,
)


def report_json(report: Report) -> dict[str, Any]:
    """Return the report as plain values; dates are ISO texts."""
    return {key: plain(value) for key, value in asdict(report).items()}


def report_of(payload: Mapping[str, Any]) -> Report:
    """Return the report that `report_json` wrote."""
    days = {name: date.fromisoformat(payload[name]) for name in ("since", "until")}
    return Report(
        **{
            **payload,
            **days,
            "made_at": datetime.fromisoformat(payload["made_at"]),
            "moods": tuple(StageMood(**one) for one in payload["moods"]),
            "touchpoints": tuple(TouchpointRow(**one) for one in payload["touchpoints"]),
            "pain_points": tuple(_row(one) for one in payload["pain_points"]),
            "sources": tuple(_crawl(one) for one in payload["sources"]),
            "health": tuple(_health(one) for one in payload["health"]),
            "owners": tuple(Owner(**one) for one in payload["owners"]),
            "changes": tuple(MapChange(**one) for one in payload["changes"]),
        }
    )


def _row(row: Mapping[str, Any]) -> PainPointRow:
    lists = {name: tuple(row[name]) for name in ("trend", "sources", "emergences")}
    days = {name: date.fromisoformat(row[name]) for name in ("first_seen", "last_seen")}
    due = date.fromisoformat(row["due"]) if row["due"] else None
    quotes = tuple(_quote(one) for one in row["quotes"])
    measured = _measures(row["measures"]) if row["measures"] else None
    return PainPointRow(**{**row, **lists, **days, "due": due, "quotes": quotes, "measures": measured})


def _measures(found: Mapping[str, Any]) -> Measures:
    days = {name: date.fromisoformat(found[name]) for name in ("since", "until")}
    mixes = {name: tuple((word, people) for word, people in found[name]) for name in ("signals", "sources")}
    names = ("sentiment", "unspoken_index")
    intervals = {name: Interval(**found[name]) if found[name] else None for name in names}
    return Measures(**{**found, **days, **mixes, **intervals})


def _quote(quote: Mapping[str, Any]) -> Quote:
    return Quote(**{**quote, "created_at": datetime.fromisoformat(quote["created_at"])})


def _crawl(crawl: Mapping[str, Any]) -> Crawl:
    night = date.fromisoformat(crawl["night"])
    return Crawl(**{**crawl, "night": night, "warnings": tuple(crawl["warnings"])})


def _health(health: Mapping[str, Any]) -> Health:
    last = date.fromisoformat(health["last_success"]) if health["last_success"] else None
    lists = {name: tuple(health[name]) for name in ("warnings", "notes")}
    return Health(**{**health, **lists, "last_success": last})
