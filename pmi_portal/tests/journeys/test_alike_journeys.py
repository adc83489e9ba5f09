"""Somebody is typed who is there already: hints while typing, and a question before saving where there is no JavaScript."""

from playwright.sync_api import Page, expect

from .conftest import CASEWORKER, PHONE, Visit
from .steps import fill_complaint, log_complaint

HINT = "#alike .alike-cases li"


def test_who_is_typed_again_is_shown_and_the_form_then_saves_without_a_question(visit: Visit) -> None:
    page = visit(CASEWORKER)
    case = log_complaint(page, name="Sukartini Wibisono")
    fill_complaint(page, name="Soekartini Wibisana")
    expect(page.locator(HINT)).to_have_count(1)
    expect(page.locator(HINT)).to_contain_text(case)
    page.fill("[name=name]", "Halimah Zulkarnaen")
    expect(page.locator(HINT)).to_have_count(0)
    page.fill("[name=name]", "Wibisono Sukartini")
    expect(page.locator(HINT)).to_contain_text(case)
    page.click(".submit-bar button[name=then][value=case]")
    page.wait_for_url("**/cases/*-*-*/")
    assert case not in page.url


def test_without_javascript_saving_asks_and_one_click_goes_on(visit: Visit) -> None:
    page = visit(CASEWORKER, viewport=PHONE, java_script_enabled=False)
    case = log_complaint(page, name="Rosdiana Mattalitti")
    fill_complaint(page, name="Rosdiana Matalitti")
    page.click(".submit-bar button[name=then][value=refer]")
    asked = page.locator("#alike-asked")
    expect(asked).to_contain_text(case)
    expect(page.locator("[name=chronology]")).to_have_value(
        "Gaji tidak dibayar selama tiga bulan. Paspor disimpan majikan."
    )
    assert fits(page)
    asked.get_by_role("button").click()
    page.wait_for_url("**/refer/**")


def fits(page: Page) -> bool:
    """Whether nothing is wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))
