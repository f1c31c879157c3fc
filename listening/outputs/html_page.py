"""Writes a report as one page that needs nothing else: read it at 8 a.m., mail it, print it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from listening.outputs.charts import emotion_curve
from listening.outputs.journey_table import columns, titles, widths
from listening.outputs.pages import fill
from listening.outputs.text import finite, link
from listening.outputs.wording import CHANGE_WORDS, count, nights, priority, signed, trouble
from listening.outputs.workbook_base import owner_names
from listening.types import CHANGES, Crawl, MapChange, Report, StageMood

FIRST_LOOK = 5  # so many pain points are named at the top
IN_CELL = 12  # so many are named at a touchpoint of the map; all stand below it
ENOUGH = 8  # people, from whom on a stage's mood is held against the owners' guess


@dataclass(frozen=True, slots=True)
class MoodLine:
    """One line of the table beside the curve, in words."""

    name: str
    assumed: str
    measured: str
    interval: str
    people: int
    gap: str


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """All visits to one source in the period: how many went well, on which nights not, and what was wrong last."""

    source: str
    state: str
    nights: int
    failed: str
    off: int
    new: int
    last: Crawl
    trouble: str


def render(report: Report, *, most: int | None = None) -> bytes:
    """Return UTF-8 HTML: styles and pictures inline, no script, no request to anywhere, every text escaped.

    With `most` so many pain points have their card, those of most people; the page says how many were left out.
    """
    cards = report.pain_points[:most]
    blind = [row for row in report.touchpoints if row.state == "blind"]
    stages = columns(report)
    page = fill(
        "report.html",
        report=report,
        board=link(report.board).rstrip("/"),
        headline=_headline(report, len(blind)),
        first_look=[row for row in report.pain_points if row.emergences][:FIRST_LOOK],
        curve=emotion_curve(report.moods),
        moods=[_mood_line(mood) for mood in report.moods],
        columns=stages,
        widths=widths(stages),
        stages=titles(report.moods),
        places=titles(report.touchpoints),
        sources=source_health(report.sources),
        ill=[one for one in report.health if one.state == "ill"],
        priority=priority,
        owners=owner_names(report.owners),
        stage_owners={mood.stage: mood.owner for mood in report.moods},
        changed=_changed(report),
        cards=cards,
        left_out=len(report.pain_points) - len(cards),
        shown={row.id for row in cards},
        in_cell=IN_CELL,
    )
    return page.encode()


def _changed(report: Report) -> list[tuple[str, list[MapChange]]]:
    """Return the changes kind by kind, those of most people first."""
    ordered = sorted(report.changes, key=lambda one: (-one.after, one.pain_point_id))
    kinds = [(CHANGE_WORDS[kind], [one for one in ordered if one.kind == kind]) for kind in CHANGES]
    return [(words, found) for words, found in kinds if found]


def _headline(report: Report, blind: int) -> str:
    unspoken = sum(row.unspoken_share >= 0.5 for row in report.pain_points)  # noqa: PLR2004 -- half
    heard = f"{count(report.documents, 'post')} by {count(report.people, 'person', 'people')}"
    pains = count(len(report.pain_points), "pain point")
    parts = [heard, f"{pains}, {_quietly(unspoken, len(report.pain_points))}" if unspoken else pains]
    if report.touchpoints:
        parts.append(f"{blind:,} of {count(len(report.touchpoints), 'touchpoint')} blind")
    return " · ".join(parts)


def _quietly(unspoken: int, pains: int) -> str:
    """Say of how many most passages tell the pain without complaining aloud: what we call unspoken."""
    some = "all" if unspoken == pains else f"{unspoken:,}"
    return f"{some} of them mostly told without complaining aloud"


def _mood_line(mood: StageMood) -> MoodLine:
    assumed, mean = finite(mood.assumed), finite(mood.mean)
    low, high = finite(mood.low), finite(mood.high)
    return MoodLine(
        name=mood.name,
        assumed="not drawn" if assumed is None else signed(assumed / 2),
        measured="blind" if mean is None else signed(mean),
        interval="" if mean is None or low is None or high is None else f"{signed(low)} to {signed(high)}",
        people=mood.people,
        gap=_gap(mood),
    )


def _gap(mood: StageMood) -> str:
    """Say whether the owners' guess lies in the measured interval; of few people, alike by chance, nothing."""
    assumed, mean, low, high = map(finite, (mood.assumed, mood.mean, mood.low, mood.high))
    if mean is None:
        return "nobody heard: no statement"
    if assumed is None:
        return ""
    if mood.people < ENOUGH:
        return f"{count(mood.people, 'person', 'people')}: too few to tell"
    if assumed / 2 > (mean if high is None else high):
        return "worse than assumed"
    return "better than assumed" if assumed / 2 < (mean if low is None else low) else "no clear difference"


def source_health(crawls: Sequence[Crawl]) -> list[SourceHealth]:
    """Add up the visits a source, those in trouble on their last night first, then by name."""
    visits: dict[str, list[Crawl]] = defaultdict(list)
    for crawl in sorted(crawls, key=lambda one: one.night):
        visits[crawl.source].append(crawl)
    found = [_health(source, all_of_it) for source, all_of_it in sorted(visits.items())]
    return sorted(found, key=lambda one: one.state == "done")


def _health(source: str, visits: Sequence[Crawl]) -> SourceHealth:
    last = visits[-1]
    troubles = [one.error or "; ".join(one.warnings) for one in visits]
    return SourceHealth(
        source=source,
        state=last.state,
        nights=len({one.night for one in visits}),
        failed=nights(one.night for one in visits if one.state == "failed"),
        off=sum(one.state == "off" for one in visits),
        new=sum(one.new for one in visits),
        last=last,
        trouble=trouble(next((one for one in reversed(troubles) if one), "")),
    )
