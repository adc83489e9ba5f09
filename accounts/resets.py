"""The worker's part of a forgotten password: who asked, and the e-mail with the link."""

from datetime import timedelta

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from .models import PasswordReset, User

BATCH = 50  # rows at a time
MOST = 3  # e-mails to one address within KEPT: whoever asks on and on fills no mailbox
KEPT = timedelta(hours=1)


def send_due() -> int:
    """Write to everybody who asked for a new password and has an account; how many rows were looked at."""
    seen = 0
    while ids := _some():
        seen += len(ids)
    return seen


@transaction.atomic
def _some() -> list[int]:
    due = PasswordReset.objects.filter(done_at=None).order_by("pk").select_for_update(skip_locked=True)
    rows = list(due[:BATCH])
    for row in rows:
        earlier = PasswordReset.objects.filter(email=row.email, done_at__isnull=False).count()
        person = User.objects.filter(email=row.email, is_active=True).first()
        if person is not None and earlier < MOST:
            _send(person)
        row.done_at = timezone.now()
        row.save(update_fields=["done_at"])
    return [row.pk for row in rows]


def _send(person: User) -> None:
    """Send the link to the address of the account, whatever was typed; its host is ours, whatever the request said."""
    path = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)},
    )
    context = {"person": person, "link": settings.PORTAL_URL + path, "site_name": settings.SITE_NAME}
    with translation.override(person.language):
        body = render_to_string("accounts/email/reset.txt", context)
        subject = _("A new password")
    send_mail(subject, body, None, [person.email])


def sweep() -> int:
    """Forget who asked, an hour later; how many rows."""
    count, _by_model = PasswordReset.objects.filter(asked_at__lt=timezone.now() - KEPT).delete()
    return count


def end_all() -> None:
    """Let no link for a new password open anything that was sent until now: a restored backup knows not which were used.

    A link holds for one moment of signing in (Django's PasswordResetTokenGenerator), so everybody's is put back by a second.
    """
    PasswordReset.objects.all().delete()
    earlier = models.F("last_login") - timedelta(seconds=1)
    User.objects.update(last_login=Coalesce(earlier, "date_joined"))
