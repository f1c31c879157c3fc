"""The pages, one file a page; a new one is a file with its `router`, a row here, and its rows in access.py."""

from __future__ import annotations

from types import ModuleType

from listening.web.pages import goals, inbox, map, mapping, point, point_forms, reviews, search, signing, start  # noqa: A004 - the map's page

PAGES: tuple[ModuleType, ...] = (
    start,
    signing,
    map,
    mapping,
    inbox,
    point,
    point_forms,
    goals,
    reviews,
    search,
)
