"""Addresses."""

from django.urls import path

from . import views

app_name = "imports"

urlpatterns = [
    path("", views.new, name="new"),
    path("template/", views.template, name="template"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/columns/", views.match, name="columns"),
    path("<uuid:pk>/errors/", views.errors, name="errors"),
    path("<uuid:pk>/carry-out/", views.carry_out, name="carry_out"),
    path("<uuid:pk>/stop/", views.stop, name="stop"),
    path("<uuid:pk>/undo/", views.undo, name="undo"),
    path("<uuid:pk>/discard/", views.discard, name="discard"),
]
