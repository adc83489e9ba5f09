"""Words of strangers stay words: in forms, in headers of mails and files, in addresses that one is sent on to."""

import importlib
import io
import pkgutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django import forms
from django.core import mail
from django.core.exceptions import ValidationError
from django.http import FileResponse
from django.test import Client

import accounts
import administration
import agencies
import cases
import directory
import referrals
import rights
import search
from accounts.code_forms import CodeField, CredentialField
from accounts.forms import PersonNameField
from accounts.tests.factories import PASSWORD, make_portal_admin
from accounts.text import Line, LongText
from cases import file_names
from notifications import delivery
from notifications.actions import send_email

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "http:evil.example",
    "https:/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "//[",
    "http://localhost@evil.example/",
    "https://localhost.evil.example/",
    "/cases/\r\nSet-Cookie: a=b",
    "//evil\u3002example/",
]
OWN = (forms.EmailField, forms.UUIDField, forms.RegexField, forms.SlugField, forms.URLField, CodeField)


def all_forms() -> Iterator[type[forms.BaseForm]]:
    """Every form of the portal's own pages."""
    for package in (accounts, administration, agencies, cases, directory, referrals, rights, search):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "form" in module.name and ".tests" not in module.name:
                found = vars(importlib.import_module(module.name)).values()
                yield from (
                    each for each in found if isinstance(each, type) and issubclass(each, forms.BaseForm)
                )


def test_every_field_for_words_tidies_them() -> None:
    ours = ("accounts", "administration", "agencies", "cases", "directory", "referrals", "rights", "search")
    found = {each for each in all_forms() if each.__module__.partition(".")[0] in ours}
    assert len(found) > 30
    untidy = {
        f"{each.__qualname__}.{name}"
        for each in found
        for name, field in each.base_fields.items()  # type: ignore[attr-defined]
        if isinstance(field, forms.CharField)
        and not isinstance(field, (Line, LongText, PersonNameField, *OWN))
        if not isinstance(field.widget, forms.HiddenInput | forms.PasswordInput)
    }
    assert untidy == {
        "NikForm.sex",
        "NikForm.home_regency",
        "PersonForm.sex",  # read, compared with codes, never kept
        "TableForm.pasted",  # a table, whose cells agencies.tables tidies one by one
    }


def is_ours(address: str) -> bool:
    parts = urlsplit(address)
    return (
        not parts.scheme and not parts.netloc and address.startswith("/") and address[1:2] not in ("/", "\\")
    )


@pytest.mark.django_db
@pytest.mark.parametrize("address", ELSEWHERE)
def test_nobody_is_sent_elsewhere(address: str) -> None:
    person = make_portal_admin(password=PASSWORD)
    client = Client()
    switched = client.post("/account/language/", {"language": "en"}, HTTP_REFERER=address)
    assert is_ours(switched.headers["Location"])
    signed_in: Any = Client().post(
        "/accounts/login/",
        {"login": person.email, "password": PASSWORD, "next": address},
        HTTP_REFERER=address,
    )
    assert signed_in.status_code in (200, 302)
    assert is_ours(signed_in.headers.get("Location", "/"))
    client.force_login(person)
    assert is_ours(client.post("/accounts/logout/", {"next": address}).headers["Location"])
    asked = Client().get("/cases/", {"next": address}).headers["Location"]
    assert is_ours(asked)


LINES = [
    "Siti\r\nBcc: evil@evil.example",
    "Siti\nX: 1\n\n<b>body</b>",
    "Siti\rBcc: a",
    "Siti\u2028Bcc: a",
    "Siti\x85Bcc: a",
]


@pytest.mark.django_db
@pytest.mark.parametrize("words", LINES)
def test_words_in_the_subject_of_an_e_mail_stay_there(words: str, settings: Any) -> None:
    settings.DELIVERY_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send_email(to="petugas@contoh.example", subject=words, body="isi")
    assert delivery.deliver_due() == 1
    [message] = mail.outbox
    sent = message.message()
    assert {"Bcc", "X"} & set(sent.keys()) == set()
    assert sent.get_all("Subject") == [sent["Subject"]]
    assert "\n" not in message.subject
    assert message.recipients() == ["petugas@contoh.example"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    ["a@b.example\r\nBcc: evil@evil.example", "a@b.example\nX: 1", "a@b.example, evil@evil.example"],
)
def test_an_address_with_more_than_an_address_is_never_sent_to(address: str, settings: Any) -> None:
    settings.DELIVERY_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send_email(to=address, subject="x", body="isi")
    delivery.deliver_due()
    assert [message for message in mail.outbox if "evil@evil.example" in message.recipients()] == []


@pytest.mark.parametrize(
    "name",
    [
        'a";filename="evil.exe',
        "a\r\nSet-Cookie: x=y.pdf",
        "a\u2028b.pdf",
        "../../etc/passwd",
        "é\u202efdp.exe",
        "%0d%0aX: 1",
    ],
)
def test_the_name_of_a_file_stays_in_its_place(name: str) -> None:
    response = FileResponse(io.BytesIO(b"x"), as_attachment=True, filename=file_names.clean(name))
    header = response.headers["Content-Disposition"]
    assert "\r" not in header
    assert "\n" not in header
    assert "/" not in header.replace("utf-8''", "")
    assert header.count('filename="') <= 1
    assert '";' not in header.replace('\\";', "")


def test_a_passkey_of_brackets_without_end_is_told_in_a_sentence() -> None:
    with pytest.raises(ValidationError, match="showed no passkey"):
        CredentialField().clean("[" * 100_000)
