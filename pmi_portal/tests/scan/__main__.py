"""`python -m pmi_portal.tests.scan [ROLE…]` inside `with-engines`: scans, prints every finding, fails on one that nobody explained."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = (
    "pmi_portal.tests.settings"  # whose environment the portal's processes get
)
django.setup()

from pmi_portal.local.problem import Problem  # noqa: E402

from . import findings, served, tools  # noqa: E402

LEAST = 130  # points of the Observatory
SECONDS = int(
    os.environ.get("SCAN_SECONDS", "120")
)  # of Wapiti's crawling, and again of each of its attacks, per role
PEOPLE = {
    "caseworker": "pendamping@suaraperempuan.example",
    "officer": "petugas@kjri-jb.example",
    "admin": "admin@portal.example",
    "nobody": "",  # last: who attacks the sign-in page is throttled, and so is everybody else at that address
}
MODULES = "sql,timesql,xss,permanentxss,exec,file,crlf,redirect,ssrf,xxe,backup,htaccess,methods,http_headers,csp,cookieflags"
LISTS = {
    "nobody": ["/verify/x/?code=1", "/accounts/login/?next=1"],
    "caseworker": [
        "/cases/?tab=team&need=1&topic=1&country=MY&urgency=1&state=1&page=1",
        "/referrals/?q=1&state=sent&page=1",
    ],
    "officer": ["/inbox/?q=1&state=sent&topic=1&country=MY&page=1", "/notifications/?page=1"],
    "admin": ["/partners/?q=1&show=with&kind=ngo&page=1", "/partners/log/?person=1&verb=invited&before=5"],
}
FORMS = {"caseworker": [("/cases/search/", "q")]}  # address, and the field to attack
FIRST = {"caseworker": "/cases/", "officer": "/inbox/", "admin": "/partners/"}  # pages of those who signed in


@dataclass(frozen=True)
class Finding:
    tool: str
    who: str
    what: str

    def __str__(self) -> str:
        return f"{self.tool}, {self.who}: {self.what}"


def ask_the_observatory(folder: Path) -> Iterator[Finding]:
    script = tools.observatory()
    if script is None:
        yield Finding("observatory", "nobody", "not asked: there is no Node here")
        return
    env = os.environ | {"NODE_EXTRA_CA_CERTS": str(folder / "cert.pem")}
    done = subprocess.run(["node", script.name], cwd=script.parent, env=env, capture_output=True, text=True)
    if done.returncode:
        raise Problem(f"The Observatory did not answer: {done.stderr.strip()[-500:]}")
    verdict = json.loads(done.stdout)
    print(f"observatory: {verdict['score']} points ({verdict['grade']})", flush=True)
    if verdict["score"] < LEAST:
        yield Finding("observatory", "nobody", f"{verdict['score']} points, fewer than {LEAST}")
    for failed in verdict["failed"]:
        yield Finding("observatory", "nobody", failed)


def let_wapiti_crawl(python: Path, folder: Path, who: str, cookies: str) -> Iterator[Finding]:
    report = folder / f"wapiti-{who}.json"
    command = [
        *(python.with_name("wapiti"), "-u", f"{served.ADDRESS}/", "--scope", "domain", "-m", MODULES),
        *("-x", f"{served.ADDRESS}/accounts/logout/", "-x", f"{served.ADDRESS}/account/sign-out-everywhere/"),
        *("--verify-ssl", "0", "--flush-session", "--store-session", str(folder / who), "--no-bugreport"),
        *("--max-scan-time", str(SECONDS), "--max-attack-time", str(SECONDS), "--max-links-per-page", "30"),
        *("--max-files-per-dir", "20", "-d", "5", "-v", "0", "-f", "json", "-o", str(report)),
        *(("-H", f"Cookie: {cookies}") if cookies else ()),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS * 30)
    if not report.exists():
        raise Problem(f"Wapiti did not finish: {(done.stderr or done.stdout).strip()[-500:]}")
    told = json.loads(report.read_text())
    pages = told["infos"].get("crawled_pages_nbr", "?")
    print(f"wapiti, {who}: {pages} pages", flush=True)
    for kind in ("vulnerabilities", "anomalies"):
        for category, finds in told[kind].items():
            for find in finds:
                yield Finding("wapiti", who, f"{category}: {find['method']} {find['path']}: {find['info']}")


def let_sqlmap_try(python: Path, folder: Path, who: str, cookies: str) -> Iterator[Finding]:
    for address in LISTS[who]:
        yield from _one_try(python, folder, who, cookies, address, ())
    for address, field in FORMS.get(who, []):
        token = dict(pair.split("=", 1) for pair in cookies.split("; "))["__Host-csrftoken"]
        sent = f"{field}=1&csrfmiddlewaretoken={token}"
        form = (
            "--data",
            sent,
            "-p",
            field,
            "--referer",
            f"{served.ADDRESS}{address}",
            "--answers",
            "resend=N",
        )
        yield from _one_try(python, folder, who, cookies, address, form)


def _one_try(
    python: Path, folder: Path, who: str, cookies: str, address: str, form: tuple[str, ...]
) -> Iterator[Finding]:
    command = [
        *(python.with_name("sqlmap"), "-u", f"{served.ADDRESS}{address}", *form),
        *("--batch", "--level", "2", "--risk", "2", "--dbms", "PostgreSQL", "--flush-session"),
        *("--output-dir", str(folder / "sqlmap"), "--disable-coloring", "--threads", "2", "--time-sec", "2"),
        *("--ignore-code", "400,404,405", "--technique", "BEUST"),
        *(() if form else ("--smart",)),  # a form is one field: each attack is tried on it
        *(("--cookie", cookies) if cookies else ()),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1800)
    tried = len(
        set(re.findall(r"testing (?:if GET|for SQL injection on POST) parameter '([^']+)'", done.stdout))
    )
    print(f"sqlmap, {who}: {address.partition('?')[0]}, {tried} parameters", flush=True)
    if not tried:
        yield Finding("sqlmap", who, f"{address} was not tried: {done.stdout.strip()[-300:]}")
    for line in re.findall(r".*(?:is vulnerable|appears to be .*injectable).*", done.stdout):
        yield Finding("sqlmap", who, f"{address}: {line.strip()}")


def check_the_session(who: str, cookies: str, tool: str) -> Iterator[Finding]:
    """A session that ended in the middle means that the scanner saw the sign-in page from then on."""
    if who in FIRST and not served.stays_open(FIRST[who], cookies):
        yield Finding(tool, who, f"{FIRST[who]} is not open to this session after the attacks")


def scan(folder: Path, people: Iterable[str]) -> Iterator[Finding]:
    yield from ask_the_observatory(folder)
    python = tools.python()
    for who in people:
        for tool, attack in (("sqlmap", let_sqlmap_try), ("wapiti", let_wapiti_crawl)):
            cookies = served.cookies_of(PEOPLE[who])
            yield from attack(python, folder, who, cookies)
            yield from check_the_session(who, cookies, tool)


def main(people: Iterable[str]) -> int:
    known = findings.explained()
    unexplained = 0
    with tempfile.TemporaryDirectory() as name, served.portal(Path(name)):
        for finding in scan(Path(name), people):
            has_reason = any(finding.tool == tool and finding.what.startswith(what) for tool, what in known)
            unexplained += not has_reason
            print(f"{'explained' if has_reason else 'FOUND'}: {finding}", flush=True)
    print(f"{unexplained} findings that nobody explained")
    return int(unexplained > 0)


if __name__ == "__main__":
    try:
        sys.exit(main([who for who in sys.argv[1:] if who in PEOPLE] or PEOPLE))
    except Problem as problem:
        sys.exit(str(problem))
