"""A portal that breaks on purpose, with a worker's data in its hands. What it logs is read by test_logs."""
