"""Entries of the access log, the tree over them, its checkpoints; and data keys."""

from .data_key import DataKey, HoldsKey
from .entry import LogEntry, LogEntryQuerySet
from .tree import LogCheckpoint, LogLeaf, LogTree

__all__ = ["DataKey", "HoldsKey", "LogCheckpoint", "LogEntry", "LogEntryQuerySet", "LogLeaf", "LogTree"]
