"""Reads over referrals: whose they are, whose move it is, and which of them need something."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull
from django.utils import timezone

from accounts.models import User
from agencies.models import Topic
from agencies.narrow import CLOCK, NAME, PERSON, narrowed
from cases.choices import ConsentMethod, DataGroup
from cases.models.case_reads import open_to
from cases.models.consent import HOME
from privacy import blind

from ..choices import LIVE, MOVE, WITH_RECEIVER, Side, State

if TYPE_CHECKING:
    from .referral import Referral  # noqa: F401  # named in annotations only

REOPEN_WITHIN = timedelta(days=30)
SEARCH_WORDS = 4  # that the function of the table takes
READABLE_AFTER_COMPLETION = timedelta(days=90)  # for the receiver, who may have to answer for what it did
NEVER = datetime.fromisoformat(
    "9999-12-31T00:00:00+00:00"
)  # what has no deadline comes after all that have one
DUE_OR_NEVER = Coalesce("due_at", models.Value(NEVER, output_field=models.DateTimeField()))
MOST_URGENT_FIRST = ("urgency_rank", "due_or_never", "pk")
LAST_CHANGED_FIRST = ("-changed_at", "-pk")
LISTED = (
    *("number", "urgency", "urgency_rank", "state", "services", "register_number"),
    *("sent_at", "due_at", "counting", "ended_at", "changed_at"),
    *(f"{side}__{field}" for side in ("sender", "receiver") for field in CLOCK),
    *("consent__groups", "consent__until", "consent__withdrawn_at", "consent__partner"),
    *("case__reference", "case__country", "case__changed_at", "case__partner", "case__assigned_to"),
    *("case__restricted_at", "case__data_key", "case__worker__name", "case__worker__data_key"),
)  # what a line of a list needs
REFER_AGAIN_WITHIN = timedelta(
    days=30
)  # how long a declined referral that nothing follows stays on the list of work


class ReferralQuerySet(models.QuerySet["Referral"]):
    def visible_to(self, user: User) -> ReferralQuerySet:
        """Referrals of the own partner's cases that this person may read, and those that reached their partner; none
        for roles that read no case."""
        if not user.works_cases:
            return self.none()
        return self.filter(_sent(user) | _reached(user))

    def received_by(self, user: User) -> ReferralQuerySet:
        """Of those, the ones that reached their partner."""
        return self.filter(_reached(user)) if user.works_cases else self.none()

    def sent_by(self, user: User) -> ReferralQuerySet:
        """Of those, the ones of their own partner's cases."""
        return self.filter(_sent(user)) if user.works_cases else self.none()

    def closed_to(self, user: User) -> ReferralQuerySet:
        """What this person's own partner sent of cases that were erased, or are restricted and closed to them."""
        mine = self.filter(sender_id=user.partner_id) if user.works_cases else self.none()
        return mine.exclude(open_to(user, "case__"), case__erased_at=None)

    def live(self) -> ReferralQuerySet:
        return self.filter(state__in=LIVE)

    def waiting_for(self, user: User) -> ReferralQuerySet:
        """Referrals in which this person's partner has the next move."""
        ours = [state for state in WITH_RECEIVER if MOVE[state] is Side.RECEIVER]
        theirs = [state for state in LIVE if MOVE[state] is Side.SENDER]
        return self.filter(
            models.Q(receiver_id=user.partner_id, state__in=ours)
            | models.Q(sender_id=user.partner_id, state__in=theirs)
        )

    def for_the_receiver(self) -> ReferralQuerySet:
        """What its receiver should look at now: not decided yet, or taken on and without news for too long."""
        due = models.Q(state__in=[State.SENT, State.RECEIVED]) | _quiet_for_too_long()
        return self.filter(due, state__in=sorted(WITH_RECEIVER))  # said at the top, where an index hears it

    def in_progress(self) -> ReferralQuerySet:
        """Taken on, with the next news not due yet."""
        return self.filter(state=State.ACCEPTED).exclude(_quiet_for_too_long())

    def for_the_sender(self) -> ReferralQuerySet:
        """What its sender should look at now: an agency to choose, a question, or a refusal that nothing followed."""
        # Looked up for each row: of a condition that something exists, PostgreSQL gathers all referrals first.
        followed = self.model._default_manager.filter(previous=models.OuterRef("pk")).order_by()
        refused = models.Q(
            IsNull(models.Subquery(followed.values("pk")[:1]), True),
            state=State.DECLINED,
            ended_at__gte=timezone.now() - REFER_AGAIN_WITHIN,
        )
        states = [
            State.UNROUTED,
            State.CLARIFYING,
            State.DECLINED,
        ]  # said at the top, where an index hears it
        return self.filter(models.Q(state__in=[State.UNROUTED, State.CLARIFYING]) | refused, state__in=states)

    def readable_by_receiver(self, group: DataGroup) -> ReferralQuerySet:
        """Referrals that show this group of data to their receiver now; `disclosure.shows`, for a list."""
        lately = models.Q(state=State.COMPLETED, ended_at__gte=timezone.now() - READABLE_AFTER_COMPLETION)
        for_its_receiver = models.Q(consent__partner=None) | models.Q(consent__partner=models.F("receiver"))
        return self.filter(
            models.Q(state__in=WITH_RECEIVER) | lately,
            for_its_receiver,
            sent_at__isnull=False,
            consent__withdrawn_at=None,
            consent__groups__contains=[group],
        ).exclude(consent__until__lt=timezone.localdate(timezone=HOME))

    def with_order_keys(self) -> ReferralQuerySet:
        """What MOST_URGENT_FIRST orders by, none of it ever empty."""
        return self.annotate(due_or_never=DUE_OR_NEVER)

    def found_in_worker(self, text: str, kinds: Collection[str]) -> ReferralQuerySet:
        """Referrals that reached the acting partner and whose worker has this name or number, of these kinds
        (`privacy.blind.KINDS`). The last 200 of them at most, so that a common name reads no more than a rare one;
        what the worker agreed to is for `readable_by_receiver` to say."""
        asked = blind.search(text, kinds=kinds)
        words = (asked.words or [[]])[:SEARCH_WORDS]
        filled = [*words, *[words[0]] * (SEARCH_WORDS - len(words))]
        statement = f"SELECT referrals_found({', '.join(['%s::bigint[]'] * (1 + SEARCH_WORDS))})"
        return self.filter(pk__in=RawSQL(statement, [asked.numbers, *filled]))

    def may_be_routed(self) -> ReferralQuerySet:
        """One of a case that is paused waits, unless it is to save a life."""
        return self.filter(models.Q(case__paused_at=None) | models.Q(consent__method=ConsentMethod.OVERRIDE))

    def with_list_data(self) -> ReferralQuerySet:
        """Everything a line of a list shows and nothing else of the rows, in a fixed number of statements."""
        whole = ("case__data_key", "case__worker__data_key", "sender", "receiver", "consent")
        topics = Topic.objects.only(*NAME)
        return (
            self.select_related(*whole)
            .only(*LISTED)
            .prefetch_related(models.Prefetch("case__topics", topics))
        )

    def with_whole_case(self) -> ReferralQuerySet:
        """Everything that the page of one referral shows, in a fixed number of statements; of people and of the referral
        before it no more than their names."""
        case = (
            "case__data_key",
            "case__worker__data_key",
            "case__worker__home_province",
            "case__worker__home_regency",
        )
        rows = narrowed(
            self.select_related(*case, "sender", "receiver", "outcome", "consent"),
            created_by=PERSON,
            accepted_by=PERSON,
            proposed=NAME,
            previous=("state", "receiver"),
            previous__receiver=(*NAME, "retired_at"),
        )
        return rows.prefetch_related("case__topics", "clocks__partner")

    def with_page_data(self) -> ReferralQuerySet:
        """Everything that a page of one referral shows, in a fixed number of statements."""
        return self.select_related(
            *("case__data_key", "case__worker__data_key", "case__assigned_to"),
            *("sender", "receiver", "outcome", "consent"),
        ).prefetch_related("case__topics")


def _sent(user: User) -> models.Q:
    return models.Q(open_to(user, "case__"), sender_id=user.partner_id, case__erased_at=None)


def _reached(user: User) -> models.Q:
    return models.Q(receiver_id=user.partner_id, sent_at__isnull=False)


def _quiet_for_too_long() -> models.Q:
    return models.Q(state=State.ACCEPTED, due_at__lt=timezone.now())
