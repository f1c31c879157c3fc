"""Tells another program by a signed call, by the headers of Standard Webhooks: any of its libraries can check it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime

import httpx

from listening.errors import DeliveryError, DeliveryUnavailable, InputError

GONE = 410


def post(
    client: httpx.Client, url: str, *, delivery_id: str, body: Mapping[str, object], secret: str, now: datetime
) -> None:
    """Post a body as JSON, signed with the secret; any 2xx is an acknowledgement.

    Raises DeliveryError where the address is gone or refuses for good, DeliveryUnavailable where trying again can help.
    """
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    headers = {"content-type": "application/json", **signed(raw, delivery_id, secret=secret, now=now)}
    host = httpx.URL(url).host
    try:
        answer = client.post(url, content=raw, headers=headers)
    except httpx.HTTPError as error:
        raise DeliveryUnavailable(f"{host} did not answer ({type(error).__name__})", "it is tried again") from error
    if answer.is_success:
        return
    if answer.status_code == GONE or answer.is_redirect:
        raise DeliveryError(f"{host} answered {answer.status_code}", "correct the url of [webhook]")
    raise DeliveryUnavailable(f"{host} answered {answer.status_code}", "it is tried again")


def signed(raw: bytes, delivery_id: str, *, secret: str, now: datetime) -> dict[str, str]:
    """Return the three headers: id, seconds since 1970, and v1 with the HMAC-SHA256 of "id.seconds.body"."""
    seconds = str(int(now.timestamp()))
    said = f"{delivery_id}.{seconds}.".encode() + raw
    digest = base64.b64encode(hmac.new(key_of(secret), said, hashlib.sha256).digest()).decode()
    return {"webhook-id": delivery_id, "webhook-timestamp": seconds, "webhook-signature": f"v1,{digest}"}


def key_of(secret: str) -> bytes:
    """Return the key of a secret such as whsec_ and base64. Raises InputError where there is none or it is short."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError("LISTENING_WEBHOOK_SECRET is no base64", _MAKE) from error
    if len(key) < 24:  # noqa: PLR2004 - the standard's least, in bytes
        raise InputError("LISTENING_WEBHOOK_SECRET is missing or shorter than 24 bytes", _MAKE)
    return key


_MAKE = "make one with: echo whsec_$(openssl rand -base64 32)"
