"""What stands on each sheet of the review workbook; how it is drawn is the next room's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from listening.outputs.charts import text_bars
from listening.outputs.journey_table import Place, titles
from listening.outputs.text import finite
from listening.outputs.wording import (
    CHANGE_WORDS,
    count,
    day,
    feeling,
    interval,
    mix,
    priority,
    short_day,
    signed,
    trouble,
)
from listening.outputs.workbook_base import owner_names
from listening.outputs.workbook_cells import Cell, Sheet
from listening.types import CHANGES, Measures, Report

MINUS = "\N{MINUS SIGN}"
HELPS = {
    "Status": "open, planned, doing, done, watch (fixed, being watched), holds, came_back, wont",
    "Importance": "1 matters little, 5 matters most",
    "Cost": "1 costs most, 5 costs least",
    "Ease": "1 is hardest, 5 is easiest",
    "Owner": "Who answers for it; leave empty for nobody",
}
OPEN_HEADS = {
    "Name": "name", "Owner": "owner", "Department": "department", "Status": "status", "Importance": "importance",
    "Cost": "cost", "Ease": "ease", "SMART goal": "goal", "Due": "due", "Notes": "notes",
}  # fmt: skip
POINTS = "Pain points"


def pain_point_sheet(report: Report, lists: dict[str, str]) -> Sheet:
    """Return the sheet that is filled in: the id is locked, yellow columns are open."""
    heads = (
        ("ID", 16), ("Name", 42), ("Stage", 15), ("Touchpoint", 18), ("Owner", 18), ("Department", 16), ("Status", 11),
        ("Importance", 11), ("Cost", 8), ("Ease", 8), ("Priority", 9), ("SMART goal", 34), ("Due", 12), ("Notes", 34),
        ("People", 8), ("People inside", 8), ("Posts", 8), ("Reach", 9), ("Unspoken", 10), ("12 weeks", 16),
        ("First seen", 11), ("Last seen", 11), ("Why it spoke", 60), ("Importance measured", 12),
        ("How it was added up", 50), ("Feeling", 18), ("Unspoken index", 18), ("Signals", 36), ("Posts seen", 10),
        ("Fix", 50),
    )  # fmt: skip
    stages, places, owners = titles(report.moods), titles(report.touchpoints), owner_names(report.owners)
    rows: list[Sequence[Cell]] = [
        (
            *(row.id, row.name, stages.get(row.stage, row.stage), places.get(row.touchpoint, row.touchpoint)),
            *(owners.get(row.owner, row.owner), row.department, row.status, row.importance, row.cost, row.ease),
            *(priority(row), row.goal, row.due, row.notes, row.people, row.people_inside, row.posts, row.reach),
            *(
                row.unspoken_share,
                text_bars(row.trend),
                row.first_seen,
                row.last_seen,
                "\n".join(row.emergences[-3:]),
                *_figures(row.measures),
                row.fix,
            ),
        )
        for row in report.pain_points
    ]
    return Sheet(
        POINTS,
        heads,
        rows,
        frozen=2,
        open=frozenset(OPEN_HEADS),
        lists=lists,
        helps=HELPS,
        strict=frozenset({"Status", "Owner", "Importance", "Cost", "Ease"}),
        percents=frozenset({"Unspoken"}),
        days=frozenset({"Due"}),
        printed=[head for head, _ in heads].index("12 weeks") + 1,
    )


def _figures(found: Measures | None) -> tuple[Cell, ...]:
    if found is None:
        return (None,) * 6
    said = (feeling(found.sentiment), interval(found.unspoken_index), mix(found.signals))
    return (found.importance, found.formula, *said, found.exposure)


def evidence_sheet(report: Report) -> Sheet:
    """Return what customers said, up to three quotes a pain point; addresses are text, never links."""
    heads = (("ID", 16), ("Pain point", 40), ("Quote", 80), ("Source", 16), ("Date", 17), ("Likes", 8), ("Address", 44))
    rows = [
        (row.id, row.name, quote.text, quote.source, quote.created_at, quote.likes, quote.url)
        for row in report.pain_points
        for quote in row.quotes
    ]
    return Sheet("Evidence", heads, rows)


def change_sheet(report: Report) -> Sheet:
    """Return what became of the pain points since the last review, kind by kind."""
    heads = (
        ("Change", 13),
        ("Pain point", 48),
        ("People outside before", 12),
        ("People outside now", 12),
        ("Why", 70),
        ("ID", 16),
    )
    ordered = sorted(report.changes, key=lambda one: (CHANGES.index(one.kind), -one.after, one.pain_point_id))
    rows: list[Sequence[Cell]] = [
        (CHANGE_WORDS[one.kind], one.name, one.before, one.after, one.sentence, one.pain_point_id) for one in ordered
    ]
    tints: dict[tuple[int, int], str] = {}
    worse = {"new": "heard", "grown": "heard", "back": "heard", "shrunk": "quiet", "resolved": "quiet"}
    for line, one in enumerate(ordered):
        tints[line, 0] = worse.get(one.kind, "band")
    if not rows:
        rows = [(f"Nothing changed since {day(report.since)}.",)]
    return Sheet("Changes", heads, rows, tints=tints)


def touchpoint_sheet(report: Report) -> Sheet:
    """Return every touchpoint as heard, quiet or blind."""
    heads = (("Stage", 18), ("Touchpoint", 30), ("State", 10), ("People", 10), ("Pain points", 12), ("ID", 20))
    stages = titles(report.moods)
    rows = [
        (stages.get(one.stage, one.stage), one.name, one.state, one.people, one.pain_points, one.id)
        for one in report.touchpoints
    ]
    tints = {(line, 2): one.state for line, one in enumerate(report.touchpoints)}
    return Sheet("Touchpoints", heads, rows, frozen=2, tints=tints)


def trend_sheet(report: Report) -> Sheet:
    """Return people a week of each pain point, oldest week first."""
    weeks = max((len(row.trend) for row in report.pain_points), default=0)
    starts = [report.until - timedelta(days=7 * (weeks - number) - 1) for number in range(weeks)]
    heads = (("ID", 16), ("Pain point", 48), *((f"Week from {short_day(start)}", 9) for start in starts))
    rows: list[Sequence[Cell]] = [(row.id, row.name, *row.trend) for row in report.pain_points]
    return Sheet("Trends", heads, rows, frozen=2)


def source_sheet(report: Report) -> Sheet:
    """Return each source's last visit: what we could see."""
    heads = (
        ("Source", 20), ("Night", 12), ("State", 10), ("Seen", 9), ("New", 9), ("Changed", 9), ("Seconds", 9),
        ("Error", 50), ("Warnings", 60),
    )  # fmt: skip
    rows = [
        (
            *(one.source, one.night, one.state, one.seen, one.new, one.changed, one.seconds),
            *(trouble(one.error), trouble("\n".join(one.warnings))),
        )
        for one in report.sources
    ]
    return Sheet("Sources", heads, rows)


def help_sheet(report: Report) -> Sheet:
    """Return how to fill the workbook in, and what its words mean."""
    lines = (
        ("Fill in", "The yellow columns of 'Pain points', from name to notes; a note becomes a comment."),
        (
            "Give back",
            "listening workbook import FILE.xlsx --who YOU, or the upload on the board. --dry-run only tells.",
        ),
        ("Applied", "Each changed cell becomes a line in the pain point's history, with your name."),
        ("Not applied", "A cell that was also changed on the board since this export: it is listed, the board stays."),
        ("Leave as it is", "The ID column. Sorting, filtering, moving columns and sheets of your own do no harm."),
        (
            "Priority",
            "Importance (a person's, else the measured one) times cost times ease, 1 to 5 each; 5 is best to do.",
        ),
        ("Heard", "People told a pain at this touchpoint."),
        ("Quiet", "People spoke of this touchpoint, and none told a pain."),
        ("Blind", "Nobody spoke of it at all: no news, which is not good news."),
        ("Emotion", f"{MINUS}1 upset to +1 glad. Each person counts once; the range holds the mean with 95 %."),
        ("People", "Distinct authors outside in the period; a copied text counts once."),
        ("Unspoken", "Share of the passages that tell the pain without complaining: workarounds, giving up, advice."),
        ("Signs", "A character that no workbook can hold (control characters) is shown as \N{REPLACEMENT CHARACTER}."),
        ("Period", f"{day(report.since)} to {day(report.until)}, {count(report.documents, 'post')} read"),
    )
    tints = {(line, 0): "band" for line in range(len(lines))}
    return Sheet("Read me", (("Word", 18), ("What it means", 110)), lines, tints=tints, filtered=False)


def place_words(place: Place) -> str:
    """Say a touchpoint and what was heard there."""
    sign = {"heard": "●", "quiet": "○"}.get(place.row.state, "◌")
    heard = f": {count(place.row.people, 'person', 'people')}" if place.row.state == "heard" else ""
    return f"{sign} {place.row.name} ({place.row.state}{heard})"


def range_words(mean: float | None, low: float | None, high: float | None) -> str:
    """Say the interval of a feeling, or that nobody was heard."""
    mean, low, high = finite(mean), finite(low), finite(high)
    if mean is None:
        return "blind: nobody heard"
    return "" if low is None or high is None else f"{signed(low)} to {signed(high)}"
