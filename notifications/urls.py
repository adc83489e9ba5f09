from django.urls import path

from . import views

app_name = "notifications"

urlpatterns = [
    path("", views.list_, name="list"),
    path("bell/", views.bell, name="bell"),
    path("read/", views.read, name="read"),
    path("<int:pk>/", views.open_, name="open"),
]
