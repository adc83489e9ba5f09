"""Made-up content for the gallery of components. Not translated: it stands for what people type."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from agencies.choices import Urgency
from referrals.choices import State


class SampleForm(forms.Form):
    """One field of each kind, with help and errors."""

    name = forms.CharField(label="Nama lengkap PMI", max_length=20)
    country = forms.ChoiceField(
        label="Negara", choices=[("", "Pilih negara"), ("QA", "Qatar"), ("MY", "Malaysia"), ("TW", "Taiwan")]
    )
    nik = forms.CharField(
        label="NIK", required=False, help_text="16 angka, bila diketahui. Boleh dikosongkan."
    )
    topics = forms.MultipleChoiceField(
        label="Jenis masalah",
        choices=[("wage", "Gaji tidak dibayar"), ("doc", "Dokumen ditahan"), ("viol", "Kekerasan fisik")],
        widget=forms.CheckboxSelectMultiple,
    )
    urgency = forms.ChoiceField(label="Kegentingan", choices=Urgency.choices, widget=forms.RadioSelect)
    story = forms.CharField(label="Apa yang terjadi", widget=forms.Textarea(attrs={"rows": 4}))
    agreed = forms.BooleanField(label="PMI setuju kasus ini dirujuk")


class SampleFilter(forms.Form):
    """What a list's filters look like."""

    q = forms.CharField(label="Cari", required=False, widget=forms.SearchInput)
    state = forms.ChoiceField(label="Status", required=False, choices=[("", "Semua"), ("sent", "Terkirim")])
    country = forms.ChoiceField(label="Negara", required=False, choices=[("", "Semua"), ("QA", "Qatar")])


def context() -> dict[str, Any]:
    """What gallery.html shows."""
    now = timezone.now()
    return {
        "days": [(now.date() - timedelta(days=30 - n), (n * 37) % 23) for n in range(30)],
        "urgencies": Urgency.choices,
        "states": State.choices,
        "case_states": [("draft", "draft"), ("open", "open"), ("closed", "closed"), ("other", "other")],
        "chain": [
            {
                "number": 1,
                "reference": "SP-2026-000042/R1",
                "get_absolute_url": lambda: "#",
                "receiver": {"name": "KJRI Johor Bahru"},
            },
            {
                "number": 2,
                "reference": "SP-2026-000042/R2",
                "get_absolute_url": lambda: "#",
                "receiver": {"name": "KBRI Kuala Lumpur"},
            },
            {
                "number": 3,
                "reference": "SP-2026-000042/R3",
                "get_absolute_url": lambda: "#",
                "receiver": None,
            },
        ],
        "late": now - timedelta(days=2, hours=3),
        "soon": now + timedelta(hours=3, minutes=5),
        "later": now + timedelta(days=4, minutes=5),
        "events": _events(now),
        "facts": _facts(),
        "candidates": _candidates(),
        "tabs": [
            {"label": "Menunggu kami", "url": "#", "active": True, "count": 12},
            {"label": "Berjalan", "url": "#", "active": False, "count": 0},
            {"label": "Selesai", "url": "#", "active": False},
        ],
        "rows": _rows(now),
        "form": SampleForm(),
        "wrong_form": SampleForm(
            {"name": "Siti Contoh binti Rekaan Panjang", "urgency": "normal", "story": ""}
        ),
        "filter_form": SampleFilter({"state": "sent"}),
        "progress": [
            {"label": "Mitra", "done": 12, "of": 48},
            {"label": "Jenis masalah", "done": 3, "of": 3},
        ],
        "clashes": [{"label": "Kota", "now": "Doha", "typed": "Al Rayyan"}],
        "tones": ["info", "good", "warn", "bad"],
    }


def _events(now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "at": now - timedelta(minutes=20),
            "title": "Rujukan diterima",
            "actor_name": "Rudi Contoh",
            "partner_name": "KBRI Doha",
            "text": "Kami hubungi majikan hari ini.\nPMI diminta tetap di tempat aman.",
            "icon": "play-circle",
            "tone": "good",
        },
        {
            "at": now - timedelta(hours=5),
            "title": "Pertanyaan dari KBRI Doha",
            "partner_name": "KBRI Doha",
            "text": "Apakah paspor masih dipegang majikan?",
            "icon": "question-circle",
            "tone": "ask",
        },
        {
            "at": now - timedelta(days=1),
            "title": "Tenggat terlewat",
            "actor_name": "Portal",
            "icon": "alarm-fill",
            "tone": "bad",
        },
        {
            "at": now - timedelta(days=3),
            "title": "Rujukan dikirim",
            "actor_name": "Ayu Rekaan",
            "partner_name": "Suara Perempuan",
            "icon": "send",
            "url": "#",
            "url_label": "Lihat rujukan",
        },
    ]


def _facts() -> list[dict[str, Any]]:
    return [
        {"label": "Negara penempatan", "value": "Qatar"},
        {"label": "Perwakilan", "value": "KBRI Doha", "url": "#"},
        {"label": "Wilayah kerja", "value": "Seluruh Qatar", "unconfirmed": True},
        {"label": "Nomor paspor", "value": ""},
        {
            "label": "Cara menghubungi",
            "value": "WhatsApp",
            "note": "Hanya setelah pukul 20.00; jangan menelepon.",
        },
    ]


def _candidates() -> list[dict[str, Any]]:
    return [
        {
            "partner": {"id": 1, "name": "KJRI Johor Bahru"},
            "kind": "Perwakilan",
            "reasons": [
                "Johor termasuk wilayah kerja KJRI Johor Bahru.",
                "Menangani gaji yang tidak dibayar.",
            ],
            "services_url": "#",
        },
        {
            "partner": {"id": 2, "name": "KBRI Kuala Lumpur"},
            "kind": "Perwakilan",
            "reasons": ["Kedutaan untuk seluruh Malaysia."],
            "unconfirmed": True,
        },
    ]


def _rows(now: datetime) -> list[dict[str, Any]]:
    words = dict(Urgency.choices)
    sample = [
        ("SP-2026-000042", "emergency", "sent", "Qatar", "Kekerasan fisik, dokumen ditahan", -7, True),
        ("SP-2026-000041", "urgent", "received", "Malaysia, Johor", "Gaji tidak dibayar", 3, True),
        ("SP-2026-000037", "normal", "clarifying", "Taiwan", "Biaya penempatan berlebih", 60, False),
        (
            "SP-2026-000032",
            "normal",
            "accepted",
            "Arab Saudi, Jeddah",
            "Overstay, minta dipulangkan",
            90,
            False,
        ),
    ]
    return [
        {
            "reference": reference,
            "urgency": urgency,
            "urgency_label": words[urgency],
            "state": state,
            "state_label": State(state).label,
            "place": place,
            "topics": topics,
            "due_at": now + timedelta(hours=hours, minutes=5),
            "unread": unread,
        }
        for reference, urgency, state, place, topics, hours, unread in sample
    ]
