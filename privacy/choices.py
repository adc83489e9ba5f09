"""What is written down of dealings with personal data."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Verb(models.TextChoices):
    """What somebody did with personal data."""

    READ = "read", pgettext_lazy("log", "Read")
    LISTED = "listed", pgettext_lazy("log", "Saw in a list")
    FOUND = "found", pgettext_lazy("log", "Searched")
    WROTE = "wrote", pgettext_lazy("log", "Wrote")
    DOWNLOADED = "downloaded", pgettext_lazy("log", "Downloaded")
    EXPORTED = "exported", pgettext_lazy("log", "Exported")
    BROKE_GLASS = "broke_glass", pgettext_lazy("log", "Opened in an emergency")
    GRANTED = "granted", pgettext_lazy("log", "Gave access")
    REVOKED = "revoked", pgettext_lazy("log", "Took access away")
    ERASED = "erased", _("Erased")
