"""Feeds that were broken by chance: each ends with entries or a reason, none ends us or takes its time.

    .venv/bin/python bench/hostile_feeds.py [SHARED] [--seconds 600] [--seed 1]

Takes the shared feeds (else those of its own below) and changes them by seed: cut off, in another alphabet than they
say, twice over, two in one another, tags without ends, names of other namespaces, bytes turned, parts repeated
thousands of times. Stops after so many seconds of the processor, the child's counted. Promised: whatever comes, it is
read or refused with SourceBroken and a sentence, within the seconds of the processor that a feed is given.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from listening.errors import SourceBroken  # noqa: E402 -- the checkout is found by the line above
from listening.sources import feed_parser  # noqa: E402 -- the checkout is found by the line above
from listening.sources.feed_entries import parse_feed  # noqa: E402 -- the same

NOW = datetime(2026, 7, 1, tzinfo=UTC)
GIVEN = 10.0  # seconds that a feed may take
GRACE = 2.0  # beyond: starting a child, and what we do with its answer
SMALL = 200_000  # bytes of a feed that is changed: larger ones only cost time
LARGEST = 8_000_000  # bytes of what comes out
ALPHABETS = (
    *("utf-8", "utf-16", "utf-32", "latin-1", "koi8-r", "shift_jis", "gb18030"),
    *("ebcdic-cp-us", "no-such", "utf-7"),
)
RSS = (
    b"<rss version='2.0'><channel><title>T</title><item><guid>1</guid><title>A</title>"
    b"<pubDate>Mon, 09 Mar 2026 09:41 GMT</pubDate><description>it drips &amp; drips</description></item></channel>"
    b"</rss>"
)
ATOM = (
    b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>1</id><title>A</title><updated>2026-03-09T09:41:00Z</updated>"
    b"<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>it <b>drips</b></div></content></entry></feed>"
)
JSON = b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "content_text": "it drips"}]}'
ENDS = (b"</", b">", b'"', b"]]>", b"/>", b"'", b"<", b"}", b"]")
Change = Callable[[bytes, bytes, random.Random], bytes]


def cut(body: bytes, _: bytes, chance: random.Random) -> bytes:
    """End it anywhere."""
    return body[: chance.randrange(len(body) + 1)]


def turned(body: bytes, _: bytes, chance: random.Random) -> bytes:
    """Turn some bytes."""
    found = bytearray(body)
    for _ in range(chance.choice((1, 3, 30, 300))):
        found[chance.randrange(len(found))] = chance.randrange(256)
    return bytes(found)


def alphabet(body: bytes, _: bytes, chance: random.Random) -> bytes:
    """Say another alphabet than it is in, or be in another than it says."""
    said = chance.choice(ALPHABETS).encode()
    bare = body.partition(b"?>")[2] if body.lstrip().startswith(b"<?xml") else body
    if chance.random() < 1 / 2:
        return b'<?xml version="1.0" encoding="' + said + b'"?>' + bare
    try:
        return body.decode("utf-8", "replace").encode(chance.choice(ALPHABETS[:7]), "replace")
    except LookupError:
        return body


def doubled(body: bytes, other: bytes, chance: random.Random) -> bytes:
    """Put one after, or into, another."""
    at = chance.choice((0, len(body), body.find(b">") + 1, chance.randrange(len(body) + 1)))
    return body[:at] + chance.choice((body, other)) + body[at:]


def unclosed(body: bytes, _: bytes, chance: random.Random) -> bytes:
    """Take ends of tags, quotes or brackets away."""
    return body.replace(chance.choice(ENDS), b"", chance.choice((1, 5, -1)))


def renamed(body: bytes, _: bytes, chance: random.Random) -> bytes:
    """Give names another namespace, or tags another name."""
    there = sorted(set(body.replace(b"</", b"<").split(b"<")))
    tag = chance.choice(there)[:12].split(b" ")[0].split(b">")[0] or b"item"
    new = chance.choice((b"atom:" + tag, b"a:b:" + tag, b"item", b"entry", b"script", b"svg:svg", b"\xc3\x28", b"-"))
    return body.replace(b"<" + tag, b"<" + new).replace(b"</" + tag, b"</" + new)


def repeated(body: bytes, _: bytes, chance: random.Random) -> bytes:
    """Say a part of it hundreds or thousands of times."""
    start = chance.randrange(len(body))
    part = body[start : start + chance.choice((1, 8, 60, 600))] or b"<"
    times = min(chance.choice((100, 3_000, 50_000)), LARGEST // len(part))
    return body[:start] + part * times + body[start:]


def strange(body: bytes, _: bytes, chance: random.Random) -> bytes:
    """Put in what no feed should hold."""
    odd = (
        b"\0", b"\x1b[31m", b"&#0;", b"&#xD800;", b"&#99999999999;", b"&nosuch;", b"<![CDATA[", b"<!--", b"<?php ",
        b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>", b"<!ENTITY % x SYSTEM 'file:///etc/passwd'>",
        b"9" * 5_000, b"<" * 5_000, b"&" * 5_000, b"(" * 5_000, b"[" * 5_000, b'{"a":' * 5_000, b"\xef\xbb\xbf" * 9,
        b"<pubDate>" + b"9 " * 3_000 + b"</pubDate>", b"<author>" + b"a@" * 3_000 + b"</author>",
        b"<link href='" + b"../" * 3_000 + b"'/>", b"<guid>" + b"\xf0\x9f\x98\x80" * 3_000 + b"</guid>",
    )  # fmt: skip
    at = chance.randrange(len(body) + 1)
    return body[:at] + chance.choice(odd) + body[at:]


CHANGES: tuple[Change, ...] = (cut, turned, alphabet, doubled, unclosed, renamed, repeated, strange)


def spent() -> float:
    """Seconds of the processor so far: ours, those of the children that ended, and of the one that lives."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    living = [child._process.pid for child in feed_parser._idle.get(os.getpid(), ())]  # noqa: SLF001 -- nobody else knows
    return sum(one.ru_utime + one.ru_stime for one in used) + sum(map(seconds_of, living))


def seconds_of(process: int) -> float:
    """Seconds of the processor that a living process took."""
    with suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def feeds(shared: Path) -> list[bytes]:
    """The feeds to change."""
    folders = [shared / "fixtures/feeds", shared / "corpora/miniflux"]
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    return [RSS, ATOM, JSON, *(body for path in files if 0 < len(body := path.read_bytes()) < SMALL)]


def main() -> None:
    """Change and read until the time is over; exit code 1 where one broke out, or was late."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("shared", nargs="?", default=os.environ.get("LISTENING_SHARED", str(ROOT.parent / "shared")))
    asked.add_argument("--seconds", type=float, default=600.0)
    asked.add_argument("--seed", type=int, default=1)
    told = asked.parse_args()
    chance, there, ends, bad = random.Random(told.seed), feeds(Path(told.shared)), Counter[str](), list[str]()  # noqa: S311 -- no secret
    slowest = 0.0
    while spent() < told.seconds:
        body, made = chance.choice(there), []
        for change in chance.choices(CHANGES, k=chance.choice((1, 1, 2, 3))):
            body = (change(body, chance.choice(there), chance) or b" ")[:LARGEST]
            made.append(change.__name__)
        start = spent()
        end = outcome(body)
        took = spent() - start
        slowest = max(slowest, took)
        ends[end.partition(":")[0]] += 1
        if end.startswith("CRASH") or took > GIVEN + GRACE:
            bad.append(f"{end} after {took:.1f} s: {' '.join(made)}, {len(body)} bytes")
            print(bad[-1], flush=True)
    print(f"{ends.total()} feeds: {', '.join(f'{count} {end}' for end, count in ends.most_common())}")
    print(f"slowest {slowest:.1f} s; {spent():.0f} seconds of the processor in all")
    print(f"broken out or late: {len(bad)} (none promised)")
    raise SystemExit(bool(bad))


def outcome(body: bytes) -> str:
    """What a feed ends with: entries, none, or a reason in a sentence."""
    try:
        found = parse_feed(body, "http://blog.example/feed", GIVEN, now=NOW)
    except SourceBroken as error:
        return "refused with its reason" if error.thing and error.mend else "CRASH: no reason given"
    except Exception as error:  # noqa: BLE001 -- that is what is looked for
        return f"CRASH: {type(error).__name__}: {error}"[:200]
    fit = all(entry.id and entry.title is not None for entry in found.entries)
    if not fit or len({entry.id for entry in found.entries}) != len(found.entries):
        return "CRASH: entries without ids of their own"
    return "entries" if found.entries else "in order without entries"


if __name__ == "__main__":
    main()
