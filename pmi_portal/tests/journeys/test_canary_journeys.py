"""A thousand canaries go through every door of the real portal; what it leaves behind holds none in the open."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import redis
from fpdf import FPDF
from playwright.sync_api import APIResponse, Page

from pmi_portal.local.engines import postgres_programs

from .canaries import Canaries, Form, Kind, files, filled, forms_of, mails, says, whole
from .conftest import CASEWORKER, JOHOR, PROTECTION_OFFICER, SUPERVISOR, Visit
from .stack import Stack, connection_arguments, wait_until

MANY = 1000
COMPLAINT = {
    "reporter_type": "family",
    "reporter_relation": "other_family",
    "sex": "female",
    "birth_date": "",
    "home_province": "35",
    "home_regency": "3507",
    "safe_channel": "via_reporter",
    "country": "MY",
    "stage": "during",
    "procedural_status": "unknown",
    "topics": "GAJI_TIDAK_DIBAYAR",
    "incident_date": "",
    "then": "case",
}
ECHOES = {200, 302, 304, 409, 422}  # answers that may show people what they typed or may read


class Walker:
    """One person's browser without its window: reads pages, and sends their forms filled with canaries."""

    def __init__(self, page: Page, canaries: Canaries, refusals: dict[str, bytes]) -> None:
        self.request, self.context = page.request, page.context
        self.canaries, self.refusals = canaries, refusals

    def noted(self, answer: APIResponse) -> APIResponse:
        if answer.status not in ECHOES:
            self.refusals[f"{answer.status} {answer.url[-60:]} #{len(self.refusals)}"] = answer.body()
        return answer

    def get(self, address: str) -> APIResponse:
        return self.noted(self.request.get(address, max_redirects=5))

    def send(self, form: Form, **known: str) -> APIResponse:
        sent = filled(form, self.canaries, **known)
        return self.post(form.action, sent)

    def post(self, address: str, sent: list[tuple[str, str]] | dict[str, str]) -> APIResponse:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.noted(self.request.post(address, data=urlencode(sent), headers=kind, max_redirects=0))

    def forms(self, address: str) -> list[Form]:
        """The forms of a page about a case, a referral or a worker's right; not those of the header."""
        forms = forms_of(self.get(address).text())
        for form in forms:
            form.action = form.action or address
        return [form for form in forms if form.action.startswith(("/cases/", "/referrals/", "/rights/"))]

    def the(self, address: str, verb: str) -> Form:
        """The first form of a page that leads to this verb."""
        return next(form for form in self.forms(address) if form.action.endswith(f"/{verb}/"))

    def send_all(self, address: str, **known: str) -> None:
        for form in self.forms(address):
            self.send(form, **known)

    def complaint(self, **known: str) -> str:
        """Log one; the case's address."""
        [form] = [form for form in self.forms("/cases/new/") if "chronology" in form.texts]
        sent = filled(form, self.canaries, **COMPLAINT, **known)
        answer = self.post(form.action, sent)
        if answer.status == 409:  # one canary sounds like the other
            shown = re.findall(r'name="seen" value="([^"]+)"', answer.text())
            answer = self.post(form.action, [*sent, *(("seen", reference) for reference in shown)])
        assert answer.status == 302, answer.text()[:4000]
        return answer.headers["location"]


@contextmanager
def broken(stack: Stack, table: str) -> Iterator[None]:
    """Meanwhile every page that needs this table fails in the middle of its work."""
    with stack.connect() as owner:
        owner.execute(f"REVOKE SELECT, INSERT ON {table} FROM portal_app")
    try:
        yield
    finally:
        with stack.connect() as owner:
            owner.execute(f"GRANT SELECT, INSERT ON {table} TO portal_app")


def paper(text: str) -> bytes:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica")
    pdf.cell(text=text)
    return bytes(pdf.output())


def walk_a_case(caseworker: Walker, officer: Walker, supervisor: Walker) -> None:
    """Everything that people do with a case and its referral, with canaries in every field."""
    case = caseworker.complaint(place="Johor Bahru")
    [refer] = [form for form in caseworker.forms(f"{case}refer/") if form.action.endswith("/refer/")]
    sent = caseworker.send(refer, method="spoken", to="", groups="case")
    assert sent.status == 302, sent.text()[:4000]
    referral = sent.headers["location"]
    wait_until(lambda: officer.request.get(referral).status == 200, "the referral arrived")
    for who, verb in ((officer, "accept"), (officer, "ask"), (caseworker, "answer"), (officer, "report")):
        [form, *_same] = [form for form in who.forms(referral) if form.action.endswith(f"/{verb}/")]
        assert who.send(form).status == 302, verb
    for who in (officer, caseworker):
        who.send_all(f"{referral}talk/")
        who.send_all(referral)
    for part in (
        "",
        "edit/",
        "consents/",
        "access/",
        "documents/",
        "police-report/",
        "close/",
        "settlement/",
    ):
        caseworker.send_all(case + part)
    supervisor.send_all(case + "access/")
    upload(caseworker, case)


def ask(caseworker: Walker, supervisor: Walker, case: str, **known: str) -> str:
    """What a worker asks about the data in a case, up to the decision; the request's address."""
    page = f"/rights{case}ask/"
    form = caseworker.the(page, "ask")
    sent = caseworker.send(form, asked_by="attorney", channel="phone", **known)
    assert sent.status == 302, sent.text()[:4000]
    request = sent.headers["location"]
    for verb in ("identify", "decide"):
        assert supervisor.send(supervisor.the(request, verb)).status == 302, verb
    return request


def fetched(walker: Walker, page: str, kind: str) -> bytes:
    """The copy to which a page links."""
    [address] = re.findall(rf'href="([^"]+/{kind}/)"', page)
    return walker.get(address).body()


def walk_the_rights(caseworker: Walker, supervisor: Walker) -> None:
    """Everything that a worker may ask, with canaries in every field; the copy is made and fetched, a case erased."""
    case = caseworker.complaint()
    copy = ask(caseworker, supervisor, case, kind="access")
    supervisor.send(supervisor.the(copy, "export"))
    wait_until(lambda: "/json/" in supervisor.get(copy).text(), "the copy is ready")
    page = supervisor.get(copy).text()
    written, printed = (fetched(supervisor, page, kind) for kind in ("json", "pdf"))
    assert supervisor.canaries.found_in(written)
    assert printed.startswith(b"%PDF")
    for verb in ("carry-out", "tell"):
        assert supervisor.send(supervisor.the(copy, verb)).status == 302, verb

    pause = ask(caseworker, supervisor, case, kind="pause")
    assert supervisor.send(supervisor.the(pause, "carry-out")).status == 302
    assert supervisor.send(supervisor.the(f"/rights{case}", "resume")).status == 302
    hold = supervisor.the(f"/rights{case}hold/", "hold")
    day = (date.today() + timedelta(days=30)).isoformat()
    assert supervisor.send(hold, review_on=day).status == 302
    assert supervisor.send(supervisor.the("/rights/retention/", "lift")).status == 302

    gone = caseworker.complaint()
    erasure = ask(caseworker, supervisor, gone, kind="erasure")
    assert supervisor.send(supervisor.the(erasure, "carry-out")).status == 302
    wait_until(lambda: caseworker.get(gone).status == 410, "the case is erased")
    assert supervisor.send(supervisor.the(erasure, "tell")).status == 302


def walk_the_register(officer: Walker, case: str) -> None:
    """A breach is written down, completed, and its letters read."""
    found_at = (datetime.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    known = {"found_at": found_at, "happened_at": "", "people": "2"}
    sent = officer.send(officer.the("/rights/breaches/new/", "new"), **known)
    assert sent.status == 302, sent.text()[:4000]
    breach = sent.headers["location"]
    assert officer.send(officer.the(f"{breach}edit/", "edit"), **known).status == 302
    notices = officer.the(breach, "notices")
    assert officer.send(notices).status == 422  # a canary where a reference should be
    assert officer.send(notices, typed=case.split("/")[2]).status == 302
    assert officer.canaries.found_in(officer.get(breach).body())
    officer.send_all(breach)


def upload(caseworker: Walker, case: str) -> None:
    canaries = caseworker.canaries
    [form, *_others] = [
        form for form in caseworker.forms(f"{case}documents/") if form.action.endswith("/documents/")
    ]
    file = {
        "name": f"{canaries.new(Kind.NAME)}.pdf",
        "mimeType": "application/pdf",
        "buffer": paper(canaries.new(Kind.SENTENCE)),
    }
    fields: dict[str, object] = dict(filled(form, canaries, kind="contract", valid_until=""))
    answer = caseworker.request.post(form.action, multipart=fields | {"file": file}, max_redirects=0)  # type: ignore[arg-type]
    assert answer.status == 302, answer.text()[:4000]


def search_and_err(walker: Walker, nobody: Walker) -> None:
    """Look for canaries, and put them where no page expects them."""
    canaries = walker.canaries
    [search] = [form for form in walker.forms("/cases/?tab=team") if form.action == "/cases/search/"]
    for kind in Kind:
        walker.get(
            walker.post(search.action, [*search.fields, ("q", canaries.new(kind))]).headers["location"]
        )
        text = quote(canaries.new(kind))
        for address in (f"/cases/{text}/", f"/verify/{text}/", f"/letter/{text}/", f"/nowhere/{text}/"):
            walker.get(address)
        for address in (f"/inbox/?q={text}", f"/cases/?q={text}", f"/cases/log/?person={text}"):
            walker.get(address)
        walker.post("/cases/new/", {"name": canaries.new(kind), "csrfmiddlewaretoken": "forged"})
        walker.request.fetch(
            f"/cases/?q={text}", method="PROPFIND", headers={"Referer": f"http://localhost/?{text}"}
        )
        failed = {"login": f"{canaries.new(Kind.NAME)}@example.org", "password": canaries.new(kind)}
        [sign_in] = forms_of(nobody.get("/accounts/login/").text())[:1]
        nobody.post("/accounts/login/", [*sign_in.fields, *failed.items()])


def be_late(walker: Walker, case: str) -> None:
    """Send a form after the session has ended, so that it is kept; a draft, too, while it lasts."""
    draft = next(form for form in walker.forms("/cases/new/") if "chronology" in form.texts)
    walker.post("/cases/new/draft/", filled(draft, walker.canaries))
    [note] = [form for form in walker.forms(case) if form.action.endswith("/note/")]
    kept = [cookie for cookie in walker.context.cookies() if "session" not in cookie["name"]]
    walker.context.clear_cookies()
    walker.context.add_cookies(kept)  # type: ignore[arg-type]
    assert "/login/" in walker.send(note).headers.get("location", "")


def dumped(stack: Stack) -> bytes:
    """The whole database as a backup has it."""
    program = postgres_programs() / "pg_dump"
    given = connection_arguments(stack.database_url)
    options = [
        f"--{name}={given[key]}"
        for name, key in (("host", "host"), ("port", "port"), ("username", "user"))
        if key in given
    ]
    environment = {**os.environ, "PGPASSWORD": str(given.get("password", ""))}
    return subprocess.run(
        [program, *options, str(given["dbname"])], env=environment, check=True, capture_output=True
    ).stdout


def brokers_keys(stack: Stack) -> bytes:
    """Every key of the broker, and what stands in it, as the broker itself would hand it on."""
    client: Any = redis.Redis.from_url(stack.valkey.url)
    readers: dict[bytes, Callable[[bytes], Iterable[bytes]]] = {
        b"string": lambda key: [client.get(key)],
        b"list": lambda key: client.lrange(key, 0, -1),
        b"set": client.smembers,
        b"hash": lambda key: [part for pair in client.hgetall(key).items() for part in pair],
        b"zset": lambda key: client.zrange(key, 0, -1),
        b"none": lambda _key: [],  # it was there a moment ago
    }
    return b"\n".join(
        part for key in client.scan_iter() for part in (key, *readers[client.type(key)](key)) if part
    )


def places(stack: Stack, refusals: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Everything that the portal leaves behind outside the pages of those who may read."""
    yield "database", dumped(stack)
    yield "broker", brokers_keys(stack)
    yield from files(stack.folder)  # the logs of all processes, the broker's own files, stored documents
    yield from mails(stack.folder / "mail")
    yield from refusals.items()


def found(
    canaries: Canaries, stack: Stack, refusals: dict[str, bytes]
) -> list[tuple[str, set[tuple[str, str]]]]:
    looked = ((place, canaries.found_in(content)) for place, content in places(stack, refusals))
    return [(place, finds) for place, finds in looked if finds]


def plant_in_the_open(stack: Stack) -> None:
    """One canary in each kind of place, where the search must find it."""
    texts = {kind: whole(kind, 1) for kind in Kind}
    with stack.connect() as owner:
        owner.execute("CREATE TABLE control AS SELECT %s::bytea AS sealed", [texts[Kind.NAME].encode()])
    redis.Redis.from_url(stack.valkey.url).rpush("control", texts[Kind.NIK])
    (stack.folder / "control.log").write_text(f"said: {texts[Kind.PHONE]}")
    documents = stack.folder / "documents"
    documents.mkdir(exist_ok=True)
    (documents / "control").write_bytes(paper(texts[Kind.SENTENCE]))


def all_sent(stack: Stack) -> bool:
    with stack.connect() as owner:
        row = owner.execute("SELECT count(*) FROM notifications_email WHERE state = 'due'").fetchone()
    return row == (0,)


def test_a_thousand_canaries_stand_nowhere_in_the_open(
    visit: Visit, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    canaries, refusals = Canaries(), dict[str, bytes]()
    caseworker, officer, supervisor, late, nobody = (
        Walker(visit(email), canaries, refusals) for email in (CASEWORKER, JOHOR, SUPERVISOR, CASEWORKER, "")
    )
    walk_a_case(caseworker, officer, supervisor)
    walk_the_rights(caseworker, supervisor)
    walk_the_register(Walker(visit(PROTECTION_OFFICER), canaries, refusals), caseworker.complaint())
    search_and_err(supervisor, nobody)
    case = caseworker.complaint()
    with broken(stack, "cases_caseevent"):
        assert caseworker.get(case).status == 500
        [note] = [form for form in late.forms("/cases/new/") if "chronology" in form.texts]
        assert late.send(note, **COMPLAINT).status == 500
    be_late(late, case)
    while sum(canaries.planted.values()) < MANY:
        caseworker.send_all(caseworker.complaint() + "edit/", **COMPLAINT)
    wait_until(lambda: all_sent(stack), "all e-mails left the portal")
    planted = ", ".join(f"{count} {kind}" for kind, count in canaries.planted.items())
    assert {"403", "404", "500"} <= {name.partition(" ")[0] for name in refusals}
    assert not found(canaries, stack, refusals), says(found(canaries, stack, refusals))

    plant_in_the_open(stack)
    known = {text for _place, finds in found(canaries, stack, refusals) for text, _how in finds}
    assert known == {whole(kind, 1) for kind in (Kind.NAME, Kind.NIK, Kind.PHONE, Kind.SENTENCE)}
    with capsys.disabled():
        print(f"\n{sum(canaries.planted.values())} canaries ({planted}) stand nowhere in the open")
