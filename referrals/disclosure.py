"""What a receiver may see of a case: exactly the groups of data that the worker agreed to, while it may look at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies import countries
from agencies.matching import Reason
from agencies.models import Topic
from cases.choices import DataGroup, DocumentKind, MeansOfControl, Relation
from cases.models import Case, CaseEvent, Document
from cases.models.document import DocumentQuerySet

from .choices import WITH_RECEIVER, State
from .models import READABLE_AFTER_COMPLETION, Referral

# Which groups of data a reason of matching speaks of; one that is not named here might speak of any.
TOLD_BY_REASON: dict[str, tuple[DataGroup, ...]] = {
    **dict.fromkeys(("national", "anywhere", "unconfirmed"), ()),
    **dict.fromkeys(("regency", "province"), (DataGroup.IDENTITY,)),
    **dict.fromkeys(
        ("topic", "stage", "fallback", "country", "district", "district_unknown", "seat"), (DataGroup.CASE,)
    ),
}

# Which group of data a kind of document speaks of, beside being a document; the worker must have agreed to both.
SPEAKS_OF: dict[DocumentKind, DataGroup] = {
    DocumentKind.PASSPORT: DataGroup.IDENTITY,
    DocumentKind.IDENTITY_CARD: DataGroup.IDENTITY,
    DocumentKind.MEDICAL_REPORT: DataGroup.HEALTH,
    DocumentKind.POWER_OF_ATTORNEY: DataGroup.DOCUMENTS,  # signed to be shown: it speaks of nothing else
    DocumentKind.CONSENT_FORM: DataGroup.DOCUMENTS,
}  # any other kind tells what happened: DataGroup.CASE


@dataclass(frozen=True)
class Row:
    """One value as the page shows it; the names are those that the component definition_list expects."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Section:
    """One group of data: its heading and its rows, empty values left out; not `shared`, it has none."""

    group: DataGroup
    title: str | Promise
    rows: list[Row]
    shared: bool = True


def is_open(referral: Referral) -> bool:
    """Whether the receiver may still read the case: while it has the referral, and for 90 days after completing it."""
    consent = referral.consent
    if not consent.stands or referral.sent_at is None:
        return False
    if consent.partner_id is not None and consent.partner_id != referral.receiver_id:
        return False  # a grant for one partner opens nothing to another
    if referral.state in WITH_RECEIVER:
        return True
    return (
        referral.state == State.COMPLETED
        and referral.ended_at is not None
        and timezone.now() - referral.ended_at <= READABLE_AFTER_COMPLETION
    )


def shows(referral: Referral, group: DataGroup) -> bool:
    return is_open(referral) and group in referral.consent.groups


def worker_name(referral: Referral) -> str:
    """The worker's name if the receiver may know it, else an empty text."""
    return referral.case.worker.name if shows(referral, DataGroup.IDENTITY) else ""


def country(referral: Referral) -> str:
    """The name of the destination if the receiver may know it, else an empty text."""
    return countries.name(referral.case.country) if shows(referral, DataGroup.CASE) else ""


def topics(referral: Referral) -> list[Topic]:
    """What the case is about, if the receiver may know it."""
    return list(referral.case.topics.all()) if shows(referral, DataGroup.CASE) else []


def request(referral: Referral) -> str:
    """What the sender wrote to the receiver; it may name the worker, so it closes with the case."""
    return referral.request if is_open(referral) else ""


def why(referral: Referral) -> list[Reason]:
    """The reasons for asking this receiver that tell it nothing it may not know: they name topics and places."""
    told = (line["reasons"] for line in referral.ranking if line["partner_id"] == referral.receiver_id)
    return [
        reason
        for reason in next(told, [])
        if all(shows(referral, group) for group in TOLD_BY_REASON.get(reason["code"], DataGroup))
    ]


def events(referral: Referral, told: Iterable[CaseEvent]) -> list[CaseEvent]:
    """The events as the receiver may read them: once the case is closed to it, without what anybody wrote."""
    rows = list(told)
    if not is_open(referral):
        for event in rows:
            event.text = ""
    return rows


def sections(referral: Referral, *, files: bool = True) -> list[Section]:
    """All that the receiver's page shows of the case, group by group; groups not agreed to are named and empty, and
    nothing of them is opened. Without `files` the documents are not listed: a page has a panel of its own for them."""
    told = [
        Section(group, title, _rows(build(referral.case)))
        if shows(referral, group)
        else Section(group, title, [], shared=False)
        for group, title, build in GROUPS
    ]
    papers = _papers(referral.case, _kinds_shown(referral) if files else [])
    return [*told, replace(papers, shared=shows(referral, DataGroup.DOCUMENTS))]


def preview(case: Case) -> list[Section]:
    """What each group of data would show: for the case's own partner, before anybody agrees to anything."""
    told = [Section(group, title, _rows(build(case))) for group, title, build in GROUPS]
    return [*told, _papers(case, list(DocumentKind), with_notes=True)]


def _papers(case: Case, kinds: list[DocumentKind], *, with_notes: bool = False) -> Section:
    files = _own_documents(case, kinds) if kinds else []
    rows = [
        Row(str(file.get_kind_display()), file.file_name, _only_with(file.kind) if with_notes else "")
        for file in files
    ]
    return Section(DataGroup.DOCUMENTS, _("Documents"), rows)


def _only_with(kind: str) -> str:
    """Which other group must be ticked for a document of this kind to be seen."""
    group = SPEAKS_OF.get(DocumentKind(kind), DataGroup.CASE)
    if group is DataGroup.DOCUMENTS:
        return ""
    return gettext("only together with “%(group)s”") % {"group": str(group.label).partition(":")[0]}


def shows_kind(referral: Referral, kind: DocumentKind) -> bool:
    """Whether the receiver may see documents of this kind of the case's own."""
    speaks_of = SPEAKS_OF.get(kind, DataGroup.CASE)
    return shows(referral, DataGroup.DOCUMENTS) and shows(referral, speaks_of)


def _kinds_shown(referral: Referral) -> list[DocumentKind]:
    return [kind for kind in DocumentKind if shows_kind(referral, kind)]


def _own_documents(case: Case, kinds: Iterable[str]) -> DocumentQuerySet:
    """Those that the case's own partner put there, of these kinds; those of other referrals are none of them."""
    return Document.objects.kept().filter(case_id=case.pk, referral=None, kind__in=list(kinds))


def documents(referral: Referral) -> DocumentQuerySet:
    """What the receiver may read now: of the case's own, as far as the worker agreed; and what it added itself."""
    if not is_open(referral):
        return Document.objects.none()
    added_here = Document.objects.kept().filter(referral_id=referral.pk)
    return (_own_documents(referral.case, _kinds_shown(referral)) | added_here).order_by("-added_at", "pk")


def _rows(pairs: list[tuple[Any, Any]]) -> list[Row]:
    return [Row(str(label), str(value)) for label, value in pairs if value not in ("", None)]


def label(row: Any, field: str) -> str:
    return capfirst(str(row._meta.get_field(field).verbose_name))


def _date(value: Any) -> str:
    return formats.date_format(value, "DATE_FORMAT") if value else ""


def identity(case: Case) -> list[tuple[Any, Any]]:
    worker = case.worker
    return [
        (label(worker, "name"), worker.name),
        (label(worker, "sex"), worker.get_sex_display()),
        (label(worker, "birth_date"), _date(worker.birth_date)),
        (label(worker, "nik"), worker.nik),
        (label(worker, "passport_number"), worker.passport_number),
        (label(case, "social_security_number"), case.social_security_number),
        (label(worker, "home_province"), worker.home_province),
        (label(worker, "home_regency"), worker.home_regency),
        (label(worker, "home_village"), worker.home_village),
    ]


def contact(case: Case) -> list[tuple[Any, Any]]:
    worker = case.worker
    worker_reports = (
        case.reporter_relation == Relation.SELF
    )  # then the reporter's name is the worker's identity
    return [
        (label(worker, "contact"), worker.contact),
        (label(worker, "safe_channel"), worker.get_safe_channel_display()),
        (label(worker, "safe_time"), worker.safe_time),
        (label(case, "reporter_name"), "" if worker_reports else case.reporter_name),
        (label(case, "reporter_relation"), case.get_reporter_relation_display()),
        (label(case, "reporter_contact"), case.reporter_contact),
    ]


def complaint(case: Case) -> list[tuple[Any, Any]]:
    return [
        (label(case, "topics"), ", ".join(topic.name for topic in case.topics.all())),
        (label(case, "stage"), case.get_stage_display()),
        (label(case, "country"), countries.name(case.country)),
        (label(case, "place"), case.place),
        (label(case, "procedural_status"), case.get_procedural_status_display()),
        (label(case, "scheme"), case.get_scheme_display()),
        (label(case, "sector"), case.get_sector_display()),
        *[
            (label(case, field), getattr(case, field))
            for field in ("recruiter", "broker", "foreign_agency", "employer_name", "employer_address")
        ],
        *[
            (label(case, field), _date(getattr(case, field)))
            for field in (
                "contract_start",
                "contract_end",
                "departure_date",
                "work_start_date",
                "incident_date",
            )
        ],
        (label(case, "accused_party"), case.accused_party),
        (label(case, "chronology"), case.chronology),
        (label(case, "demands"), case.demands),
    ]


def health(case: Case) -> list[tuple[Any, Any]]:
    return [(label(case.worker, "disability"), case.worker.disability)]


def violence(case: Case) -> list[tuple[Any, Any]]:
    return [
        (label(case, "trafficking_status"), case.get_trafficking_status_display()),
        (label(case, "trafficking_asserted_by"), case.get_trafficking_asserted_by_display()),
        (
            label(case, "means_of_control"),
            ", ".join(str(MeansOfControl(code).label) for code in case.means_of_control),
        ),
    ]


GROUPS: list[tuple[DataGroup, Promise, Callable[[Case], list[tuple[Any, Any]]]]] = [
    (DataGroup.CASE, _("The case"), complaint),
    (DataGroup.IDENTITY, _("The worker"), identity),
    (DataGroup.CONTACT, _("Making contact"), contact),
    (DataGroup.HEALTH, _("Health"), health),
    (DataGroup.VIOLENCE, _("Violence and control"), violence),
]
