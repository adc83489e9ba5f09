"""The one box: what is found stands under it while somebody types, with the keyboard alone, and without JavaScript."""

from playwright.sync_api import expect

from .conftest import CASEWORKER, JOHOR, PHONE, Visit
from .steps import log_complaint


def test_a_case_is_found_while_its_name_is_typed_and_opened_with_the_keyboard_alone(visit: Visit) -> None:
    page = visit(CASEWORKER)
    reference = log_complaint(page, name="Contoh Zubaidah")
    page.goto("/services/")
    field = page.locator("#site-search-field")
    field.focus()
    page.keyboard.type("zub")
    found = page.locator("#site-search-results")
    expect(found.get_by_role("link", name=reference)).to_be_visible()
    page.keyboard.press("Escape")
    expect(found).to_be_empty()
    expect(field).to_be_focused()
    expect(field).to_have_value("zub")
    page.keyboard.type("a")
    expect(found.get_by_role("link", name=reference)).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(found.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{reference}/")


def test_the_slash_goes_to_the_box_where_the_page_has_no_search_of_its_own(visit: Visit) -> None:
    page = visit(CASEWORKER)
    page.goto("/account/")
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page.locator("#site-search-field")).to_be_focused()


def test_without_javascript_the_box_is_a_form_whose_words_stand_in_no_address(visit: Visit) -> None:
    page = visit(JOHOR, java_script_enabled=False)
    page.fill("#site-search-field", "penampungan")
    page.press("#site-search-field", "Enter")
    page.wait_for_url("**/search/?search=*")
    assert "penampungan" not in page.url
    expect(page.locator("#site-search-field")).to_have_value("penampungan")
    expect(page.locator("#search-results .found").first).to_be_visible()


def test_it_fits_a_phone(visit: Visit) -> None:
    page = visit(CASEWORKER, viewport=PHONE)
    page.fill("#site-search-field", "contoh")
    expect(page.locator("#site-search-results .found").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
