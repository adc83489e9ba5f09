"""`manage.py seed_demo`, and where the demo's accounts are shown."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from django.conf import settings as settings_now
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import User
from agencies.loading import load_all
from agencies.models import Partner
from cases.models import Case, CaseEvent
from cases.tests.factories import make_case
from pmi_portal.demo import people
from pmi_portal.demo.seed import seed
from pmi_portal.management.commands.seed_demo import accounts_table

pytestmark = pytest.mark.django_db


def seed_demo() -> str:
    out = io.StringIO()
    call_command("seed_demo", stdout=out)
    return out.getvalue()


def test_it_tells_what_it_added_and_shows_the_accounts(settings: Settings) -> None:
    settings.DEMO = True
    load_all()
    first, second = seed_demo(), seed_demo()
    assert "300 cases" in first
    assert "nothing added" in second
    for said in (first, second):
        assert people.PASSWORD in said
        assert all(account["email"] in said for account in people.ACCOUNTS)


def test_it_refuses_where_there_is_no_demo(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="not a demo"):
        seed_demo()
    assert not User.objects.exists()


def test_it_refuses_beside_real_cases_and_leaves_them_alone(settings: Settings) -> None:
    settings.DEMO = True
    case = make_case()
    with pytest.raises(CommandError, match="not the demo's"):
        seed_demo()
    assert list(Case.objects.all()) == [case]
    assert not User.objects.filter(email__in=people.every_email()).exists()
    assert not Partner.objects.filter(code=people.RUMAH_MIGRAN).exists()


def test_it_refuses_before_the_reference_data_are_loaded(settings: Settings) -> None:
    settings.DEMO = True
    with pytest.raises(CommandError, match="load_reference"):
        seed_demo()
    assert not User.objects.exists()


def what_happened(now: datetime) -> tuple[Sequence[object], int]:
    """All that the demo of that moment tells, and in how many statements it was written; nothing of it stays."""
    with transaction.atomic():
        with CaptureQueriesContext(connection) as queries:
            seed(now)
        told = sorted(
            (event.case.reference, event.at, event.kind, event.text, event.actor.email if event.actor else "")
            for event in CaseEvent.objects.select_related("case", "actor")
        )
        transaction.set_rollback(True)
    return told, len(queries)


def test_it_is_the_same_every_time_and_written_in_few_statements() -> None:
    load_all()
    now = timezone.now()
    (once, queries), (again, _queries) = what_happened(now), what_happened(now)
    assert once == again
    assert queries < 480  # most of them by the portal's own acts on partners, people and reference data


@pytest.mark.parametrize(
    "now",
    [datetime(2027, 1, 3, 2, tzinfo=UTC), datetime(2026, 12, 31, 17, 1, tzinfo=UTC)],
    ids=["sunday", "new year"],
)
def test_it_can_begin_at_any_time(now: datetime) -> None:
    load_all()
    with patch("django.utils.timezone.now", return_value=now):
        seed(now)
    assert Case.objects.filter(created_at__gt=now - timedelta(hours=3)).exists()
    assert not CaseEvent.objects.filter(at__gt=now).exists()


def test_the_table_of_accounts_has_a_line_each() -> None:
    assert len(accounts_table().splitlines()) == 1 + len(people.ACCOUNTS)


def test_the_sign_in_page_shows_the_accounts_in_the_demo_only(client: Client, settings: Settings) -> None:
    settings.DEMO = True
    assert people.PASSWORD in client.get(reverse("account_login")).text
    settings.DEMO = False
    assert people.PASSWORD not in client.get(reverse("account_login")).text


def documents() -> set[Path]:
    return {path for path in Path(settings_now.DOCUMENTS_DIR).rglob("*") if path.is_file()}


def test_a_demo_that_fails_leaves_no_document_behind() -> None:
    load_all()
    before = documents()
    with patch("pmi_portal.demo.writing.write", side_effect=RuntimeError), pytest.raises(RuntimeError):
        seed()
    assert documents() == before


def test_it_says_where_it_cannot_keep_its_documents(settings: Settings, tmp_path: Path) -> None:
    settings.DEMO = True
    (tmp_path / "file").touch()
    settings.DOCUMENTS_DIR = str(tmp_path / "file" / "documents")
    load_all()
    with pytest.raises(CommandError, match="documents cannot be kept"):
        seed_demo()
    assert not User.objects.exists()
