"""Names pain points: in the customers' words, as the reader hears them, or by a language model where one is set."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from listening.clusters import name_all
from listening.clusters.asking import make_question, read_name
from listening.documents import redact
from listening.errors import DeliveryError, SourceRefused
from listening.outputs.chat import ask
from listening.pipeline.calling import open_client
from listening.pipeline.reading import hearing
from listening.settings import Settings
from listening.store import Store
from listening.types import Naming, Pain

log = logging.getLogger(__name__)


def name_points(
    store: Store,
    settings: Settings,
    told: Mapping[str, Sequence[Pain]],
    beside: Mapping[str, Sequence[Sequence[Pain]]] | None = None,
    *,
    taken: Iterable[str] = (),
    was: Mapping[str, str] | None = None,
) -> dict[str, Naming]:
    """Name each pain point by what is `told` there, against the pains of those `beside` it.

    `taken` are the names of others: no two pain points get one name from us. What one `was` called stays where another
    name is hardly better.
    """
    ours = name_all(told, beside or {}, hear=hearing(store, settings), taken=taken, was=was)
    better = ask_names(settings, {point: (found, told[point]) for point, found in ours.items()})
    return {point: replace(found, name=better.get(point, found.name)) for point, found in ours.items()}


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
