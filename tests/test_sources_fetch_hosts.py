"""Manners at other people's sites: pauses, waiting when told, leaving, one request at a time, robots.txt kept."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from itertools import pairwise

import httpx
import pytest
from sources_site import Call, Reply, Time, fetcher, site

from listening.errors import SourceError, SourceRefused, SourceUnavailable
from listening.sources.calls import PUBLIC_GAP, Ask, Caller, retry_after
from listening.sources.guard import GuardedBackend
from listening.sources.hosts import HostLeft, Hosts, site_of
from listening.sources.manners import Manners


@pytest.mark.parametrize("after", [lambda _: "7", lambda time: formatdate(time() + 7, usegmt=True)])
def test_retry_after_is_obeyed(after: Callable[[Time], str]) -> None:
    time = Time()
    replies = [Reply(status=429, headers={"Retry-After": after(time)}), Reply(b"ok")]
    with site(lambda _: replies.pop(0)) as it, fetcher(time) as web:
        assert web.get(it.url + "/a").body == b"ok"
    assert time.slept == [7.0]


NOON = 1_774_008_000.0  # Fri, 20 Mar 2026 12:00:00 GMT


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("120", "", 120.0),
        (" 1.5 ", "", 1.5),
        ("Fri, 20 Mar 2026 12:00:30 GMT", "", 30.0),
        ("Fri, 20 Mar 2026 12:00:30", "", 30.0),  # without a zone
        ("Friday, 20-Mar-26 12:00:30 GMT", "", 30.0),
        ("Fri Mar 20 12:00:30 2026", "", 30.0),
        ("Fri, 20 Mar 2026 11:00:00 GMT", "", 0.0),
        ("Fri, 20 Mar 2026 11:00:30 GMT", "Fri, 20 Mar 2026 11:00:00 GMT", 30.0),  # their clock is an hour behind
        ("Fri, 20 Mar 2026 12:00:30 GMT", "nonsense", 30.0),
        ("-5", "", 0.0),
        ("\xb2", "", 0.0),
        ("soon", "", 0.0),
        ("", "", 0.0),
    ],
)
def test_what_retry_after_may_say(value: str, date: str, seconds: float) -> None:
    headers = httpx.Headers([(b"Retry-After", value.encode("latin-1")), (b"Date", date.encode())])
    assert retry_after(headers, NOON) == seconds


@dataclass(frozen=True, slots=True)
class Heard:
    """A line of the server's log: when it was asked and what it answered, with the seconds that it asked for."""

    at: float
    status: int
    wait: float


class Strict:
    """A server that answers 429 or 503 again and again, with every kind of Retry-After, and keeps a log."""

    def __init__(self, time: Time, rng: random.Random) -> None:
        self.time, self.rng = time, rng
        self.log: list[Heard] = []

    def __call__(self, _: Call) -> Reply:
        self.time.now += self.rng.choice((0.0, 0.3))  # answering takes a while
        status = self.rng.choice((429, 503, 503, 200))
        wait = self.rng.choice((0, 1, 5, 30, 119, 121, 4000)) if status != 200 else 0
        form = self.rng.choice(("seconds", "date", "none")) if wait else "none"
        value = str(wait) if form == "seconds" else formatdate(self.time() + wait, usegmt=True)
        at = self.time()
        # a date has whole seconds: what is promised is the moment that it names
        promised = {"seconds": float(wait), "date": int(at + wait) - at, "none": 0.0}[form]
        self.log.append(Heard(at, status, promised))
        return Reply(b"x", status=status, headers={"Retry-After": value} if form != "none" else {})


def test_five_hundred_troubles_are_obeyed_by_the_servers_log() -> None:
    rng, time, nights = random.Random(11), Time(), []  # noqa: S311 -- chance, no secret
    gap, troubles = 2.0, 0
    strict = Strict(time, rng)
    with site(strict) as it:
        while troubles < 500:
            strict.log = []
            with fetcher(time, gap=gap) as web:  # each night has new hosts
                for _ in range(30):
                    with suppress(SourceError):
                        web.get(it.url + "/a")
            troubles += sum(heard.status != 200 for heard in strict.log)
            nights.append(strict.log)
    broken = [
        (before, after)
        for night in nights
        for before, after in pairwise(night)
        if after.at - before.at < max(gap, before.wait) - 1e-6
    ]
    told_off = [sum(heard.status == 429 for heard in night) for night in nights]
    too_long = [heard for night in nights for heard in night[:-1] if heard.wait > 120]
    assert troubles >= 500
    assert broken == []
    assert max(told_off) == 3
    assert all(sum(heard.status == 429 for heard in night[:-1]) < 3 for night in nights)
    assert too_long == []


def test_host_is_left_after_three_429s_and_after_a_long_wait() -> None:
    for reply, asked in ((Reply(status=429), 3), (Reply(status=503, headers={"Retry-After": "4000"}), 1)):
        with site({"/a": reply, "/b": Reply(b"x")}) as it, fetcher() as web:
            for path in ("/a", "/b"):
                with pytest.raises(HostLeft):
                    web.get(it.url + path)
            assert it.paths() == ["/a"] * asked


def test_host_that_gives_no_answer_at_two_pages_is_left() -> None:
    with site({"/a": Reply(reset=True), "/b": Reply(reset=True), "/c": Reply(b"x")}) as it, fetcher() as web:
        with pytest.raises(SourceUnavailable, match="did not answer"):
            web.get(it.url + "/a")
        with pytest.raises(HostLeft, match="no answer 6 times"):
            web.get(it.url + "/b")
        with pytest.raises(HostLeft):
            web.get(it.url + "/c")
        assert it.paths() == ["/a"] * 3 + ["/b"] * 3


def test_pause_between_pages_is_the_longer_of_ours_and_the_hosts() -> None:
    for delay, slept in ((b"4", [4.0, 4.0]), (b"1", [2.0, 2.0])):
        time = Time()
        robots = Reply(b"User-agent: *\nCrawl-delay: " + delay)
        with site({"/a": Reply(b"x")}, robots) as it, fetcher(time, gap=2.0) as web:
            web.get(it.url + "/a")
            web.get(it.url + "/a")
        assert time.slept == slept


def test_who_answers_slowly_gets_more_time_and_quick_failures_shorten_nothing() -> None:
    time, answers = Time(), [(8.0, 200), (8.0, 200), (0.0, 503), (0.0, 200), (0.0, 200), (0.0, 200)]

    def answer(_: Call) -> Reply:
        seconds, status = answers.pop(0)
        time.now += seconds
        return Reply(b"x", status=status)

    with site(answer) as it, fetcher(time, gap=1.0) as web:
        for _ in range(5):
            web.get(it.url + "/a")
    # robots, 8 s, 8 s, a quick failure, then quick pages: the pause grows to 6 s and comes back to ours
    assert time.slept == [1.0, 4.0, 6.0, 6.0, 3.0, 1.5]


def test_own_hosts_without_a_gap_are_not_paused_however_slow() -> None:
    time = Time()

    def answer(_: Call) -> Reply:
        time.now += 5.0
        return Reply(b"x")

    with site(answer) as it, fetcher(time, gap=0.0) as web:
        for _ in range(3):
            web.get(it.url + "/a")
    assert time.slept == []


def test_public_hosts_are_paused_whatever_is_set() -> None:
    hosts = Hosts()
    caller = Caller(Manners(gap=0.0), hosts, wall=Time(), backend=GuardedBackend())
    assert caller._gap(Ask(httpx.URL("https://forum.example/"))) == PUBLIC_GAP
    assert caller._gap(Ask(httpx.URL("https://forum.example/"), delay=9.0)) == 9.0
    caller.close()


@pytest.mark.parametrize(
    ("netloc", "of"),
    [
        ("www.Forum.example.org:8080", "example.org"),
        ("forum.example.co.uk", "example.co.uk"),
        ("a.example.com.br", "example.com.br"),
        ("example.de", "example.de"),
        ("a.b.example.de", "example.de"),
        ("localhost:80", "localhost:80"),
        ("127.0.0.1:80", "127.0.0.1:80"),
        ("[::1]:80", "[::1]:80"),
        ("[::1]", "[::1]"),
    ],
)
def test_hosts_of_one_domain_share_a_queue(netloc: str, of: str) -> None:
    assert site_of(netloc) == of


def test_one_request_at_a_time_whoever_asks() -> None:
    hosts, busy, most = Hosts(), [], []
    names = ("forum.example.org", "www.example.org")
    backend = GuardedBackend(names, resolve=lambda *_: ["127.0.0.1"])
    pause = threading.Event()

    def answer(_: Call) -> Reply:
        busy.append(1)
        most.append(len(busy))
        pause.wait(0.002)
        busy.pop()
        return Reply(b"x")

    def read(name: str, port: int) -> None:
        with fetcher(hosts=hosts, backend=backend, allow_hosts=names) as web:
            for number in range(5):
                web.get(f"http://{name}:{port}/{number}")

    with site(answer) as it:
        threads = [threading.Thread(target=read, args=(name, it.port)) for name in names * 3]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(it.calls) == 30
        assert it.robots_asked == 2  # one a host, however many ask at once
    assert max(most) == 1


@pytest.mark.parametrize(
    ("robots", "error", "asked"),
    [
        (Reply(b"User-agent: *\nDisallow: /a"), SourceRefused, 0),
        (Reply(b"User-agent: listening\nDisallow:\n\nUser-agent: *\nDisallow: /"), None, 1),
        (Reply(b"User-agent: *\nDisallow: /\n\nUser-agent: listening\nAllow: /a"), None, 1),
        (Reply(status=400), None, 1),
        (Reply(status=401), None, 1),
        (Reply(status=403), None, 1),
        (Reply(status=404), None, 1),
        (Reply(status=410), None, 1),
        (Reply(status=429), SourceUnavailable, 0),
        (Reply(status=500), SourceUnavailable, 0),
        (Reply(status=501), SourceUnavailable, 0),
        (Reply(status=503), SourceUnavailable, 0),
        (Reply(status=599), SourceUnavailable, 0),
        (Reply(hold=9), SourceUnavailable, 0),
        (Reply(reset=True), SourceUnavailable, 0),
        (Reply(raw=b"nonsense"), SourceUnavailable, 0),
        (Reply(b"x" * 50, cut=20), SourceUnavailable, 0),
        (Reply(b"no gzip", headers={"Content-Encoding": "gzip"}), SourceUnavailable, 0),
        (Reply(b"User-agent: *\nCrawl-delay: 9999"), SourceRefused, 0),
        (Reply(b"User-agent: *\nDisallow: /a\n" + b"# filler\n" * 90_000), SourceRefused, 0),
        (Reply(b"# filler\n" * 56_000 + b"User-agent: *\nDisallow: /a\n"), SourceRefused, 0),
        (Reply(stream=lambda: iter(lambda: b"User-agent: *\nDisallow: /a\n", b"")), SourceRefused, 0),
        (Reply(status=302, headers={"Location": "http://10.0.0.1/robots.txt"}), SourceRefused, 0),
    ],
)
def test_robots_are_obeyed(robots: Reply, error: type[SourceError] | None, asked: int) -> None:
    with site({"/a": Reply(b"x")}, robots) as it, fetcher(read_timeout=0.2) as web:
        for _ in range(2):
            if error:
                with pytest.raises(error):
                    web.get(it.url + "/a")
            else:
                web.get(it.url + "/a")
        assert len(it.calls) == asked * 2


@pytest.mark.parametrize(("steps", "good"), [(5, False), (6, True)])
def test_robots_are_followed_through_five_redirects(steps: int, good: bool) -> None:
    def answer(call: Call) -> Reply:
        number = int(call.path[1:] or 0) if call.path[1:].isdigit() else 0
        if call.path == "/page":
            return Reply(b"x")
        following = Reply(status=301, headers={"Location": f"/{number + 1}"})
        return following if number < steps else Reply(b"User-agent: *\nDisallow: /")

    with site(answer, Reply(status=301, headers={"Location": "/1"})) as it, fetcher() as web:
        if good:
            assert web.get(it.url + "/page").body == b"x"
        else:
            with pytest.raises(SourceRefused):
                web.get(it.url + "/page")


def test_robots_are_read_once_and_again_after_a_day() -> None:
    time = Time()
    hosts = Hosts(time, time.sleep)
    with site({"/a": Reply(b"x")}) as it:
        for hours, asked in ((0, 1), (23, 1), (2, 2)):
            time.now += hours * 3600
            with fetcher(time, hosts) as web:
                web.get(it.url + "/a")
            assert it.robots_asked == asked
