"""The pages of a restricted case: what each of its own partner sees of it, and what nobody does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Supervisor
from accounts.tests.factories import make_user
from agencies.choices import Urgency
from agencies.tests.factories import make_topic
from cases import access
from cases.models import Case, CaseAccess
from notifications.models import Notification
from referrals import escalation
from referrals.tests.factories import make_officer, make_referral

from .factories import make_case
from .files import pdf
from .restricted import GLASS, WHY, Team, browser, make_team

pytestmark = pytest.mark.django_db

SECRET = ("Contoh Melati", "Sexual violence", "Johor", "Malaysia", "wages", "Contoh Pelapor", "0800-000-001")
# Every page of a case that is reached by its reference; to the first ones nothing is sent.
READ = ("cases:detail", "cases:live", "referrals:consents")
PAGES = (
    *READ,
    "cases:edit",
    "cases:documents",
    "cases:close",
    "cases:reopen",
    "cases:settlement",
    "referrals:refer",
    "referrals:plan",
)
SENT = [("get", page) for page in PAGES] + [("post", page) for page in PAGES if page not in READ]


@pytest.fixture
def team() -> Team:
    return make_team()


def url(name: str, case: Case, *args: Any) -> str:
    return reverse(name, args=[case.reference, *args])


def secrets_in(text: str) -> list[str]:
    return [secret for secret in SECRET if secret in text]


class TestAtTheDoor:
    @pytest.mark.parametrize(("method", "page"), SENT)
    def test_a_colleague_reads_that_it_is_restricted_and_whom_to_ask(
        self, team: Team, method: str, page: str
    ) -> None:
        response = getattr(browser(team.colleague), method)(url(page, team.case))
        assert response.status_code == 403
        assert "This case is restricted" in response.text
        assert "Case Worker" in response.text
        assert url("cases:break_glass", team.case) in response.text
        assert url("cases:access", team.case) not in response.text
        assert secrets_in(response.text) == []

    def test_a_supervisor_finds_the_way_to_see_to_it(self, team: Team) -> None:
        response = browser(team.supervisor).get(team.case.get_absolute_url())
        assert response.status_code == 403
        assert team.case.access_url in response.text
        assert secrets_in(response.text) == []

    def test_an_open_page_that_refreshes_comes_anew_when_the_access_has_ended(self, team: Team) -> None:
        response = browser(team.colleague).get(url("cases:live", team.case), headers={"HX-Request": "true"})
        assert (response.status_code, response.headers["HX-Refresh"]) == (403, "true")

    def test_whoever_is_named_reads_and_works(self, team: Team) -> None:
        access.grant(by=team.caseworker, case=team.case, to=team.colleague)
        client = browser(team.colleague)
        page = client.get(team.case.get_absolute_url())
        assert page.status_code == 200
        assert "Contoh Melati" in page.text
        note = client.post(url("cases:note", team.case), {"text": "Spoke with her."})
        assert note.status_code == 302

    def test_a_document_is_not_found_by_who_does_not_read_its_case(self, team: Team, folder: Any) -> None:
        data = {"kind": "contract", "file": SimpleUploadedFile("contract.pdf", pdf())}
        browser(team.caseworker).post(url("cases:documents", team.case), data)
        document = team.case.documents.get()
        there = url("cases:document", team.case, document.pk)
        found = browser(team.caseworker).get(there)
        assert (found.status_code, found.getvalue()) == (200, pdf())
        for person in (team.colleague, team.supervisor, team.stranger):
            assert browser(person).get(there).status_code == 404
            assert (
                browser(person).post(url("cases:document_remove", team.case, document.pk)).status_code == 404
            )


class TestBreakingTheGlass:
    def test_it_opens_the_case_to_this_person_and_says_that_others_are_told(self, team: Team) -> None:
        client = browser(team.colleague)
        response = client.post(url("cases:break_glass", team.case), GLASS, follow=True)
        assert response.status_code == 200
        assert "24 hours" in response.text
        assert "Contoh Melati" in response.text
        assert WHY not in response.text, "the reason stands on its own page"
        assert "Opened in an emergency: Somebody is in danger now" in response.text

    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"code": "danger"},
            {"code": "danger", "why": "Because."},
            {"code": "danger", "why": " " * 40 + "x"},
            {"code": "danger", "why": "x" * 501},
            {"code": "danger", "why": "A nul \x00 in a long enough reason."},
            {"code": "nonsense", "why": WHY},
            {"why": WHY},
        ],
    )
    def test_without_a_real_reason_it_stays_closed_and_keeps_what_was_typed(
        self, team: Team, data: dict[str, str]
    ) -> None:
        response = browser(team.colleague).post(url("cases:break_glass", team.case), data)
        assert response.status_code == 422
        assert response.context["form"]["why"].value() == data.get("why")
        assert not CaseAccess.objects.exists()

    def test_two_clicks_are_one(self, team: Team) -> None:
        client = browser(team.colleague)
        for _click in range(2):
            assert client.post(url("cases:break_glass", team.case), GLASS).status_code == 302
        assert CaseAccess.objects.count() == 1

    def test_after_an_objection_the_page_says_whom_to_ask(self, team: Team) -> None:
        opened = access.break_glass(by=team.colleague, case=team.case, **GLASS)
        assert opened is not None
        access.review(by=team.supervisor, access=opened, verdict="objected")
        response = browser(team.colleague).post(url("cases:break_glass", team.case), GLASS)
        assert response.status_code == 409
        assert "Super Visor objected" in response.text

    def test_somebody_who_signs_in_again_lands_at_the_case(self, team: Team) -> None:
        response = browser(team.colleague).get(url("cases:break_glass", team.case))
        assert response.headers["Location"] == team.case.get_absolute_url()


class TestTheListOfCases:
    LIST = "/cases/?tab=team"

    def rows(self, person: User, address: str = LIST) -> list[dict[str, Any]]:
        response = browser(person).get(address)
        assert response.status_code == 200
        return list(response.context["rows"])

    def found(self, person: User, **data: str) -> list[str]:
        response = browser(person).post("/cases/search/", {"tab": "team", **data}, follow=True)
        return [row["case"].reference for row in response.context["rows"]]

    def test_a_supervisor_sees_a_masked_row(self, team: Team) -> None:
        response = browser(team.supervisor).get(self.LIST)
        assert [row["masked"] for row in response.context["rows"]] == [True]
        for shown in (team.case.reference, "Case Worker", "Restricted", team.case.access_url):
            assert shown in response.text
        region = response.text.split('<table class="table work-table')[1].split("</table>")[0]
        assert secrets_in(region) == []

    def test_the_agency_is_not_named_in_it(self, team: Team) -> None:
        officer = make_officer()
        make_referral(case=team.case, to=officer.partner)
        [row] = self.rows(team.supervisor)
        assert row["move"].name == "an agency"
        assert str(officer.partner) not in browser(team.supervisor).get(self.LIST).text

    def test_a_colleague_sees_no_row_and_the_caseworker_the_whole_one(self, team: Team) -> None:
        assert self.rows(team.colleague) == []
        assert [row["masked"] for row in self.rows(team.caseworker)] == [False]

    def test_what_is_masked_is_found_by_its_reference_and_by_nothing_that_is_masked(self, team: Team) -> None:
        code = team.case.topics.get().code
        assert self.found(team.supervisor, q=team.case.reference[-6:]) == [team.case.reference]
        for masked in ({"q": "melati"}, {"q": "Pelapor"}, {"topic": code}, {"country": "MY"}):
            assert self.found(team.supervisor, **masked) == [], masked
            assert self.found(team.caseworker, **masked) == [team.case.reference], masked

    def test_restricted_cases_can_be_picked_out(self, team: Team) -> None:
        make_case(by=team.caseworker)
        assert self.found(team.caseworker, restricted="only") == [team.case.reference]
        assert len(self.found(team.caseworker)) == 2

    def test_tiles_count_what_the_list_shows(self, team: Team) -> None:
        referral = make_referral(case=team.case, to=make_officer().partner)
        referral.due_at = timezone.now() - timedelta(hours=1)
        referral.save()

        def overdue(person: User) -> int:
            stats = browser(person).get(self.LIST).context["stats"]
            return next(stat["value"] for stat in stats if "need=overdue" in stat["url"])

        assert [overdue(one) for one in (team.caseworker, team.supervisor, team.colleague)] == ["1", "1", "0"]

    def test_the_list_refreshes_when_an_access_comes_or_goes(self, team: Team) -> None:
        client = browser(team.supervisor)

        def etag() -> str:
            return str(client.get(self.LIST).context["etag"])

        masked = etag()
        given = access.grant(by=team.caseworker, case=team.case, to=team.supervisor)
        Notification.objects.all().delete()
        opened = etag()
        CaseAccess.objects.filter(pk=given.pk).update(until=timezone.now())  # changes nothing of the case
        assert len({masked, opened, etag()}) == 3

    def test_a_supervisor_is_led_to_what_waits_for_review(self, team: Team) -> None:
        access.break_glass(by=team.colleague, case=team.case, **GLASS)
        stats = browser(team.supervisor).get(self.LIST).context["stats"]
        assert [stat["value"] for stat in stats if stat["url"] == reverse("cases:glass")] == ["1"]
        assert all(
            stat["url"] != reverse("cases:glass")
            for stat in browser(team.colleague).get(self.LIST).context["stats"]
        )

    def test_restricted_rows_cost_no_statement_more(
        self, team: Team, django_assert_num_queries: Callable[..., Any]
    ) -> None:
        client = browser(team.supervisor)
        for _number in range(3):
            make_case(by=team.caseworker, topics=[team.case.topics.get()])
            make_case(by=team.caseworker)
        with django_assert_num_queries(8):  # as for everybody
            client.get(self.LIST)


class TestWhoReadsIt:
    def test_the_page_shows_a_supervisor_who_reads_and_nothing_of_the_case(self, team: Team) -> None:
        access.grant(by=team.caseworker, case=team.case, to=team.colleague, why="Goes along.")
        response = browser(team.supervisor).get(team.case.access_url)
        assert response.status_code == 200
        for shown in ("Case Worker", "Col League", "Goes along."):
            assert shown in response.text
        assert secrets_in(response.text) == []
        assert response.context["lift_form"] is None

    def test_why_it_is_restricted_is_read_by_who_reads_the_case(self, team: Team) -> None:
        assert "Sexual violence" in browser(team.caseworker).get(team.case.access_url).text

    def test_colleagues_and_strangers_do_not_see_it(self, team: Team) -> None:
        assert browser(team.colleague).get(team.case.access_url).status_code == 403
        assert browser(team.stranger).get(team.case.access_url).status_code == 404

    def test_seeing_it_reads_the_messages_about_it(self, team: Team) -> None:
        access.break_glass(by=team.colleague, case=team.case, **GLASS)
        browser(team.supervisor).get(team.case.access_url)
        assert not Notification.objects.filter(kind="glass_broken", recipient=team.supervisor).unread()

    def test_a_supervisor_names_somebody_until_the_end_of_a_day(self, team: Team) -> None:
        today = timezone.localdate()
        data = {"to": team.colleague.pk, "until": today.isoformat(), "why": "Translates."}
        response = browser(team.supervisor).post(url("cases:grant", team.case), data)
        assert response.headers["Location"] == team.case.access_url
        until = CaseAccess.objects.get().until
        assert until is not None
        assert timezone.localtime(until).date() == today
        assert browser(team.colleague).get(team.case.get_absolute_url()).status_code == 200

    @pytest.mark.parametrize("field", ["to", "until"])
    def test_a_form_that_makes_no_sense_comes_back(self, team: Team, field: str) -> None:
        data = {"to": str(team.colleague.pk), "until": ""}
        data[field] = {"to": str(team.stranger.pk), "until": "2020-01-01"}[field]
        response = browser(team.caseworker).post(url("cases:grant", team.case), data)
        assert response.status_code == 422
        assert field in response.context["name_form"].errors

    def test_of_the_caseworker_it_says_that_they_are_suspended(self, team: Team) -> None:
        User.objects.filter(pk=team.caseworker.pk).update(is_active=False)
        assert "suspended" in browser(team.supervisor).get(team.case.access_url).text

    def test_an_access_is_ended_here(self, team: Team) -> None:
        given = access.grant(by=team.caseworker, case=team.case, to=team.colleague)
        there = url("cases:revoke", team.case, given.pk)
        assert browser(team.supervisor).post(there).headers["Location"] == team.case.access_url
        assert not CaseAccess.objects.open().exists()

    def test_whoever_gives_their_own_access_back_is_led_to_the_list(self, team: Team) -> None:
        given = access.grant(by=team.caseworker, case=team.case, to=team.colleague)
        response = browser(team.colleague).post(url("cases:revoke", team.case, given.pk))
        assert response.headers["Location"] == "/cases/"

    def test_an_access_of_another_case_is_not_found(self, team: Team) -> None:
        other = make_team()
        given = access.grant(by=other.caseworker, case=other.case, to=other.colleague)
        for client, case in (
            (browser(team.supervisor), team.case),
            (browser(other.supervisor), team.case),
            (browser(team.supervisor), other.case),
        ):
            assert client.post(url("cases:revoke", case, given.pk)).status_code == 404
            assert client.post(url("cases:review", case, given.pk)).status_code == 404

    def test_a_supervisor_gives_the_case_away_without_reading_it(self, team: Team) -> None:
        data = {"to": team.colleague.pk}
        response = browser(team.supervisor).post(url("cases:assign", team.case), data)
        assert response.headers["Location"] == team.case.access_url
        assert browser(team.colleague).get(team.case.get_absolute_url()).status_code == 200

    def test_a_form_without_a_colleague_comes_back_without_the_case(self, team: Team) -> None:
        response = browser(team.supervisor).post(url("cases:assign", team.case), {})
        assert response.status_code == 422
        assert secrets_in(response.text) == []

    def test_a_case_is_restricted_and_lifted_here(self, team: Team) -> None:
        case = make_case(by=team.caseworker)
        there = browser(team.colleague).post(url("cases:restrict", case), {"text": "For few eyes."})
        assert there.headers["Location"] == "/cases/"  # the colleague does not read it any more
        access.grant(by=team.caseworker, case=Case.objects.get(pk=case.pk), to=team.supervisor)
        client = browser(team.supervisor)
        assert client.post(url("cases:lift", case), {"text": ""}).status_code == 422
        assert client.post(url("cases:lift", case), {"text": "A mistake."}).status_code == 302
        assert not Case.objects.get(pk=case.pk).is_restricted


class TestTheReview:
    def test_a_supervisor_reads_the_reason_and_judges(self, team: Team) -> None:
        opened = access.break_glass(by=team.colleague, case=team.case, **GLASS)
        assert opened is not None
        client = browser(team.supervisor)
        page = client.get(reverse("cases:glass"))
        assert WHY in page.text
        assert secrets_in(page.text) == []
        there = url("cases:review", team.case, opened.pk)
        data = {f"{opened.pk}-verdict": "objected", f"{opened.pk}-note": "It could wait."}
        assert client.post(there, {}).status_code == 422
        assert client.post(there, data).headers["Location"] == team.case.access_url
        assert browser(team.colleague).get(team.case.get_absolute_url()).status_code == 403
        second = browser(team.caseworker).post(there, data | {f"{opened.pk}-verdict": "confirmed"})
        assert second.status_code == 409
        assert "Super Visor has reviewed it already" in second.text
        assert "It could wait." in client.get(team.case.access_url).text

    def test_somebody_who_opens_many_stands_out(self, team: Team) -> None:
        for number in range(3):
            case = (
                team.case if number == 0 else make_case(by=team.caseworker, topics=[team.case.topics.get()])
            )
            access.break_glass(by=team.colleague, case=case, **GLASS)
        page = browser(team.supervisor).get(reverse("cases:glass"))
        assert "Col League opened 3 cases within 24 hours." in page.text

    def test_each_partner_reviews_its_own(self, team: Team) -> None:
        access.break_glass(by=team.colleague, case=team.case, **GLASS)
        other = make_user(partner=team.stranger.partner, role=Supervisor.code)
        page = browser(other).get(reverse("cases:glass"))
        assert team.case.reference not in page.text

    def test_the_list_of_many_costs_no_statement_more(
        self, team: Team, django_assert_num_queries: Callable[..., Any]
    ) -> None:
        client = browser(team.supervisor)
        for _number in range(3):
            case = make_case(by=team.caseworker, topics=[team.case.topics.get()])
            access.break_glass(by=team.colleague, case=case, **GLASS)
        with django_assert_num_queries(6):
            client.get(reverse("cases:glass"))


class TestAReferralOfIt:
    def test_a_colleague_at_the_sender_comes_to_the_same_door(self, team: Team) -> None:
        referral = make_referral(case=team.case, to=make_officer().partner)
        for name in ("detail", "live", "acts", "talk", "documents", "withdraw", "message"):
            response = browser(team.colleague).get(reverse(f"referrals:{name}", args=[referral.pk]))
            assert response.status_code == 403, name
            assert "This case is restricted" in response.text, name
            assert secrets_in(response.text) == [], name
        assert browser(team.stranger).get(referral.get_absolute_url()).status_code == 404

    def test_it_stands_in_no_list_of_theirs(self, team: Team) -> None:
        referral = make_referral(case=team.case, to=make_officer().partner)
        address = "/referrals/?tab=all"
        assert referral.reference in browser(team.caseworker).get(address).text
        for person in (team.colleague, team.supervisor):
            assert referral.reference not in browser(person).get(address).text

    def test_the_receiving_officers_read_it_and_that_few_may_work_on_it(self, team: Team) -> None:
        officer = make_officer()
        referral = make_referral(case=team.case, to=officer.partner)
        page = browser(officer).get(referral.get_absolute_url())
        assert page.status_code == 200
        assert "Contoh Melati" in page.text
        assert "Please let few people work on it" in page.text
        assert "Restricted" in browser(officer).get("/inbox/").text

    def test_once_it_is_taken_back_they_read_not_even_that_it_is_restricted(self, team: Team) -> None:
        officer = make_officer()
        referral = make_referral(case=team.case, to=officer.partner)
        browser(team.caseworker).post(
            reverse("referrals:withdraw", args=[referral.pk]), {"text": "Solved at home."}
        )
        page = browser(officer).get(referral.get_absolute_url())
        assert "Restricted" not in page.text
        assert secrets_in(page.text) == []

    def test_reminders_reach_supervisors_and_else_those_who_read_it(self, team: Team) -> None:
        referral = make_referral(case=team.case)
        referral.state = "unrouted"
        assert escalation._supervisors(referral) == [team.supervisor]
        User.objects.filter(pk=team.supervisor.pk).update(is_active=False)
        assert escalation._supervisors(referral) == [team.caseworker]


def test_an_emergency_can_still_be_told_by_its_urgency() -> None:
    """The masked row keeps the bar and the badge: a supervisor must see that it burns."""
    team = make_team(urgency=Urgency.EMERGENCY, topics=[make_topic(code="TPPO", restricted=True)])
    response = browser(team.supervisor).get("/cases/?tab=team")
    assert 'class="is-emergency' in response.text
