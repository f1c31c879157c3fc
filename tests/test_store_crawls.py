"""Documents, cursors and crawls: kept all or nothing, twice is once, on both databases."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta, timezone

import pytest
import sqlalchemy as sa
from store_nouns import NIGHT, NOW, at, document, keep, pain_point, place, reading, rows, signal, told

from listening.errors import StoreError
from listening.store import Kept, Store, reads, writes
from listening.store.reads.search import search
from listening.store.rows import document_values
from listening.store.statements import insert_new
from listening.store.tables import documents
from listening.store.writes.removals import withdraw
from listening.types import Crawl, Document, Memory, PostKind, Validator

pytest_plugins = ("store_fixtures",)

STATE = {"state": "kept", "read_by": "", "near_of": None}
NAUGHTY = [
    "\x00",
    "a\x00b",
    "\ud800",
    "x\udfffy",
    "😀",
    "ﷺ",
    "'; DROP TABLE documents; --",
    "\u202eabc",
    "\x1b[31m",
    "é" * 99,
]


class TestBatches:
    def test_a_document_comes_back_as_it_was(self, store: Store) -> None:
        one = document(
            "d1",
            title="Rain",
            kind=PostKind.TICKET,
            date_from="first-seen",
            thread="t1",
            reply_to="d0",
            likes=3,
            views=9,
            metric="nps",
            score=7.5,
            truncated=True,
        )
        keep(store, one)
        assert reads.documents_to_clean(store) == [one]
        assert reads.documents_by_id(store, ["d1", "unknown"]) == [one]

    @pytest.mark.parametrize("text", NAUGHTY)
    def test_any_text_can_be_kept(self, store: Store, text: str) -> None:
        keep(store, document("d1", text, title=text, url=text))
        (kept,) = reads.documents_to_clean(store)
        expected = "".join("\ufffd" if sign == "\0" or "\ud800" <= sign <= "\udfff" else sign for sign in text)
        assert (kept.text, kept.title, kept.url) == (expected, expected, expected)

    def test_known_among_many_new_ones_stay_as_they_are(self, store: Store) -> None:
        first = [document(f"d{number:04}", f"first {number}") for number in range(0, 900, 3)]
        keep(store, *first)
        then = [document(f"d{number:04}", f"then {number}") for number in range(900)]
        with store.writing() as connection:
            values = [{**document_values(one), **STATE} for one in then]
            assert insert_new(connection, documents, values) == 600
        kept = {one.id: one.text for one in reads.documents_by_id(store, [f"d{number:04}" for number in range(900)])}
        assert kept == {f"d{n:04}": f"{'then' if n % 3 else 'first'} {n}" for n in range(900)}

    def test_words_of_many_are_found_and_gone_with_them(self, store: Store) -> None:
        keep(store, *(document(f"d{number}", f"strap{number % 7} broke") for number in range(700)))
        assert len(search(store, "strap3", map_id="", limit=999)[1]) == 100
        with store.writing() as connection:
            withdraw(connection, [f"d{number}" for number in range(0, 700, 2)])
        assert len(search(store, "strap3", map_id="", limit=999)[1]) == 50

    @pytest.mark.parametrize("micros", [0, 7, 120_000])
    def test_a_moment_is_kept_to_the_microsecond(self, store: Store, micros: int) -> None:
        moment = NOW.replace(microsecond=micros).astimezone(timezone(timedelta(hours=5, minutes=30)))
        keep(store, document("d1", created_at=moment))
        with store.reading() as connection:
            (asked,) = connection.scalars(sa.select(documents.c.id).where(documents.c.created_at == moment))
        assert (asked, reads.documents_by_id(store, ["d1"])[0].created_at) == ("d1", moment)

    def test_a_huge_or_senseless_number_is_no_trouble(self, store: Store) -> None:
        keep(store, document("d1", likes=10**30, views=-1, score=float("nan")))
        (kept,) = reads.documents_to_clean(store)
        assert (kept.likes, kept.views, kept.score) == (2**63 - 1, -1, None)

    def test_the_batch_brings_cursor_validators_and_first_night(self, store: Store) -> None:
        assert reads.memory(store, "yard") == Memory()
        validator = Validator("https://yard.test/feed", '"abc"', "Tue, 10 Mar 2026 00:00:00 GMT")
        keep(store, document("d1"), cursor="page 2", validators=[validator])
        keep(store, night=NIGHT + timedelta(days=1))
        assert reads.memory(store, "yard") == Memory("page 2", {validator.url: validator})
        assert reads.first_nights(store) == {"yard": NIGHT}
        newer = dataclasses.replace(validator, etag='"def"', last_modified=None)
        keep(store, cursor="page 3", validators=[validator, newer])
        assert reads.memory(store, "yard") == Memory("page 3", {validator.url: newer})

    def test_a_batch_is_all_or_nothing(self, store: Store) -> None:
        before = rows(store)
        naive = dataclasses.replace(document("d2"), created_at=NOW.replace(tzinfo=None))
        with pytest.raises(StoreError, match="without a zone"):
            keep(store, document("d1"), naive, cursor="page 2")
        assert rows(store) == before

    def test_an_error_tells_no_words(self, store: Store) -> None:
        naive = dataclasses.replace(document("d2", "my secret"), created_at=NOW.replace(tzinfo=None))
        with pytest.raises(StoreError) as caught:
            keep(store, naive)
        assert "secret" not in str(caught.value)
        assert "secret" not in str(caught.value.__cause__)

    def test_kept_twice_is_kept_once(self, store: Store) -> None:
        batch = [document("d1"), document("d2")]
        assert _kept(store, *batch) == Kept(2, 2, 0)
        before = rows(store)["documents"]
        assert _kept(store, *batch, *batch) == Kept(2, 0, 0)
        assert rows(store)["documents"] == before

    def test_a_known_text_only_gets_its_likes(self, store: Store) -> None:
        keep(store, document("d1", likes=1))
        writes.mark_clean(store, ["d1"], {})
        assert _kept(store, document("d1", likes=5, views=2, title="other", day=3)) == Kept(1, 0, 0)
        (kept,) = reads.documents_by_id(store, ["d1"])
        assert (kept.likes, kept.views, kept.title, kept.created_at, kept.version) == (5, 2, "", at(0), 1)
        assert reads.documents_to_clean(store) == []

    def test_a_changed_text_is_read_anew_and_keeps_its_dates(self, store: Store) -> None:
        told(store, document("d1", "old"), document("d2"), point=pain_point())
        later = {"first_seen": at(5), "day": 5}
        assert _kept(store, document("d1", "new", **later)) == Kept(1, 0, 1)
        (kept,) = reads.documents_to_clean(store)
        assert (kept.text, kept.version, kept.created_at, kept.first_seen) == ("new", 2, at(0), NOW)
        assert kept.bands == ("b:new", "b2")
        assert reads.signals_of(store, ["d1"]) == {"d1": []}
        assert (reads.point(store, "pp-1").size, reads.point(store, "pp-1").people) == (1, 1)

    def test_a_copy_of_a_changed_text_is_looked_at_again(self, store: Store) -> None:
        keep(store, document("d1", "same"), document("d2", "same", day=1))
        writes.mark_clean(store, ["d1", "d2"], {"d2": "d1"})
        keep(store, document("d1", "other"))
        assert [(one.id, one.near_of) for one in reads.documents_to_clean(store)] == [("d1", None), ("d2", None)]

    def test_more_than_a_statement_can_bind(self, store: Store) -> None:
        many = [document(f"d{number:05}") for number in range(1201)]
        assert _kept(store, *many) == Kept(1201, 1201, 0)
        assert _kept(store, *many) == Kept(1201, 0, 0)
        writes.mark_clean(store, [one.id for one in many], {})
        assert len(reads.documents_to_read(store)) == 1201
        assert len(reads.documents_sharing(store, [band for one in many for band in one.bands])) == 1201


class TestCleaning:
    def test_documents_wait_oldest_first(self, store: Store) -> None:
        keep(store, document("c"), document("b"), document("a", day=-1), document("z", day=-2))
        assert [one.id for one in reads.documents_to_clean(store)] == ["z", "a", "b", "c"]
        assert [one.id for one in reads.documents_to_clean(store, 2)] == ["z", "a"]

    def test_a_copy_is_never_read(self, store: Store) -> None:
        keep(store, document("d1"), document("d2", day=1))
        writes.mark_clean(store, ["d1"], {"d2": "d1"})
        assert [(one.id, one.text) for one in reads.documents_to_read(store)] == [("d1", "words of d1")]
        assert reads.documents_by_id(store, ["d2"])[0].near_of == "d1"
        assert reads.documents_to_clean(store) == []

    def test_cleaning_twice_changes_nothing(self, store: Store) -> None:
        told(store, document("d1"))
        before = rows(store)
        writes.mark_clean(store, ["d1"], {})
        writes.mark_clean(store, ["d1"], {"d1": "d0"})
        assert rows(store) == before

    def test_documents_that_share_a_band(self, store: Store) -> None:
        keep(store, document("d1", bands=("x", "y")), document("d2", bands=("y",)), document("d3", bands=("z",)))
        keep(store, document("copy", bands=("y",)), document("new", bands=("y",)))
        writes.mark_clean(store, ["d1", "d2", "d3"], {"copy": "d1"})
        assert [one.id for one in reads.documents_sharing(store, ["y", "q"])] == ["d1", "d2"]
        assert [one.id for one in reads.documents_sharing(store, ["y"], exclude=["d1"])] == ["d2"]
        assert reads.documents_sharing(store, []) == []


class TestCrawls:
    def test_batches_add_up_and_the_end_closes(self, store: Store) -> None:
        keep(store, document("d1"), document("d2"))
        keep(store, document("d1", "changed"), document("d3"))
        (running,) = reads.crawls(store, NIGHT)
        assert running == Crawl("yard", NIGHT, "running", seen=4, new=3, changed=1, told=running.told)
        assert running.told["posts"] == 4
        writes.keep_crawl(store, Crawl("yard", NIGHT, "failed", seconds=2.5, error="503", warnings=("page 2",)))
        ended = Crawl("yard", NIGHT, "failed", 4, 3, 1, 2.5, "503", ("page 2",), told=running.told)
        assert reads.crawls(store, NIGHT) == [ended]
        assert reads.crawls(store, source="board") == []

    def test_the_same_night_again_with_nothing_new_changes_nothing(self, store: Store) -> None:
        keep(store, document("d1"), cursor="c")
        writes.keep_crawl(store, Crawl("yard", NIGHT, "done", seconds=2.0))
        before = rows(store)
        keep(store, document("d1"), cursor="c")
        writes.keep_crawl(store, Crawl("yard", NIGHT, "done", seconds=1.0))
        assert rows(store) == before

    def test_the_same_night_again_with_news_counts_on(self, store: Store) -> None:
        keep(store, document("d1"))
        writes.keep_crawl(store, Crawl("yard", NIGHT, "failed", seconds=2.0, error="503"))
        keep(store, document("d2"))
        writes.keep_crawl(store, Crawl("yard", NIGHT, "done", seconds=1.0))
        (ended,) = reads.crawls(store, NIGHT)
        assert ended == Crawl("yard", NIGHT, "done", seen=2, new=2, seconds=1.0, told=ended.told)
        assert ended.told["posts"] == 2

    def test_a_source_that_never_answered_has_its_row_too(self, store: Store) -> None:
        writes.keep_crawl(store, Crawl("board", NIGHT, "failed", error="down"))
        assert reads.crawls(store) == [Crawl("board", NIGHT, "failed", error="down")]
        assert reads.first_nights(store) == {}


class TestReadings:
    def test_a_signal_comes_back_as_it_was(self, store: Store) -> None:
        one = signal("d1")
        told(store, document("d1"))
        (kept,) = reads.signals_of(store, ["d1"])["d1"]
        plain = [field.name for field in dataclasses.fields(one) if field.name != "embedding"]
        assert [getattr(kept, name) for name in plain] == [getattr(one, name) for name in plain]
        assert kept.embedding == pytest.approx(one.embedding, abs=1e-3)
        assert float(kept.embedding @ kept.embedding) == pytest.approx(1.0, abs=1e-6)
        assert kept.embedding.dtype == one.embedding.dtype

    def test_a_read_document_knows_its_language_and_reader(self, store: Store) -> None:
        told(store, document("d1"))
        assert reads.documents_by_id(store, ["d1"])[0].language == "en"
        assert reads.documents_to_read(store) == []
        assert reads.outdated_readings(store, "reader.v1") == []
        assert reads.outdated_readings(store, "reader.v2", 10) == ["d1"]
        assert reads.outdated_readings(store, "reader.v0", 10) == ["d1"]

    def test_a_newer_model_leaves_passages_in_their_pain_point(self, store: Store) -> None:
        keep(store, document("d1"))
        writes.mark_clean(store, ["d1"], {})
        writes.keep_readings(store, [reading("d1", signal("d1", 0), signal("d1", 1), signal("d1", 2))])
        place(store, pain_point(), "s-d1-0", "s-d1-1", "s-d1-2")
        newer = [dataclasses.replace(signal("d1", n), id=f"s-new-{n}", model="reader.v2") for n in (0, 1)]
        writes.keep_readings(store, [reading("d1", *newer, model="reader.v2")])
        assert [one.signal_id for one in reads.pains_of(store, ["pp-1"])["pp-1"]] == ["s-d1-0", "s-d1-1"]
        assert [(one.id, one.model) for one in reads.signals_of(store, ["d1"])["d1"]] == [
            ("s-d1-0", "reader.v2"),
            ("s-d1-1", "reader.v2"),
        ]
        assert reads.point(store, "pp-1").size == 2

    def test_a_reading_of_a_text_that_is_gone_or_changed_is_left_out(self, store: Store) -> None:
        keep(store, document("d1"), document("d2"))
        writes.mark_clean(store, ["d1", "d2"], {})
        keep(store, document("d1", "edited meanwhile"))
        writes.keep_readings(store, [reading(one, signal(one)) for one in ("d1", "d2", "gone")])
        assert {one: len(heard) for one, heard in reads.signals_of(store, ["d1", "d2"]).items()} == {"d1": 0, "d2": 1}
        assert [one.id for one in reads.documents_to_clean(store)] == ["d1"]

    def test_reading_twice_changes_nothing(self, store: Store) -> None:
        told(store, document("d1"), point=pain_point())
        before = rows(store)
        writes.keep_readings(store, [reading("d1", signal("d1"))])
        assert rows(store) == before

    def test_an_unreadable_document_is_done(self, store: Store) -> None:
        keep(store, document("d1"))
        writes.mark_clean(store, ["d1"], {})
        writes.keep_readings(store, [reading("d1")])
        assert reads.documents_to_read(store) == []

    def test_a_probability_that_is_none_is_refused(self, store: Store) -> None:
        keep(store, document("d1"))
        writes.mark_clean(store, ["d1"], {})
        broken = signal("d1", sentiment={"negative": float("nan")})
        with pytest.raises(StoreError):
            writes.keep_readings(store, [reading("d1", broken)])
        assert [one.id for one in reads.documents_to_read(store)] == ["d1"]


def _kept(store: Store, *documents: Document, night: date = NIGHT) -> Kept:
    return writes.keep_batch(
        store, source="yard", kind="forum", documents=documents, cursor="", validators=(), night=night
    )
