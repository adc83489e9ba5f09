"""Acts on many cases: each case as by the single act, those left out with a reason, once, and taken back where that can be."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import User
from accounts.roles import Caseworker, PartnerAdmin
from accounts.tests.factories import make_user
from agencies.models import Outcome
from agencies.tests.factories import make_partner, make_topic
from bulk import actions, forgetting, telling, working
from bulk.choices import BulkState, Kind, Skip
from bulk.kinds import Assigning, Doing
from bulk.models import KEPT, BulkAct
from bulk.selecting import preview
from cases import actions as case_actions
from cases import restriction
from cases.choices import EventKind
from cases.models import Case, CaseEvent
from cases.tests.factories import make_case
from notifications.choices import Kind as Message
from notifications.models import Notification
from privacy.models import DataKey, LogEntry

from .factories import Team, confirmed, done, due_again, make_team, new_topic, prepared, results, worked

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team()


def close(case: Case) -> None:
    outcome = Outcome.objects.get_or_create(code="SELESAI", name_id="Selesai", outcome_class="resolved")[0]
    Case.objects.filter(pk=case.pk).update(
        closed_at=timezone.now(), closed_by=case.assigned_to, outcome=outcome
    )


# Assigning ------------------------------------------------------------------------------------


def test_cases_go_to_a_colleague_each_with_its_event_and_its_entry_of_the_access_log(team: Team) -> None:
    act = done(team.supervisor, team.cases, to=team.colleague)
    assert (act.state, act.rows_all, act.rows_done, act.rows_skipped) == (BulkState.DONE, 3, 3, 0)
    for case in team.cases:
        case.refresh_from_db()
        assert case.assigned_to == team.colleague
        event = CaseEvent.objects.get(case=case, kind=EventKind.ASSIGNED)
        assert (event.actor, event.partner) == (team.supervisor, team.partner)
        assert event.data == {"to": "Col League", "act": str(act.pk)}
        entry = LogEntry.objects.get(what="event:assigned", subjects=[f"case:{case.pk}"])
        assert (entry.actor_id, entry.owners) == (team.supervisor.pk, [team.partner.pk])


def test_the_colleague_is_told_once_how_many(team: Team) -> None:
    done(team.supervisor, team.cases, to=team.colleague)
    told = Notification.objects.get(recipient=team.colleague)
    assert (told.kind, told.reference) == (Message.CASES_ASSIGNED, "3")


@pytest.mark.parametrize("urgency", ["normal", "emergency"])
def test_of_an_emergency_the_colleague_hears_at_once(
    team: Team, urgency: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[bool] = []
    monkeypatch.setattr(telling, "notify", lambda *_args, urgent=False, **_more: told.append(urgent))
    Case.objects.filter(pk=team.cases[0].pk).update(urgency=urgency)
    done(team.supervisor, team.cases, to=team.colleague)
    assert told == [urgency == "emergency"]


def test_whoever_takes_cases_themself_is_not_told(team: Team) -> None:
    done(team.supervisor, team.cases, to=team.supervisor)
    assert not Notification.objects.filter(recipient=team.supervisor).exists()


def test_nothing_is_done_before_it_is_confirmed(team: Team) -> None:
    act = prepared(team.supervisor, team.cases)
    assert not working.work(act.pk)
    assert working.work_due() == 0
    assert not CaseEvent.objects.filter(kind=EventKind.ASSIGNED).exists()


def test_a_restricted_case_is_left_out_and_stays_with_whom_it_is(team: Team) -> None:
    restricted = team.cases[0]
    restriction.restrict(by=team.caseworker, case=restricted)
    act = done(team.supervisor, team.cases, to=team.colleague)
    assert results(act)[restricted.pk] == Skip.RESTRICTED
    restricted.refresh_from_db()
    assert restricted.assigned_to == team.caseworker
    assert act.rows_changed == 2


def test_a_case_of_another_partner_cannot_be_picked(team: Team) -> None:
    act = done(team.supervisor, [*team.cases, team.other], to=team.colleague)
    assert team.other.pk not in results(act)
    with pytest.raises(actions.BulkRefused):
        prepared(team.supervisor, [team.other])


def test_a_case_that_goes_to_another_partner_meanwhile_is_left_out(team: Team) -> None:
    act = confirmed(team.supervisor, team.cases, to=team.colleague)
    [claimed] = working.QUEUE.claim(1)
    working._gather(claimed)
    Case.objects.filter(pk=team.cases[0].pk).update(partner=team.stranger.partner)
    due_again(act)
    assert results(worked(act))[team.cases[0].pk] == Skip.GONE


def test_a_colleague_who_has_left_gets_nothing(team: Team) -> None:
    act = confirmed(team.supervisor, team.cases, to=team.colleague)
    User.objects.filter(pk=team.colleague.pk).update(partner=make_partner())
    assert set(results(worked(act)).values()) == {Skip.PERSON}
    assert not Notification.objects.filter(recipient=team.colleague).exists()


@pytest.mark.parametrize(
    "change", [{"role": Caseworker.code}, {"is_active": False}, {"role": PartnerAdmin.code}]
)
def test_a_right_that_was_withdrawn_ends_the_act(team: Team, change: dict[str, object]) -> None:
    act = confirmed(team.supervisor, team.cases, to=team.colleague)
    User.objects.filter(pk=team.supervisor.pk).update(**change)
    act = worked(act)
    assert (act.state, act.problem["code"], act.rows_done) == (BulkState.STOPPED, "not_yours", 0)
    assert not CaseEvent.objects.filter(kind=EventKind.ASSIGNED).exists()


def test_caseworkers_assign_nothing(team: Team) -> None:
    with pytest.raises(PermissionDenied):
        prepared(team.caseworker, team.cases)
    with pytest.raises(PermissionDenied):
        prepared(make_user(partner=team.partner, role=PartnerAdmin.code), team.cases, Kind.TOPIC)


def test_who_has_the_case_already_is_left_out(team: Team) -> None:
    act = done(team.supervisor, team.cases, to=team.caseworker)
    assert set(results(act).values()) == {Skip.ALREADY}


# Once -----------------------------------------------------------------------------------------


def test_the_same_form_twice_is_one_act(team: Team) -> None:
    key, refs = uuid4(), [case.reference for case in team.cases]
    first = actions.prepare(by=team.supervisor, kind=Kind.ASSIGN, key=key, references=refs)
    again = actions.prepare(by=team.supervisor, kind=Kind.ASSIGN, key=key, references=refs)
    assert (first.pk, BulkAct.objects.count()) == (again.pk, 1)
    with pytest.raises(PermissionDenied):
        actions.prepare(by=team.caseworker, kind=Kind.TOPIC, key=key, references=refs)


def test_confirming_twice_is_once_also_after_it_was_done(team: Team) -> None:
    act = confirmed(team.supervisor, team.cases, to=team.colleague)
    actions.confirm(by=team.supervisor, act=act, values={"to": team.caseworker})
    act = worked(act)
    actions.confirm(by=team.supervisor, act=act, values={"to": team.caseworker})
    assert worked(act).to == team.colleague
    assert CaseEvent.objects.filter(kind=EventKind.ASSIGNED).count() == 3


def test_another_supervisor_does_not_confirm_it(team: Team) -> None:
    act = prepared(team.supervisor, team.cases)
    boss = make_user(partner=team.partner, role=team.supervisor.role)
    for person in (boss, team.stranger, team.caseworker):
        with pytest.raises(PermissionDenied):
            actions.confirm(by=person, act=act, values={"to": team.colleague})


# The whole filter -----------------------------------------------------------------------------


def test_all_that_match_are_those_of_the_moment_of_confirming(team: Team) -> None:
    act = confirmed(team.supervisor, [], asked={"tab": "team", "country": "MY"}, to=team.colleague)
    late = make_case(by=team.caseworker)
    act = worked(act)
    assert set(results(act)) == {case.pk for case in team.cases}
    late.refresh_from_db()
    assert late.assigned_to == team.caseworker


def test_a_filter_that_the_act_itself_changes_loses_no_case(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Doing, "size", 2)
    monkeypatch.setattr(working, "LOOKED_UP", 2)
    mine = [make_case(by=team.supervisor) for _number in range(5)]
    act = done(team.supervisor, [], asked={"tab": "mine"}, to=team.colleague)
    assert (set(results(act)), act.pieces.count()) == ({case.pk for case in mine}, 3)
    assert Case.objects.filter(assigned_to=team.colleague).count() == 5


def test_what_was_searched_for_is_kept_sealed(team: Team) -> None:
    act = prepared(team.supervisor, [], tab="team", q="Contoh Melati")
    assert act.asked["q"] == "Contoh Melati"
    raw = BulkAct.objects.filter(pk=act.pk).extra(select={"raw": "asked"}).values_list("raw", flat=True)[0]
    assert b"Melati" not in bytes(raw)


def test_the_preview_counts_no_further_than_it_says(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bulk.selecting.MOST", 2)
    restriction.restrict(by=team.caseworker, case=team.cases[0])
    act = prepared(team.supervisor, [], tab="team")
    shown = preview(act, team.supervisor, Assigning(act).why_not)
    assert (shown.count, shown.more) == (2, True)


def test_the_preview_says_what_would_be_left_out(team: Team, django_assert_num_queries) -> None:
    restriction.restrict(by=team.caseworker, case=team.cases[0])
    act = prepared(team.supervisor, team.cases)
    with django_assert_num_queries(2):
        shown = preview(act, team.supervisor, Assigning(act).why_not)
    assert (shown.count, shown.affected, dict(shown.left_out)) == (3, 2, {Skip.RESTRICTED: 1})


# Topics ---------------------------------------------------------------------------------------


def test_a_topic_is_added_and_the_open_form_of_a_colleague_learns_of_it(team: Team) -> None:
    topic, versions = new_topic(), {case.pk: case.version for case in team.cases}
    done(team.caseworker, team.cases, Kind.TOPIC, topic=topic)
    for case in team.cases:
        case.refresh_from_db()
        assert topic in case.topics.all()
        assert case.version == versions[case.pk] + 1
        event = CaseEvent.objects.get(case=case, kind=EventKind.EDITED)
        assert event.data["fields"] == ["topics"]
        assert LogEntry.objects.filter(what="event:edited", subjects=[f"case:{case.pk}"]).count() == 1
    with pytest.raises(case_actions.StaleCase):
        case_actions.edit(by=team.caseworker, case=case, version=case.version - 1, fields={"place": "Ipoh"})


def test_closed_paused_restricted_and_finished_cases_get_no_topic(team: Team) -> None:
    topic = new_topic()
    closed, paused, has_it = team.cases
    shut = make_case(by=team.colleague)
    restriction.restrict(by=team.colleague, case=shut)
    close(closed)
    Case.objects.filter(pk=paused.pk).update(paused_at=timezone.now())
    has_it.topics.add(topic)
    act = done(team.supervisor, [], Kind.TOPIC, asked={"tab": "team", "state": "all"}, topic=topic)
    assert results(act) == {
        closed.pk: Skip.CLOSED,
        paused.pk: Skip.PAUSED,
        has_it.pk: Skip.ALREADY,
        shut.pk: Skip.SHUT,
    }


def test_a_topic_that_restricts_is_not_added_to_many(team: Team) -> None:
    topic = make_topic(code="TPPO", name_id="TPPO", restricted=True)
    act = done(team.supervisor, team.cases, Kind.TOPIC, topic=topic)
    assert set(results(act).values()) == {Skip.NO_RIGHT}


def test_a_case_closed_after_the_confirmation_is_left_out(team: Team) -> None:
    act = confirmed(team.caseworker, team.cases, Kind.TOPIC, topic=new_topic())
    close(team.cases[1])
    assert results(worked(act))[team.cases[1].pk] == Skip.CLOSED


# Taking back ----------------------------------------------------------------------------------


def undone(act: BulkAct, by: User) -> BulkAct:
    actions.undo(by=by, act=act)
    return worked(act)


def test_assigned_cases_go_back_to_whoever_had_them(team: Team) -> None:
    other = make_case(by=team.supervisor)
    act = undone(done(team.supervisor, [*team.cases, other], to=team.colleague), team.supervisor)
    assert (act.state, act.rows_undone, act.rows_kept) == (BulkState.UNDONE, 4, 0)
    assert [Case.objects.get(pk=case.pk).assigned_to for case in [*team.cases, other]] == [
        team.caseworker,
        team.caseworker,
        team.caseworker,
        team.supervisor,
    ]
    told = Notification.objects.get(recipient=team.caseworker)
    assert (told.kind, told.reference) == (Message.CASES_ASSIGNED, "3")


def test_a_case_that_was_given_on_meanwhile_stays_there(team: Team) -> None:
    act = done(team.supervisor, team.cases, to=team.colleague)
    on, back, same = team.cases
    case_actions.assign(by=team.supervisor, case=on, to=team.supervisor)
    case_actions.assign(by=team.supervisor, case=back, to=team.supervisor)
    case_actions.assign(by=team.supervisor, case=back, to=team.colleague)  # by hand, on purpose
    act = undone(act, team.supervisor)
    assert (act.rows_undone, act.rows_kept) == (1, 2)
    assert results(act) == {on.pk: Skip.CHANGED, back.pk: Skip.CHANGED, same.pk: ""}


def test_a_case_does_not_go_back_to_somebody_who_has_left(team: Team) -> None:
    act = done(team.supervisor, team.cases, to=team.colleague)
    User.objects.filter(pk=team.caseworker.pk).update(is_active=False)
    assert set(results(undone(act, team.supervisor)).values()) == {Skip.PERSON}


def test_a_topic_is_taken_off_where_nothing_was_edited_since(team: Team) -> None:
    topic, had = new_topic(), team.cases[0]
    had.topics.add(topic)
    act = done(team.caseworker, team.cases, Kind.TOPIC, topic=topic)
    edited = Case.objects.get(pk=team.cases[1].pk)
    case_actions.edit(by=team.caseworker, case=edited, version=edited.version, fields={"place": "Ipoh"})
    act = undone(act, team.caseworker)
    assert [topic in case.topics.all() for case in team.cases] == [True, True, False]
    assert (act.rows_undone, act.rows_kept) == (1, 1)


def test_another_supervisor_takes_it_back_in_their_own_name(team: Team) -> None:
    act = done(team.supervisor, team.cases, to=team.colleague)
    boss = make_user(partner=team.partner, role=team.supervisor.role)
    undone(act, boss)
    last = CaseEvent.objects.filter(case=team.cases[0], kind=EventKind.ASSIGNED).latest("pk")
    assert last.actor == boss


def test_after_some_days_it_stays(team: Team) -> None:
    act = done(team.supervisor, team.cases, to=team.colleague)
    BulkAct.objects.update(done_at=timezone.now() - KEPT - timedelta(seconds=1))
    with pytest.raises(actions.BulkRefused):
        actions.undo(by=team.supervisor, act=act)


def test_taking_back_twice_is_once(team: Team) -> None:
    act = undone(done(team.supervisor, team.cases, to=team.colleague), team.supervisor)
    actions.undo(by=team.supervisor, act=act)
    assert not working.work(act.pk)
    assert CaseEvent.objects.filter(kind=EventKind.ASSIGNED).count() == 6


# Drafts ---------------------------------------------------------------------------------------


def test_a_draft_that_nobody_confirms_is_forgotten_with_its_key(team: Team) -> None:
    old, fresh = (prepared(team.supervisor, team.cases) for _number in range(2))
    BulkAct.objects.filter(pk=old.pk).update(made_at=timezone.now() - KEPT - timedelta(seconds=1))
    assert forgetting.sweep() == 1
    assert list(BulkAct.objects.values_list("pk", flat=True)) == [fresh.pk]
    assert DataKey.objects.get(pk=old.data_key_id).destroyed_at is not None


def test_what_is_under_way_is_not_thrown_away(team: Team) -> None:
    act = confirmed(team.supervisor, team.cases, to=team.colleague)
    with pytest.raises(actions.BulkRefused):
        actions.discard(by=team.supervisor, act=act)
    assert BulkAct.objects.filter(pk=act.pk).exists()
