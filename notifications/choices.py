"""What a message can be about, and the states of an e-mail."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """The kinds of in-app message; `{reference}` is all that a message says about a case."""

    REFERRAL_SENT = "sent", _("New referral {reference}")
    REFERRAL_UNROUTED = "unrouted", _("{reference} needs you to choose the agency")
    REFERRAL_RECEIVED = "received", _("{reference} was opened by the agency")
    REFERRAL_ACCEPTED = "accepted", _("{reference} was accepted")
    REFERRAL_DECLINED = "declined", _("{reference} was declined")
    REFERRAL_ASKED = "asked", _("There is a question about {reference}")
    REFERRAL_ANSWERED = "answered", _("Your question about {reference} was answered")
    REFERRAL_PROGRESS = "progress", _("Progress on {reference}")
    REFERRAL_COMPLETED = "completed", _("{reference} was completed")
    REFERRAL_WITHDRAWN = "withdrawn", _("{reference} was withdrawn")
    REFERRAL_REOPENED = "reopened", _("{reference} was reopened")
    REFERRAL_HANDED_OVER = "handed_over", _("{reference} was handed over to another agency")
    REFERRAL_MESSAGE = "message", _("New message on {reference}")
    REFERRAL_HALF_TIME = "half_time", _("{reference}: half of the time has passed")
    REFERRAL_OVERDUE = "overdue", _("{reference} is overdue")
    REFERRAL_LONG_OVERDUE = "long_overdue", _("{reference} is long overdue")
    REFERRAL_DOCUMENT = "document", _("New document on {reference}")
    LETTER_ENDED = "letter_ended", _("{reference}: the link to the letter has ended, please send it again")
    REFERRAL_PLAN = "plan", _("The plan of {reference} has changed")
    CONSENT_WITHDRAWN = "consent_withdrawn", _("{reference}: consent withdrawn, please stop processing")
    CONSENT_CHANGED = "consent_changed", _("{reference}: what is shared has changed")
    CONSENT_ENDING = "consent_ending", _("{reference}: the consent ends soon")
    CONSENT_ENDED = "consent_ended", _("{reference}: the consent has ended")
    OVERRIDE_TO_REVIEW = "override", _("{reference} was shared without consent: please review")
    FILE_INFECTED = "infected", _("{reference}: a file that you added holds a virus and is blocked")
    CLOCK_STARTED = "clock_started", _("{reference}: a time limit has started")
    CLOCK_WARNING = "clock_warning", _("{reference}: two thirds of a time limit have passed")
    CLOCK_RAN_OUT = "clock_ran_out", _("{reference}: a time limit has passed")
    SETTLEMENT_DUE = "settlement_due", _("{reference}: was the settlement fulfilled?")
    CASE_ASSIGNED = "assigned", _("{reference} was assigned to you")
    CASES_ASSIGNED = "cases_assigned", _("Cases assigned to you: {reference}")
    CASES_NOTED = "cases_noted", _("A message stands in your cases: {reference}")
    CASES_EXPORTED = "cases_exported", _("The export is ready: {reference}")
    CASE_RESTRICTED = "restricted", _("{reference} is restricted to named staff now")
    LIFT_PROPOSED = "lift_proposed", _("{reference}: may the restriction be lifted?")
    RESTRICTION_LIFTED = "lifted", _("{reference}: the restriction was lifted")
    ACCESS_GRANTED = "access_granted", _("You were named to read {reference}")
    ACCESS_TAKEN = "access_taken", _("{reference}: a supervisor named themself or took the case")
    ACCESS_ENDED = "access_ended", _("Your access to {reference} has ended")
    GLASS_BROKEN = "glass_broken", _("{reference} was opened in an emergency: please review")
    GLASS_REVIEWED = "glass_reviewed", _("{reference}: your opening in an emergency was reviewed")
    REQUEST_RECEIVED = "request", _("{reference}: a worker asks about their data")
    REQUEST_WARNING = "request_warning", _("{reference}: two thirds of the 72 hours have passed")
    REQUEST_OVERDUE = "request_overdue", _("{reference}: the 72 hours are over")
    REQUEST_DECIDED = "request_decided", _("{reference} was decided")
    EXPORT_READY = "export_ready", _("{reference}: the copy of the data is ready")
    DATA_CORRECTED = "data_corrected", _("{reference}: data were corrected, please correct yours")
    PROCESSING_PAUSED = "paused", _("{reference}: please use the data no further for now")
    PROCESSING_RESUMED = "resumed", _("{reference}: the data may be used again")
    CASE_ERASED = "case_erased", _("{reference} was erased: please erase your copies")
    ERASURES_DUE = "erasures_due", _("Cases whose time for keeping is over: {reference}")
    HOLD_TO_REVIEW = "hold_review", _("{reference}: does the case still have to be kept?")
    BREACH_WARNING = "breach_warning", _("{reference}: two thirds of the 72 hours have passed")
    BREACH_OVERDUE = "breach_overdue", _("{reference}: the 72 hours are over, somebody was not told")
    NOBODY_READS = "nobody_reads", _("{reference} has nobody left who may read it: please name somebody")
    PARTNER_SUSPENDED = "partner_suspended", _("{reference}: the agency does not work here at present")
    AGREEMENT_ENDING = "agreement_ending", _("{reference}: the data-sharing agreement ends soon")
    AGREEMENT_ENDED = "agreement_ended", _("{reference}: the data-sharing agreement has ended")
    CASES_LEFT = "cases_left", _("Open cases whose caseworker has left: {reference}")
    SECOND_ADMIN = "second_admin", _("{reference}: another admin asks for your confirmation")
    UNLOCK_ASKED = "unlock_asked", _("{reference}: somebody asks you to unlock their account")
    REVIEW_BEGUN = "review_begun", _("Review of accounts {reference}: please confirm your people")
    REVIEW_ENDS = "review_ends", _("Review of accounts {reference} ends soon: not everybody is confirmed")


# What concerns its person alone: nobody who stands in is told.
PERSONAL = frozenset(
    {Kind.ACCESS_GRANTED, Kind.ACCESS_TAKEN, Kind.ACCESS_ENDED, Kind.GLASS_REVIEWED, Kind.FILE_INFECTED}
)


class EmailState(models.TextChoices):
    DUE = "due", _("To be sent")
    SENT = "sent", _("Sent")
    PARKED = "parked", _("Given up for now")
    BOUNCED = "bounce", _("Came back: the address takes no e-mail")


class Rank(models.IntegerChoices):
    """Which of the e-mails that are due goes first."""

    URGENT = 0
    USUAL = 1
    IN_BULK = 2


UNDELIVERED = (EmailState.PARKED, EmailState.BOUNCED)  # it stays so until somebody does something
