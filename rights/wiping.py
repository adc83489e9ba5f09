"""What erasing a case does to the database: keys destroyed, texts emptied, codes for statistics left.

Called inside the transaction of the erasure, and again by `manage.py reapply_erasures`; doing it twice changes nothing.
Emptying the columns is for the pages, which then read nothing instead of failing; that nobody reads anything any more,
in copies and backups either, is the destroyed key's doing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from bulk import forgetting
from cases.models import Case, Clock, Consent, Document, Worker
from cases.models.of_case import OfCase
from privacy import keys
from privacy.fields import SealedField
from referrals.models import Letter, Referral

from .choices import ExportState, RequestState
from .models import DataExport, DataRequest

# Columns that a constraint does not let be empty: they keep bytes that no key opens any more.
LEFT_SEALED = frozenset({(Consent, "override_reason")})
# What is coded or counted and is not needed for statistics either.
CASE_PLAIN: dict[str, Any] = {
    "contract_start": None,
    "contract_end": None,
    "departure_date": None,
    "work_start_date": None,
    "incident_date": None,
    "channel": "",
    "trafficking_status": "",
    "trafficking_asserted_by": "",
    "means_of_control": [],
    "lifted_for": [],
    "paused_at": None,
    "settlement_ask_on": None,
}
WORKER_PLAIN: dict[str, Any] = {"birth_date": None, "home_regency": None, "safe_channel": ""}


def keys_of(case: Case) -> list[UUID]:
    """The data keys that go with a case: its own, its worker's unless another case needs the worker, and those of copies
    and of requests that are about nothing else any more."""
    found = [case.data_key_id]
    if not _others_of(case).exists():
        found.append(case.worker.data_key_id)
    found += _exports(case).values_list("data_key_id", flat=True)
    found += forgetting.exports_of(case.pk).values_list("data_key_id", flat=True)
    found += _finished_requests(case).values_list("data_key_id", flat=True)
    return found


def wipe(case: Case, key_ids: Iterable[UUID]) -> list[str]:
    """Destroy these keys and empty what they sealed; under which names the case's files lie, for whoever removes them."""
    files = list(Document.objects.filter(case=case).values_list("stored_as", flat=True))
    ids = list(key_ids)
    Document.objects.filter(case=case).delete()
    for model in of_case():
        blank(model._default_manager.filter(case=case))
    Referral.objects.filter(case=case).update(ranking=[], why_params={})
    Letter.objects.filter(referral__case=case).update(link_hash="", link_until=None)
    Clock.objects.filter(case=case, referral=None, stopped_at=None).update(next_at=None)
    blank(Case.objects.filter(pk=case.pk), **CASE_PLAIN)
    blank(Worker.objects.filter(pk=case.worker_id, data_key__in=ids), **WORKER_PLAIN)
    _exports(case).update(state=ExportState.EXPIRED, next_at=None, pdf=b"", json=b"")
    forgetting.forget_exports_of(case.pk)
    forget_requests(DataRequest.objects.filter(data_key__in=ids))
    keys.destroy(ids)
    return files


def forget_requests(requests: models.QuerySet[DataRequest]) -> None:
    """Destroy what was written about requests; that they were made, decided and answered stays."""
    keys.destroy(requests.values_list("data_key_id", flat=True))
    blank(requests)


def of_case() -> list[type[models.Model]]:
    """Every table whose texts are sealed with the key of a case: one that comes later is not forgotten."""
    return [model for model in apps.get_models() if issubclass(model, OfCase) and model is not Document]


def blank(rows: models.QuerySet[Any], **plain: Any) -> int:
    """Empty the sealed columns of these rows, and set plain ones; how many rows."""
    model = rows.model
    sealed = [field.name for field in model._meta.concrete_fields if isinstance(field, SealedField)]
    emptied: dict[str, Any] = {name: "" for name in sealed if (model, name) not in LEFT_SEALED}
    return rows.update(**emptied, **plain) if emptied or plain else 0


def _others_of(case: Case) -> models.QuerySet[Case]:
    return Case.objects.filter(worker=case.worker_id, erased_at=None).exclude(pk=case.pk)


def _exports(case: Case) -> models.QuerySet[DataExport]:
    return DataExport.objects.filter(request__cases=case)


def _finished_requests(case: Case) -> models.QuerySet[DataRequest]:
    """Requests that were answered and are about this case, and about no other that is still there."""
    finished = DataRequest.objects.filter(cases=case, state=RequestState.TOLD)
    others = Case.objects.filter(erased_at=None).exclude(pk=case.pk)
    return finished.exclude(pk__in=finished.filter(cases__in=others).values("pk"))
