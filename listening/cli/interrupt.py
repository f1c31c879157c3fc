"""Sees to it that Ctrl-C always ends a command, with exit code 130, wherever Python happened to be."""

from __future__ import annotations

import _thread
import atexit
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

INTERRUPTED = 130
AGAIN_AFTER = 0.05
"""Seconds until a Ctrl-C that was lost is given once more."""


@contextmanager
def ctrl_c_heard() -> Iterator[None]:
    """End with SystemExit(130) after Ctrl-C, also one that falls where Python throws errors away.

    Such places are the callbacks of its import machinery: from there the Ctrl-C is given once more.
    """
    before, ended, here = sys.unraisablehook, threading.Event(), threading.get_ident()

    def again() -> None:
        if hasattr(signal, "pthread_kill"):  # it wakes the thread where it sleeps or waits for a network
            signal.pthread_kill(here, signal.SIGINT)
        else:
            _thread.interrupt_main()

    def repeat(lost: sys.UnraisableHookArgs) -> None:
        if issubclass(lost.exc_type, KeyboardInterrupt):
            threading.Timer(AGAIN_AFTER, again).start()
        else:
            before(lost)

    # first in, so last to run: Python would else die by the signal where it met an extension that was being imported
    atexit.register(lambda: ended.is_set() and os._exit(INTERRUPTED))
    sys.unraisablehook = repeat
    try:
        yield
    except (KeyboardInterrupt, SystemExit) as end:
        if isinstance(end, SystemExit) and end.code != INTERRUPTED:
            raise
        ended.set()
        sys.exit(INTERRUPTED)
    finally:
        sys.unraisablehook = before
