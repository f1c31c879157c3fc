"""What every room's tests share: where the shared data lies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared data beside the checkout; the test is skipped where it is absent."""
    path = Path(os.environ.get("LISTENING_SHARED") or ROOT.parent / "shared")
    if not (path / "data").is_dir():
        pytest.skip(f"no shared data at {path}: set LISTENING_SHARED")
    return path
