"""A partner's life: registered, active, suspended. Each step says first what it does."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_portal_admin
from administration import actions
from agencies import actions as agencies
from agencies import rules
from agencies.choices import MAY_BECOME, PartnerState, StaffVerb, Step
from agencies.models import Partner, PartnerStep, StaffEvent
from agencies.tests.factories import make_mandate, make_partner, make_topic
from agencies.tests.inviting import make_invitation
from cases.tests.factories import make_case
from notifications.models import Notification
from referrals.actions import ActRefused
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral, make_referral_in

from .at_once import Begun, wait_for_a_lock_that_is_asked_for
from .factories import make_agreement, make_registered, step

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> User:
    return make_portal_admin(full_name="Contoh Admin")


@pytest.fixture
def page(client: Client, boss: User) -> Client:
    client.force_login(boss)
    return client


def address(what: str, partner: Partner) -> str:
    return reverse(f"administration:{what}", args=[partner.code])


def typed(partner: Partner, **fields: Any) -> dict[str, Any]:
    return {"reason": "An example.", "seen": actions.seen_standing(partner), "key": uuid4(), **fields}


def state(partner: Partner) -> PartnerState:
    return Partner.objects.get(pk=partner.pk).state


def test_a_partner_goes_from_registered_to_active_and_there_and_back(page: Client) -> None:
    partner = make_registered()
    make_agreement(partner)
    for what, after in (
        ("activate", PartnerState.ACTIVE),
        ("suspend", PartnerState.SUSPENDED),
        ("reactivate", PartnerState.ACTIVE),
    ):
        answer = page.post(address(what, partner), typed(Partner.objects.get(), reason=f"Because of {what}."))
        assert answer.headers["Location"] == reverse("agencies:partner", args=[partner.code])
        assert state(partner) == after
    steps = PartnerStep.objects.order_by("pk").values_list("step", "reason")
    assert list(steps) == [
        (Step.REGISTERED, ""),
        (Step.ACTIVATED, "Because of activate."),
        (Step.SUSPENDED, "Because of suspend."),
        (Step.REACTIVATED, "Because of reactivate."),
    ]
    verbs = list(StaffEvent.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs[2:] == [
        StaffVerb.PARTNER_REACTIVATED,
        StaffVerb.PARTNER_SUSPENDED,
        StaffVerb.PARTNER_REACTIVATED,
    ]
    text = page.get(reverse("agencies:partner", args=[partner.code])).content.decode()
    assert "Because of suspend." in text
    assert "Contoh Admin" in text


def test_without_an_agreement_in_force_nobody_is_activated(page: Client) -> None:
    partner = make_registered()
    make_agreement(partner, ends_in=-1)
    assert (
        "There is no data-sharing agreement on file"
        in page.get(address("activate", partner)).content.decode()
    )
    answer = page.post(address("activate", partner), typed(partner))
    assert answer.status_code == 409
    assert state(partner) == PartnerState.REGISTERED
    make_agreement(partner, ends_in=0)  # its last day is today
    assert page.post(address("activate", partner), typed(partner)).status_code == 302


def test_those_of_the_reference_data_are_active_without_one_and_their_page_says_so(page: Client) -> None:
    partner = make_partner()
    assert rules.takes_people(partner)
    text = page.get(reverse("agencies:partner", args=[partner.code])).content.decode()
    assert "came with the reference data and is used without one" in text
    suspended = step(actions.suspend, partner)
    assert step(actions.reactivate, suspended).state == PartnerState.ACTIVE


@pytest.mark.parametrize("before", PartnerState)
@pytest.mark.parametrize(
    ("what", "after"),
    [("activate", "active"), ("suspend", "suspended"), ("reactivate", "active"), ("close", "closed")],
)
def test_the_table_says_what_may_follow_and_the_first_activation_is_no_return(
    before: PartnerState, what: str, after: str
) -> None:
    partner = Partner(
        is_active=before == "active",
        awaits_activation=before == "registered",
        retired_at=timezone.now() if before == "closed" else None,
    )
    taken = {
        "activate": Step.ACTIVATED,
        "suspend": Step.SUSPENDED,
        "reactivate": Step.REACTIVATED,
        "close": Step.CLOSED,
    }
    may = rules.may_step(partner, taken[what])
    first = {"activate": PartnerState.REGISTERED, "reactivate": PartnerState.SUSPENDED}.get(what, before)
    assert partner.state == before
    assert may == (PartnerState(after) in MAY_BECOME[before] and first == before)


def test_the_page_says_beforehand_what_suspending_does(page: Client) -> None:
    referral, officer = make_referral_in("accepted")
    make_referral(to=officer.partner, case=make_case(urgency="emergency"))
    make_officer(officer.partner)
    Client().force_login(officer)
    assert officer.partner is not None
    make_invitation(partner=officer.partner, role="officer")
    text = page.get(address("suspend", officer.partner)).content.decode()
    for sentence in (
        "2 people are signed out at once",
        "2 referrals that it has in hand stay there",
        "1 of them is an emergency",
        "1 open invitation rests",
    ):
        assert sentence in text
    assert referral.case.worker.name not in text
    assert state(officer.partner) == PartnerState.ACTIVE


def test_the_page_says_beforehand_that_mandates_rest_and_which_gaps_that_leaves(page: Client) -> None:
    partner = make_partner(kind="mission", country="MY")
    assert "Its mandates" not in page.get(address("suspend", partner)).text
    make_mandate(partner=partner, stage="during", country="MY")
    make_topic(typical_agencies=["PERWAKILAN"])
    text = page.get(address("suspend", partner)).text
    assert "Its mandates do not hold while it is suspended." in text
    assert "That leaves 1 gap: " in text
    assert "Its own data and cases stay as they are." in text


def test_the_page_says_beforehand_what_activating_and_reactivating_do(page: Client) -> None:
    partner = make_registered()
    make_agreement(partner)
    assert "It has no mandate yet" in page.get(address("activate", partner)).content.decode()
    make_mandate(partner=partner)
    assert "by 1 mandate," in page.get(address("activate", partner)).content.decode()
    _referral, officer = make_referral_in("accepted")
    assert officer.partner is not None
    suspended = step(actions.suspend, officer.partner)
    text = page.get(address("reactivate", suspended)).content.decode()
    assert "1 person may sign in again" in text
    assert "1 referral that it had in hand goes on there" in text


def test_who_sent_what_a_suspended_partner_has_in_hand_is_told_and_may_act(boss: User) -> None:
    referral, officer = make_referral_in("accepted")
    Notification.objects.all().delete()
    assert officer.partner is not None
    step(actions.suspend, officer.partner, by=boss)
    note = Notification.objects.get()
    assert (note.recipient, note.kind) == (referral.case.assigned_to, "partner_suspended")
    again = Referral.objects.get(pk=referral.pk)
    assert again.state == "accepted"
    assert not again.receiver_has_accounts  # so its sender may write down what was said on the telephone


def test_nothing_is_sent_to_a_suspended_partner_whatever_was_read_before() -> None:
    officer = make_officer()
    assert officer.partner is not None
    step(actions.suspend, Partner.objects.get(pk=officer.partner.pk))
    assert officer.partner.is_active  # as it was read before
    with pytest.raises(ActRefused, match="does not work here at present"):
        make_referral(to=officer.partner)


@pytest.mark.django_db(transaction=True)
def test_what_is_being_sent_while_a_partner_is_suspended_arrives_before_or_not_at_all() -> None:
    officer, case = make_officer(), make_case()
    assert officer.partner is not None
    with transaction.atomic():
        referral = make_referral(case=case, to=officer.partner)
        act = Begun(lambda: step(actions.suspend, officer.partner))  # type: ignore[arg-type]  # there is one
        wait_for_a_lock_that_is_asked_for()
    assert act.result.state == PartnerState.SUSPENDED
    assert Referral.objects.get(pk=referral.pk).state == "sent"
    told = Notification.objects.filter(kind="partner_suspended")
    assert [note.recipient for note in told] == [case.assigned_to]


def test_of_two_admins_the_second_is_told_what_the_first_did(page: Client) -> None:
    partner = make_partner()
    mine = typed(partner, reason="Mine.")
    step(actions.suspend, partner)
    answer = page.post(address("suspend", partner), mine)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "the partner is suspended now" in text
    assert PartnerStep.objects.count() == 1
    step(actions.reactivate, Partner.objects.get())
    answer = page.post(address("suspend", partner), mine)
    assert answer.status_code == 409
    assert "Mine." in answer.content.decode()
    again = mine | {"seen": answer.context["form"].data["seen"]}
    assert page.post(address("suspend", partner), again).status_code == 302


def test_a_double_click_is_one_step(page: Client) -> None:
    partner = make_partner()
    form = typed(partner)
    assert [page.post(address("suspend", partner), form).status_code for _click in range(2)] == [302, 302]
    assert PartnerStep.objects.count() == StaffEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("reason", "says"), [("", "required"), ("x" * 501, "500"), ("a\x00b", "Null"), ("\u200b", "required")]
)
def test_a_step_needs_a_reason(page: Client, reason: str, says: str) -> None:
    partner = make_partner()
    answer = page.post(address("suspend", partner), typed(partner, reason=reason))
    assert answer.status_code == 422
    assert says in str(answer.context["form"].errors["reason"])
    assert state(partner) == PartnerState.ACTIVE


@pytest.mark.parametrize("act", [actions.activate, actions.suspend, actions.reactivate])
def test_an_admin_who_was_suspended_meanwhile_does_nothing(act: Any, boss: User) -> None:
    partner = make_partner()
    User.objects.filter(pk=boss.pk).update(is_active=False)
    with pytest.raises(PermissionDenied):
        step(act, partner, by=boss)
    assert not PartnerStep.objects.exists()


def test_editing_the_contact_data_suspends_nobody(boss: User) -> None:
    partner = make_partner()
    agencies.edit_partner(
        by=boss,
        partner=partner,
        changes={"is_active": False, "phone": "1"},
        seen=agencies.seen_values(partner),
    )
    assert state(partner) == PartnerState.ACTIVE


def test_the_list_finds_partners_by_their_standing(page: Client) -> None:
    make_registered(code="NEW")
    step(actions.suspend, make_partner(code="RESTS"))

    def shown(show: str) -> list[str]:
        return [row.code for row in page.get("/partners/", {"show": show}).context["page"].rows]

    assert (shown("registered"), shown("suspended"), shown("closed")) == (["NEW"], ["RESTS"], [])
