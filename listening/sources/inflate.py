"""Unpacks what a server sent, never to more than the limit: a few kilobytes can hide a gigabyte."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from listening.errors import SourceBroken


class CutOff(Exception):
    """The packed body ended too early."""


def inflate(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """Return the body from its raw chunks. Raises SourceBroken: too large or unreadable; CutOff: it ends early.

    `encoding` is the Content-Encoding: "", identity, gzip or deflate. At most `limit` bytes are ever held.
    """
    encoding = encoding.strip().casefold()
    if encoding in ("", "identity"):
        return _plain(chunks, limit)
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise SourceBroken(f"the server packed the page as {encoding!r}, which we did not ask for")
    try:
        return _unpacked(chunks, limit, zipped=encoding != "deflate")
    except zlib.error as error:
        raise SourceBroken(f"the page is said to be packed as {encoding} but is not ({error})") from error


def _too_large(limit: int) -> SourceBroken:
    return SourceBroken(
        f"the page is too large (over {limit:,} bytes unpacked)", "leave this page out, or raise max_bytes"
    )


def _plain(chunks: Iterable[bytes], limit: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


def _unpacked(chunks: Iterable[bytes], limit: int, *, zipped: bool) -> bytes:
    body = bytearray()
    unpacker = None
    for chunk in chunks:
        data = chunk
        while data:
            if unpacker is None:
                unpacker = zlib.decompressobj(31 if zipped else _window(data))
            body += unpacker.decompress(data, limit + 1 - len(body))
            if len(body) > limit:
                raise _too_large(limit)
            data = unpacker.unconsumed_tail or unpacker.unused_data
            if unpacker.eof:
                if not zipped or not data.startswith(b"\x1f\x8b"):
                    return bytes(body)
                unpacker = None  # a gzip file may have several members
    if unpacker is not None and not unpacker.eof:
        raise CutOff
    return bytes(body)


def _window(data: bytes) -> int:
    """Servers mean either zlib or raw deflate by "deflate": the first byte tells."""
    return zlib.MAX_WBITS if data[0] & 0x0F == zlib.DEFLATED else -zlib.MAX_WBITS
