"""Registering a partner: its row is there, and nothing is sent to it until it is activated."""

import re
import unicodedata
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from accounts.models import User
from agencies import rules
from agencies.actions.shared import fresh, record
from agencies.choices import StaffVerb, Step
from agencies.models import Partner, PartnerStep

CODE_MAX = 40  # characters, as the model has it
LEFT_OUT = frozenset({"DAN", "DI", "DAERAH", "THE", "OF", "AND", "UNTUK"})


@transaction.atomic
def register(*, by: User, key: UUID, code: str = "", **fields: Any) -> Partner:
    """Register a partner; without a `code` it gets one made from its name. The same `key` again is the same partner.

    Raises PermissionDenied for anybody but a portal admin, ValidationError by field for values that cannot be kept.
    """
    by = fresh(by)
    if not rules.can_edit_partner(by):
        raise PermissionDenied
    _one_at_a_time()
    if earlier := registered_before(by=by, key=key):
        return earlier
    new = Partner(
        code=code or code_from(fields["name_id"]), is_active=False, awaits_activation=True, **fields
    )
    new.full_clean()
    new.save(force_insert=True)
    PartnerStep.objects.create(partner=new, step=Step.REGISTERED, by=by, key=key)
    record(StaffVerb.PARTNER_REGISTERED, by=by, partner=new)
    return new


def registered_before(*, by: User, key: UUID) -> Partner | None:
    """The partner that this person registered with this very form."""
    step = PartnerStep.objects.filter(key=key, by=by, step=Step.REGISTERED).select_related("partner").first()
    return step.partner if step else None


def code_from(name: str) -> str:
    """A code that is free, made of the words of the name: “Yayasan Melati (Malang)” is YAYASAN_MELATI_MALANG."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    words = [word for word in re.findall(r"[A-Z0-9]+", plain) if word not in LEFT_OUT] or ["MITRA"]
    while len("_".join(words)) > CODE_MAX - 4 and len(words) > 1:
        words.pop()
    stem = "_".join(words)[: CODE_MAX - 4]
    taken = set(Partner.objects.filter(code__startswith=stem).values_list("code", flat=True))
    if stem not in taken:
        return stem
    return next(code for number in range(2, 10_000) if (code := f"{stem}_{number}") not in taken)


def _one_at_a_time() -> None:
    """Let registrations wait for each other until the commit: a double click, and two codes made from one name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('register a partner', 0))")
