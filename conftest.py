"""What every test may count on."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.template.backends.jinja2 import Template
from django.test.signals import template_rendered
from django.utils import translation

from privacy import acting

# What takes half a minute or waits for processes begins first, so that no core is idle at the end while another does it.
LONG = {
    "test_local_portal.py",
    "test_whole_life.py",
    "test_sealed_migration.py",
    "test_hsds_pages.py",
    "test_crash_points.py",
    "test_bad_input.py",
    "test_importing.py",
    "test_stopping.py",
    "test_readers_property.py",
}


# First, for pytest-django then puts those that empty tables behind all others.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in LONG)


def pytest_collection_finish() -> None:
    """Django and the suite itself are there to the end, and are not looked through again and again for garbage.

    What tests leave is collected as before, a little later.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Tests that call the domain directly read English, so that polishing the Indonesian breaks none."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True, scope="session")
def _pages_tell_what_they_were_given() -> Iterator[None]:
    """A test reads `answer.context` of pages of Jinja2 as of Django's, which announce it by a signal."""
    draw = Template.render

    def announced(template: Template, context: dict[str, Any] | None = None, request: Any = None) -> str:
        template_rendered.send(sender=template, template=template, context=context or {})
        return draw(template, context, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "render", announced)
        yield


@pytest.fixture(autouse=True, scope="session")
def _documents(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Files that tests put to cases go where pytest clears up."""
    settings.DOCUMENTS_DIR = str(tmp_path_factory.mktemp("documents"))


@pytest.fixture(autouse=True, scope="session")
def _the_portals_own_work() -> Iterator[None]:
    """What a test does directly it does as the portal; a page that it opens is its reader's (ActingMiddleware)."""
    with acting.as_portal():
        yield
