"""Signing in, in browsers: the second factor at the first sign-in, a passkey, and a session that ends while one writes."""

import re

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from accounts.tests.signing_in import code_now
from pmi_portal.demo.people import PASSWORD

from .conftest import CASEWORKER, Visit
from .stack import Stack
from .steps import log_complaint

NOTE = "Ibu menelepon lagi: majikan berjanji membayar hari Jumat."


def complaints(page: Page) -> list[str]:
    """Whatever the browser refuses for the content security policy, from now on."""
    found: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            found.append(message.text)

    page.on("console", hear)
    return found


def enter(page: Page, email: str) -> None:
    """Post address and password, by keyboard alone."""
    page.goto("/accounts/login/")
    page.locator("[name=login]").focus()
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    page.locator("[name=password]").focus()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("script", "email"), [(True, "petugas@kdei.example"), (False, "petugas2@kdei.example")]
)
def test_the_first_sign_in_sets_up_the_app_and_a_recovery_code_opens_the_next(
    stack: Stack, visit: Visit, script: bool, email: str
) -> None:
    with stack.another_web(MFA_REQUIRED="true") as address:
        page = visit(address=address, java_script_enabled=script)
        refused = complaints(page)
        enter(page, email)
        page.wait_for_url("**/accounts/second-factor/")
        page.goto("/inbox/")
        page.wait_for_url("**/accounts/second-factor/")
        page.click("main a[href$='/second-factor/app/']")
        expect(page.locator("img.qr")).to_be_visible()
        secret = page.locator("#totp-secret").inner_text()
        page.fill("main [name=code]", code_now(secret))
        page.keyboard.press("Enter")
        page.wait_for_url("**/recovery-codes/")
        codes = [code.replace(" ", "") for code in page.locator(".recovery-codes code").all_inner_texts()]
        assert len(set(codes)) == 10
        page.click("main a[href='/inbox/']")
        page.wait_for_url("**/inbox/")

        other = visit(address=address, java_script_enabled=script)
        enter(other, email)
        other.wait_for_url("**/second-factor/code/")
        other.fill("[name=code]", codes[3])
        other.keyboard.press("Enter")
        other.wait_for_url("**/inbox/")
        other.goto("/accounts/second-factor/")
        expect(other.locator("main")).to_contain_text(re.compile(r"\b9\b"))
        assert refused == []


def test_a_passkey_is_added_and_opens_the_account(stack: Stack, visit: Visit) -> None:
    with stack.another_web(MFA_REQUIRED="true") as address:
        page = visit(address=address)
        refused = complaints(page)
        browser = page.context.new_cdp_session(page)
        browser.send("WebAuthn.enable")
        browser.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        enter(page, "petugas2@disnaker-jatim.example")
        page.wait_for_url("**/accounts/second-factor/")
        page.click("main a[href$='/passkeys/add/']")
        page.wait_for_load_state()
        page.fill("main [name=name]", "Ponsel contoh")
        page.keyboard.press("Enter")
        page.wait_for_url("**/recovery-codes/")
        page.goto("/accounts/second-factor/")
        expect(page.locator("main")).to_contain_text("Ponsel contoh")

        page.click(".site-tools details.menu summary")
        page.click(".menu-out")
        page.wait_for_url("**/accounts/login/")
        enter(page, "petugas2@disnaker-jatim.example")
        page.wait_for_url("**/second-factor/code/")
        page.wait_for_load_state()
        page.locator("form[data-passkey] button").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/inbox/")
        assert refused == []


@pytest.mark.parametrize("script", [True, False])
def test_what_is_sent_after_the_session_ended_is_kept_and_sent_once(
    stack: Stack, visit: Visit, script: bool
) -> None:
    case = log_complaint(visit(CASEWORKER), name="Contoh Anggrek")
    with stack.another_web(SESSION_IDLE_MINUTES="0.2") as address:
        page = visit(CASEWORKER, address=address, java_script_enabled=script)
        page.goto(f"/cases/{case}/")
        page.fill("form[action$='/note/'] [name=text]", NOTE)
        if script:
            expect(page.locator("#session-soon")).to_be_visible(timeout=30_000)
            expect(page.locator("#session-ended")).to_be_visible(timeout=60_000)
        else:
            page.context.clear_cookies(name="pmi_session")
        page.locator("form[action$='/note/'] button").last.click()
        page.wait_for_url("**/accounts/login/**")
        page.fill("[name=login]", CASEWORKER)
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/account/kept/**")
        expect(page.locator(".kept-text")).to_have_text(NOTE)
        page.locator("main form[action$='/note/'] button").click()
        page.wait_for_url(f"**/cases/{case}/")
        expect(page.locator("main").get_by_text(NOTE)).to_have_count(1)


@pytest.mark.parametrize("offline", [False, True], ids=["with a server", "without"])
def test_a_page_that_is_left_open_forgets_what_it_showed_when_the_session_ends(
    stack: Stack, visit: Visit, offline: bool
) -> None:
    case = log_complaint(visit(CASEWORKER), name="Contoh Kenanga")
    with stack.another_web(SESSION_IDLE_MINUTES="0.2") as address:
        page = visit(CASEWORKER, address=address)
        page.goto(f"/cases/{case}/")
        expect(page.locator("main")).to_contain_text("Contoh Kenanga")
        page.context.set_offline(offline)
        expect(page.locator("#session-cleared")).to_be_visible(timeout=60_000)
        left = page.content()
        assert not [
            word for word in ("Contoh Kenanga", case, CASEWORKER) if word in left.partition("<body")[2]
        ]
        assert case not in page.title()
        assert page.evaluate("Object.keys(localStorage)") == []
        page.context.set_offline(False)
        page.click("#session-cleared a")
        page.wait_for_url(f"**/accounts/login/?next=/cases/{case}/")


def test_signing_out_in_one_tab_clears_the_others(visit: Visit) -> None:
    page = visit(CASEWORKER)
    case = log_complaint(page, name="Contoh Cempaka")
    page.goto(f"/cases/{case}/")
    other = page.context.new_page()
    other.goto("/cases/")
    other.click(".site-tools details.menu summary")
    other.click(".menu-out")
    other.wait_for_url("**/accounts/login/**")
    expect(page.locator("#session-cleared")).to_be_visible()
    assert "Contoh Cempaka" not in page.content()
