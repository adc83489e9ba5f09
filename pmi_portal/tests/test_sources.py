"""What no source of the portal does, read from the sources themselves."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from packaging.requirements import Requirement

from pmi_portal.logs import configuration

ROOT: Path = settings.BASE_DIR
APPS = (
    "accounts",
    "administration",
    "agencies",
    "cases",
    "directory",
    "imports",
    "bulk",
    "notifications",
    "pmi_portal",
    "privacy",
    "referrals",
    "rights",
    "search",
)
SOURCES = [path for app in APPS for path in sorted((ROOT / app).rglob("*.py")) if "tests" not in path.parts]
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
CODE_FROM_TEXT = {"eval", "exec", "compile", "__import__"}
UNPACKERS = {"pickle", "cPickle", "marshal", "shelve", "dill", "yaml", "jsonpickle"}
XML = {"xml", "lxml", "defusedxml", "xmltodict", "bs4", "html5lib"}
NETWORK = {
    "http",
    "requests",
    "httpx",
    "urllib3",
    "aiohttp",
    "socket",
    "ftplib",
    "smtplib",
    "telnetlib",
    "ssl",
}
PRIMITIVES = {
    "AESGCM",
    "HKDF",
    "Scrypt",  # of the passphrase that seals the keys of a backup
    "SHA256",
    "Ed25519PrivateKey",
    "Ed25519PublicKey",
    "Encoding",
    "PublicFormat",
}
PINNED = re.compile(r"^[A-Za-z0-9].*", re.MULTILINE)  # lines of a requirements file that name a package
WEAK = {"md5", "sha1", "DES", "TripleDES", "ARC4", "RC4", "ECB", "CBC", "PKCS1v15"}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def names(path: Path) -> set[str]:
    """Every name and attribute that a source uses, and every module that it imports."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(node.func.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {(node.module or "").partition(".")[0], *(alias.name for alias in node.names)}
    return found


def without_methods(path: Path) -> set[str]:
    """Names that are called as they are: `re.compile` is none of these."""
    return {
        node.func.id
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def test_the_sources_are_found() -> None:
    assert len(SOURCES) > 200
    assert len(SCRIPTS) > 5


def test_no_text_is_run_as_code() -> None:
    assert not [path for path in SOURCES if without_methods(path) & CODE_FROM_TEXT]


def test_nothing_is_unpacked_that_could_run() -> None:
    assert not [path for path in SOURCES if names(path) & UNPACKERS]


def test_no_command_is_given_to_a_shell() -> None:
    shells = re.compile(r"shell\s*=\s*True|os\.system|os\.popen")
    assert not [path for path in SOURCES if shells.search(path.read_text())]


def test_nothing_is_sealed_signed_or_hashed_the_weak_way() -> None:
    assert not {path.name: names(path) & WEAK for path in SOURCES if names(path) & WEAK}


def test_what_nobody_should_guess_comes_from_the_systems_own_chance() -> None:
    """`random` makes the demo's stories and the benchmark's cases, and spreads tries that are made again."""
    users = {path.relative_to(ROOT).parts[1] for path in SOURCES if "random" in imported(path)}
    assert users <= {"demo", "bench", "routing.py", "delivery.py"}


def test_no_xml_is_read() -> None:
    """But by openpyxl, through parsers that take no entities (agencies/tests/test_tables.py)."""
    assert {path.name for path in SOURCES if "openpyxl" in imported(path)} == {"workbooks.py"}
    assert not [path for path in SOURCES if modules(path) & XML]


def test_no_template_is_made_of_text() -> None:
    """Engines of Jinja2 name what they give back; nobody makes it."""
    assert not [path for path in SOURCES if "from_string" in names(path)]
    made = [
        path
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Template"
    ]
    assert not made
    assert {path.name for path in SOURCES if "Template" in names(path)} == {"folding.py", "jinja.py"}


def test_no_pattern_is_made_of_what_anybody_types() -> None:
    """Whatever stands in a pattern is a constant of its module; local names are small."""
    patterns = [
        (path.name, call.lineno, call.args[0])
        for path in SOURCES
        for call in ast.walk(tree(path))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.args
        if isinstance(call.func.value, ast.Name) and call.func.value.id == "re"
    ]
    assert len(patterns) > 20
    made = [
        (name, line)
        for name, line, pattern in patterns
        for part in ast.walk(pattern)
        if isinstance(part, ast.Name) and not part.id.isupper()
    ]
    assert not made


def test_the_scanner_is_the_only_one_whom_the_sources_call_themselves() -> None:
    """What else is spoken to is spoken to by libraries, at the address of the environment; `local` starts the trial, `bench` asks it."""
    serving = [path for path in SOURCES if not {"local", "bench"} & set(path.relative_to(ROOT).parts)]
    assert [path.name for path in serving if modules(path) & NETWORK] == ["file_scan.py"]
    assert not [path for path in serving if "urllib.request" in imported(path)]


def test_ciphers_keys_and_signatures_are_these_of_one_library_alone() -> None:
    taken = {
        alias.name
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cryptography.hazmat")
        for alias in node.names
    }
    assert taken == PRIMITIVES
    others = {"Crypto", "Cryptodome", "nacl", "OpenSSL", "rsa", "ecdsa", "pyaes"}
    assert not [path for path in SOURCES if modules(path) & others]


def test_the_lines_of_the_processes_go_to_one_place() -> None:
    for json in (True, False):
        said = configuration(json=json, level="INFO")
        assert list(said["handlers"]) == said["root"]["handlers"] == ["console"]
        assert not [its for its in said["loggers"].values() if its.get("handlers")]


def modules(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported(path)}


def imported(path: Path) -> set[str]:
    nodes = list(ast.walk(tree(path)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    from_others = [node for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return plain | {node.module or "" for node in from_others}


@pytest.mark.parametrize(
    "word",
    [
        "eval(",
        "new Function",
        "document.write",
        "outerHTML",
        "insertAdjacentHTML",
        "postMessage",
        '"message"',
        "sessionStorage",
        "indexedDB",
        "__proto__",
        "Object.assign(",
        "http://",
        "https://",
    ],
)
def test_no_script_of_ours_says(word: str) -> None:
    assert not [path.name for path in SCRIPTS if word in path.read_text()]


def test_scripts_put_html_into_a_page_from_answers_of_this_server_alone() -> None:
    put = [
        (path.name, line.strip())
        for path in SCRIPTS
        for line in path.read_text().splitlines()
        if ".innerHTML" in line
    ]
    assert put
    assert not [where for where in put if "await response.text()" not in where[1]]


def test_the_browser_keeps_nothing_but_when_somebody_was_last_active() -> None:
    """OUT is a word to the other tabs and taken back at once."""
    kept = [
        line.strip() for path in SCRIPTS for line in path.read_text().splitlines() if "localStorage" in line
    ]
    assert kept
    assert not [
        line
        for line in kept
        if not re.search(r"localStorage\.((set|get|remove)Item\(KEY|setItem\(OUT, .1.|removeItem\(OUT)", line)
    ]


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements/engines.txt", "requirements/dev.txt", "requirements/scan.txt"]
)
def test_every_package_is_pinned_and_hashed(name: str) -> None:
    blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text())
    packages = [block for block in blocks if re.match(r"[A-Za-z0-9]", block)]
    assert len(packages) > 2
    assert not [block for block in packages if "==" not in block or "--hash=sha256:" not in block]


def test_what_runs_here_is_what_is_pinned() -> None:
    """So that whoever asks about holes of the pins asks about what runs."""
    pins = [
        Requirement(line.split(" \\")[0]) for line in PINNED.findall((ROOT / "requirements.txt").read_text())
    ]
    meant = [pin for pin in pins if pin.marker is None or pin.marker.evaluate()]
    assert len(meant) > 30
    assert not [str(pin) for pin in meant if metadata.version(pin.name) not in pin.specifier]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/static/", "/static/js/", "/.git/config", "/.env", "/manage.py", "/documents/"]
)
def test_no_folder_is_listed_and_no_source_handed_out(address: str) -> None:
    assert Client().get(address).status_code in (302, 404)
    assert b"DATABASE_URL" not in Client().get(address, follow=True).content


@pytest.mark.django_db
def test_a_session_is_named_by_more_than_anybody_can_guess() -> None:
    from privacy.sessions import SessionStore

    keys = {SessionStore()._get_new_session_key() for _ in range(50)}  # type: ignore[attr-defined]  # the stubs leave it out
    assert len(keys) == 50
    assert all(re.fullmatch("[a-z0-9]{32}", key) for key in keys)  # 165 bits
