"""Putting a data-sharing agreement on file, and reading its paper."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from agencies import rules
from agencies.actions import ActRefused
from agencies.actions.shared import fresh, record
from agencies.choices import PartnerState, StaffVerb
from agencies.models import Agreement, Partner
from cases.file_check import CheckedFile
from privacy import keys, sealing
from privacy.sealing import Place


class AgreementRefused(ActRefused):
    """The agreement cannot be put on file; `field` is what has to be mended."""

    def __init__(self, text: str, field: str | None = None) -> None:
        super().__init__(text)
        self.field = field


@transaction.atomic
def file_agreement(
    *,
    by: User,
    partner: Partner,
    number: str,
    signatory: str,
    signed_on: date,
    expires_on: date,
    paper: CheckedFile,
    key: UUID,
) -> Agreement:
    """Put an agreement on file beside those of before. The same `key` again is the same agreement.

    Raises PermissionDenied for anybody but a portal admin, AgreementRefused for a closed partner and for what is on file.
    """
    by = fresh(by)
    if not rules.can_edit_partner(by):
        raise PermissionDenied
    current = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    if earlier := Agreement.objects.without_document().filter(pk=key, partner=current).first():
        return earlier
    if current.state == PartnerState.CLOSED:
        raise AgreementRefused(_("This partner is closed. Nothing is put on file there any more."))
    if Agreement.objects.filter(partner=current, number=number).exists():
        raise AgreementRefused(
            _("An agreement with this number is on file already. Check the number, or look at that one."),
            "number",
        )
    content = b"".join(paper.chunks())
    data_key = keys.make()
    new = Agreement(
        pk=key,
        partner=current,
        data_key=data_key,
        number=number,
        signatory=signatory,
        signed_on=signed_on,
        expires_on=expires_on,
        file_name=paper.name,
        size=len(content),
        filed_by=by,
        filed_at=timezone.now(),
    )
    new.document = sealing.seal(content, key=keys.open_(data_key.pk), key_id=data_key.pk, place=_place(new))
    new.full_clean(exclude=["document"])
    new.save(force_insert=True)
    record(StaffVerb.AGREEMENT_FILED, by=by, partner=current, until=expires_on.isoformat())
    return new


def paper_of(agreement: Agreement) -> bytes:
    """The signed paper. Raises SealBroken when it was altered."""
    sealed = bytes(agreement.document)
    return sealing.open_(sealed, key=keys.open_(sealing.key_id_of(sealed)), place=_place(agreement))


def _place(agreement: Agreement) -> Place:
    return Place(Agreement._meta.db_table, "document", str(agreement.pk))
