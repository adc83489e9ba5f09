"""A partner's life in browsers: from being registered to its first accepted referral, and closing with a successor."""

from playwright.sync_api import Page, expect

from cases.tests.files import pdf
from pmi_portal.demo.people import PASSWORD

from .conftest import CASEWORKER, PORTAL_ADMIN, Visit
from .steps import accept_invitation, act, agree, choose_agency, expect_state, log_complaint

NEW = "LEMBAGA_CONTOH_CAHAYA"
NAME = "Lembaga Contoh Cahaya"
OFFICER = "petugas@cahaya.example"
OLD, OLD_NAME, OLD_OFFICER = "KRI_TAWAU", "Tawau", "petugas@kri-tawau.example"
SUCCESSOR, SUCCESSOR_OFFICER = "KJRI_KOTA_KINABALU", "petugas@kjri-kk.example"


def send(page: Page) -> None:
    page.locator("main form[method=post] .submit-bar button").last.click()
    page.wait_for_load_state()


def refer_to(page: Page, case: str, agency: str, *, onward: bool = False) -> str:
    """Refer the case to an agency that is found by its name; the address of the referral."""
    page.goto(f"/cases/{case}/refer/")
    page.check("[name=services][value=mediation]")
    page.fill("[name=request]", "Mohon dampingi pekerja menagih gajinya.")
    others = page.locator("details.to-other")
    if others.get_attribute("open") is None:
        others.locator("summary").first.click()
    choose_agency(others, agency)
    agree(page, onward=onward)
    page.click("main .submit-bar button")
    page.wait_for_url("**/referrals/*-*-*-*-*/")
    return page.url


def test_a_partner_is_registered_and_accepts_its_first_referral(visit: Visit) -> None:
    admin, guest, caseworker = visit(PORTAL_ADMIN), visit(), visit(CASEWORKER)
    admin.goto("/partners/")
    admin.locator("a[href='/partners/register/']").click()
    admin.fill("[name=name_id]", NAME)
    admin.select_option("[name=kind]", "other")
    admin.fill("[name=city]", "Malang")
    send(admin)
    admin.wait_for_url(f"**/partners/{NEW}/")

    admin.locator(f"a.btn-primary[href='/partners/{NEW}/agreements/']").click()
    admin.fill("[name=number]", "PKS-01/2026")
    admin.fill("[name=signatory]", "Contoh Ketua, Direktur")
    admin.fill("[name=signed_on]", "2026-01-05")
    admin.fill("[name=expires_on]", "2029-01-04")
    admin.set_input_files("[name=paper]", {"name": "pks.pdf", "mimeType": "application/pdf", "buffer": pdf()})
    send(admin)
    admin.wait_for_url(f"**/partners/{NEW}/")

    admin.locator(f"a[href='/partners/{NEW}/activate/']").click()
    admin.fill("[name=reason]", "Perjanjian sudah ditandatangani.")
    send(admin)
    admin.wait_for_url(f"**/partners/{NEW}/")
    admin.locator(f"a[href='/partners/{NEW}/invite/']").click()
    admin.fill("[name=email]", OFFICER)
    admin.fill("[name=full_name]", "Contoh Cahya")
    admin.check("[name=role][value=officer]")
    send(admin)

    officer = guest
    accept_invitation(officer, OFFICER, PASSWORD + "-baru")
    officer.wait_for_url(lambda url: "/conduct/" not in url)

    case = log_complaint(caseworker, name="Contoh Melur")
    address = refer_to(caseworker, case, NAME)
    expect_state(caseworker, "sent")
    officer.goto(address)
    act(officer, "accept")
    expect_state(officer, "accepted")
    expect_state(caseworker, "accepted")
    expect(caseworker.locator("main")).to_contain_text("Contoh Cahya")


def test_a_partner_closes_and_its_successor_goes_on(visit: Visit) -> None:
    admin, caseworker = visit(PORTAL_ADMIN), visit(CASEWORKER)
    officer, heir = visit(OLD_OFFICER), visit(SUCCESSOR_OFFICER)
    going, asking = (log_complaint(caseworker, name=name) for name in ("Contoh Seroja", "Contoh Tanjung"))
    agreed = refer_to(caseworker, going, OLD_NAME, onward=True)
    officer.goto(agreed)
    act(officer, "accept")
    not_agreed = refer_to(caseworker, asking, OLD_NAME)

    admin.goto(f"/partners/{OLD}/")
    admin.locator(f"a[href='/partners/{OLD}/close/']").click()
    admin.select_option("[name=successor]", SUCCESSOR)
    admin.locator("main form[method=get] button").click()
    admin.wait_for_url(f"**/close/?successor={SUCCESSOR}")
    happens = admin.locator("section:has(#effects-title)")
    expect(happens).to_contain_text("langsung berlanjut di")
    expect(happens).to_contain_text("menunggu di pengirimnya")
    expect(admin.locator("main")).not_to_contain_text("Contoh Seroja")
    admin.fill("[name=reason]", "Kantor digabung.")
    admin.fill("[name=code]", OLD)
    send(admin)
    admin.wait_for_url(f"**/partners/{OLD}/")

    officer.goto("/inbox/")
    assert "/login/" in officer.url
    for case, state in ((going, "sent"), (asking, "unrouted")):
        caseworker.goto(f"/cases/{case}/")
        caseworker.locator("a[href*='/referrals/']", has_text="R2").first.click()
        caseworker.wait_for_url(lambda url: "/referrals/" in url and url not in (agreed, not_agreed))
        expect_state(caseworker, state)
        heir.goto(caseworker.url)
        if state == "sent":
            expect(heir.locator("main")).to_contain_text("Contoh Seroja")
        else:
            expect(heir.locator("main")).not_to_contain_text("Contoh Tanjung")
    caseworker.goto(agreed)
    expect(caseworker.locator("main")).to_contain_text(OLD_NAME)
