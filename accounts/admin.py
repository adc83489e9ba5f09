"""Accounts in Django's admin: to look at. They are changed on the portal's own pages, which keep the rules and the log."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .models import User

admin.site.site_header = admin.site.site_title = _("Portal PMI: plain admin pages")
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # one door: sign-in, with its limits
# Rights come from roles; an address is the account's own; factors and sessions are for their owner alone.
for unused in (Group, EmailAddress, Authenticator, UserSession):
    if admin.site.is_registered(unused):
        admin.site.unregister(unused)


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows to look at: nothing is added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    list_display = ("full_name", "email", "partner", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    list_select_related = ("partner",)
    search_fields = ("full_name", "email", "partner__code", "partner__name_id")
    fields = (
        *("full_name", "email", "partner", "role", "language", "time_zone"),
        *("is_active", "date_joined", "last_login"),
    )
