"""What was taken back where it came from leaves no word behind; batches say what stands, pages what they show."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from store_nouns import NIGHT, NOW, alert, at, document, entry, keep, pain_point, place, reading, rows, signal, told

from listening.store import Store, reads, writes
from listening.types import Alert, Change, Crawl, Document, Memory, PostKind, Reminder, Shown, Standing

pytest_plugins = ("store_fixtures",)
MARK = "plantedmark drips on every seam"


def crawl(store: Store) -> Crawl:
    (found,) = reads.crawls(store, NIGHT, source="yard")
    return found


class TestGone:
    def test_text_vector_and_quotes_go_and_the_counts_are_those_of_the_rest(self, store: Store) -> None:
        told(store, document("d1", MARK), document("d2"), document("d3"), point=pain_point())
        writes.queue_alerts(store, [alert(), alert("a-2", owner="bob", quoted="d2")], map_id="bikes", now=NOW)
        keep(store, gone=["d1", "unknown"])
        assert "plantedmark" not in repr(rows(store))
        assert (reads.point(store, "pp-1").size, reads.point(store, "pp-1").people) == (2, 2)
        assert reads.signals_of(store, ["d1"]) == {"d1": []}
        assert reads.alert(store, "a-1").items[0].quotes == ()
        assert len(reads.alert(store, "a-2").items[0].quotes) == 1
        assert crawl(store).removed == 1
        keep(store, gone=["d1"])
        assert crawl(store).removed == 1

    def test_no_page_of_the_file_keeps_it(self, sqlite_store: Store, tmp_path: Path) -> None:
        told(sqlite_store, document("d1", MARK), *(document(f"e{n}") for n in range(50)), point=pain_point())
        keep(sqlite_store, gone=["d1"])
        sqlite_store.close()
        for file in (tmp_path).glob("*.db*"):
            shutil.copy(file, tmp_path / "copy")
            assert b"plantedmark" not in (tmp_path / "copy").read_bytes()

    def test_a_post_of_the_same_batch_is_not_gone(self, store: Store) -> None:
        keep(store, document("d1"))
        keep(store, document("d1"), gone=["d1"])
        assert len(reads.documents_by_id(store, ["d1"])) == 1

    def test_what_copied_it_speaks_for_itself(self, store: Store) -> None:
        keep(store, document("d1", "same"), document("d2", "same", day=1))
        writes.mark_clean(store, ["d1", "d2"], {"d2": "d1"})
        keep(store, gone=["d1"])
        assert [(one.id, one.near_of) for one in reads.documents_to_clean(store)] == [("d2", None)]


class TestNames:
    """The machine names a pain point in customers' words: a name may be the words of one who took them back."""

    def test_name_words_birth_and_alerts_forget(self, store: Store) -> None:
        told(store, document("d1", MARK), document("d2"), point=pain_point(name="Plantedmark drips", words=("drips",)))
        writes.keep_ledger(store, [entry(detail="Plantedmark drips")])
        due = Reminder("due", NIGHT, "the cover drips", "Due on 10 March 2026.", "day of pp-1", about="pp-1")
        comment = Alert("no-1", alert().owner, NIGHT, (), subject="ann about", about="pp-1", named="the cover drips")
        writes.queue_alerts(store, [alert(), replace(alert("a-2", "bob"), reminders=(due,))], map_id="bikes", now=NOW)
        writes.queue_alerts(store, [comment], map_id="bikes#1", now=NOW)
        keep(store, gone=["d1"])
        point = reads.point(store, "pp-1")
        assert (point.name, point.words) == ("", ())
        assert {one.detail for one in reads.ledger(store, "pp-1")} == {""}
        assert reads.alert(store, "a-1").items[0].name == ""
        assert reads.alert(store, "a-2").reminders[0].name == ""
        assert reads.alert(store, "no-1").title == "ann about: pp-1"
        writes.keep_ledger(store, [entry(detail="Plantedmark drips")])
        assert {one.detail for one in reads.ledger(store, "pp-1")} == {""}, (
            "the same line stands once, without its words"
        )

    def test_a_new_name_comes_to_point_and_waiting_alert(self, store: Store) -> None:
        told(store, document("d1", MARK), document("d2"), point=pain_point())
        writes.queue_alerts(store, [alert()], map_id="bikes", now=NOW)
        keep(store, gone=["d1"])
        writes.name_points(store, [pain_point(name="the cover leaks", words=("leaks",))])
        assert (reads.point(store, "pp-1").name, reads.point(store, "pp-1").words) == ("the cover leaks", ("leaks",))
        assert reads.alert(store, "a-1").items[0].name == "the cover leaks"
        assert reads.point(store, "pp-1").size == 1

    def test_a_persons_name_for_it_stays(self, store: Store) -> None:
        told(store, document("d1", MARK), document("d2"), point=pain_point(name="The wet cover", named_by="ann"))
        writes.queue_alerts(store, [alert()], map_id="bikes", now=NOW)
        keep(store, gone=["d1"])
        assert reads.point(store, "pp-1").name == "The wet cover"
        assert reads.alert(store, "a-1").items[0].name == "The wet cover"

    def test_a_name_in_these_words_goes_also_where_they_are_no_member_any_more(self, store: Store) -> None:
        told(store, document("d1", MARK), document("d2"), point=pain_point("pp-2", name="all is well"))
        told(store, document("d3"), document("d4"), point=pain_point(name="Plantedmark drips on every"))
        told(store, document("d5"), document("d6"), point=pain_point("pp-3", name="Mark drips on"))
        done = writes.forget_person(store, "p-d1", None)
        assert done.pain_points == ("pp-1", "pp-2")
        assert [reads.point(store, one).name for one in ("pp-1", "pp-2", "pp-3")] == ["", "", "Mark drips on"]

    def test_what_was_merged_into_it_forgets_its_birth_too(self, store: Store) -> None:
        told(store, document("d1", MARK), point=pain_point("pp-2"))
        told(store, document("d2"), point=pain_point())
        writes.keep_ledger(store, [entry(point="pp-2", detail="other words of one who is merged")])
        writes.apply_change(store, Change("merge", "pp-1", "pp-2"), [pain_point()], [])
        keep(store, gone=["d1"])
        assert {one.detail for one in reads.ledger(store, "pp-2")} == {""}


class TestStanding:
    def thread(self, store: Store, count: int = 10, thread: str = "t1") -> list[Document]:
        posts = [document(f"{thread}-{n}", native_id=str(n), thread=thread) for n in range(count)]
        keep(store, *posts)
        return posts

    def left(self, store: Store) -> int:
        return reads.counts(store).documents

    def stands(self, store: Store, count: int, *, sure: bool, day: int = 0, thread: str = "t1") -> None:
        ids = frozenset(map(str, range(count)))
        keep(store, night=NIGHT + timedelta(days=day), standing=[Standing(thread, ids, sure)])

    def test_what_the_site_lists_no_more_goes_at_once(self, store: Store) -> None:
        self.thread(store)
        self.thread(store, thread="t2")
        self.stands(store, 3, sure=True)
        assert self.left(store) == 13

    def test_another_source_has_its_own_threads(self, store: Store) -> None:
        self.thread(store)
        keep(store, source="board", standing=[Standing("t1", frozenset(), sure=True)])
        assert self.left(store) == 10

    @pytest.mark.parametrize(
        ("stands", "nights", "left"),
        [
            (9, (0,), 10),
            (9, (0, 0), 10),  # the same night twice is one night
            (9, (0, 1), 9),
            (8, (0, 5), 8),
            (7, (0, 1, 2), 10),  # more than a fifth at once is doubted
            (0, (0,), 10),
            (0, (0, 1), 0),  # a thread that is gone altogether was asked for by its own address
        ],
    )
    def test_what_pages_do_not_show_goes_when_it_is_missing_twice(
        self, store: Store, stands: int, nights: tuple[int, ...], left: int
    ) -> None:
        self.thread(store)
        for night in nights:
            self.stands(store, stands, sure=False, day=night)
        assert self.left(store) == left

    def test_a_doubt_is_told(self, store: Store) -> None:
        self.thread(store)
        self.stands(store, 7, sure=False)
        assert crawl(store).warnings == (
            "thread t1 shows 7 of the 10 posts it had, and none was removed -> look at its page",
        )

    def test_back_again_is_not_missing(self, store: Store) -> None:
        self.thread(store)
        for stands, night in ((9, 0), (10, 1), (9, 2)):
            self.stands(store, stands, sure=False, day=night)
        assert self.left(store) == 10
        self.stands(store, 9, sure=False, day=3)
        assert self.left(store) == 9

    def test_a_moved_post_is_in_its_new_thread_whichever_is_read_first(self, store: Store) -> None:
        posts = self.thread(store)
        keep(store, document("t1-9", native_id="9", thread="t2"))
        self.stands(store, 9, sure=True)
        assert {one.thread for one in reads.documents_by_id(store, [posts[9].id])} == {"t2"}


class TestIdentity:
    def feed(self, native: str, **more: object) -> Document:
        given = {"native_id": native, "url": "https://b.test/1", "person": "p-ann", "kind": PostKind.BLOG, **more}
        return document(f"d-{native}", "the same words", **given)

    def kept(self, store: Store) -> list[tuple[str, str, int]]:
        ids = [f"d-{one}" for one in "abc"]
        return [(one.id, one.native_id, one.likes) for one in reads.documents_by_id(store, ids)]

    def test_a_new_id_for_the_same_address_author_and_words_is_the_same_post(self, store: Store) -> None:
        keep(store, self.feed("a"))
        keep(store, self.feed("b", likes=4, day=3))
        assert self.kept(store) == [("d-a", "a", 4)]
        keep(store, self.feed("c", likes=5, day=9))
        assert self.kept(store) == [("d-a", "a", 5)]

    @pytest.mark.parametrize(
        "other",
        [
            {"url": "https://b.test/2"},
            {"url": ""},
            {"person": "p-bob"},
            {"fingerprint": "f:others"},
            {"kind": PostKind.FORUM, "day": 2},  # twice "bump" on one page of a thread are two posts
            {"reply_to": "x", "day": 2},
        ],
    )
    def test_anything_else_is_another_post(self, store: Store, other: dict[str, object]) -> None:
        keep(store, self.feed("a", **{"url": other["url"]} if other.get("url") == "" else {}))
        keep(store, self.feed("b", **other))
        assert len(self.kept(store)) == 2

    def test_two_that_stand_side_by_side_are_two(self, store: Store) -> None:
        for _ in range(2):
            keep(store, self.feed("a"), self.feed("b"))
        assert len(self.kept(store)) == 2

    def test_an_undated_forum_post_with_a_new_id_is_the_same(self, store: Store) -> None:
        forum = {"kind": PostKind.FORUM, "date_from": "first-seen"}
        keep(store, self.feed("a", **forum))
        keep(store, self.feed("b", day=1, **forum))
        assert self.kept(store) == [("d-a", "a", 0)]
        assert reads.documents_by_id(store, ["d-a"])[0].created_at == at(0)

    def test_another_source_is_another_place(self, store: Store) -> None:
        keep(store, self.feed("a"))
        keep(store, self.feed("b", source="board"), source="board")
        assert len(self.kept(store)) == 2


class TestVisits:
    def test_warnings_are_kept_with_the_batch_each_once(self, store: Store) -> None:
        keep(store, document("d1"), warnings=["page 2 is odd"])
        first = crawl(store)
        assert (first.state, first.seen, first.new, first.warnings) == ("running", 1, 1, ("page 2 is odd",))
        keep(store, document("d2"), warnings=["page 2 is odd", "page 3 is odd"])
        writes.keep_crawl(store, Crawl("yard", NIGHT, "done", warnings=("page 3 is odd", "at the end")))
        assert crawl(store).warnings == ("page 2 is odd", "page 3 is odd", "at the end")
        before = rows(store)
        keep(store, document("d1"), warnings=["page 2 is odd"])
        writes.keep_crawl(store, Crawl("yard", NIGHT, "done", warnings=("at the end",)))
        assert rows(store) == before

    def test_a_flood_of_warnings_ends(self, store: Store) -> None:
        for number in range(30):
            keep(store, warnings=[f"{number} is odd"])
        assert len(crawl(store).warnings) == 20

    def test_pages_and_what_they_showed_add_up(self, store: Store) -> None:
        keep(store, document("d1"), shown=[Shown("/1", 40), Shown("/2", 0, "t1")])
        keep(store, document("d2"), shown=[Shown("/3", 5)])
        writes.keep_crawl(store, Crawl("yard", NIGHT, "failed", error="503", error_kind="source-unavailable"))
        found = crawl(store)
        assert (found.pages, found.shown, found.error_kind) == (3, 45, "source-unavailable")

    def test_notes_are_those_of_the_last_visit(self, store: Store) -> None:
        writes.keep_notes(store, "yard", ["never read"])
        assert reads.source_notes(store) == {}
        keep(store, document("d1"))
        writes.keep_notes(store, "yard", ["robots.txt is obeyed"])
        assert reads.source_notes(store) == {"yard": ("robots.txt is obeyed",)}

    def test_the_memory_knows_the_threads_and_which_are_quoted(self, store: Store) -> None:
        told(store, document("d1", thread="t1"), document("d2", thread="t1"), document("d3", thread="t2"))
        keep(store, document("x1", thread="t9", source="board"), source="board")
        place(store, pain_point(), "s-d1-0")
        assert reads.memory(store, "yard") == Memory(
            quoted=("t1",), threads=("t2",), addresses={"t1": "https://yard.test/d1"}
        )
        assert [reads.posts_of_thread(store, "yard", one) for one in ("t1", "t2", "t9")] == [2, 1, 0]

    def test_an_edit_goes_on_to_be_read_and_keeps_its_date_and_its_origin(self, store: Store) -> None:
        keep(store, document("d1", "old", date_from="first-seen"))
        writes.mark_clean(store, ["d1"], {})
        writes.keep_readings(store, [reading("d1", signal("d1"))])
        keep(store, document("d1", "new", date_from="page", day=4))
        (kept,) = reads.documents_to_clean(store)
        assert (kept.text, kept.version, kept.created_at, kept.date_from) == ("new", 2, at(0), "first-seen")
        assert reads.signals_of(store, ["d1"]) == {"d1": []}
