"""What the demo's partners offer. Every name, number and address is invented: numbers begin with 555 01, streets are "Contoh"."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time
from typing import Any

from agencies.choices import ServiceKind
from directory.choices import AddressReach, Audience, HoursKind

from . import people

WEEK, SIX_DAYS = range(5), range(6)


@dataclass(frozen=True)
class Offer:
    """One service: its partner's code, kind, names, and what differs from the usual."""

    partner: str
    kind: ServiceKind
    name_id: str
    name_en: str
    about: str
    phone: str
    days: tuple[range, time, time] | None = None
    checked_days_ago: int = 20
    phone_is_public: bool = True
    staff_phone: str = ""
    more: dict[str, Any] = field(default_factory=dict)


def _shelter(capacity: int, free: int, **more: Any) -> dict[str, Any]:
    return {
        "hours_kind": HoursKind.ALWAYS,
        "address_reach": AddressReach.OWN,
        "capacity": capacity,
        "places_free": free,
        "how_to_apply": "Telepon dulu, kapan saja. Alamat diberitahukan lewat telepon.",
        **more,
    }


OFFERS: tuple[Offer, ...] = (
    Offer(
        people.KJRI_JB,
        ServiceKind.SHELTER,
        "Penampungan sementara KJRI Johor Bahru",
        "Temporary shelter of KJRI Johor Bahru",
        "Tempat tinggal, makanan, dan pendampingan sampai kepulangan. Perempuan dan anak didahulukan.",
        "+60 7 555 0101",
        staff_phone="+60 7 555 0191",
        more=_shelter(
            40,
            6,
            districts=["MY-JOHOR", "MY-MELAKA", "MY-NEGERI-SEMBILAN", "MY-PAHANG"],
            languages=["id", "ms", "jv"],
            address="Jalan Contoh 12",
        ),
    ),
    Offer(
        people.KJRI_JB,
        ServiceKind.DOCUMENT,
        "SPLP dan paspor di KJRI Johor Bahru",
        "Travel documents at KJRI Johor Bahru",
        "Surat perjalanan laksana paspor untuk yang paspornya hilang atau ditahan majikan.",
        "+60 7 555 0102",
        more={
            "districts": ["MY-JOHOR", "MY-MELAKA", "MY-NEGERI-SEMBILAN", "MY-PAHANG"],
            "is_free": False,
            "fees": "SPLP RM 20; dibebaskan untuk korban",
            "address": "Jalan Contoh 1",
            "address_reach": AddressReach.PUBLIC,
        },
    ),
    Offer(
        "KBRI_KUALA_LUMPUR",
        ServiceKind.SHELTER,
        "Rumah aman KBRI Kuala Lumpur",
        "Safe house of KBRI Kuala Lumpur",
        "Tempat tinggal aman bagi perempuan dan anak, dengan psikolog dua kali seminggu.",
        "+60 3 555 0103",
        staff_phone="+60 3 555 0193",
        more=_shelter(
            60,
            0,
            countries=["MY"],
            audiences=[Audience.WOMEN, Audience.CHILDREN],
            languages=["id", "ms", "en"],
            address="Jalan Contoh 30",
        ),
    ),
    Offer(
        "KBRI_KUALA_LUMPUR",
        ServiceKind.LEGAL_AID,
        "Pengacara panel KBRI Kuala Lumpur",
        "Panel lawyers of KBRI Kuala Lumpur",
        "Pendampingan hukum di polisi dan pengadilan Malaysia untuk perkara upah, kekerasan, dan perdagangan orang.",
        "+60 3 555 0104",
        days=(WEEK, time(9), time(17)),
        more={"countries": ["MY"], "languages": ["id", "ms", "en"]},
    ),
    Offer(
        "KDEI_TAIPEI",
        ServiceKind.OTHER,
        "Saluran pengaduan 24 jam KDEI Taipei",
        "24-hour hotline of KDEI Taipei",
        "Hotline pengaduan pekerja di Taiwan, juga lewat pesan singkat.",
        "+886 2 5550 105",
        more={"countries": ["TW"], "hours_kind": HoursKind.ALWAYS, "languages": ["id", "zh", "jv"]},
    ),
    Offer(
        "KDEI_TAIPEI",
        ServiceKind.MEDIATION,
        "Mediasi dengan majikan dan agensi di Taiwan",
        "Mediation with employers and agents in Taiwan",
        "Perundingan tentang upah, jam kerja, dan pindah majikan.",
        "+886 2 5550 106",
        days=(WEEK, time(8, 30), time(16, 30)),
        more={"countries": ["TW"], "languages": ["id", "zh"]},
    ),
    Offer(
        "KJRI_HONG_KONG",
        ServiceKind.SHELTER,
        "Penampungan KJRI Hong Kong",
        "Shelter of KJRI Hong Kong",
        "Tempat tinggal selama perkara di pengadilan ketenagakerjaan berjalan.",
        "+852 5550 1070",
        more=_shelter(25, 4, countries=["HK"], audiences=[Audience.WOMEN], languages=["id", "en", "zh"]),
    ),
    Offer(
        "KBRI_RIYADH",
        ServiceKind.SHELTER,
        "Rumah singgah KBRI Riyadh",
        "Transit house of KBRI Riyadh",
        "Bagi yang lari dari majikan dan menunggu izin keluar.",
        "+966 11 555 0108",
        more=_shelter(
            80,
            11,
            districts=["SA-RIYADH", "SA-EASTERN", "SA-QASSIM"],
            audiences=[Audience.WOMEN, Audience.CHILDREN],
            languages=["id", "ar"],
        ),
    ),
    Offer(
        "KJRI_JEDDAH",
        ServiceKind.REPATRIATION,
        "Pemulangan dari Jeddah",
        "Repatriation from Jeddah",
        "Izin keluar, tiket, dan pendampingan sampai bandara.",
        "+966 12 555 0109",
        days=(range(4), time(9), time(15)),
        checked_days_ago=230,
        more={"districts": ["SA-MAKKAH", "SA-MADINAH"], "languages": ["id", "ar"]},
    ),
    Offer(
        "KEMLU_PWNI",
        ServiceKind.OTHER,
        "Pusat panggilan pelindungan WNI",
        "Call centre for citizens abroad",
        "Keadaan darurat warga negara Indonesia di negara mana pun.",
        "+62 21 555 0110",
        more={"serves_everywhere": True, "hours_kind": HoursKind.ALWAYS, "languages": ["id", "en"]},
    ),
    Offer(
        "BP3MI_JATIM",
        ServiceKind.REPATRIATION,
        "Penjemputan dan pemulangan ke daerah asal",
        "Reception and the way home",
        "Penjemputan di Bandara Juanda dan pengantaran sampai kabupaten.",
        "+62 31 555 0111",
        more={"provinces": ["35"], "address": "Jalan Contoh 5", "address_reach": AddressReach.PUBLIC},
    ),
    Offer(
        "BP3MI_JATIM",
        ServiceKind.INSURANCE_CLAIM,
        "Pendampingan klaim jaminan sosial",
        "Help with social security claims",
        "Klaim BPJS Ketenagakerjaan sebelum, selama, dan setelah bekerja.",
        "+62 31 555 0112",
        days=(WEEK, time(8), time(15)),
        more={"provinces": ["35"], "languages": ["id", "jv"]},
    ),
    Offer(
        "BP3MI_NTB",
        ServiceKind.SHELTER,
        "Rumah singgah BP3MI NTB",
        "Transit house of BP3MI NTB",
        "Menginap sampai tiga malam bagi yang baru tiba.",
        "+62 370 555 0113",
        more=_shelter(16, 9, provinces=["52"]),
    ),
    Offer(
        "DISNAKER_35",
        ServiceKind.MEDIATION,
        "Mediasi dengan perusahaan penempatan",
        "Mediation with recruitment companies",
        "Perselisihan tentang biaya, kontrak, dan keberangkatan yang gagal.",
        "+62 31 555 0114",
        days=(WEEK, time(8), time(15, 30)),
        more={"provinces": ["35"]},
    ),
    Offer(
        people.UPTD_PPA,
        ServiceKind.PSYCHOSOCIAL,
        "Konseling korban kekerasan",
        "Counselling of survivors of violence",
        "Psikolog dan pekerja sosial; juga untuk keluarga.",
        "+62 31 555 0115",
        days=(SIX_DAYS, time(8), time(20)),
        more={
            "provinces": ["35"],
            "audiences": [Audience.WOMEN, Audience.CHILDREN],
            "languages": ["id", "jv"],
        },
    ),
    Offer(
        people.UPTD_PPA,
        ServiceKind.SHELTER,
        "Rumah aman UPTD PPA Contoh",
        "Safe house of UPTD PPA Contoh",
        "Perlindungan sementara perempuan dan anak korban kekerasan atau perdagangan orang.",
        "+62 31 555 0116",
        phone_is_public=False,
        more=_shelter(
            10, 2, provinces=["35"], audiences=[Audience.WOMEN, Audience.CHILDREN], address="Jalan Contoh 16"
        ),
    ),
    Offer(
        people.SUARA_PEREMPUAN,
        ServiceKind.LEGAL_AID,
        "Bantuan hukum Suara Perempuan",
        "Legal aid of Suara Perempuan",
        "Nasihat dan pendampingan hukum bagi pekerja migran dan keluarganya, dalam bahasa yang mudah.",
        "+62 21 555 0117",
        days=(WEEK, time(9), time(17)),
        more={"serves_everywhere": True, "languages": ["id", "en", "jv", "su"]},
    ),
    Offer(
        people.SUARA_PEREMPUAN,
        ServiceKind.OTHER,
        "Saluran telepon Suara Perempuan",
        "Telephone line of Suara Perempuan",
        "Hotline bagi perempuan pekerja migran; malam hari dijawab relawan.",
        "+62 21 555 0118",
        days=(range(7), time(8), time(0)),
        staff_phone="+62 21 555 0198",
        more={"serves_everywhere": True, "audiences": [Audience.WOMEN], "closed_on_holidays": False},
    ),
    Offer(
        people.RUMAH_MIGRAN,
        ServiceKind.BASIC_NEEDS,
        "Sembako dan ongkos pulang",
        "Food and travel money",
        "Bantuan pertama bagi yang kembali tanpa upah.",
        "+62 31 555 0119",
        days=(range(1, 6), time(10), time(16)),
        more={"provinces": ["35", "33"]},
    ),
    Offer(
        people.RUMAH_MIGRAN,
        ServiceKind.FAMILY_TRACING,
        "Pencarian keluarga dan pekerja yang hilang kontak",
        "Tracing of families and missing workers",
        "Mencari pekerja yang lama tidak memberi kabar, bersama jaringan di negara penempatan.",
        "+62 31 555 0120",
        checked_days_ago=400,
        more={"serves_everywhere": True},
    ),
)
