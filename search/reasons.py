"""Why something was found, in words: by what it was asked for, as far as the reader may know that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import Case
from cases.models.case_reads import IN_REFERENCE
from privacy.blind import How, how_found

Label = str | Promise
REFERENCE: Label = _("Reference")

# The column, the kind of its values in the blind index, and what it is called. The worker's come first.
WORKER: tuple[tuple[str, str, Label], ...] = (
    ("nik", "nik", _("NIK")),
    ("passport_number", "passport", _("Passport")),
    ("contact", "phones", pgettext_lazy("why it was found", "Worker's telephone")),
    ("name", "name", pgettext_lazy("why it was found", "Worker's name")),
)
REPORTER: tuple[tuple[str, str, Label], ...] = (
    ("reporter_contact", "phones", pgettext_lazy("why it was found", "Reporter's telephone")),
    ("reporter_name", "name", pgettext_lazy("why it was found", "Reporter's name")),
)
PARTIES: tuple[tuple[str, str, Label], ...] = (
    ("recruiter", "name", Case._meta.get_field("recruiter").verbose_name),
    ("broker", "name", Case._meta.get_field("broker").verbose_name),
    ("foreign_agency", "name", Case._meta.get_field("foreign_agency").verbose_name),
    ("employer_name", "name", Case._meta.get_field("employer_name").verbose_name),
)


def of_reference(text: str, reference: str) -> list[Label]:
    """Also for a row of which the reader sees the reference alone."""
    part = without_number(text)
    return [REFERENCE] if may_be_reference(part) and part.lower() in reference.lower() else []


def may_be_reference(text: str) -> bool:
    """Whether it may be a part of one; a name and a NIK are none."""
    return IN_REFERENCE.fullmatch(text) is not None


def of_case(text: str, case: Case) -> list[Label]:
    """For whoever reads all of the case."""
    whole = [
        *of_reference(text, case.reference),
        *_of(text, case.worker, WORKER),
        *_of(text, case, REPORTER),
        *_of(text, case, PARTIES),
    ]
    # The parties of a case have one index: the recruiter's word and the employer's together find it, too.
    return whole or list(dict.fromkeys(why for word in text.split() for why in _of(word, case, PARTIES)))


def of_worker(text: str, case: Case, kinds: Iterable[str]) -> list[Label]:
    """For whoever may know values of these kinds of the worker, and nothing else."""
    known = frozenset(kinds)
    return list(_of(text, case.worker, tuple(each for each in WORKER if each[1] in known)))


def without_number(text: str) -> str:
    """A referral's reference is that of its case and its own number; the case's alone for SP-2026-000042/R1."""
    reference, slash, number = text.upper().rpartition("/R")
    return text[: len(reference)] if slash and number.isdecimal() else text


def _of(text: str, row: object, columns: tuple[tuple[str, str, Label], ...]) -> Iterator[Label]:
    for column, kind, label in columns:
        how = how_found(text, kind, getattr(row, column))
        if how is How.SOUNDS:
            yield format_lazy(_("{what} (sounds like it)"), what=label)
        elif how is not None:
            yield label
