"""What comes after the acceptance, in browsers: questions, refusals, handing over, consent withdrawn, closing."""

from playwright.sync_api import Page, expect

from .conftest import CASEWORKER, JOHOR, KUALA_LUMPUR, Visit
from .steps import act, agree, choose_agency, expect_state, expect_words, log_complaint, refer


def referred(caseworker: Page, name: str, *, onward: bool = False) -> tuple[str, str]:
    """A complaint from Johor Bahru that has reached KJRI Johor Bahru: the case's reference, the referral's address."""
    case = log_complaint(caseworker, name=name)
    caseworker.goto(f"/cases/{case}/refer/")
    address = refer(caseworker, onward=onward)
    expect_state(caseworker, "sent")
    return case, address


def test_while_a_question_is_open_the_clock_of_the_agency_rests(visit: Visit) -> None:
    caseworker, officer = visit(CASEWORKER), visit(JOHOR)
    _case, address = referred(caseworker, "Contoh Dahlia")
    officer.goto(address)
    act(officer, "ask", text="Siapa nama majikannya?")
    expect_state(officer, "clarifying")
    expect(officer.locator("#referral-status .whose-move.is-resting")).to_be_visible()
    expect_state(caseworker, "clarifying")
    expect(caseworker.locator("#referral-status .whose-move.is-mine")).to_be_visible()
    caseworker.reload()
    act(caseworker, "answer", text="Tuan Contoh di Johor Bahru.")
    expect_state(officer, "received")
    officer.reload()
    expect(officer.locator("#referral-status .whose-move.is-mine:not(.is-resting)")).to_be_visible()
    expect(officer.locator("main")).to_contain_text("Tuan Contoh di Johor Bahru.")


def test_declined_for_the_wrong_district_it_goes_on_with_one_click(visit: Visit) -> None:
    caseworker, officer = visit(CASEWORKER), visit(JOHOR)
    _case, address = referred(caseworker, "Contoh Kamboja", onward=True)
    officer.goto(address)
    act(officer, "decline", reason="wrong_district", text="Majikan ini berada di Selangor.")
    expect_state(caseworker, "declined")
    again = caseworker.locator(".again form[action$='/refer-again/'] button").first
    expect(again).to_be_visible(timeout=15_000)
    again.click()
    caseworker.wait_for_url(lambda url: "/referrals/" in url and url != address)
    expect_state(caseworker, "sent")
    expect(caseworker.locator("main")).to_contain_text("Mohon dampingi pekerja menagih gajinya.")


def test_what_was_taken_on_is_handed_over_and_the_sender_is_told(visit: Visit) -> None:
    caseworker, officer, next_officer = visit(CASEWORKER), visit(JOHOR), visit(KUALA_LUMPUR)
    case, address = referred(caseworker, "Contoh Wijaya")
    officer.goto(address)
    act(officer, "accept")
    officer.locator("#act-hand_over summary").first.click()
    choose_agency(officer.locator("#act-hand_over"), "KBRI Kuala Lumpur")
    act(officer, "hand_over", text="Majikan sudah pindah ke Kuala Lumpur.")
    expect_state(officer, "handed_over")
    expect(officer.locator("main")).not_to_contain_text("Contoh Wijaya")

    expect_state(caseworker, "handed_over")
    caseworker.goto(f"/cases/{case}/")
    caseworker.locator("a[href*='/referrals/']", has_text="R2").first.click()
    caseworker.wait_for_url(lambda url: "/referrals/" in url and url != address)
    expect_state(caseworker, "unrouted")  # the worker is asked before anybody else is told
    follow_up = caseworker.url
    caseworker.locator("a[href$='/agree/']").first.click()
    caseworker.wait_for_url("**/agree/")
    agree(caseworker)
    caseworker.locator("main .submit-bar button").last.click()
    caseworker.wait_for_url(follow_up)
    expect_state(caseworker, "sent")
    next_officer.goto(follow_up)
    expect(next_officer.locator("main")).to_contain_text("Contoh Wijaya")


def test_consent_withdrawn_closes_the_page_that_the_officer_has_open(visit: Visit) -> None:
    caseworker, officer = visit(CASEWORKER), visit(JOHOR)
    case, address = referred(caseworker, "Contoh Flamboyan")
    officer.goto(address)
    act(officer, "accept")
    expect(officer.locator("main")).to_contain_text("Contoh Flamboyan")
    caseworker.goto(f"/cases/{case}/consents/")
    everything = caseworker.locator("details:has(form[action$='/consents/withdraw/'])")
    everything.locator("summary").first.click()
    everything.locator("[name=text]").fill("PMI berubah pikiran.")
    everything.locator("button[type=submit]").last.click()
    caseworker.wait_for_load_state()
    expect_words(officer, "Contoh Flamboyan", gone=True)
    expect_state(officer, "withdrawn")
    officer.reload()
    act(officer, "stopped", text="Salinan sudah dihapus.")
    caseworker.reload()
    expect(caseworker.locator("#duties + ul, section:has(#duties)").first).to_contain_text(
        "Salinan sudah dihapus."
    )


def test_a_case_is_closed_with_what_was_recovered(visit: Visit) -> None:
    caseworker, officer = visit(CASEWORKER), visit(JOHOR)
    case, address = referred(caseworker, "Contoh Kemuning")
    caseworker.goto(f"/cases/{case}/close/")
    expect(caseworker.locator("main form[action$='/close/']")).to_have_count(0)  # a referral is live
    officer.goto(address)
    act(officer, "accept")
    act(
        officer,
        "complete",
        outcome="HAK_TERPENUHI",
        amount="4.500",
        currency="MYR",
        text="Gaji dibayar penuh.",
    )
    caseworker.goto(f"/cases/{case}/close/")
    caseworker.select_option("[name=outcome]", "HAK_TERPENUHI")
    caseworker.fill("[name=claimed]", "5.000")
    caseworker.fill("[name=recovered]", "4.500")
    caseworker.select_option("[name=currency]", "MYR")
    caseworker.fill("[name=note]", "Gaji dibayar, PMI sudah pulang.")
    caseworker.locator("main .submit-bar button").last.click()
    caseworker.wait_for_url(f"**/cases/{case}/")
    expect(caseworker.locator("main")).to_contain_text("4.500")
    expect(caseworker.locator(f"a[href='/cases/{case}/refer/']")).to_have_count(0)
