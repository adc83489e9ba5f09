"""Addresses of the floor."""

from django.urls import path

from . import views

urlpatterns = [
    path("enter/", views.enter),
    path("empty/", views.empty),
    path("rows/", views.rows),
    path("create/", views.create),
    path("refer/", views.refer),
    path("case/<slug:reference>/", views.detail, name="detail"),
]
