"""One address is one account, and a name is what it looks like."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.characters import validate_plain_email, validate_plain_name
from accounts.forms import PersonNameField
from accounts.models import User
from accounts.roles import PartnerAdmin
from agencies.models import Invitation
from agencies.tests.factories import make_partner

from .factories import make_user

ODD_ADDRESSES = {
    "Cyrillic a": "\u0430dmin@example.org",
    "full width": "\uff41dmin@example.org",
    "ligature": "o\ufb03ce@example.org",
    "dotless i": "adm\u0131n@example.org",
    "Kelvin sign": "\u212aenanga@example.org",
    "zero width space": "admin@example.org\u200b",
    "zero width joiner": "ad\u200dmin@example.org",
    "right to left mark": "\u200fadmin@example.org",
    "right to left override": "admin\u202egro@example.org",
    "soft hyphen": "ad\u00admin@example.org",
    "no-break space": "admin\u00a0@example.org",
    "domain in Cyrillic": "admin@ex\u0430mple.org",
    "accent": "ad\u0301min@example.org",
}


@pytest.mark.parametrize("address", ODD_ADDRESSES.values(), ids=ODD_ADDRESSES.keys())
def test_an_address_that_looks_like_another_is_refused_with_a_sentence(address: str) -> None:
    with pytest.raises(ValidationError, match="another character"):
        validate_plain_email(address)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ODD_ADDRESSES.values(), ids=ODD_ADDRESSES.keys())
def test_nobody_is_invited_under_such_an_address(client: Client, address: str) -> None:
    partner = make_partner()
    client.force_login(make_user(partner=partner, role=PartnerAdmin.code))
    fields = {"email": address, "full_name": "Melati", "role": "caseworker", "language": "id"}
    answer = client.post(reverse("agencies:invite", args=[partner.code]), fields)
    assert answer.status_code == 422
    assert "email" in answer.context["form"].errors
    assert not Invitation.objects.exists()


@pytest.mark.django_db
def test_the_database_takes_no_such_address_either() -> None:
    person = make_user(partner=make_partner())
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=person.pk).update(email="\u0430dmin@example.org")


@pytest.mark.parametrize(
    "address", ["a.b-c+d_e@example.org", "x@xn--bcher-kva.example", "o'neil@example.org"]
)
def test_ordinary_addresses_are_taken(address: str) -> None:
    validate_plain_email(address)


@pytest.mark.parametrize(
    "name",
    [
        "Melati\u202eitale",
        "Me\u200blati",
        "Melati\u2066x\u2069",
        "Mela\x00ti",
        "Melati\ue000",
        "M\u0435lati",
        "\u039celati",
    ],
)
def test_a_name_that_hides_or_mixes_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        validate_plain_name(name)


@pytest.mark.parametrize(
    "name", ["Sri Mulyani", "Siti Nur'aini", "Zoë D’Souza", "王 小明", "محمد علي", "Ань Nguyễn"]
)
def test_names_of_people_are_taken(name: str) -> None:
    validate_plain_name(name)


def test_a_name_is_kept_in_one_composition() -> None:
    assert PersonNameField().clean("Zoe\u0308  D") == "Zoë D"
