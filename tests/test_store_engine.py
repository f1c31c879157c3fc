"""Opening, upgrading and killing: two programs at once, an older shape, a newer one, and a plug that is pulled."""

from __future__ import annotations

import gc
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from store_nouns import NIGHT, NOW, alert, document, keep, pain_point, rows, told

from listening.errors import StoreError
from listening.store import Store, open_store, reads, writes
from listening.store.engine import shown
from listening.store.tables import metadata

pytest_plugins = ("store_fixtures",)

OLD = Path(__file__).parent / "old_databases"
ROOT = Path(__file__).parent.parent


def start(program: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a Python program of a few lines."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603  our own lines


def dead(process: subprocess.Popen[str]) -> bool:
    """Wait for a program that kills itself, and say whether it did."""
    process.communicate(timeout=60)
    return process.returncode == -signal.SIGKILL


OPEN = """
import sys
from listening.store import open_store, reads
print(reads.counts(open_store(sys.argv[1])).documents)
"""

# Kills itself just before the statement of that number: no exit handler runs, as with a pulled plug.
KILL_AT = """
import os, signal, sqlalchemy as sa
seen = 0
def kill_at(number):
    @sa.event.listens_for(sa.engine.Engine, "before_cursor_execute")
    def count(connection, cursor, statement, parameters, context, executemany):
        global seen
        seen += 1
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)
"""

KILLED_OPEN = f"""{KILL_AT}
import sys
from listening.store import open_store
kill_at(int(sys.argv[2]))
open_store(sys.argv[1])
"""

KILLED_BATCH = f"""{KILL_AT}
import sys
sys.path.insert(0, sys.argv[3])
from store_nouns import document, keep
from listening.store import open_store
store = open_store(sys.argv[1])
kill_at(int(sys.argv[2]))
keep(store, document("d1", "changed"), document("d2"), cursor="page 2")
"""

CLAIM = """
import sys
from datetime import datetime, UTC
from listening.store import open_store, writes
store = open_store(sys.argv[1])
now = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
while (alert := writes.claim_alert(store, by=sys.argv[2], now=now)) is not None:
    print(alert.id)
"""


def differences(connection: sa.Connection) -> list[object]:
    """What the steps made and the tables do not say, or the other way round, but for the index of words."""
    ours = {"include_name": lambda name, kind, _: kind != "table" or not name.startswith("search_")}
    return list(compare_metadata(MigrationContext.configure(connection, opts=ours), metadata))


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
        programs = [start(OPEN, url) for _ in range(3)]
        assert [program.communicate(timeout=60)[0].strip() for program in programs] == ["0", "0", "0"]

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
        assert dead(start(KILLED_OPEN, url, str(number)))
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
        assert dead(start(KILLED_BATCH, store.url, str(number), str(Path(__file__).parent)))
        assert rows(store) == before
        keep(store, document("d1", "changed"), document("d2"), cursor="page 2")
        assert reads.memory(store, "yard").cursor == "page 2"
        assert [one.id for one in reads.documents_to_clean(store)] == ["d1", "d2"]

    def test_two_programs_never_claim_the_same(self, store: Store) -> None:
        writes.queue_alerts(store, [alert(f"a-{n:02}", owner=f"o{n}") for n in range(30)], map_id="bikes", now=NOW)
        programs = [start(CLAIM, store.url, f"w{number}") for number in range(2)]
        claimed = [line for program in programs for line in program.communicate(timeout=60)[0].split()]
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
