"""When notices reach a person by e-mail."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EmailChoice(models.TextChoices):
    """How often notices are e-mailed. The inbox behind the bell shows each at once, whatever is chosen."""

    AT_ONCE = "at_once", _("At once: one e-mail for each notice")
    DAILY = "daily", _("Daily digest: one e-mail a day")
    WEEKLY = "weekly", _("Weekly digest: one e-mail every Monday")
