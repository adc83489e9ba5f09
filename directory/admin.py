"""Services in Django's admin: to look at. They are changed on the portal's own pages, which keep the rules and the log.

Addresses and contacts are left out: that of a shelter is for its own people.
"""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin

from .models import Service


@admin.register(Service)
class ServiceAdmin(ReadOnlyAdmin):
    list_display = ("name_id", "partner", "kind", "is_published", "checked_on", "retired_at")
    list_filter = ("kind", "is_published")
    list_select_related = ("partner",)
    search_fields = ("name_id", "name_en", "partner__code", "partner__name_id")
    fields = (
        *("partner", "kind", "name_id", "name_en", "description_id", "description_en"),
        *("audiences", "languages", "valid_from", "valid_until", "is_published", "checked_on", "retired_at"),
    )
