"""Recovery codes that were kept as a sealed seed are kept as hashes; the codes that people wrote down go on counting."""

from types import SimpleNamespace
from typing import Any

from django.db import migrations


def hash_them(apps: Any, _schema: Any) -> None:
    from allauth.mfa.models import Authenticator

    from accounts import recovery_codes, second_factor

    for row in Authenticator.objects.filter(type=Authenticator.Type.RECOVERY_CODES, data__has_key="seed"):
        with second_factor.secrets_of(SimpleNamespace(pk=row.user_id)):  # type: ignore[arg-type]  # its number is enough
            recovery_codes.hash_codes_of(row)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_kept_forms"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("privacy", "0008_log_holds_no_words"),
    ]

    operations = [migrations.RunPython(hash_them, migrations.RunPython.noop)]
