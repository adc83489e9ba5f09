"""What tests of the worker's rights may count on."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings


@pytest.fixture(autouse=True)
def _ledger(tmp_path: Path, settings: Settings) -> None:
    """Every test has an erasure ledger of its own."""
    settings.ERASURE_LEDGER = str(tmp_path / "ledger" / "erasures.jsonl")
