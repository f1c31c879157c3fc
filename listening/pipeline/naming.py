"""Names from a language model, where the operator set one: asked with redacted quotes, and ours on any trouble."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from listening.clusters.asking import make_question, read_name
from listening.documents import redact
from listening.errors import DeliveryError, SourceRefused
from listening.outputs.chat import ask
from listening.pipeline.calling import open_client
from listening.settings import Settings
from listening.types import Naming, Pain

log = logging.getLogger(__name__)


def ask_names(settings: Settings, told: Mapping[str, tuple[Naming, Sequence[Pain]]]) -> dict[str, str]:
    """Return better names by pain point, given ours and the pains; nothing where no model is set.

    Only the quotes and words of our own naming leave, redacted once more. The first trouble ends the asking; a pain
    point without an answer, or with one that is no name, is left out.
    """
    namer, found = settings.namer, dict[str, str]()
    if not namer.url:
        return found
    with open_client(namer.allow_hosts, namer.seconds) as client:
        for point, (ours, pains) in list(told.items())[: namer.most]:
            texts = {pain.signal_id: pain.text for pain in pains}
            quotes = [redact(texts[one]) for one in ours.quotes if one in texts]
            messages = make_question(quotes, [redact(word) for word in ours.words])
            try:
                answer = ask(client, namer.url, model=namer.model, key=namer.key, messages=messages)
            except (DeliveryError, SourceRefused) as error:
                log.warning("namer.silent", extra={"error": error.thing})
                break
            if (better := read_name(redact(answer), quotes)) is not None:
                found[point] = better
    log.info("names_asked", extra={"asked": len(told), "named": len(found)})
    return found
