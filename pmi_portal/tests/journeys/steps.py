"""What people do on the pages, by the names of fields and addresses, so that wording may change freely."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page

from .stack import wait_until


def fill_complaint(
    page: Page, *, country: str = "MY", place: str = "Johor Bahru", name: str = "Contoh Kenanga"
) -> None:
    """Fill in the intake form as the worker's sister would tell it."""
    page.goto("/cases/new/")
    page.select_option("[name=reporter_type]", "family")
    page.select_option("[name=reporter_relation]", "other_family")
    page.fill("[name=reporter_name]", "Contoh Mawar")
    page.fill("[name=reporter_contact]", "0800-000-123")
    page.fill("[name=name]", name)
    page.check("[name=sex][value=female]")
    page.select_option("[name=home_province]", "35")
    page.select_option("[name=home_regency]", "3507")
    page.select_option("[name=safe_channel]", "via_reporter")
    page.select_option("[name=country]", country)
    page.fill("[name=place]", place)
    page.check("[name=stage][value=during]")
    page.check("[name=procedural_status][value=unknown]")
    page.check("[name=topics][value=GAJI_TIDAK_DIBAYAR]")
    page.fill("[name=chronology]", "Gaji tidak dibayar selama tiga bulan. Paspor disimpan majikan.")
    page.fill("[name=demands]", "Gaji dibayar penuh dan paspor dikembalikan.")


def log_complaint(page: Page, **fields: str) -> str:
    """Log a complaint without referring it yet; the case's reference."""
    fill_complaint(page, **fields)
    save_complaint(page)
    page.wait_for_url("**/cases/*-*-*/")
    return page.url.rstrip("/").rpartition("/")[2]


def save_complaint(page: Page, *, then: str = "case") -> None:
    """Save the form that was filled in, and say that it is somebody else where the portal asks."""
    with page.expect_navigation():
        page.click(f".submit-bar button[name=then][value={then}]")
    if page.locator("#alike-asked").count():
        page.click("#alike-asked button")


def agree(page: Page, *, onward: bool = False) -> None:
    """Tick that the worker agreed to everything, by word of mouth; with `onward` also that others may be asked."""
    for group in page.locator("[name=groups]").all():
        group.check()
    page.check("[name=method][value=spoken]")
    page.fill("[name=witness]", "Contoh Saksi")
    if onward:
        page.check("[name=onward]")


def refer(page: Page, *, onward: bool = False) -> str:
    """On the refer page: ask for mediation and send; the address of the referral."""
    page.check("[name=services][value=mediation]")
    page.fill("[name=request]", "Mohon dampingi pekerja menagih gajinya.")
    agree(page, onward=onward)
    page.click("main .submit-bar button")
    page.wait_for_url("**/referrals/*-*-*-*-*/")
    return page.url


def choose_agency(part: Locator, name: str) -> None:
    """Find an agency by name and choose it."""
    part.locator("input[type=search]").fill(name)
    part.locator("label", has_text=name).first.click()


def act(page: Page, verb: str, **fields: str) -> None:
    """Do something to the referral whose page is open."""
    panel = page.locator(f"#act-{verb}")
    if panel.count() and panel.get_attribute("open") is None and panel.locator("summary").count():
        panel.locator("summary").first.click()
    form = page.locator(f"form[action$='/{verb.replace('_', '-')}/']")
    for name, value in fields.items():
        field = form.locator(f"[name={name}]")
        if field.first.evaluate("element => element.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    form.locator(".submit-bar button, button.btn-primary").last.click()
    page.wait_for_load_state()


def come_back(page: Page) -> None:
    """Return to the tab, as far as the page can tell: it asks at once what is new, not at its next ten seconds."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def comes_to(page: Page, shown: Callable[[], bool], what: str) -> None:
    """Come back to the open page again and again until it shows this, without a reload."""

    def look() -> bool:
        if shown():
            return True
        come_back(page)
        page.wait_for_timeout(200)  # for the answer; a look that came too soon is followed by another
        return shown()

    wait_until(look, what, seconds=15)


def expect_state(page: Page, state: str) -> None:
    """The open page comes to show this state of the referral, without a reload by hand."""
    badge = page.locator(f"#referral-status .state-{state}")
    comes_to(page, badge.is_visible, f"the page shows {state}")


def expect_words(page: Page, words: str, *, gone: bool = False) -> None:
    """The open page comes to show these words, or no longer does, without a reload by hand."""
    main = page.locator("main")
    comes_to(
        page, lambda: (words in main.inner_text()) is not gone, f"“{words}” {'gone' if gone else 'shown'}"
    )


def accept_invitation(page: Page, email: str, password: str) -> None:
    """Follow the link of the e-mail, choose a password, and accept the code of conduct."""

    def invitation() -> str:
        page.goto("/demo/mail/")
        mine = page.locator("tr", has_text=email).locator("a")
        if not mine.count():
            return ""
        mine.first.click()
        found = re.search(r"/partners/invitation/[\w-]+/", page.locator("main").inner_text())
        return found[0] if found else ""

    page.goto(wait_until(invitation, "the invitation arrived by e-mail"))
    for field in page.locator("input[type=password]").all():
        field.fill(password)
    page.locator("main form.form button.btn-primary").click()
    page.wait_for_url("**/partners/conduct/")
    page.locator("form[action$='/conduct/accept/'] button[type=submit]").click()
