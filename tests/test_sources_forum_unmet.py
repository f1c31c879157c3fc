"""Layouts of the sets after the fifth, measured before any rule was made for them, and what each rule since is for."""

from __future__ import annotations

import tomllib
from typing import Any

from forum_scores import CASES
from fresh_world import fresh_page, tally
from unmet_threads import UNMET_THREADS
from wild_world import Tally

SIXTH: dict[str, dict[str, Any]] = tomllib.loads((CASES / "unmet_f.toml").read_text(encoding="utf-8"))


def test_layouts_of_the_sixth_set_are_read() -> None:
    total = Tally()
    for case in SIXTH.values():
        for written in UNMET_THREADS.values():
            total += tally(case, written, fresh_page(case, written))
    assert min(total.share(name) for name in ("found", "authors", "dates", "texts")) >= 0.99
    assert total.share("spurious") <= 0.01
