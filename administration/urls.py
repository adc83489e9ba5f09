"""Addresses of what admins do across partners and referrals."""

from django.urls import path

from .views import mandates, today, where

app_name = "administration"

urlpatterns = [
    path("today/", today.today, name="today"),
    path("today/emails/", today.undelivered, name="undelivered"),
    path("today/emails/<int:pk>/again/", today.send_again, name="send_again"),
    path("where/", where.where, name="where"),
    path("mandates/<slug:code>/add/", mandates.add, name="mandate_add"),
    path("mandates/<int:pk>/change/", mandates.change, name="mandate_change"),
    path("mandates/<int:pk>/end/", mandates.end, name="mandate_end"),
]
