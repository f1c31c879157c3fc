"""A small installation for the command line's tests: a settings folder, and a store beside it."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_nouns import FewWords, Ran, Run
from store_nouns import document, pain_point, told

from listening.cli import main
from listening.store import Store, open_store

JOURNEY = """
id = "bikes"
name = "Bikes"
fallback_owner = "ann"
[[owners]]
id = "ann"
name = "Ann"
email = "ann@house.test"
department = "Product"
[[stages]]
id = "use"
name = "Use"
[[touchpoints]]
id = "rain_cover"
name = "Rain cover"
stage = "use"
"""


@pytest.fixture
def bikes_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an installation, its settings in configs/, the current folder of the test."""
    for name in ("LISTENING_CONFIG", "LISTENING_DATABASE_URL", "LISTENING_KEY", "PREFECT_API_URL"):
        monkeypatch.delenv(name, raising=False)
    configs = tmp_path / "configs"
    configs.mkdir()
    (configs / "listening.toml").write_text("")
    (configs / "sources.toml").write_text("")
    (configs / "journey.toml").write_text(JOURNEY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def bikes_store(bikes_home: Path) -> Iterator[Store]:
    """The installation's store, with one pain point that three people told."""
    opened = open_store(f"sqlite:///{bikes_home / 'data' / 'var' / 'listening.db'}")
    told(opened, document("d1", day=-2), document("d2", day=-1), document("d3"), point=pain_point())
    yield opened
    opened.close()


@pytest.fixture
def cli(bikes_home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run the command line as a user would: `cli("sources", "list", stdin=b"")`."""
    assert bikes_home.is_dir()

    def go(*words: object, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "argv", ["listening", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        printed = capfd.readouterr()
        code = end.value.code
        return Ran(code if isinstance(code, int) else 0 if code is None else 1, printed.out, printed.err)

    return go


@pytest.fixture
def few_words(monkeypatch: pytest.MonkeyPatch) -> FewWords:
    """Stands in for the model where a test is not about it."""
    from listening import signals  # noqa: PLC0415 - slow to import, and only this needs it

    reader = FewWords()
    monkeypatch.setattr(signals, "open_reader", lambda *_, **__: reader)
    return reader
