"""One row per message: the inbox behind the bell, and the outbox of e-mails."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from errands.models import Errand

from .choices import UNDELIVERED, EmailState, Kind, Rank

NEWS_LASTS = timedelta(days=14)  # after that an e-mail tells of what everybody knows
LINKS_LAST = timedelta(hours=72)


class EmailQuerySet(models.QuerySet["Email"]):
    def undelivered(self) -> EmailQuerySet:
        """E-mails that nobody got, to addresses that nothing later reached: somebody has to look after them."""
        later = Email.objects.filter(
            to=models.OuterRef("to"), state=EmailState.SENT, sent_at__gt=models.OuterRef("created_at")
        ).exclude(pk=models.OuterRef("pk"))
        return self.filter(~models.Exists(later), state__in=UNDELIVERED)

    def still_wanted(self) -> EmailQuerySet:
        """Those that still say something: not long past, no link that has ended, and to nobody who was shut out."""
        now = timezone.now()
        fresh = models.Q(created_at__gt=now - LINKS_LAST) | models.Q(
            created_at__gt=now - NEWS_LASTS, secret=False
        )
        shut_out = User.objects.filter(email=models.OuterRef("to"), is_active=False)
        return self.filter(~models.Exists(shut_out), fresh)


class Email(Errand):
    """An e-mail that is to be sent, or was. The worker sends it; the row is the truth.

    `rank` is how soon compared with others that are due. `slow` says that its address let a try run out of time, so that it
    is tried apart from the others.
    """

    to = models.EmailField(_("to"))
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), blank=True)
    secret = models.BooleanField(
        _("holds a one-time link"), default=False, help_text=_("The text is erased once it is sent.")
    )
    message_id = models.CharField(max_length=120, unique=True, editable=False)
    state = models.CharField(_("state"), max_length=6, choices=EmailState, default=EmailState.DUE)
    rank = models.PositiveSmallIntegerField(
        choices=Rank, default=Rank.USUAL, db_default=Rank.USUAL, editable=False
    )
    slow = models.BooleanField(default=False, db_default=False, editable=False)
    error = models.CharField(_("last error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = EmailQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(
                fields=("rank", "next_at"), condition=models.Q(state="due"), name="email_due_by_rank"
            ),
            models.Index(
                fields=("to",), condition=models.Q(state__in=("parked", "bounce")), name="email_undelivered"
            ),
            models.Index(fields=("to", "sent_at"), condition=models.Q(state="sent"), name="email_sent_to"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=EmailState.values), name="email_state_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"

    @property
    def can_be_sent_again(self) -> bool:
        """A text that was erased once it was sent, since it held a one-time link, is gone."""
        return self.state in UNDELIVERED and bool(self.body)


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: User) -> NotificationQuerySet:
        return self.filter(recipient=user)

    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at=None)


class Notification(models.Model):
    """A message for one person: a kind, a reference and a path, nothing personal.

    `email_at` is when it is to be e-mailed, while it waits for a digest or the end of quiet hours; `email` is the e-mail
    that tells of it. With neither it is not e-mailed: it was read first, or its reader suspended.
    """

    recipient = models.ForeignKey(
        User, models.CASCADE, related_name="notifications", verbose_name=_("recipient")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    reference = models.CharField(_("reference"), max_length=60)
    path = models.CharField(_("page"), max_length=200)
    created_at = models.DateTimeField(_("when"), auto_now_add=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    email_at = models.DateTimeField(_("to be e-mailed at"), null=True, blank=True)
    email = models.ForeignKey(
        Email, models.SET_NULL, null=True, blank=True, related_name="notifications", verbose_name=_("e-mail")
    )

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=("recipient", "-created_at"), name="notification_inbox"),
            models.Index(
                fields=("recipient", "path"),
                condition=models.Q(read_at__isnull=True),
                name="notification_unread",
            ),
            models.Index(
                fields=("email_at",),
                condition=models.Q(email_at__isnull=False),
                name="notification_email_due",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(email_at=None) | models.Q(email=None),
                name="notification_waits_or_is_emailed",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The message in the active language."""
        return str(Kind(self.kind).label).format(reference=self.reference)
