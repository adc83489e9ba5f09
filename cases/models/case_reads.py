"""Reads over cases: whose they are, what to search, and which of them need something."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.lookups import IsNull
from django.utils import timezone

from accounts import prepared
from accounts.models import User
from accounts.roles import Right
from agencies.capped import CappedCount
from agencies.choices import OutcomeClass
from privacy import blind

from ..choices import Need, SettlementState
from .found import by_reference, found_now

if TYPE_CHECKING:
    from .case import Case  # named in annotations only

SEARCH_LENGTH = blind.LENGTH  # characters of a search that are looked at
NEWEST_FIRST = ("-changed_at", "-pk")
TOLD = (  # of a referral, in the row of its case
    *("case", "number", "state", "due_at", "counting"),
    *("receiver__name_id", "receiver__name_en", "outcome__outcome_class"),
)
IN_REFERENCE = re.compile(r"(?=.*[\d-])(?!.*\d{7})[A-Za-z0-9-]{1,40}")  # what a part of a reference may be

# Referrals know cases and not the other way round, so their states stand here as plain codes (referrals.choices.State).
LIVE_STATES = ("waiting", "unrouted", "sent", "received", "clarifying", "accepted")

COUNTED = (Need.ANSWER, Need.CHOICE, Need.REFER_AGAIN, Need.OVERDUE, Need.SETTLEMENT)  # on tiles


def open_to(user: User, case: str = "") -> models.Q:
    """Cases of this person's own partner that they may read: any that is not restricted, else those they have in hand
    or that an access opens to them now. `case` is the way there from another model ("case__")."""
    from .access import CaseAccess  # which points to cases

    opened = CaseAccess.objects.open().filter(person=user).values("case")
    return (
        models.Q(**{f"{case}restricted_at": None})
        | models.Q(**{f"{case}assigned_to": user})
        | models.Q(**{f"{case}pk__in": opened})
    )


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: User) -> CaseQuerySet:
        """The cases that this person may read: of their own partner, if their role works on cases, and open to them."""
        return self.of_partner_of(user).filter(open_to(user))

    def known_to(self, user: User) -> CaseQuerySet:
        """Those that this person may read, and for supervisors also those of which they only see that they are there:
        so that nothing is lost. Rows that are not `visible_to` them are shown masked (`with_mask`)."""
        return self.of_partner_of(user) if user.can(Right.OVERSEE_CASES) else self.visible_to(user)

    def closed_to(self, user: User) -> CaseQuerySet:
        """The restricted cases of this person's own partner that they may not read; for the page that says so."""
        return self.of_partner_of(user).exclude(open_to(user))

    def of_partner_of(self, user: User) -> CaseQuerySet:
        """All cases of this person's own partner, restricted ones too but none that were erased, if their role works on
        cases; else none."""
        return self.filter(partner_id=user.partner_id, erased_at=None) if user.works_cases else self.none()

    def erased_of_partner_of(self, user: User) -> CaseQuerySet:
        """The erased cases of this person's own partner; for the page that says so."""
        erased = self.filter(partner_id=user.partner_id, erased_at__isnull=False)
        return erased if user.works_cases else self.none()

    def decided_by(self, user: User) -> CaseQuerySet:
        """The cases of this person's own partner that are still there, if they decide how long those are kept; what stands
        in them is not open to them by that."""
        decides = user.partner_id is not None and user.can(Right.DECIDE_REQUESTS)
        return self.filter(partner_id=user.partner_id, erased_at=None) if decides else self.none()

    def with_mask(self, user: User) -> CaseQuerySet:
        """`masked` says of each row known to this person whether it is closed to them; only supervisors know of such."""
        if not user.can(Right.OVERSEE_CASES):
            return self.annotate(masked=models.Value(False))
        return self.annotate(
            masked=models.Case(
                models.When(open_to(user), then=False), default=True, output_field=models.BooleanField()
            )
        )

    def giving_nothing_away_to(self, user: User, words: str) -> CaseQuerySet:
        """After a search: a row that is closed to this person is found by its reference alone."""
        return self.filter(open_to(user) | models.Q(reference__icontains=words[:SEARCH_LENGTH].strip()))

    def restricted(self) -> CaseQuerySet:
        return self.filter(restricted_at__isnull=False)

    def search(self, text: str) -> CaseQuerySet:
        """Cases whose reference begins or ends so (of the newest: in which it occurs), or of whose people one has this name or number: the worker, who reported,
        recruiter, broker, agency abroad, employer.

        Names: each word whole, from its beginning (three letters or more), or by its sound. NIK, passport and telephone
        numbers of worker and reporter: whole. All of the cases for an empty text. Asks the database once, to learn whether
        the text is rare: then the indexes name the cases; else whoever reads the newest of them walks there (ADR 0035).
        """
        text = text[:SEARCH_LENGTH].replace("\x00", "").strip()
        if not text:
            return self
        found = found_now(blind.search(text))
        if IN_REFERENCE.fullmatch(text):
            found |= by_reference(text, self)
        return self.filter(found)

    def in_state(self, state: str) -> CaseQuerySet:
        """Those that are open, those that are closed ("closed"), or both ("all")."""
        if state == "all":
            return self
        return self.exclude(closed_at=None) if state == "closed" else self.filter(closed_at=None)

    def needing(self, need: Need) -> CaseQuerySet:
        """Cases in which something waits to be done, each once however many of its referrals do."""
        match need:
            case Need.FIRST_REFERRAL:
                return self.filter(~models.Exists(self._referrals()), closed_at=None)
            case Need.SETTLEMENT:
                return self.filter(
                    settlement_state=SettlementState.PENDING, settlement_due__lte=timezone.localdate()
                )
        if need == Need.REFER_AGAIN:
            return self._going_nowhere()
        return self.filter(models.Exists(self._referrals().filter(_waiting(need))))

    def need_counts(self) -> dict[str, CappedCount]:
        """How many of these cases need an answer, a choice, another referral, a follow-up, or are overdue: values of one
        statement, none counted further than a page says."""
        return {need.value: CappedCount(self._counted(need)) for need in COUNTED}

    def _counted(self, need: Need) -> CaseQuerySet:
        """The same cases as `needing` finds. Joined, they come out of the index of their referrals one by one, and whoever
        counts to a hundred reads no more; a condition that something exists would find all of them first."""
        if need in (Need.SETTLEMENT, Need.REFER_AGAIN):
            return self.needing(need)
        own = models.Q(referrals__sender=models.F("partner"))  # always so, and what the index begins with
        return self.filter(own & _waiting(need, "referrals__")).distinct()

    def _going_nowhere(self) -> CaseQuerySet:
        """Of these, those that are open, were refused or handed on, and go on nowhere.

        Open cases are few, referrals that ended are many: so the referrals are looked up for each of those cases, as values,
        and not gathered first, as they would be for a condition that they exist.
        """
        solved = models.Q(state="completed") & ~models.Q(outcome__outcome_class=OutcomeClass.TRANSFERRED)
        goes_on = self._referrals().filter(models.Q(state__in=LIVE_STATES) | solved)
        ended = self._referrals().filter(_waiting(Need.REFER_AGAIN))
        return self.filter(
            IsNull(models.Subquery(goes_on.values("pk")[:1]), True),
            IsNull(models.Subquery(ended.values("pk")[:1]), False),
            closed_at=None,
        )

    def _referrals(self) -> models.QuerySet[Any]:
        """The referrals of a case; they are always its partner's, which is what their indexes begin with."""
        referrals: Any = self.model._meta.get_field("referrals").related_model
        return referrals.objects.order_by().filter(
            case=models.OuterRef("pk"), sender=models.OuterRef("partner")
        )

    def newest_first(self) -> CaseQuerySet:
        return self.order_by(*NEWEST_FIRST)

    def shown_to(self, user: User, found: Iterable[Case]) -> CaseQuerySet:
        """A page of cases with all that its rows show. They were `found` before, among those known to this person, by their
        numbers alone: a common name finds thousands, of which one page is read whole. A query that was not asked yet becomes
        part of this one."""
        numbers = found.values("pk") if isinstance(found, models.QuerySet) else [case.pk for case in found]
        return self.filter(pk__in=numbers).newest_first().with_row_data().with_mask(user)

    def with_row_data(self) -> CaseQuerySet:
        """Everything a row in a list shows of the case itself (its referrals: `told_of`); of the topics their codes."""
        topics = self.model.topics.through._default_manager.filter(case=models.OuterRef("pk"))
        return (
            self.select_related("data_key", "worker__data_key", "assigned_to")
            .defer("chronology", "demands", "reporter_index")
            .annotate(topic_codes=ArraySubquery(topics.values("topic")))
        )

    def told_of(self, numbers: list[int]) -> models.QuerySet[Any]:
        """The referrals of these cases, with what their rows tell of them."""
        referrals: Any = self.model._meta.get_field("referrals").related_model
        told = referrals.objects.select_related("receiver", "outcome").only(*TOLD)
        return told.filter(prepared.AnyOf("case_id", numbers))


def _waiting(need: Need, way: str = "") -> models.Q:
    """The referrals because of which a case needs something; `way` is the way to them."""
    state = f"{way}state"
    if need == Need.ANSWER:
        return models.Q((state, "clarifying"))
    if need == Need.CHOICE:
        return models.Q((state, "unrouted"))
    if need == Need.OVERDUE:
        return models.Q((f"{state}__in", LIVE_STATES), (f"{way}due_at__lt", timezone.now()))
    transferred = (f"{way}outcome__outcome_class", OutcomeClass.TRANSFERRED)
    return models.Q((state, "declined")) | models.Q((state, "completed"), transferred)
