"""The outbox, leases, nights, forgetting and backups, on both databases."""

from __future__ import annotations

import dataclasses
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from store_nouns import (
    NIGHT,
    NOW,
    alert,
    at,
    document,
    emergence,
    keep,
    pain_point,
    rows,
    told,
)

from listening.errors import NotFound, StoreError
from listening.store import Held, Kept, Night, NightStep, Store, backup, open_store, reads, restore, writes
from listening.types import Reminder

pytest_plugins = ("store_fixtures",)

DUE = Reminder("due", NIGHT, "the cover drips", "Due on 10 March 2026.", "day of pp-1", about="pp-1")
SOON = NOW + timedelta(minutes=5)


class TestOutbox:
    def test_an_alert_comes_back_as_it_was(self, store: Store) -> None:
        assert writes.queue_alerts(store, [alert()], map_id="bikes", now=NOW) == 1
        assert writes.claim_alert(store, by="w1", now=NOW) == alert()
        assert reads.alert(store, "a-1") == alert()

    def test_what_is_due_comes_back_and_is_remembered(self, store: Store) -> None:
        due = replace(alert(), reminders=(DUE,))
        writes.queue_alerts(store, [due], map_id="bikes", now=NOW)
        assert reads.alert(store, "a-1") == due
        assert reads.told_of(store, [DUE.told]) == {(DUE.told, "due", DUE.day)}
        assert reads.told_of(store, ["day of pp-2"]) == set()

    def test_one_mail_an_owner_a_map_and_a_night(self, store: Store) -> None:
        writes.queue_alerts(store, [alert()], map_id="bikes", now=NOW)
        before = rows(store)
        same = [alert(), alert("a-2")]
        assert writes.queue_alerts(store, same, map_id="bikes", now=at(1)) == 0
        assert rows(store) == before
        more = replace(alert(), reminders=(DUE,))
        assert writes.queue_alerts(store, [more], map_id="bikes", now=NOW) == 0
        assert reads.told_of(store, [DUE.told, "pp-1"]) == {("pp-1", "new", NIGHT)}  # no mail told the other
        others = [alert("a-3", owner="bob"), alert("a-4", night=at(1).date())]
        assert writes.queue_alerts(store, others, map_id="bikes", now=NOW) == 2

    def test_a_claim_is_one_workers_until_it_runs_out(self, store: Store) -> None:
        writes.queue_alerts(store, [alert()], map_id="bikes", now=NOW)
        assert writes.claim_alert(store, by="w1", now=NOW, lease_seconds=60) is not None
        assert writes.claim_alert(store, by="w2", now=NOW + timedelta(seconds=60)) is None
        assert writes.claim_alert(store, by="w2", now=NOW + timedelta(seconds=61)) == alert()
        assert not writes.mark_dead(store, "a-1", by="w1", error="too late")
        assert not writes.mark_retry(store, "a-1", by="w1", error="too late", next_try=NOW)
        assert reads.alerts(store)[0].tries == 2

    def test_many_workers_never_get_the_same(self, store: Store) -> None:
        writes.queue_alerts(store, [alert(f"a-{n}", owner=f"o{n}") for n in range(20)], map_id="bikes", now=NOW)
        with ThreadPoolExecutor(8) as pool:
            claims = [pool.submit(writes.claim_alert, store, by=f"w{n}", now=NOW) for n in range(24)]
            claimed = [one.id for claim in claims if (one := claim.result()) is not None]
        assert sorted(claimed) == sorted(f"a-{n}" for n in range(20))

    def test_sent_is_sent_even_when_the_claim_ran_out(self, store: Store) -> None:
        writes.queue_alerts(store, [alert()], map_id="bikes", now=NOW)
        writes.claim_alert(store, by="w1", now=NOW, lease_seconds=1)
        writes.claim_alert(store, by="w2", now=SOON)
        assert writes.mark_sent(store, "a-1", by="w1", now=SOON)
        assert not writes.mark_sent(store, "a-1", by="w2", now=at(1))
        assert writes.claim_alert(store, by="w3", now=at(9)) is None
        (sent,) = reads.alerts_sent(store)
        assert (sent.owner, sent.email, sent.sent_at, sent.pain_points) == ("ann", "ann@house.test", SOON, ("pp-1",))

    def test_an_alert_waits_for_its_next_try(self, store: Store) -> None:
        writes.queue_alerts(store, [alert()], map_id="bikes", now=NOW)
        writes.claim_alert(store, by="w1", now=NOW)
        assert writes.mark_retry(store, "a-1", by="w1", error="451 later", next_try=SOON)
        assert writes.claim_alert(store, by="w1", now=NOW) is None
        assert reads.alerts(store)[0].last_error == "451 later"
        assert writes.claim_alert(store, by="w1", now=SOON) == alert()

    def test_given_up_until_a_person_says_again(self, store: Store) -> None:
        writes.queue_alerts(store, [alert()], map_id="bikes", now=NOW)
        writes.claim_alert(store, by="w1", now=NOW)
        assert not writes.requeue_alert(store, "a-1", NOW)
        assert writes.mark_dead(store, "a-1", by="w1", error="550 no such box")
        assert writes.claim_alert(store, by="w1", now=at(9)) is None
        assert [one.state for one in reads.alerts(store, states=["dead"])] == ["dead"]
        assert writes.requeue_alert(store, "a-1", at(9))
        assert writes.claim_alert(store, by="w1", now=at(9)) == alert()

    def test_an_unknown_alert_is_named(self, store: Store) -> None:
        with pytest.raises(NotFound, match="a-9"):
            writes.mark_sent(store, "a-9", by="w1", now=NOW)
        with pytest.raises(NotFound, match="a-9"):
            reads.alert(store, "a-9")


class TestLeases:
    def take(self, store: Store, holder: str, minutes: int = 0, *, takes_over: bool = False) -> Held | None:
        now = NOW + timedelta(minutes=minutes)
        until = now + timedelta(minutes=10)
        return writes.take_lease(store, "night", holder=holder, now=now, until=until, takeover=lambda _: takes_over)

    def test_a_lease_is_one_holders(self, store: Store) -> None:
        assert self.take(store, "one") is None
        assert self.take(store, "two", 1) == Held("one", NOW, NOW + timedelta(minutes=10))

    def test_the_holder_may_renew(self, store: Store) -> None:
        self.take(store, "one")
        assert self.take(store, "one", 9) is None
        assert self.take(store, "two", 11) == Held("one", NOW, NOW + timedelta(minutes=19))

    def test_a_lease_that_ran_out_or_whose_holder_is_dead_is_free(self, store: Store) -> None:
        self.take(store, "one")
        assert self.take(store, "two", 1, takes_over=True) is None
        assert self.take(store, "three", 11) is None
        assert self.take(store, "one", 12) is not None

    def test_only_the_holder_gives_it_back(self, store: Store) -> None:
        self.take(store, "one")
        writes.release_lease(store, "night", "two")
        assert self.take(store, "two") is not None
        writes.release_lease(store, "night", "one")
        assert self.take(store, "two") is None

    def test_one_of_many_gets_it(self, store: Store) -> None:
        with ThreadPoolExecutor(8) as pool:
            tries = [pool.submit(self.take, store, f"h{n}") for n in range(8)]
            assert sum(one.result() is None for one in tries) == 1


class TestNights:
    def test_a_night_opens_and_closes(self, store: Store) -> None:
        writes.open_night(store, NIGHT, NOW)
        assert reads.nights(store) == [Night(NIGHT, "running", NOW, None, "")]
        writes.close_night(store, NIGHT, state="part", now=SOON, note="board down")
        assert reads.nights(store) == [Night(NIGHT, "part", NOW, SOON, "board down")]

    def test_the_same_night_again_changes_nothing(self, store: Store) -> None:
        for now in (NOW, at(0, 20)):
            writes.open_night(store, NIGHT, now)
            writes.close_night(store, NIGHT, state="done", now=now, note="")
        assert reads.nights(store) == [Night(NIGHT, "done", NOW, NOW, "")]

    def test_a_better_end_is_written(self, store: Store) -> None:
        writes.open_night(store, NIGHT, NOW)
        writes.close_night(store, NIGHT, state="failed", now=NOW, note="x")
        writes.close_night(store, NIGHT, state="done", now=SOON, note="")
        assert reads.nights(store) == [Night(NIGHT, "done", NOW, SOON, "")]

    def test_a_night_that_never_began_cannot_end(self, store: Store) -> None:
        with pytest.raises(NotFound, match="2026-03-10"):
            writes.close_night(store, NIGHT, state="done", now=NOW, note="")

    def test_notes(self, store: Store) -> None:
        assert reads.note(store, "said", "never") == "never"
        writes.keep_meta(store, "said", "once")
        writes.keep_meta(store, "said", "twice")
        assert reads.note(store, "said") == "twice"


class TestForgetting:
    def test_a_person_leaves_no_trace(self, store: Store) -> None:
        mine = document("d1", "plantedmark one", person="p-gus")
        told(store, mine, document("d2"), document("d3", "plantedmark two", person="p-gus"), point=pain_point())
        writes.queue_alerts(store, [alert(), alert("a-2", owner="bob", quoted="d2")], map_id="bikes", now=NOW)
        done = writes.forget_person(store, "p-gus", None)
        assert (done.documents, done.signals, done.quotes, done.pain_points) == (2, 2, 1, ("pp-1",))
        assert "plantedmark" not in repr(rows(store))
        assert "words of d1" not in repr(rows(store))
        assert reads.alert(store, "a-1").items[0].quotes == ()
        (other,) = reads.alert(store, "a-2").items
        assert (other.quotes, other.name) == (alert("a-2", owner="bob", quoted="d2").items[0].quotes, "")
        assert (reads.point(store, "pp-1").size, reads.counts(store).documents) == (1, 1)

    def test_a_forgotten_person_does_not_come_back(self, store: Store) -> None:
        told(store, document("d1", person="p-gus"))
        writes.forget_person(store, "p-gus", None)
        again = (document("d1", person="p-gus"), document("d9", person="p-gus"), document("d2"))
        kept = writes.keep_batch(
            store, source="yard", kind="forum", documents=again, cursor="", validators=(), night=NIGHT
        )
        assert kept == Kept(1, 1, 0)

    def test_a_person_may_be_forgotten_in_one_source(self, store: Store) -> None:
        told(store, document("d1", person="p-gus"), document("d2", person="p-gus", source="board"))
        assert writes.forget_person(store, "p-gus", "board").documents == 1
        keep(store, document("d3", person="p-gus"))
        keep(store, document("d4", person="p-gus", source="board"), source="board")
        assert [one.id for one in reads.documents_by_id(store, ["d1", "d2", "d3", "d4"])] == ["d1", "d3"]

    def test_nobody_is_not_everybody(self, store: Store) -> None:
        told(store, document("d1", person=""))
        assert writes.forget_person(store, "", None).documents == 0
        assert reads.counts(store).documents == 1

    def test_the_copies_of_a_forgotten_text_speak_for_themselves(self, store: Store) -> None:
        keep(store, document("d1", person="p-gus"), document("d2", day=1))
        writes.mark_clean(store, ["d1"], {"d2": "d1"})
        writes.forget_person(store, "p-gus", None)
        assert [(one.id, one.near_of) for one in reads.documents_to_clean(store)] == [("d2", None)]

    def test_no_byte_of_the_file_holds_the_words(self, sqlite_store: Store) -> None:
        words = "plantedmark " * 2000
        told(sqlite_store, document("d1", words, person="p-gus"), document("d2"))
        writes.forget_person(sqlite_store, "p-gus", None)
        folder = Path(sqlite_store.engine.url.database or "").parent
        assert [file.name for file in folder.iterdir() if b"plantedmark" in file.read_bytes()] == []

    def test_old_documents_go_and_the_pain_point_stays(self, store: Store) -> None:
        told(store, document("old", day=-500), document("d1"), point=pain_point())
        writes.keep_emergences(store, [emergence()])
        assert writes.drop_older(store, at(-400)) == 1
        assert writes.drop_older(store, at(-400)) == 0
        assert (reads.counts(store).signals, reads.point(store, "pp-1").size) == (1, 1)
        assert reads.emergences(store) == [emergence()]

    def test_old_documents_leave_no_word_in_alerts_index_or_file(self, sqlite_store: Store) -> None:
        old = document("old", "plantedmark zanzibarword " * 2000, day=-500)
        told(sqlite_store, old, document("d1"), *(document(f"n{n}", day=-n) for n in range(50)), point=pain_point())
        quoting = [alert(quoted="old"), alert("a-2", owner="bob", quoted="d1")]
        writes.queue_alerts(sqlite_store, quoting, map_id="bikes", now=NOW)
        writes.drop_older(sqlite_store, at(-400))
        assert reads.alert(sqlite_store, "a-1").items[0] == replace(quoting[0].items[0], quotes=())
        assert reads.alert(sqlite_store, "a-2") == quoting[1]
        folder = Path(sqlite_store.engine.url.database or "").parent
        words = (b"plantedmark", b"zanzibarword", b"words of old")
        assert [one.name for one in folder.iterdir() if any(word in one.read_bytes() for word in words)] == []

    def test_a_younger_copy_of_an_old_document_speaks_for_itself(self, store: Store) -> None:
        keep(store, document("old", day=-500), document("d2", day=1))
        writes.mark_clean(store, ["old"], {"d2": "old"})
        writes.drop_older(store, at(-400))
        assert [(one.id, one.near_of) for one in reads.documents_to_clean(store)] == [("d2", None)]


class TestBackup:
    def test_a_copy_comes_back(self, sqlite_store: Store, tmp_path: Path) -> None:
        told(sqlite_store, document("d1"), point=pain_point())
        before = rows(sqlite_store)
        backup(sqlite_store, tmp_path / "deep" / "copy.db")
        keep(sqlite_store, document("d2"))
        sqlite_store.close()
        restore(sqlite_store.url, tmp_path / "deep" / "copy.db")
        opened = open_store(sqlite_store.url)
        assert rows(opened) == before
        opened.close()
        assert sorted(file.name for file in (tmp_path / "deep").iterdir()) == ["copy.db"]

    def test_a_copy_can_be_taken_while_a_night_writes(self, sqlite_store: Store, tmp_path: Path) -> None:
        keep(sqlite_store, document("d1"))
        with sqlite_store.writing() as connection:
            connection.exec_driver_sql("DELETE FROM documents")
            backup(sqlite_store, tmp_path / "copy.db")
        copy = open_store(f"sqlite:///{tmp_path / 'copy.db'}")
        assert reads.counts(copy).documents == 1
        copy.close()

    @pytest.mark.parametrize("content", [None, b"", b"nonsense" * 999])
    def test_what_is_no_backup_is_refused(self, sqlite_store: Store, tmp_path: Path, content: bytes | None) -> None:
        told(sqlite_store, document("d1"))
        path = tmp_path / "other.db"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(StoreError, match=r"other\.db"):
            restore(sqlite_store.url, path)
        assert reads.counts(sqlite_store).documents == 1

    def test_a_foreign_database_is_no_backup(self, sqlite_store: Store, tmp_path: Path) -> None:
        with sqlite3.connect(tmp_path / "other.db") as connection:
            connection.execute("CREATE TABLE t (a)")
        connection.close()
        with pytest.raises(StoreError, match="no backup"):
            restore(sqlite_store.url, tmp_path / "other.db")

    def test_postgres_has_its_own_tools(self, postgres_store: Store, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="pg_dump"):
            backup(postgres_store, tmp_path / "copy.db")
        with pytest.raises(StoreError, match="pg_restore"):
            restore(postgres_store.url, tmp_path / "copy.db")


def test_a_claim_is_no_other_alert(store: Store) -> None:
    waiting = [dataclasses.replace(alert(f"a-{n}", owner=f"o{n}")) for n in (2, 1)]
    for number, one in enumerate(waiting):
        writes.queue_alerts(store, [one], map_id="bikes", now=NOW + timedelta(seconds=number))
    assert writes.claim_alert(store, by="w1", now=SOON) == waiting[0]


def test_a_step_that_ended_the_same_way_stays_as_it_is(store: Store) -> None:
    writes.keep_step(store, NIGHT, NightStep("read", 2.0, "no weights"))
    writes.keep_step(store, NIGHT, NightStep("clean", 1.0))
    before = rows(store)
    writes.keep_step(store, NIGHT, NightStep("clean", 9.0))
    assert rows(store) == before
    writes.keep_step(store, NIGHT, NightStep("read", 3.0))
    assert reads.steps(store, NIGHT) == [NightStep("clean", 1.0), NightStep("read", 3.0)]
    assert reads.steps(store, NIGHT - timedelta(days=1)) == []
