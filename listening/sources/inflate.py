"""Unpacks what a server sent, never to more than the limit: a few kilobytes can hide a gigabyte.

Each packing is undone in small pieces, one from the next, and what goes into and comes out of each is counted: a bomb
is noticed when it passes the limit, before it is held. `httpx` itself would unpack a whole network chunk at once.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

from listening.errors import SourceBroken

ACCEPTED = "gzip, deflate, br, zstd"
MAX_LAYERS = 5  # packings inside packings; no honest server needs two
PIECE = 65_536  # bytes unpacked at a time
_ZSTD_WINDOW = 23  # 8 MiB, the most that a server may use on the web (RFC 9659)
_MEND = "open it in a browser; if that shows the page, tell us"
_HEAD = 4  # bytes by which a packing is known


class CutOff(Exception):
    """The packed body ended too early."""


class _TooLarge(Exception):
    """More came than the limit."""


class _Unpacker(Protocol):
    """One packed member. `feed` yields what its bytes unpack to, piece by piece; `rest` is what follows its end."""

    def feed(self, data: bytes) -> Iterator[bytes]: ...

    @property
    def rest(self) -> bytes | None:
        """None before the end."""


def inflate(chunks: Iterable[bytes], encoding: str, limit: int, *, cut: bool = False) -> bytes:
    """Return the body from its raw chunks. Raises SourceBroken: too large or unreadable; CutOff: it ends early.

    `encoding` is the Content-Encoding: gzip, deflate, br, zstd, or several in the order in which they were put on. At
    most `limit` bytes are held. With `cut` a larger body gives its first `limit` bytes.
    """
    names = [name for part in encoding.split(",") if (name := part.strip().casefold()) not in ("", "identity")]
    if len(names) > MAX_LAYERS:
        raise SourceBroken(f"the server packed the page {len(names)} times over", _MEND)
    flow: Iterator[bytes] = iter(chunks)
    if names:  # packed bytes count too: members that hold nothing could come for ever
        flow = _counted(flow, limit + limit // 8 + PIECE)
    for name in reversed(names):
        flow = _counted(_layer(name, flow), limit)
    body = bytearray()
    try:
        for piece in flow if names else _counted(flow, limit):
            body += piece
    except _TooLarge:
        if not (cut and len(body) >= limit):
            raise SourceBroken(
                f"the page is too large (over {limit:,} bytes)", "leave this page out, or raise max_bytes"
            ) from None
    return bytes(body)


def _counted(flow: Iterator[bytes], limit: int) -> Iterator[bytes]:
    """Pass on at most `limit` bytes. Raises _TooLarge after them."""
    left = limit
    for piece in flow:
        yield piece[:left]
        left -= len(piece)
        if left < 0:
            raise _TooLarge


def _layer(name: str, flow: Iterator[bytes]) -> Iterator[bytes]:
    """Undo one packing. Raises SourceBroken where it is unknown or not what it is said to be."""
    if name not in _KINDS:
        raise SourceBroken(f"the server packed the page as {name!r}, which we did not ask for", _MEND)
    try:
        yield from _members(flow, *_KINDS[name])
    except _Damaged as error:
        raise SourceBroken(f"the page is said to be packed as {name} but is not ({error})", _MEND) from error


def _members(
    flow: Iterator[bytes], new: Callable[[bytes], _Unpacker], another: Callable[[bytes], bool]
) -> Iterator[bytes]:
    """Unpack a member, and the next ones where what follows is `another`; anything else behind them is padding."""
    unpacker: _Unpacker | None = None
    data, first = b"", True
    for chunk in flow:
        data += chunk
        while data:
            if unpacker is None:
                if not first and (len(data) < _HEAD or not another(data)):
                    break
                unpacker = new(data)
            yield from unpacker.feed(data)
            if unpacker.rest is None:
                data = b""
            else:
                data, unpacker, first = unpacker.rest, None, False
        if not first and len(data) >= _HEAD:
            return
    if unpacker is not None or (first and data):
        raise CutOff


# --- the packings


class _Damaged(Exception):
    """The bytes are not what the packing should be."""


class _Zlib:
    """One gzip member or deflate stream."""

    def __init__(self, window: int) -> None:
        self._inner = zlib.decompressobj(window)

    def feed(self, data: bytes) -> Iterator[bytes]:
        inner = self._inner
        try:
            while piece := inner.decompress(data, PIECE):
                yield piece
                data = inner.unconsumed_tail
        except zlib.error as error:
            raise _Damaged(error) from error

    @property
    def rest(self) -> bytes | None:
        return self._inner.unused_data if self._inner.eof else None


class _Brotli:
    """One brotli stream; its window is at most 16 MiB."""

    def __init__(self) -> None:
        import brotli  # noqa: PLC0415 -- most sites send gzip

        self._error: type[Exception] = brotli.error
        self._inner = brotli.Decompressor()

    def feed(self, data: bytes) -> Iterator[bytes]:
        try:
            # it says that it can take more although there is more to give, so ask until nothing comes
            while piece := self._inner.process(data, output_buffer_limit=PIECE):
                yield piece
                data = b""
        except self._error as error:
            raise _Damaged(error) from error

    @property
    def rest(self) -> bytes | None:
        return b"" if self._inner.is_finished() else None


class _Zstd:
    """One zstd frame."""

    def __init__(self) -> None:
        if sys.version_info >= (3, 14):
            from compression import zstd  # noqa: PLC0415 -- most sites send gzip
        else:
            from backports import zstd  # noqa: PLC0415 -- the same

        self._error: type[Exception] = zstd.ZstdError
        window = {int(zstd.DecompressionParameter.window_log_max): _ZSTD_WINDOW}
        self._inner = zstd.ZstdDecompressor(options=window)

    def feed(self, data: bytes) -> Iterator[bytes]:
        try:
            yield self._inner.decompress(data, PIECE)
            while not self._inner.eof and not self._inner.needs_input:
                yield self._inner.decompress(b"", PIECE)
        except self._error as error:
            raise _Damaged(error) from error

    @property
    def rest(self) -> bytes | None:
        return self._inner.unused_data if self._inner.eof else None


def _deflated(head: bytes) -> _Unpacker:
    """Servers mean either zlib or raw deflate by "deflate": zlib has a checked head of two bytes."""
    said = head[0] & 0x0F == zlib.DEFLATED and (len(head) < 2 or int.from_bytes(head[:2]) % 31 == 0)  # noqa: PLR2004 -- RFC 1950
    return _Zlib(zlib.MAX_WBITS if said else -zlib.MAX_WBITS)


def _is_gzip(data: bytes) -> bool:
    return data.startswith(b"\x1f\x8b")


def _is_zstd(data: bytes) -> bool:
    """Return True at a frame of zstd, or one of those that are skipped."""
    return data.startswith(b"\x28\xb5\x2f\xfd") or data[1:4] == b"\x2a\x4d\x18"


def _never(_: bytes) -> bool:
    return False


_KINDS: Mapping[str, tuple[Callable[[bytes], _Unpacker], Callable[[bytes], bool]]] = {
    "gzip": (lambda _: _Zlib(31), _is_gzip),
    "x-gzip": (lambda _: _Zlib(31), _is_gzip),
    "deflate": (_deflated, _never),
    "br": (lambda _: _Brotli(), _never),
    "zstd": (lambda _: _Zstd(), _is_zstd),
}
