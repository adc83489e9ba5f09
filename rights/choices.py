"""Codes and transition tables of the worker's rights over their data (UU 27/2022)."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# 3 x 24 hours, counted by the clock (UU 27/2022 art. 30, 32, 41 and 46(1)). The law's: no admin changes it.
ALLOWED = timedelta(hours=72)
WARN_AFTER = timedelta(hours=48)  # two thirds, as with every other time limit


class RequestKind(models.TextChoices):
    """What somebody may ask for. For erasure the law names no hours (art. 43 to 45, unconfirmed): we keep the same 72."""

    ACCESS = "access", _("Access: see and get a copy")
    CORRECTION = "correction", _("Correction: complete or put right")
    PAUSE = "pause", _("Pause: the data is used no further for now")
    ERASURE = "erasure", _("Erasure: delete and destroy")


ARTICLES: dict[RequestKind, str] = {
    RequestKind.ACCESS: "UU 27/2022 Pasal 7, 13, 32",
    RequestKind.CORRECTION: "UU 27/2022 Pasal 6, 30",
    RequestKind.PAUSE: "UU 27/2022 Pasal 11, 41",
    RequestKind.ERASURE: "UU 27/2022 Pasal 8, 43, 44",
}


class RequestState(models.TextChoices):
    """How far a request has come; `DONE` and `REFUSED` still have to be told to whoever asked. What is granted may be
    refused until it is carried out: the worker takes it back, or a hold comes."""

    RECEIVED = "received", pgettext_lazy("request", "Received")
    IDENTIFIED = "identified", pgettext_lazy("request", "Identity checked")
    GRANTED = "granted", pgettext_lazy("request", "Granted")
    DONE = "done", pgettext_lazy("request", "Carried out")
    REFUSED = "refused", pgettext_lazy("request", "Refused")
    TOLD = "told", pgettext_lazy("request", "Told: finished")


TRANSITIONS: dict[RequestState, frozenset[RequestState]] = {
    RequestState.RECEIVED: frozenset({RequestState.IDENTIFIED, RequestState.REFUSED}),
    RequestState.IDENTIFIED: frozenset({RequestState.GRANTED, RequestState.REFUSED}),
    RequestState.GRANTED: frozenset({RequestState.DONE, RequestState.REFUSED}),
    RequestState.DONE: frozenset({RequestState.TOLD}),
    RequestState.REFUSED: frozenset({RequestState.TOLD}),
    RequestState.TOLD: frozenset(),
}
OPEN = frozenset(set(RequestState) - {RequestState.TOLD})


class AskedBy(models.TextChoices):
    """Who asks: the data subject, or who acts for them and by what right."""

    WORKER = "worker", _("The worker")
    ATTORNEY = "attorney", _("Somebody with a power of attorney")
    PARENT = "parent", _("Parent or guardian of a child")
    HEIR = "heir", _("An heir")


class IdentityWay(models.TextChoices):
    """How it was made sure that the request comes from the person it is about."""

    CARD = "card", _("Identity card or passport, seen in person")
    KNOWN = "known", _("The caseworker knows the person and met them")
    CALLED = "called", _("Called back on the safe number, with questions only they can answer")
    PAPERS = "papers", _("Power of attorney or family papers, and the identity card of who asks")


class Ground(models.TextChoices):
    """Why a request is refused, with its place in the law; the last three are facts, not exceptions."""

    ENDANGERS = "endangers", _("It would endanger somebody's safety or health (art. 33 a)")
    OTHERS_DATA = "others_data", _("It would disclose another person's data (art. 33 b)")
    DEFENCE = "defence", _("National defence and security (art. 15(1) a, 33 c)")
    ENFORCEMENT = "enforcement", _("A criminal case or other law enforcement needs the data (art. 15(1) b)")
    PUBLIC = "public", _("Public interest in the administration of the state (art. 15(1) c)")
    SCIENCE = "science", _("Statistics and scientific research (art. 15(1) e)")
    LAW_DEMANDS = "law_demands", _("A law demands that the data be used (art. 41(2) a)")
    OTHERS_SAFETY = "others_safety", _("A pause could endanger somebody else (art. 41(2) b)")
    PROCEEDINGS = "proceedings", _("The data is needed to settle legal proceedings (art. 44(1) c)")
    NOT_WRONG = "not_wrong", _("What is kept was checked and is right")
    NOT_IDENTIFIED = "not_identified", _("The identity could not be established")
    TAKEN_BACK = "taken_back", _("Whoever asked has taken it back")


_FACTS = (Ground.NOT_IDENTIFIED, Ground.TAKEN_BACK)
_EXCEPTIONS = (Ground.DEFENCE, Ground.ENFORCEMENT, Ground.PUBLIC)
GROUNDS: dict[RequestKind, tuple[Ground, ...]] = {
    RequestKind.ACCESS: (Ground.ENDANGERS, Ground.OTHERS_DATA, Ground.DEFENCE, *_FACTS),
    RequestKind.CORRECTION: (
        Ground.NOT_WRONG,
        Ground.ENDANGERS,
        Ground.OTHERS_DATA,
        Ground.DEFENCE,
        *_FACTS,
    ),
    RequestKind.PAUSE: (Ground.LAW_DEMANDS, Ground.OTHERS_SAFETY, *_EXCEPTIONS, *_FACTS),
    RequestKind.ERASURE: (Ground.PROCEEDINGS, *_EXCEPTIONS, Ground.SCIENCE, *_FACTS),
}
BEFORE_IDENTITY = frozenset(_FACTS)  # grounds that need no identity


class Reminded(models.IntegerChoices):
    """How far people were told that a time limit passes."""

    NOTHING = 0
    WARNED = 1
    OVERDUE = 2


class ExportState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("export", "Being prepared")
    READY = "ready", pgettext_lazy("export", "Ready")
    FAILED = "failed", pgettext_lazy("export", "Could not be made")
    EXPIRED = "expired", pgettext_lazy("export", "Over: destroyed")


class ErasureState(models.TextChoices):
    """`PROPOSED` waits for a person, `CONFIRMED` for the worker."""

    PROPOSED = "proposed", pgettext_lazy("erasure", "Proposed")
    CONFIRMED = "confirmed", pgettext_lazy("erasure", "Confirmed")
    ERASED = "erased", pgettext_lazy("erasure", "Erased")
    DROPPED = "dropped", pgettext_lazy("erasure", "Dropped")


class ErasureWhy(models.TextChoices):
    RETENTION = "retention", _("The time for keeping it is over (art. 42 to 44)")
    REQUEST = "request", _("The worker asked for it (art. 8, 43(1) c)")


class Risk(models.TextChoices):
    """What a breach can do to the people concerned; our own scale."""

    LOW = "low", _("Low: hardly anybody can come to harm")
    MEDIUM = "medium", _("Medium: people may be bothered or exposed")
    HIGH = "high", _("High: a life, freedom or health may be in danger")


class BreachKind(models.TextChoices):
    """What failed (UU 27/2022 art. 46, explanation: confidentiality, integrity or availability)."""

    DISCLOSED = "disclosed", _("Read or disclosed without right")
    ALTERED = "altered", _("Altered without right")
    LOST = "lost", _("Lost or destroyed")


class Addressee(models.TextChoices):
    """Who has to be told of a breach (UU 27/2022 art. 46(1), (3)); partners are our own addition."""

    SUBJECT = "subject", _("The worker")
    AUTHORITY = "authority", _("The data protection authority (lembaga)")
    PARTNER = "partner", _("A partner")
    PUBLIC = "public", _("The public")
