"""Brings what was heard to people: reports, workbooks, exports and alert mails, one file a format or channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

from listening.types import Alert, Report, Smtp

__all__ = ["compose", "deliver", "render", "send", "write_report", "write_rows"]

# Each verb opens its room only when called: Jinja, XlsxWriter and the mail parts together cost a quarter of a second.


def write_report(report: Report, path: Path) -> None:
    """Write a report whole or not at all, as .html, .xlsx, .csv or .json by the file's ending.

    Raises InputError for another ending and for a place that cannot be written.
    """
    from listening.outputs.formats import write_report as write  # noqa: PLC0415 -- see above

    write(report, path)


def render(report: Report, ending: str) -> bytes:
    """Return a report in the format of an ending such as ".xlsx". Raises InputError for one that we do not know."""
    from listening.outputs.formats import render as made  # noqa: PLC0415 -- see above

    return made(report, ending)


def write_rows(rows: Iterable[Mapping[str, str | int | float | None]], path: Path) -> int:
    """Write rows as .jsonl or .csv (also .gz) whole or not at all, and return how many there were.

    Raises InputError for another ending and for a place that cannot be written.
    """
    from listening.outputs.rows import write_rows as write  # noqa: PLC0415 -- see above

    return write(rows, path)


def compose(alert: Alert, *, sender: str, base_url: str, now: datetime) -> EmailMessage:
    """Return the mail of an alert, in text and HTML, dated `now`; the same alert always has the same Message-ID.

    `base_url` is the board's address, or "" where there is none: then the mail carries no link to it.
    Raises MailError where the owner's or the sender's address is none.
    """
    from listening.outputs.mail import compose as make  # noqa: PLC0415 -- see above

    return make(alert, sender=sender, base_url=base_url, now=now)


def send(message: EmailMessage, smtp: Smtp) -> None:
    """Hand a mail to the server; returns when the server has taken it.

    Raises MailError where the server refuses for good (5xx), MailUnavailable where trying again can help.
    """
    from listening.outputs.smtp import send as hand_over  # noqa: PLC0415 -- see above

    hand_over(message, smtp)


def deliver(alert: Alert, *, base_url: str, now: datetime, smtp: Smtp | None) -> None:
    """Hand an alert to its channel: mail, webhook or apprise; returns when it was taken.

    Raises MailError where it is refused for good, MailUnavailable where trying again can help.
    """
    from listening.outputs.channels import deliver as hand_over  # noqa: PLC0415 -- see above

    hand_over(alert, base_url=base_url, now=now, smtp=smtp)
