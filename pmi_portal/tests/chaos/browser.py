"""A browser without a screen: cookies, forms with all their hidden fields, and a person who clicks again when a line breaks."""

from __future__ import annotations

import http.client
import http.cookiejar
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

BROKEN = (OSError, http.client.HTTPException)


class Unanswered(Exception):
    """Nobody answered for as long as the person was ready to try."""


@dataclass
class Form:
    """What a form would send as it is shown."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)

    def filled(self, **values: str | list[str]) -> list[tuple[str, str]]:
        """The fields with these values in the place of what was there."""
        kept = [(name, value) for name, value in self.fields if name not in values]
        more = [
            (name, one)
            for name, many in values.items()
            for one in ([many] if isinstance(many, str) else many)
        ]
        return kept + more


class Forms(HTMLParser):
    """The forms of a page: hidden fields, and what else carries a value by itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._inside: Form | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = Form(known.get("action", ""))
            self.found.append(self._inside)
        elif tag == "input" and self._inside is not None and known.get("name"):
            chosen = known.get("type") not in ("checkbox", "radio", "submit", "file") or "checked" in known
            if chosen and "disabled" not in known:
                self._inside.fields.append((known["name"], known.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any) -> None:
        return None


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    location: str


class Browser:
    """One person's; `patience` is how many seconds they go on clicking, `wait` how many for one answer.

    `errors` counts the answers that were errors of the server or did not come.
    """

    def __init__(self, address: str, patience: float = 60, wait: float = 15) -> None:
        self.address, self.patience, self.wait, self.errors = address, patience, wait, 0
        self._cookies = http.cookiejar.CookieJar()
        jar = urllib.request.HTTPCookieProcessor(self._cookies)
        self._opener = urllib.request.build_opener(_Stay, jar)

    def carry(self, name: str, value: str) -> None:
        """Take a cookie along that was made elsewhere."""
        host = urllib.parse.urlsplit(self.address).hostname or ""
        cookie = http.cookiejar.Cookie(
            *(0, name, value, None, False, host, False, False, "/", True, False, None, False, None, None, {})
        )
        self._cookies.set_cookie(cookie)

    def get(self, path: str) -> str:
        """A page, tried until it comes, also where it leads elsewhere at first. LookupError for one that is refused."""
        answer = self._until_answered(lambda: self._ask(path, None), path)
        if answer.status == 302 and "/login/" not in answer.location:
            path = urllib.parse.urljoin(path, answer.location)
            answer = self._until_answered(lambda: self._ask(path, None), path)
        if answer.status != 200:
            raise LookupError(f"{path} answers {answer.status} {answer.location}")
        return answer.text

    def form(self, path: str, ending: str = "") -> Form:
        """The form of a page whose action ends so; without an action it is sent to the page itself."""
        found = [form for form in Forms(self.get(path)).found if form.action.endswith(ending)]
        if not found:
            raise LookupError(f"no form {ending or 'at all'} on {path}")
        form = max(found, key=lambda form: len(form.fields)) if not ending else found[0]
        form.action = urllib.parse.urljoin(path, form.action)
        return form

    def send(self, action: str, fields: list[tuple[str, str]]) -> Answer:
        """Send a form, the same one again until somebody answers to it."""
        body = urllib.parse.urlencode(fields).encode()
        return self._until_answered(lambda: self._ask(action, body), action)

    def _until_answered(self, ask: Callable[[], Answer], what: str) -> Answer:
        end = time.monotonic() + self.patience
        while time.monotonic() < end:
            try:
                answer = ask()
            except BROKEN:
                answer = None
            if answer is not None and answer.status < 500:
                return answer
            self.errors += 1
            time.sleep(0.3)
        raise Unanswered(what)

    def _ask(self, path: str, body: bytes | None) -> Answer:
        headers = {"Referer": self.address, "Accept-Language": "en"}
        request = urllib.request.Request(self.address + path, data=body, headers=headers)
        try:
            with self._opener.open(request, timeout=self.wait) as answer:
                return Answer(answer.status, answer.read().decode(errors="replace"), "")
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read().decode(), error.headers.get("Location", ""))
