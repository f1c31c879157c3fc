"""Stories of nights as rows: who told a pain where on which day, and what could be seen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from listening.types import DayCount

DAY_0 = date(2026, 3, 2)


def day(number: int) -> date:
    return DAY_0 + timedelta(days=number)


def nights_down(spec: dict[str, int] | list[int]) -> set[int]:
    return set(range(spec["from"], spec["to"] + 1)) if isinstance(spec, dict) else set(spec)


def regulars(story: dict[str, Any], source: str, number: int) -> frozenset[str]:
    """New people at an even pace: `every.yard = [{ from = 0, to = 29, days = 2, people = 1 }]`."""
    return frozenset(
        f"{source}-{number}-{one}"
        for pace in story.get("every", {}).get(source, ())
        if pace["from"] <= number <= pace["to"] and (number - pace["from"]) % pace["days"] == 0
        for one in range(pace.get("people", 1))
    )


def rows_of(story: dict[str, Any]) -> list[DayCount]:
    told = story.get("told", {})
    rows = []
    for source in {*story.get("only", ("yard", "board", "blog2")), *told, *story.get("every", {})}:
        down = nights_down(story.get("down", {}).get(source, ()))
        joins = story.get("joins", {}).get(source, 0)
        for number in range(story["nights"]):
            people = frozenset(told.get(source, {}).get(str(number), "").split()) | regulars(story, source, number)
            busy = story.get("busy", {"from": 10_000, "times": 1})
            seen = 20 * (busy["times"] if number >= busy["from"] else 1)
            if number not in down:
                rows.append(DayCount(day(number), source, seen, people, backlog=number < joins))
    return rows
