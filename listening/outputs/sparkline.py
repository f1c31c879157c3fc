"""Draws a trend as a small picture for mails: a PNG of bars, because mail programs show no SVG."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

WIDTH, HEIGHT = 288, 72  # twice the size at which it is shown, so that it is sharp on a good screen
BAR, NOBODY = 1, 2  # places in the palette; 0 is see-through
PALETTE = bytes((255, 255, 255, 176, 69, 42, 160, 164, 160))
SEEN = bytes((0, 255, 255))


def sparkline(trend: Sequence[int]) -> bytes:
    """Return a PNG of `WIDTH` x `HEIGHT` pixels: a bar a week, oldest first; a week with nobody is a grey stub."""
    step, top = WIDTH / max(len(trend), 1), max(trend, default=0) or 1
    rows = [bytearray(1 + WIDTH) for _ in range(HEIGHT)]  # a row begins with the number of its filter, which is none
    for number, people in enumerate(trend):
        left, right = round(step * number), min(WIDTH, round(step * number + step * 0.75))
        bar = bytes([BAR if people else NOBODY]) * (right - left)
        for row in rows[HEIGHT - max(4, round(HEIGHT * people / top)) :]:
            row[1 + left : 1 + right] = bar
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    parts = (
        (b"IHDR", head),
        (b"PLTE", PALETTE),
        (b"tRNS", SEEN),
        (b"IDAT", zlib.compress(b"".join(rows), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
