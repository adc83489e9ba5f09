"""One small world that tests of the whole portal share: an NGO and an agency with one case between them."""

from dataclasses import dataclass

from accounts.models import User
from accounts.roles import Caseworker, DataProtectionOfficer, Officer, PartnerAdmin, Supervisor
from accounts.tests.factories import make_portal_admin, make_user
from agencies.choices import PartnerKind
from agencies.models import Invitation, Partner, Topic
from agencies.tests.factories import make_partner, make_topic
from agencies.tests.inviting import make_invitation
from cases.models import Case
from cases.tests.factories import make_case
from notifications.models import Notification
from referrals import actions as referral_acts
from referrals.choices import LetterKind
from referrals.models import Letter, Referral
from referrals.tests.factories import make_referral


@dataclass(frozen=True)
class World:
    """`people` maps each role's code to one person; the officer works at the agency, the others at the NGO.

    The "stranger" is a caseworker of another NGO that has nothing to do with the case.
    """

    ngo: Partner
    agency: Partner
    people: dict[str, User]
    case: Case
    referral: Referral
    notification: Notification
    invitation: Invitation
    letter: Letter
    topic: Topic


def make_world() -> World:
    ngo = make_partner(code="SP", name_id="Suara Perempuan", reference_prefix="SP")
    agency = make_partner(code="KBRI_DOHA", name_id="KBRI Doha", kind=PartnerKind.MISSION)
    people = {
        role.code: make_user(partner=ngo, role=role.code)
        for role in (Caseworker, Supervisor, PartnerAdmin, DataProtectionOfficer)
    }
    people[Officer.code] = make_user(partner=agency, role=Officer.code)
    admin = make_portal_admin()
    people[admin.role] = admin
    people["stranger"] = make_user(partner=make_partner(), role=Caseworker.code)
    case = make_case(by=people[Caseworker.code])
    referral = make_referral(case=case, to=agency)
    notification = Notification.objects.get(recipient=people[Officer.code])
    invitation, _token = make_invitation(partner=ngo, by=people[PartnerAdmin.code])
    letter = referral_acts.issue(by=people[Caseworker.code], referral=referral, kind=LetterKind.LETTER)
    return World(
        ngo, agency, people, case, referral, notification, invitation, letter, make_topic(code="UPAH_LEMBUR")
    )
