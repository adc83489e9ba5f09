"""Closing a partner with a successor: all that is live goes over, or nothing does, and nobody sees more than was agreed to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import PartnerAdmin
from accounts.tests.factories import make_portal_admin, make_user
from administration import actions
from agencies import actions as agencies
from agencies.choices import PartnerKind, PartnerState, StaffVerb
from agencies.models import Invitation, Mandate, Office, Partner, PartnerStep, StaffEvent
from agencies.tests.factories import make_mandate, make_partner
from agencies.tests.inviting import make_invitation
from agencies.today import today
from cases.models import Case, Consent
from cases.tests.factories import make_case
from notifications.models import Notification
from referrals import actions as referrals
from referrals import disclosure, wording
from referrals.actions import succession
from referrals.actions.succession import Fate
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral, make_referral_in

from .at_once import Begun

pytestmark = pytest.mark.django_db

A_DAY = timedelta(days=1)
AGREES = {"onward": True}  # that another responsible agency is asked


@pytest.fixture
def boss() -> User:
    return make_portal_admin()


@pytest.fixture
def page(client: Client, boss: User) -> Client:
    client.force_login(boss)
    return client


@pytest.fixture
def officer() -> User:
    return make_officer(make_partner(code="OLD", name_id="KJRI Lama", kind=PartnerKind.MISSION))


@pytest.fixture
def old(officer: User) -> Partner:
    assert officer.partner is not None
    return officer.partner


@pytest.fixture
def heir() -> User:
    return make_officer(make_partner(code="NEW", name_id="KJRI Baru", kind=PartnerKind.MISSION))


@pytest.fixture
def new(heir: User) -> Partner:
    assert heir.partner is not None
    return heir.partner


def close(partner: Partner, successor: Partner | None, **fields: Any) -> Partner:
    given = {
        "reason": "An example.",
        "seen": actions.foresee(partner, successor).seen,
        "key": uuid4(),
        "by": fields.pop("by", None) or make_portal_admin(),
        **fields,
    }
    return actions.close(partner=partner, successor=successor, **given)


def again(referral: Referral) -> Referral:
    return Referral.objects.get(pk=referral.pk)


def follow_up(referral: Referral) -> Referral:
    return Referral.objects.select_related("consent", "proposed", "receiver").get(previous=referral)


STATES = pytest.mark.parametrize("state", ["sent", "received", "clarifying", "accepted"])


@STATES
def test_where_the_worker_agreed_the_referral_goes_on_at_the_successor_at_once(
    state: str, officer: User, old: Partner, heir: User, new: Partner
) -> None:
    referral, _officer = make_referral_in(state, officer=officer, consent=AGREES)
    Notification.objects.all().delete()
    close(old, new)
    ended, going_on = again(referral), follow_up(referral)
    assert (ended.state, ended.receiver) == ("handed_over", old)
    assert (going_on.state, going_on.receiver, going_on.sender) == ("sent", new, referral.sender)
    assert (going_on.request, going_on.services) == (referral.request, referral.services)
    assert (going_on.consent.partner, going_on.consent.groups) == (new, referral.consent.groups)
    told = {(note.recipient_id, note.kind) for note in Notification.objects.all()}
    assert told == {(referral.case.assigned_to_id, "handed_over"), (heir.pk, "sent")}
    assert disclosure.is_open(going_on)
    assert not disclosure.is_open(ended)


@STATES
@pytest.mark.parametrize("why", ["not agreed", "taken back", "paused"])
def test_where_the_worker_did_not_agree_it_waits_at_its_sender_and_the_successor_sees_nothing(
    state: str, why: str, officer: User, old: Partner, heir: User, new: Partner
) -> None:
    consent = {"onward": why != "not agreed"}
    referral, _officer = make_referral_in(state, officer=officer, consent=consent)
    if why == "taken back":
        Consent.objects.create(
            case=referral.case,
            partner=new,
            groups=referral.consent.groups,
            given_by="Contoh Melati",
            method="spoken",
            given_on=timezone.localdate(),
            recorded_by=referral.created_by,
            withdrawn_at=timezone.now(),
        )
    if why == "paused":
        Case.objects.filter(pk=referral.case_id).update(paused_at=timezone.now())
    Notification.objects.all().delete()
    close(old, new)
    waiting = follow_up(referral)
    assert (again(referral).state, waiting.state) == ("handed_over", "unrouted")
    assert (waiting.receiver, waiting.proposed, waiting.sent_at) == (None, new, None)
    assert not Referral.objects.visible_to(heir).exists()
    told = [note.kind for note in Notification.objects.filter(recipient=referral.case.assigned_to)]
    assert sorted(told) == ["handed_over", "unrouted"]
    assert Notification.objects.count() == 2
    sentence = wording.situation(referral.created_by, waiting)
    assert "KJRI Lama has closed, and KJRI Baru takes over its work." in sentence


def test_what_waits_at_its_sender_goes_on_once_the_worker_agrees(
    officer: User, old: Partner, new: Partner
) -> None:
    referral, _officer = make_referral_in("accepted", officer=officer)
    close(old, new)
    consent = {
        "groups": ["identity"],
        "given_by": "Contoh Melati",
        "method": "spoken",
        "given_on": timezone.localdate(),
    }
    sent = referrals.agree(by=referral.created_by, referral=follow_up(referral), consent=consent)
    assert (sent.state, sent.receiver, sent.consent.groups) == ("sent", new, ["identity"])


def test_where_the_successor_is_the_sender_itself_the_sender_chooses(
    officer: User, old: Partner, heir: User, new: Partner
) -> None:
    case = make_case(by=heir)
    referral, _officer = make_referral_in("accepted", officer=officer, case=case, consent=AGREES)
    close(old, new)
    waiting = follow_up(referral)
    assert (waiting.state, waiting.proposed) == ("unrouted", None)
    assert wording.situation(heir, waiting) == "KJRI Lama has closed. Please choose another agency."


def test_where_the_successor_has_the_same_service_in_hand_no_second_one_begins(
    officer: User, old: Partner, new: Partner
) -> None:
    referral, _officer = make_referral_in("accepted", officer=officer, consent=AGREES)
    twin = make_referral(case=referral.case, to=new)
    close(old, new)
    assert again(referral).state == "handed_over"
    assert not Referral.objects.filter(previous=referral).exists()
    assert again(twin).state == "sent"


def test_the_successor_that_declined_before_is_not_asked_again_by_itself(
    officer: User, old: Partner, heir: User, new: Partner
) -> None:
    first, _officer = make_referral_in("declined", officer=heir, consent=AGREES)
    second = referrals.refer_again(by=first.created_by, referral=first, to=old)
    close(old, new)
    assert (follow_up(second).state, follow_up(second).proposed) == ("unrouted", new)


def test_what_was_proposed_to_be_handed_over_to_it_is_proposed_for_the_successor(
    old: Partner, new: Partner
) -> None:
    referral, other = make_referral_in("accepted")
    referrals.hand_over(by=other, referral=referral, to=old, text="This is theirs.")
    waiting = follow_up(referral)
    close(old, new)
    assert (again(waiting).state, again(waiting).proposed) == ("unrouted", new)


def test_mandates_go_over_as_new_rows_and_the_old_ones_stay_retired(old: Partner, new: Partner) -> None:
    both = make_mandate(partner=old, country="MY")
    make_mandate(partner=new, country="MY")
    own = make_mandate(partner=old, country="SG", code="OLD:SG")
    close(old, new)
    both.refresh_from_db()
    own.refresh_from_db()
    assert own.retired_at is not None
    assert both.retired_at is not None
    current = Mandate.objects.current().order_by("country")
    assert [(row.partner, row.country, row.code) for row in current] == [(new, "MY", None), (new, "SG", None)]


def test_a_mandate_goes_over_for_the_days_on_which_the_successor_does_not_have_it(
    old: Partner, new: Partner
) -> None:
    make_mandate(partner=old, country="MY")
    make_mandate(partner=old, country="SG", valid_until=today() + 5 * A_DAY)
    first, last = today() + 2 * A_DAY, today() + 5 * A_DAY
    for country in ("MY", "SG"):
        make_mandate(partner=new, country=country, valid_from=first, valid_until=last)
    assert actions.foresee(old, new).mandates == 2
    close(old, new)
    rows = Mandate.objects.current().order_by("country", "valid_from")
    assert list(rows.values_list("partner", "country", "valid_from", "valid_until")) == [
        (new.pk, "MY", today(), first - A_DAY),
        (new.pk, "MY", first, last),
        (new.pk, "MY", last + A_DAY, None),
        (new.pk, "SG", today(), first - A_DAY),
        (new.pk, "SG", first, last),
    ]


def test_when_the_successors_own_mandate_ends_meanwhile_nothing_happens(old: Partner, new: Partner) -> None:
    make_mandate(partner=old, country="MY")
    theirs = make_mandate(partner=new, country="MY")
    seen = actions.foresee(old, new).seen
    Mandate.objects.filter(pk=theirs.pk).update(valid_until=today())
    with pytest.raises(actions.StaleData, match="Something changed"):
        close(old, new, seen=seen)


def test_its_people_are_shut_out_and_its_invitations_withdrawn(
    officer: User, old: Partner, new: Partner
) -> None:
    client = Client()
    client.force_login(officer)
    make_invitation(partner=old, role="officer")
    close(old, new)
    assert client.get(reverse("home")).status_code == 302
    officer.refresh_from_db()
    assert not officer.is_active
    assert not Invitation.objects.open().exists()
    verbs = StaffEvent.objects.filter(partner=old).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == [
        StaffVerb.INVITED,
        StaffVerb.REVOKED,
        StaffVerb.PARTNER_CLOSED,
        StaffVerb.SUSPENDED,
    ]
    old.refresh_from_db()
    assert (old.state, old.successor) == (PartnerState.CLOSED, new)
    with pytest.raises(agencies.ActRefused, match="closed"):
        make_invitation(partner=old, email="late@example.org", role="officer")


def test_old_referrals_keep_the_name_of_a_closed_partner(
    client: Client, officer: User, old: Partner, new: Partner
) -> None:
    done, _officer = make_referral_in("declined", officer=officer)
    moved, _officer = make_referral_in("accepted", officer=officer, consent=AGREES, by=done.created_by)
    close(old, new)
    client.force_login(done.created_by)
    for referral in (done, moved):
        text = client.get(referral.get_absolute_url()).content.decode()
        assert "KJRI Lama" in text
    assert "KJRI Lama has closed." in text


def test_a_completed_referral_is_not_opened_again_at_a_closed_partner(officer: User, old: Partner) -> None:
    referral, _officer = make_referral_in("completed", officer=officer)
    close(old, None)
    with pytest.raises(referrals.ActRefused, match="does not work here at present"):
        referrals.reopen(by=referral.created_by, referral=again(referral), text="Not done.")


# What stops it ------------------------------------------------------------------------------------


def test_with_open_cases_of_its_own_it_is_not_closed(page: Client, old: Partner) -> None:
    ngo, other = make_partner(), make_partner()
    make_case(by=make_user(partner=ngo))
    text = page.get(
        reverse("administration:close", args=[ngo.code]), {"successor": other.code}
    ).content.decode()
    assert "It has 1 open case of its own." in text
    with pytest.raises(actions.ActRefused, match="1 open case"):
        close(ngo, other)


@pytest.mark.parametrize("live", ["referral", "mandate"])
def test_what_is_live_needs_a_successor(live: str, officer: User, old: Partner) -> None:
    if live == "referral":
        make_referral_in("sent", officer=officer)
    else:
        make_mandate(partner=old)
    with pytest.raises(actions.ActRefused, match="Choose the partner that takes them over"):
        close(old, None)


def odd(partner: Partner) -> dict[str, Callable[[], Partner]]:
    return {
        "itself": lambda: partner,
        "not active": lambda: make_partner(kind=PartnerKind.MISSION, is_active=False),
        "closed": lambda: make_partner(kind=PartnerKind.MISSION, retired_at=timezone.now()),
        "an NGO": lambda: make_partner(kind=PartnerKind.NGO),
    }


@pytest.mark.parametrize("which", ["itself", "not active", "closed", "an NGO"])
def test_a_successor_that_does_not_fit_is_refused_by_the_page_and_by_the_act(
    page: Client, old: Partner, which: str
) -> None:
    successor = odd(old)[which]()
    with pytest.raises(actions.ActRefused):
        close(old, successor)
    answer = page.get(reverse("administration:close", args=["OLD"]), {"successor": successor.code})
    assert answer.status_code == 422
    assert "This partner cannot take over." in answer.content.decode()


def test_when_something_live_changed_since_it_was_shown_nothing_happens(
    officer: User, old: Partner, new: Partner
) -> None:
    first, _officer = make_referral_in("sent", officer=officer)
    seen = actions.foresee(old, new).seen
    make_referral_in("sent", officer=officer)
    with pytest.raises(actions.StaleData, match="Something changed"):
        close(old, new, seen=seen)
    assert again(first).state == "sent"
    assert Partner.objects.get(pk=old.pk).state == PartnerState.ACTIVE


def test_when_one_referral_cannot_go_over_nothing_is_changed(
    officer: User, old: Partner, new: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [make_referral_in("accepted", officer=officer, consent=AGREES)[0] for _number in range(3)]
    make_mandate(partner=old)
    send, sent = succession.send, []

    def breaks(*args: Any, **options: Any) -> Any:
        sent.append(1)
        if len(sent) == 3:
            raise OSError("The disk is full.")
        return send(*args, **options)

    monkeypatch.setattr(succession, "send", breaks)
    with pytest.raises(OSError, match="full"):
        close(old, new)
    assert {again(referral).state for referral in made} == {"accepted"}
    assert Referral.objects.count() == 3
    assert Mandate.objects.current().get().partner == old
    officer.refresh_from_db()
    assert officer.is_active


def test_an_admin_who_was_suspended_meanwhile_closes_nothing(boss: User, old: Partner) -> None:
    User.objects.filter(pk=boss.pk).update(is_active=False)
    with pytest.raises(PermissionDenied):
        close(old, None, by=boss)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_close_it_once(officer: User, old: Partner, new: Partner) -> None:
    referral, _officer = make_referral_in("accepted", officer=officer, consent=AGREES)
    boss, key, seen = make_portal_admin(), uuid4(), actions.foresee(old, new).seen
    clicks = [Begun(lambda: close(old, new, by=boss, key=key, seen=seen)) for _click in range(2)]
    assert [click.result.state for click in clicks] == [PartnerState.CLOSED] * 2
    assert Referral.objects.filter(previous=referral).count() == 1
    assert PartnerStep.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_officer_who_acts_at_that_moment_is_before_or_turned_away(
    officer: User, old: Partner, new: Partner
) -> None:
    referral, _officer = make_referral_in("received", officer=officer, consent=AGREES)
    browser = Client()
    browser.force_login(officer)
    seen = actions.foresee(old, new).seen
    accept = reverse("referrals:accept", args=[referral.pk])
    accepting = Begun(lambda: browser.post(accept, {"key": uuid4()}))
    closing = Begun(lambda: close(old, new, seen=seen))
    assert accepting.result.status_code in (302, 404, 409)
    try:
        closed = closing.result.state == PartnerState.CLOSED
    except actions.StaleData:
        closed = False
    assert (again(referral).state == "handed_over") == closed
    if not closed:
        assert again(referral).state == "accepted"


# The page -----------------------------------------------------------------------------------------


def test_the_page_says_beforehand_what_becomes_of_everything(
    page: Client, officer: User, old: Partner, new: Partner
) -> None:
    make_referral_in("accepted", officer=officer, consent=AGREES)
    asks, _officer = make_referral_in("sent", officer=officer)
    make_mandate(partner=old)
    make_invitation(partner=old, role="officer")
    Office.objects.create(partner=old, name="Pos Contoh")
    address = reverse("administration:close", args=["OLD"])
    assert "What happens" not in page.get(address).content.decode()
    text = page.get(address, {"successor": "NEW"}).content.decode()
    for sentence in (
        "1 person is suspended and signed out at once",
        "1 open invitation is withdrawn",
        "1 referral goes on at KJRI Baru at once",
        "1 referral waits at its sender",
        "1 mandate goes over to KJRI Baru",
        "1 office is taken out of use",
        "Its old referrals and letters keep its name",
    ):
        assert sentence in text
    assert asks.case.reference not in text
    assert asks.case.worker.name not in text
    assert actions.foresee(old, new).fates == {Fate.GOES_ON: 1, Fate.ASKS: 1}


def test_it_is_closed_by_page_with_its_code_typed_once_more(
    page: Client, officer: User, old: Partner, new: Partner
) -> None:
    make_referral_in("accepted", officer=officer, consent=AGREES)
    address = reverse("administration:close", args=["OLD"]) + "?successor=NEW"
    form = {"reason": "Merged.", "seen": actions.foresee(old, new).seen, "key": uuid4(), "code": "NEW"}
    answer = page.post(address, form)
    assert answer.status_code == 422
    assert "This is not the code. Type OLD." in answer.content.decode()
    for _click in range(2):
        assert page.post(address, form | {"code": "old"}).status_code == 302
    text = page.get(reverse("agencies:partner", args=["OLD"])).content.decode()
    assert "KJRI Baru took over what was live" in text
    assert "Merged." in text
    assert "closed already" in page.get(address).content.decode()


def test_a_stale_page_is_shown_anew_with_what_was_typed(
    page: Client, officer: User, old: Partner, new: Partner
) -> None:
    form = {"reason": "Merged.", "seen": actions.foresee(old, new).seen, "key": uuid4(), "code": "OLD"}
    make_referral_in("sent", officer=officer)
    address = reverse("administration:close", args=["OLD"]) + "?successor=NEW"
    answer = page.post(address, form)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Something changed at this partner meanwhile" in text
    assert "Merged." in text
    assert page.post(address, form | {"seen": answer.context["form"].data["seen"]}).status_code == 302


@pytest.mark.parametrize("code", ["", "NOBODY", "a\x00b", "x" * 10_000, "NEW"])
def test_odd_addresses_break_nothing(page: Client, old: Partner, new: Partner, code: str) -> None:
    answer = page.get(reverse("administration:close", args=["OLD"]), {"successor": code})
    assert answer.status_code == (200 if code in ("", "NEW") else 422)


def test_a_partner_admin_closes_nothing(client: Client, old: Partner) -> None:
    client.force_login(make_user(partner=old, role=PartnerAdmin.code))
    assert client.get(reverse("administration:close", args=["OLD"])).status_code == 403
