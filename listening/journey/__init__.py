"""The day: what a person does; every change leaves a line with who and when.

points      pain points: assign, rename, merge, split, move, resolve, mute, reopen
accounts    who may sign in to the board, and as what; keys for programs
upkeep      forgetting people, dropping what is old, sending mails again
"""

from listening.journey.points import (
    assign,
    merge,
    move,
    mute,
    name_anew,
    rename,
    reopen,
    resolve,
    split,
)
from listening.journey.upkeep import erase, keep_audit, retire_old, retry

__all__ = [
    "assign",
    "erase",
    "keep_audit",
    "merge",
    "move",
    "mute",
    "name_anew",
    "rename",
    "reopen",
    "resolve",
    "retire_old",
    "retry",
    "split",
]
