"""Files that belong to a case."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agencies.models import Partner
from agencies.narrow import NAME, PERSON, narrowed
from privacy.fields import SealedCharField

from ..choices import DocumentKind, ScanState
from .case import Case
from .of_case import OfCase

RESTORE_WITHIN = timedelta(days=30)


class DocumentQuerySet(models.QuerySet["Document"]):
    def kept(self) -> DocumentQuerySet:
        """Those that nobody has removed."""
        return self.filter(removed_at=None)

    def removed(self) -> DocumentQuerySet:
        """Those that can still be put back, and what is left of those that cannot."""
        return self.filter(removed_at__isnull=False)

    def powers_of_attorney(self) -> DocumentQuerySet:
        """Powers of attorney that are in force today."""
        in_force = models.Q(valid_until=None) | models.Q(valid_until__gte=timezone.localdate())
        return self.kept().filter(in_force, kind=DocumentKind.POWER_OF_ATTORNEY)

    def with_page_data(self) -> DocumentQuerySet:
        """Everything a list shows, in one statement."""
        return narrowed(self, added_by=PERSON, partner=NAME, referral=("number",))


class Document(OfCase):
    """A file of a case: what it is, who put it there, and where its bytes are kept outside the web root.

    Without a `referral` it belongs to the case's own partner, and receivers see it as far as the worker agreed. With
    one, the receiver of that referral added it, and it is read by both sides of that referral. `stored_as` is a name
    of our own: nothing of it comes from the uploader. `fingerprint` tells equal bytes within one case, and nothing of them. A power of attorney has a `scope` and may have a last day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="documents", verbose_name=_("case"))
    referral = models.ForeignKey(
        "referrals.Referral",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="documents",
        verbose_name=_("referral"),
    )
    kind = models.CharField(_("kind of document"), max_length=17, choices=DocumentKind)
    file_name = SealedCharField(_("file name"), max_length=200)
    content_type = models.CharField(_("format"), max_length=100)
    size = models.PositiveIntegerField(_("size"))  # bytes
    fingerprint = models.CharField(max_length=64, editable=False)
    stored_as = models.CharField(max_length=80, unique=True, editable=False)
    note = SealedCharField(_("note"), max_length=300, blank=True)
    scope = SealedCharField(_("for what"), max_length=300, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("added by"))
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("partner"))
    added_at = models.DateTimeField(_("added"))
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    gone_at = models.DateTimeField(_("deleted for good"), null=True, blank=True)  # the bytes; the row stays
    scan = models.CharField(max_length=9, choices=ScanState, default=ScanState.UNSCANNED, editable=False)
    scanned_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ("-added_at", "pk")
        indexes = (
            models.Index(fields=("case", "-added_at"), name="document_case_added"),
            models.Index(
                fields=("added_at",), condition=models.Q(scan=ScanState.UNSCANNED), name="document_unscanned"
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind__in=DocumentKind.values), name="document_kind_known"
            ),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="document_not_empty"),
            models.CheckConstraint(condition=models.Q(scan__in=ScanState.values), name="document_scan_known"),
            models.CheckConstraint(
                condition=models.Q(gone_at=None) | models.Q(removed_at__isnull=False),
                name="document_gone_was_removed",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind=DocumentKind.POWER_OF_ATTORNEY) | ~models.Q(scope=""),
                name="document_power_of_attorney_has_scope",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id}: {self.kind}"

    @property
    def has_ended(self) -> bool:
        """Whether a power of attorney is over."""
        return self.valid_until is not None and self.valid_until < timezone.localdate()

    @property
    def is_removed(self) -> bool:
        return self.removed_at is not None

    @property
    def can_come_back(self) -> bool:
        """Whether it was removed so lately that it can still be put back."""
        return self.removed_at is not None and timezone.now() - self.removed_at <= RESTORE_WITHIN

    @property
    def is_power_in_force(self) -> bool:
        return self.kind == DocumentKind.POWER_OF_ATTORNEY and not self.has_ended and not self.is_removed
