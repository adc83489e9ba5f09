"""Entries of the access log, the tree over them, and its checkpoints."""

from .entry import LogEntry
from .tree import LogCheckpoint, LogLeaf, LogTree

__all__ = ["LogCheckpoint", "LogEntry", "LogLeaf", "LogTree"]
