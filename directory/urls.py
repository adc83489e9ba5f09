"""Addresses of the service directory."""

from django.urls import path

from .views import search, services

app_name = "directory"

urlpatterns = [
    path("", search.search, name="search"),
    path("of/<slug:code>/", services.services_of, name="services_of"),
    path("of/<slug:code>/add/", services.service_add, name="service_add"),
    path("<uuid:pk>/", services.service, name="service"),
    path("<uuid:pk>/edit/", services.service_edit, name="service_edit"),
    path("<uuid:pk>/check/", services.service_check, name="service_check"),
    path("<uuid:pk>/places/", services.service_places, name="service_places"),
    path("<uuid:pk>/retire/", services.service_retire, name="service_retire"),
    path("<uuid:pk>/restore/", services.service_restore, name="service_restore"),
]
