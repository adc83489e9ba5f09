"""The outbox in Django's admin: what could not be sent, and trying again. Texts are not shown: they may hold a link."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin import ReadOnlyAdmin

from .actions import send_again
from .models import Email


@admin.register(Email)
class EmailAdmin(ReadOnlyAdmin):
    list_display = ("to", "subject", "state", "attempts", "error", "created_at", "sent_at")
    list_filter = ("state",)
    search_fields = ("to",)
    fields = ("to", "subject", "secret", "state", "next_at", "attempts", "error", "created_at", "sent_at")
    actions = ("try_again",)

    @admin.action(description=_("Try again now"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[Email]) -> None:
        count = sum(send_again(email) for email in queryset)  # those that wait are tried again by themselves
        self.message_user(request, gettext("%(n)d e-mails are tried again.") % {"n": count})
