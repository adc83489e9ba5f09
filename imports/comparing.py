"""What the portal already has of a piece of rows: asked in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Sequence

from cases.models import Case, Worker
from privacy import blind, keyring
from privacy.index_field import found_by

from .drafts import Draft
from .models import ImportedCase


def with_imported(drafts: Sequence[Draft], partner_id: int) -> None:
    """Tell which rows became cases before, in whichever table of this partner they stood."""
    there = ImportedCase.objects.filter(partner_id=partner_id, token__in=[draft.token for draft in drafts])
    known = dict(there.values_list("token", "case__reference"))
    for draft in drafts:
        if draft.token in known:
            draft.tell("known", reference=known[draft.token])


def with_workers(drafts: Sequence[Draft]) -> None:
    """Cases of the own partner whose worker has the same NIK, found as a search finds them."""
    by_token: dict[int, list[Draft]] = {}
    for draft in drafts:
        if draft.worker["nik"] and not draft.is_left_out:
            for key in keyring.index_keys().keys:
                by_token.setdefault(blind.token(key, f"nik {draft.worker['nik']}"), []).append(draft)
    if not by_token:
        return
    asked = found_by(Worker, blind.Search(numbers=list(by_token)))
    cases = Case.objects.filter(worker__in=Worker.objects.filter(asked), erased_at=None).order_by("pk")
    for reference, tokens in cases.values_list("reference", "worker__blind_index"):
        for token in by_token.keys() & set(tokens):
            for draft in by_token.pop(token):  # the first of them is told
                draft.tell("same_nik", reference=reference)
