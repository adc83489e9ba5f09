"""Routed together is routed alone: the same of each referral, whoever stands beside it, and nothing of one that fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.absences import Absence
from accounts.models import User
from accounts.tests.factories import make_user
from agencies import kept, matching
from agencies.models import Mandate, Partner
from agencies.tests.factories import make_mandate, make_partner, make_topic
from cases.choices import EventKind
from cases.models import CaseEvent, Consent
from cases.tests.factories import make_case
from notifications.models import Email, Notification
from privacy.models import LogEntry
from referrals import actions, gathered, mailbox, moves, routing, rules, tasks
from referrals.choices import DeclineReason, State
from referrals.models import Referral
from referrals.tests.factories import consent_fields, make_officer, make_referral, make_responsible

pytestmark = pytest.mark.django_db

COUNTRIES = ("MY", "MY", "TW", "HK", "SG", "")
SERVICES = ("shelter", "legal_aid", "medical")
ITS_OWN = {"id", "route_at", "route_attempts", "route_fence"}  # columns that say who tried and when


class World:
    """Missions of which one is silent, one has a mailbox, one has somebody out of office, two share a country; and referrals."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.missions = [make_responsible()]
        self.missions += [self._mission("TW", notices_to_mailbox=True, email="kantor@example.org")]
        self.missions += [self._mission("HK", read=False)]
        self.missions += [self._mission("SG"), self._mission("SG")]
        away = make_officer(self.missions[1], email_choice="daily")
        deputy, day = make_officer(self.missions[1]), timezone.localdate()
        Absence.objects.create(person=away, deputy=deputy, first_day=day, last_day=day)
        self.people = [make_user(partner=make_partner()) for _each in range(3)]
        self.topics = [make_topic(), make_topic(default_urgency="urgent")]
        self.referrals = [self._referral() for _each in range(12)]
        self.referrals += [self._beside(one) for one in chance.sample(self.referrals, 5)]

    def _mission(self, country: str, *, read: bool = True, **partner: Any) -> Partner:
        mission = make_partner(kind="mission", country=country, **partner)
        make_mandate(partner=mission, country=country, stage="during")
        if read:
            make_officer(mission)
        return mission

    def _referral(self) -> Referral:
        before = self.chance.choice([None, None, self._declined, self._sent])
        case = make_case(
            by=self.chance.choice(self.people),
            topics=self.chance.sample(self.topics, self.chance.randint(1, 2)),
            country=self.chance.choice(COUNTRIES) if before is None else "MY",
            urgency=self.chance.choice(["normal", "normal", "urgent", "emergency"]),
        )
        earlier = before(case) if before else None
        referral = self._of(case, self.chance.sample(SERVICES, 2))
        if earlier and earlier.is_live:  # the worker's last word on that partner
            terms = consent_fields(groups=["case"], witness="Ibu Saksi", until=None, onward=False)
            actions.change_consent(by=case.created_by, consent=earlier.consent, grant=terms)
        return referral

    def _of(self, case: Any, services: list[str]) -> Referral:
        referral = make_referral(by=case.created_by, case=case, services=services)
        if self.chance.random() < 0.2:
            Consent.objects.filter(pk=referral.consent_id).update(withdrawn_at=timezone.now())
        return referral

    def _beside(self, one: Referral) -> Referral:
        """Another of the same case, which may ask for the same."""
        return self._of(one.case, self.chance.sample(SERVICES, 1))

    def _declined(self, case: Any) -> Referral:
        first = make_referral(by=case.created_by, case=case, services=["shelter"], to=self.missions[0])
        reason = self.chance.choice([DeclineReason.NO_CAPACITY, DeclineReason.INCOMPLETE])
        officer = User.objects.filter(partner=self.missions[0]).first()
        assert officer
        return actions.decline(by=officer, referral=first, reason=reason, text="Full.")

    def _sent(self, case: Any) -> Referral:
        return make_referral(by=case.created_by, case=case, services=["document"], to=self.missions[0])


def asked_one_by_one() -> None:
    """Each in its turn, with every question asked of the database anew."""
    for claimed in routing.QUEUE.claim(1000):
        with transaction.atomic():
            referral = moves.lock(claimed)
            moves.hold(referral.case)
            _asked(referral)


def _asked(referral: Referral) -> None:
    if not referral.consent.stands:
        _left(referral, {"code": "consent_ended", "params": {}})
        return
    answer = matching.ask(routing.question(referral))
    referral.ranking = routing.ranked(answer)
    choice = routing.first_choice(answer)
    if isinstance(choice, Partner):
        names = {"partner_id": choice.name_id, "partner_en": choice.name_en}
        if twin := moves.twin_at(choice, referral):
            choice = {"code": "twin", "params": {**names, "reference": twin.reference}}
        elif rules.spoke_against(referral.consent, choice, since=referral.consent.recorded_at):
            choice = {"code": "taken_back", "params": names}
    if isinstance(choice, Partner):
        moves.send(referral, to=choice, by=None)
    else:
        _left(referral, choice)


def _left(referral: Referral, why: matching.Reason) -> None:
    referral.why_unrouted, referral.why_params = why["code"], why["params"]
    moves.finish(referral, State.UNROUTED, EventKind.UNROUTED, by=None, why=why["code"])


def alone() -> None:
    for pk in [row.pk for row in routing.QUEUE.claim(1000)]:
        routing.find_all([(pk, Referral.objects.get(pk=pk).route_trace_id)])


def together() -> None:
    routing.route_due()


def left_by(route: Callable[[], None]) -> dict[str, Any]:
    """All that it leaves behind, which is taken back then."""
    before = {
        model: set(model._default_manager.values_list("pk", flat=True))
        for model in (CaseEvent, Email, LogEntry)
    }
    told_before = set(Notification.objects.values_list("pk", flat=True))
    point = transaction.savepoint()
    route()
    referrals: dict[Any, dict[str, Any]] = {row["id"]: {**row} for row in Referral.objects.values()}
    left = {
        "referrals": {
            pk: {k: v for k, v in row.items() if k not in ITS_OWN} for pk, row in referrals.items()
        },
        "consents": sorted(Consent.objects.values_list("pk", "partner", "withdrawn_at")),
        "cases": sorted(Referral.objects.values_list("case", "case__changed_at").distinct()),
        "events": sorted(
            str(row)
            for row in CaseEvent.objects.exclude(pk__in=before[CaseEvent]).values_list(
                "case", "referral", "kind", "at", "actor", "partner", "data", "key"
            )
        ),
        "log": sorted(
            str(row)
            for row in LogEntry.objects.exclude(pk__in=before[LogEntry]).values_list(
                "verb", "actor_id", "role", "partner_id", "owners", "subjects", "what", "reason"
            )
        ),
        "notices": sorted(
            str(row)
            for row in Notification.objects.exclude(pk__in=told_before).values_list(
                "recipient", "kind", "reference", "path", "created_at", "email_at", "email__to", "email__rank"
            )
        ),
        "e-mails": sorted(
            str(row)
            for row in Email.objects.exclude(pk__in=before[Email]).values_list(
                "to", "subject", "body", "rank", "state"
            )
        ),
    }
    transaction.savepoint_rollback(point)
    return left


@pytest.mark.parametrize("seed", range(6))
def test_random_referrals_become_the_same_together_alone_and_asked_one_by_one(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    World(Random(seed))
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    whole = left_by(together)
    assert {row["state"] for row in whole["referrals"].values()} >= {"sent", "unrouted"}
    for others in (left_by(alone), left_by(asked_one_by_one)):
        for part, left in whole.items():
            assert others[part] == left, part


def test_the_random_ones_come_to_every_end(monkeypatch: pytest.MonkeyPatch) -> None:
    ends: set[str] = set()
    for seed in range(6):
        point = transaction.savepoint()
        World(Random(seed))
        together()
        ends |= set(Referral.objects.values_list("why_unrouted", flat=True))
        transaction.savepoint_rollback(point)
    assert ends >= {"", "several", "no_accounts", "twin", "consent_ended", "taken_back"}, ends


def waiting(count: int) -> list[Referral]:
    make_responsible()
    by = make_user(partner=make_partner())
    return [make_referral(case=make_case(by=by)) for _each in range(count)]


def states(referrals: list[Referral]) -> list[str]:
    found = dict(Referral.objects.values_list("pk", "state"))
    return [found[row.pk] for row in referrals]


def test_one_that_the_database_refuses_holds_back_none_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = waiting(9)
    real = gathered.Gathered.write

    def write(self: gathered.Gathered) -> None:
        for moved in self.moved:
            if moved.referral.pk == rows[4].pk:
                moved.referral.urgency = moved.referral.counting = (
                    "never"  # too long for nobody, known to nobody
                )
                moved.referral.state = "no such state"[:11]
        real(self)

    monkeypatch.setattr(gathered.Gathered, "write", write)
    assert routing.route_due() == 9
    assert states(rows) == [*["sent"] * 4, "waiting", *["sent"] * 4]
    assert Referral.objects.get(pk=rows[4].pk).route_attempts == 1
    assert Notification.objects.count() == 8


def test_one_that_fails_half_way_leaves_nothing_and_the_others_all(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = waiting(5)
    real = mailbox.email_about

    def email_about(referral: Referral) -> Email | None:
        if referral.pk == rows[2].pk:
            raise ValueError("no such zone")
        return real(referral)

    monkeypatch.setattr(mailbox, "email_about", email_about)
    assert routing.route_due() == 5
    assert states(rows) == ["sent", "sent", "waiting", "sent", "sent"]
    assert Notification.objects.count() == 4
    assert set(Consent.objects.filter(partner=None)) == {rows[2].consent}
    monkeypatch.undo()
    Referral.objects.filter(state="waiting").update(route_at=timezone.now())
    assert routing.route_due() == 1
    assert not Consent.objects.filter(partner=None).exists()


def test_one_that_somebody_holds_is_done_alone_behind_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = waiting(4)
    waits: list[tuple[int, bool]] = []

    def held(ids: Any, *, wait: bool) -> set[Any]:
        waits.append((len(ids), wait))
        return set(ids) - (set() if wait else {rows[1].pk})

    monkeypatch.setattr(routing, "held", held)
    assert routing.route_due() == 4
    assert waits == [(4, False), (1, True)]
    assert states(rows) == ["sent"] * 4


def test_those_that_were_taken_up_before_come_alone_one_after_the_other() -> None:
    rows = waiting(6)
    Referral.objects.filter(pk__in=[row.pk for row in rows[:3]]).update(route_attempts=2)
    with CaptureQueriesContext(connection) as caught:
        assert routing.route_due() == 6
    assert states(rows) == ["sent"] * 6
    updates = [
        one
        for one in caught.captured_queries
        if one["sql"].startswith('UPDATE "referrals_referral" SET "state"')
    ]
    assert len(updates) == 4, "those that are new together, and each of the others"


def test_one_that_takes_its_worker_with_it_takes_no_others_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = waiting(4)
    Referral.objects.filter(pk__in=[row.pk for row in rows]).update(route_attempts=2)

    def killed(*_args: object, **_more: object) -> None:
        raise SystemExit

    monkeypatch.setattr(routing, "held", killed)
    with pytest.raises(SystemExit):
        routing.route_due()
    assert sorted(Referral.objects.values_list("route_attempts", flat=True)) == [2, 2, 2, 3]


def test_a_hundred_take_no_more_statements_than_two() -> None:
    counts: list[int] = []
    for count in (2, 12):
        waiting(count) if not counts else [
            make_referral(case=make_case(by=Referral.objects.all()[0].created_by)) for _each in range(count)
        ]
        with CaptureQueriesContext(connection) as caught:
            assert routing.route_due() == count
        counts.append(len([one for one in caught.captured_queries if "SAVEPOINT" not in one["sql"]]))
    assert counts[1] <= counts[0], "what is kept need not be read again"
    assert counts[1] == 24


def test_a_crowd_is_gone_on_with_until_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    published: list[Any] = []
    monkeypatch.setattr(tasks.nudges, "publish", published.append)
    monkeypatch.setattr(routing, "TOGETHER", 2)
    monkeypatch.setattr(routing, "route_due", lambda *, seconds: 2)  # the time was up
    waiting(3)
    tasks.route()
    assert published == [tasks.route]
    tasks.sweep()
    assert published == [tasks.route] * 3, "another process helps, and goes on when the sweep's time is up"
    monkeypatch.undo()
    tasks.route()
    assert published == [tasks.route] * 3
    assert not Referral.objects.filter(state="waiting").exists()


class TestKept:
    """Reference data in memory is what the database would say now."""

    def ask(self, **question: Any) -> matching.Answer:
        asked = matching.Question(stage="during", country="MY", **question)
        answer = kept.now().ask(asked)
        assert answer == matching.ask(asked)
        return answer

    def test_a_mandate_that_begins_or_ends_is_heard_of_at_once(self) -> None:
        mission = make_responsible()
        clear = self.ask().clear
        assert clear is not None
        assert clear.partner_id == mission.pk
        other = make_responsible()
        assert self.ask().why_not == "several"
        Mandate.objects.filter(partner=mission).delete()
        clear = self.ask().clear
        assert clear is not None
        assert clear.partner_id == other.pk

    def test_and_so_are_a_suspended_partner_a_new_name_and_the_last_reader_who_leaves(self) -> None:
        mission = make_responsible()
        clear = self.ask().clear
        assert clear is not None
        assert clear.reachable
        User.objects.filter(partner=mission).update(is_active=False)
        clear = self.ask().clear
        assert clear is not None
        assert not clear.reachable
        Partner.objects.filter(pk=mission.pk).update(name_id="Nama Baru")
        assert kept.now().kept.partners[mission.pk].name_id == "Nama Baru"
        Partner.objects.filter(pk=mission.pk).update(is_active=False)
        assert self.ask().why_not == "none"

    def test_nothing_is_read_again_while_nothing_changes(self, django_assert_num_queries: Any) -> None:
        make_responsible()
        before = kept.now()
        assert before.kept.facts
        assert before.kept.partners
        with django_assert_num_queries(1):
            after = kept.now()
            assert after.kept is before.kept
            assert after.ask(matching.Question(stage="during", country="MY")).clear

    def test_what_was_taken_back_is_as_if_it_had_never_been(self) -> None:
        make_responsible()
        first = kept.now().kept.facts
        point = transaction.savepoint()
        make_responsible()
        assert self.ask().why_not == "several"
        transaction.savepoint_rollback(point)
        assert self.ask().clear is not None
        assert kept.now().kept.facts == first

    def test_a_day_later_what_is_in_force_is_asked_anew(self, monkeypatch: pytest.MonkeyPatch) -> None:
        make_responsible()
        before = kept.now().kept
        monkeypatch.setattr(kept, "today", lambda: before.day + timedelta(days=1))
        assert kept.now().kept is not before
