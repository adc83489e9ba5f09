"""Papers of a referral that leave the portal: the referral letter and the receipt."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from ..choices import LetterKind
from .referral import Referral


class LetterQuerySet(models.QuerySet["Letter"]):
    def visible_to(self, user: User) -> LetterQuerySet:
        """Papers of the referrals that this person may see."""
        return self.filter(referral__in=Referral.objects.visible_to(user))

    def with_paper_data(self) -> LetterQuerySet:
        """Everything a paper says, in a fixed number of statements."""
        return self.select_related(
            "issued_by",
            "referral__case__worker__home_province",
            "referral__case__worker__home_regency",
            "referral__consent",
            "referral__sender",
            "referral__receiver",
            "referral__received_by",
        ).prefetch_related(
            "referral__case__topics", "referral__sender__former_names", "referral__receiver__former_names"
        )


class Letter(models.Model):
    """A paper that was issued for a referral.

    `code` is what its QR leads to: whoever holds the paper can see there that it is genuine and whether it still
    stands, and nothing personal. For a partner without accounts, `link_hash` and `link_until` open the paper itself
    once somebody follows the link that was e-mailed (the token is never kept); `opened_at` is when that happened first.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="letters", verbose_name=_("referral"))
    kind = models.CharField(_("kind of paper"), max_length=8, choices=LetterKind)
    code = models.CharField(_("verification code"), max_length=32, unique=True)
    issued_at = models.DateTimeField(_("issued"))
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("issued by"))
    emailed_to = models.EmailField(_("e-mailed to"), blank=True)
    link_hash = models.CharField(max_length=64, blank=True, editable=False)
    link_until = models.DateTimeField(null=True, blank=True, editable=False)
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ("-issued_at", "pk")
        constraints = (
            models.CheckConstraint(condition=models.Q(kind__in=LetterKind.values), name="letter_kind_known"),
            models.UniqueConstraint(
                fields=("link_hash",), condition=~models.Q(link_hash=""), name="letter_link_unique"
            ),
        )

    def __str__(self) -> str:
        return f"{self.referral_id}: {self.kind}"
