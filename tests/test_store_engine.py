"""Opening, upgrading and killing: two programs at once, an older shape, a newer one, and a plug that is pulled."""

from __future__ import annotations

import gc
import itertools
import os
import signal
import sqlite3
import stat
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from store_nouns import NIGHT, NOW, alert, document, keep, pain_point, rows, told

from listening.errors import StoreError
from listening.store import Store, backup, open_store, reads, writes
from listening.store.engine import shown
from listening.store.tables import metadata

pytest_plugins = ("store_fixtures",)

OLD = Path(__file__).parent / "old_databases"


@dataclass(frozen=True, slots=True)
class Program:
    """A process of its own: forked, so that it costs no start."""

    pid: int
    answers: BinaryIO

    def said(self) -> list[str]:
        """Wait for its end, and give the lines that it said; it must have ended well."""
        with self.answers:
            lines = self.answers.read().decode().splitlines()
        assert os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1]) == 0
        return lines

    def dead(self) -> bool:
        """Wait for a program that kills itself, and say whether it did."""
        self.answers.close()
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1]) == -signal.SIGKILL


def start(program: Callable[..., Iterable[object]], *given: object) -> Program:
    """Start a program of a few lines; what it returns are the lines that it says."""
    hears, says = os.pipe()
    pid = os.fork()
    if pid:
        os.close(says)
        return Program(pid, os.fdopen(hears, "rb"))
    try:
        os.write(says, "\n".join(map(str, program(*given))).encode())
        os._exit(0)
    except BaseException:  # noqa: BLE001 - whatever it is, this process ends here and tells
        traceback.print_exc()
    finally:
        os._exit(1)


def count(url: str) -> Iterable[object]:
    """Open the database, and count."""
    return [reads.counts(open_store(url)).documents]


def kill_at(number: int) -> None:
    """Let this process be killed just before the statement of that number: no exit handler runs, as with a plug."""
    seen = itertools.count(1)

    @sa.event.listens_for(sa.engine.Engine, "before_cursor_execute")
    def tick(*_: object) -> None:
        if next(seen) == number:
            os.kill(os.getpid(), signal.SIGKILL)


def open_and_die(url: str, number: int) -> Iterable[object]:
    """Open a database, killed on the way."""
    kill_at(number)
    open_store(url)
    return []


def keep_and_die(url: str, number: int) -> Iterable[object]:
    """Keep a batch, killed on the way."""
    store = open_store(url)
    kill_at(number)
    keep(store, document("d1", "changed"), document("d2"), cursor="page 2")
    return []


def claim(url: str, by: str) -> Iterable[object]:
    """Claim alerts until there are none."""
    store = open_store(url)
    while (found := writes.claim_alert(store, by=by, now=NOW)) is not None:
        yield found.id


def differences(connection: sa.Connection) -> list[object]:
    """What the steps made and the tables do not say, or the other way round, but for the index of words."""
    ours = {"include_name": lambda name, kind, _: kind != "table" or not name.startswith("search_")}
    return list(compare_metadata(MigrationContext.configure(connection, opts=ours), metadata))


@pytest.fixture(scope="module", autouse=True)
def shape_copied() -> None:
    """Here every new file takes the steps itself."""


class TestOpening:
    def test_the_tables_are_what_the_steps_make(self, store: Store) -> None:
        with store.reading() as connection:
            assert differences(connection) == []

    def test_opening_again_changes_nothing(self, store: Store) -> None:
        told(store, document("d1"))
        before = rows(store)
        again = open_store(store.url)
        assert rows(again) == before
        again.close()

    def test_two_programs_may_open_a_fresh_database_at_once(self, url: str) -> None:
        programs = [start(count, url) for _ in range(3)]
        assert [program.said() for program in programs] == [["0"], ["0"], ["0"]]

    def test_a_file_gets_its_folder_and_its_promises(self, tmp_path: Path) -> None:
        opened = open_store(f"sqlite:///{tmp_path / 'new' / 'deep' / 'store.db'}")
        with opened.reading() as connection:
            pragmas = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
            }
        opened.close()
        expected = {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "busy_timeout": 30000,
            "secure_delete": 1,
        }
        assert pragmas == expected

    def test_only_its_owner_may_read_a_new_file_and_an_old_one_stays_as_it_is(self, tmp_path: Path) -> None:
        file, copy = tmp_path / "store.db", tmp_path / "copy.db"
        opened = open_store(f"sqlite:///{file}")
        told(opened, document("d1"))
        backup(opened, copy)
        modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()}
        opened.close()
        assert modes == {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600, "copy.db": 0o600}
        file.chmod(0o660)
        open_store(f"sqlite:///{file}").close()
        assert stat.S_IMODE(file.stat().st_mode) == 0o660

    @pytest.mark.parametrize(
        "url",
        ["", "nonsense", "mysql://root:pw@host/db", "sqlite://", "sqlite:///:memory:", "sqlite:////proc/none/x.db"],
    )
    def test_a_wrong_address_is_told(self, url: str) -> None:
        with pytest.raises(StoreError) as caught:
            open_store(url)
        assert caught.value.mend
        assert "pw" not in str(caught.value)

    def test_a_server_that_is_down_is_told_without_its_password(self) -> None:
        with pytest.raises(StoreError) as caught:
            open_store("postgresql://ann:geheim@127.0.0.1:1/listening")
        assert "127.0.0.1" in str(caught.value)
        assert "geheim" not in str(caught.value)
        assert "geheim" not in repr(caught.value.__cause__)

    def test_a_password_is_never_shown(self) -> None:
        assert shown("postgresql://ann:geheim@host/db") == "postgresql://ann:***@host/db"
        assert "geheim" not in repr(Store(engine=sa.create_engine("sqlite://"), url="postgresql://ann:geheim@host/db"))

    def test_a_file_that_is_no_database_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "x.db").write_bytes(b"certainly no database" * 99)
        with pytest.raises(StoreError, match="not a database"):
            open_store(f"sqlite:///{tmp_path / 'x.db'}")
        gc.collect()

    def test_a_foreign_database_is_left_alone(self, url: str) -> None:
        engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE theirs (a INTEGER)"))
        with pytest.raises(StoreError, match="not ours"):
            open_store(url)
        assert sa.inspect(engine).get_table_names() == ["theirs"]
        engine.dispose()

    def test_a_newer_database_names_both_shapes(self, store: Store) -> None:
        with store.writing() as connection:
            ours = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(StoreError, match=f"9999.*{ours}"):
            open_store(store.url)
        with store.writing() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = :ours"), {"ours": ours})


class TestOldDatabases:
    @pytest.mark.parametrize("path", sorted(OLD.glob("*.sql")), ids=lambda path: path.stem)
    def test_each_released_shape_upgrades_and_keeps_its_rows(self, path: Path, tmp_path: Path) -> None:
        file = tmp_path / "old.db"
        connection = sqlite3.connect(file)
        connection.executescript(path.read_text(encoding="utf-8"))
        connection.close()
        opened = open_store(f"sqlite:///{file}")
        with opened.reading() as reading:
            assert differences(reading) == []
        assert [one.id for one in reads.documents_by_id(opened, ["d1", "d2", "d3"])] == ["d1", "d2", "d3"]
        point = reads.point(opened, "pp-1")
        assert (point.name, point.owner, point.size, point.people) == ("the cover drips", "ann", 2, 2)
        assert float(np.linalg.norm(point.centroid)) == pytest.approx(1.0, abs=1e-5)
        assert reads.memory(opened, "yard").cursor == "page 2"
        assert len(reads.pains_of(opened, ["pp-1"])["pp-1"]) == 2
        assert reads.alert(opened, "a-1") == alert()
        assert [one.what for one in reads.ledger(opened)] == ["born", "assigned"]
        opened.close()

    def test_there_is_one(self) -> None:
        assert (OLD / "v0001.sql").is_file()


class TestPulledPlug:
    @pytest.mark.parametrize("number", [2, 8, 20, 40])
    def test_a_killed_upgrade_leaves_the_old_shape(self, url: str, number: int) -> None:
        assert start(open_and_die, url, number).dead()
        opened = open_store(url)
        told(opened, document("d1"), point=pain_point())
        assert reads.counts(opened).signals == 1
        with opened.reading() as connection:
            assert differences(connection) == []
        opened.close()

    @pytest.mark.parametrize("number", [3, 6, 9, 12])
    def test_a_killed_batch_leaves_no_trace(self, store: Store, number: int) -> None:
        told(store, document("d1"), point=pain_point(), cursor="page 1")
        before = rows(store)
        store.close()  # SQLite's locks do not survive a fork
        assert start(keep_and_die, store.url, number).dead()
        assert rows(store) == before
        keep(store, document("d1", "changed"), document("d2"), cursor="page 2")
        assert reads.memory(store, "yard").cursor == "page 2"
        assert [one.id for one in reads.documents_to_clean(store)] == ["d1", "d2"]

    def test_two_programs_never_claim_the_same(self, store: Store) -> None:
        writes.queue_alerts(store, [alert(f"a-{n:02}", owner=f"o{n}") for n in range(30)], map_id="bikes", now=NOW)
        store.close()  # SQLite's locks do not survive a fork
        programs = [start(claim, store.url, f"w{number}") for number in range(2)]
        claimed = [line for program in programs for line in program.said()]
        assert sorted(claimed) == [f"a-{n:02}" for n in range(30)]


class TestIndexes:
    """What is asked each night must not walk through all that was ever stored."""

    def plan(self, store: Store, ask: Callable[[], object], table: str) -> str:
        statements: list[tuple[str, object]] = []

        def listen(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
            statements.append((statement, parameters))

        sa.event.listen(store.engine, "before_cursor_execute", listen)
        ask()
        sa.event.remove(store.engine, "before_cursor_execute", listen)
        asked = [(sql, values) for sql, values in statements if sql.startswith("SELECT")]
        with store.reading() as connection:
            steps = [
                str(row[3])
                for sql, values in asked
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)  # type: ignore[arg-type]  # as SQLAlchemy gave them
            ]
        return " / ".join(step for step in steps if table in step)

    @pytest.mark.parametrize(
        ("ask", "table"),
        [
            (reads.documents_to_clean, "documents"),
            (lambda store: reads.documents_to_read(store, 10), "documents"),
            (lambda store: reads.outdated_readings(store, "reader.v1", 10), "documents"),
            (lambda store: reads.documents_sharing(store, ["b"]), "document_bands"),
            (lambda store: reads.unplaced_pains(store, since=NOW, until=NOW, floor=0.5), "signals"),
            (lambda store: reads.pains_of(store, ["pp-1"]), "memberships"),
            (lambda store: reads.day_counts(store, ["pp-1"], since=NIGHT, until=NIGHT, zone="UTC"), "documents"),
            (lambda store: reads.memory(store, "yard"), "sources"),
            (lambda store: reads.crawls(store, NIGHT), "crawls"),
        ],
    )
    def test_no_question_of_the_night_scans_a_table(
        self, sqlite_store: Store, ask: Callable[[Store], object], table: str
    ) -> None:
        plan = self.plan(sqlite_store, lambda: ask(sqlite_store), table)
        assert "SEARCH" in plan
        assert "SCAN" not in plan

    def test_what_was_seen_is_counted_in_the_index_of_its_days(self, sqlite_store: Store) -> None:
        plan = self.plan(sqlite_store, lambda: reads.seen_days(sqlite_store, NIGHT, NIGHT, "UTC"), "documents")
        assert "COVERING INDEX" in plan
        assert "created_at>? AND created_at<?" in plan
