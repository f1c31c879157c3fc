"""Asks a language model, local or hosted, by the call that all of them know (chat completions)."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from listening.errors import DeliveryError, DeliveryUnavailable

MOST_TOKENS = 60
LONGEST_ANSWER = 1_000_000  # bytes; a name needs a few hundred


def ask(client: httpx.Client, url: str, *, model: str, key: str, messages: Sequence[dict[str, str]]) -> str:
    """Return what the model at `url` (such as http://127.0.0.1:11434/v1) answers; the coldest it can, one answer.

    Raises DeliveryUnavailable where trying again can help, DeliveryError where it refuses or answers something else.
    """
    body = {"model": model, "messages": list(messages), "temperature": 0, "max_tokens": MOST_TOKENS, "stream": False}
    headers = {"authorization": f"Bearer {key}"} if key else {}
    try:
        answer = client.post(f"{url.rstrip('/')}/chat/completions", json=body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DeliveryUnavailable(f"the language model is out of reach: {type(error).__name__}", _LATER) from error
    if not answer.is_success:
        raise DeliveryError(f"the language model answered {answer.status_code}", _MEND)
    if len(answer.content) > LONGEST_ANSWER:
        raise DeliveryError(f"the language model answered {len(answer.content):,} bytes", _MEND)
    try:
        said = answer.json()["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise DeliveryError("the language model's answer has no choices", _MEND) from error
    return said if isinstance(said, str) else ""


_LATER = "names are our own until it answers"
_MEND = "check url and model of [namer] and LISTENING_NAMER_KEY; names are our own until then"
