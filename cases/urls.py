"""Addresses."""

from django.urls import path

from .views import access, alike, cases, closing, detail, documents, drafts, edit, intake, log, police

app_name = "cases"

urlpatterns = [
    path("", cases.list_, name="list"),
    path("search/", cases.search, name="search"),
    path("new/", intake.new, name="new"),
    path("new/draft/", drafts.save, name="draft"),
    path("new/draft/<uuid:pk>/discard/", drafts.discard, name="discard"),
    path("new/nik/", intake.nik, name="nik"),
    path("new/alike/", alike.alike, name="alike"),
    path("new/places/", intake.places, name="places"),
    path("glass/", access.glass, name="glass"),
    path("log/", log.log, name="log"),
    path("log/csv/", log.log_csv, name="log_csv"),
    path("log/xlsx/", log.log_xlsx, name="log_xlsx"),
    path("<slug:reference>/", detail.detail, name="detail"),
    path("<slug:reference>/live/", detail.live, name="live"),
    path("<slug:reference>/edit/", edit.edit, name="edit"),
    path("<slug:reference>/note/", detail.note, name="note"),
    path("<slug:reference>/assign/", detail.assign, name="assign"),
    path("<slug:reference>/readers/", log.readers, name="readers"),
    path("<slug:reference>/access/", access.access, name="access"),
    path("<slug:reference>/access/grant/", access.grant, name="grant"),
    path("<slug:reference>/access/<int:pk>/revoke/", access.revoke, name="revoke"),
    path("<slug:reference>/access/<int:pk>/review/", access.review, name="review"),
    path("<slug:reference>/restrict/", access.restrict, name="restrict"),
    path("<slug:reference>/lift/", access.lift, name="lift"),
    path("<slug:reference>/break-glass/", access.break_glass, name="break_glass"),
    path("<slug:reference>/documents/", documents.documents_, name="documents"),
    path("<slug:reference>/documents/<uuid:pk>/", documents.document, name="document"),
    path("<slug:reference>/documents/<uuid:pk>/remove/", documents.remove, name="document_remove"),
    path("<slug:reference>/documents/<uuid:pk>/restore/", documents.restore, name="document_restore"),
    path("<slug:reference>/close/", closing.close, name="close"),
    path("<slug:reference>/reopen/", closing.reopen, name="reopen"),
    path("<slug:reference>/settlement/", closing.settlement, name="settlement"),
    path("<slug:reference>/police-report/", police.police_report, name="police_report"),
]
