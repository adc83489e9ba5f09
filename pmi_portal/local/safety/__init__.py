"""Whether the version that serves can go on while a migration runs, and after it (ADR 0030)."""
