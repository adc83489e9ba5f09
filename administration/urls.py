"""Addresses of what admins do across partners and referrals."""

from django.urls import path

from .views import agreements, closing, mandates, people, registering, standing, today, where

app_name = "administration"

urlpatterns = [
    path("today/", today.today, name="today"),
    path("today/emails/", today.undelivered, name="undelivered"),
    path("today/emails/<int:pk>/again/", today.send_again, name="send_again"),
    path("where/", where.where, name="where"),
    path("mandates/<slug:code>/add/", mandates.add, name="mandate_add"),
    path("mandates/<int:pk>/change/", mandates.change, name="mandate_change"),
    path("mandates/<int:pk>/end/", mandates.end, name="mandate_end"),
    path("partners/register/", registering.register, name="register"),
    path("partners/<slug:code>/activate/", standing.activate, name="activate"),
    path("partners/<slug:code>/suspend/", standing.suspend, name="suspend"),
    path("partners/<slug:code>/reactivate/", standing.reactivate, name="reactivate"),
    path("partners/<slug:code>/close/", closing.close, name="close"),
    path("partners/<slug:code>/agreements/", agreements.agreements, name="agreements"),
    path("partners/<slug:code>/agreements/<uuid:pk>/", agreements.agreement_paper, name="agreement_paper"),
    path("partners/people/<int:pk>/move/", people.move_person, name="move_person"),
]
