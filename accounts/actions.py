"""What a person does with their own account."""

from django.db.models import F

from .models import User


def sign_out_everywhere(*, by: User) -> None:
    """End every session of this person, on every device, at its next request."""
    User.objects.filter(pk=by.pk).update(session_generation=F("session_generation") + 1)
    by.refresh_from_db(fields=["session_generation"])


def set_language(*, by: User, language: str) -> None:
    """Keep the language in which this person reads pages and e-mails ("id" or "en")."""
    by.language = language
    by.full_clean(exclude=["password"])
    by.save(update_fields=["language"])


def set_preferences(*, by: User, full_name: str, language: str, time_zone: str) -> None:
    """Keep name, language and time zone. Raises ValidationError for an unknown zone or language."""
    by.full_name, by.language, by.time_zone = full_name, language, time_zone
    by.full_clean(exclude=["password"])
    by.save(update_fields=["full_name", "language", "time_zone"])
