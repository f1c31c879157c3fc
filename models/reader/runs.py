"""The runs by which the reader learned, one after another: each goes on from the mean of those before it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from alike import load_kin
from branch import blend, grow_branch
from corpus import Corpus, Row, load_corpus, normal, some_tweets, told_later
from finetune import average, finetune
from heard import load_heard
from plan import Plan
from safetensors.torch import load_file, save_file
from taught import load_taught

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
# And from there (reader.v4) a branch that reads: all that is labelled, and what a larger teacher said of other texts.
BRANCH = Plan(epochs=3, rate=1e-4, head_rate=6e-4, start=2, seed=4, told_epochs=1, tail=0.998)
BRANCH_TWEETS = 8000
TAUGHT_TIMES = 3  # so often each of the teacher's texts is read


@dataclass(frozen=True, slots=True)
class Where:
    """Where the shared data lies, where checkpoints go, and of how many rows one is learned from (1: all)."""

    shared: Path
    work: Path
    every: int = 1

    def folder(self, seed: int) -> Path:
        """Make the folder of one run."""
        folder = self.work / f"tuned-{seed}"
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def all_runs(where: Where, threads: int) -> Path:
    """Make all runs, or go on with them; give the folder of what is shipped: encoder, branch and raw heads."""
    base = average(side_by_side(first_run, SEEDS, where, threads=threads), where.folder(0))
    last = average(side_by_side(last_run, LAST_SEEDS, where, base, threads=threads), where.folder(1))
    made = branch_run(where, further_run(where, last))
    old, new = (load_file(folder / "raw_heads.safetensors") for folder in (last, made))
    shutil.copytree(made, out := where.folder(4), dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.pt"))
    save_file(blend(old, new), out / "raw_heads.safetensors")
    return out


def side_by_side(run: Callable[..., Path], seeds: Sequence[int], *rest: object, threads: int) -> list[Path]:
    """Fine-tune once a seed, a core each: small batches gain little from a second core."""
    with ProcessPoolExecutor(threads, mp_context=get_context("spawn")) as pool:
        return [one.result() for one in [pool.submit(run, seed, *rest) for seed in seeds]]


def first_run(seed: int, where: Where) -> Path:
    """Fine-tune on what is labelled (or go on with it); the seed chooses the sample of the public sets too."""
    corpus = load_corpus(where.shared, extra=True, seed=seed)
    return finetune(thin(corpus, where.every), Plan(seed=seed), where.folder(seed))


def last_run(seed: int, where: Where, base: Path) -> Path:
    """Go on from the first runs' mean, with the contrast between troubles beside what is labelled."""
    corpus = load_corpus(where.shared, extra=True, seed=seed, tweets=LAST_TWEETS)
    kin = load_kin(where.shared, judged(corpus))
    corpus = thin(replace(corpus, extra=[row for row in corpus.extra if not row.emotions]), where.every)
    return finetune(corpus, replace(LAST, seed=seed), where.folder(seed), base=base, kin=kin)


def further_run(where: Where, base: Path) -> Path:
    """Go on from the last runs' mean with the rows that were labelled after them and with most of the tweets."""
    corpus = load_corpus(where.shared, extra=False, seed=FURTHER.seed)
    held = judged(corpus)
    train = [*corpus.train, *load_heard(where.shared, held)]
    corpus = thin(replace(corpus, train=train, extra=tweets_for(where, FURTHER, FURTHER_TWEETS, held)), where.every)
    return finetune(corpus, FURTHER, where.folder(FURTHER.seed), base=base, kin=load_kin(where.shared, held))


def branch_run(where: Where, base: Path) -> Path:
    """Teach a branch with all that is labelled, and with a larger teacher's answers for other texts."""
    corpus = load_corpus(where.shared, extra=False, seed=BRANCH.seed)
    held = judged(corpus)
    heard = [*load_heard(where.shared, held), *load_heard(where.shared, held, later=True)]
    told = [row for row in told_later() if normal(row.text) not in held]
    extra = [*load_taught(where.shared, held) * TAUGHT_TIMES, *tweets_for(where, BRANCH, BRANCH_TWEETS, held)]
    corpus = thin(replace(corpus, train=[*corpus.train, *heard, *told], extra=extra), where.every)
    return grow_branch(corpus, BRANCH, where.folder(3), base=base)


def tweets_for(where: Where, plan: Plan, each: int, held: set[str]) -> list[Row]:
    """Draw the tweets of a run, without those on which is measured."""
    return [row for row in some_tweets(where.shared / "data", plan.seed, each) if normal(row.text) not in held]


def thin(corpus: Corpus, every: int) -> Corpus:
    """Keep one row in `every`, to see that all runs go through."""
    return replace(corpus, train=corpus.train[::every], extra=corpus.extra[::every])


def judged(corpus: Corpus) -> set[str]:
    """Name the texts on which is measured or calibrated."""
    return {normal(text) for text in (*(c.text for c in corpus.gold), *(row.text for row in corpus.calibration))}
