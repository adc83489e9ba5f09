"""Nothing goes on in a case that was erased: no reminder, no judgement, no act that would need its key."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import access, nobody_left, settlements
from cases.models import Case, CaseAccess
from cases.tests.factories import make_case
from cases.tests.restricted import GLASS, Team, make_team
from referrals.models import Referral
from referrals.tests.factories import make_referral_in
from rights import erasing
from rights.choices import ErasureState

from .factories import close, make_erasure, make_granted, step

pytestmark = pytest.mark.django_db


def erased_on_request(case: Case) -> None:
    request, boss = make_granted("erasure", case=case)
    step("carry_out", request, boss)
    assert erasing.erase_due() == 1


def test_whether_a_settlement_was_fulfilled_is_not_asked() -> None:
    case = close(make_case(), ago=timedelta(days=4000))
    Case.objects.filter(pk=case.pk).update(settlement_ask_on=timezone.localdate() - timedelta(days=1))
    make_erasure(case, state=ErasureState.ERASED)
    assert settlements.ask_about_due() == 0


def test_nobody_is_told_that_nobody_reads_it() -> None:
    team: Team = make_team()
    erased_on_request(team.case)
    type(team.caseworker).objects.filter(pk=team.case.assigned_to_id).update(is_active=False)
    assert nobody_left.tell() == 0


def test_an_opening_in_an_emergency_waits_for_no_judgement(client: Client) -> None:
    team: Team = make_team()
    access.break_glass(by=team.colleague, case=team.case, **GLASS)
    client.force_login(team.supervisor)
    assert len(client.get(reverse("cases:glass")).context["waiting"]) == 1
    erased_on_request(team.case)
    assert not CaseAccess.objects.to_review().exists()
    assert client.get(reverse("cases:glass")).context["waiting"] == []


def test_its_receiver_gives_it_no_register_number_any_more(client: Client) -> None:
    referral, officer = make_referral_in("completed")
    erased_on_request(referral.case)
    client.force_login(officer)
    form = {"key": str(uuid.uuid4()), "number": "B-77"}
    assert "register" not in client.get(referral.get_absolute_url()).text
    assert client.post(reverse("referrals:register", args=[referral.pk]), form).status_code == 409
    assert Referral.objects.get(pk=referral.pk).register_number == ""
