"""The worker's part: who is sent to without asking, who is not, and what happens when something breaks."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from agencies import matching
from agencies.tests.factories import make_mandate, make_partner
from cases.choices import EventKind
from cases.tests.factories import make_case
from notifications.choices import Kind
from notifications.models import Notification
from referrals import actions, routing, tasks, wording
from referrals.choices import DeclineReason
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral, make_responsible

pytestmark = pytest.mark.django_db


def routed(referral: Referral) -> Referral:
    routing.route(referral.pk)
    referral.refresh_from_db()
    return referral


def test_one_clear_answer_is_sent_by_itself_and_the_officers_are_told():
    mission = make_responsible()
    referral = routed(make_referral())
    assert (referral.state, referral.receiver, referral.why_unrouted) == ("sent", mission, "")
    assert referral.sent_at is not None
    assert referral.due_at is not None
    event = referral.events.get(kind=EventKind.SENT)
    assert (event.actor, event.data) == (None, {"to": mission.name_id, "chosen": False})
    told = Notification.objects.get()
    assert (told.recipient.partner, told.kind) == (mission, Kind.REFERRAL_SENT)


def test_the_reasons_are_kept_as_codes_and_told_in_the_readers_language():
    mission = make_responsible()
    referral = routed(make_referral())
    line = referral.ranking[0]
    assert (line["partner_id"], line["tier"], line["reachable"]) == (mission.pk, 1, True)
    assert {"code": "country", "params": {"country": "MY"}} in line["reasons"]
    assert "Responsible for workers in Malaysia." in wording.why_receiver(referral.created_by, referral)


def test_nobody_responsible_is_left_to_the_sender_who_is_told():
    referral = routed(make_referral())
    assert (referral.state, referral.why_unrouted, referral.ranking) == ("unrouted", "none", [])
    told = Notification.objects.get()
    assert (told.recipient, told.kind) == (referral.created_by, Kind.REFERRAL_UNROUTED)
    assert wording.why_unrouted(referral) == (
        "No partner is responsible for this combination of topic, stage and place."
    )


def test_several_equals_are_left_to_the_sender_with_the_ranking():
    both = {make_responsible().pk, make_responsible().pk}
    referral = routed(make_referral())
    assert (referral.state, referral.why_unrouted) == ("unrouted", "several")
    assert {line["partner_id"] for line in referral.ranking} == both
    assert wording.why_unrouted(referral) == "2 partners are equally responsible; please choose."
    assert {candidate.partner.pk for candidate in wording.ranking(referral.ranking)} == both


def test_an_agency_where_nobody_reads_is_not_sent_to_unasked():
    mission = make_responsible(read=False)
    referral = routed(make_referral())
    assert (referral.state, referral.why_unrouted) == ("unrouted", "no_accounts")
    assert f"{mission} is responsible, but nobody there reads" in wording.why_unrouted(referral)
    (candidate,) = wording.ranking(referral.ranking)
    assert str(candidate.warning).startswith("Nobody there reads the portal yet")
    chosen = actions.choose(by=referral.created_by, referral=referral, to=mission)
    assert chosen.receiver == mission


def test_people_who_only_manage_accounts_do_not_make_an_agency_reachable():
    mission = make_responsible(read=False)
    make_officer(mission, is_active=False)
    make_officer(mission, email="admin@example.org").__class__.objects.filter(
        email="admin@example.org"
    ).update(role="partner_admin")
    assert routed(make_referral()).why_unrouted == "no_accounts"


def test_a_live_twin_at_the_same_agency_is_left_to_the_sender():
    make_responsible()
    case = make_case()
    first = routed(make_referral(case=case, services=["shelter"]))
    second = routed(make_referral(case=case, services=["shelter", "medical"]))
    assert (second.state, second.why_unrouted) == ("unrouted", "twin")
    assert first.reference in wording.why_unrouted(second)
    assert routed(make_referral(case=case, services=["legal_aid"])).state == "sent"


def test_who_declined_is_not_asked_again_for_the_same_service():
    mission = make_responsible()
    case = make_case()
    first = routed(make_referral(case=case))
    officer = make_officer(mission)
    actions.decline(by=officer, referral=first, reason=DeclineReason.NO_CAPACITY, text="Full.")
    again = routed(make_referral(case=case, previous=first))
    assert (again.state, again.why_unrouted, again.ranking) == ("unrouted", "excluded", [])
    assert routed(make_referral(case=case, services=["shelter"])).receiver == mission


def test_who_only_missed_documents_is_asked_again():
    mission = make_responsible()
    case = make_case()
    first = routed(make_referral(case=case))
    actions.decline(
        by=make_officer(mission), referral=first, reason=DeclineReason.INCOMPLETE, text="No contract."
    )
    assert routed(make_referral(case=case, previous=first)).receiver == mission


def test_the_sender_is_never_its_own_answer():
    mission = make_responsible()
    referral = routed(make_referral(by=make_officer(mission)))
    assert (referral.state, referral.why_unrouted) == ("unrouted", "excluded")


def test_a_suspended_agency_is_not_sent_to():
    mission = make_responsible()
    mission.is_active = False
    mission.save()
    assert routed(make_referral()).state == "unrouted"


def test_the_question_holds_no_person():
    case = make_case(worker={"name": "Contoh Melati", "nik": "3573014107900001"})
    question = routing.ask_about(case, services=[])
    told = repr(question)
    assert "Melati" not in told
    assert "3573014107900001" not in told
    assert (question.country, question.stage, question.home_regency) == ("MY", "during", "3573")


def test_being_told_twice_is_harmless():
    make_responsible()
    make_referral()
    for _again in range(3):
        tasks.route()
    assert Referral.objects.get().events.filter(kind=EventKind.SENT).count() == 1
    assert Notification.objects.count() == 1


def test_a_referral_taken_back_meanwhile_stays_so():
    make_responsible()
    referral = make_referral()
    actions.withdraw(by=referral.created_by, referral=referral, text="Wrong.")
    assert routed(referral).state == "withdrawn"
    routing.find_all([(referral.pk, "")])
    referral.refresh_from_db()
    assert referral.state == "withdrawn"


def test_the_sweep_finds_what_no_nudge_told_of_most_urgent_first():
    make_responsible()
    normal = make_referral()
    emergency = make_referral(case=make_case(urgency="emergency"))
    with patch.object(routing, "find_all", wraps=routing.find_all) as find:
        assert tasks.sweep() == 2
    assert [pk for pk, _request in find.call_args.args[0]] == [emergency.pk, normal.pk]
    assert tasks.sweep() == 0


def test_one_that_breaks_is_put_off_and_does_not_hold_up_the_others(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make_responsible()
    poison, good = make_referral(case=make_case(urgency="emergency")), make_referral()
    real = matching.Facts.rank

    def rank(facts, question):
        if poison.case.topics.filter(code__in=question.topics).exists():
            raise RuntimeError("broken")
        return real(facts, question)

    with monkeypatch.context() as broken:
        broken.setattr(matching.Facts, "rank", rank)
        assert routing.route_due() == 2
    good.refresh_from_db()
    poison.refresh_from_db()
    assert good.state == "sent"
    assert (poison.state, poison.route_attempts) == ("waiting", 1)
    assert poison.route_at > timezone.now() + timedelta(seconds=5)
    assert str(poison.pk) in caplog.text
    assert routing.route_due() == 0
    Referral.objects.filter(pk=poison.pk).update(route_at=timezone.now())
    assert routed(poison).state == "sent"


def test_a_worker_that_dies_on_a_referral_leaves_it_for_later():
    make_responsible()
    referral = make_referral()
    assert routing.QUEUE.claim(1) == [referral]
    assert routing.QUEUE.claim(1) == [], "another worker does not get it"
    assert routed(referral).state == "waiting"
    Referral.objects.update(route_at=timezone.now())
    assert routed(referral).state == "sent"


def test_after_too_many_tries_a_person_chooses():
    make_responsible()
    referral = make_referral()
    Referral.objects.update(route_attempts=routing.QUEUE.patience.most)
    referral = routed(referral)
    assert (referral.state, referral.why_unrouted) == ("unrouted", "failed")
    assert (
        wording.why_unrouted(referral) == "The portal could not find the agency by itself. Please choose it."
    )


def test_a_better_specialist_wins_over_the_rest():
    make_responsible()
    special = make_partner(kind="mission", country="MY", city="Johor Bahru")
    make_officer(special)
    make_mandate(partner=special, country="MY", stage="during")
    referral = routed(make_referral())
    assert referral.receiver == special
    assert len(referral.ranking) == 2
