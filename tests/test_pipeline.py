"""The verbs of the night, one after the other, on a real store, with posts from files and a reader of a few lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from nights_houses import FIRST, House, move_in
from nights_world import KEY, MONDAY, TROUBLES, FewLines, lasting

from listening import pipeline, sources
from listening.demo.mailbox import Mailbox
from listening.errors import NotConfigured, SourceBroken, SourceUnavailable
from listening.outputs.wording import trouble
from listening.pipeline import Clustered, clustering, crawling, reading, reconsidering
from listening.store import reads, writes
from listening.types import Batch, Change, Memory, Post, PostKind, SourceConfig

pytest_plugins = ("store_fixtures", "nights_fixtures")
NIGHT = MONDAY.date()


class Fake:
    """A source of a few posts that may fail after them."""

    def __init__(self, *posts: Post, error: Exception | None = None, warnings: tuple[str, ...] = ()) -> None:
        self.posts, self.error, self.warnings = posts, error, warnings

    def batches(self) -> Iterator[Batch]:
        yield Batch(self.posts, cursor="after these", warnings=self.warnings)
        if self.error:
            raise self.error


def post(number: int, body: str = "the zip jams and the slider is stuck once again today") -> Post:
    return Post("board", str(number), PostKind.FORUM, body, author=f"Writer{number}", created_at=MONDAY)


def standing_in(**fakes: Fake | Exception) -> Callable[..., sources.Source]:
    """Open these fakes instead of the sources of that name; an exception is raised at once."""

    def opened(config: SourceConfig, *, now: datetime, memory: Memory, secrets: dict[str, str]) -> sources.Source:
        fake = fakes.get(config.name)
        if isinstance(fake, Exception):
            raise fake
        return fake or sources.open_source(config, now=now, memory=memory, secrets=secrets)

    return opened


def to(mailbox: Mailbox) -> list[str]:
    """Who got mails."""
    return sorted(one.to.partition("@")[0].rpartition("<")[2] for one in mailbox.mails())


class TestANight:
    def test_goes_from_posts_to_mails(self, house: House, mailbox: Mailbox) -> None:
        house.posts()
        lived = house.night()
        assert [(one.source, one.state, one.new) for one in lived.crawls] == [
            ("yard", "done", 80),
            ("board", "done", 80),
        ]
        copies = [row for row in reads.export_rows(house.store, "posts") if row["near_of"]]
        assert lived.cleaned == 160
        assert lived.read == 160 - len(copies)
        assert copies
        points = {one.id: one for one in reads.points(house.store, map_id="bags")}
        assert len(points) >= 3
        assert lived.clustered.born == len(points)
        assert {one.kind for one in lived.emerged} == {"new"}
        told = {points[one.pain_point_id].touchpoint for one in lived.emerged}
        assert to(mailbox) == sorted("rest" if one == "app" else f"{one}-owner" for one in told)
        assert lived.told.sent == lived.told.queued == len(told) >= 3

    def test_what_nobody_owns_goes_to_the_fallback_owner(self, house: House, mailbox: Mailbox) -> None:
        house.posts(troubles=TROUBLES[4:])
        house.night()
        assert to(mailbox) == ["rest"]

    def test_twice_is_once(self, lived: House, mailbox: Mailbox) -> None:
        house = lived
        house.night()
        before, sent, asked = lasting(house.store), len(mailbox.mails()), house.reader.asked
        again = house.night()
        assert lasting(house.store) == before
        assert (again.cleaned, again.read, again.clustered.born, again.told.queued, again.told.sent) == (0, 0, 0, 0, 0)
        assert (len(mailbox.mails()), house.reader.asked) == (sent, asked)

    def test_the_next_night_carries_on_and_tells_nothing_twice(self, house: House, mailbox: Mailbox) -> None:
        house.posts()
        born = house.night().clustered.born
        sent = len(mailbox.mails())
        house.posts(6, seed=3, start=MONDAY, days=0.9)
        lived = house.night(MONDAY + timedelta(days=1))
        assert lived.clustered.born == 0
        assert lived.clustered.carried >= 4
        assert len(reads.points(house.store, map_id="bags")) == born
        assert len(mailbox.mails()) == sent

    def test_an_archive_whose_nights_are_lived_again_is_no_backlog(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        house = move_in(tmp_path)
        monkeypatch.setattr(reading, "reader", lambda _settings: FewLines())
        house.posts()
        later = MONDAY + timedelta(days=200)
        for name in ("yard", "board"):
            file = tmp_path / f"{name}.jsonl"
            pipeline.bring_in(house.store, house.settings, file, source=name, kind=PostKind.FORUM, key=KEY, now=later)
        house.settings = replace(house.settings, sources=())
        assert house.night().emerged
        assert not house.night(later).emerged
        house.store.close()

    def test_a_night_of_an_archive_that_goes_on_is_lived_once(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        house.posts()
        file, middle = house.home / "yard.jsonl", MONDAY - timedelta(days=4)
        pipeline.bring_in(house.store, house.settings, file, source="old", kind=PostKind.FORUM, key=KEY, now=MONDAY)
        house.settings = replace(house.settings, sources=())
        assert house.night(middle).clustered.born
        before = lasting(house.store)
        with monkeypatch.context() as patch:
            patch.setattr(clustering, "_place", lambda *_: pytest.fail("the same night was placed again"))
            assert house.night(middle).clustered == Clustered()
        assert lasting(house.store) == before
        assert house.night().clustered.carried

    def test_the_same_story_on_postgres(
        self, house: House, fresh_postgres: Callable[[], str], tmp_path: Path, mailbox: Mailbox
    ) -> None:
        other = move_in(tmp_path / "postgres", port=mailbox.port, database_url=fresh_postgres())
        other.night(FIRST)
        for one in (house, other):
            one.posts()
        lived, again = other.night(), house.night()
        assert lived.told == again.told
        assert lived.clustered == again.clustered
        assert lived.emerged == again.emerged
        before = lasting(other.store)
        other.night()
        assert lasting(other.store) == before
        other.store.close()


class TestCrawl:
    def test_a_failing_source_leaves_a_row_and_the_night_goes_on(
        self, house: House, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gone = SourceUnavailable("board.test does not answer", "it is tried again")
        monkeypatch.setattr(crawling, "open_source", standing_in(board=Fake(post(1), error=gone)))
        house.posts()
        lived = house.night()
        yard, board = lived.crawls
        assert (yard.state, board.state, board.new, board.again) == ("done", "failed", 1, True)
        assert board.error == "board.test does not answer -> it is tried again"
        (row,) = reads.crawls(house.store, NIGHT, source="board")
        assert (row.state, row.error, row.seen) == ("failed", board.error, 1)
        assert lived.told.sent
        assert trouble(board.error) in mailbox.mails()[0].path.read_text().replace("=\n", "")

    def test_what_nobody_foresaw_is_a_failure_with_its_name_and_no_words(
        self, house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(crawling, "open_source", standing_in(board=Fake(error=KeyError("secret words"))))
        _, board = house.night().crawls
        assert (board.state, board.again) == ("failed", False)
        assert board.error.startswith("board: KeyError while reading it")
        assert "secret words" not in board.error
        assert "crawl.unforeseen" in caplog.messages

    def test_without_credentials_a_source_is_off(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        off = NotConfigured("board has no key", "set REDDIT_CLIENT_ID")
        monkeypatch.setattr(crawling, "open_source", standing_in(board=off))
        _, board = house.night().crawls
        assert (board.state, board.error) == ("off", str(off))

    def test_a_failure_that_was_mended_in_the_same_night_is_done(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as broken:
            broken.setattr(crawling, "open_source", standing_in(board=SourceBroken("no forum", "look at the address")))
            house.night()
        house.night()
        (row,) = reads.crawls(house.store, NIGHT, source="board")
        assert (row.state, row.error) == ("done", "")

    def test_warnings_and_cursor_are_kept(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        fake = Fake(post(1), warnings=("entry 3 has no words",))
        monkeypatch.setattr(crawling, "open_source", standing_in(board=fake))
        house.night()
        (row,) = reads.crawls(house.store, NIGHT, source="board")
        assert row.warnings == ("entry 3 has no words",)
        assert reads.memory(house.store, "board").cursor == "after these"

    def test_people_of_a_batch_are_known_to_the_redactor(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        talk = Fake(post(1), post(2, "As Writer1 said, the zip jams: write to me at me@mail.test please"))
        monkeypatch.setattr(crawling, "open_source", standing_in(board=talk))
        house.night()
        texts = [str(row["text"]) for row in reads.export_rows(house.store, "posts")]
        assert "As [name] said, the zip jams: write to me at [email] please" in texts

    def test_a_bad_line_of_an_import_is_told_and_its_neighbours_kept(self, house: House, tmp_path: Path) -> None:
        file = tmp_path / "survey.jsonl"
        file.write_text('{"id": "1", "text": "fine bag"}\n{"id": "2", "text": \n{"id": "3", "text": "good zip"}\n')
        found = pipeline.bring_in(
            house.store, house.settings, file, source="survey", kind=PostKind.SURVEY, key=KEY, now=MONDAY
        )
        assert (found.seen, found.new) == (2, 2)
        assert len(found.errors) == 1
        assert "survey.jsonl line 2" in found.errors[0]
        assert [(one.state, one.seen, one.new) for one in reads.crawls(house.store, source="survey")] == [
            ("done", 2, 2)
        ]

    def test_preview_shows_redacted_posts_and_keeps_nothing(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fake = Fake(*(post(number, f"call me: 0{number} me@mail.test, the zip jams") for number in range(9)))
        monkeypatch.setattr(crawling, "open_source", standing_in(board=fake))
        before = lasting(house.store)
        shown = pipeline.preview(house.settings, house.settings.sources[1], key=KEY, now=MONDAY)
        assert len(shown) == 5
        assert all("[email]" in one.text for one in shown)
        assert lasting(house.store) == before

    def test_preview_raises_what_the_source_raises(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(crawling, "open_source", standing_in(board=SourceBroken("no forum", "look")))
        with pytest.raises(SourceBroken, match="no forum"):
            pipeline.preview(house.settings, house.settings.sources[1], key=KEY, now=MONDAY)


class TestCluster:
    def test_on_mondays_only_pain_points_are_reconsidered(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[int] = []
        monkeypatch.setattr(reconsidering, "reconsider", lambda points, *_, **__: asked.append(len(points)) or ())
        house.posts()
        house.night(MONDAY - timedelta(days=1))
        assert not asked
        house.posts(6, seed=3, start=MONDAY - timedelta(hours=9), days=0.1)
        house.night(MONDAY)
        assert asked == [len(reads.points(house.store, map_id="bags"))]

    def test_merges_are_made_all_or_none_and_a_second_run_makes_them_up(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        house.posts()
        house.night(MONDAY - timedelta(days=1))
        first, second, *_ = reads.points(house.store, map_id="bags")
        before = lasting(house.store)
        merge = Change("merge", first.id, second.id, why="alike")
        house.posts(6, seed=3, start=MONDAY - timedelta(hours=9), days=0.1, troubles=())
        monkeypatch.setattr(reconsidering, "reconsider", lambda *_, **__: (merge, replace(merge, from_id="pp-nobody")))
        with pytest.raises(KeyError):
            house.night(MONDAY)
        assert lasting(house.store)["pain_points"] == before["pain_points"]
        once = iter([(merge,)])
        monkeypatch.setattr(reconsidering, "reconsider", lambda *_, **__: next(once, ()))
        assert house.night(MONDAY).clustered.merged == 1
        assert reads.point(house.store, second.id).merged_into == first.id
        stays = reads.point(house.store, first.id)
        assert (stays.size, stays.last_seen) == (first.size + second.size, max(first.last_seen, second.last_seen))
        assert [one.what for one in reads.ledger(house.store, second.id)] == ["born", "merge"]

    def test_what_a_look_parted_stays_apart_and_what_it_joined_whole(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Two halves near the border came together and parted again until a split led to the id of an earlier one."""
        house.posts()
        house.night(MONDAY - timedelta(days=1))
        first, second, third, *_ = reads.points(house.store, map_id="bags")
        leaving = [one.signal_id for one in reads.pains_of(house.store, [third.id])[third.id]][:2]
        changes = (Change("merge", first.id, second.id), Change("split", "pp-half", third.id, tuple(leaving)))
        known: list[tuple[set[str], set[tuple[str, str]]]] = []

        def looked(*_: object, whole: set[str], apart: set[tuple[str, str]], **__: object) -> tuple[Change, ...]:
            known.append((set(whole), set(apart)))
            return changes if len(known) == 1 else ()

        house.posts(6, seed=3, start=MONDAY - timedelta(hours=9), days=0.1, troubles=())
        monkeypatch.setattr(reconsidering, "reconsider", looked)
        house.night(MONDAY)
        assert known == [(set(), set()), ({first.id}, {(third.id, "pp-half")})]
        house.posts(6, seed=4, start=MONDAY + timedelta(days=6, hours=15), days=0.1, troubles=())
        house.night(MONDAY + timedelta(days=7))
        assert known[2:] == [(set(), {(third.id, "pp-half")})]  # only a person joins them again

    def test_a_merge_keeps_the_later_day(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        house.posts()
        house.night(MONDAY - timedelta(days=2))
        first, second, *_ = reads.points(house.store, map_id="bags")
        writes.keep_placement(house.store, (), (), [replace(second, last_seen=date(2026, 3, 20))], ())
        house.posts(6, seed=3, start=MONDAY - timedelta(hours=9), days=0.1, troubles=())
        once = iter([(Change("merge", first.id, second.id),)])
        monkeypatch.setattr(reconsidering, "reconsider", lambda *_, **__: next(once, ()))
        house.night(MONDAY)
        assert reads.point(house.store, first.id).last_seen == date(2026, 3, 20)


def test_a_report_covers_the_quarter_up_to_tonight(house: House) -> None:
    house.posts()
    house.night()
    report = pipeline.make_report(house.store, house.settings, since=None, until=None, now=MONDAY)
    assert (report.since, report.until) == (NIGHT - timedelta(days=90), NIGHT)
    assert {row.id for row in report.pain_points} == {one.id for one in reads.points(house.store, map_id="bags")}
    assert [one.source for one in report.sources] == ["board", "yard"]
    assert report.documents == 190


def test_the_nights_of_an_imported_archive_place_what_was_told_by_then(house: House) -> None:
    house.posts()
    early = MONDAY - timedelta(days=6)
    first = house.night(early, tell=False)
    then = len(reads.points(house.store, map_id="bags"))
    again = house.night(MONDAY, tell=False)
    assert first.read > 0
    assert again.read == 0
    assert again.clustered.carried + again.clustered.born > 0
    assert len(reads.points(house.store, map_id="bags")) >= then
    assert house.night(MONDAY + timedelta(days=1), tell=False).clustered.carried == 0
