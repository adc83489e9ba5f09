"""What portal admins see of referrals that are late, and the words that say whose move it is and until when."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accounts.roles import Officer, PartnerAdmin, Supervisor
from accounts.tests.factories import make_portal_admin, make_user
from agencies import moments
from agencies.loading.codes import load_deadlines
from agencies.tests.factories import make_partner
from cases.tests.factories import make_case
from notifications.actions import notify
from notifications.choices import Kind
from notifications.models import Notification
from referrals import wording
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral_in

pytestmark = pytest.mark.django_db

OVERDUE = reverse("referrals:overdue")


def late(state: str = "sent", **fields: object) -> Referral:
    referral, _officer = make_referral_in(state, **fields)  # type: ignore[arg-type]
    Referral.objects.filter(pk=referral.pk).update(due_at=timezone.now() - timedelta(hours=3))
    return referral


@pytest.fixture
def admin(client):
    person = make_portal_admin()
    client.force_login(person)
    return person


class TestThePage:
    def test_it_lists_references_by_the_partner_whose_move_it_is(self, client, admin):
        theirs, ours = late("sent"), late("clarifying")
        make_referral_in("sent")  # in time
        groups = client.get(OVERDUE).context["partners"]
        shown = {(late.partner.pk, row.pk) for late in groups for row in late.rows}
        assert shown == {(theirs.receiver_id, theirs.pk), (ours.sender_id, ours.pk)}

    @pytest.mark.parametrize("state", ["completed", "declined", "withdrawn"])
    def test_what_has_ended_is_not_late(self, client, admin, state):
        late(state)
        assert "Nothing is overdue" in client.get(OVERDUE).content.decode()

    def test_it_says_nothing_of_the_worker_the_reporter_or_the_case(self, client, admin):
        case = make_case()
        referral = late("sent", case=case, request="Please speak with the employer.")
        text = client.get(OVERDUE).content.decode()
        assert referral.reference in text
        for secret in (
            case.worker.name,
            case.reporter_name,
            case.reporter_contact,
            case.chronology,
            case.place,
            "Please speak",
            str(referral.pk),
            case.assigned_to.full_name,
        ):
            assert secret not in text

    def test_it_asks_the_database_as_often_for_many_as_for_one(
        self, client, admin, django_assert_max_num_queries
    ):
        for _many in range(4):
            late("sent")
        with django_assert_max_num_queries(6):
            client.get(OVERDUE)

    def test_opening_it_reads_the_reminders_that_lead_there(self, client, admin):
        notify([admin], kind=Kind.REFERRAL_LONG_OVERDUE, reference="SP-1/R1", path=OVERDUE)
        client.get(OVERDUE)
        assert not Notification.objects.filter(recipient=admin, read_at=None).exists()

    @pytest.mark.parametrize("role", [Supervisor.code, Officer.code, PartnerAdmin.code])
    def test_nobody_else_may_open_it(self, client, role):
        client.force_login(make_user(partner=make_partner(), role=role))
        assert client.get(OVERDUE).status_code == 403


def at(zone: str, moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone))


class TestTheWords:
    @pytest.fixture(autouse=True)
    def begin(self, monkeypatch):
        monday = at("Asia/Jakarta", "2026-06-08 09:00")
        monkeypatch.setattr(timezone, "now", lambda: monday)

    @pytest.mark.parametrize(
        ("due", "english", "indonesian"),
        [
            ("2026-06-11 16:00", "by Thursday 16:00 Doha time", "Kamis 16.00"),
            ("2026-06-25 16:00", "by 25 June 16:00 Doha time", "25 Juni 16.00"),
            ("2027-01-04 16:00", "by 4 January 2027 16:00 Doha time", "4 Januari 2027 16.00"),
            ("2026-06-05 16:00", "by 5 June 16:00 Doha time", "5 Juni 16.00"),
        ],
    )
    def test_a_deadline_is_told_in_the_zone_of_who_must_act(self, due, english, indonesian):
        doha = make_partner(kind="mission", city="Doha", country="QA", time_zone="Asia/Qatar")
        with translation.override("en"):
            assert moments.until(at("Asia/Qatar", due), doha) == english
        with translation.override("id"):
            assert indonesian in moments.until(at("Asia/Qatar", due), doha)

    def test_indonesias_zones_have_their_own_names(self):
        makassar = make_partner(city="Makassar", time_zone="Asia/Makassar")
        with translation.override("en"):
            assert (
                moments.until(at("Asia/Makassar", "2026-06-11 16:00"), makassar) == "by Thursday 16:00 WITA"
            )

    def test_a_partner_without_a_city_has_that_of_its_zone(self):
        with translation.override("en"):
            assert moments.zone_name(make_partner(time_zone="Asia/Riyadh")) == "Riyadh time"

    def test_without_a_deadline_there_are_no_words(self):
        assert moments.until(None, make_partner()) == ""

    def test_both_sides_read_whose_move_it_is_in_the_same_words(self, client):
        load_deadlines()
        doha = make_partner(
            kind="mission", name_id="KBRI Doha", city="Doha", country="QA", time_zone="Asia/Qatar"
        )
        referral, officer = make_referral_in("sent", officer=make_officer(doha))
        Referral.objects.filter(pk=referral.pk).update(due_at=at("Asia/Qatar", "2026-06-11 16:00"))
        referral.refresh_from_db()
        with translation.override("en"):
            sender, receiver = wording.move(referral.created_by, referral), wording.move(officer, referral)
            assert sender is not None
            assert receiver is not None
            assert (sender.name, sender.until) == ("KBRI Doha", "by Thursday 16:00 Doha time")
            assert (receiver.mine, receiver.until) == (True, sender.until)
            assert sender.working
        client.force_login(referral.created_by)
        text = client.get(referral.get_absolute_url()).content.decode()
        assert "by Thursday 16:00 Doha time" in text
        assert "counted in working days" in text
