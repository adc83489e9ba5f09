"""What every test may count on."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Tests that call the domain directly read English, so that polishing the Indonesian breaks none."""
    with translation.override("en"):
        yield
