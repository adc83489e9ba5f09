"""What tests of accounts may count on."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from pytest_django.fixtures import Settings


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> Iterator[None]:
    """Attempts of one test are not counted in the next."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _our_own_outbox(settings: Settings) -> None:
    """Django's test runner puts its own e-mail backend in place of ours."""
    settings.EMAIL_BACKEND = "notifications.outbox.OutboxBackend"
