"""How far an import has come."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportState(models.TextChoices):
    """What an uploaded table of old cases waits for."""

    READING = "reading", _("is being read")
    MATCHING = "matching", _("waits for its columns to be confirmed")
    CHECKING = "checking", _("is being checked")
    CHECKED = "checked", _("waits to be imported")
    REFUSED = "refused", _("could not be used")
    IMPORTING = "importing", _("is being imported")
    DONE = "done", _("imported")
    STOPPED = "stopped", _("stopped")
    UNDOING = "undoing", _("is being taken back")
    UNDONE = "undone", _("taken back")

    @classmethod
    def moving(cls) -> frozenset[str]:
        """The states in which the worker has something to do."""
        return frozenset({cls.READING, cls.CHECKING, cls.IMPORTING, cls.UNDOING})

    @classmethod
    def resting(cls) -> frozenset[str]:
        """The states in which no case was made yet, and nothing is under way."""
        return frozenset({cls.MATCHING, cls.CHECKED, cls.REFUSED})

    @classmethod
    def ended(cls) -> frozenset[str]:
        """The states in which cases were made that may be taken back."""
        return frozenset({cls.DONE, cls.STOPPED})
