"""How fast texts are read, beside what anyone would wire up, and beside what this machine can multiply at all.

    .venv/bin/python bench/read.py [--texts 400] [--rounds 3] [--threads 2] [--memory 100000]

In one run, in turns, on the same passages: our whole step from text to signals; the obvious stack (fp32
sentence-transformers, one transformers pipeline for the sentiment and one for the topic, all of MiniLM's size, given
our passages ready cut); and the machine's own limit for matrices of this size in fp32, bf16 and int8. `--memory` reads
that many lines with `listening read` and watches its memory. Seconds on the clock and of the processor are both told,
because another program's work counts in the first and less in the second.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
warnings.filterwarnings("ignore")

import numpy as np  # noqa: E402 - the path above comes first
import torch  # noqa: E402 - the same
from sentence_transformers import SentenceTransformer  # noqa: E402 - the same
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline  # noqa: E402 - the same

from listening.settings import load  # noqa: E402 - the same
from listening.signals import Reader, open_reader  # noqa: E402 - the same
from listening.signals.encoder import Encoder, has_bf16_units, package_folder  # noqa: E402 - the same
from listening.signals.reader import BRANCH, CHANGES, open_text  # noqa: E402 - the same
from listening.types import Text  # noqa: E402 - the same

FASTER, SHARE = 14.0, 0.35  # floors on a processor with units for bf16, on which they were set
MEMORY = 1.5  # GB
SOON = 2.0  # seconds for the oddest text
DIFFERENT = 1000  # texts of the second part: enough to fill every batch, few enough to be done with in minutes
SHAPE = (4096, 384, 1536)  # rows, in, out: the encoder's widest layer over one batch
SIZE = f"{SHAPE[0]} x {SHAPE[1]} by {SHAPE[1]} x {SHAPE[2]}"

WATCHED = """
import runpy, sys
from pathlib import Path
try:
    runpy.run_module("listening", run_name="__main__", alter_sys=True)
finally:
    print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0], file=sys.stderr)
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds on the clock, and of the processor over all threads."""

    clock: float
    processor: float


def main() -> None:
    """Measure, print the table, and exit with 1 where a floor that holds on this machine is missed."""
    wish = parse()
    logging.disable(logging.WARNING)
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    settings = load(ROOT / "configs", {})
    reader = open_reader(settings.models, settings.journey, threads=wish.threads)
    met = [speed(wish, reader), odd(reader), *([memory(wish.memory)] if wish.memory else [])]
    sys.exit(0 if all(met) else 1)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3, help="of each, in turns; the best counts")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", type=int, default=0, help="lines of the second part, e.g. 100000; 0 leaves it out")
    return parser.parse_args()


def speed(wish: argparse.Namespace, reader: Reader) -> bool:
    """Measure ours, theirs and the limit in turns; print ratios."""
    texts = [Text(str(number), text) for number, text in zip(range(wish.texts), posts(), strict=False)]
    passages = [signal.passage.text for reading in reader.read(texts) for signal in reading.signals]
    changes, branch = (ROOT / "models" / name for name in (CHANGES, BRANCH))
    encoder = Encoder(package_folder(), changes=changes, branch=branch, threads=wish.threads)
    work = encoder.count(passages) * encoder.megaflop_a_token / 1000
    obvious = wire_up(wish.threads)
    parts: dict[str, Callable[[], object]] = {
        "ours: from text to signals": lambda: ours(reader, texts),
        "  of it: language and passages": lambda: [open_text(text) for text in texts],
        "  of it: encoder": lambda: ours(encoder, passages),
        "the obvious stack, on our passages": lambda: obvious(passages),
    }
    best: dict[str, Spent] = {}
    limits: dict[str, float] = {}
    for _ in range(wish.rounds):
        for name, run in parts.items():
            best[name] = least(best.get(name), timed(run))
        for name, found in limit(wish.threads).items():
            limits[name] = max(limits.get(name, 0.0), found)
    return show(best, limits, len(passages), work, encoder.precision)


def ours(one: Reader | Encoder, what: Sequence[Text] | Sequence[str]) -> None:
    """Read with a thread a batch, as our reader does."""
    torch.set_num_threads(1)
    if isinstance(one, Reader):
        one.read([text for text in what if isinstance(text, Text)])
    else:
        one.encode([text for text in what if isinstance(text, str)])


def wire_up(threads: int) -> Callable[[Sequence[str]], None]:
    """Build the obvious stack; its classifiers have MiniLM's size and untrained answers, which costs the same time."""
    folder = package_folder()
    embed = SentenceTransformer(str(folder), device="cpu")
    tokenizer = AutoTokenizer.from_pretrained(str(folder))
    ask = [
        pipeline(
            "text-classification",
            model=AutoModelForSequenceClassification.from_pretrained(str(folder), num_labels=labels).eval(),
            tokenizer=tokenizer,
            batch_size=32,
            device="cpu",
        )
        for labels in (3, 8)
    ]

    def run(texts: Sequence[str]) -> None:
        torch.set_num_threads(threads)
        embed.encode(list(texts), batch_size=32, show_progress_bar=False)
        for one in ask:
            list(one(list(texts), truncation=True, max_length=256))

    return run


def limit(threads: int) -> dict[str, float]:
    """Measure what this machine multiplies: kind -> GFLOP a second of the processor (and of the clock)."""
    torch.set_num_threads(threads)
    rows, width, out = SHAPE
    work = 2 * rows * width * out / 1e9
    layer = torch.nn.Linear(width, out).eval()
    table = torch.randn(rows, width)
    kinds: dict[str, Callable[[], object]] = {"fp32": lambda: layer(table)}
    half, small = torch.nn.Linear(width, out).bfloat16().eval(), table.bfloat16()
    if has_bf16_units():
        kinds["bf16"] = lambda: half(small)
    eight = torch.ao.quantization.quantize_dynamic(torch.nn.Sequential(layer), {torch.nn.Linear}, dtype=torch.qint8)
    kinds["int8"] = lambda: eight(table)
    found = {}
    with torch.inference_mode():
        for name, run in kinds.items():
            run()
            spent = [timed(run) for _ in range(10)]
            found[name] = work / min(one.processor for one in spent)
            found[f"{name} clock"] = work / min(one.clock for one in spent)
    return found


def timed(run: Callable[[], object]) -> Spent:
    """Run once."""
    clock, processor = time.perf_counter(), time.process_time()
    run()
    return Spent(time.perf_counter() - clock, time.process_time() - processor)


def least(before: Spent | None, after: Spent) -> Spent:
    """Keep the smaller of each: a busy moment never makes it smaller."""
    if before is None:
        return after
    return Spent(min(before.clock, after.clock), min(before.processor, after.processor))


def show(best: dict[str, Spent], limits: dict[str, float], passages: int, work: float, precision: str) -> bool:
    """Print the tables of `passages` that took `work` GFLOP; say whether the floors hold, where they hold here."""
    print(f"\n{passages:,} passages, {work / passages:.2f} GFLOP each; we read in {precision}; ", end="")
    print(f"load of this machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print("| what | seconds | CPU seconds | passages/s | passages/CPU s |\n|---|---|---|---|---|")
    for name, spent in best.items():
        print(f"| {name} | {spent.clock:.2f} | {spent.processor:.2f} ", end="")
        print(f"| {passages / spent.clock:,.0f} | {passages / spent.processor:,.0f} |")
    mine, _, core, other = best.values()
    print("\n| this machine multiplies | GFLOP/s | GFLOP/CPU s |\n|---|---|---|")
    for name in [name for name in limits if "clock" not in name]:
        print(f"| {name}, {SIZE} | {limits[f'{name} clock']:.0f} | {limits[name]:.0f} |")
    top = max(limits[name] for name in ("fp32", "bf16") if name in limits)
    faster, share = other.processor / mine.processor, work / mine.processor / top
    print(f"\nagainst the obvious stack: {faster:.1f} x by CPU seconds, {other.clock / mine.clock:.1f} x by the clock")
    print(f"share of the limit: {share:.2f} from text to signals, {work / core.processor / top:.2f} the encoder alone")
    if not has_bf16_units():
        print(f"no units for bf16 here: the floors of {FASTER:.0f} x and {SHARE} were set where there are")
    met = share >= SHARE and (faster >= FASTER or not has_bf16_units())
    print(f"floors: {'met' if met else 'MISSED'}")
    return met


# --- odd texts


ODD = {
    "a megabyte": "It broke again today and nobody answers. " * 25_000,
    "100,000 emoji": "\U0001f600" * 100_000,
    "a word of 200 kB": "a" * 200_000,
    "stretched by invisible signs": "a\u200b" * 100_000,
    "NUL and lone surrogates": "the lid broke\0 again\ud800 and nobody answers me " * 20_000,
    "code": "for (int i = 0; i < n; i++) { sum += a[i]; }\n" * 20_000,
    "German": "Der Deckel ist schon wieder abgebrochen und niemand antwortet mir. " * 15_000,
    "quotation marks": "\"'" * 100_000,
}


def odd(reader: Reader) -> bool:
    """Read what nobody should write, one after another; print how long each takes."""
    print("\n| odd text | seconds | CPU seconds | passages | language |\n|---|---|---|---|---|")
    longest = 0.0
    reader.read([Text("plain", "It broke."), Text("other", ODD["German"][:200])])  # what loads when it is first needed
    different = {"a megabyte of different sentences": " ".join(islice(comments(), 8_000))}
    for name, text in {**ODD, **different}.items():
        spent = timed(partial(reader.read, [Text(name, text)]))
        (reading,) = reader.read([Text(name, text)])
        print(f"| {name} | {spent.clock:.2f} | {spent.processor:.2f} ", end="")
        print(f"| {len(reading.signals)} | {reading.language} |")
        longest = max(longest, spent.processor)
    print(f"target: at most {SOON:.0f} s each: {'met' if longest <= SOON else 'MISSED'}")
    return longest <= SOON


# --- the memory


def memory(lines: int) -> bool:
    """Read `lines` lines with `listening read`, and a tenth of them; print both peaks."""
    peaks = [peak(lines // 10), peak(lines)]
    print("\n| lines | peak memory |\n|---|---|")
    for count, one in zip((lines // 10, lines), peaks, strict=True):
        print(f"| {count:,} | {one:.2f} GB |")
    met = peaks[1] < MEMORY
    print(f"target: under {MEMORY} GB: {'met' if met else 'MISSED'}")
    return met


def peak(lines: int) -> float:
    """Give the peak memory in GB of one run, as Linux counts it from the program's start.

    What `getrusage` says of a child begins with what its parent held when it was started: here three models.
    """
    with tempfile.TemporaryDirectory() as place:
        told = Path(place) / "in.jsonl"
        with told.open("w", encoding="utf-8") as file:
            for number, text in zip(range(lines), comments(), strict=False):
                file.write(json.dumps({"id": str(number), "text": text}) + "\n")
        done = subprocess.run(
            [sys.executable, "-c", WATCHED, "read", str(told), "-o", str(Path(place) / "out.jsonl")],
            check=True,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    return int(done.stderr.split()[-1]) / 2**20


def posts() -> Iterator[str]:
    """Real posts where the shared data lies beside the checkout, else the demo's."""
    shared = Path(os.environ.get("LISTENING_SHARED", ROOT.parent / "shared"))
    archive = shared / "data" / "reddit_posts_2013" / "dev_posts.jsonl.gz"
    if archive.is_file():
        with gzip.open(archive, "rt", encoding="utf-8") as file:
            yield from (f"{post['title']}\n\n{post['selftext']}" for post in map(json.loads, file))
    else:
        yield from comments()


def comments() -> Iterator[str]:
    """Short texts without end: a thousand on which our own reader learned, each time in another order."""
    with gzip.open(ROOT / "models" / "reader" / "told.jsonl.gz", "rt", encoding="utf-8") as lines:
        told = [str(json.loads(line)["text"]) for line in islice(lines, DIFFERENT)]
    chance = np.random.default_rng(7)
    while True:
        yield from (told[place] for place in chance.permutation(len(told)))


if __name__ == "__main__":
    main()
