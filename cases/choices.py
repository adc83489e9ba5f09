"""Coded lists of a complaint; sources stand beside the fields in agencies/data/form_fields.csv."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ReporterType(models.TextChoices):
    """Who may bring a complaint."""

    WORKER = "worker", _("The worker")
    PROSPECTIVE = "prospective_worker", _("A prospective worker")
    FAMILY = "family", _("Family")
    LAWYER = "lawyer", _("Lawyer")
    ORGANISATION = "organisation", _("Organisation")
    OFFICER = "officer", _("Government officer")


class Relation(models.TextChoices):
    """Family as Permen P2MI 32/2025 art. 1 defines it."""

    SELF = "self", _("The worker themself")
    SPOUSE = "spouse", _("Husband or wife")
    CHILD = "child", _("Child")
    PARENT = "parent", _("Parent")
    OTHER_FAMILY = "other_family", _("Other family")
    ATTORNEY = "attorney", _("Attorney or companion")


class Sex(models.TextChoices):
    FEMALE = "female", _("Female")
    MALE = "male", _("Male")


class ProceduralStatus(models.TextChoices):
    """Whether the placement went through the official procedure (UU 18/2017)."""

    PROCEDURAL = "procedural", _("Procedural")
    NONPROCEDURAL = "nonprocedural", _("Non-procedural")
    UNKNOWN = "unknown", _("Not known yet")


class Scheme(models.TextChoices):
    G_TO_G = "g_to_g", _("Government to government (G to G)")
    G_TO_P = "g_to_p", _("Government to private (G to P)")
    P_TO_P = "p_to_p", _("Private to private (P to P)")
    OWN_COMPANY = "own_company", _("Own company (UKPS)")
    INDIVIDUAL = "individual", _("Individual")
    UNKNOWN = "unknown", _("Not known yet")


class Sector(models.TextChoices):
    DOMESTIC = "domestic_work", _("Domestic work")
    FISHING = "fishing_crew", _("Fishing crew")
    MERCHANT = "merchant_crew", _("Merchant crew")
    PLANTATION = "plantation", _("Plantation")
    CONSTRUCTION = "construction", _("Construction")
    MANUFACTURING = "manufacturing", _("Manufacturing")
    CARE = "care", _("Care of the sick or elderly")
    ONLINE_SCAM = "online_scam", _("Online scam compound")
    OTHER = "other", _("Other")


class Channel(models.TextChoices):
    """How the complaint reached us."""

    IN_PERSON = "in_person", _("In person")
    LETTER = "letter", _("Letter")
    PHONE = "phone", _("Phone")
    EMAIL = "email", _("E-mail")
    E_PENGADUAN = "e_pengaduan", _("e-Pengaduan")
    SOCIAL_MEDIA = "social_media", _("Social media or WhatsApp")
    SMS = "sms", _("SMS")
    OTHER = "other", _("Other")


class SafeChannel(models.TextChoices):
    """How the worker may be reached without putting them in danger."""

    CALL = "call", _("Phone call")
    CHAT = "chat", _("WhatsApp or other chat")
    SMS = "sms", _("SMS")
    VIA_REPORTER = "via_reporter", _("Only through the reporter")
    NONE = "none", _("Do not contact for now")


class TraffickingStatus(models.TextChoices):
    """HTCDS 2.0, vic_TraffickingStatus (IOM, CC BY 4.0)."""

    POSSIBLE = "possible", _("Possibly a victim of trafficking")
    CONFIRMED = "confirmed", _("A victim of trafficking")
    NOT = "not", _("Not a victim of trafficking")


class AssertedBy(models.TextChoices):
    """Whose finding the trafficking status is (HTCDS 2.0, vic_TraffickingStatusDecisionMakingOrg)."""

    POLICE = "police", _("Police")
    NGO = "ngo", _("NGO")
    COURT = "court", _("Court or prosecution")
    GOVERNMENT = "government", _("Another government body")
    OTHER = "other", _("Other")


class MeansOfControl(models.TextChoices):
    """How the worker was or is controlled (HTCDS 2.0; agencies/data/form_fields.csv)."""

    DEBT_BONDAGE = "debt_bondage", _("Debt bondage")
    TAKES_EARNINGS = "takes_earnings", _("Takes the earnings")
    RESTRICTS_MONEY = "restricts_money", _("Restricts access to money")
    THREATS = "threats", _("Threats")
    PSYCHOLOGICAL_ABUSE = "psychological_abuse", _("Psychological abuse")
    PHYSICAL_ABUSE = "physical_abuse", _("Physical abuse")
    SEXUAL_ABUSE = "sexual_abuse", _("Sexual abuse")
    FALSE_PROMISES = "false_promises", _("False promises")
    SUBSTANCES = "substances", _("Alcohol or drugs")
    RESTRICTS_MOVEMENT = "restricts_movement", _("Restricts movement")
    RESTRICTS_MEDICAL_CARE = "restricts_medical_care", _("Restricts medical care")
    EXCESSIVE_HOURS = "excessive_hours", _("Excessive working hours")
    USES_CHILDREN = "uses_children", _("Uses the children as a threat")
    THREAT_OF_POLICE = "threat_of_police", _("Threat of the police")
    WITHHOLDS_NECESSITIES = "withholds_necessities", _("Withholds food, water or sleep")
    WITHHOLDS_DOCUMENTS = "withholds_documents", _("Withholds passport or documents")
    OTHER = "other", _("Other")


class ConsentMethod(models.TextChoices):
    """How a worker agrees; `OVERRIDE` is a supervisor's decision without the worker (UU 27/2022 art. 20(2)d)."""

    SIGNED = "signed", _("Signed form")
    RECORDED = "recorded", _("Recorded voice or message")
    SPOKEN = "spoken", _("Spoken before a witness")
    OVERRIDE = "override", _("Life in danger: decided by a supervisor")


class DataGroup(models.TextChoices):
    """What a worker can agree to share, group by group."""

    IDENTITY = (
        "identity",
        _("Identity: name, sex, birth date, NIK, passport, social security, home area"),
    )
    CONTACT = "contact", _("Contact: phone, address, safe way and time, reporter")
    CASE = "case", _("Case: work, employer, what happened, what is asked for")
    HEALTH = "health", _("Health: disability and special needs, medical reports")
    VIOLENCE = "violence", _("Violence: signs of trafficking, means of control")
    DOCUMENTS = "documents", _("Documents: contract, passport copy, pay slips and other files")


class ScanState(models.TextChoices):
    """What the virus scanner says of a file."""

    UNSCANNED = "unscanned", _("Not yet checked for viruses")
    CLEAN = "clean", _("Checked for viruses")
    INFECTED = "infected", _("Holds a virus")


class DocumentKind(models.TextChoices):
    CONTRACT = "contract", _("Work contract")
    PASSPORT = "passport", _("Passport copy")
    IDENTITY_CARD = "identity_card", _("Identity card (KTP) copy")
    PAY_SLIP = "pay_slip", _("Pay slip")
    POWER_OF_ATTORNEY = "power_of_attorney", _("Power of attorney (surat kuasa)")
    CONSENT_FORM = "consent_form", _("Signed consent form")
    MEDICAL_REPORT = "medical_report", _("Medical report")
    PHOTO = "photo", _("Photo")
    RECORDING = "recording", _("Voice or video recording")
    WITNESS_STATEMENT = "witness", _("Witness statement")
    CHAT = "chat", _("Chat or message")
    LETTER = "letter", _("Letter from an agency")
    OTHER = "other", _("Other document")


class ClockCode(models.TextChoices):
    """Time limits that run as clocks of their own; their lengths stand in agencies.Deadline under the same code."""

    DOCS_INCOMPLETE = "DOCS_INCOMPLETE", _("Documents are missing")
    DATA_UNCLEAR = "DATA_UNCLEAR", _("An explanation is missing")
    UNREACHABLE = "UNREACHABLE", _("The reporter cannot be reached")
    NO_REPLY = "NO_REPLY", _("No reply from the reporter")
    PDP_WITHDRAW = "PDP_WITHDRAW", _("Stop processing after consent was withdrawn")
    TPKS_REPORT = "TPKS_REPORT", _("Report sexual violence to the police")


class SettlementState(models.TextChoices):
    """Whether what was agreed was also done."""

    PENDING = "pending", _("Not due yet")
    FULFILLED = "fulfilled", _("Fulfilled")
    PARTLY = "partly", _("Fulfilled in part")
    BROKEN = "broken", _("Not fulfilled")


class EventKind(models.TextChoices):
    """What can happen to a case; the timeline tells them in the order of `at`."""

    LOGGED = "logged", _("Complaint logged")
    EDITED = "edited", _("Case details changed")
    ASSIGNED = "assigned", _("Case assigned")
    NOTED = "noted", _("Note on the case")
    REFERRED = "referred", _("Referral made")
    SENT = "sent", _("Referral sent")
    UNROUTED = "unrouted", pgettext_lazy("event", "Needs a person to choose the agency")
    RECEIVED = "received", _("Referral opened by the agency")
    ACCEPTED = "accepted", _("Referral accepted")
    DECLINED = "declined", _("Referral declined")
    ASKED = "asked", _("Question asked")
    ANSWERED = "answered", _("Question answered")
    PROGRESS = "progress", _("Progress reported")
    COMPLETED = "completed", _("Referral completed")
    WITHDRAWN = "withdrawn", _("Referral withdrawn")
    REOPENED = "reopened", _("Referral reopened")
    HANDED_OVER = "handed_over", _("Referral handed over")
    ESCALATED = "escalated", _("Reminder sent")
    MESSAGE = "message", _("Message")
    INTERNAL = "internal", _("Internal note")
    LEAD = "lead", _("Lead agency named")
    REGISTERED = "registered", _("Register number given")
    LETTER_ISSUED = "letter_issued", _("Letter issued")
    PLANNED = "planned", _("Next step planned")
    STEP_DONE = "step_done", _("Step done")
    STEP_DROPPED = "step_dropped", _("Step dropped")
    DOCUMENT_ADDED = "document_added", _("Document added")
    DOCUMENT_REMOVED = "document_removed", _("Document removed")
    CLOCK_STARTED = "clock_started", _("Time limit started")
    CLOCK_WARNED = "clock_warned", _("Time limit: two thirds have passed")
    CLOCK_STOPPED = "clock_stopped", _("Time limit stopped")
    CLOCK_RAN_OUT = "clock_ran_out", _("Time limit has passed")
    CONSENT_CHANGED = "consent_changed", _("Consent changed")
    CONSENT_WITHDRAWN = "consent_withdrawn", _("Consent withdrawn")
    CONSENT_OVERRIDDEN = "consent_overridden", _("Shared without consent: life in danger")
    CONSENT_REVIEWED = "consent_reviewed", _("Sharing without consent reviewed")
    CLOSED = "closed", _("Case closed")
    CASE_REOPENED = "case_reopened", _("Case reopened")
    SETTLEMENT = "settlement", _("Settlement followed up")
    RESTRICTED = "restricted", _("Case restricted to named staff")
    LIFT_PROPOSED = "lift_proposed", _("Nothing asks for the restriction any more")
    LIFTED = "lifted", _("Restriction lifted")
    ACCESS_GRANTED = "access_granted", _("Named to read the case")
    ACCESS_REVOKED = "access_revoked", _("Named no longer")
    GLASS_BROKEN = "glass_broken", _("Opened in an emergency")
    PAUSED = "paused", _("The data is used no further: the worker asked for it")
    RESUMED = "resumed", _("The data may be used again")
    CORRECTED = "corrected", _("Data corrected: the worker asked for it")
    DATA_REQUESTED = "data_requested", _("The worker asks about their data")
    ERASED = "erased", _("Case erased")
    GLASS_REVIEWED = "glass_reviewed", _("Opening in an emergency reviewed")


class Need(models.TextChoices):
    """What a case may be waiting for from the people who own it; a filter of the list, kept nowhere."""

    ANSWER = "answer", _("Question to answer")
    CHOICE = "choice", _("Agency to choose")
    REFER_AGAIN = "refer_again", _("Refer again")
    OVERDUE = "overdue", _("Overdue")
    FIRST_REFERRAL = "first_referral", _("Not referred yet")
    SETTLEMENT = "settlement", _("Settlement to follow up")


class RestrictReason(models.TextChoices):
    """Why a case is for named staff only. All but the last are found by the portal (cases.restriction)."""

    SEXUAL_VIOLENCE = "sexual_violence", _("Sexual violence")
    TRAFFICKING = "trafficking", _("Trafficking")
    CHILD = "child", _("A child")
    TOPIC = "topic", _("Another topic that is for named staff")
    BY_HAND = "by_hand", _("Decided by a person")


class AccessWay(models.TextChoices):
    """How somebody beside the caseworker came to read a restricted case."""

    NAMED = "named", _("Named")
    GLASS = "glass", _("Opened in an emergency")


class GlassReason(models.TextChoices):
    """What breaking the glass is for; the words of the person come beside it."""

    DANGER = "danger", _("Somebody is in danger now")
    AWAY = "away", _("The caseworker cannot be reached, and something is due")
    ASKED = "asked", _("An agency, the police or a hospital asks, and cannot wait")
    CAME = "came", _("The worker or the family is here or on the phone")
    OTHER = "other", _("Another reason")


class Verdict(models.TextChoices):
    """What a reviewer says of an opening in an emergency."""

    CONFIRMED = "confirmed", _("It was right")
    OBJECTED = "objected", _("It was not right")


class Same(models.TextChoices):
    """What two persons have alike, who may be one."""

    NIK = "nik", _("Same NIK")
    PASSPORT = "passport", _("Same passport number")
    PHONE = "phone", _("Same phone number")
    NAME = "name", _("Name sounds alike")
    NAME_NEARLY = "name_nearly", _("Name nearly alike")
    BIRTH_DATE = "birth_date", _("Same birth date")
    BIRTH_YEAR = "birth_year", _("Same birth year")
    REGENCY = "regency", _("Same home regency or city")
