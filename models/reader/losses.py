"""What a wrong answer costs while learning: the questions of all heads, added up."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from corpus import STAGES, UNKNOWN, Row
from plan import Plan
from torch import Tensor
from torch.nn import functional

from listening.types import PAINS, SENTIMENTS, SIGNALS

SIZES = {
    "pain": len(PAINS),
    "stage": len(STAGES),
    "sentiment": len(SENTIMENTS),
    "signals": len(SIGNALS),
    "emotions": 28,
    "tweets": len(SENTIMENTS),  # the tone as the makers of tweet sets label it: bare facts are neutral there
}
ASKED = ("pain", "stage", "sentiment", "signals")  # what a teacher answers, in this order
TEMPERATURE = 1.5  # a teacher's second thoughts count more than its probabilities say


def task_loss(logits: dict[str, Tensor], rows: Sequence[Row], plan: Plan, weights: dict[str, Tensor]) -> Tensor:
    """Add up the questions that the rows answer."""
    total = torch.zeros(())
    trust = torch.tensor([row.pain_weight for row in rows])
    for name, share in (("pain", 1.0), ("stage", 1.0), ("sentiment", 0.7), ("tweets", 0.7)):
        target = torch.tensor([getattr(row, name) for row in rows])
        known = target != UNKNOWN
        if known.any():
            each = functional.cross_entropy(
                logits[name][known],
                target[known],
                weight=weights.get(name),
                reduction="none",
                label_smoothing=plan.smoothing,
            )
            total = total + share * (each * (trust[known] if name == "pain" else 1.0)).sum() / len(rows)
    if marked := [i for i, row in enumerate(rows) if row.signals]:
        target = torch.tensor([rows[i].signals for i in marked])
        each = functional.binary_cross_entropy_with_logits(
            logits["signals"][marked], target, pos_weight=weights["signals"]
        )
        total = total + 3.0 * each * len(marked) / len(rows)
    felt = [i for i, row in enumerate(rows) if row.emotions]
    if felt:
        target = torch.zeros((len(felt), SIZES["emotions"]))
        for place, i in enumerate(felt):
            target[place, list(rows[i].emotions)] = 1.0
        each = functional.binary_cross_entropy_with_logits(logits["emotions"][felt], target)
        total = total + 4.0 * each * len(felt) / len(rows)
    return total + taught_loss(logits, rows)


def taught_loss(logits: dict[str, Tensor], rows: Sequence[Row]) -> Tensor:
    """Say how far the answers are from the teacher's, where it gave some: Kullback-Leibler, softened."""
    total = torch.zeros(())
    marked = [i for i, row in enumerate(rows) if row.taught]
    if not marked:
        return total
    teacher = torch.tensor([rows[i].taught for i in marked]).split([SIZES[name] for name in ASKED], dim=1)
    for name, share, told in zip(ASKED, (1.0, 1.0, 0.7, 3.0), teacher, strict=True):
        said = logits[name][marked]
        if name == "signals":
            each = functional.binary_cross_entropy_with_logits(said, told.sigmoid())
        else:
            soft, target = (said / TEMPERATURE).log_softmax(1), (told / TEMPERATURE).log_softmax(1)
            each = functional.kl_div(soft, target, log_target=True, reduction="batchmean") * TEMPERATURE**2
        total = total + share * each * len(marked) / len(rows)
    return total


def class_weights(rows: Sequence[Row]) -> dict[str, Tensor]:
    """Rare stages and signals count more, by the square root of their rarity: macro F1 asks for all alike."""
    stages = torch.bincount(torch.tensor([row.stage for row in rows]), minlength=len(STAGES)).float()
    by_stage = (stages.mean() / stages).sqrt()
    share = torch.tensor([row.signals for row in rows if row.signals]).mean(0)
    return {"stage": by_stage / by_stage.mean(), "signals": ((1 - share) / share).sqrt()}
