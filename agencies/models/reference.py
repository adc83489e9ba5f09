"""Reference data: what every loaded row has in common, and the coded lists of topics, outcomes and deadlines."""

from __future__ import annotations

from typing import ClassVar, Self, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ..choices import (
    AgencyCode,
    Counting,
    DeadlineBasis,
    DeadlineUnit,
    OutcomeClass,
    SourceStatus,
    TopicStage,
    Urgency,
)
from .lengths import check_length

_Row_co = TypeVar("_Row_co", bound=models.Model, covariant=True)

validate_code = RegexValidator(
    r"^[A-Z0-9]+(_[A-Z0-9]+)*\Z", _("Use capital letters, digits and single underscores, such as KBRI_DOHA.")
)

TO_CONFIRM = models.Q(source_status__in=sorted(SourceStatus.to_confirm()), confirmed_at=None)


class ReferenceQuerySet(models.QuerySet[_Row_co]):
    """Reads over rows of reference data."""

    def current(self) -> Self:
        """Rows in use: those nobody has retired."""
        return self.filter(retired_at=None)

    def unconfirmed(self) -> Self:
        """Rows that no source confirms fully and no person has confirmed either."""
        return self.filter(TO_CONFIRM)


class ReferenceRow(models.Model):
    """A row that `load_reference` writes and an admin may correct, confirm or retire.

    `loaded` keeps, per field, what the loader last wrote. A field that still holds that value may be loaded anew; one
    that holds another was edited by an admin and is left alone. Rows are retired and not deleted: the loader would
    add a deleted one again.
    """

    source = models.TextField(_("source"), blank=True)
    source_status = models.CharField(
        _("source status"), max_length=3, choices=SourceStatus.choices, default=SourceStatus.OWN
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    confirmed_by = models.CharField(
        _("confirmed by"), max_length=254, blank=True
    )  # the e-mail address, as a label
    confirmed_source = models.TextField(_("confirmed with"), blank=True)
    loaded = models.JSONField(default=dict, blank=True, editable=False)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint] | tuple[models.BaseConstraint, ...]] = (
            models.CheckConstraint(
                condition=models.Q(source_status__in=SourceStatus.values),
                name="%(class)s_source_status_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_at=None, confirmed_by="")
                | (models.Q(confirmed_at__isnull=False) & ~models.Q(confirmed_by="")),
                name="%(class)s_confirmed_by_somebody",
            ),
        )

    @property
    def is_let_go(self) -> bool:
        """Whether an admin has done with the row, so that the loader leaves it as it is."""
        return False

    @property
    def needs_confirmation(self) -> bool:
        """Whether the row rests on less than a source and nobody has confirmed it yet."""
        return self.source_status in SourceStatus.to_confirm() and self.confirmed_at is None


class Named(models.Model):
    """Something with a name in both languages; English falls back to Indonesian."""

    name_id = models.CharField(_("name (Indonesian)"), max_length=150)
    name_en = models.CharField(_("name (English)"), max_length=150, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the active language."""
        if self.name_en and (get_language() or "").startswith("en"):
            return self.name_en
        return self.name_id


class Topic(Named, ReferenceRow):
    """What went wrong. A case has several.

    `typical_agencies` names, best first, the agencies that usually answer for it; `restricted` topics limit a case to
    named staff.
    """

    code = models.CharField(_("code"), max_length=40, primary_key=True, validators=[validate_code])
    position = models.PositiveSmallIntegerField(_("position"), default=1000)
    stage = models.CharField(_("stage"), max_length=6, choices=TopicStage.choices, default=TopicStage.ANY)
    default_urgency = models.CharField(
        _("suggested urgency"), max_length=9, choices=Urgency.choices, default=Urgency.NORMAL
    )
    typical_agencies = ArrayField(
        models.CharField(max_length=20, choices=AgencyCode.choices),
        verbose_name=_("typical agencies, first one first"),
        default=list,
        blank=True,
    )
    restricted = models.BooleanField(_("restricted to named staff"), default=False)

    objects = ReferenceQuerySet["Topic"].as_manager()

    class Meta(ReferenceRow.Meta):
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ("position", "code")
        constraints = (
            *ReferenceRow.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(stage__in=TopicStage.values), name="topic_stage_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(default_urgency__in=Urgency.values), name="topic_urgency_is_known"
            ),
        )


class Outcome(Named, ReferenceRow):
    """How a case or referral ended. `extra_fields` names what is asked for besides (amount, currency)."""

    code = models.CharField(_("code"), max_length=40, primary_key=True, validators=[validate_code])
    position = models.PositiveSmallIntegerField(_("position"), default=1000)
    outcome_class = models.CharField(_("class"), max_length=11, choices=OutcomeClass.choices)
    extra_fields = ArrayField(
        models.CharField(max_length=20), verbose_name=_("also asked for"), default=list, blank=True
    )

    objects = ReferenceQuerySet["Outcome"].as_manager()

    class Meta(ReferenceRow.Meta):
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        ordering = ("position", "code")
        constraints = (
            *ReferenceRow.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(outcome_class__in=OutcomeClass.values), name="outcome_class_is_known"
            ),
        )


class Deadline(ReferenceRow):
    """Until when a duty must be done: so many units from the moment that starts it.

    `topic` is the area of the rule (a referral, data protection…) and not a Topic of cases.
    """

    code = models.CharField(_("code"), max_length=40, primary_key=True, validators=[validate_code])
    topic = models.CharField(_("area"), max_length=40)
    duty = models.CharField(_("duty"), max_length=200)
    value = models.PositiveSmallIntegerField(_("time allowed"))
    unit = models.CharField(_("unit"), max_length=12, choices=DeadlineUnit.choices)
    basis = models.CharField(_("basis"), max_length=8, choices=DeadlineBasis.choices)
    counting = models.CharField(
        _("counted in"), max_length=7, choices=Counting.choices, default=Counting.CLOCK
    )

    objects = ReferenceQuerySet["Deadline"].as_manager()

    class Meta(ReferenceRow.Meta):
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        ordering = ("code",)
        constraints = (
            *ReferenceRow.Meta.constraints,
            models.CheckConstraint(condition=models.Q(value__gt=0), name="deadline_value_is_positive"),
            models.CheckConstraint(
                condition=models.Q(unit__in=DeadlineUnit.values), name="deadline_unit_is_known"
            ),
        )

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        super().clean()
        check_length(self.value, self.unit, self.counting)
