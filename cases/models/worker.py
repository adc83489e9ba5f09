"""The person whose rights are at stake."""

from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.models import Partner, Province, Regency
from privacy.fields import NumberedField, SealedCharField
from privacy.index_field import BlindIndexField, Findable

from ..choices import SafeChannel, Sex

validate_nik = RegexValidator(r"^\d{16}\Z", _("A NIK has 16 digits."))
validate_passport = RegexValidator(
    r"^[A-Z0-9]{6,9}\Z", _("A passport number has 6 to 9 letters and digits, without spaces.")
)


class Worker(Findable):
    """A migrant worker (PMI) as one partner knows them; never shared but through a referral."""

    id = NumberedField(primary_key=True)

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="workers", verbose_name=_("partner"))
    name = SealedCharField(_("worker's name"), max_length=150)
    sex = models.CharField(_("sex"), max_length=6, choices=Sex)
    birth_date = models.DateField(_("birth date"), null=True, blank=True)
    nik = SealedCharField(_("NIK"), max_length=16, blank=True, validators=[validate_nik])
    passport_number = SealedCharField(
        _("passport number"), max_length=9, blank=True, validators=[validate_passport]
    )
    disability = SealedCharField(_("disability or special need"), max_length=300, blank=True)
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
    home_village = SealedCharField(_("home village and address"), max_length=200, blank=True)
    contact = SealedCharField(_("worker's phone or e-mail"), max_length=150, blank=True)
    safe_channel = models.CharField(
        _("safe way to make contact"), max_length=12, choices=SafeChannel, blank=True
    )
    safe_time = SealedCharField(_("safe time to make contact"), max_length=150, blank=True)

    blind_index = BlindIndexField(
        of={"name": "name", "nik": "nik", "passport_number": "passport", "contact": "phones"}
    )

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")
        indexes = (
            GinIndex(fields=("blind_index",), fastupdate=False, name="worker_blind_index"),
            models.Index(fields=("partner", "birth_date"), name="worker_partner_born"),
            models.Index(fields=("partner", "home_regency", "birth_date"), name="worker_partner_home"),
        )

    def __str__(self) -> str:
        return str(self.pk)  # never the name: this is what logs and error reports show
