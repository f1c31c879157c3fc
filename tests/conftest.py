"""What every room's tests share: where the shared data lies, and the shape of a new SQLite file, made once."""

from __future__ import annotations

import gc
import os
import shutil
import threading
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from listening.store import open_store
from listening.store import upgrade as upgrading
from listening.store.engine import sqlite_file

ROOT = Path(__file__).resolve().parent.parent
UPGRADE = upgrading.upgrade
# Long files that would come late: they are begun first, so that no worker is left with one at the end.
LONG = ("test_web_walk.py", "test_web_access.py", "test_web_hostile.py", "test_web_browser.py")


class Turned(pytest.Dir):
    """A folder that each worker reads from another place on, all around."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Give what the folder holds, beginning at this worker's share."""
        held = list(super().collect())
        worker, workers = (int(os.environ[f"PYTEST_XDIST_{name}"].lstrip("gw")) for name in ("WORKER", "WORKER_COUNT"))
        start = len(held) * worker // workers
        return held[start:] + held[:start]


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Let each worker begin elsewhere: so it compiles its own share of the tests and finds the rest done."""
    return Turned.from_parent(parent, path=path) if "PYTEST_XDIST_WORKER" in os.environ else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage while thousands of modules and tests are read: all of it stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long files; the others come by name, each in its own order."""
    places = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: (places.get(item.path.name, len(LONG)), item.path))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared data beside the checkout; the test is skipped where it is absent."""
    path = Path(os.environ.get("LISTENING_SHARED") or ROOT.parent / "shared")
    if not (path / "data").is_dir():
        pytest.skip(f"no shared data at {path}: set LISTENING_SHARED")
    return path


@pytest.fixture(scope="session")
def shaped_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An upgraded, empty file to copy from."""
    path = tmp_path_factory.mktemp("shape") / "store.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(upgrading, "upgrade", UPGRADE)
        open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="module", autouse=True)
def shape_copied(shaped_file: Path) -> Iterator[None]:
    """A new SQLite file begins as a copy of what the real steps made once; every other one takes the steps itself."""
    lock = threading.Lock()

    def upgrade(url: str, engine: Engine) -> None:
        file = sqlite_file(url)
        with lock:
            if file is not None and not file.exists():
                shutil.copy(shaped_file, file)
        UPGRADE(url, engine)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(upgrading, "upgrade", upgrade)
        yield
