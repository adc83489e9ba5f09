"""Addresses."""

from django.urls import path

from .views import breaches, exports, requests, retention

app_name = "rights"

urlpatterns = [
    path("", requests.list_, name="requests"),
    path("cases/<slug:reference>/", requests.of_case, name="of_case"),
    path("cases/<slug:reference>/ask/", requests.receive, name="receive"),
    path("cases/<slug:reference>/resume/", requests.resume, name="resume"),
    path("cases/<slug:reference>/hold/", retention.hold, name="hold"),
    path("requests/<uuid:pk>/", requests.request_, name="request"),
    path("requests/<uuid:pk>/identify/", requests.identify, name="identify"),
    path("requests/<uuid:pk>/decide/", requests.decide, name="decide"),
    path("requests/<uuid:pk>/carry-out/", requests.carry_out, name="carry_out"),
    path("requests/<uuid:pk>/tell/", requests.tell, name="tell"),
    path("requests/<uuid:pk>/export/", exports.ask, name="export"),
    path("requests/<uuid:pk>/export/<uuid:export>/pdf/", exports.fetch_pdf, name="export_pdf"),
    path("requests/<uuid:pk>/export/<uuid:export>/json/", exports.fetch_json, name="export_json"),
    path("retention/", retention.retention, name="retention"),
    path("retention/confirm/", retention.confirm, name="confirm"),
    path("retention/holds/<uuid:pk>/lift/", retention.lift, name="lift_hold"),
    path("retention/rules/", retention.rules_, name="rules"),
    path("retention/rules/<slug:code>/", retention.rule, name="rule"),
    path("breaches/", breaches.list_, name="breaches"),
    path("breaches/new/", breaches.record, name="breach_record"),
    path("breaches/<uuid:pk>/", breaches.breach, name="breach"),
    path("breaches/<uuid:pk>/edit/", breaches.edit, name="breach_edit"),
    path("breaches/<uuid:pk>/candidates/", breaches.candidates_, name="breach_candidates"),
    path("breaches/<uuid:pk>/notices/", breaches.notices, name="breach_notices"),
    path("breaches/<uuid:pk>/close/", breaches.close, name="breach_close"),
    path("breaches/<uuid:pk>/letters/<uuid:notice>/", breaches.letter, name="breach_letter"),
    path("breaches/<uuid:pk>/letters/<uuid:notice>/told/", breaches.told, name="breach_told"),
]
