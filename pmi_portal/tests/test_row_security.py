"""The second wall: what PostgreSQL itself refuses when a view, a task or a query set forgot to."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts import prepared
from accounts.models import User
from bulk.choices import Kind
from bulk.models import BulkAct, BulkActQuerySet, BulkPart, BulkPiece
from cases.choices import AccessWay, ClockCode, DocumentKind, EventKind
from cases.events import record
from cases.models import Case, CaseAccess, CaseEvent, Clock, Consent, Document, IntakeDraft, Worker
from cases.models.access import CaseAccessQuerySet
from cases.models.case_reads import CaseQuerySet
from cases.models.draft import DraftQuerySet
from cases.tests.factories import make_case
from imports.models import CaseImport, CaseImportQuerySet, ImportedCase, ImportMemory, ImportPiece
from pmi_portal.celery import app
from pmi_portal.tests.test_no_bare_ids import NARROWING
from pmi_portal.tests.test_routes import METHODS, ROUTES, UNNAMED, Visitors
from pmi_portal.tests.world import World, make_world
from privacy import acting, keys
from privacy.models import LogEntry
from referrals import routing
from referrals import tasks as referrals_tasks
from referrals.choices import State
from referrals.models import Letter, PlanStep, Referral, ReferralQuerySet
from referrals.models.letter import LetterQuerySet
from referrals.tests.factories import make_referral
from referrals.views import detail
from rights import actions as rights
from rights.choices import ErasureState, ErasureWhy
from rights.models import Breach, BreachNotice, DataExport, DataRequest, Erasure, LegalHold
from rights.tests.factories import make_breach, make_granted

CRASH = "pmi_portal.tests.crash"
OF_RIGHTS = [
    type(model._default_manager.get_queryset()) for model in (DataRequest, DataExport, LegalHold, Erasure)
]
OPEN: dict[str, str] = {}  # tables that lead to a case or a worker and have no policy, each with its reason

PROTECTED: list[type[models.Model]] = [
    Case,
    Worker,
    Case.topics.through,
    CaseAccess,
    CaseEvent,
    Consent,
    Document,
    Clock,
    IntakeDraft,
    Referral,
    PlanStep,
    Letter,
    DataRequest,
    DataRequest.cases.through,
    DataExport,
    LegalHold,
    Erasure,
    Breach,
    BreachNotice,
    CaseImport,
    ImportPiece,
    ImportMemory,
    ImportedCase,
    BulkAct,
    BulkPiece,
    BulkPart,
]
# What concerns the case's own partner alone, sent or not.
OWN_ALONE = (
    *(CaseAccess, IntakeDraft, DataRequest, DataRequest.cases.through, DataExport, LegalHold, Erasure),
    *(
        Breach,
        BreachNotice,
        CaseImport,
        ImportPiece,
        ImportMemory,
        ImportedCase,
        BulkAct,
        BulkPiece,
        BulkPart,
    ),
)


# Every table has its policy ---------------------------------------------------------------------


def leads_to(model: type[models.Model], seen: frozenset[type[models.Model]] = frozenset()) -> bool:
    """Whether a chain of foreign keys leads from this table to a case or a worker."""
    if model in (Case, Worker):
        return True
    others = {field.related_model for field in model._meta.concrete_fields if field.is_relation}
    chain = seen | {model}
    return any(leads_to(other, chain) for other in others - chain if isinstance(other, type))


@pytest.mark.django_db
def test_every_table_that_leads_to_a_case_has_a_policy() -> None:
    everything = apps.get_models(include_auto_created=True)
    needed = {model._meta.db_table for model in everything if leads_to(model)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid WHERE relrowsecurity"
        )
        protected = {row[0] for row in cursor.fetchall()}
    assert {"cases_case_topics", "referrals_letter"} <= needed  # the chain is followed
    assert needed - protected == set(OPEN)
    assert {model._meta.db_table for model in PROTECTED} >= needed - set(OPEN)


# One case of an NGO at an agency, with a row in every table --------------------------------------


@pytest.fixture(scope="module")
def visitors(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Visitors]:
    with django_db_blocker.unblock(), transaction.atomic():
        visitors = Visitors(make_world())
        fill(visitors.world)
        yield visitors
        transaction.set_rollback(True)


@pytest.fixture
def world(visitors: Visitors, db: None) -> World:
    return visitors.world


def fill(world: World) -> None:
    """What the world has no row of yet."""
    now, by, case = timezone.now(), world.people["caseworker"], world.case
    IntakeDraft.objects.create(owner=by, data_key=keys.make(), fields={"name": "Contoh"})
    CaseAccess.objects.create(case=case, person=by, way=AccessWay.NAMED, granted_by=by, granted_at=now)
    PlanStep.objects.create(
        case=case, what="Menelepon", partner=world.ngo, by_when=now, created_by=by, created_at=now
    )
    Clock.objects.create(
        case=case,
        code=ClockCode.PDP_WITHDRAW,
        partner=world.ngo,
        started_at=now,
        warn_at=now,
        due_at=now,
    )
    Document.objects.create(
        case=case,
        kind=DocumentKind.OTHER,
        file_name="surat.pdf",
        content_type="application/pdf",
        size=1,
        stored_as="00/none",
        added_by=by,
        partner=world.ngo,
        added_at=now,
    )
    table = CaseImport.objects.create(by=by, partner=world.ngo, data_key=keys.make(), next_at=None)
    ImportPiece.objects.create(table=table, number=0)
    ImportMemory.objects.create(partner=world.ngo, data_key=keys.make())
    ImportedCase.objects.create(case=case, table=table, partner=world.ngo, row=2, token=uuid4(), at=now)
    act = BulkAct.objects.create(
        by=by, partner=world.ngo, kind=Kind.TOPIC, data_key=keys.make(), next_at=None
    )
    BulkPiece.objects.create(act=act, number=0, cases=[case.pk])
    BulkPart.objects.create(act=act, number=0, content=b"x")
    request, boss = make_granted(case=case, by=by)
    rights.ask_export(by=by, request=request, key=uuid4())
    rights.hold(by=boss, case=case, key=uuid4(), reason="Sidang", review_on=now.date() + timedelta(30))
    Erasure.objects.create(
        case=case, why=ErasureWhy.RETENTION, state=ErasureState.PROPOSED, due_on=now.date(), proposed_at=now
    )
    rights.add_notices(
        by=world.people["portal_admin"], breach=make_breach(), cases=[(case.reference, world.ngo)]
    )


# The access log points to no table. Whose part of it is whose: cases/tests/test_log_second_wall.py.
@pytest.mark.parametrize("model", [*PROTECTED, LogEntry], ids=lambda model: model.__name__)
def test_a_forgotten_filter_shows_a_stranger_nothing(model: type[models.Model], world: World) -> None:
    rows = model._default_manager.all()
    assert rows.exists()
    with acting.as_partner(world.people["stranger"].partner_id):
        assert not rows.exists()
    with acting.as_partner(world.ngo.pk):
        assert rows.exists()


@pytest.mark.parametrize("model", [*PROTECTED, LogEntry], ids=lambda model: model.__name__)
def test_nobody_sees_nothing(model: type[models.Model], world: World) -> None:
    with acting.acting(acting.NOBODY):
        assert not model._default_manager.exists()


@pytest.mark.parametrize("model", PROTECTED, ids=lambda model: model.__name__)
def test_the_agency_sees_the_case_once_it_was_sent(model: type[models.Model], world: World) -> None:
    with acting.as_partner(world.agency.pk):
        assert model._default_manager.exists() == (model not in OWN_ALONE)
    Referral.objects.update(sent_at=None, state=State.UNROUTED)
    with acting.as_partner(world.agency.pk):
        assert not model._default_manager.exists()


def test_an_internal_note_is_for_the_people_of_its_own_partner(world: World) -> None:
    note = record(world.case, EventKind.INTERNAL, by=world.people["caseworker"], referral=world.referral)
    with acting.as_partner(world.agency.pk):
        assert not CaseEvent.objects.filter(pk=note.pk).exists()
    with acting.as_partner(world.ngo.pk):
        assert CaseEvent.objects.filter(pk=note.pk).exists()


# Writing ---------------------------------------------------------------------------------------


def an_event(world: World) -> None:
    record(world.case, EventKind.NOTED, by=world.people["stranger"])


def written(row: models.Model) -> dict[str, Any]:
    """What a row says, to be written again as another one."""
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.generated and not field.primary_key
    }


def a_referral(world: World) -> None:
    fields = written(world.referral) | {"sender_id": world.people["stranger"].partner_id, "number": 9}
    fields.pop("case_id")
    Referral.objects.create(case=world.case, **fields)


@pytest.mark.parametrize("write", [an_event, a_referral])
def test_a_row_in_another_partners_case_is_refused(write: Callable[[World], None], world: World) -> None:
    stranger = acting.as_partner(world.people["stranger"].partner_id)
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic(), stranger:
        write(world)


def test_a_case_of_another_partner_is_not_made(world: World) -> None:
    fields = written(Case.objects.get(pk=world.case.pk)) | {"reference": "SP-2026-999999"}
    stranger = acting.as_partner(world.people["stranger"].partner_id)
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic(), stranger:
        Case.objects.create(**fields)


def test_what_a_stranger_does_not_see_they_do_not_change(world: World) -> None:
    with acting.as_partner(world.people["stranger"].partner_id):
        assert Case.objects.update(chronology="") == 0
        assert CaseEvent.objects.all().delete()[0] == 0


# Pages -----------------------------------------------------------------------------------------


@pytest.fixture
def no_first_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notices are left out: they say a reference and a path, and are written for other partners' people."""
    monkeypatch.setattr(prepared, "_kept", {})  # queries that were built while it stood
    for rows in (
        CaseQuerySet,
        CaseAccessQuerySet,
        DraftQuerySet,
        CaseImportQuerySet,
        BulkActQuerySet,
        ReferralQuerySet,
        LetterQuerySet,
        *OF_RIGHTS,
    ):
        for name in NARROWING & set(vars(rows)):
            monkeypatch.setattr(rows, name, lambda self, user: self.all())


@pytest.mark.django_db
@pytest.mark.parametrize("route", sorted(set(ROUTES) - UNNAMED - {"healthz"}))
def test_with_the_first_wall_gone_a_stranger_still_reads_nothing(
    route: str, visitors: Visitors, no_first_wall: None
) -> None:
    world = visitors.world
    ours = (world.case.reference, world.case.worker.name, str(world.referral.pk))
    address = reverse(route, kwargs=visitors.arguments(route))
    for method in METHODS:
        with transaction.atomic():
            response = visitors.client("stranger").generic(method, address)
            transaction.set_rollback(True)
        assert response.status_code < 500
        text = b"".join(response) if response.streaming else response.content
        told = text.decode(errors="replace").replace(address, "")
        assert not [word for word in ours if word in told]


def test_with_the_first_wall_gone_the_lists_of_a_stranger_are_empty(
    visitors: Visitors, no_first_wall: None, db: None
) -> None:
    client = visitors.client("stranger")
    for route in ("cases:list", "referrals:inbox", "referrals:sent"):
        assert "row-link" not in client.get(reverse(route)).text


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.django_db(transaction=True)
def test_after_a_page_the_connection_is_nobodys() -> None:
    case = make_case()
    client = signed_in(case.created_by)
    with acting.acting(acting.NOBODY):
        assert case.reference in client.get(reverse("cases:list")).text
        assert not connection.in_atomic_block
        assert not Case.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('portal.acting', true)")
            assert not cursor.fetchone()[0]


@pytest.fixture
def one_pooled_connection(transactional_db: None) -> Iterator[None]:
    connection.close()
    connection.settings_dict["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 1}
    yield
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # of the wrapper behind it
    del connection.settings_dict["OPTIONS"]["pool"]


def test_a_connection_of_the_pool_takes_nothing_from_one_partner_to_the_next(
    one_pooled_connection: None,
) -> None:
    cases = [make_case(), make_case()]
    connection.close()  # goes back to the pool
    seen = []
    with acting.acting(acting.NOBODY):
        for case in cases:
            page = signed_in(case.created_by).get(reverse("cases:list")).text
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid(), current_user")
                seen.append(cursor.fetchone())
            connection.close()
            assert [other.reference in page for other in cases] == [other == case for other in cases]
    assert seen[0] == seen[1]


@pytest.mark.django_db(transaction=True)
def test_what_a_request_wrote_before_it_broke_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world()

    def broken(*args: Any, **options: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(detail, "page", broken)
    client = signed_in(world.people["officer"])
    client.raise_request_exception = False
    assert client.get(world.referral.get_absolute_url()).status_code == 500
    world.referral.refresh_from_db()
    assert world.referral.received_at is None
    assert not connection.in_atomic_block


class Slow(BytesIO):
    """What a browser sends; notes whether a transaction waits for it."""

    waited = False

    def read(self, size: int | None = -1) -> bytes:
        self.waited = self.waited or connection.in_atomic_block
        return super().read(size)


@pytest.mark.django_db(transaction=True)
def test_no_transaction_waits_for_an_upload() -> None:
    client, body = signed_in(make_case().created_by), Slow(b"key=none")
    environ: Any = {"wsgi.input": body, "CONTENT_LENGTH": "8"}
    form = "application/x-www-form-urlencoded"
    answer = client.generic("POST", reverse("cases:draft"), content_type=form, **environ)
    assert answer.status_code == 400  # the form was read and has no key
    assert not body.waited


# The worker ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_sweep_that_forgets_to_act_as_the_portal_finds_nothing_and_the_task_finds_it() -> None:
    make_referral()
    with acting.acting(acting.NOBODY):
        assert routing.route_due() == 0
        assert referrals_tasks.sweep() == 1


# Tasks that read and write nothing of a case, each with its reason.
OF_NO_CASE = {
    "accounts.tasks.send_resets": "a new password concerns a person's own account",
    "accounts.tasks.sweep": "sessions and kept forms are a person's own",
    "notifications.tasks.deliver": "e-mails are rows of their own",
    "notifications.tasks.deliver_slow": "e-mails are rows of their own",
    "notifications.tasks.sweep": "e-mails are rows of their own",
    "notifications.tasks.write_held": "notices say a reference and a path",
}


def test_every_task_acts_as_the_portal_or_has_a_reason_not_to() -> None:
    app.loader.import_default_modules()
    ours = {name: task.run for name, task in app.tasks.items() if not name.startswith(("celery.", CRASH))}
    acts = {name for name, work in ours.items() if "as_portal()" in inspect.getsource(work)}
    assert {"cases.tasks.sweep", "referrals.tasks.route"} <= acts
    assert set(ours) - acts == set(OF_NO_CASE)
