"""Fixtures of all tests of cases."""

from pathlib import Path

import pytest
from django.conf import LazySettings


@pytest.fixture
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    """A private folder for documents."""
    settings.DOCUMENTS_DIR = str(tmp_path / "documents")
    return tmp_path / "documents"
