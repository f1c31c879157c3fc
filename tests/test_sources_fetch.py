from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

import pytest
from sources_site import Reply, site

from listening.errors import SourceBroken, SourceError, SourceRefused, SourceUnavailable
from listening.sources.fetch import Fetcher, PageGone
from listening.sources.guard import GuardedBackend, allows, is_public
from listening.sources.hosts import HostLeft, Hosts
from listening.sources.manners import Manners
from listening.sources.robots import read_robots
from listening.types import Validator


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds

    def __call__(self) -> float:
        return self.now


def fetcher(time: Time | None = None, **manners: object) -> Fetcher:
    time = time or Time()
    settings = {"gap": 0.0, "allow_hosts": ("127.0.0.1",), "contact": "ops@example.org"} | manners
    return Fetcher(Manners(**settings), Hosts(time, time.sleep), wall=time)


def test_page_comes_with_validator_sent_back_byte_for_byte() -> None:
    def answer(call: object) -> Reply:
        tags = {"ETag": 'W/"od,d \'x"', "Last-Modified": "Tue, 3 Mar 2026 1:02:03 GMT"}
        known = (
            call.headers.get("If-None-Match") == tags["ETag"]
            and call.headers["If-Modified-Since"] == tags["Last-Modified"]
        )
        return Reply(status=304) if known else Reply(b"hello", headers=tags)

    with site(answer) as it, fetcher() as web:
        first = web.get(it.url + "/a")
        again = web.get(it.url + "/a", validator=first.validator)
    assert first.body == b"hello"
    assert (again.unchanged, again.body) == (True, b"")
    assert it.calls[0].headers["User-Agent"].startswith("listening/")
    assert "ops@example.org" in it.calls[0].headers["User-Agent"]
    assert it.calls[0].headers["Accept-Encoding"] == "gzip, deflate"
    assert it.robots_asked == 1


RAW = zlib.compressobj(wbits=-15)
PACKED = {
    "gzip": (gzip.compress(b"word " * 50, mtime=0), "gzip"),
    "two gzip members": (gzip.compress(b"word " * 25, mtime=0) * 2, "gzip"),
    "zlib": (zlib.compress(b"word " * 50), "deflate"),
    "raw deflate": (RAW.compress(b"word " * 50) + RAW.flush(), "deflate"),
    "plain": (b"word " * 50, "identity"),
}


@pytest.mark.parametrize("case", PACKED)
def test_packed_pages_are_unpacked(case: str) -> None:
    body, encoding = PACKED[case]
    with site({"/a": Reply(body, headers={"Content-Encoding": encoding})}) as it, fetcher() as web:
        assert web.get(it.url + "/a").body == b"word " * 50


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (Reply(gzip.compress(b"\0" * 30_000_000), headers={"Content-Encoding": "gzip"}), SourceBroken, "too large"),
        (Reply(b"x" * 20_000), SourceBroken, "too large"),
        (Reply(b"no gzip", headers={"Content-Encoding": "gzip"}), SourceBroken, "not"),
        (Reply(b"x", headers={"Content-Encoding": "br"}), SourceBroken, "did not ask"),
        (Reply(status=404), PageGone, "not there"),
        (Reply(status=410), PageGone, "not there"),
        (Reply(status=403), SourceRefused, "403"),
        (Reply(status=418), SourceBroken, "418"),
        (Reply(status=503), SourceUnavailable, "503"),
        (Reply(b"x" * 100, cut=50), SourceUnavailable, "broke off"),
        (
            Reply(gzip.compress(b"word " * 90)[:-9], headers={"Content-Encoding": "gzip"}),
            SourceUnavailable,
            "broke off",
        ),
        (Reply(status=301, headers={"Location": "/a"}), SourceBroken, "redirects"),
        (Reply(status=302, headers={"Location": "file:///etc/passwd"}), SourceRefused, "http"),
        (Reply(status=302, headers={"Location": "http://169.254.169.254/latest"}), SourceUnavailable, "robots"),
        (Reply(b"late", hold=5), SourceUnavailable, "time-out"),
    ],
)
def test_misbehaving_pages_end_in_one_clear_error(reply: Reply, error: type[SourceError], words: str) -> None:
    if "169.254" in reply.headers.get("Location", ""):
        error, words = SourceRefused, "private"
    with (
        site({"/a": reply}) as it,
        fetcher(max_bytes=10_000, read_timeout=0.2) as web,
        pytest.raises(error, match=words),
    ):
        web.get(it.url + "/a")


def test_dripping_server_is_cut_by_the_total_time() -> None:
    with (
        site({"/a": Reply(b"x", hold=5)}) as it,
        fetcher(total_timeout=0.2, tries=1) as web,
        pytest.raises(SourceUnavailable),
    ):
        web.get(it.url + "/a")


def test_passing_trouble_is_tried_again_with_growing_waits() -> None:
    replies = [Reply(status=503), Reply(status=502), Reply(b"up")]
    time = Time()
    with site(lambda _: replies.pop(0)) as it, fetcher(time) as web:
        assert web.get(it.url + "/a").body == b"up"
    assert time.slept == [1.0, 2.0]


@pytest.mark.parametrize("after", [lambda _: "7", lambda time: formatdate(time() + 7, usegmt=True)])
def test_retry_after_is_obeyed(after: Callable[[Time], str]) -> None:
    time = Time()
    replies = [Reply(status=429, headers={"Retry-After": after(time)}), Reply(b"ok")]
    with site(lambda _: replies.pop(0)) as it, fetcher(time) as web:
        assert web.get(it.url + "/a").body == b"ok"
    assert time.slept == [7.0]


def test_host_is_left_after_three_429s_and_after_a_long_wait() -> None:
    for reply, asked in ((Reply(status=429), 3), (Reply(status=503, headers={"Retry-After": "4000"}), 1)):
        with site({"/a": reply, "/b": Reply(b"x")}) as it, fetcher() as web:
            for path in ("/a", "/b"):
                with pytest.raises(HostLeft):
                    web.get(it.url + path)
            assert it.paths() == ["/a"] * asked


def test_pause_between_pages_is_the_longer_of_ours_and_the_hosts() -> None:
    robots = Reply(b"User-agent: *\nCrawl-delay: 4\n")
    time = Time()
    with site({"/a": Reply(b"x")}, robots) as it, fetcher(time, gap=2.0) as web:
        web.get(it.url + "/a")
        web.get(it.url + "/a")
    assert time.slept == [2.0, 4.0]


@pytest.mark.parametrize(
    ("robots", "error", "asked"),
    [
        (Reply(b"User-agent: *\nDisallow: /a"), SourceRefused, 0),
        (Reply(b"User-agent: listening\nDisallow:\n\nUser-agent: *\nDisallow: /"), None, 1),
        (Reply(status=404), None, 1),
        (Reply(status=403), None, 1),
        (Reply(status=500), SourceUnavailable, 0),
        (Reply(b"x" * 50, cut=20), SourceUnavailable, 0),
        (Reply(b"User-agent: *\nCrawl-delay: 9999"), SourceRefused, 0),
    ],
)
def test_robots_are_obeyed(robots: Reply, error: type[SourceError] | None, asked: int) -> None:
    with site({"/a": Reply(b"x")}, robots) as it, fetcher() as web:
        for _ in range(2):
            if error:
                with pytest.raises(error):
                    web.get(it.url + "/a")
            else:
                web.get(it.url + "/a")
        assert len(it.calls) == asked * 2


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "227.1.1.1",
        "192.88.99.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "2002:c0a8:1::",
        "64:ff9b::192.168.2.1",
        "::ffff:10.0.0.1",
    ],
)
def test_private_addresses_are_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"])
def test_public_addresses_are_known(address: str) -> None:
    assert is_public(address)


def test_a_name_that_leads_inside_is_refused_unless_the_operator_allows_it() -> None:
    with site({"/a": Reply(b"x")}) as it:
        port = int(it.url.rpartition(":")[2])
        url = f"http://forum.example:{port}/a"
        for allowed, good in (((), False), (("other.example",), False), ((f"forum.example:{port}",), True)):
            backend = GuardedBackend(allowed, resolve=lambda *_: ["127.0.0.1"])
            time = Time()
            web = Fetcher(Manners(allow_hosts=allowed), Hosts(time, time.sleep), backend=backend)
            with web:
                if good:
                    assert web.get(url).body == b"x"
                else:
                    with pytest.raises(SourceRefused, match="allow_hosts"):
                        web.get(url)
        assert len(it.calls) == 1


def test_allow_hosts_may_name_a_port() -> None:
    assert allows("Forum.example", 80, ["forum.example"])
    assert allows("::1", 80, ["[::1]:80"])
    assert not allows("forum.example", 81, ["forum.example:80"])


@pytest.mark.parametrize("url", ["ftp://x.example/", "javascript:alert(1)", "http://", "nonsense", "http://[::1"])
def test_addresses_that_are_no_web_pages_are_refused(url: str) -> None:
    with fetcher() as web, pytest.raises((SourceRefused, SourceBroken)):
        web.get(url)


def test_validator_of_a_page_without_tags_is_none() -> None:
    with site({"/a": Reply(b"x"), "/b": Reply(b"x", headers={"ETag": "1"})}) as it, fetcher() as web:
        assert web.get(it.url + "/a").validator is None
        assert web.get(it.url + "/b").validator == Validator(it.url + "/b", "1")


def test_public_robots_cases(shared: Path) -> None:
    cases = json.loads((shared / "fixtures/robots/google_spec_test.json").read_text(encoding="utf-8"))
    wrong = {"correctness": 0, "stress": 0}
    for case in cases:
        rules = read_robots(base64.b64decode(case["robotstxt_b64"]))
        wrong[case["file"].split("/")[0]] += rules.allows(case["url"], case["agent"]) != case["allowed"]
    assert len(cases) == 400
    assert wrong["correctness"] <= 4
    assert wrong["stress"] <= 7


def test_real_robots_files_are_read(shared: Path) -> None:
    files = [path for path in (shared / "fixtures/robots/protego").rglob("*") if path.is_file()]
    delays = [read_robots(path.read_bytes()).delay() for path in files]
    assert len(files) > 60
    assert any(delays)
