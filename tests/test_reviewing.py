"""What became of the pain points: told only where it is more than chance, and per post that could be seen."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from listening.reviewing import Told, changes
from listening.types import Emergence, LedgerEntry, MapChange, Stand

SINCE = date(2026, 1, 1)
OLD = date(2025, 6, 1)
AT = datetime(2026, 2, 3, 9, tzinfo=UTC)


def stand(status: str = "open", born: date = OLD) -> Stand:
    return Stand("pp-1", "Buckle", status, born)


def found(
    *points: Stand,
    people: int = 12,
    before: int = 0,
    seen: tuple[int, int] = (1000, 1000),
    lines: tuple[LedgerEntry, ...] = (),
    news: tuple[Emergence, ...] = (),
) -> list[MapChange]:
    mine = points or (stand(),)
    told = Told({one.id: people for one in mine}, {one.id: before for one in mine}, seen[1], seen[0])
    names = {"pp-1": "Buckle", "pp-9": "Strap"}
    return list(changes(mine, told, SINCE, lines=lines, emergences=news, names=names))


@pytest.mark.parametrize(
    ("before", "now", "seen", "kind"),
    [
        (3, 14, (1000, 1000), "grown"),
        (14, 3, (1000, 1000), "shrunk"),
        (5, 8, (1000, 1000), ""),  # chance does that often
        (3, 14, (1000, 5000), ""),  # five times as many posts were seen
        (10, 10, (1000, 5000), "shrunk"),  # as many people in five times the posts
        (10, 10, (0, 1000), ""),  # nothing was seen before: no statement
        (0, 0, (1000, 1000), ""),
        (4000, 9000, (100_000, 100_000), "grown"),
    ],
)
def test_growth_is_told_per_post_seen_and_not_where_chance_does_it(
    before: int, now: int, seen: tuple[int, int], kind: str
) -> None:
    told = found(people=now, before=before, seen=seen)
    assert [one.kind for one in told] == ([kind] if kind else [])
    assert [(one.before, one.after) for one in told] == ([(before, now)] if kind else [])


def test_one_that_was_born_in_the_period_is_new() -> None:
    (one,) = found(stand(born=date(2026, 1, 9)))
    assert (one.kind, one.sentence) == ("new", "a pain point since 9 Jan")


def test_one_that_came_back_says_so_instead_of_growing() -> None:
    back = Emergence("pp-1", date(2026, 2, 1), "back", 4, 0.1, 0, 1, 3, "4 people since the fix")
    (one,) = found(before=1, news=(back,))
    assert (one.kind, one.sentence) == ("back", "4 people since the fix")


@pytest.mark.parametrize(("what", "detail"), [("resolved", "2026-02-01"), ("status", "open > done")])
def test_a_fix_is_told_with_who_said_it(what: str, detail: str) -> None:
    line = LedgerEntry(AT, "ann", what, "pp-1", detail=detail)
    (one,) = found(stand("watch"), people=2, before=2, lines=(line,))
    assert (one.kind, one.sentence) == ("resolved", "watch since 3 Feb, said ann")
    assert found(stand(), people=2, before=2, lines=(line,)) == []  # opened again since


def test_a_merge_names_both() -> None:
    line = LedgerEntry(AT, "ann", "merge", "pp-9", other_id="pp-1")
    (one,) = found(people=2, before=2, lines=(line,))
    assert (one.kind, one.name, one.sentence) == ("merged", "Strap", "into Buckle (pp-1) on 3 Feb, by ann")
