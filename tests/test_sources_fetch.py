"""What comes back for a URL: pages, "nothing changed", redirects, and one clear error for each kind of trouble."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path

import pytest
from nights_world import settle
from sources_site import Call, Reply, Time, fetcher, opened, site

from listening.errors import SourceBroken, SourceError, SourceRefused, SourceUnavailable
from listening.settings import load
from listening.sources.calls import VisitOver
from listening.sources.fetch import PageGone
from listening.sources.guard import GuardedBackend
from listening.sources.manners import user_agent
from listening.types import Validator


def test_a_page_comes_with_our_name_and_address_on_the_request() -> None:
    with site({"/a": Reply(b"hello", headers={"Content-Type": "text/plain"})}) as it, fetcher() as web:
        page = web.get(it.url + "/a", accept="text/plain")
    asked = it.calls[0].headers
    assert (page.body, page.status, page.content_type, page.unchanged) == (b"hello", 200, "text/plain", False)
    assert asked["User-Agent"].startswith("listening/")
    assert asked["User-Agent"].endswith("(+ops@example.org)")
    assert asked["Accept-Encoding"] == "gzip, deflate, br, zstd"
    assert asked["Accept"] == "text/plain"
    assert it.robots_asked == 1


def test_a_contact_cannot_break_the_header() -> None:
    assert user_agent("a@b.example\r\nX-Evil: 1 \u2713").endswith("(+a@b.exampleX-Evil: 1)")
    assert "(" not in user_agent("")


def test_the_contact_of_the_settings_reaches_every_site(tmp_path: Path) -> None:
    with site({"/": Reply(b'{"version": "https://jsonfeed.org/version/1", "items": []}')}) as it:
        blocks = {"ours": "", "other": 'contact = "other@example.org"\n'}
        configs = settle(tmp_path, sources=())
        (configs / "sources.toml").write_text(
            "".join(
                f'[sources.{name}]\nkind = "feed"\nurl = "{it.url}/"\nallow_hosts = ["127.0.0.1"]\ngap = 0.0\n{more}'
                for name, more in blocks.items()
            )
        )
        settings = load(configs, {"LISTENING_NIGHT_CONTACT": "us@example.org"})
        for source in settings.sources:
            list(opened(source).batches())
    said = [call.headers["User-Agent"].partition(" ")[2] for call in it.calls]
    assert said == ["(+us@example.org)", "(+other@example.org)"]


ODD = "W/\"od,d 'x' \xe9\xff\""  # letters beyond ASCII are bytes to a server


@pytest.mark.parametrize("etag", [ODD, '"plain"', "no quotes", '"a", "b"'])
def test_validators_go_back_byte_for_byte(etag: str) -> None:
    changed = "Tue, 3 Mar 2026 1:02:03 GMT"

    def answer(call: Call) -> Reply:
        known = (call.headers.get("If-None-Match"), call.headers.get("If-Modified-Since")) == (etag, changed)
        return Reply(status=304) if known else Reply(b"hello", headers={"ETag": etag, "Last-Modified": changed})

    with site(answer) as it, fetcher() as web:
        first = web.get(it.url + "/a")
        again = web.get(it.url + "/a", validator=first.validator)
    assert first.validator == Validator(it.url + "/a", etag, changed)
    assert (again.unchanged, again.body) == (True, b"")


def test_validator_of_a_page_without_tags_is_none() -> None:
    with site({"/a": Reply(b"x"), "/b": Reply(b"x", headers={"ETag": "1"})}) as it, fetcher() as web:
        assert web.get(it.url + "/a").validator is None
        assert web.get(it.url + "/b").validator == Validator(it.url + "/b", "1")


def test_validator_belongs_to_the_address_that_was_asked() -> None:
    table = {"/a": Reply(status=302, headers={"Location": "/b"}), "/b": Reply(b"x", headers={"ETag": "1"})}
    with site(table) as it, fetcher() as web:
        page = web.get(it.url + "/a")
    assert (page.url, page.validator) == (it.url + "/b", Validator(it.url + "/a", "1"))


# --- redirects


@pytest.mark.parametrize(("steps", "good"), [(1, True), (10, True), (11, False)])
def test_ten_redirects_are_followed_and_no_more(steps: int, good: bool) -> None:
    def answer(call: Call) -> Reply:
        number = int(call.path[1:])
        return Reply(status=301, headers={"Location": f"{number + 1}#there"}) if number < steps else Reply(b"end")

    with site(answer) as it, fetcher() as web:
        if good:
            assert web.get(it.url + "/0").body == b"end"
        else:
            with pytest.raises(SourceBroken, match="redirects more than 10 times"):
                web.get(it.url + "/0")
    assert len(it.calls) == min(steps, 10) + 1


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("file:///etc/passwd", SourceRefused),
        ("ftp://127.0.0.1/", SourceRefused),
        ("data:text/html,x", SourceRefused),
        ("javascript:alert(1)", SourceRefused),
        ("gopher://127.0.0.1:25/", SourceRefused),
        ("http://169.254.169.254/latest", SourceRefused),
        ("//10.0.0.1/", SourceRefused),
        ("http://[::1", SourceBroken),
        ("http://x y/", SourceBroken),
        ("http://127.0.0.1:99999/", SourceBroken),
        ("/a", SourceBroken),
        ("", SourceBroken),
    ],
)
def test_redirects_never_leave_the_web(location: str, error: type[SourceError]) -> None:
    with (
        site({"/a": Reply(status=302, headers={"Location": location})}) as it,
        fetcher() as web,
        pytest.raises(error),
    ):
        web.get(it.url + "/a")


def test_robots_of_the_place_a_redirect_leads_to_are_obeyed() -> None:
    with site({"/b": Reply(b"x")}, Reply(b"User-agent: *\nDisallow: /b")) as other:
        table = {"/a": Reply(status=302, headers={"Location": other.url + "/b"})}
        with site(table) as it, fetcher() as web, pytest.raises(SourceRefused, match="forbids"):
            web.get(it.url + "/a")
        assert other.calls == []


def test_a_secret_is_told_to_the_asked_host_only() -> None:
    with site({"/b": Reply(b"x")}) as other:
        table = {"/a": Reply(status=302, headers={"Location": other.url + "/b"})}
        with site(table) as it, fetcher() as web:
            assert web.get(it.url + "/a", secret={"Api-Key": "s3cret"}).body == b"x"
        assert it.calls[0].headers["Api-Key"] == "s3cret"
        assert "Api-Key" not in other.calls[0].headers


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x.example/",
        "javascript:alert(1)",
        "http://",
        "nonsense",
        "http://[::1",
        "http://x.example:0/",
        "http://\0/",
    ],
)
def test_addresses_that_are_no_web_pages_are_refused(url: str) -> None:
    with fetcher() as web, pytest.raises((SourceRefused, SourceBroken)):
        web.get(url)


def test_a_password_in_an_address_is_not_sent() -> None:
    with site({"/a": Reply(b"x")}) as it, fetcher() as web:
        web.get(it.url.replace("//", "//user:secret@") + "/a")
    assert "Authorization" not in it.calls[0].headers


# --- trouble

GZIP = {"Content-Encoding": "gzip"}
TROUBLES: Mapping[str, tuple[Reply, type[SourceError], str]] = {
    "plain and too large": (Reply(b"x" * 20_000), SourceBroken, "too large"),
    "endless": (Reply(stream=lambda: iter(lambda: b"x" * 5_000, b"")), SourceBroken, "too large"),
    "bomb": (Reply(gzip.compress(b"\0" * 30_000_000), headers=GZIP), SourceBroken, "too large"),
    "no gzip": (Reply(b"no gzip", headers=GZIP), SourceBroken, "is not"),
    "unknown packing": (Reply(b"x", headers={"Content-Encoding": "lzma"}), SourceBroken, "did not ask"),
    "not found": (Reply(status=404), PageGone, "not there"),
    "gone": (Reply(status=410), PageGone, "not there"),
    "login": (Reply(status=401), SourceRefused, "401"),
    "forbidden": (Reply(status=403), SourceRefused, "403"),
    "captcha": (Reply(status=403, headers={"cf-mitigated": "challenge"}), SourceRefused, "a person"),
    "for legal reasons": (Reply(status=451), SourceRefused, "451"),
    "teapot": (Reply(status=418), SourceBroken, "418"),
    "redirect to nowhere": (Reply(status=302), SourceBroken, "302"),
    "not implemented": (Reply(status=501), SourceBroken, "501"),
    "down": (Reply(status=503), SourceUnavailable, "503"),
    "too short": (Reply(b"x" * 100, cut=50), SourceUnavailable, "broke off"),
    "gzip too short": (Reply(gzip.compress(b"word " * 90)[:-9], headers=GZIP), SourceUnavailable, "broke off"),
    "silent": (Reply(b"late", hold=9), SourceUnavailable, "time-out"),
    "reset": (Reply(reset=True), SourceUnavailable, "did not answer"),
    "nothing": (Reply(raw=b""), SourceUnavailable, "broke off"),
    "no HTTP": (Reply(raw=b"220 mail.example ESMTP\r\n"), SourceUnavailable, "broke off"),
    "HTTP/0.9": (Reply(raw=b"<html>hello</html>"), SourceUnavailable, "broke off"),
    "half a head": (Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Le"), SourceUnavailable, "broke off"),
    "negative length": (Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx"), SourceUnavailable, "broke off"),
    "two lengths": (
        Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy"),
        SourceUnavailable,
        "broke off",
    ),
    "bad chunk": (
        Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n0\r\n\r\n"),
        SourceUnavailable,
        "broke off",
    ),
    "chunks cut off": (
        Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
        SourceUnavailable,
        "broke off",
    ),
    "endless head": (
        Reply(raw=b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 100_000),
        SourceUnavailable,
        "did not answer",
    ),
}


@pytest.mark.parametrize("case", TROUBLES)
def test_trouble_ends_in_one_clear_error_and_the_next_page_is_read(case: str) -> None:
    reply, error, words = TROUBLES[case]
    with (
        site({"/a": reply, "/b": Reply(b"fine")}) as it,
        fetcher(max_bytes=10_000, read_timeout=0.2) as web,
    ):
        with pytest.raises(error, match=words) as told:
            web.get(it.url + "/a")
        assert web.get(it.url + "/b").body == b"fine"
    assert told.value.mend
    assert it.paths().count("/a") == (3 if error is SourceUnavailable else 1)


def test_more_than_was_announced_is_cut_at_the_length() -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 200 OK\r\n"
    with site({"/a": Reply(raw=raw)}) as it, fetcher() as web:
        assert web.get(it.url + "/a").body == b"ab"


def test_a_dripping_server_is_cut_by_the_total_time_of_all_tries() -> None:
    with site({"/a": Reply(b"x" * 9_000, drip=0.05)}) as it, fetcher(total_timeout=0.4) as web:
        with pytest.raises(SourceUnavailable, match="time-out"):
            web.get(it.url + "/a")
        assert len(it.calls) == 1  # the first try took all the time there was


def test_a_visit_ends_when_all_its_pages_took_too_long() -> None:
    time = Time()
    with site({"/a": Reply(b"x")}) as it, fetcher(time, visit_timeout=100.0, gap=30.0) as web:
        for _ in range(3):
            web.get(it.url + "/a")
        with pytest.raises(VisitOver, match="visit_minutes"):
            web.get(it.url + "/a")
        assert len(it.calls) == 3


def test_passing_trouble_is_tried_again_with_growing_waits() -> None:
    replies = [Reply(status=503), Reply(status=502), Reply(b"up")]
    time = Time()
    with site(lambda _: replies.pop(0)) as it, fetcher(time) as web:
        assert web.get(it.url + "/a").body == b"up"
    assert time.slept == [1.0, 2.0]


def test_names_that_lead_nowhere_are_asked_three_times() -> None:
    asked = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append((host, port))
        raise OSError("no such name")

    backend = GuardedBackend(resolve=resolve)
    with fetcher(backend=backend) as web, pytest.raises(SourceUnavailable, match="leads nowhere"):
        web.get("https://gone.example/")
    assert asked == [("gone.example", 443)] * 3


def test_the_fetcher_wants_its_with_block() -> None:
    with pytest.raises(RuntimeError):
        fetcher().get("http://127.0.0.1:9/")


def test_environment_proxies_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with site({"/a": Reply(b"x")}) as it, fetcher() as web:
        assert web.get(it.url + "/a").body == b"x"
