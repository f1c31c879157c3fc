"""Says what became of the pain points since the last review: new, grown, shrunk, resolved, back, merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import exp, lgamma, log, log1p

from listening.outputs.wording import count, short_day
from listening.types import Emergence, LedgerEntry, MapChange, PainPointRow

UNLIKELY = 0.05  # below this the difference is told; at or above it, it may be chance
FIXED = ("done", "watch", "holds")


@dataclass(frozen=True, slots=True)
class Past:
    """What the period is held against: people of each pain point in the period before, and the posts seen in both."""

    people: Mapping[str, int]
    seen_before: int
    seen_now: int
    born: Mapping[str, date] = field(default_factory=dict)


def changes(
    rows: Sequence[PainPointRow],
    past: Past,
    since: date,
    *,
    lines: Sequence[LedgerEntry],
    emergences: Sequence[Emergence],
    names: Mapping[str, str],
) -> tuple[MapChange, ...]:
    """Return what changed, each pain point once, or twice where it was also resolved or merged.

    Growth is told per post that we could see, and only where chance would do it in less than one of twenty cases.
    `lines` and `emergences` are the period's; `names` are those of all pain points, merged ones too.
    """
    found = [_moved(row, past, since, emergences) for row in rows]
    told = [one for one in found if one is not None]
    return (*told, *_resolved(rows, past, lines), *_merged(lines, names))


def _moved(row: PainPointRow, past: Past, since: date, emergences: Sequence[Emergence]) -> MapChange | None:
    before = past.people.get(row.id, 0)
    back = next((one for one in reversed(emergences) if one.pain_point_id == row.id and one.kind == "back"), None)
    if back is not None:
        return MapChange("back", row.id, row.name, before, row.people, back.sentence)
    if past.born.get(row.id, date.min) >= since and not before:
        return MapChange("new", row.id, row.name, before, row.people, f"first told on {short_day(row.first_seen)}")
    kind = _direction(before, row.people, past)
    return MapChange(kind, row.id, row.name, before, row.people, _why(before, row.people, past)) if kind else None


def _direction(before: int, now: int, past: Past) -> str:
    """Return grown, shrunk, or "" where chance may have done it: the binomial test of two counts by exposure."""
    many, seen = before + now, past.seen_before + past.seen_now
    if not many or not past.seen_before or not past.seen_now:
        return ""
    share = past.seen_now / seen
    if _at_least(now, many, share) < UNLIKELY:
        return "grown"
    return "shrunk" if _at_least(before, many, 1 - share) < UNLIKELY else ""


def _at_least(hits: int, many: int, share: float) -> float:
    """Return the chance of at least so many hits; in logarithms, as the factors of many leave what a float holds."""
    yes, no = log(share), log1p(-share)
    chances = (
        lgamma(many + 1) - lgamma(one + 1) - lgamma(many - one + 1) + one * yes + (many - one) * no
        for one in range(hits, many + 1)
    )
    return sum(exp(one) for one in chances)


def _why(before: int, now: int, past: Past) -> str:
    posts = f"in {count(past.seen_now, 'post')} seen, {past.seen_before:,} in the period before"
    return f"{count(now, 'person', 'people')} after {before:,}, {posts}"


def _resolved(rows: Sequence[PainPointRow], past: Past, lines: Sequence[LedgerEntry]) -> list[MapChange]:
    found = []
    for row in rows:
        said = [one for one in lines if one.pain_point_id == row.id and _fixes(one)]
        if said and row.status in FIXED:
            sentence = f"{row.status} since {short_day(said[-1].at)}, said {said[-1].who}"
            found.append(MapChange("resolved", row.id, row.name, past.people.get(row.id, 0), row.people, sentence))
    return found


def _fixes(line: LedgerEntry) -> bool:
    return line.what == "resolved" or (line.what == "status" and line.detail.rpartition(" > ")[2] in FIXED)


def _merged(lines: Sequence[LedgerEntry], names: Mapping[str, str]) -> list[MapChange]:
    return [
        MapChange(
            *("merged", one.pain_point_id, names.get(one.pain_point_id, "") or one.pain_point_id, 0, 0),
            f"into {names.get(one.other_id, '') or one.other_id} ({one.other_id}) on {short_day(one.at)}, by {one.who}",
        )
        for one in lines
        if one.what == "merge"
    ]
