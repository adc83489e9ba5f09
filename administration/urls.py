"""Addresses of what admins do across partners and referrals."""

from django.urls import path

from .views import today, where

app_name = "administration"

urlpatterns = [
    path("today/", today.today, name="today"),
    path("today/emails/", today.undelivered, name="undelivered"),
    path("today/emails/<int:pk>/again/", today.send_again, name="send_again"),
    path("where/", where.where, name="where"),
]
