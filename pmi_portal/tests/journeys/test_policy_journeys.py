"""Browsers find nothing on our pages that the Content-Security-Policy refuses."""

import pytest
from playwright.sync_api import ConsoleMessage, Page

from .conftest import CASEWORKER, JOHOR, PARTNER_ADMIN, PORTAL_ADMIN, SUPERVISOR, Visit
from .stack import wait_until

PAGES = 40  # that each person looks at
LISTEN = """addEventListener("securitypolicyviolation", (event) =>
  console.error(`refused: ${event.violatedDirective} ${event.blockedURI} ${event.sample} ${event.sourceFile}`))"""


class Listener:
    """Notes what a browser complains about, and on which page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.heard: list[str] = []
        page.add_init_script(LISTEN)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.heard.append(f"{page.url}: {error}"))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "status of" not in message.text:
            self.heard.append(f"{self.page.url}: {message.text}")


def walk(page: Page, *starts: str) -> int:
    """Look at the pages that links lead to, each kind of page once or twice; how many those were."""
    waiting, seen, kinds = list(starts), set[str](), dict[str, int]()
    while waiting and len(seen) < PAGES:
        path = waiting.pop(0)
        kind = "/".join("#" if any(sign.isdigit() for sign in part) else part for part in path.split("/"))
        kind = kind.partition("?")[0]
        if path in seen or kinds.get(kind, 0) >= 2:
            continue
        seen.add(path)
        kinds[kind] = kinds.get(kind, 0) + 1
        page.goto(path)
        for link in page.locator("a[href^='/']:not([download])").all():
            href = link.get_attribute("href") or ""
            if "logout" not in href and not href.endswith(".pdf"):
                waiting.append(href.partition("#")[0])
    return len(seen)


@pytest.mark.parametrize(
    ("email", "starts"),
    [
        ("", ["/accounts/login/", "/accounts/password/reset/", "/verify/", "/demo/mail/", "/nowhere/"]),
        (CASEWORKER, ["/cases/", "/cases/new/", "/referrals/sent/", "/account/preferences/", "/gallery/"]),
        (SUPERVISOR, ["/cases/", "/overdue/", "/notifications/"]),
        (JOHOR, ["/inbox/", "/notifications/"]),
        (PARTNER_ADMIN, ["/partners/"]),
        (
            PORTAL_ADMIN,
            ["/partners/", "/admin/", "/admin/agencies/deadline/add/", "/admin/agencies/deadline/"],
        ),
    ],
    ids=["nobody", "caseworker", "supervisor", "officer", "partner admin", "portal admin"],
)
def test_no_page_asks_for_what_the_policy_refuses(email: str, starts: list[str], visit: Visit) -> None:
    page = visit(email)
    listener = Listener(page)
    assert walk(page, *starts) >= len(starts)
    assert listener.heard == []


def test_a_script_that_somebody_smuggled_in_does_not_run(visit: Visit) -> None:
    page = visit()
    page.goto("/accounts/login/")
    page.evaluate(
        """() => {
            const put = (html) => document.body.insertAdjacentHTML("beforeend", html);
            put("<img src='/nowhere.png' onerror='window.ran = true'>");
            put("<script>window.ran = true</scr" + "ipt><a href='javascript:window.ran = true' id='lure'>.</a>");
            window.refused = 0;
            const written = document.createElement("script");
            const fetched = document.createElement("script");
            try { written.text = "window.ran = true"; } catch { window.refused += 1; }
            try { fetched.src = "https://evil.example/x.js"; } catch { window.refused += 1; }
            document.body.append(written, fetched);
            document.getElementById("lure").click();
        }"""
    )
    loaded = "() => document.images[document.images.length - 1].complete"
    wait_until(
        lambda: page.evaluate(loaded), "the browser has done with the picture"
    )  # the page may not poll by eval
    assert page.evaluate("[window.ran, window.refused]") == [None, 2]
