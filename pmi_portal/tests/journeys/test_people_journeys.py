"""Admins keep their people right: replacing the last officer of a mission."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import PORTAL_ADMIN, Visit
from .stack import Stack
from .steps import accept_invitation

# A mission with a live referral that its people may read, and one of them: where few work, and no other journey goes.
SOMEWHERE = """
    SELECT partner.id, partner.code, min(person.email), (
        SELECT referral.id FROM referrals_referral AS referral
        JOIN cases_consent AS consent ON consent.id = referral.consent_id AND consent.withdrawn_at IS NULL
        WHERE receiver_id = partner.id AND state IN ('sent', 'received', 'accepted') ORDER BY referral.id LIMIT 1
    ) AS referral FROM agencies_partner AS partner
    JOIN accounts_user AS person ON person.partner_id = partner.id AND person.is_active
        AND person.locked_at IS NULL AND person.role IN ('officer', 'supervisor')
    WHERE partner.kind = 'mission' AND partner.is_active AND partner.code NOT IN (
        'KJRI_JOHOR_BAHRU', 'KBRI_KUALA_LUMPUR', 'KRI_TAWAU', 'KJRI_KOTA_KINABALU'
    ) AND EXISTS (
        SELECT FROM referrals_referral AS referral
        JOIN cases_consent AS consent ON consent.id = referral.consent_id AND consent.withdrawn_at IS NULL
        WHERE receiver_id = partner.id AND state IN ('sent', 'received', 'accepted')
    ) GROUP BY partner.id, partner.code ORDER BY count(*), partner.code LIMIT 1
"""
COLLEAGUES_HAVE_LEFT = """
    UPDATE accounts_user SET is_active = false
    WHERE partner_id = %s AND email <> %s AND role IN ('officer', 'supervisor')
"""


def test_the_last_officer_of_a_mission_is_replaced(visit: Visit, stack: Stack) -> None:
    with stack.connect() as connection:
        found = connection.execute(SOMEWHERE).fetchone()
        assert found is not None
        partner, code, old, referral = found
        connection.execute(COLLEAGUES_HAVE_LEFT, (partner, old))
    new = f"pengganti@{old.partition('@')[2]}"
    admin, officer, guest = visit(PORTAL_ADMIN), visit(old), visit()
    work = f"/referrals/{referral}/"
    officer.goto(work)
    expect(officer.locator("#referral-status")).to_be_visible()

    admin.goto(f"/partners/{code}/")
    admin.locator("tr", has_text=old).locator("a.row-link").click()
    expect(admin.locator("main")).to_contain_text("Tidak ada orang lain yang menangani kasus di sana")
    person = admin.url

    admin.goto(f"/partners/{code}/invite/")
    admin.fill("[name=email]", new)
    admin.fill("[name=full_name]", "Contoh Pengganti")
    admin.check("[name=role][value=officer]")
    admin.click("main form.form .submit-bar button")
    accept_invitation(guest, new, "sebuah kata sandi panjang")
    guest.wait_for_url(lambda url: "/conduct/" not in url)
    guest.goto(work)
    expect(guest.locator("#referral-status")).to_be_visible()

    admin.goto(person)
    expect(admin.locator("main")).not_to_contain_text("Tidak ada orang lain yang menangani kasus di sana")
    admin.click("details.confirm:has(form[action*='/suspend/']) summary")
    admin.locator("form[action*='/suspend/'] button[type=submit]").click()
    admin.wait_for_load_state()
    officer.goto(work)
    assert "/accounts/login/" in officer.url
    guest.reload()
    expect(guest.locator("#referral-status")).to_be_visible()
    admin.goto(f"/partners/{code}/")
    admin.locator("tr", has_text=new).locator("a.row-link").click()
    expect(admin.locator("main")).to_contain_text("Tidak ada orang lain yang menangani kasus di sana")
