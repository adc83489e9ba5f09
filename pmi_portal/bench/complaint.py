"""What somebody types at intake who logs one complaint after another; a name is theirs to add."""

COMPLAINT = {
    "reporter_type": "family",
    "reporter_relation": "other_family",
    "reporter_name": "Contoh Mawar",
    "reporter_contact": "0800-000-123",
    "sex": "female",
    "home_province": "35",
    "home_regency": "3507",
    "safe_channel": "via_reporter",
    "country": "TW",
    "place": "Taipei",
    "stage": "during",
    "procedural_status": "unknown",
    "topics": "GAJI_TIDAK_DIBAYAR",
    "chronology": "Gaji tidak dibayar selama tiga bulan.",
    "demands": "Gaji dibayar penuh.",
    "then": "case",
}
