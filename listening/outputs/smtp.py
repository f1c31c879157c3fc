"""Hands a mail to the mail server, and says whether trying again can help when it is not taken."""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Iterable
from contextlib import suppress
from email.message import EmailMessage

from listening.errors import MailError, MailServerDown, MailUnavailable, why_unreachable
from listening.outputs.text import one_line
from listening.types import Smtp

log = logging.getLogger(__name__)

FOR_GOOD = 500  # replies from here on are final (RFC 5321, 4.2.1)


def send(message: EmailMessage, smtp: Smtp) -> None:
    """Send over plain SMTP, STARTTLS or TLS, as `smtp.security` says; certificates are checked.

    Raises MailError where the server says 5xx, lacks what we need or the settings make no sense; MailUnavailable at
    4xx, a drop or a time-out, and of these MailServerDown where the conversation did not come as far as the mail: then
    no other mail would be taken either. A message taken for some people and put off for others is unavailable (the
    others must not be lost; the same Message-ID shows the first that it is one mail); refused for good for some, it
    counts as sent, with a warning in the log. A farewell that fails after the server took the mail changes nothing.
    """
    opened = False
    try:
        server = _connect(smtp)
        try:
            _introduce(server, smtp)
            opened = True
            refused = server.send_message(message)
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        said = _translate(error, smtp)
        raise said if opened or said.permanent else MailServerDown(said.thing, said.mend) from error
    _judge(refused, smtp)
    log.info("mail.sent", extra={"message_id": message["Message-ID"], "refused": len(refused)})


def _connect(smtp: Smtp) -> smtplib.SMTP:
    if smtp.security == "tls":
        return smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=smtp.timeout, context=ssl.create_default_context())
    if smtp.security in ("starttls", "none"):
        return smtplib.SMTP(smtp.host, smtp.port, timeout=smtp.timeout)
    raise MailError(f"smtp security {smtp.security!r} is unknown", "say none, starttls or tls")


def _introduce(server: smtplib.SMTP, smtp: Smtp) -> None:
    """Speak the conversation as far as the mail."""
    if smtp.security == "starttls":
        server.starttls(context=ssl.create_default_context())
    else:
        server.ehlo_or_helo_if_needed()
    if smtp.user:
        server.login(smtp.user, smtp.password)


def _judge(refused: dict[str, tuple[int, bytes]], smtp: Smtp) -> None:
    """Raise where some of several recipients were only put off; warn where they were refused for good."""
    if not refused:
        return
    codes = sorted(code for code, _ in refused.values())
    if codes[0] < FOR_GOOD:
        raise MailUnavailable(f"{_place(smtp)} put off {len(refused)} recipients ({_list(codes)})", "it is tried again")
    log.warning("mail.recipients_refused", extra={"refused": len(refused), "codes": _list(codes)})


def _translate(error: Exception, smtp: Smtp) -> MailError:
    """Return our own error: final for 5xx and for what no second try can mend, else "try again"."""
    again = "it is tried again; look at [smtp] in the settings if it lasts"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted(code for code, _ in error.recipients.values())
        said = f"{_place(smtp)} refused every recipient ({_list(codes)})"
        if codes and codes[0] >= FOR_GOOD:
            return MailError(said, "correct the owner's address in configs/journey.toml")
        return MailUnavailable(said, again)
    if isinstance(error, smtplib.SMTPResponseException):
        said = f"{_place(smtp)} said {error.smtp_code} {_reply(error.smtp_error)}"
        if error.smtp_code >= FOR_GOOD:
            return MailError(said.rstrip(), "ask who runs the mail server, or look at [smtp] in the settings")
        return MailUnavailable(said.rstrip(), again)
    if isinstance(error, smtplib.SMTPNotSupportedError) or not isinstance(error, OSError):
        return MailError(f"{_place(smtp)} cannot do what we need: {one_line(str(error), 200)}", "look at [smtp]")
    return MailUnavailable(f"{_place(smtp)} is out of reach: {one_line(why_unreachable(error), 200)}", again)


def _place(smtp: Smtp) -> str:
    return f"mail server {smtp.host}:{smtp.port}"


def _reply(reply: bytes | str) -> str:
    return one_line(reply.decode(errors="replace") if isinstance(reply, bytes) else reply, 200)


def _list(codes: Iterable[int]) -> str:
    return ", ".join(str(code) for code in codes)
