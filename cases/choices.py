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


class ConsentMethod(models.TextChoices):
    SIGNED = "signed", _("Signed form")
    RECORDED = "recorded", _("Recorded voice or message")
    SPOKEN = "spoken", _("Spoken to the caseworker")


class DataGroup(models.TextChoices):
    """What a worker can agree to share, group by group."""

    IDENTITY = (
        "identity",
        _("Identity: name, sex, birth date, NIK, passport, social security, home area, special needs"),
    )
    CONTACT = "contact", _("Contact: phone, address, safe way and time, reporter")
    CASE = "case", _("Case: work, employer, what happened, what is asked for")


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


class Need(models.TextChoices):
    """What a case may be waiting for from the people who own it; a filter of the list, kept nowhere."""

    ANSWER = "answer", _("Question to answer")
    CHOICE = "choice", _("Agency to choose")
    REFER_AGAIN = "refer_again", _("Refer again")
    OVERDUE = "overdue", _("Overdue")
    FIRST_REFERRAL = "first_referral", _("Not referred yet")
