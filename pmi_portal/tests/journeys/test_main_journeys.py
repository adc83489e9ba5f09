"""The main job in browsers: from complaint to completion, declining and referring again, inviting and suspending."""

import re

from playwright.sync_api import Page, expect

from pmi_portal.demo.people import PASSWORD

from .conftest import CASEWORKER, JOHOR, PARTNER_ADMIN, Visit
from .stack import Stack, wait_until
from .steps import (
    accept_invitation,
    act,
    agree,
    choose_agency,
    comes_to,
    expect_state,
    expect_words,
    fill_complaint,
    log_complaint,
    refer,
    save_complaint,
)


def test_a_complaint_goes_to_its_agency_and_comes_back_completed(visit: Visit, stack: Stack) -> None:
    officer = visit(JOHOR)
    officer.goto("/inbox/")
    caseworker = visit(CASEWORKER)
    fill_complaint(caseworker)
    save_complaint(caseworker, then="refer")
    caseworker.wait_for_url("**/refer/**")
    case = re.search(r"/cases/([^/]+)/refer", caseworker.url)
    assert case is not None
    address = refer(caseworker)
    expect_state(caseworker, "sent")

    row = officer.locator("tr", has_text=case[1])
    comes_to(officer, row.is_visible, "the open inbox shows it")
    assert "is-unread" in (row.get_attribute("class") or "")
    row.locator("a.row-link").click()
    officer.wait_for_url(address)
    expect(officer.locator("main")).to_contain_text("Paspor disimpan majikan")
    expect_state(caseworker, "received")

    act(officer, "accept")
    expect_state(officer, "accepted")
    expect_state(caseworker, "accepted")
    act(officer, "ask", text="Bulan apa saja yang belum dibayar?")
    expect_state(caseworker, "clarifying")
    caseworker.reload()
    act(caseworker, "answer", text="Agustus sampai Oktober.")
    expect_state(officer, "accepted")
    officer.reload()
    expect(officer.locator("main")).to_contain_text("Agustus sampai Oktober.")
    act(officer, "report", text="Majikan sudah dihubungi dan bersedia membayar.")
    expect_words(caseworker, "bersedia membayar")
    act(
        officer,
        "complete",
        outcome="HAK_TERPENUHI",
        amount="4.500",
        currency="MYR",
        text="Gaji dibayar penuh.",
    )
    expect_state(caseworker, "completed")

    caseworker.goto(f"/cases/{case[1]}/")
    expect(caseworker.locator("main")).to_contain_text("Gaji dibayar penuh.")
    mails = visit()
    wait_until(
        lambda: mails.goto("/demo/mail/") and mails.locator("main", has_text=case[1]).count(),
        "the e-mail about the referral left the portal",
    )
    expect(mails.locator("main")).not_to_contain_text("Contoh Kenanga")


def test_a_declined_referral_is_referred_again_with_what_was_written(visit: Visit) -> None:
    caseworker, officer = visit(CASEWORKER), visit(JOHOR)
    case = log_complaint(caseworker, name="Contoh Cempaka")
    caseworker.goto(f"/cases/{case}/refer/")
    address = refer(caseworker)
    expect_state(caseworker, "sent")
    officer.goto(address)
    act(
        officer,
        "decline",
        reason="wrong_district",
        text="Majikan ini berada di Selangor; mohon ke KBRI Kuala Lumpur.",
    )
    expect_state(officer, "declined")
    expect(officer.locator("main")).not_to_contain_text("Contoh Cempaka")  # closed with the declining

    expect_state(caseworker, "declined")
    caseworker.locator("a[href*='after=']").first.click()
    expect(caseworker.locator("[name=request]")).to_have_value("Mohon dampingi pekerja menagih gajinya.")
    expect(caseworker.locator("[name=services][value=mediation]")).to_be_checked()
    others = caseworker.locator("details.to-other")
    if others.get_attribute("open") is None:
        others.locator("summary").first.click()
    choose_agency(others, "KBRI Kuala Lumpur")
    agree(caseworker)
    caseworker.click("main .submit-bar button")
    caseworker.wait_for_url(lambda url: "/referrals/" in url and url != address)
    expect_state(caseworker, "sent")
    expect(caseworker.locator("main")).to_contain_text("KBRI Kuala Lumpur")


def test_an_invited_person_signs_in_and_is_refused_at_the_click_after_the_suspension(visit: Visit) -> None:
    admin, guest = visit(PARTNER_ADMIN), visit()
    new = "pendamping.baru@suaraperempuan.example"
    admin.goto("/partners/SP/invite/")
    admin.fill("[name=email]", new)
    admin.fill("[name=full_name]", "Contoh Anggrek")
    admin.check("[name=role][value=caseworker]")
    admin.click("main form.form .submit-bar button")
    admin.wait_for_load_state()

    accept_invitation(guest, new, "sebuah kata sandi panjang")
    guest.wait_for_url("**/cases/")

    admin.goto("/partners/SP/")
    admin.click("a:has-text('Contoh Anggrek')")
    admin.click("details.confirm:has(form[action*='/suspend/']) summary")
    admin.locator("form[action*='/suspend/'] button[type=submit]").click()
    admin.wait_for_load_state()
    guest.goto("/cases/new/")
    assert "/accounts/login/" in guest.url
    guest.fill("[name=login]", new)
    guest.fill("[name=password]", "sebuah kata sandi panjang")
    guest.click("form[action*=login] [type=submit]")
    guest.wait_for_load_state()
    guest.goto("/cases/")
    assert "/accounts/login/" in guest.url


def test_a_complaint_is_logged_and_accepted_without_javascript(visit: Visit) -> None:
    caseworker = visit(CASEWORKER, java_script_enabled=False)
    officer = visit(JOHOR, java_script_enabled=False)
    case = log_complaint(caseworker, name="Contoh Teratai")
    caseworker.goto(f"/cases/{case}/refer/")
    address = refer(caseworker)

    def arrived() -> bool:
        caseworker.reload()
        return caseworker.locator("#referral-status .state-sent").count() == 1

    wait_until(arrived, "the referral was sent")
    officer.goto(address)
    act(officer, "accept")
    expect_state(officer, "accepted")


def test_what_was_typed_survives_a_closed_tab_and_an_ended_session(visit: Visit) -> None:
    page = visit(CASEWORKER)
    fill_complaint(page, name="Contoh Seruni")
    expect(page.locator("[data-draft-status]")).to_contain_text(re.compile(r"\d\d[.:]\d\d"), timeout=15_000)
    context = page.context
    page.close(run_before_unload=False)
    page = context.new_page()
    page.goto("/cases/")
    page.click("a[href*='draft=']")
    expect(page.locator("[name=name]")).to_have_value("Contoh Seruni")

    page.fill("[name=demands]", "Dipulangkan ke Malang.")
    context.clear_cookies(name="pmi_session")
    page.click("button[name=then][value=case]")
    page.wait_for_url("**/login/**")
    sign_in_here(page)
    expect(page.locator("main")).to_contain_text("Dipulangkan ke Malang.")
    page.click("main form[action='/cases/new/'] button")
    page.wait_for_url("**/cases/*-*-*/")
    expect(page.locator("main")).to_contain_text("Contoh Seruni")


def sign_in_here(page: Page) -> None:
    page.fill("[name=login]", CASEWORKER)
    page.fill("[name=password]", PASSWORD)
    page.click("form[action*=login] [type=submit]")
    page.wait_for_url("**/account/kept/**")
