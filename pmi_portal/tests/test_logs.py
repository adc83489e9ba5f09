"""Whatever breaks, nothing of a person stands in the log: in this process, in gunicorn and in the worker."""

import io
import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.views.debug import ExceptionReporter, get_exception_reporter_filter

from accounts.tests.factories import make_portal_admin, make_user
from agencies.tests.factories import make_partner
from notifications.actions import send_email
from notifications.models import Email
from pmi_portal.celery import app
from pmi_portal.tests.journeys.stack import free_port, wait_until
from privacy.logs import Handler, Json, Readable
from privacy.middleware import TraceMiddleware

NAME, NIK, TOKEN = "Sitikenari", "3507011234567890", "tokenkenari"
CANARIES = [NAME, NIK, TOKEN, "kenari", "0812 3456 7890", "081234567890"]
SENT = {"name": f"{NAME} {NIK} 0812 3456 7890"}
CRASH = "pmi_portal.tests.crash"
HERE = Path(settings.BASE_DIR)


@contextmanager
def listening(formatter: logging.Formatter) -> Iterator[io.StringIO]:
    """What the log says meanwhile."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    handler.setFormatter(formatter)
    root, access = logging.getLogger(), logging.getLogger("access")
    root.addHandler(handler)
    access.setLevel(logging.INFO)
    try:
        yield heard
    finally:
        root.removeHandler(handler)
        access.setLevel(logging.NOTSET)


def clean(text: str) -> bool:
    return not [word for word in CANARIES if word.lower() in text.lower()]


def send(how: str, **headers: Any) -> Any:
    form = SENT | {"file": SimpleUploadedFile(f"Paspor {NAME}.pdf", b"%PDF-")}
    return Client(raise_request_exception=False).post(
        f"/crash/{how}/{TOKEN}/?q={NAME}", form, HTTP_USER_AGENT=NAME, HTTP_REFERER=f"/x/{TOKEN}", **headers
    )


@pytest.mark.django_db
@pytest.mark.parametrize("formatter", [Json(), Readable()], ids=["json", "line"])
@pytest.mark.parametrize(
    ("how", "status", "told"),
    [
        ("value", 500, "RuntimeError at pmi_portal/tests/crash/urls.py:"),
        ("database", 500, "DataError(22P02)"),
        ("unique", 500, "IntegrityError(23505 "),
        ("disk", 500, "FileNotFoundError(ENOENT)"),
        ("log", 200, "about <User>"),
        ("denied", 403, "forbidden"),
        ("missing", 404, "/crash/<str:how>/<str:token>/"),
        ("odd", 400, "SuspiciousOperation"),
    ],
)
@override_settings(ROOT_URLCONF=f"{CRASH}.urls")
def test_a_page_that_breaks_tells_the_log_where_and_not_whose(
    how: str, status: int, told: str, formatter: logging.Formatter
) -> None:
    make_portal_admin(), make_portal_admin()
    with listening(formatter) as heard:
        response = send(how)
    assert response.status_code == status
    assert clean(response.content.decode())
    assert told in heard.getvalue()
    assert "POST 4" in heard.getvalue() or "POST 5" in heard.getvalue() or how == "log"
    assert clean(heard.getvalue())


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=f"{CRASH}.urls")
def test_a_wrong_host_is_told_without_its_name() -> None:
    with listening(Json()) as heard:
        assert send("value", HTTP_HOST=f"{NAME}.example").status_code == 400
    assert "DisallowedHost" in heard.getvalue()
    assert clean(heard.getvalue())


@pytest.mark.django_db
def test_a_line_names_request_route_and_who(client: Client) -> None:
    person = make_user(partner=make_partner(), role="caseworker")
    client.force_login(person)
    with listening(Json()) as heard:
        response = client.get(f"/partners/invitation/{TOKEN}/", REMOTE_ADDR="10.1.2.3")
        refused = client.get("/admin/").status_code, client.get("/partners/").status_code
    first, *_others = lines = [json.loads(line) for line in heard.getvalue().splitlines()]
    assert first == {
        "time": first["time"],
        "level": "INFO",
        "logger": "access",
        "message": f"GET {response.status_code}",
        "request_id": response.headers["X-Request-ID"],
        "user": person.pk,
        "partner": person.partner_id,
        "address": "10.1.2.3",
        "route": "partners/invitation/<str:token>/",
        "ms": first["ms"],
    }
    assert refused == (302, 403)
    events = [line for line in lines if line["logger"] == "security"]
    assert [(event["message"], event["user"], event["route"]) for event in events] == [
        ("forbidden", person.pk, "partners/")
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(("count", "address"), [(0, "10.0.0.1"), (1, "203.0.113.9")])
def test_behind_a_proxy_the_caller_is_who_the_proxy_names(client: Client, count: int, address: str) -> None:
    with listening(Json()) as heard, override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=count):
        client.get("/accounts/login/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 203.0.113.9")
    assert json.loads(heard.getvalue().splitlines()[-1])["address"] == address


@pytest.mark.django_db
def test_an_e_mail_knows_the_request_it_was_written_for(rf: Any) -> None:
    def answer(request: HttpRequest) -> HttpResponse:
        send_email(to="a@b.example", subject="x", body="y")
        return HttpResponse()

    response = TraceMiddleware(answer)(rf.get("/"))
    assert Email.objects.get().trace_id == response.headers["X-Request-ID"]
    assert send_email(to="a@b.example", subject="x", body="y").trace_id == ""


@override_settings(DEBUG=False)
def test_a_report_of_djangos_own_shows_no_value(rf: Any) -> None:
    request = rf.post("/x/", SENT, HTTP_COOKIE=f"pmi_session={TOKEN}", HTTP_USER_AGENT=NAME)
    name = SENT["name"]
    try:
        raise RuntimeError(len(name))
    except RuntimeError:
        reporter = ExceptionReporter(request, *sys.exc_info())
    assert type(get_exception_reporter_filter(request)).__module__ == "privacy.reports"
    data = reporter.get_traceback_data()
    shown = [str(value) for frame in data["frames"] for _name, value in frame["vars"]]
    shown += [str(data["filtered_POST_items"]), str(data["request_meta"]), str(data["request_COOKIES_items"])]
    assert shown
    assert clean(" ".join(shown))


# Real processes ---------------------------------------------------------------------------------


@contextmanager
def running(*module: str, log: Path) -> Iterator[None]:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": f"{CRASH}.settings", "PYTHONUNBUFFERED": "1"}
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *module], cwd=HERE, env=environment, stdout=output, stderr=output
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


def asked(port: int, request: bytes) -> bytes:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(request)
            return b"".join(iter(lambda: connection.recv(65536), b""))
    except (ConnectionRefusedError, TimeoutError):  # it is not up yet, or busy with coming up
        return b""


def test_gunicorn_tells_nothing_of_whom_either(tmp_path: Path) -> None:
    log, port = tmp_path / "web.log", free_port()
    command = ("gunicorn", "-c", "python:pmi_portal.web", "-b", f"127.0.0.1:{port}", "--no-control-socket")
    head = f"Host: localhost\r\nUser-Agent: {NAME}\r\nConnection: close\r\n".encode()
    form = f"name={NAME}+{NIK}".encode()
    with running(*command, "pmi_portal.wsgi", log=log):
        wait_until(
            lambda: asked(port, b"GET /accounts/signup/ HTTP/1.1\r\n" + head + b"\r\n"), "gunicorn answers"
        )
        body = (
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n" % len(form)
            + form
        )
        crash = f"POST /crash/value/{TOKEN}/?q={NAME} HTTP/1.1\r\n".encode()
        broken = asked(port, crash + head + body)
        bad_header = asked(port, b"GET / HTTP/1.1\r\n" + head + f"{NAME} {NIK}: x\r\n\r\n".encode())
        bad_line = asked(port, f"{NAME} {NIK}\r\n\r\n".encode())
        long_line = asked(port, f"GET /{NAME}{'x' * 5000} HTTP/1.1\r\n".encode() + head + b"\r\n")
        big_header = asked(port, b"GET / HTTP/1.1\r\n" + head + b"X: " + NAME.encode() * 2000 + b"\r\n\r\n")
        many = b"".join(b"X-%d: 1\r\n" % number for number in range(100))
        many_headers = asked(port, b"GET / HTTP/1.1\r\n" + head + many + b"\r\n")
    assert broken.startswith(b"HTTP/1.1 500")
    for answer in (bad_header, bad_line, long_line, big_header, many_headers):
        assert answer.startswith(b"HTTP/1.1 4"), answer[:100]
    assert b"\r\nServer: portal\r\n" in broken
    said = log.read_text()
    assert "RuntimeError at pmi_portal/tests/crash/urls.py:" in said
    assert said.count('"logger": "gunicorn.error"') >= 6
    assert clean(said)
    assert all(json.loads(line) for line in said.splitlines())


def test_the_worker_tells_nothing_of_whom_either(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    queue = f"crash-{os.getpid()}"
    options = (
        "-c",
        "1",
        "-P",
        "solo",
        "-Q",
        queue,
        "--without-mingle",
        "--without-gossip",
        "--without-heartbeat",
    )
    with app.connection_for_write() as connection:
        for name in ("raises", "returns", "retries"):
            signature = app.signature(f"{CRASH}.tasks.{name}", args=(NAME,))
            signature.apply_async(queue=queue, connection=connection, headers={"request_id": "abc123"})
    with running("celery", "-A", "pmi_portal", "worker", *options, log=log):
        wait_until(
            lambda: log.exists() and log.read_text().count('"celery.app.trace"') >= 4, "the tasks were done"
        )
    said = log.read_text()
    assert "ValueError at pmi_portal/tests/crash/tasks.py:" in said
    assert f"Task {CRASH}.tasks.retries[" in said
    assert "printed: [e-mail]" in said
    assert clean(said)


def test_a_line_that_cannot_be_written_is_named_and_not_shown() -> None:
    class Broken(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            raise UnicodeError(record.getMessage())

    handler = Handler(heard := io.StringIO())
    handler.setFormatter(Broken())
    handler.handle(logging.getLogger("cases").makeRecord("cases", logging.INFO, "", 0, NAME, (), None))
    assert heard.getvalue() == "a line of cases could not be written: UnicodeError\n"
