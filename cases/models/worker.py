"""The person whose rights are at stake."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.models import Partner, Province, Regency

from ..choices import SafeChannel, Sex

validate_nik = RegexValidator(r"^\d{16}\Z", _("A NIK has 16 digits."))
validate_passport = RegexValidator(
    r"^[A-Z0-9]{6,9}\Z", _("A passport number has 6 to 9 letters and digits, without spaces.")
)


class Worker(models.Model):
    """A migrant worker (PMI) as one partner knows them; never shared but through a referral."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="workers", verbose_name=_("partner"))
    name = models.CharField(_("worker's name"), max_length=150)
    sex = models.CharField(_("sex"), max_length=6, choices=Sex)
    birth_date = models.DateField(_("birth date"), null=True, blank=True)
    nik = models.CharField(_("NIK"), max_length=16, blank=True, validators=[validate_nik])
    passport_number = models.CharField(
        _("passport number"), max_length=9, blank=True, validators=[validate_passport]
    )
    disability = models.CharField(_("disability or special need"), max_length=300, blank=True)
    home_province = models.ForeignKey(
        Province, models.PROTECT, related_name="+", verbose_name=_("home province")
    )
    home_regency = models.ForeignKey(
        Regency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("home regency or city"),
    )
    home_village = models.CharField(_("home village and address"), max_length=200, blank=True)
    contact = models.CharField(_("worker's phone or e-mail"), max_length=150, blank=True)
    safe_channel = models.CharField(
        _("safe way to make contact"), max_length=12, choices=SafeChannel, blank=True
    )
    safe_time = models.CharField(_("safe time to make contact"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")

    def __str__(self) -> str:
        return self.name
