"""Finds the models that an operator puts in the place of our own, and names them, without loading one.

Only files that are on this machine are used, and only weights as safetensors: nothing is fetched, and no file of a
model can run code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from listening.errors import ModelError, SettingsError
from listening.types import SENTIMENTS, Swaps

OTHERS = ("Dense", "CNN", "LSTM", "WordEmbeddings")  # layers of sentence-transformers that we do not run


@dataclass(frozen=True, slots=True)
class Place:
    """A swapped model on this machine: its short name, its folder, and the first digits of the hash of its files."""

    name: str
    folder: Path
    hash: str

    @property
    def told(self) -> str:
        """The name and version that are written with each signal."""
        return f"{self.name}@{self.hash}"


def find_place(wish: str, root: Path) -> Place:
    """Find a folder (relative to `root`) or a hub name in the local cache; ModelError says how to get it here."""
    folder = root / Path(wish).expanduser()
    if folder.is_dir():
        name = folder.resolve().name
    elif wish.startswith((".", "/", "~")) or wish.count("/") > 1 or "\\" in wish:
        raise ModelError(f"there is no model folder {folder}", "correct its name in [reading] of listening.toml")
    else:
        folder, name = in_cache(wish, folder), wish
    weights = sorted(folder.glob("*.safetensors"))
    if not (folder / "config.json").is_file() or not weights:
        raise ModelError(
            f"{folder} lacks {'weights as safetensors' if (folder / 'config.json').is_file() else 'config.json'}",
            "name the folder of a whole transformers model, saved with save_pretrained",
        )
    return Place(name, folder, fingerprint(folder))


def in_cache(wish: str, folder: Path) -> Path:
    """Find a model of the hub in this machine's cache, without asking the network."""
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - only where a model is swapped in
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError  # noqa: PLC0415 - the same

    try:
        return Path(snapshot_download(wish, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, OSError) as error:
        raise ModelError(
            f"{wish!r} is neither a folder ({folder}) nor a model in this machine's hub cache; listening fetches none",
            f"name a folder, or run `hf download {wish}` once where there is a network",
        ) from error


def fingerprint(folder: Path) -> str:
    """Hash the files that decide what a model answers: eight digits."""
    said = hashlib.sha256()
    for path in sorted([*folder.glob("*.safetensors"), *folder.glob("*.json"), *folder.glob("*.txt")]):
        with path.open("rb") as file:
            said.update(path.name.encode() + hashlib.file_digest(file, "sha256").digest())
    return said.hexdigest()[:8]


def name_swaps(swaps: Swaps) -> str:
    """Give what swapped models add to the reader's name; "" where none is."""
    wishes = (("sentiment", swaps.sentiment), ("encoder", swaps.encoder))
    labels = hashlib.sha256(swaps.sentiment_labels.encode()).hexdigest()[:4] if swaps.sentiment_labels else ""
    told = {"sentiment": f":{labels}" if labels else "", "encoder": ""}
    return "".join(f"+{kind}={find_place(wish, swaps.root).told}{told[kind]}" for kind, wish in wishes if wish)


def labels_of(folder: Path) -> tuple[str, ...]:
    """Read a classifier's labels from its config.json, in the order of its outputs; ModelError where there are none."""
    try:
        told = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if "id2label" not in told:
            return tuple(f"LABEL_{i}" for i in range(int(told.get("num_labels", 2))))
        return tuple(str(label) for _, label in sorted(told["id2label"].items(), key=lambda pair: int(pair[0])))
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise ModelError(f"config.json in {folder} cannot be read: {error}", "save the model again") from error


def map_labels(labels: Sequence[str], declared: str) -> tuple[str, ...]:
    """Say what each of a model's labels means, by the setting or by its own name; SettingsError names all mistakes."""
    if len(labels) < 2:  # noqa: PLR2004 - one output is a score
        raise SettingsError("the sentiment model gives one number, not labels", "name a sequence classifier")
    said = parse_labels(declared)
    wrong = [f"{label!r} is none of its labels" for label in sorted(said) if label not in labels]
    wrong += [f"{to!r} is none of {', '.join(SENTIMENTS)}" for to in said.values() if to not in SENTIMENTS]
    meant = {label: said.get(label, label.lower()) for label in labels}
    silent = [label for label, to in meant.items() if label not in said and to not in SENTIMENTS]
    wrong += [f"it does not say what {label!r} means" for label in silent]
    if wrong:
        example = ", ".join(f"{label}={SENTIMENTS[min(i, 2)]}" for i, label in enumerate(labels))
        raise SettingsError(f"reading.sentiment_labels: {'; '.join(wrong)}", f'write it as "{example}"')
    return tuple(meant[label] for label in labels)


def parse_labels(declared: str) -> Mapping[str, str]:
    """Read "LABEL_0=negative, LABEL_1=neutral"; a part without = means nothing that could be meant."""
    pairs = [part.rpartition("=") for part in declared.split(",") if part.strip()]
    return {label.strip(): to.strip().lower() for label, _, to in pairs}


def pools_first(folder: Path) -> bool:
    """Say whether a sentence-transformers folder takes the first token; ModelError where it does what we do not."""
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        pooling = json.loads((folder / "1_Pooling" / "config.json").read_text(encoding="utf-8"))
        kinds = [str(module["type"]).rpartition(".")[2] for module in modules]
    except OSError:
        return False  # a plain transformers model: the mean
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"modules.json in {folder} cannot be read: {error}", "save the model again") from error
    odd = [kind for kind in kinds if kind in OTHERS]
    first = bool(pooling.get("pooling_mode_cls_token"))
    if odd or not (first or pooling.get("pooling_mode_mean_tokens", True)):
        raise ModelError(
            f"the encoder in {folder} needs {odd[0] if odd else 'a pooling'} that listening does not know",
            "name one that takes the mean of its tokens, or the first",
        )
    return first
