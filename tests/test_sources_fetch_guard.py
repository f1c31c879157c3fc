"""Where we may connect to: by the address, whatever the name, the redirect or the resolver says; and to whom safely."""

from __future__ import annotations

import socket
import ssl
import threading
import warnings
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
from sources_site import Reply, Time, fetcher, site

from listening.errors import SourceError, SourceRefused, SourceUnavailable
from listening.sources.calls import Unsafe
from listening.sources.guard import GuardedBackend, allows, is_public, safe_tls

INSIDE = """
    127.0.0.1 127.255.0.1 0.0.0.0 0.1.2.3 10.1.2.3 172.16.0.1 172.31.255.255 192.168.0.1 100.64.0.1 192.0.0.1 192.0.2.1
    198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 227.1.1.1 239.255.255.255 240.0.0.1 255.255.255.255 192.88.99.1
    169.254.169.254 169.254.170.2 100.100.100.200 168.63.129.16 192.0.0.192
    :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 fe80::1 fe80::1%eth0
    fc00::1 fd00:ec2::254 fec0::1 ff02::1 100::1 2001::1 2001:db8::1 2001:10::1 3fff::1 5f00::1
    2002:7f00:1:: 2002:c0a8:1:: 2002:808:808:: 64:ff9b::127.0.0.1 64:ff9b::192.168.2.1 64:ff9b::8.8.8.8 64:ff9b:1::1
"""


@pytest.mark.parametrize("address", INSIDE.split())
def test_addresses_that_lead_inside_or_nowhere_are_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_public_addresses_are_known(address: str) -> None:
    assert is_public(address)


SPELLINGS = [
    "127.0.0.1",
    "127.1",
    "0x7f.0.0.1",
    "0x7f000001",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "127.0.0.1.",
    "0",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:ffff:7f00:1]",
    "[::ffff:127.0.0.1]",
    "localhost",
    "LOCALHOST",
    "\u2460\u2461\u2466.0.0.1",
    "127\u30020\u30020\u30021",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
]


@pytest.mark.parametrize("host", SPELLINGS)
def test_loopback_is_never_asked_however_it_is_spelt(host: str) -> None:
    with site({"/a": Reply(b"x")}) as it, fetcher(allow_hosts=(), tries=1, connect_timeout=2.0) as web:
        for url in (
            f"http://{host}:{it.port}/a",
            f"http://x@{host}:{it.port}/a",
            f"http://{host}:{it.port}#@x.example/",
        ):
            with pytest.raises(SourceError):
                web.get(url)
        assert (it.calls, it.robots_asked) == ([], 0)


def test_a_redirect_to_each_is_refused_too() -> None:
    def leads_inside(host: str) -> bool:
        with site({"/a": Reply(b"x")}) as inner:
            start = Reply(status=302, headers={"Location": f"http://{host}:{inner.port}/a"})
            with site({"/go": start}) as it:
                name = f"start.example:{it.port}"
                backend = GuardedBackend((name,), resolve=lambda *_: ["127.0.0.1"])
                with fetcher(backend=backend, allow_hosts=(name,), tries=1) as web, pytest.raises(SourceRefused):
                    web.get(f"http://{name}/go")
            return bool(inner.calls or inner.robots_asked)

    assert [host for host in ("127.0.0.1", "[::1]", "inside.example", "127.1") if leads_inside(host)] == []


def test_a_name_that_leads_inside_is_refused_unless_the_operator_allows_it() -> None:
    with site({"/a": Reply(b"x")}) as it:
        url = f"http://forum.example:{it.port}/a"
        for allowed, good in (((), False), (("other.example",), False), ((f"forum.example:{it.port}",), True)):
            backend = GuardedBackend(allowed, resolve=lambda *_: ["127.0.0.1"])
            with fetcher(backend=backend, allow_hosts=allowed, gap=1.0) as web:
                if good:
                    assert web.get(url).body == b"x"
                else:
                    with pytest.raises(SourceRefused, match="allow_hosts"):
                        web.get(url)
        assert len(it.calls) == 1


def test_a_name_that_changes_its_mind_is_judged_at_each_connection() -> None:
    """Rebinding: first a public address, then ours. What was resolved is what is connected to."""
    answers = [["192.0.2.1"], ["127.0.0.1"]]
    with site({"/a": Reply(b"x")}) as it:
        backend = GuardedBackend(resolve=lambda *_: answers.pop(0))
        with fetcher(backend=backend, allow_hosts=()) as web:
            for _ in range(2):
                with pytest.raises(SourceRefused, match="private"):
                    web.get(f"http://turns.example:{it.port}/a")
        assert (it.calls, it.robots_asked) == ([], 0)


def test_allow_hosts_may_name_a_port() -> None:
    assert allows("Forum.example", 80, ["forum.example"])
    assert allows("::1", 80, ["[::1]:80"])
    assert not allows("forum.example", 81, ["forum.example:80"])
    assert not allows("sub.forum.example", 80, ["forum.example"])


def test_a_resolver_that_hangs_is_given_up() -> None:
    over = threading.Event()

    def resolve(*_: object) -> list[str]:
        over.wait(20)
        return ["127.0.0.1"]

    backend = GuardedBackend(resolve=resolve)
    with (
        fetcher(backend=backend, connect_timeout=0.05) as web,
        pytest.raises(SourceUnavailable, match="not resolved in time"),
    ):
        web.get("http://slow.example/")
    over.set()


# --- certificates


def served(ca: trustme.CA, *names: str, not_after: datetime | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(*names, not_after=not_after).configure_cert(context)
    return context


def trusting(ca: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    ca.configure_trust(context)
    return context


def test_a_certificate_of_a_trusted_authority_for_this_name_is_taken() -> None:
    ca = trustme.CA()
    with site({"/a": Reply(b"x")}, tls=served(ca, "127.0.0.1")) as it, fetcher(tls=trusting(ca)) as web:
        assert web.get(it.url + "/a").body == b"x"


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("unknown authority", "unable to get local issuer"),
        ("another name", "IP address mismatch"),
        ("expired", "expired"),
    ],
)
def test_bad_certificates_are_refused_with_the_reason_and_asked_once(case: str, words: str) -> None:
    ca, ours = trustme.CA(), trustme.CA()
    name = "other.example" if case == "another name" else "127.0.0.1"
    tls = served(ca, name, not_after=datetime(2020, 1, 1, tzinfo=UTC) if case == "expired" else None)
    trusted = trusting(ours if case == "unknown authority" else ca)
    with site({"/a": Reply(b"x")}, tls=tls) as it, fetcher(tls=trusted) as web:
        with pytest.raises(Unsafe, match=words) as told:
            web.get(it.url + "/a")
        assert it.robots_asked == 0
    assert told.value.permanent


def test_a_certificate_that_vouches_for_itself_is_refused_and_named(tmp_path: Path) -> None:
    ca, pem = trustme.CA(), tmp_path / "self.pem"
    pem.write_bytes(ca.private_key_pem.bytes() + ca.cert_pem.bytes())
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem)
    with site({"/a": Reply(b"x")}, tls=tls) as it, fetcher() as web, pytest.raises(Unsafe, match="self-signed"):
        web.get(it.url + "/a")


@pytest.mark.parametrize(
    "fault", [socket.EAI_NONAME, socket.EAI_AGAIN, socket.EAI_FAIL], ids=["no such name", "SERVFAIL", "refused"]
)
def test_names_that_cannot_be_resolved_are_asked_three_times(fault: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def resolve(*given: object, **_: object) -> list[object]:
        asked.append(given[0])
        raise socket.gaierror(fault, "no address")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    time = Time()
    with fetcher(time) as web, pytest.raises(SourceUnavailable, match="3 tries"):
        web.get("http://gone.example/a")
    assert asked == ["gone.example"] * 3
    assert time.slept == [1.0, 2.0]


def test_old_encryption_is_refused() -> None:
    ca = trustme.CA()
    tls = served(ca, "127.0.0.1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that TLS 1.1 is old is the point
        tls.minimum_version = ssl.TLSVersion.TLSv1
        tls.maximum_version = ssl.TLSVersion.TLSv1_1
    with site({"/a": Reply(b"x")}, tls=tls) as it, fetcher(tls=trusting(ca)) as web, pytest.raises(Unsafe):
        web.get(it.url + "/a")


def test_what_is_trusted_by_default() -> None:
    tls = safe_tls()
    assert tls.verify_mode is ssl.CERT_REQUIRED
    assert tls.check_hostname
    assert tls.minimum_version >= ssl.TLSVersion.TLSv1_2
    ca = trustme.CA()
    with site({"/a": Reply(b"x")}, tls=served(ca, "127.0.0.1")) as it, fetcher() as web, pytest.raises(Unsafe):
        web.get(it.url + "/a")


def test_no_encryption_where_it_was_expected_is_refused() -> None:
    with site({"/a": Reply(b"x")}) as it, fetcher() as web, pytest.raises(Unsafe, match="cannot be trusted"):
        web.get(it.url.replace("http:", "https:") + "/a")
