"""The alert mail: what it says, that its headers are ours alone, and what a real mail server makes of it."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from aiosmtpd.smtp import SMTP as Server
from outputs_nouns import NOW, WHY, alert, item, quote

from listening.errors import MailError, MailUnavailable
from listening.outputs import compose, send
from listening.types import Alert, Smtp

BOARD = "https://board.test/"
HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "List-Unsubscribe", "MIME-Version", "Content-Type",
]  # fmt: skip


def mail(made: Alert, *, sender: str = "Listening <listening@house.test>", base_url: str = BOARD) -> EmailMessage:
    return compose(made, sender=sender, base_url=base_url, now=NOW)


def over_the_wire(message: EmailMessage) -> EmailMessage:
    """The mail as a reader's program gets it."""
    found = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def body(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


class TestCompose:
    def test_headers(self) -> None:
        found = over_the_wire(mail(alert()))
        assert list(found) == HEADERS
        assert (found["From"], found["To"]) == ("Listening <listening@house.test>", "Ann Example <ann@house.test>")
        assert found["Subject"] == "Rising: Helmet buckle never closes (Ride › Helmet box)"
        assert found["Message-ID"] == "<a-2026-03-31-ann@house.test>"
        assert found["Date"] == "Wed, 01 Apr 2026 05:30:00 +0000"
        assert (found["Auto-Submitted"], found["List-Unsubscribe"]) == ("auto-generated", "<https://board.test>")

    def test_the_same_alert_is_the_same_mail(self) -> None:
        assert mail(alert()).as_bytes() == mail(alert()).as_bytes()
        later = compose(alert(), sender="listening@house.test", base_url="", now=NOW + timedelta(days=1))
        assert later["Message-ID"] == mail(alert())["Message-ID"]

    def test_new_things_come_first(self) -> None:
        kinds = ("slow_burn", "rising", "back", "new", "rising")
        found = mail(alert(*(item(f"pain {number}", kind) for number, kind in enumerate(kinds))))
        places = [body(found).index(f"pain {number}\n") for number in (3, 2, 1, 4, 0)]
        assert places == sorted(places)
        assert found["Subject"] == "New: pain 3, and 4 more pain points"

    def test_the_text_says_all_of_it(self) -> None:
        told = body(mail(alert()))
        for line in (
            "Good morning Ann Example,", "1 pain point in your part of the map moved in the night to 31 March 2026.",
            "1. Helmet buckle never closes", "   Ride › Helmet box · Rising", f"   Why: {WHY}",
            "   ▁▁▂▁▂▁▂▃▂▅▆█  people a week, the last 12 weeks, at most 6",
            '   "I just bring my own strap, the buckle never closes."', "   - yard, 28 March 2026",
            "     https://yard.test/t/17/3", "   - yard, 2 February 2026",
            "   See it:         https://board.test/pain-points/pp-0a1b2c3d4e",
            "   Give it away:   listening pain-points assign pp-0a1b2c3d4e --owner NAME",
            "What we could not see tonight", " - blog: was down on 3 of the last 7 nights",
        ):  # fmt: skip
            assert line in told.splitlines()

    def test_the_html_says_the_same(self) -> None:
        told = body(mail(alert()), "html")
        for part in (
            "Helmet buckle never closes", WHY, "I just bring my own strap", 'href="https://yard.test/t/17/3"',
            'href="https://board.test/pain-points/pp-0a1b2c3d4e"', "assign pp-0a1b2c3d4e --owner NAME",
            "People a week, oldest first: 0, 0, 1, 0", "What we could not see tonight", "blog: was down on 3",
        ):  # fmt: skip
            assert part in told

    def test_without_a_board_there_are_no_links_to_it(self) -> None:
        for address in ("", "javascript:alert(1)", "board.test"):
            found = mail(alert(), base_url=address)
            assert found["List-Unsubscribe"] is None
            assert "See it" not in body(found)
            assert "configs/journey.toml" in body(found)

    def test_at_most_three_quotes_each_in_one_short_line(self) -> None:
        found = mail(alert(item(quotes=(quote("x\n\nSee it: http://evil.test\n" + "y" * 900),) * 5)))
        lines = [line for line in body(found).splitlines() if line.startswith('   "')]
        assert len(lines) == 3
        assert all(len(line) == 305 for line in lines)

    def test_a_thousand_pain_points_are_counted_not_listed(self) -> None:
        found = mail(alert(*(item(f"pain {number}") for number in range(1000))))
        assert "\n40. " in body(found)
        assert "\n41. " not in body(found)
        assert "And 960 more pain points: https://board.test" in body(found)
        assert found["Subject"].endswith("and 999 more pain points")

    def test_an_alert_that_only_tells_what_was_not_seen(self) -> None:
        found = mail(replace(alert(), items=()))
        assert found["Subject"] == "Nothing new on 31 March 2026"
        assert "no pain point in your part of the map moved" in body(found)

    @pytest.mark.parametrize(
        "text",
        [
            "x\r\nBcc: all@evil.test",
            "x\nSubject: other",
            "x\r\n\r\n<h1>body</h1>",
            "x\u2028Bcc: all@evil.test",
            "x\x85Bcc: all@evil.test",
            "=?utf-8?q?x=0D=0ABcc:_all@evil.test?=",
            "=?utf-8?b?DQpCY2M6IGFAZXZpbC50ZXN0?=",
            "\ud800\x00\x1b]0;x\x07",
            "x" * 5000,
            "ä" * 5000,
            "👩‍👩‍👧‍👦 " * 50,
            '"<x>" (comment), all@evil.test;',
            "a,b@c.test <d@e.test>",
        ],
    )
    def test_hostile_titles_and_names_forge_no_header(self, text: str) -> None:
        made = alert(item(text, stage=text, touchpoint=text), owner=replace(alert().owner, name=text))
        found = over_the_wire(mail(made))
        assert list(found) == HEADERS
        assert [one.addr_spec for one in found["To"].addresses] == ["ann@house.test"]
        assert found["Message-ID"] == "<a-2026-03-31-ann@house.test>"
        assert max(len(line) for line in mail(made).as_bytes().split(b"\r\n")) <= 998

    @pytest.mark.parametrize(
        "address",
        ["", "ann", "ann@", "@house.test", "a@b@c.test", "ann@house.test\r\nBcc: x@evil.test", "a b@house.test",
         "ann@house.test, x@evil.test", "ann@house..test", "<script>", "ann@" + "x" * 70 + ".test", "\ud800@house.test"],
    )  # fmt: skip
    def test_what_is_no_address_is_named(self, address: str) -> None:
        with pytest.raises(MailError, match="the address of owner ann is none") as caught:
            mail(alert(owner=replace(alert().owner, email=address)))
        assert caught.value.permanent
        with pytest.raises(MailError, match="the address of smtp sender is none"):
            mail(alert(), sender=address)

    def test_a_domain_in_other_letters_is_written_in_ascii(self) -> None:
        found = mail(alert(owner=replace(alert().owner, email="ann@häuser.test")))
        assert found["To"].addresses[0].addr_spec == "ann@xn--huser-gra.test"

    def test_an_alert_id_cannot_break_the_message_id(self) -> None:
        assert mail(alert(id="a>\r\nBcc: ä@x"))["Message-ID"] == "<a---Bcc-----x@house.test>"

    @pytest.mark.shared
    def test_naughty_strings_send(self, shared: Path) -> None:
        texts = json.loads((shared / "corpora" / "blns" / "blns.json").read_text())
        for number in range(0, len(texts), 10):
            some = texts[number : number + 10]
            items = [item(text, stage=text, quotes=(quote(text, source=text, url=text),)) for text in some]
            for one in (*(alert(each, owner=replace(alert().owner, name=each.name)) for each in items), alert(*items)):
                found = over_the_wire(mail(one))
                assert list(found) == HEADERS
                assert [to.addr_spec for to in found["To"].addresses] == ["ann@house.test"]


# --- a real server on loopback -----------------------------------------------------------------------------------


@dataclass
class Box:
    """A mail server's mind: what it answers at each step ("" means yes, "drop" hangs up), and what it has got."""

    answers: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    got: list[Envelope] = field(default_factory=list)

    def answer(self, server: Server, step: str) -> str:
        given = self.answers.get(step, "250 OK")
        if given == "drop":
            server.transport.abort()
        return given

    async def handle_MAIL(self, server: Server, _s: Session, envelope: Envelope, sender: str, _o: list[str]) -> str:  # noqa: N802 -- aiosmtpd's name
        envelope.mail_from = sender
        return self.answer(server, "MAIL")

    async def handle_RCPT(self, server: Server, _s: Session, envelope: Envelope, to: str, _o: list[str]) -> str:  # noqa: N802 -- the same
        given = self.refused.get(to) or self.answer(server, "RCPT")
        if given.startswith("250"):
            envelope.rcpt_tos.append(to)
        return given

    async def handle_DATA(self, server: Server, _s: Session, envelope: Envelope) -> str:  # noqa: N802 -- the same
        if self.answers.get("DATA") == "stall":
            await asyncio.sleep(1.5)
        given = self.answer(server, "DATA")
        if given.startswith("250"):
            self.got.append(envelope)
        return given

    async def handle_QUIT(self, server: Server, _s: Session, _e: Envelope) -> str:  # noqa: N802 -- the same
        given = self.answers.get("QUIT", "221 Bye")
        if given == "drop":
            server.transport.abort()
        return given

    def authenticate(self, _server: Server, _s: Session, _e: Envelope, _m: str, data: object) -> AuthResult:
        good = isinstance(data, LoginPassword) and data == LoginPassword(b"ann", b"right")
        return AuthResult(success=good, handled=False)


@pytest.fixture
def box() -> Box:
    return Box()


class _AnyPort(Controller):
    """A server on whatever port the system gave it: its own trial call needs to know which."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def serve(box: Box, **more: object) -> Iterator[Smtp]:
    controller = _AnyPort(box, hostname="127.0.0.1", port=0, enable_SMTPUTF8=True, **more)
    controller.start()
    try:
        yield Smtp("127.0.0.1", controller.port, "none", sender="listening@house.test", timeout=5)
    finally:
        controller.stop()


@pytest.fixture
def smtp(box: Box) -> Iterator[Smtp]:
    yield from serve(box)


class TestSend:
    def test_the_mail_arrives_as_it_was_written(self, box: Box, smtp: Smtp) -> None:
        message = mail(alert())
        send(message, smtp)
        (got,) = box.got
        assert (got.mail_from, got.rcpt_tos) == ("listening@house.test", ["ann@house.test"])
        assert isinstance(got.content, bytes)
        arrived = message_from_bytes(got.content, policy=policy.default)
        assert isinstance(arrived, EmailMessage)
        assert (arrived["Message-ID"], body(arrived)) == (message["Message-ID"], body(over_the_wire(message)))

    @pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
    def test_5xx_is_for_good(self, box: Box, smtp: Smtp, step: str) -> None:
        box.answers[step] = "550 5.1.1 no such user"
        with pytest.raises(MailError, match="550") as caught:
            send(mail(alert()), smtp)
        assert not isinstance(caught.value, MailUnavailable)
        assert caught.value.mend

    @pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
    @pytest.mark.parametrize("answer", ["451 4.3.0 try later", "421 4.3.2 shutting down", "drop"])
    def test_4xx_and_a_drop_are_tried_again(self, box: Box, smtp: Smtp, step: str, answer: str) -> None:
        box.answers[step] = answer
        with pytest.raises(MailUnavailable, match=f"mail server 127.0.0.1:{smtp.port}") as caught:
            send(mail(alert()), smtp)
        assert not caught.value.permanent
        box.answers.clear()
        send(mail(alert()), smtp)
        assert len(box.got) == 1

    def test_a_server_that_stalls_is_tried_again(self, box: Box, smtp: Smtp) -> None:
        box.answers["DATA"] = "stall"
        with pytest.raises(MailUnavailable, match="out of reach: timed out"):
            send(mail(alert()), replace(smtp, timeout=0.4))

    @pytest.mark.parametrize("farewell", ["drop", "421 4.3.2 gone", "550 5.0.0 no"])
    def test_once_taken_a_bad_farewell_changes_nothing(self, box: Box, smtp: Smtp, farewell: str) -> None:
        box.answers["QUIT"] = farewell
        send(mail(alert()), smtp)
        assert len(box.got) == 1

    def test_nobody_there(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with pytest.raises(MailUnavailable, match=f"mail server 127.0.0.1:{port} is out of reach"):
            send(mail(alert()), Smtp("127.0.0.1", port, "none"))

    @pytest.mark.parametrize(
        ("greeting", "kind"),
        [(b"554 5.3.2 go away\r\n", MailError), (b"421 4.3.2 busy\r\n", MailUnavailable), (b"", MailUnavailable),
         (b"HTTP/1.1 400 Bad Request\r\n\r\n", MailUnavailable), (b"\xff\xfe\x00\r\n", MailUnavailable)],
    )  # fmt: skip
    def test_a_greeting_that_is_none(self, greeting: bytes, kind: type[MailError]) -> None:
        with greets(greeting) as port, pytest.raises(MailError) as caught:
            send(mail(alert()), Smtp("127.0.0.1", port, "none", timeout=5))
        assert type(caught.value) is kind

    def test_some_put_off_is_tried_again(self, box: Box, smtp: Smtp) -> None:
        message = mail(alert())
        message.replace_header("To", "ann@house.test, bo@house.test")
        box.refused = {"bo@house.test": "450 4.2.1 mailbox busy"}
        with pytest.raises(MailUnavailable, match=r"put off 1 recipients \(450\)"):
            send(message, smtp)
        assert [got.rcpt_tos for got in box.got] == [["ann@house.test"]]

    def test_some_refused_for_good_is_sent_and_said(
        self, box: Box, smtp: Smtp, caplog: pytest.LogCaptureFixture
    ) -> None:
        message = mail(alert())
        message.replace_header("To", "ann@house.test, bo@house.test")
        box.refused = {"bo@house.test": "550 5.1.1 unknown"}
        with caplog.at_level(logging.WARNING):
            send(message, smtp)
        assert [(record.message, record.refused) for record in caplog.records] == [("mail.recipients_refused", 1)]  # type: ignore[attr-defined]
        assert "bo@house.test" not in caplog.text

    def test_all_refused_one_of_them_for_now(self, box: Box, smtp: Smtp) -> None:
        message = mail(alert())
        message.replace_header("To", "ann@house.test, bo@house.test")
        box.refused = {"bo@house.test": "550 5.1.1 unknown", "ann@house.test": "450 4.2.1 busy"}
        with pytest.raises(MailUnavailable, match="450, 550"):
            send(message, smtp)

    def test_an_unknown_security_is_named(self, smtp: Smtp) -> None:
        with pytest.raises(MailError, match="smtp security 'ssl' is unknown -> say none, starttls or tls"):
            send(mail(alert()), replace(smtp, security="ssl"))

    def test_a_server_without_starttls_gets_nothing(self, box: Box, smtp: Smtp) -> None:
        with pytest.raises(MailError, match="cannot do what we need: STARTTLS") as caught:
            send(mail(alert()), replace(smtp, security="starttls"))
        assert (caught.value.permanent, box.got) == (True, [])

    def test_a_password_for_a_server_that_asks_none(self, smtp: Smtp) -> None:
        with pytest.raises(MailError, match="cannot do what we need"):
            send(mail(alert()), replace(smtp, user="ann", password="right"))


class greets:  # noqa: N801 -- reads as a verb where it is used
    """A socket that says one thing to one caller and hangs up."""

    def __init__(self, greeting: bytes) -> None:
        self.greeting = greeting
        self.loop = asyncio.new_event_loop()

    def __enter__(self) -> int:
        from threading import Thread  # noqa: PLC0415 -- only here

        self.socket = socket.create_server(("127.0.0.1", 0))
        self.thread = Thread(target=self._greet)
        self.thread.start()
        return int(self.socket.getsockname()[1])

    def _greet(self) -> None:
        caller, _ = self.socket.accept()
        with caller:
            caller.sendall(self.greeting)

    def __exit__(self, *_: object) -> None:
        self.thread.join(5)
        self.socket.close()


class TestTls:
    @pytest.fixture
    def authority(self) -> trustme.CA:
        return trustme.CA()

    @pytest.fixture
    def context(self, authority: trustme.CA) -> SSLContext:
        found = SSLContext(PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(found)
        return found

    @pytest.fixture
    def trusted(self, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

    @pytest.fixture
    def starttls(self, box: Box, context: SSLContext) -> Iterator[Smtp]:
        more = {"tls_context": context, "require_starttls": True, "authenticator": box.authenticate}
        for smtp in serve(box, **more, auth_required=True):
            yield replace(smtp, security="starttls", user="ann", password="right")

    @pytest.fixture
    def tls(self, box: Box, context: SSLContext) -> Iterator[Smtp]:
        for smtp in serve(box, ssl_context=context):
            yield replace(smtp, security="tls")

    @pytest.mark.usefixtures("trusted")
    def test_starttls_and_login(self, box: Box, starttls: Smtp) -> None:
        send(mail(alert()), starttls)
        assert len(box.got) == 1

    @pytest.mark.usefixtures("trusted")
    def test_a_wrong_password_is_for_good_and_never_shown(self, starttls: Smtp) -> None:
        with pytest.raises(MailError, match="535") as caught:
            send(mail(alert()), replace(starttls, password="wrong-secret"))
        assert not isinstance(caught.value, MailUnavailable)
        assert "wrong-secret" not in f"{caught.value} {starttls!r}"

    @pytest.mark.usefixtures("trusted")
    def test_tls_from_the_first_byte(self, box: Box, tls: Smtp) -> None:
        send(mail(alert()), tls)
        assert len(box.got) == 1

    def test_a_certificate_that_nobody_knows_gets_no_mail(self, box: Box, starttls: Smtp) -> None:
        with pytest.raises(MailUnavailable, match="certificate verify failed"):
            send(mail(alert()), starttls)
        assert box.got == []
