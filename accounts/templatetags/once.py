"""What every form that is posted carries. Loaded everywhere (TEMPLATES in the settings), third parties' templates too."""

from __future__ import annotations

import uuid
from typing import Any

from django import template
from django.middleware.csrf import get_token
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()
FIELDS = (
    '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="key" value="{}">'
)


@register.simple_tag(takes_context=True, name="csrf_token")
def csrf_token(context: template.Context, key: Any = None) -> SafeString:
    """The token, and a key by which the same form sent twice is known (accounts.once): a new one, or the one given.

    In the place of Django's tag of this name, without which no form can be posted: so none can be written without a key.
    Works inside `{% include … only %}` as well.
    """
    request = getattr(context, "request", None) or context.get("request")
    return format_html(FIELDS, _token(request), key or uuid.uuid4()) if request else SafeString("")


def _token(request: Any) -> str:
    """The token, masked once for each answer and not for each of its forms."""
    secret, token = getattr(request, "form_token", (None, ""))
    if secret is None or secret != request.META.get("CSRF_COOKIE"):
        token = get_token(request)
        request.form_token = request.META["CSRF_COOKIE"], token
    return token
