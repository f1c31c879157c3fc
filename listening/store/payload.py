"""An alert as it waits in the outbox: JSON that gives the same alert back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from listening.types import Alert, AlertItem, Emergence, Interval, Measures, Owner, Quote, Reminder, Sight, SightItem


def alert_json(alert: Alert) -> dict[str, Any]:
    """Return the alert as plain values; dates are ISO texts."""
    return {key: plain(value) for key, value in asdict(alert).items()}


def plain(value: object) -> object:
    """Return a value as JSON has it: days and moments as ISO text, tuples as lists."""
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def alert_of(payload: Mapping[str, Any]) -> Alert:
    """Return the alert that `alert_json` wrote."""
    return Alert(
        id=payload["id"],
        owner=_owner(payload["owner"]),
        night=date.fromisoformat(payload["night"]),
        items=tuple(_item(item) for item in payload["items"]),
        not_seen=tuple(payload["not_seen"]),
        channel=payload.get("channel", "mail"),
        subject=payload.get("subject", ""),
        note=payload.get("note", ""),
        about=payload.get("about", ""),
        named=payload.get("named", ""),
        sights=tuple(_sight(one) for one in payload.get("sights", ())),
        map=payload.get("map", ""),
        reminders=tuple(_reminder(one) for one in payload.get("reminders", ())),
    )


def _owner(owner: Mapping[str, Any]) -> Owner:
    lists = {"channels": tuple(owner.get("channels", ("mail",))), "follows": tuple(owner.get("follows", ()))}
    return Owner(**{**owner, **lists})


def _item(item: Mapping[str, Any]) -> AlertItem:
    emergence = {**item["emergence"], "night": date.fromisoformat(item["emergence"]["night"])}
    return AlertItem(
        **{
            **item,
            "emergence": Emergence(**emergence),
            "quotes": tuple(_quote(quote) for quote in item["quotes"]),
            "trend": tuple(item["trend"]),
            "thread": tuple(item.get("thread", ())),
            "measures": _measures(item.get("measures")),
            "rate": _interval(item.get("rate")),
        }
    )


def _measures(found: Mapping[str, Any] | None) -> Measures | None:
    if found is None:
        return None
    changed: dict[str, Any] = {name: date.fromisoformat(found[name]) for name in ("since", "until")}
    changed |= {name: _interval(found[name]) for name in ("sentiment", "unspoken_index")}
    changed |= {name: tuple((word, people) for word, people in found[name]) for name in ("signals", "sources")}
    return Measures(**{**found, **changed})


def _interval(found: Mapping[str, float] | None) -> Interval | None:
    return None if found is None else Interval(**found)


def _sight(item: Mapping[str, Any]) -> SightItem:
    sight = item["sight"]
    days = {name: date.fromisoformat(sight[name]) for name in ("night", "since")}
    return SightItem(**{**item, "sight": Sight(**{**sight, **days, "sources": tuple(sight["sources"])})})


def _reminder(item: Mapping[str, Any]) -> Reminder:
    return Reminder(**{**item, "day": date.fromisoformat(item["day"])})


def _quote(quote: Mapping[str, Any]) -> Quote:
    return Quote(**{**quote, "created_at": datetime.fromisoformat(quote["created_at"])})


def without_person(alert: Alert, document_ids: Collection[str]) -> tuple[Alert, int]:
    """Return the alert without the quotes from these documents, and how many that were."""
    items = tuple(
        replace(item, quotes=tuple(quote for quote in item.quotes if quote.document_id not in document_ids))
        for item in alert.items
    )
    gone = sum(len(old.quotes) - len(new.quotes) for old, new in zip(alert.items, items, strict=True))
    return replace(alert, items=items), gone


def without_authors(alert: Alert, document_ids: Collection[str]) -> Alert:
    """Return the alert with nobody's pseudonym at the quotes from these documents."""
    items = tuple(
        replace(item, quotes=tuple(replace(q, person="") if q.document_id in document_ids else q for q in item.quotes))
        for item in alert.items
    )
    return replace(alert, items=items)


def renamed(alert: Alert, names: Mapping[str, str], *, only_unnamed: bool = False) -> Alert:
    """Return the alert with these names (by pain point id) in place of the old ones, or only where there was none."""

    def called(point: str, name: str) -> str:
        return name if only_unnamed and name else names.get(point, name)

    items = tuple(replace(one, name=called(one.pain_point_id, one.name)) for one in alert.items)
    reminders = tuple(replace(one, name=called(one.about, one.name)) for one in alert.reminders)
    named = (called(alert.about, alert.named) or alert.about) if alert.named else ""
    return replace(alert, items=items, reminders=reminders, named=named)
