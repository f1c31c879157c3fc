"""The words that everything is sorted by: sentiments, pains, signals, stages, and where and how a text was written."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

SENTIMENTS = ("negative", "neutral", "positive")
PAINS = ("none", "spoken", "unspoken")
SIGNALS = (
    "complaint",
    "breakage",
    "confusion",
    "effort",
    "workaround",
    "unmet_need",
    "switching",
    "resignation",
    "dead_end",
)
DEFAULT_STAGES = ("discover", "choose", "buy", "start", "use", "help", "stay")
NO_STAGE = "none"
UNJUDGED = "qaa"  # the "language" of what nobody judges, whatever it is; ISO 639-2 leaves this code for local use


class PostKind(StrEnum):
    """Where a text was written. Surveys, tickets and reviews that the company itself receives are *inside*.

    The rest is *outside*.
    """

    FORUM = "forum"
    BLOG = "blog"
    REDDIT = "reddit"
    SURVEY = "survey"
    TICKET = "ticket"
    REVIEW = "review"

    @property
    def inside(self) -> bool:
        """True where the company itself received the text."""
        return self in (PostKind.SURVEY, PostKind.TICKET, PostKind.REVIEW)


class BodyFormat(StrEnum):
    """How the body of a post is written."""

    HTML = "html"
    TEXT = "text"
    MARKDOWN = "markdown"
