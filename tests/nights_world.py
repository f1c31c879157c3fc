"""A small invented world for whole nights: a bag maker's customers, their posts as files, a reader of a few lines."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from listening.settings import Settings, load
from listening.store import Store
from listening.store.tables import metadata
from listening.types import Passage, Reading, Signal, Span, Text, Vector

MONDAY = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)  # a night on which pain points are reconsidered
KEY = b"a key for tests"
# what only says when and by which process something ran, and the order of insertion
PASSING = {"seconds", "started", "finished", "claimed_by", "since", "until"}


@dataclass(frozen=True, slots=True)
class Trouble:
    """A planted pain: its touchpoint, stage, telling words and what customers say of it."""

    touchpoint: str
    stage: str
    words: tuple[str, ...]
    said: tuple[str, ...]


TROUBLES = (
    Trouble(
        "zip",
        "use",
        ("zip", "jams", "slider"),
        (
            "the zip jams halfway and the slider sits at an angle",
            "my zip jams unless I hold the slider with two fingers",
            "we rub candle wax on the zip because the slider jams",
            "yet again the slider stuck and the zip jams at the corner",
        ),
    ),
    Trouble(
        "refund",
        "help",
        ("refund", "money", "card"),
        (
            "the refund is promised but no money came back to my card",
            "still waiting for the refund, the money is not on the card",
            "my card shows no refund and nobody knows where the money went",
            "they say the refund left, the card says there is no money",
        ),
    ),
    Trouble(
        "delivery",
        "buy",
        ("parcel", "courier", "doorstep"),
        (
            "the courier left the parcel on a wet doorstep",
            "no parcel, though the courier marked the doorstep as delivered",
            "the courier threw the parcel over, past the doorstep",
            "a parcel lay on the neighbour's doorstep, the courier never rang",
        ),
    ),
    Trouble(
        "strap",
        "use",
        ("strap", "shoulder", "padding"),
        (
            "the strap cuts into my shoulder where the padding ends",
            "I wrap a scarf round the strap, my shoulder needs padding",
            "the padding slides along the strap and my shoulder aches",
            "without padding the strap leaves marks on the shoulder",
        ),
    ),
    Trouble(
        "app",
        "start",
        ("app", "login", "code"),
        (
            "the app wants a login code that never arrives",
            "each login in the app asks for another code",
            "the code for the app login had run out when it came",
            "gave up on the app, the login code is always wrong",
        ),
    ),
)
BEFORE = (
    "Third week with this bag.",
    "Took it to the lake on Sunday.",
    "My brother has the grey one.",
    "I commute by tram every day.",
    "Bought two of them in autumn.",
    "Maybe somebody here can help.",
    "Not sure whether this belongs here.",
    "Short note from a rainy town.",
    "Long-time reader of this place.",
    "We packed for a month abroad.",
)
AFTER = (
    "Is that the same for you?",
    "What do you do about it?",
    "I would rather not send it in.",
    "It was fine in the first days.",
    "My old one never did that.",
    "Otherwise I like the colour.",
    "A friend told me the same thing.",
    "Anyway, the pockets are roomy.",
    "That is how it goes, I suppose.",
    "Happy to hear your tricks.",
)
CHATTER = (
    "lovely evening by the river with cake and music",
    "our tomatoes grew taller than the fence this summer",
    "which tent would you choose for two people and a dog",
    "the new colours look great in the morning light",
    "photo of my desk with all the bags in a row",
    "looking for company on a walk along the coast",
)
PLACES = (
    "harbour",
    "station",
    "garden",
    "office",
    "market",
    "bakery",
    "stairs",
    "platform",
    "kitchen",
    "cabin",
    "attic",
)
THINGS = ("umbrella", "laptop", "kettle", "lunch", "camera", "notebook", "blanket", "towel", "map", "lantern", "jacket")


def tell(rng: random.Random, trouble: Trouble | None) -> str:
    """Say it in words of one's own: the trouble, or chatter where there is none."""
    middle = rng.choice(trouble.said if trouble else CHATTER)
    detail = (
        f"It happened near the {rng.choice(PLACES)} with {rng.randint(2, 99)} {rng.choice(THINGS)}s"
        f" and a {rng.choice(THINGS)} from the {rng.choice(PLACES)}."
    )
    parts = [rng.choice(BEFORE), middle[0].upper() + middle[1:] + ".", detail, rng.choice(AFTER)]
    return " ".join(parts)


def write_posts(
    path: Path, count: int, *, seed: int, start: datetime, days: float, troubles: Sequence[Trouble] = TROUBLES
) -> None:
    """Append posts of `count` different people to a source's file: two of three in trouble, each twentieth a copy."""
    rng = random.Random(f"{seed} {path.name}")  # noqa: S311 - chance, no secret
    said: list[str] = []
    with path.open("a", encoding="utf-8") as file:
        for number in range(count):
            text = tell(rng, rng.choice(troubles) if troubles and number % 3 else None)
            text = said[0] if said and number % 20 == 19 else text
            said.append(text)
            post = {
                "id": f"{seed}-{number}",
                "text": text,
                "author": f"{path.stem} writer {seed}-{rng.randrange(count)}",
                "created_at": (start + timedelta(days=days) * number / count).isoformat(),
                "url": f"https://{path.stem}.test/{seed}/{number}",
                "thread": f"t{number // 4}",
            }
            file.write(json.dumps(post) + "\n")


def settle(
    home: Path, *, sources: Iterable[str], port: int = 0, database_url: str = "", zone: str = "Europe/Berlin"
) -> Path:
    """Write an installation's settings: a file a source, an owner a touchpoint. Returns the folder of the settings."""
    configs = home / "configs"
    configs.mkdir(parents=True, exist_ok=True)
    mail = f'[mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "l@house.test"\n' if port else ""
    (configs / "listening.toml").write_text(
        f'[store]\nvar = "var"\ndatabase_url = "{database_url}"\n'
        f'[night]\ntimezone = "{zone}"\nretries = 1\nretry_minutes = 0.0\n[reading]\nbatch = 24\n{mail}'
    )
    (configs / "sources.toml").write_text(
        "".join(f'[sources.{name}]\nkind = "file"\npath = "{home / name}.jsonl"\n' for name in sources)
    )
    (configs / "journey.toml").write_text(_journey())
    return configs


def _journey() -> str:
    stages = sorted({trouble.stage for trouble in TROUBLES})
    lines = ['id = "bags"\nname = "Bags"\nfallback_owner = "rest"\n']
    owners = ["rest", *(f"{trouble.touchpoint}-owner" for trouble in TROUBLES if trouble.touchpoint != "app")]
    lines += [f'[[owners]]\nid = "{one}"\nname = "{one}"\nemail = "{one}@house.test"\n' for one in owners]
    lines += [f'[[stages]]\nid = "{one}"\nname = "{one}"\n' for one in stages]
    for one in TROUBLES:
        owner = f'owner = "{one.touchpoint}-owner"\n' if one.touchpoint != "app" else ""
        lines.append(f'[[touchpoints]]\nid = "{one.touchpoint}"\nname = "{one.touchpoint}"\n')
        lines.append(f'stage = "{one.stage}"\n{owner}')
    return "".join(lines)


def settings_of(configs: Path) -> Settings:
    """Read the settings without this machine's environment."""
    return load(configs, {})


class FewLines:
    """A reader without a model: a sentence hurts where it says two of a trouble's words; vectors are hashed words."""

    model = "few.v1"
    space = ""
    stages = (*sorted({trouble.stage for trouble in TROUBLES}), "none")

    def __init__(self) -> None:
        self.asked = 0

    def read(self, texts: Sequence[Text]) -> list[Reading]:
        """Read each text, in order."""
        self.asked += len(texts)
        return [Reading(one.id, "en", readable=True, signals=tuple(_signals(one)), model=self.model) for one in texts]

    def hear(self, phrases: Sequence[str]) -> list[tuple[float, Vector]]:
        """Say of each phrase how surely it hurts, and its vector."""
        signals = [next(_signals(Text("p", phrase))) for phrase in phrases]
        return [(1 - signal.pain["none"], signal.embedding) for signal in signals]


def _signals(text: Text) -> Iterator[Signal]:
    start = 0
    for index, sentence in enumerate(text.text.split(". ")):
        passage = Passage(text.id, index, start, start + len(sentence), sentence)
        start += len(sentence) + 2
        words = [word.strip(".,?!").lower() for word in sentence.split()]
        trouble = next((one for one in TROUBLES if len(set(one.words) & set(words)) > 1), None)
        hurts = (
            {"none": 0.1, "spoken": 0.3, "unspoken": 0.6} if trouble else {"none": 0.9, "spoken": 0.1, "unspoken": 0}
        )
        stage = trouble.stage if trouble else "none"
        yield Signal(
            id=f"s-{text.id}-{index}",
            document_id=text.id,
            passage=passage,
            sentiment={"negative": 0.5, "neutral": 0.4, "positive": 0.1},
            pain=hurts,
            signals={"breakage": 0.9 if trouble else 0.1},
            signals_on=("breakage",) if trouble else (),
            stage={one: float(one == stage) for one in FewLines.stages},
            touchpoint=trouble.touchpoint if trouble else None,
            spans=(Span("breakage", passage.start, passage.end),) if trouble else (),
            embedding=_vector(tuple(words), trouble),
            model=FewLines.model,
        )


@lru_cache(maxsize=10_000)
def _vector(words: tuple[str, ...], trouble: Trouble | None) -> Vector:
    total = sum((_of_word(word) for word in words), 2.5 * sum((_of_word(w) for w in _telling(trouble)), _of_word("")))
    return np.asarray(total / np.linalg.norm(total), dtype=np.float32)


def _telling(trouble: Trouble | None) -> tuple[str, ...]:
    return trouble.words if trouble else ()


@lru_cache(maxsize=10_000)
def _of_word(word: str) -> Vector:
    seed = int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "little")
    return np.random.default_rng(seed).normal(size=48).astype(np.float32)


def lasting(store: Store) -> dict[str, list[str]]:
    """All rows of all tables without what only says when and by whom they were written, each as one comparable line."""
    with store.reading() as connection:
        return {
            name: sorted(repr(tuple(row)) for row in connection.execute(sa.select(*map(_plain, _kept(table)))))
            for name, table in metadata.tables.items()
        }


def _kept(table: sa.Table) -> list[sa.Column[object]]:
    return [one for one in table.c if one.name not in PASSING and (table.name, one.name) != ("ledger", "id")]


def _plain(column: sa.Column[object]) -> sa.ColumnElement[object]:
    return sa.type_coerce(column, sa.LargeBinary) if column.name in ("embedding", "centroid") else column
