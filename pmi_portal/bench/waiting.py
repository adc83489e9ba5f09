"""Referrals that wait for the worker, put beside the cases that are there; and what is left of them taken away again.

Each is of an open case in a country where one mission is responsible and somebody reads. They are told from those that the
cases were filled with by their number.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from accounts.models import User
from agencies import conduct
from agencies.models import Partner
from cases.models import Case
from privacy.acting import as_portal
from privacy.postgres.owner import as_owner

from . import world

OLD = world.REFERRALS  # numbers up to this one are what the cases were filled with
COUNTRIES = ("MY", "TW", "HK", "SG")  # where one partner is the clear answer
RESPONSIBLE = ("KBRI_KUALA_LUMPUR", "KDEI_TAIPEI", "KJRI_HONG_KONG", "KBRI_SINGAPORE", "KEMLU_PWNI", "BPJSTK")
COMES = "UPDATE referrals_referral SET state = 'waiting', route_at = now() WHERE id = %s"
OURS = f"SELECT id FROM referrals_referral WHERE number > {OLD}"
OTHERS = {  # tables that lead to a referral
    "cases_caseevent": "referral_id",
    "cases_clock": "referral_id",
}
_WAIT = """
WITH chosen AS (
    SELECT DISTINCT ON (case_id) id AS model, case_id, nextval(pg_get_serial_sequence('cases_consent', 'id')) AS consent
    FROM referrals_referral WHERE case_id = ANY(%(cases)s) ORDER BY case_id, number
), agreed AS (
    INSERT INTO cases_consent (
        id, case_id, onward, groups, given_by, method, witness, given_on, recorded_by_id, recorded_at, reminded,
        override_reason, review_note
    )
    SELECT chosen.consent, chosen.case_id, false, groups, ''::bytea, method, ''::bytea, given_on, recorded_by_id, now(), 0,
           ''::bytea, ''::bytea
    FROM chosen JOIN referrals_referral referral ON referral.id = chosen.model
    JOIN cases_consent ON cases_consent.id = referral.consent_id
)
INSERT INTO referrals_referral (
    id, case_id, number, sender_id, consent_id, services, request, register_number, urgency, state, ranking,
    why_unrouted, why_params, route_at, route_attempts, created_by_id, created_at, changed_at, is_lead, counting,
    kept_counting, kept_level, escalation_level, decline_reason, currency
)
SELECT gen_random_uuid(), chosen.case_id, %(number)s, sender_id, chosen.consent, ARRAY[%(service)s]::varchar[], ''::bytea,
       ''::bytea, urgency, %(state)s, '[]', '', '{}', now(), 0, created_by_id, now(), now(), false, counting,
       kept_counting, 0, 0, '', ''
FROM chosen JOIN referrals_referral referral ON referral.id = chosen.model
"""


def settle() -> list[int]:
    """Let somebody read at each of the missions, as at every other agency there; the cases that referrals may be put beside."""
    with as_portal():
        for mission in Partner.objects.filter(code__in=RESPONSIBLE):
            _officer(mission)
        cases = Case.objects.filter(closed_at=None, country__in=COUNTRIES).order_by("pk")
        return list(cases.values_list("pk", flat=True))


def _officer(mission: Partner) -> None:
    email = f"waits@{mission.code.lower().replace('_', '-')}.example"
    if not User.objects.filter(email=email).exists():
        User.objects.create_user(
            email,
            world.PASSWORD,
            partner=mission,
            role="officer",
            full_name="Contoh officer",
            conduct_version=conduct.CURRENT,
        )


def put(cases: list[int], *, service: str, number: int = OLD + 1, due: bool = True) -> None:
    """One that waits beside each of the cases; `due` now, or to come (`COMES`)."""
    asked: dict[str, Any] = {
        "cases": cases,
        "service": service,
        "number": number,
        "state": "waiting" if due else "withdrawn",
    }
    with as_portal(), connection.cursor() as cursor:
        cursor.execute(_WAIT, asked)


def take_away() -> None:
    """Forget every one of them, and what came of it."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table, column in OTHERS.items():
            cursor.execute(f"DELETE FROM {table} WHERE {column} IN ({OURS})")
        cursor.execute(
            f"DELETE FROM referrals_referral WHERE number > {OLD} RETURNING consent_id",
        )
        consents = [row[0] for row in cursor.fetchall()]
        cursor.execute("DELETE FROM cases_consent WHERE id = ANY(%s)", [consents])
        cursor.execute("TRUNCATE notifications_notification, notifications_email CASCADE")
        cursor.execute("VACUUM ANALYZE referrals_referral, cases_case, cases_consent, cases_caseevent")
