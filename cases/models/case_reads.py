"""Reads over cases: whose they are, what to search, and which of them need something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

from accounts.models import User
from agencies.choices import OutcomeClass

from ..choices import Need, SettlementState

if TYPE_CHECKING:
    from .case import Case  # noqa: F401  # named in annotations only

SEARCH_LENGTH = 100  # characters of a search that are looked at

# Referrals know cases and not the other way round, so their states stand here as plain codes (referrals.choices.State).
LIVE_STATES = ("waiting", "unrouted", "sent", "received", "clarifying", "accepted")


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: User) -> CaseQuerySet:
        """The cases of this person's own partner, if their role works on cases at all; else none."""
        return self.filter(partner_id=user.partner_id) if user.works_cases else self.none()

    def search(self, text: str) -> CaseQuerySet:
        """Cases in whose reference, worker's or reporter's name the text occurs; all of them for an empty text."""
        text = text[:SEARCH_LENGTH].strip()
        if not text:
            return self
        return self.filter(
            models.Q(reference__icontains=text)
            | models.Q(worker__name__icontains=text)
            | models.Q(reporter_name__icontains=text)
        )

    def in_state(self, state: str) -> CaseQuerySet:
        """Those that are open, those that are closed ("closed"), or both ("all")."""
        if state == "all":
            return self
        return self.exclude(closed_at=None) if state == "closed" else self.filter(closed_at=None)

    def needing(self, need: Need) -> CaseQuerySet:
        """Cases in which something waits to be done, each once however many of its referrals do."""
        return self.filter(pk__in=self.model._default_manager.filter(self._needs(need)).values("pk"))

    def need_counts(self) -> dict[str, int]:
        """How many of these cases need an answer, a choice, another referral, a follow-up, or are overdue; one statement."""
        counted = (Need.ANSWER, Need.CHOICE, Need.REFER_AGAIN, Need.OVERDUE, Need.SETTLEMENT)
        return self.order_by().aggregate(
            **{need.value: models.Count("pk", filter=self._needs(need), distinct=True) for need in counted}
        )

    def _needs(self, need: Need) -> models.Q:
        match need:
            case Need.ANSWER:
                return models.Q(referrals__state="clarifying")
            case Need.CHOICE:
                return models.Q(referrals__state="unrouted")
            case Need.OVERDUE:
                return models.Q(referrals__state__in=LIVE_STATES, referrals__due_at__lt=timezone.now())
            case Need.REFER_AGAIN:
                handed_on = models.Q(
                    referrals__state="completed",
                    referrals__outcome__outcome_class=OutcomeClass.TRANSFERRED,
                )
                live = models.Q(referrals__state__in=LIVE_STATES)
                solved = models.Q(referrals__state="completed") & ~models.Q(
                    referrals__outcome__outcome_class=OutcomeClass.TRANSFERRED
                )
                cases = self.model._default_manager.filter(pk=models.OuterRef("pk"))
                ended = models.Q(referrals__state="declined") | handed_on
                return (
                    ended & models.Q(closed_at=None) & ~models.Q(models.Exists(cases.filter(live | solved)))
                )
            case Need.FIRST_REFERRAL:
                return models.Q(referrals=None, closed_at=None)
            case Need.SETTLEMENT:
                return models.Q(settlement_state=SettlementState.PENDING) & models.Q(
                    settlement_due__lte=timezone.localdate()
                )

    def with_row_data(self) -> CaseQuerySet:
        """Everything a row in a list shows, in a fixed number of statements."""
        return self.select_related("worker", "assigned_to").prefetch_related(
            "topics", "referrals__receiver", "referrals__sender", "referrals__outcome"
        )
