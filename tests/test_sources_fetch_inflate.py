"""Unpacking to a limit: every packing, in pieces of every size, broken, chained, and as a bomb."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest
from backports import zstd
from sources_site import Reply, fetcher, gigabyte, site

from listening.errors import SourceBroken
from listening.sources.inflate import CutOff, inflate

WORDS = b"word " * 50 + bytes(range(256))


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACK = {
    "identity": bytes,
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}
ONCE = {
    "nothing": (b"", ""),
    "nothing, packed": (b"", "gzip"),
    "x-gzip": (PACK["gzip"](WORDS), "X-GZip"),
    "two gzip members": (PACK["gzip"](WORDS[:9]) + PACK["gzip"](WORDS[9:]), "gzip"),
    "gzip with padding": (PACK["gzip"](WORDS) + b"\0" * 99, "gzip"),
    "raw deflate": (raw_deflate(WORDS), "deflate"),
    "deflate with padding": (PACK["deflate"](WORDS) + b"junk", "deflate"),
    "two zstd frames": (PACK["zstd"](WORDS[:9]) + PACK["zstd"](WORDS[9:]), "zstd"),
    "zstd with a skipped frame": (b"\x50\x2a\x4d\x18\x02\0\0\0xy" + PACK["zstd"](WORDS), "zstd"),
    "chained": (PACK["br"](PACK["zstd"](PACK["gzip"](WORDS))), "gzip, zstd,br"),
    **{name: (pack(WORDS), name) for name, pack in PACK.items()},
}


def in_pieces(body: bytes, size: int) -> Iterator[bytes]:
    return (body[start : start + size] for start in range(0, len(body), size))


@pytest.mark.parametrize("size", [1, 3, 65_536])
@pytest.mark.parametrize("case", ONCE)
def test_every_packing_is_undone(case: str, size: int) -> None:
    body, encoding = ONCE[case]
    assert inflate(in_pieces(body, size), encoding, 1_000) == (b"" if case.startswith("nothing") else WORDS)


@pytest.mark.parametrize("name", PACK)
def test_pages_come_unpacked(name: str) -> None:
    with site({"/a": Reply(PACK[name](WORDS), headers={"Content-Encoding": name})}) as it, fetcher() as web:
        assert web.get(it.url + "/a").body == WORDS


@pytest.mark.parametrize("size", [1, 65_536])
@pytest.mark.parametrize("name", [name for name in PACK if name != "identity"])
def test_what_ends_too_early_is_cut_off(name: str, size: int) -> None:
    body = PACK[name](WORDS)
    for kept in (1, len(body) // 2, len(body) - 1):
        with pytest.raises((CutOff, SourceBroken)):
            inflate(in_pieces(body[:kept], size), name, 1_000)


@pytest.mark.parametrize("name", [name for name in PACK if name != "identity"])
def test_what_is_not_packed_as_it_says_is_named(name: str) -> None:
    with pytest.raises(SourceBroken, match=f"packed as {name} but is not"):
        inflate([b"<html> this is a page </html>" * 20], name, 1_000)


def test_damage_inside_is_named() -> None:
    body = bytearray(PACK["gzip"](WORDS))
    body[-6] ^= 0xFF  # the checksum
    with pytest.raises(SourceBroken, match="is not"):
        inflate([bytes(body)], "gzip", 1_000)


@pytest.mark.parametrize("name", PACK)
def test_the_limit_is_exact(name: str) -> None:
    body = PACK[name](WORDS)
    assert inflate([body], name, len(WORDS)) == WORDS
    with pytest.raises(SourceBroken, match="too large"):
        inflate([body], name, len(WORDS) - 1)
    assert inflate([body], name, len(WORDS) - 1, cut=True) == WORDS[:-1]


def test_packings_within_packings_have_a_limit() -> None:
    with pytest.raises(SourceBroken, match="6 times"):
        inflate([b""], ", ".join(["gzip"] * 6), 1_000)


def test_members_that_hold_nothing_cannot_go_on_for_ever() -> None:
    empty = PACK["gzip"](b"")
    with pytest.raises(SourceBroken, match="too large"):
        inflate(iter(lambda: empty, b""), "gzip", 10_000)


def test_a_packing_in_between_is_held_to_the_limit_too() -> None:
    between = zlib.compress(PACK["gzip"](b"") * 50_000)  # a megabyte of empty members around nothing
    with pytest.raises(SourceBroken, match="too large"):
        inflate([between], "gzip, deflate", 10_000)


def test_a_huge_window_is_refused() -> None:
    options = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.enable_long_distance_matching: 1}
    packer = zstd.ZstdCompressor(options=options)
    body = packer.compress(WORDS) + packer.flush()
    with pytest.raises(SourceBroken, match="zstd"):
        inflate([body], "zstd", 1_000)


CHAINS = {
    "html-gzip-deflate-gzip": "gzip, deflate, gzip",
    "html-gzip-deflate": "gzip, deflate",
    "html-rawdeflate": "deflate",
    "html-zlibdeflate": "deflate",
}


def test_shared_pages_and_bombs(shared: Path) -> None:
    folder = shared / "corpora/http-bombs"
    lengths = {}
    for path in sorted(folder.glob("*.bin")):
        encoding = CHAINS.get(path.stem, path.stem.split("-")[1])
        pieces = in_pieces(path.read_bytes(), 999)
        if path.stem.startswith("bomb"):
            with pytest.raises(SourceBroken, match="too large"):
                inflate(pieces, encoding, 10_000_000)
        else:
            lengths[path.stem] = len(inflate(pieces, encoding, 10_000_000))
    assert len(lengths) == 9
    assert set(lengths.values()) == {74_837, 74_840}
    for path in (*folder.glob("truncated*.gz"), folder / "unexpected-eof.gz"):
        with pytest.raises(CutOff):
            inflate([path.read_bytes()], "gzip", 10_000_000)


# Serves a gigabyte of zeros, packed, from one process and reads it in another; prints how much memory that took.
READER = """
import json, resource, sys
sys.path[:0] = {paths!r}
from sources_site import fetcher
from listening.errors import SourceBroken
import brotli
from backports import zstd
with fetcher(max_bytes=10_000_000) as web:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        web.get({url!r})
        said = "read"
    except SourceBroken as error:
        said = error.thing
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([said, (after - before) / 1024]))
"""


@pytest.mark.parametrize("layers", ["identity", "gzip", "deflate", "br", "zstd", "gzip, gzip", "zstd, br"])
def test_a_gigabyte_costs_less_than_64_megabytes(layers: str) -> None:
    pytest.importorskip("resource", reason="peak memory is asked of the system")
    first, *others = layers.split(", ")

    def stream() -> Iterator[bytes]:
        pieces = gigabyte(first)
        return pieces if not others else iter([PACK[others[0]](b"".join(pieces))])

    root = Path(__file__).parent
    reply = Reply(stream=stream, headers={} if first == "identity" else {"Content-Encoding": layers})
    with site({"/a": reply}) as it:
        code = READER.format(paths=[str(root), str(root.parent)], url=it.url + "/a")
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=120)  # noqa: S603 -- our own script
    said, megabytes = json.loads(done.stdout)
    assert "too large" in said
    assert megabytes < 64
