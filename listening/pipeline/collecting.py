"""Collecting: how often Python looks for values that nobody needs any more."""

from __future__ import annotations

import gc

SELDOM = 50_000, 20, 100  # new values, and rounds of each kind; usually 700, 10, 10


def collect_seldom() -> None:
    """Look seldom, from now on in this process: what a verb reads lives until it ends, and a look goes through it all.

    With what Python does by itself a sixth of a night over many pain points is spent in looking.
    """
    if gc.get_threshold() < SELDOM:
        gc.set_threshold(*SELDOM)
