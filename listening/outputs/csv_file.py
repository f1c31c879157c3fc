"""Writes a report as one table for spreadsheets: a line for each pain point."""

from __future__ import annotations

from listening.outputs.rows import Cell, csv_line
from listening.outputs.wording import mix, priority
from listening.types import Interval, Measures, PainPointRow, Report


def render(report: Report) -> bytes:
    """Return UTF-8 with a byte-order mark (else Excel guesses wrong), comma and CRLF, texts that cannot compute.

    Columns, in this order for ever: map, since, until, id, name, stage, touchpoint, status, owner, department, people,
    people_inside, posts, reach, unspoken_share, importance, cost, ease, priority, first_seen, last_seen, trend,
    sources, emergences, quote, quote_url, importance_measured, importance_formula, sentiment, sentiment_low,
    sentiment_high, unspoken_index, unspoken_low, unspoken_high, exposure, signals, fix, goal, due,
    notes.
    `trend` is people a week, oldest first; lists are joined by spaces or " | ". `importance` is a person's own; an
    empty `unspoken_index` is unknown; `notes` is the last comment.
    """
    lines = [csv_line(COLUMNS), *(csv_line(_cells(report, row)) for row in report.pain_points)]
    return "".join(lines).encode("utf-8-sig")


COLUMNS = (
    "map", "since", "until", "id", "name", "stage", "touchpoint", "status", "owner", "department", "people",
    "people_inside", "posts", "reach", "unspoken_share", "importance", "cost", "ease", "priority", "first_seen",
    "last_seen", "trend", "sources", "emergences", "quote", "quote_url", "importance_measured", "importance_formula",
    "sentiment", "sentiment_low", "sentiment_high", "unspoken_index", "unspoken_low", "unspoken_high", "exposure",
    "signals", "fix", "goal", "due", "notes",
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
        *_measured(row.measures),
        row.fix,
        row.goal,
        row.due.isoformat() if row.due else "",
        row.notes,
    )


def _measured(found: Measures | None) -> tuple[Cell, ...]:
    if found is None:
        return ("",) * 10
    feeling, index = _numbers(found.sentiment), _numbers(found.unspoken_index)
    return (found.importance, found.formula, *feeling, *index, found.exposure, mix(found.signals, most=9))


def _numbers(found: Interval | None) -> tuple[Cell, ...]:
    return ("", "", "") if found is None else tuple(round(one, 3) for one in (found.value, found.low, found.high))
