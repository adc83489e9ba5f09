"""Who works in the demo: the partners it adds, and made-up people with one password for all of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django.utils.functional import Promise

from accounts.models import User
from accounts.roles import (
    Caseworker,
    DataProtectionOfficer,
    Officer,
    PartnerAdmin,
    PortalAdmin,
    Role,
    Supervisor,
)
from agencies import conduct
from agencies.actions import invite
from agencies.choices import PartnerKind, StaffVerb
from agencies.models import Partner, StaffEvent

from . import names, staff

PASSWORD = "demo-portal-pmi"  # known to everybody, on purpose
JOINED = timedelta(days=400)  # ago: before anything happened
SHUT_OUT = timedelta(days=9)  # since the suspended were suspended

Team = tuple[tuple[str, type[Role]], ...]  # what stands before the @, and the role
ONE: Team = (("petugas", Officer),)
RUMAH_MIGRAN, UPTD_PPA = "RUMAH_MIGRAN_CONTOH", "UPTD_PPA_CONTOH"
SUARA_PEREMPUAN, KJRI_JB = "SP", "KJRI_JOHOR_BAHRU"
BY_LETTER = "LPSK"  # a partner where nobody has an account


class Account(TypedDict):
    """What the sign-in page and the terminal show of an account."""

    email: str
    password: str
    role: str | Promise
    partner: str


@dataclass(frozen=True)
class Desk:
    """A partner with accounts: its code, the domain of its addresses, and who sits there.

    The first `shown` of them stand on the sign-in page, under `name`.
    """

    partner: str
    domain: str
    people: Team = ONE
    name: str = ""
    shown: int = 0


TWO: Team = (*ONE, ("petugas2", Officer))
BIG: Team = (*TWO, ("petugas3", Officer), ("admin", PartnerAdmin))

DESKS: tuple[Desk, ...] = (
    Desk(
        SUARA_PEREMPUAN,
        "suaraperempuan.example",
        (
            ("pendamping", Caseworker),
            ("koordinator", Supervisor),
            ("admin", PartnerAdmin),
            ("ppdp", DataProtectionOfficer),
            ("pendamping2", Caseworker),
            ("pendamping3", Caseworker),
            ("pendamping4", Caseworker),
        ),
        "Suara Perempuan",
        shown=4,
    ),
    Desk(KJRI_JB, "kjri-jb.example", BIG, "KJRI Johor Bahru", shown=1),
    Desk("KBRI_KUALA_LUMPUR", "kbri-kl.example", BIG, "KBRI Kuala Lumpur", shown=1),
    Desk("KDEI_TAIPEI", "kdei.example", TWO, "KDEI Taipei", shown=1),
    Desk("BP3MI_JATIM", "bp3mi-jatim.example", BIG, "BP3MI Jawa Timur", shown=1),
    Desk("BP3MI_NTB", "bp3mi-ntb.example", TWO, "BP3MI Nusa Tenggara Barat", shown=1),
    Desk("DISNAKER_35", "disnaker-jatim.example", TWO, "Disnakertrans Provinsi Jawa Timur", shown=1),
    Desk("KEMLU_PWNI", "kemlu.example", BIG, "Direktorat Pelindungan WNI, Kementerian Luar Negeri", shown=1),
    Desk(UPTD_PPA, "uptd-ppa.example", TWO, "UPTD PPA Contoh", shown=1),
    Desk(
        RUMAH_MIGRAN,
        "rumahmigran.example",
        (
            ("pendamping", Caseworker),
            ("koordinator", Supervisor),
            ("pendamping2", Caseworker),
            ("admin", PartnerAdmin),
        ),
        "Rumah Migran Contoh",
        shown=1,
    ),
    Desk("KJRI_PENANG", "kjri-penang.example"),
    Desk("KJRI_KUCHING", "kjri-kuching.example"),
    Desk("KJRI_KOTA_KINABALU", "kjri-kk.example", TWO),
    Desk("KRI_TAWAU", "kri-tawau.example"),
    Desk("KBRI_RIYADH", "kbri-riyadh.example", TWO),
    Desk("KJRI_JEDDAH", "kjri-jeddah.example", TWO),
    Desk("KJRI_HONG_KONG", "kjri-hk.example", TWO),
    Desk("KBRI_SINGAPORE", "kbri-sg.example", TWO),
    Desk("KBRI_PHNOM_PENH", "kbri-pp.example", TWO),
    Desk("KBRI_ABU_DHABI", "kbri-ad.example"),
    Desk("KJRI_DUBAI", "kjri-dubai.example"),
    Desk("KBRI_BANDAR_SERI_BEGAWAN", "kbri-bsb.example"),
    Desk("KBRI_SEOUL", "kbri-seoul.example"),
    Desk("KBRI_YANGON", "kbri-yangon.example"),
    Desk("BP3MI_JATENG", "bp3mi-jateng.example", TWO),
    Desk("BP3MI_JABAR", "bp3mi-jabar.example", TWO),
    Desk("BP3MI_LAMPUNG", "bp3mi-lampung.example"),
    Desk("BP3MI_NTT", "bp3mi-ntt.example"),
    Desk("BP3MI_SUMUT", "bp3mi-sumut.example"),
    Desk("BP3MI_BANTEN", "bp3mi-banten.example"),
    Desk("BP3MI_SULSEL", "bp3mi-sulsel.example"),
    Desk("BP3MI_KEPRI", "bp3mi-kepri.example"),
    Desk("BP3MI_KALBAR", "bp3mi-kalbar.example"),
    Desk("BP3MI_BALI", "bp3mi-bali.example"),
    Desk("BP3MI_DKI", "bp3mi-dki.example"),
    Desk("DISNAKER_52", "disnaker-ntb.example"),
    Desk("DISNAKER_33", "disnaker-jateng.example"),
    Desk("POLRI", "polri.example"),
    Desk("KEMENSOS", "kemensos.example"),
    Desk("BPJSTK", "bpjstk.example"),
)
PORTAL_ADMIN = "admin@portal.example"
PORTAL: Team = (  # of the portal itself
    ("admin", PortalAdmin),
    ("ppdp", DataProtectionOfficer),
    ("admin2", PortalAdmin),
)
INVITED = "pendamping5@suaraperempuan.example"
SUSPENDED = frozenset({"pendamping4@suaraperempuan.example", "petugas3@bp3mi-jatim.example"})


def _accounts() -> Iterator[Account]:
    for desk in DESKS:
        for local, role in desk.people[: desk.shown]:
            yield {
                "email": f"{local}@{desk.domain}",
                "password": PASSWORD,
                "role": role.name,
                "partner": desk.name,
            }
    for local, role in PORTAL:
        yield {"email": f"{local}@portal.example", "password": PASSWORD, "role": role.name, "partner": ""}


ACCOUNTS: list[Account] = list(_accounts())


def every_email() -> list[str]:
    """The addresses of all people of the demo."""
    return [f"{local}@{desk.domain}" for desk in DESKS for local, _role in desk.people] + [
        f"{local}@portal.example" for local, _role in PORTAL
    ]


def add_partners() -> None:
    """The demo's own partners, so that every kind of partner takes part."""
    made_up = {"city": "Surabaya", "province_id": "35", "source": "Made up for the demo"}
    Partner.objects.bulk_create(
        [
            Partner(
                code=RUMAH_MIGRAN,
                kind=PartnerKind.NGO,
                name_id="Rumah Migran Contoh",
                reference_prefix="RMC",
                email="kantor@rumahmigran.example",
                **made_up,
            ),
            Partner(
                code=UPTD_PPA,
                kind=PartnerKind.OTHER,
                name_id="UPTD PPA Contoh",
                reference_prefix="UPTD-PPA-CONTOH",
                email="kantor@uptd-ppa.example",
                **made_up,
            ),
        ],
        ignore_conflicts=True,
    )


def add_people(partners: dict[str, Partner]) -> list[User]:
    """Everybody who works in the demo. The password is hashed once: hashing is slow on purpose."""
    secret, full_names = make_password(PASSWORD), names.staff()
    people = [
        User(
            email=f"{local}@{desk.domain}",
            password=secret,
            full_name=next(full_names),
            partner=partners[desk.partner],
            role=role.code,
            time_zone=partners[desk.partner].time_zone,
            is_active=f"{local}@{desk.domain}" not in SUSPENDED,
            conduct_version=conduct.CURRENT,
        )
        for desk in DESKS
        for local, role in desk.people
    ]
    people += [
        User(
            email=f"{local}@portal.example",
            password=secret,
            full_name=next(full_names),
            role=role.code,
            conduct_version=conduct.CURRENT,
        )
        for local, role in PORTAL
    ]
    for number, person in enumerate(people):
        here = timedelta(hours=3 + number * 7 % 60)
        person.last_login = timezone.now() - (here if person.is_active else SHUT_OUT + here)
    User.objects.bulk_create(people)
    User.objects.filter(pk__in=[person.pk for person in people]).update(date_joined=timezone.now() - JOINED)
    return people


def add_log() -> None:
    """How all these accounts came to be, for the admins' log; and one invitation that is still open."""
    everybody = list(User.objects.filter(email__in=every_email()).order_by("pk"))
    chief = next(person for person in everybody if person.email == PORTAL_ADMIN)
    joined, log = timezone.now() - JOINED, list[StaffEvent]()
    for number, person in enumerate(everybody):
        invited = joined + timedelta(hours=3 * number)
        if person is not chief:
            log.append(_entry(StaffVerb.INVITED, invited, chief, person))
            log.append(_entry(StaffVerb.ACCEPTED, invited + timedelta(hours=2 + number % 40), person, person))
        if not person.is_active:
            admins = [
                one
                for one in everybody
                if one.partner_id == person.partner_id and one.role == PartnerAdmin.code
            ]
            log.append(_entry(StaffVerb.SUSPENDED, timezone.now() - SHUT_OUT, admins[0], person))
    StaffEvent.objects.bulk_create(sorted(log, key=lambda entry: entry.at))
    invite(
        by=chief,
        partner=Partner.objects.get(code=SUARA_PEREMPUAN),
        email=INVITED,
        full_name="Kartika Contoh",
        role=Caseworker.code,
        language="id",
    )
    staff.lead(everybody)


def _entry(verb: StaffVerb, at: datetime, by: User, about: User) -> StaffEvent:
    """A line of the log as agencies.actions writes it: who is invited has no account yet, nor a role to be suspended."""
    return StaffEvent(
        at=at,
        actor=by,
        partner_id=about.partner_id,
        subject=None if verb is StaffVerb.INVITED else about,
        subject_email=about.email,
        verb=verb,
        detail={} if verb is StaffVerb.SUSPENDED else {"role": about.role},
    )


def short_name(partner: Partner) -> str:
    """What the partner's own register calls it: "KJRI-JB"."""
    domain = next((desk.domain for desk in DESKS if desk.partner == partner.code), partner.code)
    return domain.removesuffix(".example").replace("_", "-").upper()
