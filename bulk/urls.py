"""Addresses."""

from django.urls import path

from . import views

app_name = "bulk"

urlpatterns = [
    path("", views.acts, name="acts"),
    path("new/", views.new, name="new"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/confirm/", views.confirm, name="confirm"),
    path("<uuid:pk>/stop/", views.stop, name="stop"),
    path("<uuid:pk>/undo/", views.undo, name="undo"),
    path("<uuid:pk>/file/", views.file, name="file"),
    path("<uuid:pk>/discard/", views.discard, name="discard"),
]
