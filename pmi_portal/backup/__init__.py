"""Backups that are known to come back: made while the portal works, and restored into an empty database with proof (docs/backup.md)."""
