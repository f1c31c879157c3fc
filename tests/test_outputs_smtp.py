"""What a real mail server on loopback makes of our mails, and what we make of its answers."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from threading import Thread

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from outputs_nouns import NOW, alert

from listening.errors import MailError, MailServerDown, MailUnavailable
from listening.outputs import compose, send
from listening.types import Alert, Smtp


def mail(made: Alert) -> EmailMessage:
    return compose(made, sender="Listening <listening@house.test>", base_url="https://board.test", now=NOW)


def body(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


@dataclass
class Box:
    """A mail server's mind: what it answers at each step ("" means yes, "drop" hangs up), and what it has got."""

    answers: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    got: list[Envelope] = field(default_factory=list)

    def answer(self, server: SMTP, step: str) -> str:
        given = self.answers.get(step, "250 OK")
        if given == "drop":
            server.transport.abort()
        return given

    async def handle_MAIL(self, server: SMTP, _s: Session, envelope: Envelope, sender: str, _o: list[str]) -> str:  # noqa: N802 -- aiosmtpd's name
        envelope.mail_from = sender
        return self.answer(server, "MAIL")

    async def handle_RCPT(self, server: SMTP, _s: Session, envelope: Envelope, to: str, _o: list[str]) -> str:  # noqa: N802 -- the same
        given = self.refused.get(to) or self.answer(server, "RCPT")
        if given.startswith("250"):
            envelope.rcpt_tos.append(to)
        return given

    async def handle_DATA(self, server: SMTP, _s: Session, envelope: Envelope) -> str:  # noqa: N802 -- the same
        if self.answers.get("DATA") == "stall":
            await asyncio.sleep(1.5)
        given = self.answer(server, "DATA")
        if given.startswith("250"):
            self.got.append(envelope)
        return given

    async def handle_QUIT(self, server: SMTP, _s: Session, _e: Envelope) -> str:  # noqa: N802 -- the same
        given = self.answers.get("QUIT", "221 Bye")
        if given == "drop":
            server.transport.abort()
        return given

    def authenticate(self, _server: SMTP, _s: Session, _e: Envelope, _m: str, data: object) -> AuthResult:
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
        assert (arrived["Message-ID"], body(arrived)) == (
            message["Message-ID"],
            body(message_from_bytes(message.as_bytes(), policy=policy.default)),
        )

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
        with pytest.raises(MailUnavailable, match=r"out of reach.* timed out"):
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
        with pytest.raises(MailUnavailable, match=f"mail server 127.0.0.1:{port} is out of reach: nothing listens"):
            send(mail(alert()), Smtp("127.0.0.1", port, "none"))

    @pytest.mark.parametrize(
        ("greeting", "kind"),
        [(b"554 5.3.2 go away\r\n", MailError), (b"421 4.3.2 busy\r\n", MailServerDown), (b"", MailServerDown),
         (b"HTTP/1.1 400 Bad Request\r\n\r\n", MailServerDown), (b"\xff\xfe\x00\r\n", MailServerDown)],
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

    def __enter__(self) -> int:
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
