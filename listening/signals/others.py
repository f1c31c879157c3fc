"""Runs models that an operator put in the place of our own: any classifier for the sentiment, any sentence encoder.

A swapped encoder gives the embeddings (likeness, clusters, the map's own phrases). Pain, signals, sentiment and the
stage's trained head go on with the reader's own encoder, which they were trained on.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from listening.errors import ModelError
from listening.signals.encoder import BATCH_TOKENS, Encoded, unit
from listening.signals.heads import Floats, softmax
from listening.signals.swapped import Place, labels_of, map_labels, pools_first
from listening.types import SENTIMENTS

if TYPE_CHECKING:
    import torch

STEP = 8  # lengths are padded up to a multiple of this
LONGEST = 256  # tokens; a passage has at most 400 characters
# Many encoders give any two sentences a likeness of .7. The middle of these plain ones is taken off each embedding, so
# that 0 means "nothing in common" for every encoder, and the cuts that were set on ours hold.
PLAIN = tuple(
    line.strip()
    for line in """
    The shop opens at nine and closes at five.
    We walked to the lake on Saturday and it rained.
    My sister plays the violin in a small orchestra.
    Please send the form back before the end of the month.
    The train to the coast leaves from the second platform.
    He painted the kitchen door green.
    The battery is empty again after one hour.
    Thank you, that solved it for me.
    Tomatoes grow best on the sunny side of the house.
    I would like to cancel my subscription.
    The goalkeeper saved a penalty in the last minute.
    Which size should I order for a child of six?
    The doctor told her to rest for two days.
    Prices went up by three percent last year.
    This film is too long, but the music is lovely.
    The parcel arrived with a broken corner.
    There are four chairs and one table in the room.
    Nobody answers the phone at the office.
    The update changed where the buttons are.
    They moved to another town when he was ten.
    """.strip().splitlines()
)


class Network:
    """A transformers network with its own tokenizer; `run` gives one row of numbers a text, in order."""

    def __init__(self, place: Place, kind: str, threads: int) -> None:
        self._tokenizer, self.model = load(place, kind)
        self._threads = threads or os.cpu_count() or 1
        known = int(getattr(self.model.config, "max_position_embeddings", LONGEST))
        self._longest = max(8, min(LONGEST, known - 2, int(self._tokenizer.model_max_length)))
        if self._tokenizer.pad_token is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token or self._tokenizer.unk_token

    def run(self, texts: Sequence[str], answer: Callable[[Any, torch.Tensor], torch.Tensor]) -> Floats:
        """Run each different text once, in batches of one padded length; `answer` makes a row of what comes out."""
        import torch  # noqa: PLC0415 - loaded by now

        different = sorted(set(texts)) or [""]
        rows = {text: row for row, text in enumerate(different)}
        ids = self._tokenizer(different, truncation=True, max_length=self._longest)["input_ids"]
        parts = batches([len(one) for one in ids])
        torch.set_num_threads(1)

        def forward(part: Sequence[int]) -> Floats:
            padded = self._tokenizer.pad({"input_ids": [ids[row] for row in part]}, return_tensors="pt")
            with torch.inference_mode():
                out = self.model(input_ids=padded["input_ids"], attention_mask=padded["attention_mask"])
                numbers: Floats = answer(out, padded["attention_mask"]).float().numpy()
            return numbers

        with ThreadPoolExecutor(self._threads) as pool:
            done = list(pool.map(forward, parts))
        found = np.zeros((len(different), done[0].shape[1]), dtype=np.float32)
        for part, numbers in zip(parts, done, strict=True):
            found[part] = numbers
        return found[[rows[text] for text in texts]] if texts else found[:0]


def batches(lengths: Sequence[int]) -> list[list[int]]:
    """Group row numbers so that a batch holds rows of one padded length, shortest first."""
    shelves: dict[int, list[int]] = {}
    for row, length in enumerate(lengths):
        shelves.setdefault(-(-length // STEP) * STEP, []).append(row)
    out = []
    for width, rows in sorted(shelves.items()):
        size = max(1, BATCH_TOKENS // width)
        out += [rows[i : i + size] for i in range(0, len(rows), size)]
    return out


def load(place: Place, kind: str) -> tuple[Any, Any]:
    """Load tokenizer and network from a folder; ModelError names what is wrong with it."""
    import torch  # noqa: PLC0415 - seconds to import: only where a model is swapped in
    import transformers  # noqa: PLC0415 - the same

    here = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(str(place.folder), **here)
        model, faults = getattr(transformers, kind).from_pretrained(
            str(place.folder), **here, use_safetensors=True, output_loading_info=True, dtype=torch.float32
        )
    except Exception as error:  # a foreign model fails in as many ways as there are models
        said = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(
            f"the model in {place.folder} cannot be loaded: {said}",
            "name the folder of a whole transformers model, saved with save_pretrained",
        ) from error
    if missing := [one for one in faults["missing_keys"] if "pooler" not in one]:
        raise ModelError(
            f"the model in {place.folder} lacks {len(missing)} layers ({min(missing)})",
            "it was saved for another use: name one that was trained for this",
        )
    return tokenizer, model.eval()


def try_out(run: Callable[[Sequence[str]], object], place: Place) -> None:
    """Run a model once; ModelError where it wants something else than a text's tokens."""
    try:
        run(PLAIN[:1])
    except Exception as error:  # a foreign model fails in as many ways as there are models
        said = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(f"the model in {place.folder} does not read a sentence: {said}", "name another one") from error


class Classifier:
    """Sentiment by another model: `label_map` gives, for each of its outputs, negative, neutral or positive."""

    def __init__(self, place: Place, labels: str, threads: int) -> None:
        self.label_map = map_labels(labels_of(place.folder), labels)
        self._network = Network(place, "AutoModelForSequenceClassification", threads)
        self._sums = np.zeros((len(self.label_map), len(SENTIMENTS)), dtype=np.float32)
        self._sums[range(len(self.label_map)), [SENTIMENTS.index(one) for one in self.label_map]] = 1
        try_out(self.answer, place)

    def answer(self, texts: Sequence[str]) -> Floats:
        """Give float32[n, 3]: probabilities of negative, neutral, positive; labels of one meaning are added up."""
        chances: Floats = softmax(self._network.run(texts, lambda out, _: out.logits)) @ self._sums
        return chances


class OtherEncoder:
    """Embeddings by another model: the mean of its tokens (or its first, where it says so), centred, of length one."""

    def __init__(self, place: Place, threads: int) -> None:
        self._first = pools_first(place.folder)
        self._network = Network(place, "AutoModel", threads)
        self._middle = np.zeros(1, dtype=np.float32)
        try_out(self.encode, place)
        self._middle = self.encode(PLAIN).embedding.mean(axis=0, dtype=np.float64).astype(np.float32)

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Give `embedding` float32[n, the model's own width]; `features` are the same, no head of ours reads them."""
        rows = unit(unit(self._network.run(texts, self._pool)) - self._middle)
        return Encoded(rows, rows)

    def _pool(self, out: Any, mask: torch.Tensor) -> torch.Tensor:  # noqa: ANN401 - whatever a foreign model answers
        hidden: torch.Tensor = out.last_hidden_state
        if self._first:
            return hidden[:, 0]
        weight = mask.unsqueeze(-1).to(hidden.dtype)
        mean: torch.Tensor = (hidden * weight).sum(1) / weight.sum(1).clamp(min=1)
        return mean
