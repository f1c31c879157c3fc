"""The pages, one file a page; a new one is a file with its `router`, a row here, and its rows in access.py."""

from __future__ import annotations

from types import ModuleType

from listening.web.api import CALLS
from listening.web.pages import (
    account,
    alerts,
    audit,
    company,
    demo,
    factor,
    goals,
    inbox,
    map,  # noqa: A004 - the map's page
    mapping,
    maps,
    nights,
    pack,
    people,
    point,
    point_forms,
    privacy,
    reviews,
    search,
    shaping,
    signing,
    sources,
    start,
)

PAGES: tuple[ModuleType, ...] = (
    start,
    demo,
    signing,
    company,
    map,
    mapping,
    shaping,
    maps,
    inbox,
    point,
    point_forms,
    goals,
    reviews,
    search,
    pack,
    account,
    factor,
    people,
    audit,
    sources,
    nights,
    alerts,
    privacy,
    *CALLS,
)
