"""robots.txt by the public cases of its authors, by the standard's own words, and by files of real hosts."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from listening.sources.robots import MAX_BYTES, MAX_LINE, path_of, read_robots


def test_public_cases(shared: Path) -> None:
    cases = json.loads((shared / "fixtures/robots/google_spec_test.json").read_text(encoding="utf-8"))
    wrong = [
        (case["file"], case["agent"], case["url"])
        for case in cases
        if read_robots(base64.b64decode(case["robotstxt_b64"])).allows(case["url"], case["agent"]) != case["allowed"]
    ]
    assert len(cases) == 400
    assert wrong == []


def test_real_files_are_read(shared: Path) -> None:
    files = [path for path in (shared / "fixtures/robots/protego/sample").iterdir() if path.is_file()]
    rules = {path.name: read_robots(path.read_bytes()) for path in files}
    assert len(files) > 60
    assert sum(any(group.rules for group in one.groups) for one in rules.values()) > 60
    assert sum(one.delay() > 0 for one in rules.values()) >= 3


ONLY = b"User-agent: listening\nDisallow: /\n"
# rules, path -> may we? The agent is ours.
CASES = [
    (b"", "/", True),
    (b"User-agent: *\nDisallow: /", "/", False),
    (b"User-agent: *\nDisallow:", "/", True),
    (b"User-agent: *\nDisallow: /a", "/a", False),
    (b"User-agent: *\nDisallow: /a", "/A", True),
    (b"User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
    (b"User-agent: *\nDisallow: /a\nAllow: /ab", "/abc", True),
    (b"User-agent: *\nAllow: /a\nDisallow: /ab", "/abc", False),
    # groups
    (ONLY, "/", False),
    (b"User-agent: LISTENING/2.0 (crawler)\nDisallow: /", "/", False),
    (b"User-agent: listeningbot\nDisallow: /", "/", True),
    (b"User-agent: listen\nDisallow: /", "/", True),
    (b"User-agent: *\nDisallow: /\n\nUser-agent: listening\nDisallow: /x", "/a", True),
    (b"User-agent: *\nDisallow: /\n\nUser-agent: listening\nDisallow:", "/a", True),
    (b"User-agent: listening\nDisallow: /a\n\nUser-agent: x\n\nUser-agent: listening\nDisallow: /b", "/a", False),
    (b"User-agent: listening\nDisallow: /a\n\nUser-agent: x\n\nUser-agent: listening\nDisallow: /b", "/b", False),
    (b"User-agent: listening\nUser-agent: x\nDisallow: /", "/", False),
    (b"User-agent: listening\nCrawl-delay: 3\nUser-agent: x\nDisallow: /", "/", False),
    (b"User-agent: listening\nSitemap: http://x.example/s\nDisallow: /", "/", False),
    (b"User-agent: listening\nNoise: 1\n\n\nDisallow: /", "/", False),
    (b"Disallow: /", "/", True),
    (b"User-agent: 123bot\nDisallow: /", "/", True),
    (b"User-agent: * and others\nDisallow: /", "/", False),
    (b"User-agent: *listening\nDisallow: /", "/", True),
    # patterns
    (b"User-agent: *\nDisallow: /*.php", "/a/index.php?x", False),
    (b"User-agent: *\nDisallow: /*.php$", "/a/index.php?x", True),
    (b"User-agent: *\nDisallow: /*.php$", "/a/index.php", False),
    (b"User-agent: *\nDisallow: /a*b*c", "/a/c/b", True),
    (b"User-agent: *\nDisallow: /a*b*c", "/a/b/b/c/d", False),
    (b"User-agent: *\nDisallow: /$", "/", False),
    (b"User-agent: *\nDisallow: /$", "/a", True),
    (b"User-agent: *\nDisallow: /a$b", "/a$b", False),
    (b"User-agent: *\nDisallow: /ab*b$", "/ab", True),
    (b"User-agent: *\nDisallow: *", "/a", False),
    (b"User-agent: *\nDisallow: *$", "/a", False),
    (b"User-agent: *\nDisallow: /?s=", "?s=1", False),
    (b"User-agent: *\nDisallow: /\nAllow: /d/index.html", "/d/", True),
    (b"User-agent: *\nDisallow: /\nAllow: /d/index.html", "/d/x", False),
    # spelling
    (b"USER-AGENT: *\ndisALLOW: /", "/", False),
    (b"User agent: *\nDissallow: /", "/", False),
    (b"User-agent *\nDisallow /", "/", False),
    (b"User-agent: *\nDisallow / and more", "/", True),
    (b"User-agent:*\nDisallow:/ # why", "/", False),
    (b" \tUser-agent : *\r\n\tDisallow : /\r", "/", False),
    (b"\xef\xbb\xbfUser-agent: *\nDisallow: /", "/", False),
    (b"\xef\xbbUser-agent: *\nDisallow: /", "/", False),
    (b"<html><p>Not here</p></html>", "/", True),
    (b"\x00\xff\xfe\x00User-agent: *\nDisallow: /", "/", True),
    # encoding: doubt never opens a page
    (b"User-agent: *\nDisallow: /%7Ejoe", "/~joe", False),
    (b"User-agent: *\nDisallow: /~joe", "/%7ejoe", False),
    (b"User-agent: *\nDisallow: /a%3cd", "/a%3Cd", False),
    (b"User-agent: *\nDisallow: /a%2Fb", "/a/b", True),
    (b"User-agent: *\nDisallow: /\xc3\xa9t\xc3\xa9", "/%C3%A9t%c3%a9", False),
    (b"User-agent: *\nDisallow: /\xc3\xa9", "/\u00e9", False),
    (b"User-agent: *\nDisallow: /\nAllow: /\xe3\x83\x84", "/%E3%83%84", True),
    (b"User-agent: *\nDisallow: /\nAllow: /\xe3\x83\x84", "/\u30c4", False),
    (b"User-agent: *\nDisallow: /\nAllow: /%62", "/b", False),
    (b"User-agent: *\nDisallow: /\nAllow: /%62", "/%62", True),
]


@pytest.mark.parametrize(("body", "path", "good"), CASES)
def test_rules(body: bytes, path: str, good: bool) -> None:
    assert read_robots(body).allows(f"https://x.example{path}") is good


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        (b"User-agent: *\nCrawl-delay: 4", 4.0),
        (b"User-agent: *\nCrawl-delay: 0.5 # half", 0.5),
        (b"User-agent: *\nCrawl-delay: 10s", 10.0),
        (b"User-agent: *\nCrawl-delay: none", 0.0),
        (b"User-agent: *\nCrawl-delay: -1", 0.0),
        (b"User-agent: *\nCrawl-delay: nan", 0.0),
        (b"User-agent: *\nCrawl-delay: \xb2", 0.0),
        (b"User-agent: *\nCrawl-delay: 2\nCrawl-delay: 1", 2.0),
        (b"User-agent: *\nRequest-rate: 1/10", 10.0),
        (b"User-agent: *\nRequest-rate: 2/1m 0900-1700", 30.0),
        (b"User-agent: *\nRequest-rate: 0/5", 0.0),
        (b"User-agent: *\nCrawl-delay: 9\nDisallow:\n\nUser-agent: listening\nAllow: /", 0.0),
        (b"User-agent: *\nCrawl-delay: 9\n\nUser-agent: listening\nAllow: /", 9.0),  # one group: no rule ended it
        (b"User-agent: listening\nCrawl-delay: 3\nUser-agent: x\nDisallow: /", 3.0),
        (b"Crawl-delay: 9", 0.0),
    ],
)
def test_pauses(body: bytes, seconds: float) -> None:
    assert read_robots(body).delay() == seconds


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("", "/"),
        ("http://x.example", "/"),
        ("http://x.example#a/b", "/"),
        ("http://x.example/a#b", "/a"),
        ("http://x.example/a/b?c=http://d.e/", "/a/b?c=http://d.e/"),
        ("http://x.example?q", "/?q"),
        ("x.example/a;b", "/a;b"),
        ("//a/b/c", "/b/c"),
        ("x.example/a://b/c", "/a://b/c"),
    ],
)
def test_what_of_a_url_is_compared(url: str, path: str) -> None:
    assert path_of(url) == path


def test_a_file_is_read_to_its_limit_and_never_half_a_line() -> None:
    head = b"User-agent: *\nDisallow: /\n"
    filler = b"#" * (MAX_BYTES - len(head) - len(b"Allow: /a")) + b"\n"
    body = head + filler + b"Allow: /account-only\n"
    assert body[:MAX_BYTES].endswith(b"Allow: /")
    assert not read_robots(body).allows("http://x.example/a")
    assert read_robots(head + b"Allow: /a\n" + filler).allows("http://x.example/a")


def test_long_lines_are_cut() -> None:
    line = b"Disallow: /" + b"a" * (MAX_LINE - 11)
    rules = read_robots(b"User-agent: *\n" + line + b"bbb\n")
    assert not rules.allows("http://x.example/" + "a" * (MAX_LINE - 11))


def test_hostile_patterns_take_linear_time() -> None:
    rules = read_robots(b"User-agent: *\n" + b"Disallow: /" + b"*a" * 8_000 + b"b\n" + b"Disallow: /*z\n" * 30_000)
    assert rules.allows("http://x.example/" + "a" * 9_000)
