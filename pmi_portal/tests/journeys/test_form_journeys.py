"""Forms in browsers: sent twice, changed by two at once, and typed while the server goes away."""

import re

from playwright.sync_api import Page, expect

from .conftest import CASEWORKER, PHONE, PORTAL_ADMIN, Visit
from .stack import Stack, wait_until
from .steps import fill_complaint, log_complaint

PARTNER = "/partners/KBRI_DOHA/edit/"
SAVE = "main form[method=post] .submit-bar button"


def test_a_double_click_without_javascript_writes_one_note_and_answers_once(visit: Visit) -> None:
    page = visit(CASEWORKER, java_script_enabled=False)
    log_complaint(page, name="Contoh Dahlia")
    page.fill("form[action$='/note/'] [name=text]", "Majikan menelepon pelapor.")
    page.dblclick("form[action$='/note/'] button")
    page.wait_for_load_state()
    expect(page.locator("#messages .notice")).to_have_count(1)
    page.reload()
    expect(page.get_by_text("Majikan menelepon pelapor.", exact=True)).to_have_count(1)


def test_what_is_sent_again_with_other_content_is_asked_about(visit: Visit) -> None:
    page = visit(CASEWORKER, viewport=PHONE)
    log_complaint(page, name="Contoh Flamboyan")
    note = page.locator("form[action$='/note/']")
    key = note.locator("[name=key]").get_attribute("value")
    note.locator("[name=text]").fill("Catatan yang pertama.")
    note.locator("button").click()
    expect(page.get_by_text("Catatan yang pertama.", exact=True)).to_have_count(1)
    note.locator("[name=text]").fill("Catatan yang kedua.")
    note.locator("[name=key]").evaluate(
        "(field, key) => { field.value = key }", key
    )  # as a page kept open has it
    note.locator("button").click()
    expect(page.locator("main")).to_contain_text("Catatan yang kedua.")
    expect(page.locator("h1")).to_have_text("Formulir ini sudah dikirim")
    assert fits(page)
    page.locator("main form button").click()
    page.wait_for_url("**/cases/*-*-*/")
    for text in ("Catatan yang pertama.", "Catatan yang kedua."):
        expect(page.get_by_text(text, exact=True)).to_have_count(1)


def test_the_second_of_two_admins_sees_both_texts_side_by_side(visit: Visit) -> None:
    first, second = visit(PORTAL_ADMIN), visit(PORTAL_ADMIN)
    for page in (first, second):
        page.goto(PARTNER)
    first.fill("[name=city]", "Doha di kota")
    first.click(SAVE)
    first.wait_for_url("**/partners/KBRI_DOHA/")
    second.fill("[name=city]", "Doha di pinggir kota")
    second.click(SAVE)
    values = second.locator(".clash dd")
    expect(values).to_have_text(["Doha di kota", "Doha di pinggir kota"])
    now, typed = (values.nth(number).bounding_box() for number in range(2))
    assert now is not None
    assert typed is not None
    assert (now["y"], now["x"] < typed["x"]) == (typed["y"], True)
    second.set_viewport_size({"width": 360, "height": 740})
    assert fits(second)
    second.set_viewport_size({"width": 1280, "height": 900})
    expect(second.locator("[name=city]")).to_have_value("Doha di pinggir kota")
    second.click(SAVE)
    second.wait_for_url("**/partners/KBRI_DOHA/")
    expect(second.locator("main")).to_contain_text("Doha di pinggir kota")


def test_a_draft_survives_the_server_being_killed_and_started_again(visit: Visit, stack: Stack) -> None:
    page = visit(CASEWORKER)
    fill_complaint(page, name="Contoh Kamboja")
    expect(page.locator("[data-draft-status]")).to_contain_text(re.compile(r"\d\d[.:]\d\d"), timeout=15_000)
    stack.kill("web")
    page.fill("[name=demands]", "Diketik selagi server mati.")
    expect(page.locator("[data-draft-status]")).to_have_class(re.compile("is-bad"), timeout=15_000)
    stack.start("web")
    wait_until(stack.healthy, "the web process answers again")
    expect(page.locator("[data-draft-status]")).not_to_have_class(re.compile("is-bad"), timeout=60_000)
    another = page.context.new_page()
    page.close(run_before_unload=False)
    another.goto("/cases/")
    another.locator("a[href*='draft=']", has_text="Kamboja").first.click()
    expect(another.locator("[name=name]")).to_have_value("Contoh Kamboja")
    expect(another.locator("[name=demands]")).to_have_value("Diketik selagi server mati.")


def fits(page: Page) -> bool:
    """Whether nothing stands out of the page at its side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))
