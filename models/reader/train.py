"""Trains the reader from the shared data: `python models/reader/train.py` (LISTENING_SHARED says where the data lies).

`--frozen` trains heads on the untouched encoder (a minute); without it the encoder's layers learn too (about two
hours of two cores). Checkpoints lie under data/var/reader; start it again and it goes on. The result goes to --out.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from alike import load_kin  # noqa: E402 - the path above comes first
from calibrate import calibrate  # noqa: E402 - the same
from corpus import STAGES, Corpus, load_corpus, normal, some_tweets  # noqa: E402 - the same
from finetune import average, finetune  # noqa: E402 - the same
from heard import OWN, load_heard  # noqa: E402 - the same
from numpy.typing import NDArray  # noqa: E402 - the same
from plan import Plan  # noqa: E402 - the same
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
SEEDS = (20, 21)  # runs on what is labelled; their weights are averaged
LAST_SEEDS = (30, 31)  # shorter runs that go on from there with the contrast between troubles; averaged too
LAST = Plan(epochs=1, rate=5e-5, head_rate=3e-4, near=1.0, alike=0.5)
LAST_TWEETS = 1500
# A run that goes on from those (reader.v3), its embedding held near theirs: more tweets, and rows labelled since then.
FURTHER = Plan(
    epochs=2,
    rate=6e-5,
    head_rate=2e-4,
    near=4.0,
    alike=0.5,
    seed=40,
    told_epochs=1,
    alike_every=4,
    fixed_layers=2,
    near_base=True,
    tail=0.998,
)
FURTHER_TWEETS = 8000


def main() -> None:
    """Train, measure and write what `--out` should hold."""
    options = parse()
    shared = Path(os.environ.get("LISTENING_SHARED", ROOT.parent / "shared"))
    corpus = load_corpus(shared, extra=not options.frozen, seed=options.seed)
    print(
        f"rows: train {len(corpus.train)}, calibration {len(corpus.calibration)}, "
        f"gold {len(corpus.gold)}, public {len(corpus.extra)}"
    )
    changes = last = None
    if not options.frozen:
        base = average(
            runs(first_run, SEEDS, shared, options.work, threads=options.threads), folder_of(0, options.work)
        )
        last = folder_of(1, options.work)
        average(runs(last_run, LAST_SEEDS, shared, options.work, base, threads=options.threads), last)
        changes = further_run(shared, options.work, last) / "encoder.safetensors"
    encoder = Encoder(package_folder(), changes=changes, threads=options.threads)
    # the heads stay those of the last runs: on the layers that moved on they read better than heads that moved along
    raw = load_file(last / "raw_heads.safetensors") if last else fit_frozen(encoder, corpus, options.seed)
    texts = [row.text for row in corpus.calibration]
    tensors = calibrate(raw, encoder.encode(texts).features, corpus.calibration, cues_in(texts))
    figures = judge(encoder, Heads(tensors), corpus.gold)
    for name, figure in figures.items():
        print(f"{name:32} {figure.value:.3f}  [{figure.low:.3f}, {figure.high:.3f}]")
    write(options.out, tensors, changes, metrics_of(figures, corpus, options))


def runs(run: Callable[..., Path], seeds: Sequence[int], *rest: object, threads: int) -> list[Path]:
    """Fine-tune once a seed, a core each: small batches gain little from a second core."""
    with ProcessPoolExecutor(threads, mp_context=get_context("spawn")) as pool:
        return [one.result() for one in [pool.submit(run, seed, *rest) for seed in seeds]]


def first_run(seed: int, shared: Path, work: Path) -> Path:
    """Fine-tune on what is labelled (or go on with it); the seed chooses the sample of the public sets too."""
    return finetune(load_corpus(shared, extra=True, seed=seed), Plan(seed=seed), folder_of(seed, work))


def last_run(seed: int, shared: Path, work: Path, base: Path) -> Path:
    """Go on from the first runs' mean, with the contrast between troubles beside what is labelled."""
    corpus = load_corpus(shared, extra=True, seed=seed, tweets=LAST_TWEETS)
    corpus = replace(corpus, extra=[row for row in corpus.extra if not row.emotions])
    kin = load_kin(shared, judged(corpus))
    return finetune(corpus, replace(LAST, seed=seed), folder_of(seed, work), base=base, kin=kin)


def further_run(shared: Path, work: Path, base: Path) -> Path:
    """Go on from the last runs' mean with the rows that were labelled after them and with most of the tweets."""
    corpus = load_corpus(shared, extra=False, seed=FURTHER.seed)
    held = judged(corpus)
    tweets = [row for row in some_tweets(shared / "data", FURTHER.seed, FURTHER_TWEETS) if normal(row.text) not in held]
    corpus = replace(corpus, train=[*corpus.train, *load_heard(shared, held)], extra=tweets)
    return finetune(corpus, FURTHER, folder_of(FURTHER.seed, work), base=base, kin=load_kin(shared, held))


def judged(corpus: Corpus) -> set[str]:
    """Name the texts on which is measured or calibrated."""
    return {normal(text) for text in (*(c.text for c in corpus.gold), *(row.text for row in corpus.calibration))}


def folder_of(seed: int, work: Path) -> Path:
    """Make the folder of one run."""
    folder = work / f"tuned-{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frozen", action="store_true", help="heads only, on the untouched encoder")
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "reader", help="where weights and metrics go")
    parser.add_argument("--work", type=Path, default=ROOT / "data" / "var" / "reader", help="checkpoints")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


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
    heard = 0 if options.frozen else len(OWN.read_text(encoding="utf-8").splitlines())
    return {
        "model": "reader.v1" if options.frozen else "reader.v4",
        "gold": {"rows": len(corpus.gold), "sha256": fingerprint(corpus.gold), "unit": "a whole text as one passage"},
        "rows": {
            "train": len(corpus.train),
            "calibration": len(corpus.calibration),
            "public": len(corpus.extra),
            "heard": heard,
        },
        "plan": {"frozen": True}
        if options.frozen
        else asdict(Plan())
        | {"seeds": SEEDS, "last": asdict(LAST) | {"seeds": LAST_SEEDS}, "further": asdict(FURTHER)},
        "made_with": {"python": platform.python_version(), "numpy": np.__version__},
        "figures": {name: asdict(figure) for name, figure in figures.items()},
    }


def write(out: Path, tensors: dict[str, Floats], changes: Path | None, metrics: dict[str, object]) -> None:
    """Write heads, changed layers and metrics; `python models/gate.py --seal` then notes their hashes."""
    out.mkdir(parents=True, exist_ok=True)
    save_file({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, out / "heads.safetensors")
    if changes is None:
        (out / "encoder.safetensors").unlink(missing_ok=True)
    else:
        shutil.copyfile(changes, out / "encoder.safetensors")
    for path in out.glob("*.safetensors"):
        path.chmod(0o644)  # safetensors writes for the owner only
    (out / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n")
    print(f"written to {out}: now `python models/gate.py --seal reader.vN --public`")


if __name__ == "__main__":
    main()
