"""The same for programs, under /api/v1: parse, one verb, JSON. A key in the header says who asks; no cookie counts."""

from __future__ import annotations

from types import ModuleType

from listening.web.api import demo, drawing, house, maps, people, places, points, reviewing, schema, tracking

CALLS: tuple[ModuleType, ...] = (points, tracking, reviewing, drawing, places, people, house, maps, demo, schema)
