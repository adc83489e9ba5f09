"""The files of documents are sealed where they lie, each whole or not at all; one that is sealed already is left alone.

Their keys are committed since the migrations before: whatever stops this one, it goes on where it was.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import migrations

from cases import storage
from privacy import keys, sealing
from privacy.sealing import Place, SealBroken


def seal(apps: Any, _schema_editor: Any) -> None:
    rows = apps.get_model("cases", "Document").objects.order_by("pk")
    for pk, stored_as, key_id in rows.values_list("pk", "stored_as", "case__data_key_id").iterator():
        file = Path(settings.DOCUMENTS_DIR) / stored_as
        if not file.is_file():
            continue  # it was gone before; its page says so
        content = file.read_bytes()
        if not _is_sealed(content, key_id):
            place = Place("cases_document", stored_as, str(pk))
            storage.put(stored_as, sealing.seal(content, key=keys.open_(key_id), key_id=key_id, place=place))


def _is_sealed(content: bytes, key_id: Any) -> bool:
    try:
        return bool(sealing.key_id_of(content) == key_id)
    except SealBroken:
        return False


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0014_found_blindly"),
    ]

    operations = [
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
