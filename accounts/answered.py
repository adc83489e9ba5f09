"""What a form was answered, remembered for some days under the form's key."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class AnsweredForm(models.Model):
    """A form that was sent and done. Says neither whose it was nor what stood in it.

    `id` is an HMAC of the person, the address and the key, `content` one of everything else that was sent. `told` are the
    messages of the answer, sealed; `location` is where it led.
    """

    id = models.CharField(primary_key=True, max_length=64)
    content = models.CharField(max_length=64)
    location = models.TextField()
    told = models.TextField()
    answered_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.id[:8]
