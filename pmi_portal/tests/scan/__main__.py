"""`python -m pmi_portal.tests.scan [ROLE…]` inside `with-engines`: scans, prints every finding, fails on one that nobody explained."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = (
    "pmi_portal.tests.settings"  # whose environment the portal's processes get
)
django.setup()

from pmi_portal.local.problem import Problem  # noqa: E402

from . import served, tools  # noqa: E402

LEAST = 130  # points of the Observatory
SECONDS = int(
    os.environ.get("SCAN_SECONDS", "120")
)  # of Wapiti's crawling, and again of each of its attacks, per role
PEOPLE = {
    "nobody": "",
    "caseworker": "pendamping@suaraperempuan.example",
    "officer": "petugas@kjri-jb.example",
    "admin": "admin@portal.example",
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
        command = [
            *(
                python.with_name("sqlmap"),
                "-u",
                f"{served.ADDRESS}{address}",
                "--batch",
                "--level",
                "2",
                "--risk",
                "2",
            ),
            *(
                "--dbms",
                "PostgreSQL",
                "--flush-session",
                "--output-dir",
                str(folder / "sqlmap"),
                "--disable-coloring",
            ),
            *(
                "--threads",
                "2",
                "--time-sec",
                "2",
                "--ignore-code",
                "400,404",
                "--smart",
                "--technique",
                "BEUST",
            ),
            *(("--cookie", cookies) if cookies else ()),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=1800)
        tried = len(set(re.findall(r"testing if GET parameter '([^']+)' is dynamic", done.stdout)))
        print(f"sqlmap, {who}: {address.partition('?')[0]}, {tried} parameters", flush=True)
        if not tried:
            yield Finding("sqlmap", who, f"{address} was not tried: {done.stdout.strip()[-300:]}")
        for line in re.findall(r".*(?:is vulnerable|appears to be .*injectable).*", done.stdout):
            yield Finding("sqlmap", who, f"{address}: {line.strip()}")


def explained() -> list[tuple[str, str]]:
    table = tomllib.loads((Path(__file__).parent / "explained.toml").read_text())
    return [(row["tool"], row["what"]) for row in table.get("finding", [])]


def scan(folder: Path, people: Iterable[str]) -> Iterator[Finding]:
    yield from ask_the_observatory(folder)
    python = tools.python()
    for who in people:
        yield from let_sqlmap_try(python, folder, who, served.cookies_of(PEOPLE[who]))
        yield from let_wapiti_crawl(python, folder, who, served.cookies_of(PEOPLE[who]))


def main(people: Iterable[str]) -> int:
    known = explained()
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
