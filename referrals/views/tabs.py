"""The parts that the inbox and the list of what was sent come in."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..choices import ENDED, State
from ..models import ReferralQuerySet
from ..models.referral_reads import LAST_CHANGED_FIRST, MOST_URGENT_FIRST

Narrow = Callable[[ReferralQuerySet], ReferralQuerySet]


@dataclass(frozen=True)
class Tab:
    """A part of a list: its name in the address, its label, which referrals, what to say when it is empty, and in which
    order they stand."""

    code: str
    label: str | Promise
    narrow: Narrow
    empty_title: str | Promise
    empty_text: str | Promise
    order: tuple[str, ...] = MOST_URGENT_FIRST


ALL = "all"
NOTHING_FOUND = (_("Nothing found"), _("Try fewer or other filters."))

INBOX_TABS = (
    Tab(
        "todo",
        _("Waits for us"),
        lambda rows: rows.for_the_receiver(),
        _("Nothing waits for you"),
        _("New referrals appear here by themselves, the most urgent one first."),
    ),
    Tab(
        "question",
        _("Waits for the sender"),
        lambda rows: rows.filter(state=State.CLARIFYING),
        _("No question is open"),
        _("When you ask a question about a referral, it waits here for the answer."),
    ),
    Tab(
        "progress",
        pgettext_lazy("referrals", "In progress"),
        lambda rows: rows.in_progress(),
        _("Nothing is in progress"),
        _("Referrals that you accept stand here until you complete them."),
    ),
    Tab(
        "ended",
        pgettext_lazy("referrals", "Ended"),
        lambda rows: rows.filter(state__in=sorted(ENDED)),
        _("Nothing has ended yet"),
        _("Referrals that were completed, declined or taken back stand here."),
        LAST_CHANGED_FIRST,
    ),
    Tab(ALL, pgettext_lazy("referrals", "All"), lambda rows: rows, *NOTHING_FOUND, LAST_CHANGED_FIRST),
)

SENT_TABS = (
    Tab(
        "todo",
        _("Waits for us"),
        lambda rows: rows.for_the_sender(),
        _("Nothing waits for you"),
        _("Questions from agencies, and referrals that need another agency, appear here by themselves."),
    ),
    Tab(
        "agency",
        _("With agencies"),
        lambda rows: rows.filter(state__in=[State.WAITING, State.SENT, State.RECEIVED, State.ACCEPTED]),
        _("Nothing is with an agency"),
        _("Open a case and refer it; the portal finds the agency that is responsible."),
    ),
    Tab(
        "ended",
        pgettext_lazy("referrals", "Ended"),
        lambda rows: rows.filter(state__in=sorted(ENDED)),
        _("Nothing has ended yet"),
        _("Referrals that were completed, declined or taken back stand here."),
        LAST_CHANGED_FIRST,
    ),
    Tab(ALL, pgettext_lazy("referrals", "All"), lambda rows: rows, *NOTHING_FOUND, LAST_CHANGED_FIRST),
)
