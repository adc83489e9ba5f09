"""One complaint of one worker, owned by one partner."""

from __future__ import annotations

from functools import lru_cache

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agencies import countries
from agencies.choices import Stage, Urgency
from agencies.models import Outcome, Partner, Topic
from privacy.fields import NumberedField, SealedCharField, SealedTextField
from privacy.index_field import BlindIndexField, Findable

from ..choices import (
    AssertedBy,
    Channel,
    MeansOfControl,
    ProceduralStatus,
    Relation,
    ReporterType,
    RestrictReason,
    Scheme,
    Sector,
    SettlementState,
    TraffickingStatus,
)
from .case_reads import CaseQuerySet, open_to
from .worker import Worker

TEXT_MAX = 20_000  # characters; about ten printed pages


class CaseCounter(models.Model):
    """The last case number given out by a partner in a year."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("partner", "year"), name="one_counter_a_year"),)

    def __str__(self) -> str:
        return f"{self.partner_id}/{self.year}: {self.last}"


@lru_cache(maxsize=10_000)
def address(reference: str) -> str:
    """The page of a case. A list asks for many, and to look for each among all routes takes long."""
    return reverse("cases:detail", args=[reference])


class Case(Findable):
    """A complaint. Its reference, such as SP-2026-000042, is its name in addresses and e-mails.

    A restricted case (`restricted_at`) is read by its caseworker and by whom a CaseAccess names (`is_open_to`).
    `lift_proposed_at` is when the portal found nothing any more that asks for it; `lifted_for` are the reasons in spite
    of which a supervisor lifted it: they restrict it no more. `nobody_told_at` is when supervisors were told that nobody
    was left who reads it. `paused_at` is since when the data is used no further because the worker asked for that;
    `erased_at` is when its key was destroyed: then coded facts are all that is left.

    Its data key seals what was written about it: here, in its events, consents, documents, clocks and referrals.
    """

    id = NumberedField(primary_key=True)

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="cases", verbose_name=_("partner"))
    reference = models.CharField(_("reference"), max_length=40, unique=True)
    worker = models.ForeignKey(Worker, models.PROTECT, related_name="cases", verbose_name=_("worker"))
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("logged by"))
    assigned_to = models.ForeignKey(
        User, models.PROTECT, related_name="assigned_cases", verbose_name=_("caseworker")
    )
    created_at = models.DateTimeField(_("logged"), db_index=True)
    changed_at = models.DateTimeField(_("last change"))
    version = models.PositiveIntegerField(default=1, editable=False)

    reporter_type = models.CharField(_("who reports"), max_length=20, choices=ReporterType)
    reporter_relation = models.CharField(_("relation to the worker"), max_length=14, choices=Relation)
    reporter_name = SealedCharField(_("reporter's name"), max_length=150)
    reporter_contact = SealedCharField(_("reporter's phone or e-mail"), max_length=150)
    channel = models.CharField(_("how the complaint came"), max_length=14, choices=Channel, blank=True)

    stage = models.CharField(_("stage"), max_length=6, choices=Stage)
    country = models.CharField(_("destination country"), max_length=2)
    place = SealedCharField(_("city or district"), max_length=100, blank=True)
    procedural_status = models.CharField(_("placement procedure"), max_length=14, choices=ProceduralStatus)
    scheme = models.CharField(_("placement scheme"), max_length=12, choices=Scheme, blank=True)
    sector = models.CharField(_("kind of work"), max_length=14, choices=Sector, blank=True)
    recruiter = SealedCharField(_("recruiter (P3MI)"), max_length=150, blank=True)
    broker = SealedCharField(_("broker or sponsor"), max_length=150, blank=True)
    foreign_agency = SealedCharField(_("agency abroad"), max_length=150, blank=True)
    employer_name = SealedCharField(_("employer"), max_length=150, blank=True)
    employer_address = SealedCharField(_("employer's address"), max_length=300, blank=True)
    contract_start = models.DateField(_("contract from"), null=True, blank=True)
    contract_end = models.DateField(_("contract until"), null=True, blank=True)
    departure_date = models.DateField(_("departure"), null=True, blank=True)
    work_start_date = models.DateField(_("start of work"), null=True, blank=True)
    social_security_number = SealedCharField(_("social security number"), max_length=30, blank=True)

    topics = models.ManyToManyField(Topic, related_name="+", verbose_name=_("topics"))
    urgency = models.CharField(_("urgency"), max_length=9, choices=Urgency)
    urgency_suggested = models.CharField(_("urgency suggested"), max_length=9, choices=Urgency)
    urgency_reason = SealedCharField(_("reason for the urgency"), max_length=300, blank=True)
    incident_date = models.DateField(_("date of the incident"), null=True, blank=True)
    chronology = SealedTextField(_("what happened"), max_length=TEXT_MAX)
    demands = SealedTextField(_("what is asked for"), max_length=TEXT_MAX)
    accused_party = SealedCharField(_("accused party"), max_length=300, blank=True)

    trafficking_status = models.CharField(
        _("trafficking"), max_length=9, choices=TraffickingStatus, blank=True
    )
    trafficking_asserted_by = models.CharField(
        _("who found so"), max_length=10, choices=AssertedBy, blank=True
    )
    means_of_control = ArrayField(
        models.CharField(max_length=22, choices=MeansOfControl),
        verbose_name=_("means of control"),
        default=list,
        blank=True,
    )

    restricted_at = models.DateTimeField(_("restricted"), null=True, blank=True, editable=False)
    restricted_for = ArrayField(
        models.CharField(max_length=15, choices=RestrictReason),
        verbose_name=_("why it is restricted"),
        default=list,
        blank=True,
        editable=False,
    )
    lift_proposed_at = models.DateTimeField(null=True, blank=True, editable=False)
    lifted_for = ArrayField(models.CharField(max_length=15), default=list, blank=True, editable=False)
    nobody_told_at = models.DateTimeField(null=True, blank=True, editable=False)

    paused_at = models.DateTimeField(_("paused"), null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("closed by")
    )
    outcome = models.ForeignKey(
        Outcome, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("outcome")
    )
    amount_claimed = models.DecimalField(
        _("amount claimed"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    amount_recovered = models.DecimalField(
        _("amount recovered"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    settlement_state = models.CharField(_("settlement"), max_length=9, choices=SettlementState, blank=True)
    settlement_due = models.DateField(_("settlement to be fulfilled by"), null=True, blank=True)
    settlement_ask_on = models.DateField(null=True, blank=True, editable=False)  # empty once it was asked
    reporter_index = BlindIndexField(of={"reporter_name": "name", "reporter_contact": "phones"})
    parties_index = BlindIndexField(
        of={"recruiter": "name", "broker": "name", "foreign_agency": "name", "employer_name": "name"},
        db_default=[],
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ("-created_at",)
        indexes = (
            models.Index(fields=("partner", "-changed_at"), name="case_partner_changed"),
            models.Index(fields=("partner", "assigned_to", "-changed_at"), name="case_assignee_changed"),
            models.Index(
                fields=("partner", "-changed_at"),
                condition=models.Q(closed_at=None, erased_at=None),
                name="case_open",
            ),
            models.Index(
                fields=("partner", "assigned_to", "-changed_at"),
                condition=models.Q(closed_at=None, erased_at=None),
                name="case_open_of_assignee",
            ),
            models.Index(
                fields=("partner", "settlement_due"),
                condition=models.Q(settlement_state=SettlementState.PENDING),
                name="case_settlement_pending",
            ),
            models.Index(fields=("partner", "reference"), include=("id",), name="case_partner_reference"),
            GinIndex(fields=("reporter_index",), fastupdate=False, name="case_reporter_index"),
            GinIndex(fields=("parties_index",), fastupdate=False, name="case_parties_index"),
            models.Index(
                fields=("settlement_ask_on",),
                condition=models.Q(settlement_ask_on__isnull=False),
                name="case_settlement_to_ask",
            ),
            models.Index(
                fields=("partner", "-changed_at"),
                condition=models.Q(restricted_at__isnull=False),
                name="case_restricted",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(urgency__in=Urgency.values, stage__in=Stage.values),
                name="case_codes_known",
            ),
            models.CheckConstraint(
                condition=models.Q(contract_end__isnull=True)
                | models.Q(contract_start__isnull=True)
                | models.Q(contract_end__gte=models.F("contract_start")),
                name="case_contract_ends_after_start",
                violation_error_message=_("The contract ends before it starts."),
            ),
            models.CheckConstraint(
                condition=models.Q(means_of_control__contained_by=MeansOfControl.values),
                name="case_means_of_control_known",
            ),
            models.CheckConstraint(
                condition=models.Q(trafficking_status="", trafficking_asserted_by="")
                | (~models.Q(trafficking_status="") & ~models.Q(trafficking_asserted_by="")),
                name="case_trafficking_found_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at=None, closed_by=None, outcome=None)
                | models.Q(closed_at__isnull=False, closed_by__isnull=False, outcome__isnull=False),
                name="case_closed_is_stamped",
            ),
            models.CheckConstraint(
                condition=~models.Q(settlement_state=SettlementState.PENDING)
                | models.Q(settlement_due__isnull=False),
                name="case_pending_settlement_has_day",
            ),
            models.CheckConstraint(
                condition=models.Q(restricted_at=None, restricted_for=[], lift_proposed_at=None)
                | models.Q(
                    restricted_at__isnull=False,
                    restricted_for__len__gt=0,
                    restricted_for__contained_by=RestrictReason.values,
                ),
                name="case_restricted_for_a_reason",
            ),
        )

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return address(self.reference)

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def is_paused(self) -> bool:
        """Whether the worker has asked that the data be used no further for now (UU 27/2022 art. 11, 41)."""
        return self.paused_at is not None

    @property
    def is_erased(self) -> bool:
        """Whether nothing of it can be read any more: its key was destroyed (UU 27/2022 art. 43, 44)."""
        return self.erased_at is not None

    @property
    def is_restricted(self) -> bool:
        return self.restricted_at is not None

    @property
    def access_url(self) -> str:
        """The page that says who reads the case; it shows nothing of the case itself."""
        return reverse("cases:access", args=[self.reference])

    def is_open_to(self, user: User) -> bool:
        """Whether this person, who works at its partner, may read it; `open_to` for one row.

        The database is asked only where the case is restricted and somebody else's, and once for each person.
        """
        if self.restricted_at is None or self.assigned_to_id == user.pk:
            return True
        known: dict[int, bool] = self.__dict__.setdefault("_open_to", {})
        if user.pk not in known:
            known[user.pk] = Case.objects.filter(open_to(user), pk=self.pk).exists()
        return known[user.pk]

    @property
    def country_name(self) -> str:
        """The destination country in the reader's language."""
        return countries.name(self.country)
