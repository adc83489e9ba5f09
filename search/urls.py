"""Addresses. None of them says what is searched for."""

from django.urls import path

from . import views

app_name = "search"

urlpatterns = [
    path("", views.page, name="page"),
    path("ask/", views.ask, name="ask"),
    path("typed/", views.typed, name="typed"),
]
