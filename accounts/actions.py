"""What a person does with their own account."""

from typing import Any

from django.db.models import F

from .models import PasswordReset, User

EMAIL_FIELDS = ("email_choice", "digest_at", "quiet_from", "quiet_until")


def sign_out_everywhere(*, by: User) -> None:
    """End every session of this person, on every device, at its next request."""
    User.objects.filter(pk=by.pk).update(session_generation=F("session_generation") + 1)
    by.refresh_from_db(fields=["session_generation"])


def set_language(*, by: User, language: str) -> None:
    """Keep the language in which this person reads pages and e-mails ("id" or "en")."""
    by.language = language
    by.full_clean(exclude=["password"])
    by.save(update_fields=["language"])


def set_preferences(*, by: User, full_name: str, language: str, time_zone: str, **emails: Any) -> None:
    """Keep name, language, time zone and, where given, when notices come by e-mail (the fields EMAIL_FIELDS).

    What was held under another choice is planned anew by the next sweep. Raises ValidationError for an unknown zone,
    language or choice, and for quiet hours that are half a pair or swallow the digest; nothing is kept then.
    """
    fields = {"full_name": full_name, "language": language, "time_zone": time_zone, **emails}
    planned_by = ("time_zone", *EMAIL_FIELDS)
    before = [getattr(by, name) for name in planned_by]
    for name, value in fields.items():
        setattr(by, name, value)
    by.full_clean(exclude=["password"])
    if [getattr(by, name) for name in planned_by] != before:
        by.choice_is_new = True
        fields["choice_is_new"] = True
    by.save(update_fields=list(fields))


def ask_for_reset(*, email: str) -> None:
    """Write down that somebody wants a new password for this address: the same work whether or not it has an account."""
    PasswordReset.objects.create(email=User.objects.normalize_email(email))
