"""Finding across the portal what one person may see: their partner's cases, referrals it received, services, partners.

Each group is found by a bounded number of statements, the newest first and no more than a few; the whole stands in the lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agencies.models import Partner
from cases.choices import DataGroup
from cases.models import Case
from cases.standing import standing
from directory.models import Service
from directory.search import saying
from referrals import disclosure, wording
from referrals.models import Referral
from referrals.models.referral_reads import LAST_CHANGED_FIRST

from . import reasons

SHOWN = 10
REFERENCES = 2_000  # of the newest referrals received, in whose references a part is looked for
OF_IDENTITY = (
    "nik",
    "passport",
    "name",
)  # kinds in the blind index that the group of data lets a receiver know
OF_CONTACT = ("phones",)


@dataclass(frozen=True)
class Hit:
    """One thing that was found, told to the reader: where it is, what it is called, why it was found, whose move it is."""

    url: str
    title: str
    name: str = ""
    note: str = ""
    why: Sequence[str | Promise] = ()
    move: Any = None
    urgency: tuple[str, str] = ("", "")
    closed: bool = False
    restricted: bool = False
    masked: bool = False


@dataclass(frozen=True)
class Group:
    """What was found of one kind; `more` says that there is more than is shown."""

    code: str
    title: str | Promise
    hits: list[Hit]
    more: bool = False


@dataclass(frozen=True)
class Found:
    """All groups in which something was found, and the cases that they tell of, for the log."""

    groups: list[Group]
    cases: list[Case] = field(default_factory=list)


def find(user: User, text: str) -> Found:
    """What this person finds by the text; nothing for an empty one."""
    if not text:
        return Found([])
    cases = own_cases(user, text)
    referrals = received(user, text)
    groups = [
        _group("cases", _("Cases"), [_of_case(user, text, case) for case in cases]),
        _group("received", _("Referrals received"), [_of_referral(user, text, row) for row in referrals]),
        _group("services", _("Services"), _services(user, text)),
        _group("partners", _("Partners"), _partners(text)),
    ]
    told = [case for case in cases[:SHOWN] if not case.masked]
    told += [row.case for row in referrals[:SHOWN] if disclosure.is_open(row)]
    return Found([group for group in groups if group.hits], told)


def _group(code: str, title: str | Promise, hits: list[Hit]) -> Group:
    return Group(code, title, hits[:SHOWN], more=len(hits) > SHOWN)


# Cases --------------------------------------------------------------------------------------------


def own_cases(user: User, text: str) -> list[Any]:
    """The newest of their partner's cases, one more than is shown; those that are closed to them are `masked`."""
    words = reasons.without_number(text)
    known = Case.objects.known_to(user)
    found = known.giving_nothing_away_to(user, words).search(words).newest_first().values("pk")
    referrals = Referral.objects.select_related("receiver", "sender", "outcome")
    rows = Case.objects.filter(pk__in=found[: SHOWN + 1]).with_mask(user).newest_first()
    return list(
        rows.select_related("data_key", "worker__data_key").prefetch_related(
            Prefetch("referrals", queryset=referrals)
        )
    )


def _of_case(user: User, text: str, case: Any) -> Hit:
    move = standing(case).move
    facts: dict[str, Any] = {
        "title": case.reference,
        "urgency": (case.urgency, case.get_urgency_display()),
        "closed": case.is_closed,
        "restricted": case.is_restricted,
    }
    if case.masked:
        why = reasons.of_reference(text, case.reference)
        return Hit(url=case.access_url, why=why, move=move.masked(), masked=True, **facts)
    why = reasons.of_case(text, case)
    return Hit(
        url=case.get_absolute_url(),
        name=case.worker.name,
        note=case.country_name,
        why=why,
        move=move,
        **facts,
    )


# Referrals ----------------------------------------------------------------------------------------


def received(user: User, text: str) -> list[Referral]:
    """What reached their partner: by its reference, or by what of the worker it is shown now."""
    reached = Referral.objects.received_by(user)
    by_name = reached.found_in_worker(text, OF_IDENTITY).readable_by_receiver(DataGroup.IDENTITY)
    by_phone = reached.found_in_worker(text, OF_CONTACT).readable_by_receiver(DataGroup.CONTACT)
    ways = Q(pk__in=by_name.values("pk")) | Q(pk__in=by_phone.values("pk"))
    reference = reasons.without_number(text).upper()
    if reasons.may_be_reference(reference):
        newest = reached.order_by(*LAST_CHANGED_FIRST).values("pk")[:REFERENCES]
        named = Referral.objects.filter(pk__in=newest, case__reference__contains=reference)
        ways |= Q(case__reference=reference) | Q(pk__in=named.values("pk"))
    rows = reached.filter(ways).order_by(*LAST_CHANGED_FIRST)
    return list(
        rows.select_related(
            "case__data_key", "case__worker__data_key", "sender", "receiver", "outcome", "consent"
        )[: SHOWN + 1]
    )


def _of_referral(user: User, text: str, row: Referral) -> Hit:
    kinds: list[str] = []
    for group, known in ((DataGroup.IDENTITY, OF_IDENTITY), (DataGroup.CONTACT, OF_CONTACT)):
        kinds += known if disclosure.shows(row, group) else ()
    return Hit(
        url=row.get_absolute_url(),
        title=row.reference,
        name=disclosure.worker_name(row),
        note=row.sender.name,
        why=[*reasons.of_reference(text, row.case.reference), *reasons.of_worker(text, row.case, kinds)],
        move=wording.move(user, row),
        urgency=(row.urgency, row.get_urgency_display()),
        closed=not row.is_live,
        restricted=row.case.is_restricted and disclosure.is_open(row),
    )


# What is no secret --------------------------------------------------------------------------------


def _services(user: User, text: str) -> list[Hit]:
    if not _has_words(text):
        return []
    found = saying(Service.objects.visible_to(user).in_use(), text).order_by("name_id", "pk")
    return [_of_service(service) for service in found.select_related("partner")[: SHOWN + 1]]


def _of_service(service: Service) -> Hit:
    kind = service.get_kind_display()
    return Hit(url=service.get_absolute_url(), title=service.name, note=f"{kind} · {service.partner.name}")


def _partners(text: str) -> list[Hit]:
    if not _has_words(text):
        return []
    found = Partner.objects.active().called(text).order_by("name_id", "pk")[: SHOWN + 1]
    return [
        Hit(
            url=reverse("directory:services_of", args=[partner.code]),
            title=partner.name,
            note=" · ".join(filter(None, (str(partner.get_kind_display()), partner.city))),
        )
        for partner in found
    ]


def _has_words(text: str) -> bool:
    return any(letter.isalpha() for letter in text)
