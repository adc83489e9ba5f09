"""A person moves to another partner; what they had in hand stays, and nothing of it is theirs any more."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts import kept
from accounts.models import KeptForm, User
from accounts.policy import still_here
from accounts.roles import Caseworker, Officer, PartnerAdmin, Supervisor
from accounts.tests.factories import make_portal_admin, make_user
from administration.actions.moving import move
from agencies.actions import ActRefused, StaleData
from agencies.choices import PartnerKind, StaffVerb
from agencies.models import Partner, StaffEvent
from agencies.tests.factories import make_partner, make_topic
from cases import actions as case_actions
from cases import leaving
from cases.choices import AccessWay
from cases.models import Case, CaseAccess, IntakeDraft
from cases.tests.factories import make_case
from notifications.choices import Kind
from notifications.models import Notification
from privacy import keys
from privacy.models import DataKey

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    return make_case()


@pytest.fixture
def person(case: Case) -> User:
    return case.created_by


@pytest.fixture
def target() -> Partner:
    return make_partner(code="KBRI_DOHA", name_id="KBRI Doha", kind=PartnerKind.MISSION)


@pytest.fixture
def boss() -> User:
    return make_portal_admin()


def address(person: User) -> str:
    return reverse("administration:move_person", args=[person.pk])


def test_the_page_says_what_moving_means_and_does_it(
    client: Client, boss: User, person: User, target: Partner, case: Case
) -> None:
    client.force_login(boss)
    shown = client.get(address(person)).text
    assert "1 open case stays with the partner" in shown
    assert "Nobody else works on cases there" in shown
    assert case.reference not in shown
    fields = {"to": target.code, "role": Officer.code, "seen": person.partner_id}
    told = client.post(address(person), fields, follow=True).text
    assert "works at KBRI Doha now" in told
    person.refresh_from_db()
    assert (person.partner, person.role) == (target, Officer.code)
    assert set(StaffEvent.objects.filter(verb=StaffVerb.MOVED).values_list("partner", flat=True)) == {
        target.pk,
        case.partner_id,
    }


def test_whoever_moved_is_signed_out_and_reads_nothing_of_before(
    client: Client, boss: User, person: User, target: Partner, case: Case
) -> None:
    client.force_login(person)
    assert client.get(case.get_absolute_url()).status_code == 200
    move(by=boss, person=person, to=target, role=Officer.code)
    assert "/login/" in client.get(case.get_absolute_url()).headers["Location"]
    person.refresh_from_db()
    client.force_login(person)
    assert client.get(case.get_absolute_url()).status_code == 404


def test_cases_stay_and_their_supervisors_are_told_of_each(
    boss: User, person: User, target: Partner, case: Case
) -> None:
    supervisor = make_user(partner=case.partner, role=Supervisor.code)
    move(by=boss, person=person, to=target, role=Officer.code)
    case.refresh_from_db()
    assert case.partner != target
    told = Notification.objects.get(recipient=supervisor)
    assert (told.kind, told.reference, told.path) == (
        Kind.CASES_LEFT,
        case.reference,
        case.get_absolute_url(),
    )


def test_access_to_restricted_cases_ends_for_good(
    boss: User, person: User, target: Partner, case: Case
) -> None:
    other = make_case(by=make_user(partner=case.partner))
    access = CaseAccess.objects.create(
        case=other,
        person=person,
        way=AccessWay.NAMED,
        granted_by=other.created_by,
        granted_at=other.changed_at,
    )
    left = case.partner
    move(by=boss, person=person, to=target, role=Officer.code)
    access.refresh_from_db()
    assert (access.is_open, access.ended_by) == (False, boss)
    person.refresh_from_db()
    move(by=boss, person=person, to=left, role=Caseworker.code)  # coming back opens nothing again
    assert not CaseAccess.objects.open().filter(person=person).exists()


def test_what_was_typed_and_not_sent_does_not_go_along(boss: User, person: User, target: Partner) -> None:
    draft = IntakeDraft.objects.create(owner=person, data_key=keys.make(), fields={"name": "Contoh"})
    form = KeptForm(person=person, path="/cases/new/")
    form.sealed = kept.sealed.seal(b"[]", place=kept._place(form))
    form.save()
    move(by=boss, person=person, to=target, role=Officer.code)
    assert not IntakeDraft.objects.exists()
    assert not KeptForm.objects.exists()
    assert DataKey.objects.get(pk=draft.data_key_id).destroyed_at is not None


def test_only_a_portal_admin_moves_anybody(client: Client, person: User, target: Partner) -> None:
    admin = make_user(partner=person.partner, role=PartnerAdmin.code)
    client.force_login(admin)
    assert client.get(address(person)).status_code == 403
    assert "Move to another partner" not in client.get(reverse("agencies:person", args=[person.pk])).text
    for by in (admin, person, make_user(partner=target, role=PartnerAdmin.code)):
        with pytest.raises(PermissionDenied):
            move(by=by, person=person, to=target, role=Officer.code)


def test_a_role_or_a_partner_that_cannot_be_is_refused(boss: User, person: User, target: Partner) -> None:
    resting = make_partner(is_active=False)
    for to, role in ((target, Caseworker.code), (target, "portal_admin"), (resting, Caseworker.code)):
        with pytest.raises(ActRefused):
            move(by=boss, person=person, to=to, role=role)
    assert person.partner is not None
    with pytest.raises(ActRefused):
        move(by=boss, person=person, to=person.partner, role=Supervisor.code)
    with pytest.raises(ActRefused):
        move(by=boss, person=make_portal_admin(), to=target, role=Officer.code)


def test_of_two_admins_who_move_somebody_the_second_is_told(
    boss: User, person: User, target: Partner
) -> None:
    seen = person.partner_id
    move(by=boss, person=person, to=target, role=Officer.code, seen=seen)
    move(by=boss, person=person, to=target, role=Officer.code, seen=seen)  # a double click
    with pytest.raises(StaleData, match="KBRI Doha"):
        move(by=make_portal_admin(), person=person, to=make_partner(), role=Caseworker.code, seen=seen)
    assert StaffEvent.objects.filter(verb=StaffVerb.MOVED).count() == 2


def test_whoever_comes_back_does_not_find_a_restricted_case_of_before_open(
    boss: User, person: User, target: Partner
) -> None:
    case = make_case(by=person, topics=[make_topic(restricted=True)])
    supervisor, before = make_user(partner=case.partner, role=Supervisor.code), case.partner
    move(by=boss, person=person, to=target, role=Officer.code)
    person.refresh_from_db()
    with pytest.raises(ActRefused, match="Let a supervisor there assign them"):
        move(by=boss, person=person, to=before, role=Caseworker.code)
    person.refresh_from_db()
    assert person.partner == target
    case_actions.assign(by=supervisor, case=case, to=supervisor)
    move(by=boss, person=person, to=before, role=Caseworker.code)
    person.refresh_from_db()
    assert case not in Case.objects.visible_to(person)


def test_a_case_that_comes_to_the_person_meanwhile_stops_the_move(
    boss: User, person: User, target: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hold_and_then_another_comes(somebody: User) -> frozenset[Any]:
        held = hold(somebody)
        make_case(by=somebody)
        return held

    hold = leaving.hold
    monkeypatch.setattr(leaving, "hold", hold_and_then_another_comes)
    with pytest.raises(StaleData, match="send it again"):
        move(by=boss, person=person, to=target, role=Officer.code)
    person.refresh_from_db()
    assert person.partner != target


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["edits a case", "keeps a draft"])
def test_a_move_waits_for_whoever_works_and_does_not_block_them(
    boss: User, person: User, target: Partner, case: Case, way: str
) -> None:
    draft = IntakeDraft.objects.create(owner=person, data_key=keys.make(), fields={"name": "Contoh"})
    refused: list[Exception] = []

    def moving() -> None:
        try:
            move(by=boss, person=person, to=target, role=Officer.code)
        except Exception as error:
            refused.append(error)
        finally:
            connection.close()

    thread = Thread(target=moving)
    with transaction.atomic():
        if way == "edits a case":
            case_actions.note(by=person, case=case, text="Contoh")
        else:
            case_actions.save_draft(draft_id=draft.pk, fields={"name": "Contoh Melati"}, by=person)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        assert still_here(person)  # what every request asks before its commit
    thread.join()
    assert not refused
    person.refresh_from_db()
    assert person.partner == target
