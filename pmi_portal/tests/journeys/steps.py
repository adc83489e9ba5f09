"""What people do on the pages, by the names of fields and addresses, so that wording may change freely."""

from playwright.sync_api import Locator, Page, expect


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
    page.click("button[name=then][value=case]")
    page.wait_for_url("**/cases/*-*-*/")
    return page.url.rstrip("/").rpartition("/")[2]


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


def expect_state(page: Page, state: str, *, seconds: int = 15) -> None:
    """The open page comes to show this state of the referral, without a reload by hand."""
    expect(page.locator(f"#referral-status .state-{state}")).to_be_visible(timeout=seconds * 1000)
