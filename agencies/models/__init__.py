from .conduct import ConductAcceptance, ConductAcceptanceQuerySet
from .deadlines import CalendarDay, EscalationStep, PartnerDeadline
from .former_names import FormerName, name_on
from .imports import ImportRow, PeopleImport, PeopleImportQuerySet
from .mandates import Mandate, MandateQuerySet
from .offices import Duty, Office
from .partners import Partner, PartnerQuerySet
from .places import District, Province, Regency
from .reference import Deadline, Outcome, ReferenceQuerySet, ReferenceRow, Topic
from .reference_uploads import ReferenceUpload
from .review import ReviewAnswer, ReviewAnswerQuerySet, ReviewReminder
from .second_pair import FactorReset, FactorResetQuerySet
from .staff import Invitation, InvitationQuerySet, StaffEvent, StaffEventQuerySet
from .standing import Agreement, AgreementQuerySet, PartnerStep

__all__ = [
    "Agreement",
    "AgreementQuerySet",
    "CalendarDay",
    "ConductAcceptance",
    "ConductAcceptanceQuerySet",
    "Deadline",
    "District",
    "Duty",
    "EscalationStep",
    "FactorReset",
    "FactorResetQuerySet",
    "FormerName",
    "ImportRow",
    "Invitation",
    "InvitationQuerySet",
    "Mandate",
    "MandateQuerySet",
    "Office",
    "Outcome",
    "Partner",
    "PartnerDeadline",
    "PartnerQuerySet",
    "PartnerStep",
    "PeopleImport",
    "PeopleImportQuerySet",
    "Province",
    "ReferenceQuerySet",
    "ReferenceRow",
    "ReferenceUpload",
    "Regency",
    "ReviewAnswer",
    "ReviewAnswerQuerySet",
    "ReviewReminder",
    "StaffEvent",
    "StaffEventQuerySet",
    "Topic",
    "name_on",
]
