"""What admins have done with the reference data so far: some of it confirmed, a few rows corrected, a ministry renamed."""

from __future__ import annotations

from datetime import date, timedelta

from agencies import actions
from agencies.models import Partner, Topic
from agencies.reference_kinds import KINDS

from .world import World

CONFIRMED = 6  # rows of each kind, at most
RENAMED_ON = date(2024, 11, 5)


def lead(world: World) -> None:
    admin, day = world.admins[0], (world.clock.now - timedelta(days=12)).date()
    for kind in KINDS.values():
        rows = list(kind.unconfirmed()[:CONFIRMED])
        actions.confirm(by=admin, rows=rows, source="Surat balasan kementerian, nomor contoh 12", on=day)
    ministry = Partner.objects.get(code="KP2MI")
    actions.add_former_name(
        by=admin, partner=ministry, name_id="BP2MI", name_en="", until=RENAMED_ON, basis="Perpres 165/2024"
    )
    topic = Topic.objects.get(code="OVERSTAY")
    changes = {"name_id": "Izin tinggal habis (overstay) atau disalahgunakan"}
    actions.edit_row(by=admin, row=topic, changes=changes, seen=actions.row_mark(topic))
