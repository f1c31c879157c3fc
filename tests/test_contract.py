"""Who may import whom: green as it stands, and each kind of breach is caught."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the contract of the checkout in `folder`."""
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(cache_dir=None))"
    env = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(  # noqa: S603 - our own interpreter and words
        [sys.executable, "-c", program], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The checkout's code, where a breach can be planted."""
    left_out = shutil.ignore_patterns("__pycache__")
    for name in ("listening", "flows"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=left_out)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_house_keeps_its_contract() -> None:
    told = lint(ROOT)
    assert told.returncode == 0, told.stdout
    assert "0 broken" in told.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("listening/clusters/words.py", "from listening.store import Store", "the floors of the house, exhaustive"),
        ("listening/types/pain_points.py", "import listening.settings", "the floors of the house, exhaustive"),
        ("listening/newcomer.py", "", "the floors of the house, exhaustive"),
        ("listening/pipeline/crawling.py", "import flows.nightly", "flows stand between cli and pipeline"),
        ("listening/pipeline/reading.py", "import prefect", "only flows import prefect"),
        ("listening/emergence.py", "import sqlalchemy", "only the store knows SQL"),
        ("listening/clusters/group.py", "import torch", "only signals load models"),
        ("listening/cli/upkeep.py", "import listening.store.writes", "web and cli write only through pipeline"),
        ("listening/web/visit.py", "import listening.store.writes", "web and cli write only through pipeline"),
        ("listening/web/app.py", "import sqlalchemy", "only the store knows SQL"),
        ("listening/journey/accounts.py", "import listening.web", "the floors of the house, exhaustive"),
        ("listening/sources/feed.py", "import listening.sources.reddit", "sources do not know each other"),
    ],
)
def test_a_planted_breach_fails(copied: Path, file: str, line: str, contract: str) -> None:
    path = copied / file
    before = path.read_text() if path.exists() else '"""New here."""\n'
    path.write_text(f"{before}\n{line}\n")
    told = lint(copied)
    assert told.returncode == 1, told.stdout
    broken = [row for row in told.stdout.splitlines() if row.endswith("BROKEN")]
    assert any(row.startswith(contract) for row in broken), told.stdout + told.stderr
