"""An admin changes a mandate after reading what that would have changed, without a script and on a phone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from agencies.today import today

from .conftest import DESK, PHONE, PORTAL_ADMIN, Visit

MANDATES = "/partners/KJRI_JOHOR_BAHRU/mandates/"
JOHOR = "/where/?stage=during&country=MY&place=Johor+Bahru&topics=GAJI_TIDAK_DIBAYAR"


@pytest.mark.parametrize(
    "how", [{"viewport": DESK}, {"viewport": PHONE, "java_script_enabled": False}], ids=["desk", "phone"]
)
def test_change_a_mandate_after_reading_what_it_would_have_changed(
    how: dict[str, object], visit: Visit
) -> None:
    page = visit(PORTAL_ADMIN, **how)
    would_go_to_johor(page)

    page.goto(MANDATES)
    line = page.locator("tr", has_text="Johor").filter(has=page.locator("a[href*='/change/']")).first
    line.locator("a[href*='/change/']").click()
    begins = today() + timedelta(days=30)
    page.fill("[name=valid_from]", begins.isoformat())
    page.select_option("[name=topic]", "TPPO")
    page.fill("[name=source]", "Keputusan Menteri 12/2026")
    page.click("main .submit-bar button")

    told = page.locator(".impact > li")
    expect(told.first).to_be_visible()
    assert "KJRI Johor Bahru" in (told.first.text_content() or "")
    assert page.locator("button[name=confirmed]").count() == 1

    page.click("button[name=again]")
    assert page.input_value("[name=source]") == "Keputusan Menteri 12/2026"
    page.click("main .submit-bar button")
    page.click("button[name=confirmed]")
    page.wait_for_url(f"**{MANDATES}")
    planned = page.locator("section", has=page.locator("#planned-title"))
    expect(planned).to_contain_text("Keputusan Menteri 12/2026")
    would_go_to_johor(page)  # until its day comes, nothing is different

    page.goto(MANDATES)
    planned.locator("a[href*='/end/']").click()
    page.click("main .submit-bar button")
    page.click("button[name=confirmed]")
    page.wait_for_url(f"**{MANDATES}")
    expect(page.locator("#planned-title")).to_have_count(0)


def would_go_to_johor(page: Page) -> None:
    page.goto(JOHOR)
    expect(page.locator(".ranking > li").first).to_contain_text("KJRI Johor Bahru")
