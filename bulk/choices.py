"""What is done to many cases at once, how far it has come, and why a case was left out."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """What is done to each case."""

    ASSIGN = "assign", pgettext_lazy("many cases", "Assign")
    TOPIC = "topic", pgettext_lazy("many cases", "Add a topic")
    MESSAGE = "message", pgettext_lazy("many cases", "Send a message")
    EXPORT = "export", pgettext_lazy("many cases", "Export")


class FileForm(models.TextChoices):
    """The form of an exported file."""

    CSV = "csv", _("CSV, for any program")
    XLSX = "xlsx", _("XLSX, for Excel and LibreOffice")


class BulkState(models.TextChoices):
    """What an act on many cases waits for."""

    DRAFT = "draft", _("waits for your confirmation")
    GATHERING = "gathering", _("the cases are being looked up")
    DOING = "doing", _("is being done")
    PACKING = "packing", _("the file is being put together")
    DONE = "done", pgettext_lazy("many cases", "done")
    STOPPED = "stopped", _("stopped")
    UNDOING = "undoing", _("is being taken back")
    UNDONE = "undone", _("taken back")

    @classmethod
    def moving(cls) -> frozenset[str]:
        """The states in which the worker has something to do."""
        return frozenset({cls.GATHERING, cls.DOING, cls.PACKING, cls.UNDOING})

    @classmethod
    def ended(cls) -> frozenset[str]:
        """The states in which what was done may be taken back."""
        return frozenset({cls.DONE, cls.STOPPED})


class Skip(models.TextChoices):
    """Why nothing was done to a case."""

    GONE = "gone", _("is not there any more, or not your partner's")
    SHUT = "shut", _("restricted, and closed to you")
    RESTRICTED = "restricted", _("restricted: assign it by itself, since that opens it to somebody")
    CLOSED = "closed", _("closed: reopen it first")
    PAUSED = "paused", _("paused: the worker asked that the data be used no further")
    ALREADY = "already", _("is so already")
    PERSON = "person", _("this colleague cannot take it on")
    NO_RIGHT = "no_right", _("you may not do this to it")
    BROKEN = "broken", _("cannot be opened: its data was altered or its key is lost")
    CHANGED = "changed", _("somebody has changed that since")
