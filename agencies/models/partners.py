"""Partners: the organisations that work in the portal."""

from __future__ import annotations

from datetime import time
from typing import Self

from django.contrib.auth import get_user_model
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import ROLES, Right

from ..choices import MissionType, PartnerKind, PartnerState
from .places import Province, validate_country
from .reference import Named, ReferenceQuerySet, ReferenceRow, validate_code

SEARCH_LENGTH = 100  # characters of a search that are looked at
CASE_WORK_ROLES = [role.code for role in ROLES.values() if Right.WORK_CASES in role.rights]


def has_accounts(partner: str) -> models.Exists:
    """Whether somebody may come in and work on cases at the partner whose key is in the named field of the outer query."""
    people = get_user_model()._default_manager.filter(
        partner=models.OuterRef(partner),
        partner__is_active=True,
        is_active=True,
        locked_at=None,
        role__in=CASE_WORK_ROLES,
    )
    return models.Exists(people)


def _heirs(closed: models.Q) -> set[int]:
    """Who took over, in the end, from the closed partners that match: a successor may have one itself."""
    successors = dict(Partner.objects.exclude(successor=None).values_list("pk", "successor_id"))
    if not successors:
        return set()
    heirs = set(Partner.objects.filter(closed, pk__in=successors).values_list("successor_id", flat=True))
    for _step in successors:  # as many as there can be, should two have closed into each other
        heirs = {successors.get(heir) or heir for heir in heirs}
    return {heir for heir in heirs if heir is not None}


class PartnerQuerySet(ReferenceQuerySet["Partner"]):
    """Reads over partners."""

    def active(self) -> Self:
        """Partners that may be referred to: neither suspended nor retired."""
        return self.filter(is_active=True).current()

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def search(self, text: str) -> Self:
        """Those called so, and those who took over from a partner that was; all of them for an empty text."""
        words = self._words(text)
        return self.filter(words | models.Q(pk__in=_heirs(words))) if words else self

    def called(self, text: str) -> Self:
        """Partners in whose name, code or city every word of the text occurs; all of them for an empty text.

        A name that a partner bore before counts as well.
        """
        return self.filter(self._words(text))

    def _words(self, text: str) -> models.Q:
        from .former_names import FormerName  # here, because former names point to partners

        words = models.Q()
        for word in text[:SEARCH_LENGTH].replace("\x00", " ").split():
            named = models.Q(name_id__icontains=word) | models.Q(name_en__icontains=word)
            words &= (
                named
                | models.Q(code__icontains=word)
                | models.Q(city__icontains=word)
                | models.Q(pk__in=FormerName.objects.filter(named).values("partner"))
            )
        return words

    def with_accounts(self) -> Self:
        """Annotates `has_accounts`: an active person there may work on cases, so a referral will be read."""
        return self.annotate(has_accounts=has_accounts("pk"))


class Partner(Named, ReferenceRow):
    """An organisation that works here: an NGO or an agency.

    `reference_prefix` begins the references of the cases it registers (SP in SP-2026-000042); one without a prefix
    cannot register cases. `is_active` is off while a partner is suspended: nothing is sent to it and nobody there comes
    in. One that was registered by page stays inactive until it is activated (`awaits_activation`); those of the
    reference data never waited. A closed partner is retired; its `successor` took over what was live.
    """

    code = models.CharField(_("code"), max_length=40, unique=True, validators=[validate_code])
    kind = models.CharField(_("kind"), max_length=8, choices=PartnerKind.choices)
    mission_type = models.CharField(
        _("type of mission"), max_length=4, choices=MissionType.choices, blank=True
    )
    reference_prefix = models.CharField(
        _("prefix of case references"),
        max_length=20,
        blank=True,
        validators=[
            RegexValidator(
                r"^[A-Z0-9]+(-[A-Z0-9]+)*\Z", _("Use capital letters, digits and single hyphens, such as SP.")
            )
        ],
    )
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, default="ID", validators=[validate_country])
    province = models.ForeignKey(
        Province,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="partners",
        verbose_name=_("province"),
    )
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=50, default="Asia/Jakarta")
    opens_at = models.TimeField(_("opens at"), default=time(8))
    closes_at = models.TimeField(_("closes at"), default=time(16))
    weekend = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("days off in the week"),
        null=True,
        blank=True,
        help_text=_("Leave empty for the weekend of the country."),
    )  # Monday is 0
    asks_power_of_attorney = models.BooleanField(_("asks for a power of attorney"), default=False)
    letterhead = models.TextField(_("letterhead"), max_length=500, blank=True)
    signatory = models.CharField(_("who signs letters"), max_length=150, blank=True)
    notices_to_mailbox = models.BooleanField(_("notices to the mailbox"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    awaits_activation = models.BooleanField(default=False, editable=False)
    successor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="predecessors",
        verbose_name=_("successor"),
    )

    has_accounts: bool  # of rows read through `with_accounts` only

    objects = PartnerQuerySet.as_manager()

    class Meta(ReferenceRow.Meta):
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ("name_id", "pk")
        indexes = (models.Index(fields=["kind", "name_id"], name="partner_kind_name"),)
        constraints = (
            *ReferenceRow.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(kind__in=PartnerKind.values), name="partner_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(kind=PartnerKind.MISSION, mission_type__in=MissionType.values)
                | (~models.Q(kind=PartnerKind.MISSION) & models.Q(mission_type="")),
                name="partner_has_mission_type_if_mission",
                violation_error_message=_("A mission has a type of mission, and only a mission has one."),
            ),
            models.CheckConstraint(
                condition=models.Q(reference_prefix__regex=r"^([A-Z0-9]+(-[A-Z0-9]+)*)?$"),
                name="partner_prefix_is_plain",
            ),
            models.CheckConstraint(
                condition=models.Q(country__regex=r"^[A-Z]{2}$"), name="partner_country_is_iso2"
            ),
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")),
                name="partner_closes_after_it_opens",
                violation_error_message=_("The office closes before it opens."),
            ),
            models.CheckConstraint(
                condition=models.Q(awaits_activation=False) | models.Q(is_active=False),
                name="partner_awaits_activation_inactive",
            ),
            models.CheckConstraint(
                condition=models.Q(successor=None)
                | (models.Q(retired_at__isnull=False) & ~models.Q(successor=models.F("id"))),
                name="partner_with_successor_is_closed",
            ),
            models.UniqueConstraint(
                fields=["reference_prefix"],
                condition=~models.Q(reference_prefix=""),
                name="partner_prefix_is_unique",
                violation_error_message=_("Another partner uses this prefix."),
            ),
        )

    @property
    def state(self) -> PartnerState:
        if self.retired_at is not None:
            return PartnerState.CLOSED
        if self.is_active:
            return PartnerState.ACTIVE
        return PartnerState.REGISTERED if self.awaits_activation else PartnerState.SUSPENDED

    def clean(self) -> None:
        from accounts.models import validate_time_zone  # here, because people point to partners

        super().clean()
        if self.notices_to_mailbox and not self.email:
            raise ValidationError({"notices_to_mailbox": _("Enter the shared mailbox first.")})
        try:
            validate_time_zone(self.time_zone)
        except ValidationError as error:
            raise ValidationError({"time_zone": error}) from error
