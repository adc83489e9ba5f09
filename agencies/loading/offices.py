"""Offices under partners: the P4MI posts of the BP3MI."""

from __future__ import annotations

from ..models import Office, Partner
from .csvfiles import marked, read
from .merge import Tally, merge


def load_offices() -> Tally:
    seats = dict(Partner.objects.values_list("code", "pk"))
    rows = {
        f"P4MI_{row['code']}": {
            "partner_id": seats[f"BP3MI_{row['bp3mi_code']}"],
            "name": row["name"],
            "city": row["city"],
            "province_id": row["province_code"],
            **marked(row["source"]),
        }
        for row in read("p4mi.csv")
    }
    return merge(Office, rows, kind="offices")
