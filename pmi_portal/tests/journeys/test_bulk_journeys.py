"""A supervisor acts on many cases at once: with a keyboard and a script at a desk, without a script on a phone."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pyzipper
from playwright.sync_api import Page, expect

from .conftest import DESK, PHONE, SUPERVISOR, Visit

LONG = 60_000  # milliseconds that the worker may take


def fits(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def begin(page: Page, kind: str, which: str) -> None:
    page.goto("/cases/?tab=team")
    page.check(f"[name=which][value={which}]")
    page.click(f"button[name=kind][value={kind}]")
    page.wait_for_url(re.compile(r"/cases/bulk/[0-9a-f-]{36}/$"))


def test_ticked_cases_get_a_topic_that_is_taken_back(visit: Visit) -> None:
    page = visit(SUPERVISOR, viewport=DESK)
    page.goto("/cases/?tab=team")
    boxes = page.locator("input[name=case]")
    for number in range(2):
        boxes.nth(number).focus()
        page.keyboard.press("Space")
    expect(page.locator("[data-ticked]")).to_have_text("(2)")
    page.click("button[name=kind][value=topic]")
    expect(page.locator("main")).to_contain_text("2 kasus")
    page.select_option("[name=topic]", index=1)
    page.click("main .submit-bar button")
    expect(page.locator("main")).to_contain_text("Selesai pada", timeout=LONG)
    page.locator("details.confirm summary").click()
    page.locator("form[action$='/undo/'] button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("Dibatalkan pada", timeout=LONG)


def test_without_a_script_all_cases_are_exported_with_a_password(visit: Visit, tmp_path: Path) -> None:
    page = visit(SUPERVISOR, viewport=PHONE, java_script_enabled=False)
    begin(page, "export", "all")
    assert fits(page)
    page.check("[name=personal][value=name]")
    page.check("[name=form][value=csv]")
    page.click("main .submit-bar button")
    again, file = page.locator("a", has_text="Lihat lagi"), page.locator("a[download]")
    for _look in range(60):
        if file.count():
            break
        page.wait_for_timeout(1_000)
        if again.count():
            again.click()
    assert fits(page)
    password = page.locator("strong.reference").inner_text()
    with page.expect_download() as fetched:
        file.click()
    archive = pyzipper.AESZipFile(io.BytesIO(Path(fetched.value.path()).read_bytes()))
    archive.setpassword(password.encode())
    [name] = archive.namelist()
    assert archive.read(name).decode("utf-8-sig").startswith('"Nomor')
