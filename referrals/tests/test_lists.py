"""The inbox and the list of what was sent: what stands in them, in which order, and to whom."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_user
from agencies.tests.factories import make_partner, make_topic
from cases.tests.factories import make_case
from referrals import actions
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral, make_referral_in
from referrals.views import lists

pytestmark = pytest.mark.django_db

INBOX, SENT = reverse("referrals:inbox"), reverse("referrals:sent")


@pytest.fixture
def officer():
    return make_officer()


@pytest.fixture
def caseworker():
    return make_user(partner=make_partner())


@pytest.fixture
def inbox(client, officer):
    """Opens the inbox as the officer, and says which references stand in it, in order."""
    client.force_login(officer)

    def open_(query: str = "") -> list[str]:
        response = client.get(f"{INBOX}?{query}")
        assert response.status_code == 200
        return [row.referral.reference for row in response.context["rows"]]

    return open_


@pytest.fixture
def sent(client, caseworker):
    client.force_login(caseworker)

    def open_(query: str = "") -> list[str]:
        response = client.get(f"{SENT}?{query}")
        assert response.status_code == 200
        return [row.referral.reference for row in response.context["rows"]]

    return open_


def test_the_most_urgent_stands_first_and_then_the_earliest_deadline(inbox, officer):
    normal, _o = make_referral_in("sent", officer=officer)
    late, _o = make_referral_in("sent", officer=officer)
    Referral.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(days=1))
    emergency, _o = make_referral_in("sent", officer=officer, case=make_case(urgency="emergency"))
    assert inbox() == [emergency.reference, late.reference, normal.reference]


def test_each_referral_stands_in_the_tab_of_its_state(inbox, officer):
    made = {
        state: make_referral_in(state, officer=officer)[0].reference
        for state in ("sent", "received", "clarifying", "accepted", "completed", "declined", "withdrawn")
    }
    assert set(inbox()) == {made["sent"], made["received"]}
    assert inbox("tab=question") == [made["clarifying"]]
    assert inbox("tab=progress") == [made["accepted"]]
    assert inbox("tab=ended") == [made["withdrawn"], made["declined"], made["completed"]]
    assert set(inbox("tab=all")) == set(made.values())


def test_what_was_taken_on_and_is_overdue_waits_for_us_again(inbox, officer):
    referral, _o = make_referral_in("accepted", officer=officer)
    assert inbox() == []
    Referral.objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert inbox() == [referral.reference]
    assert inbox("tab=progress") == []


def test_what_was_not_opened_stands_out(client, inbox, officer):
    make_referral_in("sent", officer=officer)
    make_referral_in("received", officer=officer)
    inbox()
    assert client.get(INBOX).text.count("is-unread") == 1


def test_nothing_of_other_partners_and_nothing_that_was_not_sent_stands_there(inbox, officer):
    make_referral_in("sent")
    make_referral_in("waiting", officer=officer)
    withdrawn_before_it_was_sent = make_referral()
    actions.withdraw(
        by=withdrawn_before_it_was_sent.created_by, referral=withdrawn_before_it_was_sent, text="No."
    )
    for tab in lists.INBOX_TABS:
        assert inbox(f"tab={tab.code}") == []


def test_a_row_shows_the_worker_and_the_case_only_as_agreed(client, inbox, officer):
    topic = make_topic(name_en="Unpaid wages")
    case = make_case(worker={"name": "Contoh Kenanga"}, topics=[topic])
    make_referral_in("sent", officer=officer, case=case, consent={"groups": ["contact"]})
    inbox()
    page = client.get(f"{INBOX}?tab=all", headers={"HX-Request": "true"}).text
    assert "Kenanga" not in page
    assert "Unpaid wages" not in page
    assert "Malaysia" not in page
    assert "topics not shared" in page


def test_after_it_ended_a_row_shows_no_person(client, inbox, officer):
    case = make_case(worker={"name": "Contoh Kenanga"})
    make_referral_in("withdrawn", officer=officer, case=case)
    inbox()
    assert "Kenanga" not in client.get(f"{INBOX}?tab=ended").text


def test_filters_narrow_by_topic_country_and_state(inbox, officer):
    topic = make_topic(code="UPAH")
    here, _o = make_referral_in(
        "sent", officer=officer, case=make_case(topics=[topic, make_topic()], country="SA")
    )
    there, _o = make_referral_in("received", officer=officer)
    assert inbox("topic=UPAH") == [here.reference]
    assert inbox("country=MY") == [there.reference]
    assert inbox("country=SA&topic=UPAH") == [here.reference]
    assert inbox("country=TW") == []
    assert inbox("state=received") == [there.reference]


def test_filters_do_not_tell_what_the_worker_did_not_agree_to_share(inbox, officer):
    topic = make_topic(code="UPAH")
    make_referral_in(
        "sent", officer=officer, case=make_case(topics=[topic]), consent={"groups": ["identity"]}
    )
    make_referral_in("withdrawn", officer=officer, case=make_case(topics=[topic]))
    assert inbox("tab=all&topic=UPAH") == []
    assert inbox("tab=all&country=MY") == []


def test_looking_for_a_reference_looks_everywhere(inbox, officer):
    ended, _o = make_referral_in("declined", officer=officer)
    make_referral_in("sent", officer=officer)
    for words in (
        ended.reference,
        ended.case.reference,
        ended.case.reference.lower(),
        f" {ended.reference} ",
    ):
        assert inbox(f"q={quote(words)}") == [ended.reference]
    assert inbox(f"q={quote(ended.case.reference)}/R2") == []
    assert inbox("q=%25") == []


@pytest.mark.parametrize(
    "query",
    [
        "topic=%00",
        "topic=NONE",
        "country=XX",
        "state=waiting",
        "state=%27",
        "q=%00",
        "q=" + "x" * 500,
        "page=99999999999999999999",
        "after=0",
        "before=-1",
        "after=%00",
        "after=" + "x" * 5000,
        "before=W10:abc&after=W10:abc",
        "tab=nothing",
        "tab=%00",
        "nonsense=1&topic=a&topic=b",
        "topic=" + "9" * 5000,
    ],
)
def test_an_odd_query_string_never_breaks_the_page(client, inbox, query):
    inbox()
    assert client.get(f"{INBOX}?{query}").status_code == 200
    assert client.get(f"{SENT}?{query}").status_code == 200
    assert client.get(f"{INBOX}?{query}", headers={"HX-Request": "true"}).status_code == 200


def test_a_filter_that_makes_no_sense_says_so(client, inbox):
    inbox()
    assert "XX is not one of the available choices" in client.get(f"{INBOX}?country=XX").text


def test_an_empty_inbox_says_what_will_come(client, inbox):
    inbox()
    assert "New referrals appear here by themselves" in client.get(INBOX).text
    assert "No referral matches these filters" in client.get(f"{INBOX}?country=TW").text


def test_pages_of_25_follow_each_other(client, inbox, officer):
    first, _o = make_referral_in("sent", officer=officer)
    copies(first, 30)
    page = client.get(INBOX)
    assert len(page.context["rows"]) == 25
    rest = client.get(page.context["page"].next_url)
    assert len(rest.context["rows"]) == 6
    assert not rest.context["page"].next_url
    again = client.get(rest.context["page"].previous_url)
    assert [row.referral for row in again.context["rows"]] == [row.referral for row in page.context["rows"]]


def copies(referral: Referral, number: int) -> None:
    """So many more referrals like this one."""
    rows = []
    for count in range(number):
        row = Referral.objects.get(pk=referral.pk)
        row.pk = None
        row._state.adding = True
        row.id = Referral._meta.pk.get_default()
        row.number, row.request = count + 2, ""  # what is sealed in one row is nothing to another
        rows.append(row)
    Referral.objects.bulk_create(rows)


def test_counts_end_at_100(client, inbox, officer):
    first, _o = make_referral_in("sent", officer=officer)
    copies(first, 100)
    inbox()
    assert ">100+<" in client.get(INBOX).text


@pytest.mark.parametrize("number", [1, 25])
@pytest.mark.parametrize(("address", "queries"), [(INBOX, 8), (SENT, 8)])
def test_a_list_takes_the_same_queries_however_long(
    client, number, address, queries, django_assert_num_queries
):
    referral, officer = make_referral_in("clarifying")
    copies(referral, number - 1)
    client.force_login(officer if address == INBOX else referral.created_by)
    with django_assert_num_queries(queries):
        page = client.get(f"{address}?tab=all")
    assert len(page.context["rows"]) == number


def test_the_list_of_what_was_sent_begins_with_what_needs_us(sent, caseworker):
    made = {
        state: make_referral_in(state, by=caseworker)[0].reference
        for state in ("waiting", "unrouted", "sent", "clarifying", "accepted", "completed", "declined")
    }
    assert set(sent()) == {made["unrouted"], made["clarifying"], made["declined"]}
    assert set(sent("tab=agency")) == {made["waiting"], made["sent"], made["accepted"]}
    assert set(sent("tab=ended")) == {made["completed"], made["declined"]}
    assert set(sent("tab=all")) == set(made.values())


def test_a_refusal_needs_us_until_something_follows_it(sent, caseworker):
    declined, _o = make_referral_in("declined", by=caseworker)
    assert sent() == [declined.reference]
    for _twice in range(2):
        make_referral(case=declined.case, by=caseworker, previous=declined)
    assert sent() == []


def test_the_sender_sees_the_worker_whatever_was_agreed(client, sent, caseworker):
    case = make_case(by=caseworker, worker={"name": "Contoh Kenanga"})
    make_referral_in("sent", by=caseworker, case=case, consent={"groups": ["contact"]})
    sent()
    assert "Kenanga" in client.get(f"{SENT}?tab=agency").text


def test_admins_have_no_inbox(client):
    client.force_login(make_user(partner=make_partner(), role="partner_admin"))
    assert client.get(INBOX).status_code == 403
    assert client.get(SENT).status_code == 403
