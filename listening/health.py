"""Judges how a source fares: tonight against its own last four weeks, so that none dies in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from statistics import median

from listening.types import Crawl, Health

MONTH, WEEK = timedelta(days=28), timedelta(days=7)
ENOUGH = 7  # nights that say what is usual
FEW = 0.2  # a source is ill under a fifth of what is usual
BUSY = 5  # new posts a night, from which on one night says enough; quieter sources are judged by their week
WORST = 3  # kinds of errors shown


def judge(source: str, visits: Sequence[Crawl], *, night: date, notes: Sequence[str] = ()) -> Health:
    """Return how a source fares on a night, from its visits in any order; later ones are not looked at.

    What is usual is the median of its own visits of the 28 days before the last one that went well.
    """
    past = sorted((one for one in visits if one.night <= night), key=lambda one: one.night)
    if not past:
        return Health(source, "new", notes=tuple(notes))
    recent, latest = [one for one in past if one.night >= night - MONTH], past[-1]
    before = [one for one in recent if one.state == "done" and one is not latest]
    warnings = _warnings(latest, past, before, night)
    return Health(
        source=source,
        state=_state(latest, warnings),
        last_success=max((one.night for one in past if one.state == "done"), default=None),
        new=latest.new,
        usual=_usual(before),
        page_yield=_yield(latest),
        usual_yield=_usual_yield(before),
        errors=dict(Counter(one.error_kind or "other" for one in recent if one.state == "failed").most_common()),
        warnings=warnings,
        notes=tuple(notes),
    )


def ill_this_week(source: str, visits: Sequence[Crawl], *, night: date) -> tuple[str, ...]:
    """Return sentences on what ails a source this week: no good visit, or odd ones; nothing where it is off or well."""
    recent = sorted((one for one in visits if night - MONTH < one.night <= night), key=lambda one: one.night)
    if recent and recent[-1].state == "off":
        return ()
    done = [one for one in recent if one.state == "done"]
    if not any(one.night > night - WEEK for one in done):
        last = done[-1].night.isoformat() if done else "never"
        why = recent[-1].error if recent else "it was never tried"
        return (f"{source}: no good visit this week (last: {last}); {why}",)
    past = sorted((one for one in visits if one.night <= night), key=lambda one: one.night)
    found = (*_emptier(done[-1], done[:-1]), *(_fewer_this_week(recent, done[:-1]) or _silent(past)))
    return tuple(f"{source}: {warning}" for warning in found)


def emptied(page: str, posts: int) -> str:
    """Return the sentence for a page of a thread that shows nothing, though we keep so many posts of it."""
    return f"0 posts from a page that had {posts}: {page} -> open it: its layout may have changed"


def in_one_line(health: Health) -> str:
    """Return how a source fares in one line for a table: last success, posts against the usual, errors, warnings."""
    if health.state == "new":
        return "; ".join(("never visited", *health.notes))
    told = [f"last success {health.last_success or 'never'}"]
    if health.new is not None:
        usual = "" if health.usual is None else f" (usually {health.usual:g})"
        told.append(f"{health.new} new{usual}")
    if health.page_yield is not None:
        usual = "" if health.usual_yield is None else f" (usually {health.usual_yield:.3g})"
        told.append(f"{health.page_yield:.3g} posts a page{usual}")
    if health.errors:
        kinds = list(health.errors.items())[:WORST]
        told.append("errors in 4 weeks: " + ", ".join(f"{count} {kind}" for kind, count in kinds))
    return "; ".join((*told, *health.warnings, *health.notes))


# --- what is odd


def _state(latest: Crawl, warnings: Sequence[str]) -> str:
    if latest.state in ("off", "failed"):
        return latest.state
    return "ill" if warnings else "well"


def _warnings(latest: Crawl, past: Sequence[Crawl], before: Sequence[Crawl], night: date) -> tuple[str, ...]:
    if latest.state in ("off", "failed"):
        return (f"{latest.night}: {latest.error}",) if latest.error else ()
    stale = (night - latest.night).days
    found = [f"not visited for {stale} nights -> is the schedule running?"] if stale > 1 else []
    usual = _usual(before)
    fewer = _fewer_tonight(latest, before) if usual is not None and usual >= BUSY else _fewer_this_week(past, before)
    return (*found, *_emptier(latest, before), *(fewer or _silent(past)))


def _emptier(latest: Crawl, before: Sequence[Crawl]) -> list[str]:
    """Pages that show nothing, or hardly anything of what they showed: their layout changed, or a wall stands there."""
    now, had = _yield(latest), [one for one in map(_yield, before) if one]
    if now is None or not had:
        return []
    usual = median(had)
    if now == 0:
        pages = "a page" if latest.pages == 1 else f"{latest.pages} pages"
        return [f"0 posts from {pages} that had {usual:.3g} -> open it: its layout may have changed"]
    if len(had) >= ENOUGH and now < FEW * usual:
        return [f"{now:.2g} posts a page, usually {usual:.3g} -> open one: its layout may have changed"]
    return []


def _fewer_tonight(latest: Crawl, before: Sequence[Crawl]) -> list[str]:
    usual = _usual(before)
    if usual is None or latest.new >= FEW * usual:
        return []
    return [f"{_posts(latest.new)}, usually {usual:g} a night; look at its page"]


def _fewer_this_week(recent: Sequence[Crawl], before: Sequence[Crawl]) -> list[str]:
    usual, week = _usual(before), _this_week(recent)
    if not (usual and week) or sum(week) / len(week) >= FEW * usual:
        return []
    return [f"{_posts(sum(week))} in {len(week)} nights, usually {usual:g} a night; look at its page"]


def _silent(past: Sequence[Crawl]) -> list[str]:
    """Nothing new for so long that silence has become usual; the nights before it say what was."""
    done = [one for one in past if one.state == "done"]
    spoke = next((at for at in range(len(done), 0, -1) if done[at - 1].new), 0)
    silent = done[spoke:]
    usual = _usual([one for one in done[:spoke] if silent and one.night >= silent[0].night - MONTH])
    if len(silent) < ENOUGH or not usual:
        return []
    return [f"no new post in {len(silent)} nights, before that {usual:g} a night; look at its page"]


def _this_week(recent: Sequence[Crawl]) -> list[int]:
    return [one.new for one in recent if one.state == "done" and one.night > recent[-1].night - WEEK]


def _posts(count: int) -> str:
    return f"{count} new post{'' if count == 1 else 's'}"


def _usual(before: Sequence[Crawl]) -> float | None:
    return median(one.new for one in before) if len(before) >= ENOUGH else None


def _yield(visit: Crawl) -> float | None:
    """Posts a page; None where no page was opened (nothing had changed)."""
    return visit.shown / visit.pages if visit.pages else None


def _usual_yield(before: Sequence[Crawl]) -> float | None:
    had = [one for one in map(_yield, before) if one is not None]
    return median(had) if len(had) >= ENOUGH else None
