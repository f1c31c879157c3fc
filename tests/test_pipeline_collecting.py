"""How often Python looks for what nobody needs any more, while a night's verbs run."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from listening.pipeline.collecting import SELDOM, collect_seldom


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_it_looks_seldom_from_then_on() -> None:
    gc.set_threshold(700, 10, 10)
    collect_seldom()
    assert gc.get_threshold() == SELDOM
    assert gc.isenabled()


def test_who_asked_for_fewer_looks_keeps_them() -> None:
    fewer = (SELDOM[0] + 1, *SELDOM[1:])
    gc.set_threshold(*fewer)
    collect_seldom()
    assert gc.get_threshold() == fewer
