"""Keeping services right: who may, what is refused, and two admins at once."""

import threading
from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Caseworker, Officer, PartnerAdmin, Supervisor
from accounts.tests.factories import make_portal_admin, make_user
from agencies.choices import StaffVerb
from agencies.models import Partner, StaffEvent
from agencies.tests.factories import make_district, make_partner, make_province
from directory import actions
from directory.forms import WholeForm
from directory.models import Contact, Service

from .factories import content, make_service, posted

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner() -> Partner:
    return make_partner(code="KJRI_CONTOH", kind="mission", country="MY", city="Johor Bahru")


@pytest.fixture
def admin(partner: Partner) -> User:
    return make_user(partner=partner, role=PartnerAdmin.code)


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def add_url(partner: Partner) -> str:
    return reverse("directory:service_add", args=[partner.code])


def edit_url(service: Service) -> str:
    return reverse("directory:service_edit", args=[service.pk])


def acts() -> list[str]:
    return [event.detail["act"] for event in StaffEvent.objects.order_by("pk")]


class TestEntering:
    def test_a_partners_admin_enters_a_service_with_hours_and_contacts(
        self, page: Client, partner: Partner, admin: User
    ) -> None:
        johor = make_district(code="MY-JOHOR", name_id="Johor")
        sent = posted(
            serves_everywhere=None,
            districts=[johor.code],
            hours_kind="own",
            opens_0="08:00",
            closes_0="16:00",
            opens_5="20:00",
            closes_5="04:00",
            languages=["id", "ms"],
            more_languages="bn, ne",
            audiences=["women", "children"],
            capacity="20",
            **{
                "contact_1-name": "Meja jaga",
                "contact_1-phone": "+60 7 555 0100",
                "contact_1-is_public": "on",
            },
            **{"contact_3-email": "shelter@kjri.example"},
        )
        answer = page.post(add_url(partner), sent, follow=True)
        text = answer.content.decode()
        assert "The service is entered." in text
        service = Service.objects.get()
        assert (service.partner, service.districts, service.languages) == (
            partner,
            ["MY-JOHOR"],
            ["id", "ms", "bn", "ne"],
        )
        assert [(row.weekday, row.opens_at, row.closes_at) for row in service.hours.all()] == [
            (0, time(8), time(16)),
            (5, time(20), time(4)),
        ]
        contacts = service.contacts.values_list("position", "name", "phone", "email", "is_public")
        assert list(contacts) == [
            (1, "Meja jaga", "+60 7 555 0100", "", True),
            (3, "", "", "shelter@kjri.example", False),
        ]
        assert service.checked_on == timezone.localdate()
        assert 'href="tel:+6075550100"' in text
        event = StaffEvent.objects.get()
        assert (event.verb, event.actor, event.partner) == (StaffVerb.SERVICE_EDITED, admin, partner)
        assert event.detail == {"service": str(service.pk), "code": "shelter", "act": "added"}

    def test_a_double_click_enters_one(self, page: Client, partner: Partner) -> None:
        sent = posted()
        targets = {page.post(add_url(partner), sent).headers["Location"] for _twice in "ab"}
        assert targets == {Service.objects.get().get_absolute_url()}
        assert acts() == ["added"]

    def test_the_key_of_another_partners_service_is_not_taken(self, page: Client, partner: Partner) -> None:
        theirs = make_service()
        assert page.post(add_url(partner), posted(key=str(theirs.pk))).status_code == 403
        assert Service.objects.get() == theirs

    @pytest.mark.parametrize(
        ("fields", "why"),
        [
            ({"name_id": ""}, "required"),
            ({"name_id": "x" * 1_000_000}, "at most 150"),
            ({"name_id": "a\x00b"}, "Null characters"),
            ({"description_id": "x" * 2001}, "at most 2000"),
            ({"kind": "spa"}, "not one of the available choices"),
            ({"country": "XX"}, "not one of the available choices"),
            ({"serves_everywhere": None}, "Say where it serves"),
            ({"countries": ["MY"]}, "not both"),
            ({"serves_everywhere": None, "districts": ["MY-ATLANTIS"]}, "not one of the available choices"),
            ({"address_reach": "public"}, "The address of a shelter is never published"),
            ({"hours_kind": "own"}, "Say at which hours"),
            ({"hours_kind": "own", "opens_0": "08:00"}, "Enter from when until when"),
            ({"hours_kind": "own", "opens_0": "soon", "closes_0": "16:00"}, "valid time"),
            ({"valid_from": "2027-02-01", "valid_until": "2027-01-01"}, "ends before it begins"),
            ({"valid_from": "2027-02-30"}, "valid date"),
            ({"minimum_age": "-1"}, "greater than or equal to 0"),
            ({"minimum_age": "18", "maximum_age": "12"}, "The upper age is below"),
            ({"minimum_age": "121"}, "less than or equal to 120"),
            ({"languages": ["xx"]}, "not one of the available choices"),
            ({"more_languages": "bahasa"}, "not the two letters of a language"),
            ({"is_free": None}, "Say what it costs"),
            ({"fees": "RM 10"}, "It is free"),
            ({"capacity": "0"}, "greater than or equal to 1"),
            ({"latitude": "1.5"}, "latitude and longitude, or neither"),
            ({"latitude": "91", "longitude": "0"}, "Latitude is between"),
            ({"latitude": "1e99", "longitude": "0"}, "no more than"),
            ({"contact_1-name": "Meja jaga"}, "Enter a telephone number or an e-mail address"),
            ({"contact_1-phone": "call me"}, "Use digits and blanks"),
            ({"contact_1-email": "nobody"}, "valid email address"),
        ],
    )
    def test_what_cannot_be_kept_gets_a_sentence_beside_its_field(
        self, page: Client, partner: Partner, fields: dict[str, Any], why: str
    ) -> None:
        answer = page.post(add_url(partner), posted(**fields))
        assert answer.status_code == 422
        assert why in answer.content.decode()
        assert not Service.objects.exists()
        assert acts() == []

    def test_a_suspended_partner_enters_none(self, client: Client, partner: Partner) -> None:
        Partner.objects.update(is_active=False)
        client.force_login(make_portal_admin())
        answer = client.post(add_url(partner), posted())
        assert answer.status_code == 409
        assert "once it takes part" in answer.content.decode()
        assert not Service.objects.exists()

    def test_the_page_begins_with_what_is_known_of_the_partner(self, page: Client, partner: Partner) -> None:
        text = page.get(add_url(partner)).content.decode()
        assert 'value="Johor Bahru"' in text
        assert "Nobody finds it" not in text


class TestChanging:
    def test_a_change_is_kept_logged_by_field_and_counts_as_checking(
        self, page: Client, partner: Partner
    ) -> None:
        service = make_service(partner=partner, checked_on=date(2025, 1, 1))
        sent = _form_of(service) | {"name_id": "Bantuan Hukum Baru"}
        assert page.post(edit_url(service), sent).status_code == 302
        service.refresh_from_db()
        assert (service.name_id, service.checked_on) == ("Bantuan Hukum Baru", timezone.localdate())
        assert StaffEvent.objects.get().detail["fields"] == ["name_id"]

    def test_nothing_new_is_nothing_done(self, page: Client, partner: Partner) -> None:
        service = make_service(
            partner=partner,
            hours_kind="own",
            hours=[(0, time(8), time(16))],
            contacts=[{"phone": "+60 7 555 0100"}],
        )
        assert page.post(edit_url(service), _form_of(service)).status_code == 302
        assert acts() == []

    def test_the_second_of_two_admins_is_told_and_loses_nothing(self, page: Client, partner: Partner) -> None:
        service = make_service(partner=partner)
        stale = _form_of(service) | {"conditions": "Membawa paspor"}
        actions.edit_service(
            by=make_portal_admin(),
            service=service,
            content=content(service, name_id="Nama dari orang lain"),
            seen=actions.mark(service),
        )
        answer = page.post(edit_url(service), stale)
        text = answer.content.decode()
        assert answer.status_code == 409
        assert "Somebody else changed this service meanwhile" in text
        assert "Nama dari orang lain" in text
        assert "Membawa paspor" in text
        again = stale | {"seen": actions.mark(Service.objects.get())}
        assert page.post(edit_url(service), again).status_code == 302
        assert Service.objects.get().conditions == "Membawa paspor"

    def test_sending_a_stale_form_twice_publishes_nothing_that_another_admin_withdrew(
        self, page: Client, partner: Partner
    ) -> None:
        contacts = [{"name": "Meja jaga", "phone": "+60 7 555 0100", "is_public": True}]
        service = make_service(
            partner=partner, is_published=True, address="Jalan 1", address_reach="public", contacts=contacts
        )
        stale = _form_of(service) | {"conditions": "Membawa paspor"}
        withdrawn = {1: contacts[0] | {"email": "", "is_public": False}}
        actions.edit_service(
            by=make_portal_admin(),
            service=service,
            content=content(service, is_published=False, address_reach="own", contacts=withdrawn, capacity=7),
            seen=actions.mark(service),
        )
        answer = page.post(edit_url(service), stale)
        told = {clash.label: (clash.now, clash.typed) for clash in answer.context["clashes"]}
        assert told == {
            "Publish it to the world": ("For those who work in the portal only.", "Published to the world."),
            "Who may read the address": (
                "Our own people only; others call first",
                "Everybody, also outside the portal",
            ),
            "Conditions": ("", "Membawa paspor"),
            "Places in all": ("7", ""),
            "Contacts": (
                "Meja jaga, +60 7 555 0100 (stays in the portal)",
                "Meja jaga, +60 7 555 0100 (may be published)",
            ),
        }
        assert next(iter(told)) == "Publish it to the world"
        assert "as in the stricter of the two" in answer.content.decode()
        again = _sent_by(answer.context["form"])
        assert page.post(edit_url(service), again).status_code == 302
        service = Service.objects.get()
        assert (service.conditions, service.is_published, service.address_reach) == (
            "Membawa paspor",
            False,
            "own",
        )
        assert not service.contacts.get().is_public

    def test_a_change_of_the_contacts_alone_is_noticed_too(self, partner: Partner, admin: User) -> None:
        service = make_service(partner=partner, contacts=[{"phone": "+60 7 555 0100"}])
        seen = actions.mark(service)
        Contact.objects.update(phone="+60 7 555 0199")
        service = Service.objects.get()
        with pytest.raises(actions.StaleData):
            actions.edit_service(by=admin, service=service, content=content(service, city="Muar"), seen=seen)

    def test_retiring_hides_it_from_others_and_can_be_taken_back(
        self, page: Client, partner: Partner
    ) -> None:
        service = make_service(partner=partner)
        other = Client()
        other.force_login(make_user(partner=make_partner()))
        for name in ("retire", "retire"):
            assert page.post(reverse(f"directory:service_{name}", args=[service.pk])).status_code == 302
        assert other.get(service.get_absolute_url()).status_code == 404
        assert page.get(service.get_absolute_url()).status_code == 200
        for name in ("restore", "restore"):
            page.post(reverse(f"directory:service_{name}", args=[service.pk]))
        assert other.get(service.get_absolute_url()).status_code == 200
        assert acts() == ["retired", "restored"]

    def test_what_is_offered_again_is_not_published_with_old_contacts(
        self, page: Client, partner: Partner
    ) -> None:
        service = make_service(partner=partner, is_published=True, retired_at=timezone.now())
        assert "It is not published until" in page.get(service.get_absolute_url()).content.decode()
        page.post(reverse("directory:service_restore", args=[service.pk]))
        assert not Service.objects.published().exists()
        assert StaffEvent.objects.get().detail["fields"] == ["is_published"]

    def test_checking_once_a_day_is_enough(self, page: Client, partner: Partner) -> None:
        service = make_service(partner=partner, checked_on=timezone.localdate() - timedelta(days=200))
        assert "Call first" in page.get(service.get_absolute_url()).content.decode()
        for _twice in "ab":
            page.post(reverse("directory:service_check", args=[service.pk]))
        assert acts() == ["checked"]
        assert "Call first" not in page.get(service.get_absolute_url()).content.decode()

    def test_a_shelter_that_had_a_public_address_has_to_hide_it(self, partner: Partner, admin: User) -> None:
        service = make_service(partner=partner, address="Jalan Contoh 1", address_reach="public")
        with pytest.raises(ValidationError, match="never published"):
            actions.edit_service(
                by=admin,
                service=service,
                content=content(service, kind="shelter"),
                seen=actions.mark(service),
            )

    def test_the_database_refuses_a_shelters_address_too(self) -> None:
        service = make_service(kind="shelter")
        with pytest.raises(IntegrityError, match="service_shelter_address_is_secret"), transaction.atomic():
            Service.objects.filter(pk=service.pk).update(address_reach="public")


class TestPlaces:
    def test_whoever_works_there_says_how_many_are_free(self, client: Client, partner: Partner) -> None:
        service = make_service(partner=partner, kind="shelter", capacity=12)
        client.force_login(make_user(partner=partner, role=Officer.code))
        url = reverse("directory:service_places", args=[service.pk])
        text = client.post(url, {"places_free": "3"}, follow=True).content.decode()
        assert "3 of 12 places free" in text
        assert acts() == ["places"]
        client.post(url, {"places_free": "3"})
        assert acts() == ["places"]

    def test_the_world_does_not_see_when_they_are_counted(self, client: Client, partner: Partner) -> None:
        before = timezone.now() - timedelta(days=9)
        service = make_service(partner=partner, kind="shelter", capacity=12, updated_at=before)
        client.force_login(make_user(partner=partner, role=Officer.code))
        client.post(reverse("directory:service_places", args=[service.pk]), {"places_free": "3"})
        service.refresh_from_db()
        assert (service.places_free, service.updated_at) == (3, before)

    @pytest.mark.parametrize("typed", ["13", "-1", "", "many", "9" * 400, "\x00"])
    def test_what_is_no_such_number_is_refused(self, client: Client, partner: Partner, typed: str) -> None:
        service = make_service(partner=partner, kind="shelter", capacity=12)
        client.force_login(make_user(partner=partner, role=Officer.code))
        answer = client.post(reverse("directory:service_places", args=[service.pk]), {"places_free": typed})
        assert answer.status_code == 422
        assert Service.objects.get().places_free is None

    def test_others_do_not(self, client: Client, partner: Partner) -> None:
        service = make_service(partner=partner, kind="shelter", capacity=12)
        client.force_login(make_user(partner=make_partner(), role=Caseworker.code))
        assert "places_free" not in client.get(service.get_absolute_url()).content.decode()
        url = reverse("directory:service_places", args=[service.pk])
        assert client.post(url, {"places_free": "3"}).status_code == 403

    def test_an_old_count_says_so(self, client: Client, partner: Partner) -> None:
        service = make_service(
            kind="shelter", capacity=12, places_free=3, places_at=timezone.now() - timedelta(days=3)
        )
        client.force_login(make_user(partner=partner))
        assert "please ask" in client.get(service.get_absolute_url()).content.decode()

    def test_fewer_places_in_all_forget_a_count_that_no_longer_fits(
        self, partner: Partner, admin: User
    ) -> None:
        service = make_service(
            partner=partner, kind="shelter", capacity=12, places_free=10, places_at=timezone.now()
        )
        actions.edit_service(
            by=admin, service=service, content=content(service, capacity=5), seen=actions.mark(service)
        )
        service.refresh_from_db()
        assert (service.places_free, service.places_at) == (None, None)


class TestWhoMay:
    @pytest.mark.parametrize("role", [Caseworker.code, Supervisor.code, Officer.code])
    def test_only_admins_keep_services(self, client: Client, partner: Partner, role: str) -> None:
        service = make_service(partner=partner)
        client.force_login(make_user(partner=partner, role=role))
        assert client.get(service.get_absolute_url()).status_code == 200
        assert client.get(reverse("directory:services_of", args=[partner.code])).status_code == 200
        for url in (add_url(partner), edit_url(service)):
            assert client.get(url).status_code == 403
            assert client.post(url, posted()).status_code == 403
        for name in ("check", "retire", "restore"):
            assert client.post(reverse(f"directory:service_{name}", args=[service.pk])).status_code == 403
        assert acts() == []

    def test_another_partners_admin_reads_and_changes_nothing(self, client: Client, partner: Partner) -> None:
        service = make_service(partner=partner)
        client.force_login(make_user(partner=make_partner(), role=PartnerAdmin.code))
        assert client.get(service.get_absolute_url()).status_code == 200
        assert client.post(add_url(partner), posted()).status_code == 404
        assert client.post(edit_url(service), posted()).status_code == 403
        for name in ("check", "retire", "restore"):
            assert client.post(reverse(f"directory:service_{name}", args=[service.pk])).status_code == 403
        assert acts() == []

    def test_the_action_itself_refuses_them(self, partner: Partner) -> None:
        service, stranger = (
            make_service(partner=partner),
            make_user(partner=make_partner(), role=PartnerAdmin.code),
        )
        with pytest.raises(PermissionDenied):
            actions.add_service(by=stranger, partner=partner, key=uuid4(), content=content())
        with pytest.raises(PermissionDenied):
            actions.edit_service(by=stranger, service=service, content=content(), seen=actions.mark(service))
        with pytest.raises(PermissionDenied):
            actions.retire(by=stranger, service=service)

    def test_an_admin_suspended_since_the_page_was_opened_writes_nothing(
        self, partner: Partner, admin: User
    ) -> None:
        service = make_service(partner=partner)
        User.objects.filter(pk=admin.pk).update(is_active=False)
        with pytest.raises(PermissionDenied):
            actions.retire(by=admin, service=service)
        assert Service.objects.get().retired_at is None

    def test_a_suspended_partners_services_are_found_by_its_admins_alone(
        self, client: Client, partner: Partner
    ) -> None:
        service = make_service(partner=partner)
        Partner.objects.filter(pk=partner.pk).update(is_active=False)
        client.force_login(make_user(partner=make_partner()))
        assert client.get(service.get_absolute_url()).status_code == 404
        client.force_login(make_portal_admin())
        assert client.get(service.get_absolute_url()).status_code == 200


class TestTheAddress:
    def test_of_a_new_service_is_for_its_own_people_until_somebody_opens_it(
        self, page: Client, partner: Partner
    ) -> None:
        form = page.get(add_url(partner)).context["form"].service
        assert form["address_reach"].value() == "own"

    def test_of_a_hidden_shelter_is_read_by_its_own_people_alone(
        self, client: Client, partner: Partner
    ) -> None:
        service = make_service(
            partner=partner, kind="shelter", address="Jalan Rahasia 7", city="Kluang", address_reach="own"
        )
        client.force_login(make_user(partner=partner))
        assert "Jalan Rahasia 7" in client.get(service.get_absolute_url()).content.decode()
        client.force_login(make_user(partner=make_partner()))
        text = client.get(service.get_absolute_url()).content.decode()
        assert "Jalan Rahasia" not in text
        assert "told on the telephone" in text
        assert "Kluang" in text


@pytest.mark.django_db(transaction=True)
def test_a_double_click_in_two_processes_enters_one() -> None:
    partner = make_partner()
    admin, key, gate = make_user(partner=partner, role=PartnerAdmin.code), uuid4(), threading.Barrier(2)
    made: list[Service] = []

    def enter() -> None:
        try:
            gate.wait(5)
            made.append(actions.add_service(by=admin, partner=partner, key=key, content=content()))
        finally:
            connection.close()

    threads = [threading.Thread(target=enter) for _twice in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [service.pk for service in made] == [key, key]
    assert acts() == ["added"]


def test_a_province_must_exist(admin: User, partner: Partner) -> None:
    make_province(code="35")
    with pytest.raises(ValidationError, match="There is no “99”"):
        actions.add_service(
            by=admin,
            partner=partner,
            key=uuid4(),
            content=content(serves_everywhere=False, provinces=["35", "99"]),
        )


def _form_of(service: Service) -> dict[str, Any]:
    """The form as its page would send it back untouched."""
    return _sent_by(WholeForm(partner=service.partner, service=service))


def _sent_by(form: WholeForm) -> dict[str, Any]:
    sent: dict[str, Any] = {}
    for part in form.parts:
        for field in part:
            value = field.value()
            if value not in (None, False, "", []):
                sent[field.html_name] = "on" if value is True else value
    return sent
