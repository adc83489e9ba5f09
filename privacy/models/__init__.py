"""Entries of the access log."""

from .entry import LogEntry

__all__ = ["LogEntry"]
