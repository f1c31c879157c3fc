"""Writes a report as one table for spreadsheets: a line for each pain point."""

from __future__ import annotations

from listening.outputs.rows import Cell, csv_line
from listening.outputs.wording import priority
from listening.types import PainPointRow, Report


def render(report: Report) -> bytes:
    """Return UTF-8 with a byte-order mark (else Excel guesses wrong), comma and CRLF, texts that cannot compute.

    Columns, in this order for ever: map, since, until, id, name, stage, touchpoint, status, owner, department, people,
    people_inside, posts, reach, unspoken_share, importance, cost, ease, priority, first_seen, last_seen, trend,
    sources, emergences, quote, quote_url. `trend` is people a week, oldest first; lists are joined by spaces or " | ".
    """
    lines = [csv_line(COLUMNS), *(csv_line(_cells(report, row)) for row in report.pain_points)]
    return "".join(lines).encode("utf-8-sig")


COLUMNS = (
    "map", "since", "until", "id", "name", "stage", "touchpoint", "status", "owner", "department", "people",
    "people_inside", "posts", "reach", "unspoken_share", "importance", "cost", "ease", "priority", "first_seen",
    "last_seen", "trend", "sources", "emergences", "quote", "quote_url",
)  # fmt: skip


def _cells(report: Report, row: PainPointRow) -> tuple[Cell, ...]:
    quote = row.quotes[0] if row.quotes else None
    return (
        report.map,
        report.since.isoformat(),
        report.until.isoformat(),
        row.id,
        row.name,
        row.stage,
        row.touchpoint,
        row.status,
        row.owner,
        row.department,
        row.people,
        row.people_inside,
        row.posts,
        row.reach,
        row.unspoken_share,
        row.importance,
        row.cost,
        row.ease,
        priority(row),
        row.first_seen.isoformat(),
        row.last_seen.isoformat(),
        " ".join(str(people) for people in row.trend),
        " | ".join(row.sources),
        " | ".join(row.emergences),
        quote.text if quote else "",
        quote.url if quote else "",
    )
