"""Brings a full store back from its copy, and a full old one to this program's shape, also where that is killed.

    python bench/restoring.py [--posts 1000000] [--points 5000] [--kills 50] [--killed-posts 50000] [--folder DIR]

The copy is taken while a night writes, then put in the place of the store; the store is `bench/web.py`'s. Old stores
are those of tests/old_databases, with their posts, passages and memberships many times over; an upgrade is killed by
SIGKILL at moments all along what it takes. Targets: a million posts are restored in 10 minutes and upgraded in 5 of the
CPU, with every row, sound; what was killed has the old shape or the new one, with every row.
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from exports import make_store
from web import WRITER

from listening.store import backup, open_store, restore

ROOT = Path(__file__).resolve().parent.parent
OLD = ROOT / "tests" / "old_databases"
A_MILLION, RESTORED, UPGRADED = 1_000_000, 600.0, 300.0  # seconds for a million posts
COUNTED = ("documents", "signals", "memberships")
OPEN = "import sys; from listening.store import open_store; open_store(sys.argv[1]).close()"
# What tells the copies of a row apart, by table and column; n is the copy's number.
COPIES = {
    "documents": {"id": "id || '-' || n", "native_id": "native_id || '-' || n", "fingerprint": "fingerprint || n"},
    "signals": {"id": "id || '-' || n", "document_id": "document_id || '-' || n"},
    "memberships": {"signal_id": "signal_id || '-' || n"},
    "document_bands": {"document_id": "document_id || '-' || n"},
}


def main() -> int:
    """Print a line a measure; 1 where a target is missed."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--posts", type=int, default=A_MILLION)
    asked.add_argument("--points", type=int, default=5_000)
    asked.add_argument("--kills", type=int, default=50)
    asked.add_argument("--killed-posts", type=int, default=50_000)
    asked.add_argument("--folder", type=Path, help="keeps the store that is copied, and uses it again")
    wish = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="listening-restoring-") as made:
        home = wish.folder or Path(made)
        good = [_restore(home, Path(made), wish.posts, wish.points)]
        for old in sorted(OLD.glob("*.sql")):
            good.append(_upgrade(Path(made), old, wish.posts))
            good.append(_kill(Path(made), old, wish.killed_posts, wish.kills))
    print("met" if all(good) else "MISSED")
    return int(not all(good))


# --- a copy and back


def _restore(home: Path, folder: Path, posts: int, points: int) -> bool:
    make_store(home, posts, points)
    url, copy, back = f"sqlite:///{home / 'store.db'}", folder / "copy.db", folder / "back.db"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, url, str(ROOT)])
    store = open_store(url)
    try:
        copied = _seconds(lambda: backup(store, copy))
    finally:
        writer.kill()
        writer.wait()
        store.close()
    seconds = _seconds(lambda: restore(f"sqlite:///{back}", copy))
    held, found = _counts(copy), _counts(back)
    most = max(RESTORED * posts / A_MILLION, 1.0)
    good = held == found and held["documents"] >= posts and _sound(back) and seconds <= most
    print(f"{held['documents']:,} posts: copied beside a writer in {copied:.0f} s, restored in {seconds:.0f} s", end="")
    print(f" (target {most:.0f}), sound and all there: {good}", flush=True)
    copy.unlink()
    back.unlink()
    return good


def _counts(file: Path) -> dict[str, int]:
    with closing(sqlite3.connect(file)) as connection:
        counts = {name: f"SELECT count(*) FROM {name}" for name in COUNTED}  # noqa: S608 - our own names
        return {name: connection.execute(count).fetchone()[0] for name, count in counts.items()}


def _sound(file: Path) -> bool:
    with closing(sqlite3.connect(file)) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok")


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


# --- an older shape


def _fill_old(file: Path, old: Path, posts: int) -> dict[str, int]:
    """Make a store of an older shape, its rows so many times over; returns how many it holds."""
    file.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(old.read_text(encoding="utf-8"))
        times = posts // connection.execute("SELECT count(*) FROM documents").fetchone()[0]
        numbers = f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {times})"  # noqa: S608 - a number
        for table, told in COPIES.items():
            names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            fields = ", ".join(f'"{name}"' for name in names)
            values = ", ".join(told.get(name, f'"{name}"') for name in names)
            copied = f"{numbers} SELECT {values} FROM {table}, numbers"  # noqa: S608 - our own names
            connection.execute(f"INSERT INTO {table} ({fields}) {copied}")
        connection.commit()
    return _counts(file)


def _upgrade(folder: Path, old: Path, posts: int) -> bool:
    file = folder / "old.db"
    held = _fill_old(file, old, posts)
    before = _busy()
    seconds = _seconds(lambda: subprocess.run([sys.executable, "-c", OPEN, f"sqlite:///{file}"], check=True))
    busy, most = _busy() - before, max(UPGRADED * posts / A_MILLION, 5.0)
    good = _counts(file) == held and _sound(file) and busy <= most
    print(f"{old.stem} with {held['documents']:,} posts: upgraded in {seconds:.0f} s, ", end="")
    print(f"{busy:.0f} of the CPU (target {most:.0f}), ", end="")
    print(f"{file.stat().st_size / 1e6:.0f} MB, sound and all there: {good}", flush=True)
    file.unlink()
    return good


def _busy() -> float:
    """CPU seconds of the programs that are over."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _kill(folder: Path, old: Path, posts: int, kills: int) -> bool:
    template, file = folder / "template.db", folder / "old.db"
    held, before = _fill_old(template, old, posts), _shape(template)
    shutil.copyfile(template, file)
    open_ = [sys.executable, "-c", OPEN, f"sqlite:///{file}"]
    takes = _seconds(lambda: subprocess.run(open_, check=True))
    after, shapes, bad, chance = _shape(file), list[str](), 0, random.Random(9)  # noqa: S311 - chance, no secret
    for number in range(kills):
        for name in (file, file.with_name("old.db-wal"), file.with_name("old.db-shm")):
            name.unlink(missing_ok=True)
        shutil.copyfile(template, file)
        program = subprocess.Popen(open_)
        time.sleep(takes * (number + chance.random()) / kills)
        program.kill()
        program.wait()
        shapes.append(_shape(file))
        bad += shapes[-1] not in {before, after} or _counts(file) != held or not _sound(file)
        subprocess.run(open_, check=True)
        bad += _shape(file) != after or _counts(file) != held
    print(
        f"{old.stem} with {held['documents']:,} posts: {kills} kills, {shapes.count(before)} left the old shape, ",
        end="",
    )
    print(f"{shapes.count(after)} the new one, {bad} neither or fewer rows", flush=True)
    return bad == 0


def _shape(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


if __name__ == "__main__":
    sys.exit(main())
