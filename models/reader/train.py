"""Trains the reader from the shared data: `python models/reader/train.py` (LISTENING_SHARED says where the data lies).

`--frozen` trains heads on the untouched encoder (a minute); without it the encoder's layers learn too, and a branch
beside them (about two hours of two cores, and one and a half of one). Checkpoints lie under data/var/reader; start it
again and it goes on. The result goes to --out. `--quick` goes through all runs with one row in a hundred, to see that
they run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from calibrate import calibrate  # noqa: E402 - the path above comes first
from corpus import STAGES, Corpus, load_corpus  # noqa: E402 - the same
from heard import read_labels  # noqa: E402 - the same
from numpy.typing import NDArray  # noqa: E402 - the same
from plan import Plan  # noqa: E402 - the same
from runs import BRANCH, FURTHER, LAST, LAST_SEEDS, SEEDS, Where, all_runs  # noqa: E402 - the same
from safetensors.numpy import load_file, save_file  # noqa: E402 - the same
from sklearn.linear_model import LogisticRegression  # noqa: E402 - the same

from listening.signals.cues import load_cues, marks_of  # noqa: E402 - the same
from listening.signals.encoder import Encoder, package_folder  # noqa: E402 - the same
from listening.signals.gold import Case, fingerprint  # noqa: E402 - the same
from listening.signals.heads import Answers, Heads  # noqa: E402 - the same
from listening.signals.measure import Figure, Verdict, measure  # noqa: E402 - the same
from listening.signals.spelling import as_seen  # noqa: E402 - the same
from listening.types import PAINS, SENTIMENTS, SIGNALS  # noqa: E402 - the same

Floats = NDArray[np.float32]
LAYERS = ("encoder.safetensors", "branch.safetensors")  # what a folder of finished runs holds beside the raw heads
QUICK = 100  # of so many rows one is learned from, where only is seen whether all goes through


def main() -> None:
    """Train, measure and write what `--out` should hold."""
    options = parse()
    shared = Path(os.environ.get("LISTENING_SHARED", ROOT.parent / "shared"))
    corpus = load_corpus(shared, extra=not options.frozen, seed=options.seed)
    print(
        f"rows: train {len(corpus.train)}, calibration {len(corpus.calibration)}, "
        f"gold {len(corpus.gold)}, public {len(corpus.extra)}"
    )
    where = Where(shared, options.work, QUICK if options.quick else 1)
    made = None if options.frozen else all_runs(where, options.threads)
    changes, branch = (made / name if made else None for name in LAYERS)
    encoder = Encoder(package_folder(), changes=changes, branch=branch, threads=options.threads)
    raw = load_file(made / "raw_heads.safetensors") if made else fit_frozen(encoder, corpus, options.seed)
    texts = [row.text for row in corpus.calibration]
    tensors = calibrate(raw, encoder.encode(texts).features, corpus.calibration, cues_in(texts))
    figures = judge(encoder, Heads(tensors), corpus.gold)
    for name, figure in figures.items():
        print(f"{name:32} {figure.value:.3f}  [{figure.low:.3f}, {figure.high:.3f}]")
    write(options.out, tensors, made, metrics_of(figures, corpus, options))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frozen", action="store_true", help="heads only, on the untouched encoder")
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "reader", help="where weights and metrics go")
    parser.add_argument("--work", type=Path, default=ROOT / "data" / "var" / "reader", help="checkpoints")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="see that all runs go through; nothing that can be used")
    options = parser.parse_args()
    if options.quick:  # neither the shipped files nor the checkpoints of a true run
        options.work /= "quick"
        options.out = options.work / "made"
    return options


def fit_frozen(encoder: Encoder, corpus: Corpus, seed: int) -> dict[str, Floats]:
    """Fit a logistic regression a question on the untouched encoder's numbers."""
    features = encoder.encode([row.text for row in corpus.train]).features
    scale = features.std(0) + 1e-6
    trust = np.array([row.pain_weight for row in corpus.train])
    tensors: dict[str, Floats] = {}
    for name, labels in (("pain", PAINS), ("sentiment", SENTIMENTS), ("stage", STAGES)):
        target = np.array([getattr(row, name) for row in corpus.train])
        balance = None if name == "pain" else root_weights(target, len(labels))
        model = LogisticRegression(C=0.02, max_iter=500, random_state=seed, class_weight=balance)
        model.fit(features / scale, target, sample_weight=trust if name == "pain" else None)
        tensors[f"{name}.out.weight"] = (model.coef_ / scale).astype(np.float32)
        tensors[f"{name}.out.bias"] = model.intercept_.astype(np.float32)
    marks = np.array([row.signals for row in corpus.train])
    rows = [LogisticRegression(C=0.02, max_iter=500).fit(features / scale, marks[:, i]) for i in range(len(SIGNALS))]
    tensors["signals.out.weight"] = (np.concatenate([m.coef_ for m in rows]) / scale).astype(np.float32)
    tensors["signals.out.bias"] = np.concatenate([m.intercept_ for m in rows]).astype(np.float32)
    return tensors


def root_weights(target: NDArray[np.int64], size: int) -> dict[int, float]:
    """Weigh rare classes up by the square root of their rarity."""
    counts = np.bincount(target, minlength=size)
    return {label: float(np.sqrt(counts.mean() / max(1, count))) for label, count in enumerate(counts)}


def cues_in(texts: Sequence[str]) -> Floats:
    """Say which signals have a cue in each text, as it is seen."""
    cues = load_cues(ROOT / "configs" / "pain_cues.toml")
    return marks_of([cues.find(as_seen(text).text) for text in texts])


def judge(encoder: Encoder, heads: Heads, gold: Sequence[Case]) -> dict[str, Figure]:
    """Measure the heads on whole gold texts, each as one passage."""
    texts = [case.text for case in gold]
    answers = heads.answer(encoder.encode(texts).features, cues_in(texts))
    return measure(gold, [verdict_of(answers, i) for i in range(len(gold))], draws=1000)


def verdict_of(answers: Answers, row: int) -> Verdict:
    """Read one row of answers."""
    pain, sentiment = answers.pain[row], answers.sentiment[row]
    on = frozenset(n for n, p, c in zip(SIGNALS, answers.signals[row], answers.cuts, strict=True) if p > c)
    return Verdict(
        PAINS[int(pain.argmax())],
        STAGES[int(answers.stage[row].argmax())],
        SENTIMENTS[int(sentiment.argmax())],
        on if pain.argmax() else frozenset(),
        float(pain.max()),
        float(sentiment.max()),
    )


def metrics_of(figures: dict[str, Figure], corpus: Corpus, options: argparse.Namespace) -> dict[str, object]:
    """Gather what metrics.json says."""
    return {
        "model": "reader.v1" if options.frozen else "reader.v7",
        "gold": {"rows": len(corpus.gold), "sha256": fingerprint(corpus.gold), "unit": "a whole text as one passage"},
        "rows": {
            "train": len(corpus.train),
            "calibration": len(corpus.calibration),
            "public": len(corpus.extra),
            "heard": 0 if options.frozen else len(read_labels()),
        },
        "plan": {"frozen": True} if options.frozen else plans(),
        "made_with": {"python": platform.python_version(), "numpy": np.__version__},
        "figures": {name: asdict(figure) for name, figure in figures.items()},
    }


def plans() -> dict[str, object]:
    """Tell how each run learned."""
    told = {"last": asdict(LAST) | {"seeds": LAST_SEEDS}, "further": asdict(FURTHER), "branch": asdict(BRANCH)}
    return asdict(Plan()) | {"seeds": SEEDS} | told


def write(out: Path, tensors: dict[str, Floats], made: Path | None, metrics: dict[str, object]) -> None:
    """Write heads, layers of the folder `made`, and metrics; `python models/gate.py --seal` then notes their hashes."""
    out.mkdir(parents=True, exist_ok=True)
    tables = {name: tensor.astype(np.float16) if tensor.ndim > 1 else tensor for name, tensor in tensors.items()}
    save_file({name: np.ascontiguousarray(tensor) for name, tensor in tables.items()}, out / "heads.safetensors")
    for name in LAYERS:
        if made is None:
            (out / name).unlink(missing_ok=True)
        else:
            shutil.copyfile(made / name, out / name)
    for path in out.glob("*.safetensors"):
        path.chmod(0o644)  # safetensors writes for the owner only
    (out / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n")
    print(f"written to {out}: now `python models/gate.py --seal reader.vN --public`")


if __name__ == "__main__":
    main()
