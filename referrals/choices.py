"""States of a referral, whose move each one is, and what may follow. One table for actions, views and tests."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("referral", "Looking for the agency")
    UNROUTED = "unrouted", pgettext_lazy("referral", "Agency to be chosen")
    SENT = "sent", pgettext_lazy("referral", "Sent")
    RECEIVED = "received", pgettext_lazy("referral", "Opened")
    CLARIFYING = "clarifying", pgettext_lazy("referral", "Question open")
    ACCEPTED = "accepted", pgettext_lazy("referral", "Accepted")
    COMPLETED = "completed", pgettext_lazy("referral", "Completed")
    DECLINED = "declined", pgettext_lazy("referral", "Declined")
    HANDED_OVER = "handed_over", pgettext_lazy("referral", "Handed over")
    WITHDRAWN = "withdrawn", pgettext_lazy("referral", "Withdrawn")


class Side(models.TextChoices):
    """Whose move it is."""

    PORTAL = "portal", _("the portal")
    SENDER = "sender", _("the sender")
    RECEIVER = "receiver", _("the receiver")
    NOBODY = "nobody", _("nobody")


MOVE: dict[State, Side] = {
    State.WAITING: Side.PORTAL,
    State.UNROUTED: Side.SENDER,
    State.SENT: Side.RECEIVER,
    State.RECEIVED: Side.RECEIVER,
    State.CLARIFYING: Side.SENDER,
    State.ACCEPTED: Side.RECEIVER,
    State.COMPLETED: Side.SENDER,
    State.DECLINED: Side.NOBODY,
    State.HANDED_OVER: Side.NOBODY,
    State.WITHDRAWN: Side.NOBODY,
}

TRANSITIONS: dict[State, frozenset[State]] = {
    State.WAITING: frozenset({State.SENT, State.UNROUTED, State.WITHDRAWN}),
    State.UNROUTED: frozenset({State.SENT, State.WITHDRAWN}),
    State.SENT: frozenset(
        {State.RECEIVED, State.ACCEPTED, State.DECLINED, State.CLARIFYING, State.WITHDRAWN}
    ),
    State.RECEIVED: frozenset({State.ACCEPTED, State.DECLINED, State.CLARIFYING, State.WITHDRAWN}),
    State.CLARIFYING: frozenset({State.RECEIVED, State.ACCEPTED, State.DECLINED, State.WITHDRAWN}),
    State.ACCEPTED: frozenset(
        {State.CLARIFYING, State.COMPLETED, State.DECLINED, State.HANDED_OVER, State.WITHDRAWN}
    ),
    State.COMPLETED: frozenset({State.ACCEPTED}),
    State.DECLINED: frozenset(),
    State.HANDED_OVER: frozenset(),
    State.WITHDRAWN: frozenset(),
}

ENDED = frozenset({State.COMPLETED, State.DECLINED, State.HANDED_OVER, State.WITHDRAWN})
LIVE = frozenset(set(State) - ENDED)
WITH_RECEIVER = frozenset({State.SENT, State.RECEIVED, State.CLARIFYING, State.ACCEPTED})
NOT_SENT_YET = frozenset({State.WAITING, State.UNROUTED})


class LetterKind(models.TextChoices):
    LETTER = "letter", _("Referral letter")
    RECEIPT = "receipt", _("Receipt")


class DeclineReason(models.TextChoices):
    OUT_OF_MANDATE = "out_of_mandate", _("Not within our mandate")
    WRONG_DISTRICT = "wrong_district", _("Outside our area of work")
    INCOMPLETE = "incomplete", _("Documents or information incomplete")
    NO_CAPACITY = "no_capacity", _("No capacity at present")
    ALREADY_HANDLED = "already_handled", _("Already being handled here")
    OTHER = "other", _("Other reason")
