"""The nouns: every value that passes from one room to another, frozen, in one place.

Times are aware datetimes in UTC. Probabilities are floats in 0..1. Embeddings are float32 vectors of length one.
A *post* is what a site published, a *document* is what we keep of it, a *passage* is the piece we judge, a *cluster*
is tonight's, a *pain point* lasts. One file a chapter; everything is imported from here.
"""

from listening.types.alerts import Alert, AlertItem, Smtp
from listening.types.board import (
    Cell,
    Event,
    Evidence,
    HistoryLine,
    Hit,
    Lens,
    MapVersion,
    PointCard,
    Preview,
    Review,
    ReviewChanges,
    Spot,
    Week,
)
from listening.types.documents import Document
from listening.types.emergence import DayCount, Emergence
from listening.types.fixes import VERDICTS, FixVerdict
from listening.types.goals import Goal, Measure, Progress
from listening.types.journey import JourneyMap, Owner, Persona, Stage, Touchpoint
from listening.types.measures import Exposure, Interval, Measures, Telling
from listening.types.pain_points import (
    STATUSES,
    Attachment,
    Change,
    Cluster,
    LedgerEntry,
    Membership,
    Naming,
    Pain,
    PainPoint,
    Placement,
    Quote,
    Share,
    SuggestedTouchpoint,
)
from listening.types.people import ROLES, ApiToken, AuditLine, Session, User
from listening.types.report import PainPointRow, Report, StageMood, TouchpointRow
from listening.types.signals import Passage, Reading, Signal, Span, Swaps, Text
from listening.types.sources import Batch, Crawl, Health, Memory, Post, Shown, SourceConfig, Standing, Validator
from listening.types.words import DEFAULT_STAGES, NO_STAGE, PAINS, SENTIMENTS, SIGNALS, BodyFormat, PostKind, Vector

__all__ = [
    "DEFAULT_STAGES",
    "NO_STAGE",
    "PAINS",
    "ROLES",
    "SENTIMENTS",
    "SIGNALS",
    "STATUSES",
    "VERDICTS",
    "Alert",
    "AlertItem",
    "ApiToken",
    "Attachment",
    "AuditLine",
    "Batch",
    "BodyFormat",
    "Cell",
    "Change",
    "Cluster",
    "Crawl",
    "DayCount",
    "Document",
    "Emergence",
    "Event",
    "Evidence",
    "Exposure",
    "FixVerdict",
    "Goal",
    "Health",
    "HistoryLine",
    "Hit",
    "Interval",
    "JourneyMap",
    "LedgerEntry",
    "Lens",
    "MapVersion",
    "Measure",
    "Measures",
    "Membership",
    "Memory",
    "Naming",
    "Owner",
    "Pain",
    "PainPoint",
    "PainPointRow",
    "Passage",
    "Persona",
    "Placement",
    "PointCard",
    "Post",
    "PostKind",
    "Preview",
    "Progress",
    "Quote",
    "Reading",
    "Report",
    "Review",
    "ReviewChanges",
    "Session",
    "Share",
    "Shown",
    "Signal",
    "Smtp",
    "SourceConfig",
    "Span",
    "Spot",
    "Stage",
    "StageMood",
    "Standing",
    "SuggestedTouchpoint",
    "Swaps",
    "Telling",
    "Text",
    "Touchpoint",
    "TouchpointRow",
    "User",
    "Validator",
    "Vector",
    "Week",
]
