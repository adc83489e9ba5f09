"""Fields of Django's admin that answer any input with a sentence, where Django's own break."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class KnownRowSelect(AutocompleteSelect):
    """Shows the row that was chosen again after a mistake; Django's asks the database for any text as if it were a key."""

    def optgroups(self, name: str, value: Sequence[Any], attr: dict[str, Any] | None = None) -> Any:
        return super().optgroups(name, [key for key in value if self._is_key(key)], attr)

    def _is_key(self, key: Any) -> bool:
        key_field: Any = self.field.remote_field.get_related_field()
        try:
            key_field.to_python(key)
        except ValidationError:
            return False
        return "\0" not in str(key)


class CodesField(SimpleArrayField):
    """Codes separated by commas. Django's own message takes a "%" in what was typed for one of its own."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except ValidationError as error:
            raise ValidationError(
                _("There is an entry here that is not one of the codes."), code="unknown"
            ) from error
