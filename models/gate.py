"""Checks the shelf: `python models/gate.py` (also `listening models gate`). Exit 0 when every line holds, else 1.

`--seal` notes the hashes of the files in models/reader (`--space` where the embeddings are an earlier model's);
`--gold` notes the hash of today's gold for its floors; `--public` measures the figures on public sets and notes them in
metrics.json; `--set GOLD.FIGURE=VALUE` moves a floor, and needs `--lower --why REASON` where that makes it easier.
LISTENING_SHARED says where the shared gold lies; without it only our own gold is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

MODELS = Path(__file__).resolve().parent
sys.path.insert(0, str(MODELS.parent))

from listening.errors import ModelError  # noqa: E402 - the path above comes first
from listening.signals.gate import (  # noqa: E402 - the same
    FLOORS,
    STANDARD,
    Floors,
    check,
    hashes,
    passed,
    read_floors,
    set_floor,
    write_floors,
)
from listening.signals.public import measure_public, read_sets  # noqa: E402 - the same
from listening.signals.reader import open_reader  # noqa: E402 - the same
from listening.signals.shelf import MANIFEST, METRICS, PACKAGE, ModelFile, read_manifest, sha256  # noqa: E402 - the same

OURS = {
    "reader/heads.safetensors": "trained by models/reader/train.py; the data and their licences are in CARD.md",
    "reader/encoder.safetensors": "changed layers of all-MiniLM-L6-v2, by models/reader/train.py",
    "reader/branch.safetensors": "layers beside its last ones, from which the heads read, by models/reader/train.py",
}


def main() -> int:
    """Do what the command line asks, then check."""
    options = parse()
    shared = Path(os.environ.get("LISTENING_SHARED", MODELS.parent.parent / "shared"))
    try:
        if options.seal:
            seal(options.seal, options.space)
        if options.public:
            note_public(shared, options.threads)
        if options.gold or options.set:
            move_floors(options, shared)
    except ModelError as error:
        print(error, file=sys.stderr)
        return 1
    lines = check(MODELS, shared if shared.is_dir() else None, threads=options.threads)
    for line in lines:
        print(f"{'ok  ' if line.ok else 'FAIL'} {line.name:44} {line.sentence}")
    return 0 if passed(lines) else 1


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seal", metavar="MODEL", help="note the hashes of models/reader under this name, e.g. reader.v2"
    )
    parser.add_argument("--space", default="", metavar="MODEL", help="the model whose embeddings it gives; its own")
    parser.add_argument("--public", action="store_true", help="note the figures on public sets in metrics.json")
    parser.add_argument("--gold", action="store_true", help="note the hash of today's gold")
    parser.add_argument("--set", action="append", default=[], metavar="GOLD.FIGURE=VALUE")
    parser.add_argument("--lower", action="store_true")
    parser.add_argument("--why", default="")
    parser.add_argument("--threads", type=int, default=0)
    return parser.parse_args()


def seal(model: str, space: str = "") -> None:
    """Write the manifest anew: the package's files as pinned, ours as they lie there now."""
    pinned = [file for file in read_manifest(MODELS).files if file.path.startswith(PACKAGE)]
    ours = [
        ModelFile(path, sha256(MODELS / path), "Apache-2.0", origin)
        for path, origin in OURS.items()
        if (MODELS / path).exists()
    ]
    blocks = [
        f'[[file]]\npath = "{f.path}"\nsha256 = "{f.sha256}"\nlicence = "{f.licence}"\norigin = "{f.origin}"\n'
        for f in [*pinned, *ours]
    ]
    head = f'# Written by `models/gate.py --seal {model}`: a file of another hash is not loaded.\nmodel = "{model}"\n'
    head += f'space = "{space}"  # whose embeddings it gives\n' if space else ""
    (MODELS / MANIFEST).write_text("\n".join([head, *blocks]), encoding="utf-8")


def note_public(shared: Path, threads: int) -> None:
    """Measure on the public sets and note the figures beside those of the gold."""
    figures = measure_public(open_reader(MODELS, STANDARD, threads=threads), read_sets(shared / "data"))
    told = json.loads((MODELS / METRICS).read_text(encoding="utf-8"))
    told["public"] = {name: asdict(figure) for name, figure in figures.items()}
    (MODELS / METRICS).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def move_floors(options: argparse.Namespace, shared: Path) -> None:
    """Note the gold and move floors, in that order."""
    path = MODELS / FLOORS
    floors = read_floors(path) if path.exists() else Floors({}, {})
    if options.gold:
        told = hashes(MODELS, shared if shared.is_dir() else None)
        floors = Floors({**floors.gold, **told}, floors.floors, floors.lowered)
    for wish in options.set:
        name, _, value = wish.partition("=")
        gold, _, figure = name.partition(".")
        floors = set_floor(floors, gold, figure, float(value), lower=options.lower, why=options.why)
    write_floors(path, floors)


if __name__ == "__main__":
    sys.exit(main())
