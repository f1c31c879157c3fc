"""The ways by which an alert reaches its owner: one row a channel; each takes it or says if trying again can help."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from listening.errors import MailError, MailUnavailable
from listening.outputs.mail import compose
from listening.outputs.smtp import send
from listening.outputs.text import link, one_line
from listening.outputs.wording import DUE_WORDS, KIND_WORDS, SIGHT_WORDS, trouble
from listening.types import Alert, Smtp

Deliver = Callable[[Alert, str, str, datetime, Smtp | None], None]
TRY_LATER = (408, 425, 429)  # the 4xx replies that may pass
SERVER_ERROR = 500
TIMEOUT = 30.0


def deliver(alert: Alert, *, base_url: str, now: datetime, smtp: Smtp | None) -> None:
    """Hand an alert to its channel; returns when it was taken.

    Raises MailError where it is refused for good or the channel is none, MailUnavailable where trying again can help.
    """
    kind, _, address = alert.channel.partition(" ")
    if kind not in CHANNELS:
        raise MailError(f"there is no channel {one_line(kind, 40)!r}", f"use one of {', '.join(CHANNELS)}")
    CHANNELS[kind](alert, address.strip(), base_url, now, smtp)


def _by_mail(alert: Alert, _address: str, base_url: str, now: datetime, smtp: Smtp | None) -> None:
    if smtp is None:
        raise MailUnavailable("no mail server is set", "set host in [mail]")
    send(compose(alert, sender=smtp.sender, base_url=base_url, now=now), smtp)


def _by_webhook(alert: Alert, address: str, base_url: str, now: datetime, _smtp: Smtp | None) -> None:
    """POST the alert as JSON; its id is the Idempotency-Key, so that a doubled one can be told."""
    import httpx  # noqa: PLC0415 -- slow to import, needed only where a webhook is set

    if not link(address):
        raise MailError("the webhook's address is none", "give one like https://hooks.example.com/x in journey.toml")
    headers = {"Idempotency-Key": alert.id, "User-Agent": "listening"}
    try:
        reply = httpx.post(
            address, json=payload(alert, base_url, now), headers=headers, timeout=TIMEOUT, follow_redirects=False
        )
    except httpx.HTTPError as error:
        raise MailUnavailable(f"the webhook is out of reach: {type(error).__name__}", "it is tried again") from error
    if reply.is_success:
        return
    if reply.status_code >= SERVER_ERROR or reply.status_code in TRY_LATER:
        raise MailUnavailable(f"the webhook said {reply.status_code}", "it is tried again")
    raise MailError(f"the webhook said {reply.status_code}", "correct its address in journey.toml")


def _by_apprise(alert: Alert, address: str, base_url: str, now: datetime, _smtp: Smtp | None) -> None:
    """Post a short text to whatever Apprise knows: Slack, Teams, Matrix, Telegram and a hundred others."""
    import apprise  # noqa: PLC0415 -- slow to import, needed only where such a channel is set

    notes = apprise.Apprise()
    if not notes.add(address):
        raise MailError("apprise does not know this address", "see its list of services; correct journey.toml")
    said = payload(alert, base_url, now)
    lines = [f"{one['kind']}: {one['name']}\n{one['why']}\n{one['link']}".rstrip() for one in _items(alert, base_url)]
    lines += [f"{DUE_WORDS[one.kind]}: {one.name}\n{one.sentence}" for one in alert.reminders]
    lines += [f"{SIGHT_WORDS[one.sight.kind]}: {one.name}\n{one.sight.sentence}" for one in alert.sights]
    body = "\n\n".join([*lines, *(f"Not seen: {trouble(one)}" for one in alert.not_seen)]) or "Nothing new."
    if not notes.notify(title=str(said["subject"]), body=body, body_format="text"):
        raise MailUnavailable("the service did not take it", "it is tried again")


def payload(alert: Alert, base_url: str, now: datetime) -> dict[str, object]:
    """Return what a webhook gets: id, night, owner, subject, pain_points, due, touchpoints (id, name ...), not_seen."""
    items = _items(alert, base_url)
    heads = [f"{one['kind']}: {one['name']}" for one in items]
    heads += [f"{DUE_WORDS[one.kind]}: {one_line(one.name, 120)}" for one in alert.reminders]
    heads += [f"{SIGHT_WORDS[one.sight.kind]}: {one_line(one.name, 120)}" for one in alert.sights]
    return {
        "format": "listening.alert.v1",
        "id": alert.id,
        "night": alert.night.isoformat(),
        "owner": alert.owner.id,
        "subject": (heads[0] if heads else "Nothing new") + (f", and {len(heads) - 1} more" if len(heads) > 1 else ""),
        "pain_points": items,
        "due": [
            {
                "pain_point": one.about,
                "name": one_line(one.name, 120),
                **({"map": one.map} if one.map else {}),
                "kind": one.kind,
                "day": one.day.isoformat(),
                "why": one.sentence,
            }
            for one in alert.reminders
        ],
        "touchpoints": [
            {
                "id": one.sight.touchpoint,
                "name": one_line(one.name, 120),
                **({"map": one.map} if one.map else {}),
                "kind": one.sight.kind,
                "since": one.sight.since.isoformat(),
                "why": one.sight.sentence,
            }
            for one in alert.sights
        ],
        "not_seen": list(alert.not_seen),
        "sent_at": now.isoformat(),
    }


def _items(alert: Alert, base_url: str) -> list[dict[str, object]]:
    board = link(base_url).rstrip("/")
    return [
        {
            "id": item.pain_point_id,
            "name": one_line(item.name, 200),
            **({"map": item.map} if item.map else {}),
            "stage": item.stage,
            "touchpoint": item.touchpoint,
            "kind": KIND_WORDS.get(item.emergence.kind, item.emergence.kind),
            "why": item.emergence.sentence,
            "people": item.emergence.people,
            "expected": item.emergence.expected,
            "low": item.emergence.low,
            "high": item.emergence.high,
            "trend": list(item.trend),
            "quotes": [
                {
                    "text": one_line(q.text, 300),
                    "source": q.source,
                    "url": link(q.url),
                    "date": q.created_at.date().isoformat(),
                }
                for q in item.quotes[:3]
            ],
            "link": f"{board}/pain-points/{item.pain_point_id}" if board else "",
        }
        for item in alert.items
    ]


CHANNELS: Mapping[str, Deliver] = {"mail": _by_mail, "webhook": _by_webhook, "apprise": _by_apprise}
