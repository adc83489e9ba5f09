"""pytest plugin-less generator: writes rows of routes.csv and access.csv for rights:*"""
import csv
import pytest
from pmi_portal.tests import test_routes as R, test_access as A
from pmi_portal.tests.visiting import METHODS, ROUTES
from pmi_portal.tests.reach import OF_A_CASE, RELATIONS, make_reach
from pmi_portal.tests.world import make_world
from django.db import transaction

@pytest.mark.django_db
def test_write_routes():
    v = R.Visitors(make_world())
    new = {}
    for route in sorted(ROUTES):
        if not route.startswith("rights:"): continue
        for m in METHODS:
            new[route, m] = v.answers(route, m)
    rows = {k: {w: r[w] for w in R.WHO} for k, r in R.ROWS.items()}
    rows.update(new)
    with open("pmi_portal/tests/routes.csv", "w", newline="") as f:
        w = csv.writer(f, lineterminator="\n"); w.writerow(["route", "method", *R.WHO])
        for (route, m) in sorted(rows): w.writerow([route, m, *[rows[route, m][x] for x in R.WHO]])

@pytest.mark.django_db
def test_write_access():
    reach = make_reach()
    roles = list(A.ROLES)
    rows = dict(A.ROWS)
    for route in OF_A_CASE:
        if route.startswith("rights:"):
            rows.update(A.answers(reach, route))
    order = {r: i for i, r in enumerate(RELATIONS)}
    with open("pmi_portal/tests/access.csv", "w", newline="") as f:
        w = csv.writer(f, lineterminator="\n"); w.writerow(["route", "method", "relation", *roles])
        for (route, m, rel) in sorted(rows, key=lambda c: (c[0], c[1], order[c[2]])): w.writerow([route, m, rel, *[rows[route, m, rel][x] for x in roles]])
