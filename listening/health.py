"""Judges how a source fares: tonight against its own last four weeks, so that none dies in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from math import exp, log
from statistics import median

from listening.types import Crawl, Health

MONTH, WEEK = timedelta(days=28), timedelta(days=7)
ENOUGH = 7  # nights that say what is usual
FEW = 0.2  # a source is ill under a fifth of what is usual
BUSY = 5  # new posts a night, from which on one night says enough; quieter sources are judged by their week
WORST = 3  # kinds of errors shown
FIELDS = {  # what posts tell, in words, and the share of what is usual under which it is missed
    "author": ("an author", 0.6),
    "date": ("a date", 0.6),
    "title": ("a title", 0.3),
    "likes": ("likes", FEW),
    "views": ("views", FEW),
    "reply": ("whom they answer", FEW),
}
CHANCE = 1e-6  # so unlikely must it be that so many posts lack a field by chance
DOUBT = 0.03  # even where all posts told a field: some authors have left
AT_MOST = 50  # posts of one visit that say what is usual: the first one brings years of them
TEXTS = 50  # posts whose texts say how long they are
SHORT = 0.5  # of their usual length


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
    found = (*_emptier(done[-1], done[:-1]), *_told_less(done), *(_fewer_this_week(recent, done[:-1]) or _silent(past)))
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
    return (*found, *_emptier(latest, before), *_told_less([*before, latest]), *(fewer or _silent(past)))


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


def _told_less(visits: Sequence[Crawl]) -> list[str]:
    """What posts used to tell and do not any more, while posts come as ever: only a part of the layout changed."""
    brought = [one for one in visits if one.told.get("posts")]
    found = [said for name in FIELDS if (said := _without(name, brought))]
    return [*found, *_shorter(brought)]


def _without(name: str, brought: Sequence[Crawl]) -> str:
    """Return the sentence where too few posts of tonight, or of the last visits together, tell this field."""
    words, least = FIELDS[name]
    for size in range(1, WEEK.days + 1):
        earlier, latest = brought[:-size], brought[-size:]
        if len(earlier) < ENOUGH:
            return ""
        usual = _share(name, earlier)
        having, posts = _sum(name, latest), _sum("posts", latest)
        if having < least * usual * posts and _chance(having / posts, min(usual, 1 - DOUBT), posts) < CHANCE:
            told = f"{having} of {posts} posts tell {words}, usually {usual:.0%}"
            return f"{told} -> open one: that part of its layout may have changed"
    return ""


def _shorter(brought: Sequence[Crawl]) -> list[str]:
    for size in range(1, WEEK.days + 1):
        earlier, latest = brought[:-size], brought[-size:]
        if len(earlier) < ENOUGH:
            return []
        had = [one.told.get("characters", 0) / one.told["posts"] for one in earlier]
        posts = _sum("posts", latest)
        now, usual = _sum("characters", latest) / posts, median(had)
        if posts >= TEXTS and now < min(SHORT * usual, *had):
            return [f"texts of {now:.0f} characters, usually {usual:.0f} -> open one: its texts may be cut short"]
    return []


def _sum(name: str, visits: Sequence[Crawl]) -> int:
    return sum(one.told.get(name, 0) for one in visits)


def _share(name: str, visits: Sequence[Crawl]) -> float:
    """Return the share of posts that tell a field; a visit that brought very many counts as one that brought some."""
    weights = [min(AT_MOST, one.told["posts"]) for one in visits]
    shares = [one.told.get(name, 0) / one.told["posts"] for one in visits]
    return sum(weight * share for weight, share in zip(weights, shares, strict=True)) / sum(weights)


def _chance(now: float, usual: float, posts: int) -> float:
    """Return how likely so small a share of so many posts is at most, where each has the field by chance (Chernoff)."""
    kept = now * log(now / usual) if now else 0.0
    lost = (1 - now) * log((1 - now) / (1 - usual)) if now < 1 else 0.0
    return exp(-posts * (kept + lost))


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
