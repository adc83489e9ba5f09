"""Addresses of the published directory, as HSDS 3.0 names them."""

from django.urls import path

from .views import hsds

app_name = "hsds"

urlpatterns = [
    path("", hsds.api, name="api"),
    path("openapi.json", hsds.openapi, name="openapi"),
    path("services", hsds.services, name="services"),
    path("services/<str:pk>", hsds.service, name="service"),
    path("organizations", hsds.organizations, name="organizations"),
    path("organizations/<str:pk>", hsds.organization, name="organization"),
    path("locations", hsds.locations, name="locations"),
    path("locations/<str:pk>", hsds.location, name="location"),
    path("service_at_locations", hsds.service_at_locations, name="service_at_locations"),
    path("service_at_locations/<str:pk>", hsds.service_at_location, name="service_at_location"),
    path("taxonomies", hsds.taxonomies, name="taxonomies"),
    path("taxonomies/<str:pk>", hsds.taxonomy, name="taxonomy"),
    path("taxonomy_terms", hsds.taxonomy_terms, name="taxonomy_terms"),
    path("taxonomy_terms/<str:pk>", hsds.taxonomy_term, name="taxonomy_term"),
]
