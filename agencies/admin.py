"""Partners and reference data in Django's admin: the plain tool behind the portal's own pages.

What has a page of its own is here to look at, with a link that leads there; what has none is corrected here, and both
logs tell of it. Rows are retired and not deleted: the loader would add them again.
"""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin import ReadOnlyAdmin

from . import admin_people  # noqa: F401  # registers its tables
from .actions.deadlines import HOURS, LENGTH
from .actions.partners import EDITABLE
from .actions.reference_rows import recorded, restore, retire
from .admin_fields import CodesField, KnownRowSelect
from .choices import StaffVerb
from .models import (
    Agreement,
    CalendarDay,
    Deadline,
    District,
    EscalationStep,
    FormerName,
    Invitation,
    Mandate,
    Outcome,
    Partner,
    PartnerDeadline,
    PartnerStep,
    Province,
    ReferenceRow,
    ReferenceUpload,
    Regency,
    StaffEvent,
    Topic,
)
from .reference_kinds import kind_of

CONFIRMATION = ("confirmed_at", "confirmed_by", "confirmed_source", "retired_at")
RETIRED_AT_CHANGED = [{"changed": {"fields": ["retired at"]}}]  # as Django's own log of changes puts it


class ReferenceAdmin(admin.ModelAdmin):
    """What every table of reference data has. Confirming is done on the portal's own page, which logs it."""

    list_filter: ClassVar[Any] = ("source_status", ("retired_at", admin.EmptyFieldListFilter))
    readonly_fields: ClassVar[Any] = CONFIRMATION
    actions: Any = ("retire", "bring_back")
    list_per_page = 50

    formfield_overrides: ClassVar[Any] = {ArrayField: {"form_class": CodesField}}

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = KnownRowSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A code is what other rows, old cases and the loader know a row by: it stays."""
        fixed = ("code",) if obj is not None and "code" not in self.readonly_fields else ()
        return (*self.readonly_fields, *fixed)

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        """What is written here stands in the portal's own log as well."""
        super().save_model(request, obj, form, change)
        recorded(
            StaffVerb.REFERENCE_EDITED, obj, request.user, fields=list(form.changed_data), added=not change
        )

    @admin.action(description=_("Take out of use"))
    @transaction.atomic
    def retire(self, request: Any, queryset: QuerySet[ReferenceRow]) -> None:
        rows = list(
            queryset.filter(retired_at=None).select_for_update(of=("self",), no_key=True).order_by("pk")
        )
        for row in rows:
            retire(row, by=request.user)
            self.log_change(request, row, RETIRED_AT_CHANGED)
        self.message_user(request, gettext("%(n)d rows are out of use.") % {"n": len(rows)})

    @admin.action(description=_("Bring back into use"))
    @transaction.atomic
    def bring_back(self, request: Any, queryset: QuerySet[ReferenceRow]) -> None:
        count = 0
        for row in (
            queryset.exclude(retired_at=None).select_for_update(of=("self",), no_key=True).order_by("pk")
        ):
            try:
                restore(row, by=request.user)
            except ValidationError as error:
                self.message_user(request, f"{row}: {'; '.join(error.messages)}", messages.ERROR)
            else:
                self.log_change(request, row, RETIRED_AT_CHANGED)
                count += 1
        self.message_user(request, gettext("%(n)d rows are back in use.") % {"n": count})


class KeptOnAPageAdmin(ReferenceAdmin):
    """Rows that have a page of their own, with its rules and its log: here to look at, with a link that leads there."""

    actions = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def view_on_site(self, obj: Any) -> str:
        return reverse("agencies:reference_row", args=[kind_of(obj).code, obj.pk])


@admin.register(Partner)
class PartnerAdmin(ReferenceAdmin):
    list_display = ("name_id", "code", "kind", "city", "country", "is_active")
    list_filter = ("kind", "is_active", *ReferenceAdmin.list_filter)
    search_fields = ("code", "name_id", "name_en", "city")
    autocomplete_fields = ("province",)
    actions = ()  # closing one is a step of its own, with a successor

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A partner is registered on the portal's page, and waits there for its agreement."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Names and contact data of a partner are changed on the portal's page, which logs it."""
        return (
            *super().get_readonly_fields(request, obj),
            *((*EDITABLE, "is_active", *HOURS) if obj is not None else ()),
        )


@admin.register(Mandate)
class MandateAdmin(KeptOnAPageAdmin):
    list_display = ("partner", "agency_code", "topic", "stage", "country", "district", "province", "regency")
    list_filter = ("agency_code", "stage", *ReferenceAdmin.list_filter)
    list_select_related = ("partner", "topic", "district", "province", "regency")
    search_fields = ("code", "partner__code", "partner__name_id", "country")

    def view_on_site(self, obj: Any) -> str:
        """The page that shows what a change would have changed, before it is saved."""
        return reverse("agencies:partner_mandates", args=[obj.partner.code])


@admin.register(Topic)
class TopicAdmin(KeptOnAPageAdmin):
    list_display = ("name_id", "code", "stage", "default_urgency", "restricted", "position")
    list_filter = ("stage", "default_urgency", "restricted", *ReferenceAdmin.list_filter)
    search_fields = ("code", "name_id", "name_en")


@admin.register(Outcome)
class OutcomeAdmin(KeptOnAPageAdmin):
    list_display = ("name_id", "code", "outcome_class", "position")
    list_filter = ("outcome_class", *ReferenceAdmin.list_filter)
    search_fields = ("code", "name_id", "name_en")


@admin.register(Deadline)
class DeadlineAdmin(ReferenceAdmin):
    list_display = ("code", "topic", "duty", "value", "unit", "basis")
    list_filter = ("topic", "basis", *ReferenceAdmin.list_filter)
    search_fields = ("code", "duty")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The time allowed is changed on the portal's page, which logs it."""
        return (*super().get_readonly_fields(request, obj), *(LENGTH if obj is not None else ()))


@admin.register(Province)
class ProvinceAdmin(KeptOnAPageAdmin):
    list_display = ("code", "name")
    search_fields = ("code", "name")


@admin.register(Regency)
class RegencyAdmin(KeptOnAPageAdmin):
    list_display = ("code", "name", "province")
    list_select_related = ("province",)
    search_fields = ("code", "name", "province__name")
    autocomplete_fields = ("province",)


@admin.register(District)
class DistrictAdmin(KeptOnAPageAdmin):
    list_display = ("name_id", "code", "country")
    search_fields = ("code", "name_id", "name_en", "country")


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ("email", "partner", "role", "invited_by", "created_at", "accepted_at", "revoked_at")
    list_select_related = ("partner", "invited_by")
    search_fields = ("email", "full_name")


@admin.register(StaffEvent)
class StaffEventAdmin(ReadOnlyAdmin):
    list_display = ("at", "verb", "subject_email", "actor", "partner")
    list_filter = ("verb",)
    list_select_related = ("actor", "partner")
    search_fields = ("subject_email", "actor__email")


@admin.register(FormerName)
class FormerNameAdmin(ReadOnlyAdmin):
    list_display = ("name_id", "partner", "until")
    list_select_related = ("partner",)
    search_fields = ("name_id", "name_en", "partner__name_id", "partner__code")


@admin.register(CalendarDay)
class CalendarDayAdmin(ReadOnlyAdmin):
    list_display = ("day", "name", "country", "partner", "is_working")
    list_select_related = ("partner",)
    search_fields = ("name", "country", "partner__name_id", "partner__code")


@admin.register(PartnerDeadline)
class PartnerDeadlineAdmin(ReadOnlyAdmin):
    list_display = ("partner", "deadline", "value", "unit", "counting")
    list_select_related = ("partner", "deadline")
    search_fields = ("deadline__code", "partner__name_id", "partner__code")


@admin.register(EscalationStep)
class EscalationStepAdmin(ReadOnlyAdmin):
    list_display = ("level", "percent", "recipients")
    search_fields = ("recipients",)


@admin.register(ReferenceUpload)
class ReferenceUploadAdmin(ReadOnlyAdmin):
    list_display = ("kind", "by", "created_at", "taken_at")
    list_select_related = ("by",)
    search_fields = ("kind", "by__email")
    fields = ("kind", "by", "created_at", "taken_at")


@admin.register(PartnerStep)
class PartnerStepAdmin(ReadOnlyAdmin):
    list_display = ("partner", "step", "at", "by")
    list_filter = ("step",)
    list_select_related = ("partner", "by")
    search_fields = ("partner__name_id", "partner__code", "by__email")


@admin.register(Agreement)
class AgreementAdmin(ReadOnlyAdmin):
    """The signed paper itself is opened on the portal's page, which writes down who did."""

    list_display = ("number", "partner", "signed_on", "expires_on")
    list_select_related = ("partner",)
    search_fields = ("number", "partner__name_id", "partner__code")
    fields = ("partner", "number", "signed_on", "expires_on", "filed_by", "filed_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agreement]:
        return super().get_queryset(request).defer("document")
