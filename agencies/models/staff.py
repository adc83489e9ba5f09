"""Staff accounts: invitations, the log of everything done to accounts, and whom an admin manages."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models.fields.json import KT
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import AT_PARTNER, AT_PORTAL, ROLE_CHOICES, ROLES, PortalAdmin

from ..choices import StaffVerb
from .partners import Partner, PartnerQuerySet

VALID_FOR = timedelta(hours=72)
OF_ROWS = (  # what is done to a row of reference data
    StaffVerb.CONFIRMED,
    StaffVerb.UNCONFIRMED,
    StaffVerb.REFERENCE_EDITED,
    StaffVerb.REFERENCE_RETIRED,
    StaffVerb.REFERENCE_RESTORED,
)


def partners_managed_by(user: User) -> PartnerQuerySet:
    """The partners whose accounts this person manages: all for a portal admin, their own for a partner admin."""
    partners: PartnerQuerySet = Partner.objects.all()
    if user.manages_partners:
        return partners
    if not user.manages_staff or user.partner_id is None:
        return partners.none()
    return partners.filter(pk=user.partner_id)


def people_managed_by(user: User) -> models.QuerySet[User]:
    """The people whose accounts this person manages, the suspended and this person themself among them."""
    people = User.objects.all()
    if user.manages_partners:
        return people
    if not user.manages_staff or user.partner_id is None:
        return people.none()
    return people.filter(partner_id=user.partner_id)


def oneself_and_managed_by(user: User) -> models.QuerySet[User]:
    """This person, and whoever's account they manage."""
    return people_managed_by(user) | User.objects.filter(pk=user.pk)


def new_token() -> str:
    """A secret for one link, of 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is kept of a token: enough to recognise it, too little to rebuild it."""
    return hashlib.sha256(token.encode()).hexdigest()


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: User) -> Self:
        """Invitations of the partners (and, for portal admins, of the portal) whose accounts this person manages."""
        if user.manages_partners:
            return self.all()
        return self.filter(partner_id=user.partner_id) if user.manages_staff else self.none()

    def open(self) -> Self:
        """Neither accepted nor withdrawn. One that has expired is still open: it can be sent again."""
        return self.filter(accepted_at=None, revoked_at=None)


class Invitation(models.Model):
    """An invitation to an account, good for one use within 72 hours. Of its token only the hash is kept.

    Those who work for the portal itself have no partner. The invitation of a portal admin waits, unsent, until a second
    portal admin approves it (`waits_for_second`). Sending it again replaces the token, so that the older link is dead.
    """

    partner = models.ForeignKey(
        Partner,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations",
        verbose_name=_("partner"),
    )
    email = models.EmailField(_("e-mail"))
    full_name = models.CharField(_("name"), max_length=150)
    role = models.CharField(_("role"), max_length=20, choices=ROLE_CHOICES)
    language = models.CharField(
        _("language"), max_length=2, choices=[("id", "Bahasa Indonesia"), ("en", "English")], default="id"
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("invited by"))
    created_at = models.DateTimeField(_("invited"), default=timezone.now)
    expires_at = models.DateTimeField(_("valid until"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    waits_for_second = models.BooleanField(_("waits for a second admin"), default=False)
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("email",),
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="invitation_one_open_per_email",
                violation_error_message=_("This address already has an open invitation."),
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None) | models.Q(revoked_at=None),
                name="invitation_ends_one_way",
            ),
            models.CheckConstraint(
                condition=models.Q(waits_for_second=False)
                | models.Q(role=PortalAdmin.code, accepted_at=None, approved_by=None),
                name="invitation_waits_unused",
            ),
            models.CheckConstraint(condition=models.Q(role__in=list(ROLES)), name="invitation_role_is_known"),
            models.CheckConstraint(
                condition=models.Q(partner=None, role__in=AT_PORTAL)
                | models.Q(partner__isnull=False, role__in=AT_PARTNER),
                name="invitation_role_fits_partner",
            ),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="invitation_email_is_lower_case"
            ),
        )

    def __str__(self) -> str:
        return self.email

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.revoked_at is None

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def sent_at(self) -> datetime:
        """When the link that counts was sent."""
        return self.expires_at - VALID_FOR


class StaffEventQuerySet(models.QuerySet["StaffEvent"]):
    def visible_to(self, user: User) -> Self:
        """The whole log for a portal admin, their own partner's for a partner admin, else nothing."""
        if user.manages_partners:
            return self.all()
        return self.filter(partner_id=user.partner_id) if user.manages_staff else self.none()

    def about(self, words: str) -> Self:
        """Events whose subject or actor has every word in their name or e-mail address."""
        found = self
        for word in words.split():
            found = found.filter(
                models.Q(subject_email__icontains=word)
                | models.Q(subject__full_name__icontains=word)
                | models.Q(actor__full_name__icontains=word)
                | models.Q(actor__email__icontains=word)
            )
        return found

    def about_row(self, kind: str, code: str) -> Self:
        """Events that tell of one row of reference data."""
        told = self.filter(verb__in=OF_ROWS).annotate(
            row_kind=KT("detail__kind"), row_code=KT("detail__code")
        )
        return told.filter(row_kind=kind, row_code=code)

    def with_names(self) -> Self:
        return self.select_related("actor", "subject", "partner")


class StaffEvent(models.Model):
    """One line of the log of accounts and reference data. A trigger refuses to change or remove it.

    `detail` holds codes only: roles, names of fields, the kind and code of a row of reference data.
    """

    at = models.DateTimeField(_("when"), default=timezone.now)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))
    partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, related_name="staff_events", verbose_name=_("partner")
    )
    subject = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="staff_events", verbose_name=_("whose account")
    )
    subject_email = models.EmailField(_("e-mail"), blank=True)
    verb = models.CharField(_("what happened"), max_length=24, choices=StaffVerb)
    detail = models.JSONField(_("details"), default=dict, blank=True)

    objects = StaffEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log of accounts")
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=("partner", "-id"), name="staff_event_partner"),
            models.Index(fields=("subject", "-id"), name="staff_event_subject"),
            models.Index(
                KT("detail__kind"),
                KT("detail__code"),
                condition=models.Q(verb__in=OF_ROWS),
                name="staff_event_row",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(verb__in=StaffVerb.values), name="staff_event_verb_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_email} {self.at:%Y-%m-%d %H:%M}"
