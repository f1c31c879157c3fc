"""What a visit brings in quick succession is kept together, and changes nothing by it; a kill loses none of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sources_site import NOW, config

from listening.errors import SourceBroken
from listening.pipeline import visits
from listening.pipeline.visits import MOST_POSTS, Visit
from listening.store import Store, open_store, reads
from listening.types import Batch, Post, PostKind, Shown, SourceConfig, Standing


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path_factory.mktemp('visits') / 'it.db'}")
    yield opened
    opened.close()


@pytest.fixture
def source(request: pytest.FixtureRequest) -> SourceConfig:
    """A source of this test's own."""
    return replace(config("forum", "http://x.example"), name=request.node.name)


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many documents each commit kept; nothing is kept for having waited long."""
    kept, counts = visits.writes.keep_batch, list[int]()

    def counted(*given: object, **named: object) -> object:
        counts.append(len(named["documents"]))  # type: ignore[arg-type]  # a list
        return kept(*given, **named)  # type: ignore[arg-type]  # handed through

    monkeypatch.setattr(visits.writes, "keep_batch", counted)
    monkeypatch.setattr(visits, "LONGEST_WAIT", 3_600.0)
    return counts


def visit(store: Store, source: SourceConfig) -> Visit:
    return Visit(store, source, key=b"k", now=NOW, night=NOW.date())


def batch(source: SourceConfig, *ids: str, cursor: str = "", **more: object) -> Batch:
    posts = tuple(Post(source.name, one, PostKind.FORUM, f"the hinge of {one} broke", thread="t1") for one in ids)
    return Batch(posts, cursor or f"after {ids[-1] if ids else 'none'}", **more)  # type: ignore[arg-type]  # as given


def stored(store: Store, source: SourceConfig) -> list[str]:
    rows = reads.export_rows(store, "posts")
    return sorted(str(row["native_id"]) for row in rows if row["source"] == source.name)


def test_quick_batches_are_kept_together_with_the_last_cursor(
    store: Store, source: SourceConfig, commits: list[int]
) -> None:
    with visit(store, source) as it:
        it.take(batch(source, "1", "2", warnings=("one",), shown=(Shown("http://x.example/1", 2, "t1"),)))
        it.take(batch(source, "3", warnings=("two",), shown=(Shown("http://x.example/2", 1, "t1"),)))
        assert stored(store, source) == []
    assert (commits, it.kept.new, len(it.pages)) == ([3], 3, 2)
    assert reads.memory(store, source.name).cursor == "after 3"
    (row,) = reads.crawls(store, NOW.date(), source=source.name)
    assert (row.new, row.pages, row.shown, row.warnings) == (3, 2, 3, ("one", "two"))


def test_many_posts_are_kept_at_once_and_slow_ones_one_by_one(
    store: Store, source: SourceConfig, commits: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with visit(store, source) as it:
        for part in range(0, 2 * MOST_POSTS, 50):
            it.take(batch(source, *map(str, range(part, part + 50))))
        monkeypatch.setattr(visits, "LONGEST_WAIT", 0.0)
        it.take(batch(source, "a"))
        it.take(batch(source, "b"))
    assert commits == [MOST_POSTS, MOST_POSTS, 1, 1]


def test_what_speaks_of_a_waiting_post_comes_after_it(store: Store, source: SourceConfig, commits: list[int]) -> None:
    with visit(store, source) as it:
        it.take(batch(source, "1", "2", "3"))
        it.take(batch(source, "3", "4"))  # shown once more
        it.take(Batch((), "5", gone=("4",)))
        it.take(batch(source, "6"))
        it.take(Batch((), "7", shown=(Shown("http://x.example/9", 0, "t1"),)))  # a page that had posts
    assert commits == [3, 2, 1, 0]
    assert stored(store, source) == ["1", "2", "3", "6"]
    assert it.kept.seen == 6
    (row,) = reads.crawls(store, NOW.date(), source=source.name)
    assert len(row.warnings) == 1


def test_two_claims_about_one_thread_are_judged_one_after_the_other(
    store: Store, source: SourceConfig, commits: list[int]
) -> None:
    with visit(store, source) as it:
        it.take(batch(source, "1", "2", "3", standing=(Standing("t1", frozenset({"1", "2", "3"}), sure=True),)))
        it.take(Batch((), "x", standing=(Standing("t1", frozenset({"1", "3"}), sure=True),)))
    assert commits == [3, 0]
    assert stored(store, source) == ["1", "3"]


def test_what_came_before_a_failure_is_kept(store: Store, source: SourceConfig, commits: list[int]) -> None:
    def fails(it: Visit) -> None:
        with it:
            it.take(batch(source, "1"))
            it.take(batch(source, "2"))
            raise SourceBroken("the page is no page", "look at it")

    with pytest.raises(SourceBroken):
        fails(visit(store, source))
    assert commits == [2]
    assert stored(store, source) == ["1", "2"]


def test_a_commit_that_fails_is_not_tried_again(
    store: Store, source: SourceConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = list[int]()

    def fails(*_: object, **named: object) -> object:
        tries.append(len(named["documents"]))  # type: ignore[arg-type]  # a list
        raise OSError

    monkeypatch.setattr(visits.writes, "keep_batch", fails)
    monkeypatch.setattr(visits, "LONGEST_WAIT", 0.0)
    with pytest.raises(OSError), visit(store, source) as it:  # noqa: PT011 -- the one above
        it.take(batch(source, "1"))
    assert tries == [1]
    assert stored(store, source) == []
