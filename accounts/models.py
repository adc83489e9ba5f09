"""A person who signs in."""

from __future__ import annotations

import uuid
import zoneinfo
from datetime import time
from functools import cache
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from .absences import Absence  # noqa: F401  # Django finds models in this module
from .answered import AnsweredForm  # noqa: F401  # likewise
from .characters import validate_plain_email, validate_plain_name
from .choices import EmailChoice
from .roles import AT_PARTNER, AT_PORTAL, ROLE_CHOICES, ROLES, PortalAdmin, Right, Role


@cache
def time_zones() -> frozenset[str]:
    """The names of the IANA time zone database; asked once, because it reads the disk."""
    return frozenset(zoneinfo.available_timezones())


def validate_time_zone(value: str) -> None:
    """Refuse what is not a name of the IANA time zone database."""
    if value not in time_zones():
        raise ValidationError(_("“%(value)s” is not a time zone."), params={"value": value})


def within(moment: time, start: time, end: time) -> bool:
    """Whether a time of day lies from `start` until before `end`, which may be past midnight."""
    return start <= moment < end if start < end else moment >= start or moment < end


class UserManager(BaseUserManager["User"]):
    """Makes people; e-mail addresses are kept in lower case so that one address is one person."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A portal admin; the name is what `manage.py createsuperuser` calls."""
        return self.create_user(email, password, role=PortalAdmin.code, **fields)

    def let_in(self) -> models.QuerySet[User]:
        """Whom a session or a password lets in: the active people of active partners and of the portal itself."""
        here = models.Q(partner=None) | models.Q(partner__is_active=True)
        return self.filter(here, is_active=True)

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        return (email or "").strip().lower()

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=self.normalize_email(username))


class User(AbstractBaseUser):
    """A person: one e-mail address, one role, and (but for those who work for the portal itself) one partner.

    `session_generation` is part of what every session is signed with: raising it ends them all. Notices are e-mailed by
    `email_choice`; digests at `digest_at`, nothing but emergencies from `quiet_from` until `quiet_until`, all in the
    person's own zone. `locked_at` says since when the account is locked because it was long unused (agencies/locking.py), and
    `conduct_version` which code of conduct the person accepted last. `choice_is_new` asks the sweep of held e-mails to plan anew what waits for this person.
    """

    email = models.EmailField(_("e-mail"), unique=True, validators=[validate_plain_email])
    full_name = models.CharField(_("name"), max_length=150, validators=[validate_plain_name])
    partner = models.ForeignKey(
        "agencies.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("partner"),
    )
    role = models.CharField(_("role"), max_length=20, choices=ROLE_CHOICES)
    language = models.CharField(
        _("language"), max_length=2, choices=[("id", "Bahasa Indonesia"), ("en", "English")], default="id"
    )
    time_zone = models.CharField(
        _("time zone"), max_length=50, default="Asia/Jakarta", validators=[validate_time_zone]
    )
    email_choice = models.CharField(
        _("notices by e-mail"), max_length=8, choices=EmailChoice, default=EmailChoice.AT_ONCE
    )
    digest_at = models.TimeField(_("digest at"), default=time(7))
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    choice_is_new = models.BooleanField(default=False, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), auto_now_add=True)
    session_generation = models.PositiveIntegerField(default=0, editable=False)
    lock_warned_at = models.DateTimeField(null=True, blank=True, editable=False)
    locked_at = models.DateTimeField(_("locked"), null=True, blank=True, editable=False)
    unlock_asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    unlocked_at = models.DateTimeField(null=True, blank=True, editable=False)
    conduct_version = models.CharField(
        _("code of conduct accepted"), max_length=20, blank=True, editable=False
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ("full_name", "pk")
        indexes = (
            models.Index(fields=("id",), condition=models.Q(choice_is_new=True), name="user_choice_is_new"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(role__in=list(ROLES)),
                name="user_role_is_known",
                violation_error_code="role",
            ),
            models.CheckConstraint(
                condition=models.Q(partner=None, role__in=AT_PORTAL)
                | models.Q(partner__isnull=False, role__in=AT_PARTNER),
                name="user_role_fits_partner",
                violation_error_message=_(
                    "Everybody but those who work for the portal itself belongs to one partner."
                ),
            ),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_lower_case"),
            models.CheckConstraint(condition=models.Q(email__regex=r"^[!-~]+$"), name="user_email_is_plain"),
            models.CheckConstraint(
                condition=models.Q(email_choice__in=EmailChoice.values), name="user_email_choice_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(quiet_from=None, quiet_until=None)
                | (
                    models.Q(quiet_from__isnull=False, quiet_until__isnull=False)
                    & ~models.Q(quiet_from=models.F("quiet_until"))
                ),
                name="user_quiet_hours_are_a_pair",
            ),
        )

    def __str__(self) -> str:
        return self.full_name

    def clean(self) -> None:
        self.email = UserManager.normalize_email(self.email)
        super().clean()
        self._clean_quiet_hours()

    def _clean_quiet_hours(self) -> None:
        """Refuse half a pair, a pair that says nothing, and a digest at an hour when nothing is sent."""
        start, end = self.quiet_from, self.quiet_until
        if start is None and end is None:
            return
        if start is None:
            raise ValidationError({"quiet_from": _("Please say from when, or leave both empty.")})
        if end is None:
            raise ValidationError({"quiet_until": _("Please say until when, or leave both empty.")})
        if start == end:
            message = _(
                "Quiet hours that begin and end at the same time are none. Please change one of them."
            )
            raise ValidationError({"quiet_until": message})
        if self.email_choice != EmailChoice.AT_ONCE and within(self.digest_at, start, end):
            message = _("This falls into your quiet hours. Please choose another hour, or other quiet hours.")
            raise ValidationError({"digest_at": message})

    @property
    def role_class(self) -> type[Role]:
        return ROLES[self.role]

    def can(self, right: Right) -> bool:
        """Whether this person's role holds the right. Whoever is suspended, or locked for long disuse, may do nothing."""
        return self.is_active and self.locked_at is None and right in self.role_class.rights

    @property
    def works_cases(self) -> bool:
        return self.can(Right.WORK_CASES)

    @property
    def manages_staff(self) -> bool:
        return self.can(Right.MANAGE_STAFF)

    @property
    def handles_requests(self) -> bool:
        """Whether workers' requests about their data are this person's business."""
        return self.partner_id is not None and (self.works_cases or self.can(Right.DECIDE_REQUESTS))

    @property
    def keeps_breaches(self) -> bool:
        return self.can(Right.KEEP_BREACHES)

    @property
    def manages_partners(self) -> bool:
        return self.can(Right.MANAGE_PARTNERS)

    @property
    def oversees_cases(self) -> bool:
        return self.can(Right.OVERSEE_CASES)

    @property
    def reads_log(self) -> bool:
        return self.can(Right.READ_LOG)

    # Django's admin asks these; it is the portal admins' plain tool and holds no cases.
    @property
    def is_staff(self) -> bool:
        return self.manages_partners

    @property
    def is_superuser(self) -> bool:
        return self.manages_partners

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.manages_partners

    def has_perms(self, perm_list: list[str], obj: object = None) -> bool:
        return self.manages_partners

    def has_module_perms(self, app_label: str) -> bool:
        return self.manages_partners

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        return salted_hmac(
            "accounts.User.session",
            f"{self.password}:{self.session_generation}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()


class PasswordReset(models.Model):
    """Somebody asked for a new password for an address, which may be nobody's; gone after an hour.

    The page only writes this row. The worker looks up the account and writes the e-mail, so that the page's answer
    takes the same work for an address with an account and for one without.
    """

    email = models.EmailField()
    asked_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("id",), condition=models.Q(done_at=None), name="password_reset_due"),)

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M}"


class KeptFormQuerySet(models.QuerySet["KeptForm"]):
    def visible_to(self, user: User) -> KeptFormQuerySet:
        """A form that came too late is seen by the person who filled it in and by nobody else."""
        return self.filter(person=user)


class KeptForm(models.Model):
    """A form that came after its session had ended: kept for a day, for the person whose session it was.

    `sealed` holds its fields, encrypted and bound to this row; `path` is where it was meant for.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(User, models.CASCADE, related_name="kept_forms")
    path = models.CharField(max_length=500)
    sealed = models.BinaryField()
    had_file = models.BooleanField(default=False)
    kept_at = models.DateTimeField(default=timezone.now)

    objects = KeptFormQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.id)
