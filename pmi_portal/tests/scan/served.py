"""A portal of its own with the demo's data, over TLS on this machine's ports 443 and 80, as browsers meet one."""

from __future__ import annotations

import datetime
import http.cookiejar
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pmi_portal.demo.people import PASSWORD
from pmi_portal.local.problem import Problem
from pmi_portal.tests.journeys.stack import Stack, wait_until

ADDRESS = "https://localhost"
SETTINGS = {
    "HTTPS": "true",
    "PORTAL_URL": ADDRESS,
    "ALLOWED_HOSTS": "localhost",
    "LOG_LEVEL": "ERROR",
    "SESSION_IDLE_MINUTES": "600",
}


@contextmanager
def portal(folder: Path) -> Iterator[Stack]:
    """Bring it up whole; it ends with the block."""
    stack = Stack(folder)
    try:
        stack.bring_up()
        certificate(folder)
        tls = ("--certfile", str(folder / "cert.pem"), "--keyfile", str(folder / "key.pem"))
        for name, port, options in (("tls", 443, tls), ("plain", 80, ())):
            child = stack._child(
                name,
                *("gunicorn", "-c", "python:pmi_portal.web", "--bind", f"127.0.0.1:{port}", *options),
                *("--no-control-socket", "pmi_portal.wsgi"),
            )
            child.env = stack.env | SETTINGS
            stack.children[name] = child
            child.start()
        try:
            wait_until(lambda: _answers(), "the portal answers over TLS", seconds=30)
        except AssertionError as error:
            raise Problem(
                "The scan needs the ports 443 and 80 of 127.0.0.1: run it as root, with both free."
            ) from error
        yield stack
    finally:
        stack.tear_down()


def certificate(folder: Path) -> None:
    """A certificate for localhost that is its own authority, for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now, now + datetime.timedelta(1)
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))


def _opener(jar: http.cookiejar.CookieJar) -> urllib.request.OpenerDirector:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    return urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=trusting), urllib.request.HTTPCookieProcessor(jar)
    )


def _answers() -> bool:
    try:
        with _opener(http.cookiejar.CookieJar()).open(f"{ADDRESS}/accounts/login/", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def cookies_of(email: str) -> str:
    """The cookies of somebody of the demo who has signed in, as a header; nobody's is empty."""
    if not email:
        return ""
    jar = http.cookiejar.CookieJar()
    opener = _opener(jar)
    page = opener.open(f"{ADDRESS}/accounts/login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None
    fields = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
    request = urllib.request.Request(
        f"{ADDRESS}/accounts/login/",
        urllib.parse.urlencode(fields).encode(),
        {"Referer": f"{ADDRESS}/accounts/login/"},
    )
    opener.open(request)
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def stays_open(path: str, cookies: str) -> bool:
    """Whether these cookies open a page itself, and do not have to sign in first."""
    request = urllib.request.Request(f"{ADDRESS}{path}", headers={"Cookie": cookies})
    try:
        with _opener(http.cookiejar.CookieJar()).open(request, timeout=30) as answer:
            return bool(answer.status == 200 and urllib.parse.urlsplit(answer.url).path == path)
    except urllib.error.HTTPError:
        return False
