"""Care: how each source fares, from what its visits left in the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from listening.health import ill_this_week, judge
from listening.settings import Settings
from listening.store import Store, reads
from listening.types import Crawl, Health, SourceConfig


def examine_sources(
    store: Store, settings: Settings, *, night: date, only: Sequence[SourceConfig] | None = None
) -> tuple[Health, ...]:
    """Judge every source, or `only` these, as it stood on a night, those that are switched off too."""
    visits, notes = _visits(store), reads.source_notes(store)
    judged = [
        (one, judge(one.name, visits.get(one.name, []), night=night, notes=(*notes.get(one.name, ()), *_terms(one))))
        for one in (settings.sources if only is None else only)
    ]
    return tuple(found if one.enabled else replace(found, state="off", warnings=()) for one, found in judged)


def ill_tonight(store: Store, settings: Settings, *, night: date) -> tuple[str, ...]:
    """Return a sentence for each thing that is odd about a source of the map in hand that answered tonight."""
    found = _ill(settings, _visits(store), night)
    return tuple(f"{source}: {warning}" for source, warnings in found.items() for warning in warnings)


def newly_ill(store: Store, settings: Settings, *, night: date) -> tuple[str, ...]:
    """Return the sources of `ill_tonight` that were well on the night before."""
    visits = _visits(store)
    before = _ill(settings, visits, night - timedelta(days=1))
    return tuple(source for source in _ill(settings, visits, night) if source not in before)


def _ill(settings: Settings, visits: Mapping[str, Sequence[Crawl]], night: date) -> dict[str, tuple[str, ...]]:
    """What is odd about each source that was visited on that night; those that are well are left out."""
    mine = [(one.name, visits.get(one.name, ())) for one in settings.heard if one.enabled]
    seen = [judge(name, theirs, night=night) for name, theirs in mine if any(one.night == night for one in theirs)]
    return {one.source: one.warnings for one in seen if one.state == "ill"}


def ill_of_the_week(store: Store, settings: Settings, *, night: date) -> tuple[str, ...]:
    """Return what the week's digest says of the map's sources that are switched on."""
    visits = _visits(store)
    mine = [one for one in settings.heard if one.enabled]
    return tuple(said for one in mine for said in ill_this_week(one.name, visits.get(one.name, []), night=night))


def _visits(store: Store) -> dict[str, list[Crawl]]:
    found: dict[str, list[Crawl]] = {}
    for one in reads.crawls(store):
        found.setdefault(one.source, []).append(one)
    return found


def _terms(source: SourceConfig) -> tuple[str, ...]:
    said = str(source.options.get("terms", "")).strip()
    return (f"terms: {said}",) if said else ()
