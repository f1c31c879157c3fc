"""Hears in each passage how it sounds, whether it hurts, and where in the journey: one small network, one pass."""

from listening.signals.fewshot import with_corrections
from listening.signals.gate import GateLine, check
from listening.signals.reader import Reader, name_reader, open_reader
from listening.signals.record import DocumentSummary, Record, as_json, summarise
from listening.signals.sentences import split_passages

__all__ = [
    "DocumentSummary",
    "GateLine",
    "Reader",
    "Record",
    "as_json",
    "check",
    "name_reader",
    "open_reader",
    "split_passages",
    "summarise",
    "with_corrections",
]
