"""A running portal and browsers to drive it with. Started once for all journeys."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from pmi_portal.demo.people import PASSWORD

from .stack import Stack

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}

CASEWORKER = "pendamping@suaraperempuan.example"
SUPERVISOR = "koordinator@suaraperempuan.example"
JOHOR = "petugas@kjri-jb.example"
KUALA_LUMPUR = "petugas@kbri-kl.example"
PARTNER_ADMIN = "admin@suaraperempuan.example"
PORTAL_ADMIN = "admin@portal.example"
PROTECTION_OFFICER = "ppdp@suaraperempuan.example"

Visit = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("portal"))
    try:
        stack.bring_up()
        yield stack
    finally:
        stack.tear_down()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=ARGUMENTS
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(stack: Stack, browser: Browser) -> Iterator[Visit]:
    """`visit(email)` opens a browser of its own for this person, signed in; `visit()` one for nobody."""
    contexts: list[BrowserContext] = []

    def open_(email: str = "", password: str = PASSWORD, *, language: str = "id", **options: Any) -> Page:
        address = options.pop("address", stack.address)
        context = browser.new_context(base_url=address, viewport=options.pop("viewport", DESK), **options)
        context.set_default_timeout(15_000)
        context.add_cookies([{"name": "pmi_language", "value": language, "url": address}])
        contexts.append(context)
        page = context.new_page()
        if email:
            sign_in(page, email, password)
        return page

    yield open_
    for context in contexts:
        context.close()


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.goto("/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", password)
    page.click("form[action*=login] [type=submit]")
    page.wait_for_url(lambda url: "/login/" not in url)
