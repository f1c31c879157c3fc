"""Which posts a visit met: all that it counted, on both databases, one row for an unbroken run of visits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from store_nouns import NIGHT, at, document, keep, rows

from listening.store import Store, reads, writes
from listening.store.tables_visits import met_again, rewritten
from listening.types import Crawl, Document

pytest_plugins = ("store_fixtures",)


def night(number: int) -> date:
    return NIGHT + timedelta(days=number)


def post(name: str, text: str = "", *, on: int = 0) -> Document:
    """Return a post as a visit of that night reads it."""
    return document(name, text, first_seen=datetime.combine(night(on), datetime.min.time(), UTC) + timedelta(hours=2))


def visit(store: Store, number: int, *names: str, source: str = "yard", zone: str = "UTC") -> None:
    """Visit a source on a night and find these posts."""
    keep(store, *(post(one, on=number) for one in names), source=source, night=night(number), zone=zone)


def met(store: Store, number: int, kind: str = "seen", source: str = "yard") -> list[str]:
    """Return the ids that a night's visit met, after seeing that they are counted right."""
    count, found = reads.met(store, night(number), kind, source=source, limit=500)
    assert count == len(found)
    return sorted(one.id for one in found)


def runs(store: Store) -> list[tuple[str, int, int]]:
    with store.reading() as connection:
        found = connection.execute(sa.select(met_again.c.document_id, met_again.c.first, met_again.c.last))
        return sorted((one, (first - NIGHT).days, (last - NIGHT).days) for one, first, last in found)


def test_each_visit_opens_what_it_met_and_a_run_of_visits_is_one_row(store: Store) -> None:
    for number in (0, 1, 2, 4):  # the third night was none: the run goes over it
        visit(store, number, "a", *(["b"] if number != 2 else []))
    visit(store, 5, "c")
    assert [met(store, number) for number in range(6)] == [["a", "b"], ["a", "b"], ["a"], ["a"], ["a", "b"], ["c"]]
    assert met(store, 0, "new") == ["a", "b"]
    assert met(store, 1, "new") == []
    assert runs(store) == [("a", 1, 4), ("b", 1, 1), ("b", 4, 4)]


def test_a_new_post_costs_no_row_and_a_night_again_changes_nothing(store: Store) -> None:
    visit(store, 0, "a")
    assert runs(store) == []
    visit(store, 1, "a", "b")
    writes.keep_crawl(store, Crawl("yard", night(1), "done"))
    before = rows(store)
    visit(store, 1, "b", "a")
    assert (rows(store), met(store, 1)) == (before, ["a", "b"])
    visit(store, 0, "a")  # an old night once more
    assert runs(store) == [("a", 1, 1)]


def test_a_visit_that_failed_breaks_the_run(store: Store) -> None:
    visit(store, 0, "a")
    visit(store, 1, "a")
    writes.keep_crawl(store, Crawl("yard", night(2), "failed", error="down"))
    visit(store, 3, "a")
    assert [met(store, number) for number in (1, 2, 3)] == [["a"], [], ["a"]]


@pytest.mark.parametrize("found", [(), ("a",)])
def test_a_night_that_comes_late_claims_nothing(store: Store, found: tuple[str, ...]) -> None:
    for number in (0, 1, 2, 6, 7):
        visit(store, number, "a")
    visit(store, 4, "z", *found)
    assert met(store, 4) == sorted(("z", *found))
    assert [met(store, number) for number in (1, 2, 6, 7)] == [["a"]] * 4
    visit(store, 8, "a")
    assert met(store, 8) == ["a"]


def test_sources_have_runs_of_their_own(store: Store) -> None:
    keep(store, document("x", source="board"), source="board")
    visit(store, 0, "a")
    visit(store, 1, "a")
    keep(store, document("x", source="board"), source="board", night=night(2))
    assert (met(store, 2), met(store, 2, source="board")) == ([], ["x"])
    assert met(store, 1, source="") == ["a"]
    assert met(store, 0, source="") == ["a", "x"]
    assert met(store, 0, "new", source="board") == ["x"]


def test_other_words_are_found_by_their_night(store: Store) -> None:
    visit(store, 0, "a", "b")
    keep(store, post("a", "edited", on=1), post("b", on=1), night=night(1))
    assert (met(store, 1, "changed"), met(store, 1)) == (["a"], ["a", "b"])
    assert met(store, 0, "changed") == []
    (crawl,) = reads.crawls(store, night(1))
    assert (crawl.seen, crawl.changed) == (2, 1)


def test_a_night_is_a_day_of_its_zone(store: Store) -> None:
    late = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)  # half past midnight of the tenth in Berlin
    for _ in range(2):
        keep(store, document("a", first_seen=late), zone="Europe/Berlin")
    assert runs(store) == []
    assert reads.met(store, NIGHT, "new", zone="Europe/Berlin", limit=9)[0] == 1
    assert reads.met(store, NIGHT, "new", zone="UTC", limit=9)[0] == 0


def test_what_goes_takes_its_rows_along(store: Store) -> None:
    visit(store, 0, "a", "b", "c", "d")
    keep(store, *(post(one, "edited", on=1) for one in "abcd"), night=night(1))
    writes.forget_person(store, "p-a", None)
    writes.forget_documents(store, ["b"])
    keep(store, night=night(2), gone=["c"])
    assert met(store, 1) == ["d"]
    writes.drop_older(store, at(9))
    assert runs(store) == []
    with store.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(rewritten)) == 0


def test_posts_come_in_pages_the_newest_first(store: Store) -> None:
    many = [document(f"d{number:03}", day=-number, first_seen=at(0, 2)) for number in range(700)]
    keep(store, *many)
    keep(store, *many, night=night(1))
    count, found = reads.met(store, night(1), limit=3, offset=2)
    assert (count, [one.id for one in found]) == (700, ["d002", "d003", "d004"])
    assert (found[0].snippet, found[0].source) == ("words of d002", "yard")
    assert len(runs(store)) == 700


def test_no_night_scans_all_posts(sqlite_store: Store) -> None:
    for number in (0, 1):
        visit(sqlite_store, number, "a")
    asked: list[str] = []
    sa.event.listen(sqlite_store.engine, "before_cursor_execute", lambda *given: asked.append(_plan(*given)))
    for kind in reads.MET:
        met(sqlite_store, 1, kind)
    assert asked
    assert [one for one in asked if "SCAN documents" in one or "SCAN met_again" in one] == []


def _plan(connection: sa.Connection, _cursor: object, statement: str, parameters: object, *_: object) -> str:
    raw = connection.connection.cursor()
    raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
    return " / ".join(str(row[3]) for row in raw.fetchall())
