"""What is well-formed on the admins' pages."""

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import comparing
from accounts.characters import validate_plain_email
from accounts.forms import PersonNameField, time_zone_choices
from accounts.models import User
from accounts.roles import ROLES
from accounts.text import Line, LongText

from . import reference_kinds
from .actions.partners import EDITABLE, seen_values
from .actions.reference import said_mark
from .actions.shared import StaleData
from .choices import PartnerKind, StaffVerb
from .deadline_forms import Seen
from .models import Partner, ReferenceRow, StaffEvent
from .rules import roles_at

LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
SEARCH_MAX = 100  # characters
SOURCE_MAX = 1000  # characters
LAST_ID = 2**63 - 1


def role_choices(partner: Partner | None) -> list[tuple[str, SafeString]]:
    """The partner's roles, each with what it is for."""
    return [
        (code, format_html("<strong>{}</strong> {}", ROLES[code].name, ROLES[code].description))
        for code in roles_at(partner)
    ]


class InviteForm(forms.Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        validators=[validate_plain_email],
        help_text=_("The person's own address at work. It becomes the name they sign in with."),
    )
    full_name = PersonNameField(label=_("Name"), max_length=150)
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)
    language = forms.ChoiceField(
        label=_("Language"), choices=LANGUAGES, initial="id", help_text=_("Of the invitation and the pages.")
    )

    def __init__(self, *args: Any, partner: Partner | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = role_choices(partner)
        self.fields["role"].choices = choices  # type: ignore[attr-defined]  # the stubs know every form field as a Field
        if len(choices) == 1:
            self.fields["role"].initial = choices[0][0]

    def clean_email(self) -> str:
        return User.objects.normalize_email(self.cleaned_data["email"])


class RoleForm(forms.Form):
    """Another role for a person. `seen` is the role that the page showed."""

    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)
    seen = forms.ChoiceField(
        widget=forms.HiddenInput, required=False, choices=[(code, code) for code in ROLES]
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        kwargs["initial"] = {"role": person.role, "seen": person.role}
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(person.partner)  # type: ignore[attr-defined]  # the stubs know every form field as a Field

    def beside(self, person: User) -> list[comparing.Clash]:
        """What is there now beside what was chosen; the form counts once it is sent again."""
        comparing.renew(self, seen=person.role)
        now, typed = (str(ROLES[code].name) for code in (person.role, self.cleaned_data["role"]))
        return [comparing.Clash(str(self.fields["role"].label), now, typed)]


class AcceptForm(forms.Form):
    """Name and password of somebody who accepts an invitation."""

    full_name = PersonNameField(
        label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=256,
        help_text=_("At least 12 characters. Several words that only you connect are easy to keep in mind."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password_again = forms.CharField(
        label=_("Password, once more"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        password, again = data.get("password"), data.get("password_again")
        if password and again and password != again:
            self.add_error("password_again", _("The two passwords differ. Type the same one twice."))
        if password:
            person = User(email=self.email, full_name=data.get("full_name", ""))
            try:
                password_validation.validate_password(password, person)
            except ValidationError as error:
                self.add_error("password", error)
        return data


class PartnerForm(forms.ModelForm):
    """A partner's names and contact data. `seen` marks what the form showed."""

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    class Meta:
        model = Partner
        fields = EDITABLE
        labels = {  # as Django has it
            "name_id": _("Name in Indonesian"),
            "name_en": _("Name in English"),
            "email": _("E-mail"),
            "phone": _("Telephone"),
            "city": _("City"),
            "letterhead": _("Letterhead"),
            "signatory": _("Who signs letters"),
            "notices_to_mailbox": _("Tell the shared mailbox of new referrals"),
        }
        widgets = {"letterhead": forms.Textarea(attrs={"rows": 4})}
        field_classes = {
            **dict.fromkeys(("name_id", "name_en", "phone", "city", "signatory"), Line),
            "letterhead": LongText,
        }
        help_texts = {
            "email": _("The shared mailbox of the office, not of a person."),
            "notices_to_mailbox": _(
                "A reference and a link; whoever opens it signs in with an account of their own."
            ),
            "letterhead": _(
                "At the head of letters, up to six lines. Left empty: name, city, telephone and e-mail."
            ),
            "signatory": _("Name and office. Left empty: whoever issues the letter."),
        }

    def __init__(self, *args: Any, instance: Partner, **kwargs: Any) -> None:
        kwargs |= {"instance": instance, "initial": {"seen": seen_values(instance)}}
        super().__init__(*args, **kwargs)

    def clean_letterhead(self) -> str:
        return "\n".join(
            self.cleaned_data["letterhead"].splitlines()
        )  # as it is kept, however a browser sends it

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in EDITABLE}


class ConfirmForm(Seen):
    """By what and when a row of reference data was confirmed, and which rows besides."""

    source = LongText(
        label=_("Confirmed with"),
        max_length=SOURCE_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A web page with its date, a letter and its number, or the office you called."),
    )
    on = forms.DateField(
        label=_("Confirmed on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    also = forms.MultipleChoiceField(
        label=_("The same source also confirms"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, *args: Any, rows: list[ReferenceRow], related: list[ReferenceRow], **kwargs: Any
    ) -> None:
        self.mark = said_mark([*rows, *related])  # of everything that the page shows
        kwargs["initial"] = {"on": timezone.localdate(), "seen": self.mark}
        super().__init__(*args, **kwargs)
        self.related = {f"{reference_kinds.kind_of(row).code}:{row.pk}": row for row in related}
        if self.related:
            self.fields["also"].choices = [  # type: ignore[attr-defined]  # the stubs know every form field as a Field
                (
                    key,
                    f"{reference_kinds.kind_of(row).model._meta.verbose_name}: {reference_kinds.summary(row)}",
                )
                for key, row in self.related.items()
            ]
        else:
            del self.fields["also"]

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise ValidationError(_("This day has not come yet. Enter the day on which it was confirmed."))
        if day.year < 2000:
            raise ValidationError(_("This is too long ago to rely upon. Check the year."))
        return day

    def check_seen(self) -> None:
        """Raises StaleData when the rows do not say any more what the page showed."""
        if self.cleaned_data["seen"] not in ("", self.mark):
            raise StaleData(_("Somebody changed this meanwhile. Read what it says now, then confirm."))

    @property
    def also_rows(self) -> list[ReferenceRow]:
        return [self.related[key] for key in self.cleaned_data.get("also", [])]


class SearchField(Line):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=kwargs.pop("label", _("Search")),
            required=False,
            max_length=SEARCH_MAX,
            widget=forms.SearchInput,
            **kwargs,
        )


class FilterForm(forms.Form):
    """Filters of a list. A value that is wrong is told at its field and filters nothing."""

    @property
    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class PartnerFilter(FilterForm):
    q = SearchField()
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("", _("All partners")),
            ("with", _("With accounts")),
            ("without", _("Without accounts")),
            ("unconfirmed", _("Unconfirmed")),
            ("registered", _("Registered, not active yet")),
            ("suspended", _("Suspended")),
            ("closed", _("Closed")),
        ],
    )
    kind = forms.ChoiceField(required=False, choices=PartnerKind.choices, widget=forms.HiddenInput)


class UnconfirmedFilter(FilterForm):
    q = SearchField()
    kind = forms.ChoiceField(
        required=False,
        choices=[(code, kind.name) for code, kind in reference_kinds.KINDS.items()],
        widget=forms.HiddenInput,
    )


class LogFilter(FilterForm):
    """`partner` is offered to portal admins only; everybody else has but one."""

    person = SearchField(label=_("Person (name or e-mail)"))
    verb = forms.ChoiceField(label=_("What happened"), required=False)
    partner = forms.ModelChoiceField(
        label=_("Partner"), required=False, queryset=Partner.objects.none(), to_field_name="code"
    )
    before = forms.IntegerField(required=False, min_value=1, max_value=LAST_ID, widget=forms.HiddenInput)
    after = forms.IntegerField(required=False, min_value=1, max_value=LAST_ID, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verb"].choices = [("", gettext("Everything")), *StaffVerb.choices]  # type: ignore[attr-defined]  # the stubs know every form field as a Field
        partner = self.fields["partner"]
        if user.manages_partners:
            told_of = StaffEvent.objects.filter(partner__isnull=False).values("partner")
            partner.queryset = Partner.objects.filter(pk__in=told_of)  # type: ignore[attr-defined]  # the stubs know every form field as a Field
            partner.empty_label = gettext("All partners")  # type: ignore[attr-defined]  # the stubs know every form field as a Field
        else:
            del self.fields["partner"]
