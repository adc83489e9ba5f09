"""Data subjects' requests: coming in, the steps, the clock, and what is refused."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import User
from accounts.roles import Caseworker
from accounts.tests.factories import make_portal_admin, make_user
from agencies.tests.factories import make_partner
from cases import access, restriction
from cases import actions as case_actions
from cases.choices import EventKind
from cases.models import Case, CaseEvent
from cases.tests.factories import make_case
from errands.models import Trouble
from notifications.choices import Kind
from notifications.models import Notification
from privacy.choices import Verb
from privacy.models import LogEntry
from referrals.tests.factories import make_referral_in
from rights import actions, reminders
from rights.actions import Refused, Stale
from rights.choices import GROUNDS, TRANSITIONS, Reminded, RequestKind, RequestState
from rights.models import DataRequest

from .factories import make_breach, make_granted, make_request, make_supervisor, step

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    return make_case()


@pytest.fixture
def boss(case: Case) -> User:
    return make_supervisor(case)


def told(kind: Kind) -> set[int]:
    return set(Notification.objects.filter(kind=kind).values_list("recipient_id", flat=True))


class TestComingIn:
    def test_72_hours_count_from_when_it_came_in_and_not_from_when_it_was_written_down(
        self, case: Case
    ) -> None:
        came = timezone.now() - timedelta(hours=20)
        request = make_request(case=case, received_at=came)
        assert request.due_at == came + timedelta(hours=72)
        assert request.next_at == came + timedelta(hours=48)

    def test_the_supervisors_are_told_and_the_case_says_so(self, case: Case, boss: User) -> None:
        request = make_request(case=case)
        assert told(Kind.REQUEST_RECEIVED) == {boss.pk}
        event = case.events.get(kind=EventKind.DATA_REQUESTED)
        assert event.data == {"request": request.reference, "about": "access"}

    def test_references_count_up_within_the_partner_and_the_year(self, case: Case) -> None:
        first, second = make_request(case=case), make_request(case=case)
        other = make_request()
        year = timezone.localdate().year
        prefix = case.partner.reference_prefix
        assert [first.reference, second.reference] == [
            f"{prefix}-PSD-{year}-0001",
            f"{prefix}-PSD-{year}-0002",
        ]
        assert other.number == 1

    def test_the_same_form_twice_is_one_request(self, case: Case) -> None:
        key = uuid4()
        first, second = make_request(case=case, key=key), make_request(case=case, key=key)
        assert first.pk == second.pk
        assert case.events.filter(kind=EventKind.DATA_REQUESTED).count() == 1

    def test_a_key_that_is_somebody_elses_gives_nothing_away(self, case: Case, boss: User) -> None:
        key = make_request(case=case).pk
        with pytest.raises(PermissionDenied):
            make_request(case=case, by=boss, key=key)

    def test_a_stranger_cannot_write_one_about_this_case(self, case: Case) -> None:
        with pytest.raises(PermissionDenied):
            make_request(case=case, by=make_user(partner=make_partner()))
        assert not DataRequest.objects.exists()

    def test_nor_a_colleague_to_whom_the_case_is_closed(self, case: Case) -> None:
        restriction.restrict(by=case.created_by, case=case)
        with pytest.raises(PermissionDenied):
            make_request(case=case, by=make_user(partner=case.partner))

    def test_two_workers_are_not_in_one_request(self, case: Case) -> None:
        with pytest.raises(PermissionDenied):
            make_request(case=case, cases=[case, make_case(by=case.created_by)])
        assert not DataRequest.objects.exists()

    def test_what_was_written_is_sealed_with_a_key_of_its_own(self, case: Case) -> None:
        request = make_request(case=case, contact="Contoh Tetangga")
        assert request.data_key_id != case.data_key_id
        assert DataRequest.objects.get(pk=request.pk).contact == "Contoh Tetangga"


class TestSteps:
    def test_from_coming_in_to_the_answer(self, case: Case, boss: User) -> None:
        request = make_request(case=case)
        assert step("identify", request, case.created_by, way="called").identified_by == case.created_by
        assert step("decide", request, boss).state == RequestState.GRANTED
        assert step("carry_out", request, case.created_by).done_by == case.created_by
        last = step("tell", request, case.created_by, channel="letter")
        assert (last.state, last.told_channel, last.next_at) == (RequestState.TOLD, "letter", None)

    @pytest.mark.parametrize("state", RequestState)
    def test_every_other_order_is_refused(self, case: Case, boss: User, state: RequestState) -> None:
        names = {
            "identify": RequestState.IDENTIFIED,
            "decide": RequestState.GRANTED,
            "carry_out": RequestState.DONE,
            "tell": RequestState.TOLD,
        }
        request = make_request(case=case)
        now = timezone.now()
        DataRequest.objects.filter(pk=request.pk).update(
            state=state,
            identified_at=now,
            identified_by=boss,
            decided_at=now,
            decided_by=boss,
            ground="not_wrong" if state == RequestState.REFUSED else "",
        )
        for name, to in names.items():
            if to not in TRANSITIONS[state]:
                with pytest.raises(Refused, match="no longer fits"):
                    step(name, request, boss)

    def test_a_refusal_names_its_ground_and_has_to_be_told(self, case: Case, boss: User) -> None:
        request = make_request(case=case, kind="erasure")
        step("identify", request, boss)
        refused = step("decide", request, boss, ground="proceedings", note="The court asks for it.")
        assert (refused.state, refused.ground) == (RequestState.REFUSED, "proceedings")
        assert refused.is_open
        assert not step("tell", request, boss).is_open

    def test_a_ground_of_another_right_does_not_stand(self, case: Case, boss: User) -> None:
        request = make_request(case=case, kind="access")
        step("identify", request, boss)
        with pytest.raises(Refused, match="does not fit"):
            step("decide", request, boss, ground="law_demands", note="A law.")

    def test_before_the_identity_is_checked_it_can_only_be_refused_for_that(
        self, case: Case, boss: User
    ) -> None:
        request = make_request(case=case)
        with pytest.raises(Refused, match="no longer fits"):
            step("decide", request, boss)
        with pytest.raises(Refused, match="check the identity first"):
            step("decide", request, boss, ground="endangers", note="Danger.")
        assert step("decide", request, boss, ground="not_identified", note="No card.").was_refused

    def test_a_caseworker_does_not_decide(self, case: Case) -> None:
        request = make_request(case=case)
        step("identify", request, case.created_by)
        with pytest.raises(PermissionDenied):
            step("decide", request, case.created_by)

    def test_a_role_that_was_taken_away_decides_no_more(self, case: Case, boss: User) -> None:
        request = make_request(case=case)
        step("identify", request, boss)
        boss.role = Caseworker.code
        boss.save()
        with pytest.raises(PermissionDenied):
            step("decide", request, boss)
        boss.is_active = False
        with pytest.raises(PermissionDenied):
            step("identify", request, boss)

    def test_a_supervisor_of_another_partner_gets_nothing(self, case: Case) -> None:
        request, stranger = make_request(case=case), make_supervisor(make_case())
        with pytest.raises(PermissionDenied):
            step("identify", request, stranger)
        assert not DataRequest.objects.visible_to(stranger).exists()

    def test_two_at_once_the_second_is_told(self, case: Case, boss: User) -> None:
        request = make_request(case=case)
        step("identify", request, boss)
        with pytest.raises(Stale, match="Somebody else changed this"):
            actions.decide(by=boss, request=request, version=1, key=uuid4())

    def test_a_double_click_is_one_step(self, case: Case, boss: User) -> None:
        request, key = make_request(case=case), uuid4()
        for _click in range(2):
            actions.identify(by=boss, request=request, version=1, key=key, way="known")
        request.refresh_from_db()
        assert (request.state, request.version) == (RequestState.IDENTIFIED, 2)

    def test_every_step_is_in_the_access_log_of_its_cases(self, case: Case, boss: User) -> None:
        request, _boss = make_granted(case=case)
        written = LogEntry.objects.filter(
            subjects=[f"case:{case.pk}"], owners=[case.partner_id], verb=Verb.WROTE
        )
        told = list(written.order_by("pk").values_list("what", flat=True))
        assert told[-3:] == ["event:data_requested", f"request:{request.pk}", f"request:{request.pk}"]

    @pytest.mark.parametrize("kind", RequestKind)
    def test_every_kind_can_be_refused_because_it_was_taken_back(self, kind: RequestKind) -> None:
        assert "taken_back" in GROUNDS[kind]


class TestRestricted:
    """A request about a restricted case is as closed as the case."""

    def test_a_colleague_sees_nothing_of_it(self, case: Case) -> None:
        make_request(case=case)
        restriction.restrict(by=case.created_by, case=case)
        colleague = make_user(partner=case.partner)
        assert not DataRequest.objects.visible_to(colleague).exists()

    def test_a_supervisor_knows_of_it_and_decides_once_they_read_it(self, case: Case, boss: User) -> None:
        request = make_request(case=case)
        restriction.restrict(by=case.created_by, case=case)
        step("identify", request, case.created_by)
        assert DataRequest.objects.visible_to(boss).get() == request
        with pytest.raises(PermissionDenied):
            step("decide", request, boss)
        access.grant(by=case.created_by, case=case, to=boss)
        assert step("decide", request, boss).state == RequestState.GRANTED


class TestCorrection:
    def test_it_names_the_fields_and_tells_those_who_read_the_case(self, case: Case) -> None:
        _referral, officer = make_referral_in("accepted", case=case)
        request, boss = make_granted("correction", case=case)
        case_actions.edit(by=case.created_by, case=case, version=1, fields={"place": "Muar"})
        done = step("carry_out", request, boss, corrected=["place"])
        assert done.corrected == ["place"]
        assert told(Kind.DATA_CORRECTED) == {officer.pk}
        assert "Muar" not in str(case.events.get(kind=EventKind.CORRECTED).data)

    def test_without_a_field_nothing_was_carried_out(self, case: Case) -> None:
        request, boss = make_granted("correction", case=case)
        with pytest.raises(Refused, match="correct the case first"):
            step("carry_out", request, boss)

    @pytest.mark.parametrize("state", ["withdrawn", "declined"])
    def test_an_agency_that_reads_it_no_more_is_not_told(self, case: Case, state: str) -> None:
        make_referral_in(state, case=case)
        request, boss = make_granted("correction", case=case)
        step("carry_out", request, boss, corrected=["place"])
        assert told(Kind.DATA_CORRECTED) == set()


class TestReminders:
    @pytest.fixture
    def request_(self, case: Case, boss: User) -> DataRequest:
        return make_request(case=case)

    def test_nothing_is_said_before_two_thirds(self, request_: DataRequest) -> None:
        assert reminders.remind(request_.received_at + timedelta(hours=47)) == 0

    def test_at_two_thirds_and_at_the_end_those_who_decide_are_told_once_each(
        self, request_: DataRequest, case: Case, boss: User
    ) -> None:
        for _sweep in range(2):
            reminders.remind(request_.received_at + timedelta(hours=48))
        assert Notification.objects.filter(kind=Kind.REQUEST_WARNING).count() == 2
        assert told(Kind.REQUEST_WARNING) == {boss.pk, case.created_by_id}
        for _sweep in range(2):
            reminders.remind(request_.due_at)
        assert Notification.objects.filter(kind=Kind.REQUEST_OVERDUE).count() == 2

    def test_a_late_sweep_tells_the_end_alone(self, request_: DataRequest) -> None:
        reminders.remind(request_.due_at + timedelta(hours=5))
        assert told(Kind.REQUEST_WARNING) == set()
        request_.refresh_from_db()
        assert (request_.reminded, request_.next_at) == (Reminded.OVERDUE, None)

    def test_one_that_was_answered_reminds_of_nothing(self, request_: DataRequest, boss: User) -> None:
        step("decide", request_, boss, ground="taken_back", note="She called.")
        step("tell", request_, boss)
        assert reminders.remind(request_.due_at) == 0

    def test_who_wrote_it_down_and_works_elsewhere_now_hears_nothing_more(
        self, request_: DataRequest, case: Case, boss: User
    ) -> None:
        User.objects.filter(pk=case.created_by_id).update(partner=make_partner())
        reminders.remind(request_.due_at)
        assert told(Kind.REQUEST_OVERDUE) == {boss.pk}

    def test_a_message_holds_a_reference_and_nothing_else(self, request_: DataRequest) -> None:
        reminders.remind(request_.due_at)
        texts = set(
            Notification.objects.filter(kind=Kind.REQUEST_OVERDUE).values_list("reference", flat=True)
        )
        assert texts == {request_.reference}

    def test_one_that_fails_waits_keeps_its_time_and_holds_up_no_breach(
        self, request_: DataRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_breach(by=make_portal_admin())
        tried: list[DataRequest] = []

        def fails(row: DataRequest, _kind: Kind) -> None:
            tried.append(row)
            raise ValueError

        monkeypatch.setattr(reminders, "tell_of", fails)
        at = timezone.now() + timedelta(hours=90)
        assert [reminders.remind(at) for _sweep in range(3)] == [1, 0, 0]
        assert tried == [request_]
        again = DataRequest.objects.get()
        assert (again.next_at, again.reminded) == (request_.next_at, request_.reminded)
        assert Trouble.objects.get().row == str(request_.pk)


def test_event_data_hold_no_text(case: Case) -> None:
    make_request(case=case, wish="CANARY", asker="CANARY", proof="CANARY")
    data: list[Any] = list(CaseEvent.objects.values_list("data", flat=True))
    assert "CANARY" not in str(data)
