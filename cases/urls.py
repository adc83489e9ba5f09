"""Addresses."""

from django.urls import path

from .views import cases, detail, drafts, edit, intake

app_name = "cases"

urlpatterns = [
    path("", cases.list_, name="list"),
    path("search/", cases.search, name="search"),
    path("new/", intake.new, name="new"),
    path("new/draft/", drafts.save, name="draft"),
    path("new/draft/<uuid:pk>/discard/", drafts.discard, name="discard"),
    path("new/nik/", intake.nik, name="nik"),
    path("new/places/", intake.places, name="places"),
    path("<slug:reference>/", detail.detail, name="detail"),
    path("<slug:reference>/live/", detail.live, name="live"),
    path("<slug:reference>/edit/", edit.edit, name="edit"),
    path("<slug:reference>/note/", detail.note, name="note"),
    path("<slug:reference>/assign/", detail.assign, name="assign"),
]
