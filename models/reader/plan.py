"""How a run learns: all the numbers that make one run differ from another, in one value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """How to learn; all of it is in the checkpoint's name, so another plan never goes on from this one's."""

    epochs: int = 5
    extra_epochs: int = 1
    rate: float = 1e-4
    head_rate: float = 1e-3
    near: float = 3.0
    alike: float = 0.0  # what the contrast between troubles counts; 0 for none
    smoothing: float = 0.05
    start: int = 20  # the heads begin alike in every run, so that runs can be averaged
    seed: int = 20  # order of rows, dropout
    told_epochs: int = 0  # of our own passages, where they are read less often than the rest; 0 for as often
    alike_every: int = 1  # the contrast speaks at every so many steps
    fixed_layers: int = 0  # the lowest layers stay as they are
    near_base: bool = False  # the embedding is held near that of the run we go on from, not the original's
    tail: float = 0.0  # the weights' moving average forgets with this factor a step; 0 keeps the last step's weights

    @property
    def name(self) -> str:
        """A file name that tells the plan; what is as in the first plans is left out."""
        told: list[object] = [self.epochs, self.extra_epochs, self.rate, self.head_rate, self.near, self.alike]
        late = (self.told_epochs, self.alike_every, self.fixed_layers, self.near_base, self.tail)
        if late != (0, 1, 0, False, 0.0):
            told += late
        return "-".join(map(str, [*told, self.seed]))
