"""What the portal keeps of people's accounts, and of offices and who is on duty there, in Django's admin: to look at."""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin

from .models import ConductAcceptance, Duty, FactorReset, Office, ReviewAnswer, ReviewReminder


@admin.register(ConductAcceptance)
class ConductAcceptanceAdmin(ReadOnlyAdmin):
    list_display = ("person", "version", "at")
    list_select_related = ("person",)
    search_fields = ("person__full_name", "person__email", "version")


@admin.register(ReviewAnswer)
class ReviewAnswerAdmin(ReadOnlyAdmin):
    list_display = ("person", "partner", "quarter", "by", "at")
    list_select_related = ("person", "partner", "by")
    search_fields = ("person__full_name", "person__email", "partner__code")


@admin.register(ReviewReminder)
class ReviewReminderAdmin(ReadOnlyAdmin):
    list_display = ("partner", "quarter", "stage", "at")
    list_select_related = ("partner",)
    search_fields = ("partner__name_id", "partner__code")


@admin.register(FactorReset)
class FactorResetAdmin(ReadOnlyAdmin):
    list_display = ("person", "asked_by", "asked_at", "decided_by", "decided_at", "done")
    list_select_related = ("person", "asked_by", "decided_by")
    search_fields = ("person__full_name", "person__email")


@admin.register(Duty)
class DutyAdmin(ReadOnlyAdmin):
    list_display = ("partner", "person", "name", "starts_at", "ends_at")
    list_select_related = ("partner", "person")
    search_fields = ("name", "person__full_name", "partner__name_id", "partner__code")


@admin.register(Office)
class OfficeAdmin(ReadOnlyAdmin):
    list_display = ("name", "partner", "city")
    list_select_related = ("partner",)
    search_fields = ("name", "city", "partner__name_id", "partner__code")
