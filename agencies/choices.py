"""Coded lists of partners, mandates and reference data."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PartnerKind(models.TextChoices):
    NGO = "ngo", _("NGO")
    BP3MI = "bp3mi", _("BP3MI")
    DISNAKER = "disnaker", _("Disnakertrans")
    KEMLU = "kemlu", _("Ministry of Foreign Affairs")
    MISSION = "mission", _("Mission abroad")
    OTHER = "other", _("Other agency")


class MissionType(models.TextChoices):
    KBRI = "KBRI", _("Embassy (KBRI)")
    KJRI = "KJRI", _("Consulate General (KJRI)")
    KRI = "KRI", _("Consulate (Konsulat RI)")
    KDEI = "KDEI", _("Trade office (KDEI)")
    PTRI = "PTRI", _("Permanent mission (PTRI)")


class PartnerState(models.TextChoices):
    """Where a partner is in its life here; `MAY_BECOME` says what may follow."""

    REGISTERED = "registered", pgettext_lazy("partner", "registered")
    ACTIVE = "active", pgettext_lazy("partner", "active")
    SUSPENDED = "suspended", pgettext_lazy("partner", "suspended")
    CLOSED = "closed", pgettext_lazy("partner", "closed")


MAY_BECOME: dict[PartnerState, frozenset[PartnerState]] = {
    PartnerState.REGISTERED: frozenset({PartnerState.ACTIVE, PartnerState.CLOSED}),
    PartnerState.ACTIVE: frozenset({PartnerState.SUSPENDED, PartnerState.CLOSED}),
    PartnerState.SUSPENDED: frozenset({PartnerState.ACTIVE, PartnerState.CLOSED}),
    PartnerState.CLOSED: frozenset(),
}


class Step(models.TextChoices):
    """What was done with a partner as a whole."""

    REGISTERED = "registered", pgettext_lazy("step of a partner", "Registered")
    ACTIVATED = "activated", pgettext_lazy("step of a partner", "Activated")
    SUSPENDED = "suspended", pgettext_lazy("step of a partner", "Suspended")
    REACTIVATED = "reactivated", pgettext_lazy("step of a partner", "Reactivated")
    CLOSED = "closed", pgettext_lazy("step of a partner", "Closed")


class Stage(models.TextChoices):
    """Where in the migration the worker is (UU 18/2017 art. 7: before, during and after work)."""

    BEFORE = "before", _("Before departure")
    DURING = "during", _("Abroad")
    AFTER = "after", _("After return")


class Urgency(models.TextChoices):
    EMERGENCY = "emergency", _("Emergency")
    URGENT = "urgent", _("Urgent")
    NORMAL = "normal", _("Normal")


class ServiceKind(models.TextChoices):
    """What a referral asks for and what a partner's service is (inter-agency referral form; data/form_fields.csv)."""

    REPATRIATION = "repatriation", _("Repatriation")
    LEGAL_AID = "legal_aid", _("Legal aid")
    MEDIATION = "mediation", _("Mediation")
    SHELTER = "shelter", _("Safe shelter")
    MEDICAL = "medical", _("Medical care")
    PSYCHOSOCIAL = "psychosocial", _("Psychosocial support")
    BASIC_NEEDS = "basic_needs", _("Basic needs")
    DOCUMENT = "document", _("Documents")
    FAMILY_TRACING = "family_tracing", _("Family tracing")
    INSURANCE_CLAIM = "insurance_claim", _("Insurance claim")
    OTHER = "other", _("Other")


class SourceStatus(models.TextChoices):
    """How well a source carries a row of reference data (agencies/data/README.md)."""

    VERIFIED = "V", _("Stated by a source")
    OFFICE_ONLY = "H", _("Office confirmed, district not")
    PARTLY = "P", _("Partly confirmed")
    INFERRED = "I", _("Inferred from other rows")
    UNCONFIRMED = "U", _("Not confirmed by any source")
    OWN = "own", _("Our own addition")

    @classmethod
    def to_confirm(cls) -> frozenset[str]:
        """The marks of rows that a person should confirm before they are relied upon."""
        return frozenset({cls.OFFICE_ONLY, cls.PARTLY, cls.INFERRED, cls.UNCONFIRMED})


class TopicStage(models.TextChoices):
    """When a topic usually comes up; a topic of ANY stage comes up throughout."""

    BEFORE = Stage.BEFORE.value, Stage.BEFORE.label
    DURING = Stage.DURING.value, Stage.DURING.label
    AFTER = Stage.AFTER.value, Stage.AFTER.label
    ANY = "any", _("Any stage")


class OutcomeClass(models.TextChoices):
    """How an outcome counts in statistics."""

    RESOLVED = "resolved", _("Resolved")
    PARTIAL = "partial", _("Partly resolved")
    ONGOING = "ongoing", _("Continues elsewhere")
    TRANSFERRED = "transferred", _("Handed to another agency")
    CLOSED = "closed", _("Closed without result")


class ExtraField(models.TextChoices):
    """What an outcome asks for besides."""

    AMOUNT = "amount", _("the sum")
    CURRENCY = "currency", _("the currency")


class DeadlineUnit(models.TextChoices):
    HOURS = "hours", _("hours")
    DAYS = "days", _("days")
    WORKING_DAYS = "working days", _("working days")
    MONTHS = "months", _("months")
    YEARS = "years", _("years")


class Counting(models.TextChoices):
    """In which time a deadline counts: every hour, or the hours in which the partner that must act is at work."""

    CLOCK = "clock", _("clock time")
    WORKING = "working", _("working time")


class Recipients(models.TextChoices):
    """Who is reminded of a referral whose deadline passes."""

    MOVER = "mover", _("Everybody at the partner whose move it is")
    MOVER_SUPERVISORS = "mover_supervisors", _("Supervisors of the partner whose move it is")
    OTHER_SIDE = "other_side", _("The other side")
    PORTAL = "portal", _("The portal's supervisor")


# The rules on named staff and on reports of sexual violence go by these topics (ADR 0018, UU 12/2022): each stays in use and
# restricted, whatever else an admin changes of it.
GUARDED_TOPICS = frozenset({"KEKERASAN_SEKSUAL", "TPPO", "ONLINE_SCAM"})


class DeadlineBasis(models.TextChoices):
    LAW = "law", _("Law")
    PRACTICE = "practice", _("Practice")


class AgencyCode(models.TextChoices):
    """The roles that topics name in `typical_agencies`; a mandate says which of them its partner fills."""

    KP2MI = "KP2MI", _("Ministry of Indonesian Migrant Worker Protection (KP2MI)")
    BP3MI = "BP3MI", _("BP3MI")
    P4MI = "P4MI", _("P4MI")
    DISNAKER_PROV = "DISNAKER_PROV", _("Provincial Disnakertrans")
    DISNAKER_KAB = "DISNAKER_KAB", _("Regency or city Disnakertrans")
    PEMDES = "PEMDES", _("Village government")
    LTSA = "LTSA", _("One-stop migrant service centre (LTSA)")
    KEMLU_PWNI = "KEMLU_PWNI", _("Directorate for citizen protection, Ministry of Foreign Affairs")
    PERWAKILAN = "PERWAKILAN", _("Indonesian mission abroad")
    POLRI = "POLRI", _("National police")
    UPTD_PPA = "UPTD_PPA", _("Unit for protection of women and children (UPTD PPA)")
    KEMENSOS = "KEMENSOS", _("Ministry of Social Affairs")
    LPSK = "LPSK", _("Witness and victim protection agency (LPSK)")
    BPJSTK = "BPJSTK", _("BPJS Ketenagakerjaan")
    IMIGRASI = "IMIGRASI", _("Immigration")


class ImportState(models.TextChoices):
    """How far a table of people has come."""

    WAITING = "waiting", _("is being read")
    CHECKED = "checked", _("waits for you")
    REFUSED = "refused", _("could not be used")
    CONFIRMED = "confirmed", _("is being carried out")
    DONE = "done", _("carried out")

    @classmethod
    def moving(cls) -> frozenset[str]:
        """The states in which the worker has something to do."""
        return frozenset({cls.WAITING, cls.CONFIRMED})


class ReviewStage(models.TextChoices):
    """When the admins of a partner are reminded of the review of accounts."""

    BEGUN = "begun", _("The quarter has begun")
    ENDS = "ends", _("The quarter ends soon")


class StaffVerb(models.TextChoices):
    """What the log of accounts and reference data can tell."""

    INVITED = "invited", _("Invited")
    RESENT = "resent", _("Invitation sent again")
    REVOKED = "revoked", _("Invitation withdrawn")
    ACCEPTED = "accepted", _("Invitation accepted")
    ROLE_CHANGED = "role_changed", _("Role changed")
    SUSPENDED = "suspended", _("Account suspended")
    REACTIVATED = "reactivated", _("Account reactivated")
    SECOND_FACTOR_RESET = "second_factor_reset", _("Second factor reset")
    PARTNER_EDITED = "partner_edited", _("Partner's data changed")
    PARTNER_SUSPENDED = "partner_suspended", _("Partner suspended")
    PARTNER_REACTIVATED = "partner_reactivated", _("Partner reactivated")
    DEADLINE_EDITED = "deadline_edited", _("Deadline changed")
    CALENDAR_EDITED = "calendar_edited", _("Calendar changed")
    REMINDERS_EDITED = "reminders_edited", _("Reminders changed")
    CONFIRMED = "reference_confirmed", _("Reference data confirmed")
    UNCONFIRMED = "reference_unconfirmed", _("Confirmation taken back")
    PARTNER_REGISTERED = "partner_registered", _("Partner registered")
    AGREEMENT_FILED = "agreement_filed", _("Agreement put on file")
    PARTNER_CLOSED = "partner_closed", _("Partner closed")
    OFFICE_EDITED = "office_edited", _("Office changed")
    ROSTER_EDITED = "roster_edited", _("Duty roster changed")
    DEPUTY_SET = "deputy_set", _("Deputy changed")
    MOVED = "moved", _("Moved to another partner")
    PEOPLE_IMPORTED = "people_imported", _("List of people taken in")
    SECOND_ADMIN_ASKED = "second_admin_asked", _("Waits for a second admin")
    SECOND_ADMIN_REFUSED = "second_admin_refused", _("Refused by the second admin")
    LOCKED_UNUSED = "locked_unused", _("Account locked: long unused")
    UNLOCKED = "unlocked", _("Account unlocked")
    CONDUCT_ACCEPTED = "conduct_accepted", _("Code of conduct accepted")
    STAFF_CONFIRMED = "staff_confirmed", _("Confirmed in the review of accounts")
    MANDATE_EDITED = "mandate_edited", _("Mandate changed")
    REFERENCE_EDITED = "reference_edited", _("Reference data changed")
    REFERENCE_RETIRED = "reference_retired", _("Reference data taken out of use")
    REFERENCE_RESTORED = "reference_restored", _("Reference data brought back into use")
    SERVICE_EDITED = "service_edited", _("Service changed")
