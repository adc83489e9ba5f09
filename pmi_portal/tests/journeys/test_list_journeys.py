"""Lists by the keyboard alone: from row to row, into one, and to the search field."""

import pytest
from playwright.sync_api import Page, expect

from .conftest import CASEWORKER, JOHOR, Visit


def focused(page: Page) -> str:
    """The id of what has the focus."""
    return str(page.evaluate("document.activeElement.id"))


@pytest.mark.parametrize(
    ("who", "address"),
    [(CASEWORKER, "/cases/?tab=team"), (CASEWORKER, "/referrals/?tab=all"), (JOHOR, "/inbox/?tab=all")],
)
def test_j_and_k_go_from_row_to_row_and_enter_opens_one(visit: Visit, who: str, address: str) -> None:
    page = visit(who)
    page.goto(address)
    rows = [str(link.get_attribute("id")) for link in page.locator(".row-link").all()]
    page.keyboard.press("j")
    assert focused(page) == rows[0]
    page.keyboard.press("j")
    assert focused(page) == rows[1]
    assert page.evaluate("getComputedStyle(document.activeElement, '::after').boxShadow") != "none"
    page.keyboard.press("k")
    page.keyboard.press("k")
    assert focused(page) == rows[0]
    page.evaluate(  # what a refresh that brings something new does
        "htmx.ajax('GET', document.querySelector('[data-live]').getAttribute('hx-get'), '[data-live]')"
    )
    page.wait_for_load_state("networkidle")
    assert focused(page) == rows[0]
    page.keyboard.press("/")
    expect(page.locator("main input[type=search]")).to_be_focused()
    target = page.locator(".row-link").first.get_attribute("href")
    page.locator(".row-link").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{target}")
