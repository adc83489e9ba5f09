"""What there is beside referrals that are to be routed together: read for all of them at once, and asked from memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from agencies import kept
from agencies.models import Partner
from cases.models import Case, Consent

from . import deadlines, moves, rules
from .choices import LIVE, DeclineReason, State
from .models import Referral
from .models.referral import reference_of
from .rules import Word

READ = (  # of each of them; what is sealed stays in the database, but for the place that matching asks for
    *(
        "id",
        "case",
        "number",
        "sender",
        "receiver",
        "proposed",
        "is_lead",
        "consent",
        "services",
        "urgency",
        "state",
    ),
    *("ranking", "why_unrouted", "why_params", "route_trace_id", "created_at", "sent_at", "changed_at"),
    *("due_at", "clock_from", "counting", "time_left", "time_used", "kept_counting", "kept_level"),
    *("escalate_at", "escalation_level"),
    *(
        "case__id",
        "case__partner",
        "case__data_key",
        "case__reference",
        "case__stage",
        "case__country",
        "case__place",
    ),
    *("case__worker", "case__assigned_to", "case__restricted_at", "case__paused_at"),
    *("case__worker__home_province", "case__worker__home_regency"),
    *("consent__case", "consent__partner", "consent__method", "consent__groups", "consent__recorded_at"),
    *("consent__withdrawn_at", "consent__until"),
    *("case__data_key__wrapped", "case__data_key__wrapped_by", "case__data_key__destroyed_at"),
)
_policy: tuple[kept.Kept, deadlines.Policy] | None = None


# Of each case: its topics in their order, its referrals the newest first, and all that its worker ever agreed to.
_OF_CASES = """
SELECT id,
    ARRAY(
        SELECT topic_id FROM cases_case_topics JOIN agencies_topic ON code = topic_id
        WHERE case_id = cases_case.id ORDER BY position, code
    )::text[],
    (
        SELECT coalesce(json_agg(json_build_array(
            referral.id, number, state, receiver_id, services, decline_reason
        ) ORDER BY created_at DESC), '[]') FROM referrals_referral referral WHERE case_id = cases_case.id
    )::text,
    (
        SELECT coalesce(json_agg(json_build_array(
            consent.id, partner_id, recorded_at, withdrawn_at, groups, replaced_by_id
        )), '[]') FROM cases_consent consent WHERE case_id = cases_case.id
    )::text
FROM cases_case WHERE id = ANY(%s)
"""


@dataclass
class Other:
    """A referral beside, of the same case."""

    id: UUID
    number: int
    state: str
    receiver_id: int | None
    services: list[str]
    decline_reason: str


def _word(values: list[Any]) -> Word:
    pk, partner, recorded, withdrawn, groups, replaced_by = values
    at = datetime.fromisoformat
    return Word(pk, partner, at(recorded), at(withdrawn) if withdrawn else None, groups, replaced_by)


def held(ids: Iterable[UUID], *, wait: bool) -> set[UUID]:
    """Which of them are held from now on, each with its case, until the transaction ends: without `wait` only those that
    nobody else holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT referral.id FROM referrals_referral referral JOIN cases_case ON cases_case.id = referral.case_id "
            "WHERE referral.id = ANY(%s) ORDER BY referral.id FOR NO KEY UPDATE OF referral, cases_case"
            + ("" if wait else " SKIP LOCKED"),
            [list(ids)],
        )
        return {row[0] for row in cursor.fetchall()}


class Known(moves.Beside):
    """The referrals that are held, and all that decides where they go.

    They are read in a statement after the one that held them: one that waited would show what was before. What becomes of one
    is seen by those behind it.
    """

    def __init__(self, ids: Sequence[UUID]) -> None:
        self.now = kept.now()
        rows = Referral.objects.filter(pk__in=ids).only(*READ)
        rows = rows.select_related("case__worker", "case__data_key", "consent")
        found = {row.pk: row for row in rows}
        self.referrals = [found[pk] for pk in ids]
        self._share()
        self.topics: dict[int, list[str]] = {}
        self._beside: dict[int, list[Other]] = {}
        self._words: dict[int, list[Word]] = {}
        with connection.cursor() as cursor:
            cursor.execute(_OF_CASES, [sorted({row.case_id for row in self.referrals})])
            for case, topics, others, words in cursor.fetchall():
                self.topics[case] = topics
                self._beside[case] = [Other(UUID(pk), *rest) for pk, *rest in json.loads(others)]
                self._words[case] = [_word(values) for values in json.loads(words)]
        self._active: frozenset[int] = frozenset()

    def _share(self) -> None:
        """Let two referrals of one case, or under one consent, have the same in hand; partners come from memory."""
        cases: dict[int, Case] = {}
        consents: dict[int, Consent] = {}
        partners = self.now.kept.partners
        for row in self.referrals:
            row.case = cases.setdefault(row.case_id, row.case)
            row.consent = consents.setdefault(row.consent_id, row.consent)
            row.sender, row.case.partner = partners[row.sender_id], partners[row.case.partner_id]

    def became(self, referral: Referral) -> None:
        """Let those behind it see what has become of a referral."""
        for other in self._beside[referral.case_id]:
            if other.id == referral.pk:
                other.state, other.receiver_id = referral.state, referral.receiver_id

    @property
    def policy(self) -> deadlines.Policy:
        """Kept for as long as nothing of the reference data changes."""
        global _policy
        if _policy is None or _policy[0] is not self.now.kept:
            _policy = self.now.kept, deadlines.Policy()
        return _policy[1]

    def partner(self, partner_id: int) -> Partner:
        return self.now.kept.partners[partner_id]

    def hold(self, partners: Iterable[int]) -> None:
        """Let these partners stay as they are until the transaction ends; `stays_active` then says of each."""
        wanted = sorted(set(partners))
        if not wanted:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM agencies_partner WHERE id = ANY(%s) AND is_active AND retired_at IS NULL "
                "ORDER BY id FOR SHARE",
                [wanted],
            )
            self._active = frozenset(row[0] for row in cursor.fetchall())

    def declined_by(self, referral: Referral) -> frozenset[int]:
        """Who declined one of its services of this case before, and not for want of documents."""
        return frozenset(
            other.receiver_id
            for other in self._beside[referral.case_id]
            if other.state == State.DECLINED
            and other.decline_reason != DeclineReason.INCOMPLETE
            and other.receiver_id is not None
            and not set(other.services).isdisjoint(referral.services)
        )

    # As `moves.send` asks

    def is_paused(self, case: Case) -> bool:
        return case.paused_at is not None

    def stays_active(self, partner: Partner) -> bool:
        return partner.pk in self._active

    def twin_at(self, partner: Partner, referral: Referral) -> str:
        for other in self._beside[referral.case_id]:
            if (
                other.id != referral.pk
                and other.receiver_id == partner.pk
                and other.state in LIVE
                and not set(other.services).isdisjoint(referral.services)
            ):
                return reference_of(referral.case, other.number)
        return ""

    def spoke_against(self, consent: Consent, partner: Partner) -> bool:
        return rules.is_less(consent, partner.pk, self._words[consent.case_id], since=consent.recorded_at)
