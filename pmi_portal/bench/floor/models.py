"""A case, what happened to it, and what is to be sent: plain rows."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Case(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    reference = models.CharField(max_length=40, unique=True)
    worker_name = models.CharField(max_length=150)
    nik = models.CharField(max_length=16, db_index=True)
    country = models.CharField(max_length=2)
    urgency = models.CharField(max_length=9)
    story = models.TextField()
    changed_at = models.DateTimeField()

    objects: models.Manager[Case] = models.Manager()

    class Meta:
        indexes = (models.Index(fields=("owner", "-changed_at"), name="floor_owner_changed"),)

    def __str__(self) -> str:
        return self.reference


class Event(models.Model):
    case = models.ForeignKey(Case, models.PROTECT)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()

    objects: models.Manager[Event] = models.Manager()

    def __str__(self) -> str:
        return self.kind


class Errand(models.Model):
    case = models.ForeignKey(Case, models.PROTECT)
    due_at = models.DateTimeField()

    objects: models.Manager[Errand] = models.Manager()

    def __str__(self) -> str:
        return str(self.due_at)
